"""``mgmine store``: look after an evidence store."""

from __future__ import annotations

import click

from mgmine.cli import _common, _rows

_store = click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")


@click.group()
def command() -> None:
    """Look after an evidence store."""


@command.command()
@_store
@click.pass_context
def check(ctx: click.Context, store: str) -> None:
    """Read every file of a store and compare it with the manifest: checksum, size, number of rows.

    Ends with exit code 1 if anything is wrong.
    """
    from mgmine.store import Store

    with Store(store) as opened:
        faults = opened.check()
        segments = len(opened.segments())
    for fault in faults:
        click.echo(f"{fault.path}: {fault.problem}")
    if faults:
        click.echo(
            f"mgmine: {len(faults)} fault{'' if len(faults) == 1 else 's'}; run the source files of these segments again",
            err=True,
        )
        ctx.exit(1)
    click.echo(f"mgmine: {segments} segment{'' if segments == 1 else 's'}, all well", err=True)


@command.command()
@_store
@_rows.format_option
@_rows.output_option
def files(store: str, kind: str | None, output: str) -> None:
    """List the source files of a store, in the order in which later ones override earlier ones."""
    from mgmine.store import Store

    with Store(store) as opened:
        result = opened.sql(
            """
            SELECT s.position, s.source, coalesce(r.records, 0) AS records, coalesce(l.live, 0) AS live, s.segment_id, s.gate,
              s.lexicon, s.rules, s.model
            FROM files s
            LEFT JOIN (SELECT file, count(*) AS records FROM segment.documents GROUP BY ALL) r USING (file)
            LEFT JOIN (SELECT file, count(*) AS live FROM documents GROUP BY ALL) l USING (file)
            ORDER BY s.position
            """
        )
        _rows.show(result, kind, output)


@command.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["sql", "md"]),
    default="sql",
    show_default=True,
    help="SQL or the reference page.",
)
@_rows.output_option
def schema(kind: str, output: str) -> None:
    """Print the design of the store: its tables and live views."""
    from importlib.resources import files

    from mgmine.relations import sql
    from mgmine.store import reference

    text = (
        reference()
        if kind == "md"
        else files("mgmine.store").joinpath("schema.sql").read_text(encoding="utf-8") + sql()
    )
    with _common.output_file(output) as file:
        file.write(text.encode("utf-8"))
