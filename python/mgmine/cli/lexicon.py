"""``mgmine lexicon``: show, list and check lexicons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mgmine.cli import _common, _rows
from mgmine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mgmine.lexicon import Lexicon


_format = click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)


def _load(added: Sequence[str], replace: Sequence[str]) -> Lexicon:
    from mgmine.lexicon import load

    return load(added, replace=replace)


def _print(rows: Iterable[dict[str, Any]], form: str, columns: dict[str, str]) -> None:
    """Print rows as JSON lines, or those of their fields that ``columns`` names, with its headings, as a table."""
    if form == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    cells = ([_cell(row[key]) for key in columns] for row in rows)
    _rows.print_rows(list(columns.values()), cells, header=False)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _common.visible(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))


@click.group()
def command() -> None:
    """Show, list and check lexicons."""


@command.command()
@click.argument("name")
@_format
@_common.lexicon_options
def show(name: str, form: str, lexicon: tuple[str, ...], replace_lexicon: tuple[str, ...]) -> None:
    """Show the concepts that NAME stands for, with all their written forms and the rule that made each.

    NAME is a label, a name, a variant or a CURIE.
    """
    compiled = _load(lexicon, replace_lexicon)
    concepts = compiled.find(name)
    if not concepts:
        raise UsageError(f"{name}: not in the lexicon (`mgmine lexicon list` prints all concepts)")
    for concept in concepts:
        rows = [
            {
                "concept": concept.label, "family": concept.family, "ids": concept.ids, "close_ids": concept.close_ids,
                "name": form_of.text, "rule": form_of.rule, "case": form_of.case, "boundary": form_of.boundary,
            }
            for form_of in compiled.variants(concept.label)
        ]  # fmt: skip
        if form == "text":
            near = f"  near: {', '.join(concept.close_ids)}" if concept.close_ids else ""
            click.echo(f"{concept.label}  ({concept.family})  {', '.join(concept.ids)}{near}")
        _print(rows, form, {"name": "name", "rule": "made by", "case": "case", "boundary": "boundary"})


@command.command(name="list")
@click.option("--family", metavar="ID", help="Only concepts of this family.")
@_format
@_common.lexicon_options
def list_(family: str | None, form: str, lexicon: tuple[str, ...], replace_lexicon: tuple[str, ...]) -> None:
    """List all concepts with their family and identifiers."""
    compiled = _load(lexicon, replace_lexicon)
    if family is not None and family not in {known.id for known in compiled.families}:
        raise UsageError(f"{family}: no such family (`mgmine lexicon families` prints them)")
    rows = (
        {"concept": concept.label, "family": concept.family, "ids": concept.ids, "close_ids": concept.close_ids}
        for concept in compiled.concepts()
        if family is None or concept.family == family
    )
    _print(rows, form, {"concept": "concept", "family": "family", "ids": "ids"})


@command.command()
@_format
@_common.lexicon_options
def families(form: str, lexicon: tuple[str, ...], replace_lexicon: tuple[str, ...]) -> None:
    """List the families; comentions are formed among topic families."""
    compiled = _load(lexicon, replace_lexicon)
    counts: dict[str, int] = {}
    for concept in compiled.concepts():
        counts[concept.family] = counts.get(concept.family, 0) + 1
    rows = (
        {"family": family.id, "label": family.label, "topic": family.topic, "concepts": counts.get(family.id, 0)}
        for family in compiled.families
    )
    _print(rows, form, {"family": "family", "label": "label", "topic": "topic", "concepts": "concepts"})


@command.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check lexicon FILEs and print each fault as 'file:line: severity: reason'.

    Ends with 65 if there is an error, with 0 if there are only warnings.
    """
    from mgmine.lexicon import check as check_file

    errors = 0
    for file in files:
        problems = check_file(file)
        for problem in problems:
            click.echo(_common.visible(str(problem)))
        found = sum(problem.severity == "error" for problem in problems)
        errors += found
        click.echo(f"{file}: {found} errors, {len(problems) - found} warnings", err=True)
    ctx.exit(65 if errors else 0)


@command.command(name="compile")
@click.option("-o", "--output", required=True, metavar="FILE", help="The compiled lexicon to write.")
@_common.lexicon_options
def compile_(output: str, lexicon: tuple[str, ...], replace_lexicon: tuple[str, ...]) -> None:
    """Compile a lexicon into one file that opens at once: --replace-lexicon FILE takes it.

    Big lexicons are also compiled once and kept without asking; a compiled file is for machines that share it.
    """
    compiled = _load(lexicon, replace_lexicon)
    compiled.save(output)
    click.echo(f"{output}: {compiled.name_count:,} names, version {compiled.hash}", err=True)
