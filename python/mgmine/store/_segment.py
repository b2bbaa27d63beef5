"""What the files of a segment are made from: one source file's tables, or segments that are merged.

Everything here gives the same bytes for the same input: one thread, rows in the order of the source files, Parquet written
by the core.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mgmine.errors import InputError, MgmineError, StoreError
from mgmine.store import _disk, _schema
from mgmine.store._manifest import Table
from mgmine.store._query import Catalog, literal, parquet, scans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mgmine.store._manifest import File, Manifest, SegmentKey

UNFINISHED = "new-"
"""How the name of a folder begins that is being written."""
SUPERSEDED = "superseded"
"""The table that lists the records that do not count; in a folder of its own, named by its content."""


class ArrowStream(Protocol):
    """Anything that gives Arrow columns through the PyCapsule interface: our tables, polars, pandas, pyarrow."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The columns."""


def write_parquet(table: ArrowStream, path: Path, constant: tuple[str, int] | None = None) -> int:
    """Write one Parquet file, always the same bytes for the same rows, and sync it; ``constant`` is a column to add."""
    from mgmine import _native

    try:
        return _native.write_parquet(table, str(path), constant=constant)
    except MgmineError as error:
        raise StoreError(f"{path}: {str(error).removeprefix('External: ')}") from error


def _written(table: ArrowStream, path: Path, constant: tuple[str, int] | None = None) -> Table:
    rows = write_parquet(table, path, constant)
    return Table(rows, path.stat().st_size, _disk.sha256(path))


@contextmanager
def bench(folder: Path) -> Iterator[Any]:
    """A DuckDB connection for work on files of ours: one thread, so that the order of rows does not depend on the machine.

    Raises:
        StoreError: DuckDB cannot read a segment, or fails.
    """
    import duckdb

    spill = Path(tempfile.gettempdir()) / f"mgmine-{uuid.uuid4().hex}"
    connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": True})
    try:
        connection.execute(f"SET temp_directory = {literal(str(spill))}")
        yield connection
    except duckdb.Error as error:
        raise StoreError(f"{folder}: {error}") from error
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


# ── One source file ─────────────────────────────────────────────────────────────────────────────────────────────────


def write(key: SegmentKey, tables: Mapping[str, ArrowStream], folder: Path) -> dict[str, Table]:
    """Write the tables of a source file.

    Raises:
        InputError: A table or column that the store does not know, or lacks.
    """
    import duckdb

    constant = ("file", key.file)
    written: dict[str, Table] = {}
    with bench(folder) as connection:
        try:
            # Sentences before claims, whose record they tell.
            for name in ("documents", "mentions", "vetoes", "comentions", "sentences", "claims"):
                path = folder / f"{name}.parquet"
                given = tables.get(name)
                if given is not None and _as_stored(connection, given, name):
                    written[name] = _written(given, path, constant)
                    if name in ("documents", "sentences"):
                        connection.execute(f"CREATE VIEW {name} AS FROM {parquet(path)}")
                else:
                    _load(connection, name, given, key)
                    written[name] = _written(connection.sql(f"FROM {name}"), path, constant)
            _load(connection, "touched", tables.get("touched"), key, given=True)
            query = (
                "SELECT doc_id, doc_version, record, false AS deleted FROM documents UNION ALL "
                "SELECT doc_id, doc_version, NULL, coalesce(deleted, false) FROM touched "
                "WHERE deleted OR doc_id NOT IN (SELECT doc_id FROM documents WHERE doc_id IS NOT NULL)"
            )
            written["touched"] = _written(connection.sql(query), folder / "touched.parquet", constant)
        except duckdb.Error as error:
            raise InputError(f"{key.source}: {error}") from error
    return written


def rewrite(
    segments: Path, manifest: Manifest, old: File, key: SegmentKey, claims: ArrowStream, folder: Path
) -> dict[str, Table]:
    """Write the tables of a file that the store holds, with other claims.

    Raises:
        InputError: The claims are not what the store knows.
    """
    import duckdb

    (held,) = (segment for segment in manifest.segments if segment.id == old.segment)
    written: dict[str, Table] = {}
    with bench(segments) as connection:
        for name in _schema.TABLES:
            source, path = segments / held.id / f"{name}.parquet", folder / f"{name}.parquet"
            if name == "claims":
                continue
            if len(held.files) == 1:
                _disk.copy_file(source, path)
                written[name] = held.tables[name]
            else:
                query = f"SELECT * FROM {parquet(source)} WHERE file = {old.key.file}"
                written[name] = _written(connection.sql(query), path)
        try:
            for name in ("documents", "sentences"):
                connection.execute(f"CREATE VIEW {name} AS FROM {parquet(folder / f'{name}.parquet')}")
            _load(connection, "claims", claims, key)
            path = folder / "claims.parquet"
            written["claims"] = _written(connection.sql("FROM claims"), path, ("file", key.file))
        except duckdb.Error as error:
            raise InputError(f"{key.source}: {error}") from error
    return written


