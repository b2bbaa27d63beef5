"""``mgmine model``: which pipelines there are, and what one of them is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _rows

if TYPE_CHECKING:
    from mgmine.nlp.models import ModelInfo

_format = click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)


def _record(info: ModelInfo) -> dict[str, Any]:
    return asdict(info) | {"path": str(info.path), "card": str(info.card) if info.card else None}


@click.group()
def command() -> None:
    """Show the spaCy pipelines at hand: ours, and the installed spaCy and scispaCy models."""


@command.command(name="list")
@_format
def list_(form: str) -> None:
    """List the pipelines that --model takes by name. Ours comes first and is the default."""
    from mgmine.nlp.models import installed

    found = installed()
    if form == "jsonl":
        for info in found:
            click.echo(json.dumps(_record(info), ensure_ascii=False))
        return
    _rows.print_rows(
        ["model", "version", "origin", "MB", "components"],
        (
            [info.name, info.version, info.origin, f"{info.size / 1e6:.1f}", ", ".join(info.components)]
            for info in found
        ),
        numeric=frozenset({3}),
    )


@command.command()
@click.argument("model", required=False)
@_format
def info(model: str | None, form: str) -> None:
    """Show what MODEL is: a name or a path, ours if none is given.

    The facts are those of its meta.json: components, labels, what it was trained on and under which licences, measured figures.
    """
    from mgmine.nlp.models import describe

    found = describe(model)
    if form == "jsonl":
        click.echo(json.dumps(_record(found), ensure_ascii=False))
        return
    rows = [
        ["name", f"{found.name} {found.version}"], ["what", found.description], ["origin", found.origin],
        ["folder", str(found.path)], ["model card", str(found.card or "none")], ["licence", found.license],
        ["needs", f"spaCy {found.spacy_version}"], ["size", f"{found.size / 1e6:.1f} MB, {found.vectors:,} words with vectors"],
        ["components", ", ".join(found.components)],
    ]  # fmt: skip
    rows += [[f"labels of {name}", ", ".join(labels)] for name, labels in found.labels.items()]
    rows += [["trained on", source] for source in found.sources]
    rows += [
        [name, f"{value:.3f}" if isinstance(value, float) else str(value)] for name, value in found.performance.items()
    ]
    _rows.print_rows(["fact", "value"], [row for row in rows if row[1]], header=False)
