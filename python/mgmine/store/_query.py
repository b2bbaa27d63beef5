"""DuckDB in memory over the segments of one snapshot, closed to everything else."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import uuid
from contextlib import suppress
from functools import lru_cache
from glob import escape
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from mgmine.errors import StoreError, UsageError
from mgmine.store import _schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mgmine.store._manifest import File, Manifest

_ABOUT_CATALOG = frozenset({
    "show", "describe", "information_schema", "pg_catalog", "sqlite_master", "duckdb_columns", "duckdb_views", "duckdb_tables",
    "duckdb_functions",
})  # fmt: skip
_EXPLAIN = re.compile(r"\s*explain(?:\s+analyze)?\s+", re.IGNORECASE)
_READING = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})


def literal(text: str) -> str:
    """A string as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def table_query(segments: Path, manifest: Manifest, table: str) -> str | None:
    """SQL that reads one table of all segments, with the rows of those files only that the manifest still has there."""
    names = ", ".join(f'"{name}"' for name in (*_schema.columns()[table], "file"))
    current = {(file.segment, file.key.file) for file in manifest.files}
    whole: list[Path] = []
    parts: list[str] = []
    for segment in manifest.segments:
        # Files without rows need not be opened at all.
        if not segment.tables[table].rows:
            continue
        path = segments / segment.id / f"{table}.parquet"
        # A file that was read anew has its rows in a segment of its own until that is merged.
        if left := [number for number in segment.files if (segment.id, number) not in current]:
            parts.append(f"SELECT {names} FROM {parquet(path)} WHERE file NOT IN ({', '.join(map(str, left))})")
        else:
            whole.append(path)
    if whole:
        parts.insert(0, f"SELECT {names} FROM {parquet(*whole)}")
    return " UNION ALL ".join(parts) or None


def parquet(*paths: Path) -> str:
    """The SQL table function that reads these Parquet files, in this order."""
    return f"read_parquet([{', '.join(literal(escape(path.as_posix())) for path in paths)}])"


def scans(segments: Path, manifest: Manifest, table: str, files: Sequence[File]) -> list[str]:
    """SQL queries that, one after another, give the rows of these files in this order."""
    known = {segment.id: segment for segment in manifest.segments}
    runs: list[tuple[str, list[int]]] = []
    for file in files:
        if runs and runs[-1][0] == file.segment:
            runs[-1][1].append(file.key.file)
        elif known[file.segment].tables[table].rows:
            runs.append((file.segment, [file.key.file]))
    return [
        f"SELECT * FROM {parquet(segments / id_ / f'{table}.parquet')} WHERE file IN ({', '.join(map(str, numbers))})"
        for id_, numbers in runs
    ]


class Catalog:
    """The tables and views of the schema over the segments of one snapshot, made in a connection as they are spoken of.

    To make them all takes ten times as long as most questions.
    """

    def __init__(self, connection: Any, manifest: Manifest, segments: Path) -> None:
        self._connection = connection
        self._manifest = manifest
        self._segments = segments
        self._made: set[str] = set()
        self._making = Lock()
        connection.execute("CREATE SCHEMA segment")

    def speak(self, query: str) -> None:
        """Make what a query names, and what that is made of. A query about the catalog itself needs all of it."""
        words = _schema.words(query)
        if words.isdisjoint(_ABOUT_CATALOG):
            self._make(_needed(frozenset(words & _makers().keys())))
        else:
            self.all()

    def all(self) -> None:
        """Make all that is not there yet, with the comments."""
        self._make(_schema.statements())

    def _make(self, statements: Sequence[_schema.Statement]) -> None:
        with self._making:
            for statement in statements:
                if statement.sql not in self._made:
                    self._create(statement)
                    self._made.add(statement.sql)

    def _create(self, statement: _schema.Statement) -> None:
        name = statement.name.removeprefix("segment.")
        manifest = self._manifest
        if statement.kind == "SCHEMA":
            return
        if statement.kind == "COMMENT":
            # A segment's table is a view here, which has no such columns of its own.
            if name == statement.name:
                self._connection.execute(statement.sql)
        elif name in _schema.TABLES and name != statement.name:
            query = table_query(self._segments, manifest, name)
            self._connection.execute(f"CREATE VIEW {statement.name} AS {query}" if query else statement.sql)
            if not query:
                self._connection.execute(f"ALTER TABLE {statement.name} ADD COLUMN file BIGINT")
        elif name == "superseded" and manifest.superseded:
            listed = parquet(self._segments / manifest.superseded.id / "superseded.parquet")
            self._connection.execute(f"CREATE TABLE {statement.name} AS SELECT file, record FROM {listed}")
        else:
            self._connection.execute(statement.sql)
            if name == "files":
                self._fill_files()

    def _fill_files(self) -> None:
        files = self._manifest.files
        columns: list[list[Any]] = [
            list(range(len(files))),
            [file.key.file for file in files],
            *([getattr(file.key, part) for file in files] for part in ("source", "md5", "lexicon", "rules", "model", "gate")),
            [file.whole for file in files],
            [file.segment for file in files],
            [json.dumps(dict(file.stats), sort_keys=True, ensure_ascii=False) for file in files],
        ]  # fmt: skip
        if files:
            self._connection.execute(f"INSERT INTO files SELECT {', '.join(['unnest(?)'] * len(columns))}", columns)