def _as_stored(connection: Any, table: ArrowStream, name: str) -> bool:
    """Whether a table is one of the core's with exactly the columns of the schema, so that it can be written as it is."""
    from mgmine import _native

    if not isinstance(table, _native.Table):
        return False
    connection.register("given", table)
    try:
        have = connection.execute("DESCRIBE given").fetchall()
    finally:
        connection.unregister("given")
    return [(column, kind) for column, kind, *_ in have] == list(_schema.columns()[name].items())


def _load(connection: Any, name: str, table: ArrowStream | None, key: SegmentKey, *, given: bool = False) -> None:
    """Read an Arrow stream into a DuckDB table with exactly the columns and types of the schema."""
    wanted = _schema.columns()[name]
    if table is None:
        columns = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in wanted.items())
        connection.execute(f"CREATE TABLE {name} AS SELECT {columns} WHERE false")
        return
    connection.register("given", table)
    try:
        connection.execute("CREATE TEMP TABLE taken AS FROM given")
    finally:
        connection.unregister("given")
    have = [row[0] for row in connection.execute("DESCRIBE taken").fetchall()]
    missing = [column for column in wanted if column not in have and not (column == "record" and name != "documents")]
    if missing:
        raise InputError(f"{key.source}: table {name} lacks the column {', '.join(missing)}")
    for column in have:
        if column not in wanted and connection.execute(f'SELECT count("{column}") FROM taken').fetchall()[0][0]:
            raise InputError(f"{key.source}: table {name} has the column {column}, which the store does not know")
    if "record" in have or given:
        columns = ", ".join(
            f'CAST("{column}" AS {kind}) AS "{column}"' if column in have else f'NULL::{kind} AS "{column}"'
            for column, kind in wanted.items()
        )
        connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM taken")
    else:
        _load_without_record(connection, name, have, key)
    connection.execute("DROP TABLE taken")


def _load_without_record(connection: Any, name: str, have: list[str], key: SegmentKey) -> None:
    """Fill in which record of the file each row is from: that of its document; of several equal versions the last.

    A claim is from the last record that has the claim's sentence, so that claims of a record that was given again with
    another text go with the old text, and a claim that both have is kept once.
    """
    columns = ", ".join(
        f'CAST(taken."{column}" AS {kind}) AS "{column}"' if column in have else "coalesce({record}) AS record"
        for column, kind in _schema.columns()[name].items()
    )
    joined = (
        "FROM taken LEFT JOIN (SELECT doc_id, doc_version, max(record) AS record FROM documents GROUP BY ALL) AS d "
        "ON d.doc_id = taken.doc_id AND d.doc_version = taken.doc_version "
    )
    if name == "claims":
        record = "s.record, d.record"
        joined += (
            "LEFT JOIN (SELECT doc_id, doc_version, sentence, text, max(record) AS record FROM sentences GROUP BY ALL) AS s "
            "ON s.doc_id = taken.doc_id AND s.doc_version = taken.doc_version AND s.sentence = taken.sentence_index "
            "AND s.text = taken.sentence_text "
            "QUALIFY row_number() OVER (PARTITION BY taken.doc_id, taken.id ORDER BY taken.rowid) = 1 "
        )
    else:
        record = "d.record"
    connection.execute(
        f"CREATE TABLE {name} AS SELECT {columns.replace('{record}', record)} {joined} ORDER BY taken.rowid"
    )
    lost = connection.execute(f"SELECT doc_id FROM {name} WHERE record IS NULL LIMIT 1").fetchall()
    if lost:
        raise InputError(f"{key.source}: table {name} speaks of {lost[0][0]}, which is not among the documents")


# ── Several ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def merge(segments: Path, manifest: Manifest, files: Sequence[File], folder: Path) -> dict[str, Table]:
    """Write the rows of several source files, in this order, from the segments that hold them now.

    Records that do not count because of another of these files, or of their own, are left out, whatever the rest of the
    store holds: the result depends on these files alone. ``touched`` is kept whole, so that it still says what each file
    did, and earlier files stay overridden.
    """
    written: dict[str, Table] = {}
    with bench(segments) as connection:
        catalog = Catalog(connection, manifest.arranged(files, manifest.segments), segments)
        dead = _schema.dead()
        catalog.speak(dead)
        connection.execute(f"CREATE TEMP TABLE gone AS SELECT file, record FROM ({dead})")
        for table, columns in _schema.columns().items():
            names = ", ".join(f't."{name}"' for name in (*columns, "file"))
            if parts := scans(segments, manifest, table, files):
                query = " UNION ALL ".join(parts)
            else:
                query = f"SELECT * FROM segment.{table} WHERE false"
                catalog.speak(query)
            if table == "touched":
                query = f"SELECT {names} FROM ({query}) AS t"
            else:
                # A join may give its rows in any order, depending on what it takes the tables' sizes to be.
                query = (
                    f"SELECT {names} FROM (SELECT *, row_number() OVER () AS nth FROM ({query})) AS t "
                    "ANTI JOIN gone ON gone.file = t.file AND gone.record = t.record ORDER BY t.nth"
                )
            written[table] = _written(connection.sql(query), folder / f"{table}.parquet")
    return written


