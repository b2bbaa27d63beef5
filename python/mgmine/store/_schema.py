"""Reading ``schema.sql``: its statements, the columns of each table, and the reference page made from it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

TABLES: tuple[str, ...] = ("documents", "mentions", "vetoes", "comentions", "claims", "sentences", "touched")
"""The tables of a segment, one Parquet file each."""

VIEWS: tuple[str, ...] = ("documents", "mentions", "vetoes", "comentions", "claims", "sentences", "relations")
"""What :meth:`mgmine.store.Store.table` gives: the live rows."""


@lru_cache(maxsize=1)
def statements() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements of the two parts of the schema, views over relations at the end of the second.

    Part one makes the empty tables of a segment and ``files``; part two everything that is computed from them.
    """
    import duckdb

    from mgmine.relations import sql as relations_sql

    first: list[str] = []
    second: list[str] = []
    source = files("mgmine.store").joinpath("schema.sql").read_text(encoding="utf-8") + relations_sql()
    with duckdb.connect() as connection:
        for statement in connection.extract_statements(source):
            text = statement.query.strip()
            computed = "CREATE VIEW" in text
            (second if second or computed else first).append(text)
    return tuple(first), tuple(second)


def dead(touched: str = "segment.touched") -> str:
    """The query that finds the records that do not count, over another table of what was touched where that is wanted."""
    start = "CREATE VIEW segment.dead AS"
    (view,) = (statement for statement in statements()[1] if start in statement)
    return view[view.index(start) + len(start) :].rstrip("; \n").replace("segment.touched", touched)


@lru_cache(maxsize=1)
def columns() -> dict[str, dict[str, str]]:
    """Column names and SQL types of each table of a segment, in order."""
    import duckdb

    found: dict[str, dict[str, str]] = {table: {} for table in TABLES}
    with duckdb.connect() as connection:
        for statement in statements()[0]:
            if not statement.startswith("COMMENT"):
                connection.execute(statement)
        for table, column, kind in connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'segment' "
            "ORDER BY table_oid, column_index"
        ).fetchall():
            if table in found:
                found[table][column] = kind
    return found


@lru_cache
def comments(view: str) -> dict[str, str]:
    """The meaning of the columns of a live view, as far as the schema tells it."""
    start = re.compile(rf'COMMENT ON COLUMN (?:segment\.)?{view}\."?(\w+)"? IS (\'(?:[^\']|\'\')*\')')
    found = {}
    for statement in (*statements()[0], *statements()[1]):
        if match := start.match(statement):
            found[match[1]] = match[2][1:-1].replace("''", "'")
    return found


def reference() -> str:
    """The page ``docs/reference/store.md``: tables, columns and live views, from the comments of the schema."""
    import duckdb

    lines = [
        "# The evidence store",
        "",
        "<!-- Generated from the schema by `mgmine store schema --format md`; edit `schema.sql` instead. -->",
        "",
        files("mgmine.store").joinpath("store.md.in").read_text(encoding="utf-8").strip(),
        "",
    ]
    with duckdb.connect() as connection:
        first, second = statements()
        for statement in first:
            connection.execute(statement)
        for table in TABLES:
            connection.execute(f"ALTER TABLE segment.{table} ADD COLUMN file BIGINT")
        for statement in second:
            connection.execute(statement)
        views = connection.execute(
            "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY view_oid"
        ).fetchall()
        tables = connection.execute(
            "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE NOT internal ORDER BY table_oid"
        ).fetchall()
        lines += ["## Live views", "", "What a query asks by default: the rows that count.", ""]
        for name, comment in views:
            lines += [f"### `{name}`", "", comment or "", ""]
            described = dict(
                connection.execute(
                    "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ?",
                    [name],
                ).fetchall()
            )
            if name in TABLES:
                lines += [f"The columns of [`segment.{name}`](#segment-{name})" + _added(connection, name) + ".", ""]
            else:
                lines += _table(connection, f"main.{name}", described)
        lines += [
            "## Tables", "",
            "What the segments hold, live or not. Each `segment.` table has the number of the source file, `file`, as its last column.", "",
        ]  # fmt: skip
        for schema, name, comment in tables:
            title = name if schema == "main" else f"{schema}.{name}"
            described = dict(
                connection.execute(
                    "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?",
                    [schema, name],
                ).fetchall()
            )
            anchor = [] if schema == "main" else [f"(segment-{name})="]
            lines += [*anchor, f"### `{title}`", "", comment or "", ""]
            lines += _table(connection, f"{schema}.{name}", described)
    return "\n".join(lines).rstrip() + "\n"


def _added(connection: object, name: str) -> str:
    rows = connection.execute(f"DESCRIBE main.{name}").fetchall()  # type: ignore[attr-defined]
    added = [f"`{row[0]}`" for row in rows if row[0] not in columns()[name]]
    return " and " + ", ".join(added) if added else ""


def _table(connection: object, name: str, comments: dict[str, str | None]) -> list[str]:
    rows = connection.execute(f"DESCRIBE {name}").fetchall()  # type: ignore[attr-defined]
    lines = ["| column | type | meaning |", "|---|---|---|"]
    for column, kind, *_ in rows:
        lines.append(f"| `{column}` | `{kind}` | {comments.get(column) or ''} |")
    return [*lines, ""]