@lru_cache(maxsize=1)
def _makers() -> dict[str, list[_schema.Statement]]:
    """The statements that make something, by its name without schema."""
    found: dict[str, list[_schema.Statement]] = {}
    for statement in _schema.statements():
        if statement.kind in ("TABLE", "VIEW", "MACRO"):
            found.setdefault(statement.name.removeprefix("segment."), []).append(statement)
    return found


@lru_cache
def _needed(names: frozenset[str]) -> tuple[_schema.Statement, ...]:
    """The statements that make what has these names, and what that is made of, in order."""
    needed: set[_schema.Statement] = set()
    asked = list(names)
    while asked:
        for statement in _makers().get(asked.pop(), ()):
            if statement not in needed:
                needed.add(statement)
                asked += _schema.words(statement.sql)
    return tuple(statement for statement in _schema.statements() if statement in needed)


class RowCounter:
    """Counts the rows of Parquet files, outside any snapshot; a context manager."""

    def __init__(self) -> None:
        import duckdb

        self._connection = duckdb.connect(config={"threads": 1})

    def __enter__(self) -> RowCounter:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def count(self, path: Path) -> int:
        """Rows of one file.

        Raises:
            StoreError: It is not a readable Parquet file.
        """
        import duckdb

        try:
            name = escape(path.resolve().as_posix())
            query = "SELECT sum(num_rows) FROM parquet_file_metadata(?)"
            return int(self._connection.execute(query, [name]).fetchall()[0][0])
        except duckdb.Error as error:
            raise StoreError(f"{path}: {error}") from error