def superseded(segments: Path, manifest: Manifest, folder: Path, *, added: File | None = None) -> Table | None:
    """Write the list of records that do not count; None, and no file, where there are none.

    Args:
        segments: Folder of the segments.
        manifest: Files and segments; its ``superseded`` is the list before ``added``.
        folder: Where to write.
        added: The last file, where nothing else has changed: only what it touches is looked at.
    """
    with bench(segments) as connection:
        if added is None:
            query = _schema.dead()
        else:
            touched = parquet(segments / added.segment / "touched.parquet")
            connection.execute(f"CREATE TEMP TABLE new AS FROM {touched} WHERE file = {added.key.file}")
            query = (
                "SELECT file, record FROM segment.superseded UNION "
                "SELECT t.file, t.record FROM segment.touched t SEMI JOIN new ON t.doc_id = new.doc_id "
                f"WHERE t.record IS NOT NULL AND t.file <> {added.key.file} UNION "
                f"SELECT file, record FROM ({_schema.dead('new')})"
            )
        query = f"SELECT file, record FROM ({query}) JOIN files USING (file) ORDER BY position, record"
        Catalog(connection, manifest, segments).speak(query)
        connection.execute(f"CREATE TEMP TABLE found AS {query}")
        (rows,) = connection.execute("SELECT count(*) FROM found").fetchall()[0]
        if not rows:
            return None
        if manifest.superseded and added and rows == manifest.superseded.rows:
            return manifest.superseded
        return _written(connection.sql("FROM found"), folder / f"{SUPERSEDED}.parquet")


def place(unfinished: Path, final: Path) -> None:
    """Give a folder that was written its name; one of the same content that is there already stays as it is."""
    _disk.sync_folder(unfinished)
    if _same_files(unfinished, final):
        # Left by a writer that was stopped after this step, or still held by a reader, or by the other generation.
        _disk.remove_tree(unfinished)
        return
    _disk.remove_tree(final)
    _disk.rename(unfinished, final)
    _disk.sync_folder(final.parent)


def _same_files(one: Path, other: Path) -> bool:
    def content(folder: Path) -> dict[str, str]:
        return {path.name: _disk.sha256(path) for path in folder.iterdir()}

    return other.is_dir() and content(one) == content(other)


def place_superseded(segments: Path, manifest: Manifest, *, added: File | None = None) -> Table | None:
    """As :func:`superseded`, in its place among the segments."""
    unfinished = segments / (UNFINISHED + SUPERSEDED)
    _disk.remove_tree(unfinished)
    _disk.make_folder(unfinished)
    table = superseded(segments, manifest, unfinished, added=added)
    if table is None or table == manifest.superseded:
        _disk.remove_tree(unfinished)
    else:
        place(unfinished, segments / table.id)
    return table


def same_touched(segments: Path, one: File, other: File) -> bool:
    """Whether two readings of a source file say the same about which documents exist."""
    with bench(segments) as connection:
        first, second = (
            f"SELECT * FROM {parquet(segments / file.segment / 'touched.parquet')} WHERE file = {file.key.file}"
            for file in (one, other)
        )
        query = f"SELECT count(*) FROM (({first} EXCEPT ALL {second}) UNION ALL ({second} EXCEPT ALL {first}))"
        return not connection.execute(query).fetchall()[0][0]


def without_content(segments: Path, manifest: Manifest) -> set[int]:
    """Numbers of files with records that count but were left out of a merged segment, when they did not count."""
    merged = [segment for segment in manifest.segments if len(segment.files) > 1]
    if not merged:
        return set()
    with bench(segments) as connection:
        query = (
            "SELECT DISTINCT file FROM segment.touched ANTI JOIN segment.superseded USING (file, record) "
            "ANTI JOIN segment.documents USING (file, record) WHERE record IS NOT NULL"
        )
        Catalog(connection, manifest, segments).speak(query)
        return {row[0] for row in connection.execute(query).fetchall()}
