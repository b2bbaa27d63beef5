"""Commits: one source file's tables become a segment, in one transaction."""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mgmine.errors import InputError, LockedError, MgmineError, StoreError, UsageError
from mgmine.store import _disk, _lease, _manifest, _schema
from mgmine.store._manifest import File, Manifest, Segment, SegmentKey, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from filelock import BaseFileLock

Generation = Literal["current", "next"]
LOCK = "LOCK"
_UNFINISHED = "new-"


class ArrowStream(Protocol):
    """Anything that gives Arrow columns through the PyCapsule interface: our tables, polars, pandas, pyarrow."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The columns."""


def _write_parquet(table: ArrowStream, path: Path) -> None:
    """Write one Parquet file, always the same bytes for the same rows, and sync it."""
    from mgmine import _native

    try:
        _native.write_parquet(table, str(path))
    except MgmineError as error:
        raise StoreError(f"{path}: {str(error).removeprefix('External: ')}") from error


class Writer:
    """The one writer of a store; from :meth:`mgmine.store.Store.writer`."""

    def __init__(self, folder: Path, lock: BaseFileLock, committed: Callable[[Manifest], None]) -> None:
        self._folder = folder
        self._segments = folder / "segments"
        self._lock = lock
        self._committed = committed
        self._name = _manifest.NAME
        self._manifest = Manifest()
        self._other: Manifest | None = None

    def _open(self, generation: Generation) -> None:
        """Take the lock, read the manifests (a new store gets an empty one) and clear away what a stopped writer left."""
        from filelock import Timeout

        try:
            self._lock.acquire()
        except Timeout:
            raise LockedError(f"{self._folder}: another process is writing to this store; try later") from None
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be written to: {error.strerror or error}") from error
        try:
            _disk.make_folder(self._segments)
            current = _manifest.read(self._folder)
            if current is None:
                current = Manifest()
                _manifest.write(self._folder, current)
            pending = _manifest.read(self._folder, _manifest.NEXT)
            if generation == "next":
                if pending is None:
                    pending = Manifest(generation=current.generation + 1)
                    _manifest.write(self._folder, pending, _manifest.NEXT)
                self._name, self._manifest, self._other = _manifest.NEXT, pending, current
            else:
                self._name, self._manifest, self._other = _manifest.NAME, current, pending
            self._clear()
        except OSError as error:
            self._lock.release()
            raise StoreError(f"{error.filename or self._folder}: {error.strerror or error}") from error
        except BaseException:
            self._lock.release()
            raise

    def _close(self) -> None:
        self._lock.release()

    @property
    def generation(self) -> int:
        """Number of the generation that is written to."""
        return self._manifest.generation

    def files(self) -> tuple[File, ...]:
        """The source files of the generation that is written to, in order."""
        return self._manifest.files

    def has(self, segment_key: SegmentKey) -> bool:
        """Whether the generation holds this file, so that it need not be read again."""
        return self._manifest.find(segment_key) is not None

    def switch_generation(self) -> None:
        """Make the next generation, which must be complete, the current one, in one step. Later commits go to it.

        Files of the user, which have no place in NLM's numbering, are taken over. They come first: what the new baseline
        says of a document holds.

        Raises:
            UsageError: This writer does not write to the next generation.
            StoreError: The manifest cannot be written.
        """
        current = self._pending_only()
        own = [file for file in current.files if file.key.nlm_order is None]
        taken = {file.key.file for file in own}
        new = [file for file in self._manifest.files if file.key.file not in taken]
        whole = self._manifest.arranged([*own, *new], [*self._manifest.segments, *current.segments])
        try:
            # First whole under its old name, then renamed: a stopped writer may do it again.
            _manifest.write(self._folder, whole, _manifest.NEXT)
            _disk.rename(self._folder / _manifest.NEXT, self._folder / _manifest.NAME)
            _disk.sync_folder(self._folder)
        except OSError as error:
            raise StoreError(f"{error.filename or self._folder}: {error.strerror or error}") from error
        self._now_current(whole)

    def abandon_generation(self) -> None:
        """Drop the next generation as far as it was built. Later commits go to the current one.

        Raises:
            UsageError: This writer does not write to the next generation.
            StoreError: The manifest cannot be removed.
        """
        current = self._pending_only()
        try:
            _disk.remove_tree(self._folder / _manifest.NEXT)
            _disk.sync_folder(self._folder)
        except OSError as error:
            raise StoreError(f"{error.filename or self._folder}: {error.strerror or error}") from error
        self._now_current(current)

    def _pending_only(self) -> Manifest:
        if self._name != _manifest.NEXT or self._other is None:
            raise UsageError("this writer writes to the current generation, not to the next one")
        return self._other

    def _now_current(self, manifest: Manifest) -> None:
        self._name, self._manifest, self._other = _manifest.NAME, manifest, None
        self._committed(manifest)
        self._clear()

    def commit(
        self, segment_key: SegmentKey, tables: Mapping[str, ArrowStream], *, stats: Mapping[str, Any] | None = None
    ) -> None:
        """Make ``tables`` the segment of ``segment_key``; does nothing, and reads no table, if the store holds it.

        Args:
            segment_key: What the tables were made from.
            tables: Arrow streams by table name, with the columns of the schema. ``documents`` is needed; a table that is
                missing has no rows. A missing ``record`` column is filled in from ``documents``. ``touched`` needs to hold
                only what the file deletes; its documents are added.
            stats: What to note about the file; must be JSON and the same for every run over the file.

        Raises:
            InputError: A table or column that the store does not know, or lacks.
            StoreError: The files cannot be written.
        """
        if self.has(segment_key):
            return
        unknown = sorted(set(tables) - set(_schema.TABLES))
        if unknown or "documents" not in tables:
            raise InputError(
                f"{segment_key.source}: " + (f"no such table: {', '.join(unknown)}" if unknown else "no documents")
            )
        # A copy, so that what the caller does with his dictionary later changes nothing here.
        file = File(segment_key, segment_key.id, json.loads(json.dumps(dict(stats or {}))))
        try:
            segment = self._shared(segment_key.id) or self._new_segment(segment_key, tables)
            manifest = self._manifest.put(file, segment)
            _manifest.write(self._folder, manifest, self._name)
        except OSError as error:
            self._after_failure()
            raise StoreError(f"{error.filename or self._folder}: {error.strerror or error}") from error
        except BaseException:
            self._after_failure()
            raise
        self._manifest = manifest
        if self._name == _manifest.NAME:
            self._committed(manifest)
        self._clear()

    def _shared(self, segment_id: str) -> Segment | None:
        """The segment of this id where the other generation has it."""
        return next((found for found in self._other.segments if found.id == segment_id), None) if self._other else None

    def _new_segment(self, key: SegmentKey, tables: Mapping[str, ArrowStream]) -> Segment:
        unfinished, final = self._segments / (_UNFINISHED + key.id), self._segments / key.id
        _disk.remove_tree(unfinished)
        _disk.make_folder(unfinished)
        written = self._write(key, tables, unfinished)
        _disk.sync_folder(unfinished)
        # Not listed in a manifest, or it would not be made: left by a writer that was stopped after this step.
        _disk.remove_tree(final)
        _disk.rename(unfinished, final)
        _disk.sync_folder(self._segments)
        return Segment(key.id, (key.file,), written)

    def _after_failure(self) -> None:
        with suppress(OSError):
            for path in self._segments.glob(_UNFINISHED + "*"):
                _disk.remove_tree(path)
        # The failing step may have been the one after the switch; what is on the disk is what holds.
        with suppress(StoreError):
            self._manifest = _manifest.read(self._folder, self._name) or self._manifest

    def _write(self, key: SegmentKey, tables: Mapping[str, ArrowStream], folder: Path) -> dict[str, Table]:
        import duckdb

        # One thread: the order of rows, and so the bytes of the files, must not depend on the machine.
        connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": True})
        spill = Path(tempfile.gettempdir()) / f"mgmine-{uuid.uuid4().hex}"
        connection.execute("SET temp_directory = '" + str(spill).replace("'", "''") + "'")
        written: dict[str, Table] = {}
        try:
            # Sentences before claims, whose record they tell.
            for name in ("documents", "mentions", "vetoes", "comentions", "sentences", "claims"):
                _load(connection, name, tables.get(name), key)
                written[name] = self._write_table(connection, name, f"FROM {name}", folder, key.file)
                if name not in ("documents", "sentences"):
                    connection.execute(f"DROP TABLE {name}")
            _load(connection, "touched", tables.get("touched"), key, given=True)
            query = (
                "SELECT doc_id, doc_version, record, false AS deleted FROM documents UNION ALL "
                "SELECT doc_id, doc_version, NULL, coalesce(deleted, false) FROM touched "
                "WHERE deleted OR doc_id NOT IN (SELECT doc_id FROM documents WHERE doc_id IS NOT NULL)"
            )
            written["touched"] = self._write_table(connection, "touched", query, folder, key.file)
        except duckdb.Error as error:
            raise InputError(f"{key.source}: {error}") from error
        finally:
            connection.close()
            shutil.rmtree(spill, ignore_errors=True)
        return written

    def _write_table(self, connection: Any, name: str, query: str, folder: Path, number: int) -> Table:
        path = folder / f"{name}.parquet"
        (rows,) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0]
        relation = connection.sql(f"SELECT *, {number}::BIGINT AS file FROM ({query})")
        _write_parquet(relation, path)
        return Table(int(rows), path.stat().st_size, _disk.sha256(path))

    def _clear(self) -> None:
        """Remove segments that no manifest and no reader holds, and unfinished files."""
        held = _lease.held(self._folder)
        listed = self._manifest.ids() | (self._other.ids() if self._other else set())
        with suppress(OSError):
            for name in (_manifest.NAME, _manifest.NEXT):
                _disk.remove_tree(self._folder / (name + ".new"))
            for path in sorted(self._segments.iterdir()):
                if path.name.startswith(_UNFINISHED) or (held is not None and path.name not in listed | held):
                    _disk.remove_tree(path)


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
