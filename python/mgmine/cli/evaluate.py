"""``mgmine evaluate``: every gold set that is at hand, as one table."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mgmine.cli import _common, _rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mgmine.evaluate import Outcome, Row

COLUMNS = ["set", "what", "metric", "n", "value", "must"]


def _value(row: Row) -> str:
    """Three decimals, or as many as show on which side of its must the figure lies."""
    if float(row.value).is_integer() and row.metric in ("found", "sprung", "problems", "not judged"):
        return str(int(row.value))
    for digits in range(3, 16):
        text = f"{row.value:.{digits}f}"
        if replace(row, value=float(text)).reached == row.reached:
            return text
    return repr(row.value)


def _must(row: Row) -> str:
    if row.must is None:
        return ""
    bound = "≤" if row.at_most else "≥"
    return f"{bound} {row.must:g}{'' if row.reached else ' missed'}"


def _cells(row: Row) -> list[str]:
    return [row.set, row.what, row.metric, f"{row.n:,}", _value(row), _must(row)]


def _markdown(outcomes: Iterable[Outcome]) -> None:
    click.echo("| " + " | ".join(COLUMNS) + " |\n|---|---|---|--:|--:|---|")
    for outcome in outcomes:
        for row in outcome.rows:
            click.echo("| " + " | ".join(_cells(row)) + " |")


@click.command()
@click.option("--only", multiple=True, metavar="SET", help="Only these sets, separated by commas; may be repeated.")
@click.option("--list", "listed", is_flag=True, help="List the sets and where they are looked for, and stop.")
@click.option(
    "--shared", type=click.Path(path_type=Path), metavar="DIR", help="Folder of public corpora; `../shared` by default."
)
@click.option(
    "--gold",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the gold texts' annotation; `corpora/gold` of the source tree by default.",
)
@click.option(
    "--golden",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the own sentences; `tests/golden/claims` of the source tree by default.",
)
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Text of the source article; `gold/source_article.txt` of --shared by default.",
)
@click.option("--pipeline", is_flag=True, help="Only the spaCy pipeline: the same as --only pipeline.")
@click.option(
    "--trees",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE",
    help="Measure the pipeline on this treebank (CoNLL-U, plain or .gz). May be repeated.",
)
@click.option(
    "--entities",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE|DIR",
    help="Measure the pipeline on these entities (PubTator, or brat in a folder or .tar.gz). May be repeated.",
)
@_common.model_option
@click.option("--format", "form", type=click.Choice(["table", "md", "jsonl"]), default="table", show_default=True)
@click.option("--strict", is_flag=True, help="Exit with 1 also where a set is absent.")
@click.pass_context
def command(
    ctx: click.Context,
    only: tuple[str, ...],
    listed: bool,
    shared: Path | None,
    gold: Path | None,
    golden: Path | None,
    text: Path | None,
    pipeline: bool,
    trees: tuple[Path, ...],
    entities: tuple[Path, ...],
    model: str | None,
    form: str,
    strict: bool,
) -> None:
    """Measure mgmine against every gold set that is at hand, and print one table.

    The sets are no part of an installed package: they lie in the source tree and in a folder of public corpora. What is
    missing is listed on standard error with the place it was looked for. Exit code 1: a figure is below what it must reach.
    --trees and --entities measure any --model on files of your own.
    """
    from mgmine.evaluate import SETS, Places, evaluate, holds

    only = tuple(name for names in only for name in names.split(","))
    if pipeline or trees or entities:
        only = (*only, "pipeline") if "pipeline" not in only else only
    given = {
        "shared": shared, "gold": gold, "golden": golden, "text": text, "model": model, "trees": trees, "entities": entities,
    }  # fmt: skip
    places = Places(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    if listed:
        _rows.print_rows(["set", "what"], ([name, told] for name, (_, _, told) in SETS.items()))
        for name in ("golden", "gold", "shared", "article"):
            click.echo(f"mgmine: {name} is looked for in {getattr(places, name)}", err=True)
        return
    outcomes = []

    def begun(name: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"mgmine: measuring {name} …", err=True)

    for outcome in evaluate(only, places, begun=begun):
        outcomes.append(outcome)
        if outcome.absent is not None:
            click.echo(f"mgmine: {outcome.set}: absent: {outcome.absent}", err=True)
        if form == "jsonl":
            for row in outcome.rows:
                click.echo(json.dumps({**asdict(row), "reached": row.reached}, ensure_ascii=False))
    if form == "md":
        _markdown(outcomes)
    elif form == "table":
        rows = [_cells(row) for outcome in outcomes for row in outcome.rows]
        _rows.print_rows(COLUMNS, rows, numeric=frozenset({3, 4}))
    missing = strict and any(outcome.absent is not None for outcome in outcomes)
    ctx.exit(_common.LOST if missing or not holds(outcomes) else 0)
