"""The evidence store: a folder of immutable Parquet segments, one set for each source file, and a manifest.

One writer, any number of readers, no server. The design, with all tables, is in ``schema.sql``.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mgmine.errors import StoreError, UsageError
from mgmine.store import _care, _disk, _lease, _manifest, _relations, _schema
from mgmine.store._care import Fault, Repair
from mgmine.store._claims import claim_record
from mgmine.store._manifest import File, Manifest, Segment, SegmentKey, Table
from mgmine.store._query import Engine, Result, RowCounter
from mgmine.store._relations import CONTRADICTIONS, RELATIONS
from mgmine.store._segment import ArrowStream
from mgmine.store._writer import LOCK, Generation, Writer, locked

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

__all__ = [
    "CONTRADICTIONS", "RELATIONS", "ArrowStream", "Fault", "File", "Repair", "Result", "Segment", "SegmentKey", "Store", "Table",
    "Writer", "claim_record", "reference", "repair",
]  # fmt: skip

reference = _schema.reference


def repair(path: str | os.PathLike[str]) -> Repair:
    """Mend a store, as far as it can be mended without its source files.

    A manifest that is missing or damaged is made again from what the segments' folders say. Segments that are missing or
    damaged are taken off the manifest, and what is left of them goes to ``lost/``; their files are told, to be read again.

    Raises:
        LockedError: Another process is writing.
        StoreError: There is no store, or it cannot be written to.
    """
    folder = Path(path).absolute()
    if not (folder / _manifest.NAME).is_file() and not (folder / "segments").is_dir():
        raise StoreError(f"{folder}: no evidence store here")
    with locked(folder):
        try:
            return _care.repair(folder)
        except OSError as error:
            raise StoreError(f"{error.filename or folder}: {error.strerror or error}") from error


class Store:
    """An evidence store, as it was when it was opened.

    Args:
        path: The store's folder.
        create: Make a new store where there is none; without it that is an error.

    Raises:
        StoreError: There is no store, or its manifest is damaged.

    A store is also a context manager; closing it gives back its hold on the segments. Reading needs no lock.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = False) -> None:
        # Absolute, so that a later change of the working folder changes nothing.
        self.path = Path(path).absolute()
        self._engine: Engine | None = None
        self._lease: _lease.Lease | None = None
        if not (self.path / _manifest.NAME).is_file():
            if not create:
                raise StoreError(f"{self.path}: no evidence store here ({_manifest.NAME} is missing)")
            try:
                _disk.make_folder(self.path)
                manifests = (_manifest.NAME, _manifest.NEXT)
                ours = {"segments", _care.LOST, _lease.FOLDER, LOCK, *manifests, *(name + ".new" for name in manifests)}
                foreign = sorted({entry.name for entry in self.path.iterdir()} - ours)
            except OSError as error:
                raise StoreError(f"{self.path}: {error.strerror or error}") from error
            if foreign:
                raise StoreError(f"{self.path}: not empty and no evidence store (it holds {foreign[0]})")
        self._manifest = Manifest()
        self._open_snapshot()

    def _open_snapshot(self) -> None:
        # First the lease, then the manifest: whatever the manifest lists is held from then on.
        lease = _lease.take(self.path)
        try:
            self._manifest = _manifest.read(self.path) or Manifest()
        except BaseException:
            if lease:
                lease.release()
            raise
        if lease:
            lease.hold(self._manifest.ids())
        if self._lease:
            self._lease.release()
        self._lease = lease

    @contextmanager
    def writer(self, generation: Generation = "current") -> Iterator[Writer]:
        """The store's writer; holds the store's lock until the block ends. What it commits is seen through this object.

        Args:
            generation: ``next`` commits into a generation that is built beside the current one, from the annual baseline.
                Readers go on seeing the current one until :meth:`Writer.switch_generation`. It may be built in many runs.

        Raises:
            LockedError: Another process is writing.
            StoreError: The folder cannot be written to.
        """
        with locked(self.path):
            yield Writer(self.path, generation, self._committed)

    def _committed(self, manifest: Manifest) -> None:
        """Move this object's own view on to a manifest that it has just committed."""
        self._manifest = manifest
        if self._lease:
            self._lease.hold(manifest.ids())
        if self._engine:
            self._engine.close()
            self._engine = None

    @property
    def generation(self) -> int:
        """Counts the baselines from which the store was built anew; 1 for the first."""
        return self._manifest.generation

    def files(self) -> tuple[File, ...]:
        """The source files of this snapshot, in the order in which later ones override earlier ones."""
        return self._manifest.files

    def next_files(self) -> tuple[File, ...] | None:
        """The files that the generation being built beside the current one has by now; None where none is being built."""
        pending = _manifest.read(self.path, _manifest.NEXT)
        return None if pending is None else pending.files

    def segments(self) -> tuple[Segment, ...]:
        """The segments of this snapshot, in the order of their first files."""
        return self._manifest.segments

    def _connected(self) -> Engine:
        if self._engine is None:
            self._engine = Engine(self.path, self._manifest)
        return self._engine

    def sql(self, query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Result:
        """Ask one SELECT (or DESCRIBE, SHOW, SUMMARIZE, EXPLAIN) of the live views; ``?`` and ``$name`` take ``params``.

        Raises:
            UsageError: The statement is not one that reads, or is wrong; the message says where.
            StoreError: A segment's file is missing or damaged.
        """
        engine = self._connected()
        return Result(engine, engine.check(query), params)

    def table(self, name: str) -> Result:
        """The live rows of documents, mentions, vetoes, comentions, claims, sentences or relations, as an Arrow stream."""
        if name not in _schema.VIEWS:
            raise UsageError(f"no table {name!r}; there are {', '.join(_schema.VIEWS)}")
        return Result(self._connected(), f"FROM {name}", ())

    def claims(self, where: str = "true", params: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """Live claims as claim records (JSON objects), those for which the SQL condition ``where`` holds."""
        for row in self.sql(f"SELECT * FROM claims WHERE {where}", params).dicts():
            yield claim_record(row)

    def relations(
        self, where: str = "true", params: Sequence[Any] = (), *, limit: int | None = None, evidence: int = 0
    ) -> Iterator[dict[str, Any]]:
        """Rows of the view ``relations`` for which the SQL condition ``where`` holds, the most documents first.

        With ``evidence`` each has as its ``evidence`` at most so many sentences, from as many documents as there are:
        ``claim_id, doc_id, year, title, journal, study_types, stance, factuality, modality, weight, score, contexts, sentence``.
        """
        return _relations.relations(self, where, params, limit, evidence)

    def contradictions(
        self, where: str = "true", params: Sequence[Any] = (), *, limit: int | None = None, evidence: int = 0
    ) -> Iterator[dict[str, Any]]:
        """Rows of the view ``contradictions`` for which the SQL condition ``where`` holds, the most contested first.

        With ``evidence`` each of its ``sides`` has at most so many sentences, as :meth:`relations` gives them.
        """
        return _relations.contradictions(self, where, params, limit, evidence)

    def counts(self) -> dict[str, int]:
        """Live rows of each table."""
        query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in _schema.VIEWS)
        return dict(self.sql(query).rows)

    def size(self) -> int:
        """Bytes of all segments of this snapshot."""
        return sum(table.bytes for segment in self.segments() for table in segment.tables.values())

    def check(self) -> list[Fault]:
        """Read all of the snapshot and tell what is wrong with it; empty when all is well.

        Of each file: that it is there, its checksum, its number of rows. Of the rows, where all files are well: that the list
        of records that do not count is right, that no document counts twice, that each row that counts belongs to a document
        that does, and that spans hold their words.
        """
        faults: list[Fault] = []
        segments = self.path / "segments"
        with RowCounter() as counter:
            for segment in self.segments():
                faults.extend(_care.faults_of_segment(segments, segment, counter))
            if table := self._manifest.superseded:
                path = f"segments/{table.id}/superseded.parquet"
                if problem := _care.faults_of_table(self.path / path, table, counter):
                    faults.append(Fault(path, problem))
        return faults or list(_care.faults_of_rows(self._connected()))

    def garbage(self) -> dict[Path, int]:
        """What the next writer will clear away, with its bytes: segments that were replaced, files of stopped writers."""
        manifests = (_manifest.read(self.path), _manifest.read(self.path, _manifest.NEXT))
        return {
            path: sum(part.stat().st_size for part in (path, *path.rglob("*")) if part.is_file())
            for path in _care.orphans(self.path, manifests)
        }

    def export(self, target: str | os.PathLike[str], kind: Literal["sqlite", "duckdb", "parquet"]) -> dict[str, int]:
        """Write the live rows of all tables, with relations and the list of files, for others to use; rows of each table.

        Args:
            target: A file, which is replaced if it exists; for ``parquet`` a folder that does not exist yet.
            kind: A SQLite or DuckDB database, or a Parquet file for each table.

        Raises:
            StoreError: A segment cannot be read, or the target cannot be written.
        """
        from mgmine.store._export import export

        return export(self.path / "segments", self._manifest, Path(target), kind)

    def close(self) -> None:
        """Close the connection and give back the hold on the segments; fine to call twice."""
        if self._engine:
            self._engine.close()
            self._engine = None
        if self._lease:
            self._lease.release()
            self._lease = None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r}, {len(self.files())} files)"
