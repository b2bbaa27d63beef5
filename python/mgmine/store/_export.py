"""One file to hand on: the live rows of a snapshot as a SQLite or DuckDB database, or a folder of Parquet files."""

from __future__ import annotations

import os
import sqlite3
import uuid
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Literal

from mgmine.errors import StoreError, UsageError
from mgmine.store import _disk, _schema, _segment
from mgmine.store._query import Catalog, literal

if TYPE_CHECKING:
    from pathlib import Path

    from mgmine.store._manifest import Manifest

TABLES = (*_schema.VIEWS, "files")
_SQLITE = {"BOOLEAN": "INTEGER", "DOUBLE": "REAL", "FLOAT": "REAL"}
_INTEGERS = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "HUGEINT")


def export(
    segments: Path, manifest: Manifest, target: Path, kind: Literal["sqlite", "duckdb", "parquet"]
) -> dict[str, int]:
    """Write the live rows; see :meth:`mgmine.store.Store.export`."""
    writers = {"sqlite": _sqlite, "duckdb": _duckdb, "parquet": _parquet}
    if kind not in writers:
        raise UsageError(f"no export as {kind!r}; there are {', '.join(writers)}")
    if kind == "parquet" and target.exists():
        raise StoreError(f"{target}: exists already")
    if target.is_dir():
        raise StoreError(f"{target}: is a folder")
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with _segment.bench(segments) as connection:
            Catalog(connection, manifest, segments).all()
            rows = writers[kind](connection, unfinished)
        if unfinished.is_dir():
            _disk.sync_folder(unfinished)
        else:
            _sync(unfinished)
        _disk.rename(unfinished, target)
        _disk.sync_folder(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{target}: {getattr(error, 'strerror', None) or error}") from error
    finally:
        with suppress(OSError):
            _disk.remove_tree(unfinished)
    return rows


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _columns(connection: Any, table: str) -> list[tuple[str, str, str]]:
    """(name, SQL type, meaning) of the columns of a live view."""
    described = _schema.comments(table)
    return [
        (name, kind, described.get(name, ""))
        for name, kind, *_ in connection.execute(f"DESCRIBE main.{table}").fetchall()
    ]


def _comment(connection: Any, table: str) -> str:
    query = (
        "SELECT comment FROM (SELECT view_name AS name, schema_name, comment FROM duckdb_views() UNION ALL "
        "SELECT table_name, schema_name, comment FROM duckdb_tables()) WHERE schema_name = 'main' AND name = ?"
    )
    return str(connection.execute(query, [table]).fetchall()[0][0] or "")


def _duckdb(connection: Any, path: Path) -> dict[str, int]:
    rows = {}
    connection.execute(f"ATTACH {literal(str(path))} AS target (ROW_GROUP_SIZE 122880)")
    for table in TABLES:
        connection.execute(f"CREATE TABLE target.{table} AS FROM main.{table}")
        connection.execute(f"COMMENT ON TABLE target.{table} IS {literal(_comment(connection, table))}")
        for name, _, meaning in _columns(connection, table):
            if meaning:
                connection.execute(f'COMMENT ON COLUMN target.{table}."{name}" IS {literal(meaning)}')
        (rows[table],) = connection.execute(f"SELECT count(*) FROM target.{table}").fetchall()[0]
    connection.execute("CHECKPOINT target")
    connection.execute("DETACH target")
    return rows


def _sqlite(connection: Any, path: Path) -> dict[str, int]:
    rows = {}
    with closing(sqlite3.connect(path)) as database:
        # The file is not under its name yet: what is half written will be thrown away.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        for table in TABLES:
            columns = _columns(connection, table)
            lines = []
            for index, (name, kind, meaning) in enumerate(columns):
                affinity = "INTEGER" if kind in _INTEGERS else _SQLITE.get(kind, "TEXT")
                comma = "," if index + 1 < len(columns) else ""
                lines.append(f'  "{name}" {affinity}{comma}' + (f" -- {_one_line(meaning)}" if meaning else ""))
            database.execute(
                f"CREATE TABLE {table} ( -- {_one_line(_comment(connection, table))}\n" + "\n".join(lines) + "\n)"
            )
            # Lists and structures become JSON.
            picked = ", ".join(
                f'"{name}"' if kind in (*_INTEGERS, *_SQLITE, "VARCHAR") else f'CAST(to_json("{name}") AS VARCHAR)'
                for name, kind, _ in columns
            )
            cursor = connection.execute(f"SELECT {picked} FROM main.{table}")
            rows[table] = 0
            places = ", ".join("?" * len(columns))
            while batch := cursor.fetchmany(10_000):
                rows[table] += len(batch)
                database.executemany(f"INSERT INTO {table} VALUES ({places})", batch)
            if any(name == "doc_id" for name, *_ in columns):
                database.execute(f"CREATE INDEX {table}_doc_id ON {table} (doc_id)")
        database.commit()
    return rows


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _parquet(connection: Any, path: Path) -> dict[str, int]:
    _disk.make_folder(path)
    rows = {}
    for table in TABLES:
        rows[table] = _segment.write_parquet(connection.sql(f"FROM main.{table}"), path / f"{table}.parquet")
    lines = ["# Tables of an mgmine evidence store", ""]
    for table in TABLES:
        lines += [f"## {table}", "", _comment(connection, table), "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | `{kind}` | {meaning} |" for name, kind, meaning in _columns(connection, table)]
        lines.append("")
    _disk.write_file(path / "README.md", "\n".join(lines).encode())
    return rows