class Engine:
    """The connection of one snapshot. Cursors of it may run in several threads, each result on its own."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        import duckdb

        self._spill = Path(tempfile.gettempdir()) / f"mgmine-{uuid.uuid4().hex}"
        self._folder = folder
        segments = (folder / "segments").resolve()
        self._connection = connection = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        )
        try:
            # A large sort or join may go to disk; the default place for that would be the user's working directory.
            connection.execute(f"SET temp_directory = {literal(str(self._spill))}")
            self._catalog = Catalog(connection, manifest, segments)
            # Twice, since a path with glob characters is checked as it is escaped and again as it is opened.
            allowed = ", ".join(literal(path) for path in sorted({segments.as_posix(), escape(segments.as_posix())}))
            connection.execute(f"SET allowed_directories = [{allowed}]")
            connection.execute("SET python_enable_replacements = false")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            self.close()
            raise StoreError(f"{folder}: {error}") from error

    def _speak(self, query: str | None) -> None:
        """Make what a query speaks of; without one all."""
        import duckdb

        try:
            self._catalog.all() if query is None else self._catalog.speak(query)
        except duckdb.ConnectionException:
            raise _moved_on() from None
        except duckdb.Error as error:
            raise StoreError(f"{self._folder}: {error}") from error

    def _cursor(self) -> Any:
        import duckdb

        try:
            return self._connection.cursor()
        except duckdb.ConnectionException:
            raise _moved_on() from None

    def check(self, query: str) -> str:
        """The one reading statement in ``query``, or an error that says what is wrong with it."""
        import duckdb

        explain = _EXPLAIN.match(query)
        body = query[explain.end() :] if explain else query
        cursor = self._cursor()
        try:
            found = cursor.extract_statements(body)
            if not found:
                raise UsageError("no statement")
            if len(found) > 1:
                raise UsageError("one statement at a time, please")
            # A data-changing statement may hide in a WITH clause, so the tree itself is looked at.
            tree = json.loads(cursor.execute("SELECT json_serialize_sql(?)", [body]).fetchall()[0][0])
        except duckdb.Error as error:
            raise UsageError(str(error)) from error
        finally:
            cursor.close()
        if tree.get("error") and tree.get("error_type") == "parser":
            raise UsageError(str(tree.get("error_message")))
        if tree.get("error") or not all(kind in _READING for kind in _nodes(tree)):
            raise UsageError("only statements that read are possible: SELECT, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN")
        return query

    def relation(self, query: str, params: Sequence[Any] | Mapping[str, Any]) -> Any:
        """A relation of a checked query: bound, not yet run. It lives on a cursor of its own."""
        import duckdb

        self._speak(query)
        cursor = self._cursor()
        try:
            try:
                return _relation(cursor, query, params)
            except duckdb.CatalogException:
                # A name may be spelled in a way that is not seen in the words, or there is none, which the message then tells.
                self._speak(None)
                return _relation(cursor, query, params)
        except duckdb.Error as error:
            raise _told(error) from error

    def rows(self, query: str, params: Sequence[Any] | Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The rows of a checked query, a few thousand in memory at a time."""
        import duckdb

        self._speak(query)
        cursor = self._cursor()
        try:
            cursor.execute(query, _params(params))
            while batch := cursor.fetchmany(4096):
                yield from batch
        except duckdb.Error as error:
            raise _told(error) from error
        finally:
            with suppress(duckdb.Error):
                cursor.close()

    def close(self) -> None:
        """Close the connection and remove what it spilled."""
        with suppress(Exception):
            self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


def _relation(cursor: Any, query: str, params: Sequence[Any] | Mapping[str, Any]) -> Any:
    return cursor.sql(query, params=_params(params)) if params else cursor.sql(query)


def _moved_on() -> StoreError:
    return StoreError("the store was closed, or has moved on to a newer snapshot; ask again")


def _params(params: Sequence[Any] | Mapping[str, Any]) -> Any:
    from collections.abc import Mapping as MappingType

    return dict(params) if isinstance(params, MappingType) else list(params)


def _told(error: Exception) -> Exception:
    """Our error for one of DuckDB's: a file that cannot be read is the store's fault, all else the question's."""
    import duckdb

    if isinstance(error, duckdb.IOException | duckdb.PermissionException) and "segments" in str(error):
        return StoreError(str(error))
    return UsageError(str(error))


def _nodes(value: Any) -> Iterator[str]:
    """The kinds of all query nodes in a serialised statement."""
    if isinstance(value, dict):
        if "cte_map" in value or str(value.get("type", "")).endswith("QUERY_NODE"):
            yield str(value.get("type"))
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)


class Result:
    """What a query gave. Rows come as tuples of Python values or, through ``__arrow_c_stream__``, as Arrow columns.

    ``polars.DataFrame(result)``, ``pyarrow.table(result)`` and ``pandas.DataFrame.from_arrow(result)`` read it without copying
    row by row. Iterating runs the query in pieces and does not hold all rows at once; ``rows`` does.
    """

    def __init__(self, engine: Engine, query: str, params: Sequence[Any] | Mapping[str, Any]) -> None:
        self._engine = engine
        self._query = query
        self._given = params
        self._rows: list[tuple[Any, ...]] | None = None
        relation = engine.relation(query, params)
        self.columns: list[str] = list(relation.columns)
        """Column names."""
        self.types: list[str] = [str(kind) for kind in relation.types]
        """SQL types of the columns."""

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """All rows."""
        if self._rows is None:
            self._rows = list(self)
        return self._rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._rows) if self._rows is not None else self._engine.rows(self._query, self._given)

    def dicts(self) -> Iterator[dict[str, Any]]:
        """The rows as dictionaries."""
        for row in self:
            yield dict(zip(self.columns, row, strict=True))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as an Arrow stream (PyCapsule interface); each call gives all rows anew."""
        relation = self._engine.relation(self._query, self._given)
        return relation.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<Result {', '.join(self.columns)}>"
