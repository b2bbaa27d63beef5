"""``mgmine watch``: statements to be told about in every digest."""

from __future__ import annotations

from pathlib import Path

import click

_file = click.option(
    "--watches", default=None, type=click.Path(dir_okay=False), help="The list; the user's own by default."
)


def _path(watches: str | None) -> Path:
    from mgmine.update import watch

    return Path(watches) if watches else watch.default_file()


@click.group()
def command() -> None:
    """Watch statements: what is new about them comes first in every digest.

    A watch says subject, predicate and object, as in "magnesium affects LFA-1". `*` stands for anything, a family's name for all
    of its concepts; "activates" or "inhibits" ask for that direction. Without a predicate its words are looked for in sentences.
    """


@command.command()
@click.argument("statement", nargs=-1, required=True)
@_file
def add(statement: tuple[str, ...], watches: str | None) -> None:
    """Add a watch."""
    from mgmine.update import watch

    found, new = watch.add(_path(watches), " ".join(statement))
    click.echo(f"mgmine: {'watching' if new else 'already watched:'} {describe(found)}", err=True)


@command.command("list")
@_file
def list_(watches: str | None) -> None:
    """List the watches, with the numbers by which they are removed."""
    from mgmine.cli import _rows
    from mgmine.update import watch

    found = watch.read(_path(watches))
    rows = [[str(number), item.text, describe(item)] for number, item in enumerate(found, 1)]
    _rows.print_rows(["number", "watch", "read as"], rows, numeric=frozenset({0}))


@command.command()
@click.argument("which", nargs=-1, required=True)
@_file
@click.pass_context
def remove(ctx: click.Context, which: tuple[str, ...], watches: str | None) -> None:
    """Remove a watch by its words or its number. Ends with exit code 1 if there is none such."""
    from mgmine.update import watch

    gone = watch.remove(_path(watches), " ".join(which))
    click.echo(f"mgmine: no longer watching {gone.text}" if gone else "mgmine: no such watch", err=True)
    ctx.exit(0 if gone else 1)


def describe(item: object) -> str:
    """How a watch was read."""
    from mgmine.update.watch import Watch

    assert isinstance(item, Watch)
    if item.predicate is None:
        return "words " + ", ".join(item.words)
    sign = f" {item.sign}" if item.sign else ""
    return f"{item.subject or 'anything'} | {item.predicate}{sign} | {item.object or 'anything'}"
