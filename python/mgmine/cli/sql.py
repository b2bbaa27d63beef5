"""``mgmine sql``: ask a store in SQL."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mgmine.cli import _rows


@click.command()
@click.argument("query", required=False)
@click.option("--store", required=True, type=click.Path(), help="Folder of the evidence store.")
@click.option(
    "-f",
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Read the query from a file.",
)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="VALUE",
    help="A value for the next `?` of the query, as text. May be repeated.",
)
@_rows.format_option
@_rows.output_option
def command(
    query: str | None, store: str, path: str | None, params: tuple[str, ...], kind: str | None, output: str
) -> None:
    """Ask a store in SQL (DuckDB's dialect); without a query, show the tables.

    QUERY is one SELECT over the live rows: documents, mentions, vetoes, comentions, claims, sentences, relations. It can
    read nothing but the store, and change nothing.

    \b
      mgmine sql --store evidence "SELECT concept, count(*) FROM mentions GROUP BY ALL ORDER BY 2 DESC"
      mgmine sql --store evidence "SELECT * FROM relations WHERE subject = ? ORDER BY documents DESC" -p magnesium
    """
    from mgmine.store import Store

    if query is not None and path is not None:
        raise click.UsageError("give a query or --file, not both")
    if path is not None:
        query = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    with Store(store) as opened:
        if query is None:
            query = (
                "SELECT table_name AS \"table\", string_agg(column_name, ', ' ORDER BY column_index) AS columns "
                "FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal GROUP BY ALL ORDER BY ALL"
            )
        _rows.show(opened.sql(query, params), kind, output)
