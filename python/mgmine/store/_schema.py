"""Reading ``schema.sql``: its statements, the columns of each table, and the reference page made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

TABLES: tuple[str, ...] = ("documents", "mentions", "vetoes", "comentions", "claims", "sentences", "touched")
"""The tables of a segment, one Parquet file each."""

VIEWS: tuple[str, ...] = ("documents", "mentions", "vetoes", "comentions", "claims", "sentences", "relations")
"""What :meth:`mgmine.store.Store.table` gives: the live rows."""


_TOKEN = re.compile(r"--[^\n]*|(?P<text>'(?:[^']|'')*'|\"[^\"]*\"|[^-'\";]+|-)|(?P<end>;)")
_NAMED = re.compile(r"(?:CREATE|COMMENT ON) (?P<kind>\w+) (?P<name>(?:segment\.)?\w+)")
_COLUMN = re.compile(r'^  "?(\w+)"? (.+?),?$', re.MULTILINE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the schema: what it makes or describes, and its SQL without comments."""

    kind: Literal["SCHEMA", "TABLE", "VIEW", "MACRO", "COMMENT"]
    name: str
    sql: str


@lru_cache(maxsize=1)
def statements() -> tuple[Statement, ...]:
    """The statements of the schema, in order, views over relations at the end."""
    from mgmine.relations import sql as relations_sql

    source = files("mgmine.store").joinpath("schema.sql").read_text(encoding="utf-8") + relations_sql()
    found: list[Statement] = []
    pieces: list[str] = []
    for token in _TOKEN.finditer(source):
        if not token["end"]:
            pieces.append(token["text"] or "")
            continue
        text = "".join(pieces).strip()
        pieces.clear()
        named = _NAMED.match(text)
        if named is None:
            raise ValueError(f"a statement of the schema that is not known: {text[:60]}")
        kind = "COMMENT" if text.startswith("COMMENT") else named["kind"]
        found.append(Statement(kind, named["name"], text))  # type: ignore[arg-type]
    return tuple(found)


def words(sql: str) -> frozenset[str]:
    """The words of a text in SQL, in lower case; names among them, quoted or not."""
    return frozenset(word.lower() for word in _WORD.findall(sql))


def dead(touched: str = "segment.touched") -> str:
    """The query that finds the records that do not count, over another table of what was touched where that is wanted."""
    start = "CREATE VIEW segment.dead AS"
    (view,) = (statement.sql for statement in statements() if statement.sql.startswith(start))
    return view.removeprefix(start).replace("segment.touched", touched)


@lru_cache(maxsize=1)
def columns() -> dict[str, dict[str, str]]:
    """Column names and SQL types of each table of a segment, in order."""
    made = {statement.name: statement.sql for statement in statements() if statement.kind == "TABLE"}
    return {table: dict(_COLUMN.findall(made[f"segment.{table}"])) for table in TABLES}


@lru_cache
def comments(view: str) -> dict[str, str]:
    """The meaning of the columns of a live view, as far as the schema tells it."""
    start = re.compile(rf'COMMENT ON COLUMN (?:segment\.)?{view}\."?(\w+)"? IS (\'(?:[^\']|\'\')*\')')
    found = {}
    for statement in statements():
        if match := start.match(statement.sql):
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
        for statement in statements():
            connection.execute(statement.sql)
            if statement.kind == "TABLE" and statement.name.removeprefix("segment.") in TABLES:
                connection.execute(f"ALTER TABLE {statement.name} ADD COLUMN file BIGINT")
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
