"""``mgmine lexicon``: show, list and check lexicons."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from mgmine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mgmine.lexicon import Lexicon


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True),
        click.option("--replace-lexicon", "replacement", metavar="FILE", help="Use this lexicon in place of the shipped one."),
        click.option("--lexicon", "added", metavar="FILE", multiple=True, help="Add a lexicon to the shipped one."),
    ):
        function = option(function)
    return function


def _load(added: Sequence[str], replacement: str | None) -> Lexicon:
    from mgmine.lexicon import load

    return load(added, replacement=replacement)


def _print(rows: Iterable[dict[str, Any]], form: str, columns: dict[str, str]) -> None:
    """Print rows as JSON lines, as a table on a terminal, and tab-separated where the output is not one."""
    if form == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    cells = [[_cell(row[key]) for key in columns] for row in rows]
    if sys.stdout.isatty():
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns.values(), box=box.SIMPLE_HEAD)
        for line in cells:
            table.add_row(*map(Text, line))
        Console().print(table)
        return
    for line in cells:
        click.echo("\t".join(line))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


@click.group()
def command() -> None:
    """Show, list and check lexicons."""


@command.command()
@click.argument("name")
@_options
def show(name: str, form: str, added: tuple[str, ...], replacement: str | None) -> None:
    """Show the concepts that NAME (a label, a name, a variant or a CURIE) stands for, with all their written forms and the
    rule that made each."""
    lexicon = _load(added, replacement)
    concepts = lexicon.find(name)
    if not concepts:
        raise UsageError(f"{name}: not in the lexicon (`mgmine lexicon list` prints all concepts)")
    for concept in concepts:
        rows = [
            {
                "concept": concept.label, "family": concept.family, "ids": concept.ids, "close_ids": concept.close_ids,
                "name": form_of.text, "rule": form_of.rule, "case": form_of.case, "boundary": form_of.boundary,
            }
            for form_of in lexicon.variants(concept.label)
        ]  # fmt: skip
        if form == "text":
            near = f"  near: {', '.join(concept.close_ids)}" if concept.close_ids else ""
            click.echo(f"{concept.label}  ({concept.family})  {', '.join(concept.ids)}{near}")
        _print(rows, form, {"name": "name", "rule": "made by", "case": "case", "boundary": "boundary"})


@command.command(name="list")
@click.option("--family", metavar="ID", help="Only concepts of this family.")
@_options
def list_(family: str | None, form: str, added: tuple[str, ...], replacement: str | None) -> None:
    """List all concepts with their family and identifiers."""
    lexicon = _load(added, replacement)
    if family is not None and family not in {known.id for known in lexicon.families}:
        raise UsageError(f"{family}: no such family (`mgmine lexicon families` prints them)")
    rows = (
        {"concept": concept.label, "family": concept.family, "ids": concept.ids, "close_ids": concept.close_ids}
        for concept in lexicon.concepts()
        if family is None or concept.family == family
    )
    _print(rows, form, {"concept": "concept", "family": "family", "ids": "ids"})


@command.command()
@_options
def families(form: str, added: tuple[str, ...], replacement: str | None) -> None:
    """List the families; comentions are formed among topic families."""
    lexicon = _load(added, replacement)
    counts: dict[str, int] = {}
    for concept in lexicon.concepts():
        counts[concept.family] = counts.get(concept.family, 0) + 1
    rows = (
        {"family": family.id, "label": family.label, "topic": family.topic, "concepts": counts.get(family.id, 0)}
        for family in lexicon.families
    )
    _print(rows, form, {"family": "family", "label": "label", "topic": "topic", "concepts": "concepts"})


@command.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check lexicon FILEs; prints each fault as 'file:line: severity: reason'. Ends with 65 if there is an error, with 0 if
    there are only warnings."""
    from mgmine.lexicon import check as check_file

    errors = 0
    for file in files:
        problems = check_file(file)
        for problem in problems:
            click.echo(str(problem))
        found = sum(problem.severity == "error" for problem in problems)
        errors += found
        click.echo(f"{file}: {found} errors, {len(problems) - found} warnings", err=True)
    ctx.exit(65 if errors else 0)
