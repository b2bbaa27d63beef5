"""Looking after a store: what is wrong with it, what lies about in it, and how it is mended."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mgmine.errors import StoreError
from mgmine.store import _disk, _lease, _manifest, _schema, _segment
from mgmine.store._manifest import File, Manifest, Segment, segment_id
from mgmine.store._query import RowCounter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mgmine.store._query import Engine

LOST = "lost"
"""Folder into which repair moves what is damaged."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a store, found by :meth:`Store.check`."""

    path: str
    problem: str


@dataclass(slots=True)
class Repair:
    """What :func:`repair` found and did. ``lost`` are the source files whose rows are gone: read them again."""

    done: list[str] = field(default_factory=list)
    lost: list[File] = field(default_factory=list)


# ── Checking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def faults_of_table(path: Path, table: _manifest.Table, counter: RowCounter) -> str | None:
    """What is wrong with one Parquet file, or None."""
    try:
        if path.stat().st_size != table.bytes:
            return f"is {path.stat().st_size} bytes long, not {table.bytes}"
        if _disk.sha256(path) != table.sha256:
            return "its checksum is not that of the manifest"
        if (rows := counter.count(path)) != table.rows:
            return f"holds {rows} rows, not {table.rows}"
    except OSError as error:
        return error.strerror or str(error)
    except StoreError as error:
        return str(error)
    return None


def faults_of_segment(segments: Path, segment: Segment, counter: RowCounter) -> Iterator[Fault]:
    """What is wrong with the files of a segment."""
    if missing := sorted(set(_schema.TABLES) - set(segment.tables)):
        yield Fault(f"segments/{segment.id}", f"the manifest lists no {', '.join(missing)}")
    for name, table in segment.tables.items():
        if problem := faults_of_table(segments / segment.id / f"{name}.parquet", table, counter):
            yield Fault(f"segments/{segment.id}/{name}.parquet", problem)
    described = segments / segment.id / _manifest.SEGMENT
    try:
        if _described(described).segment != segment:
            yield Fault(f"segments/{segment.id}/{_manifest.SEGMENT}", "does not say what the manifest says")
    except (OSError, StoreError) as error:
        yield Fault(f"segments/{segment.id}/{_manifest.SEGMENT}", str(error))


_LIVE = "(SELECT * FROM segment.{table} ANTI JOIN segment.superseded USING (file, record))"
_SPANS = (
    ("mentions", '"start"', '"end"', '"text"'),
    ("vetoes", '"start"', '"end"', '"text"'),
    ("sentences", '"start"', '"end"', '"text"'),
    ("claims", "sentence_start", "sentence_end", "sentence_text"),
)


def faults_of_rows(engine: Engine) -> Iterator[Fault]:
    """What is wrong with the rows of a snapshot whose files are well."""
    (wrong,) = next(
        engine.rows(
            "SELECT count(*) FROM ((FROM segment.dead EXCEPT FROM segment.superseded) UNION ALL "
            "(FROM segment.superseded EXCEPT FROM segment.dead))",
            (),
        )
    )
    if wrong:
        yield Fault("superseded.parquet", f"wrong about {wrong} records")
    for doc_id, count in engine.rows(
        "SELECT doc_id, count(*) FROM documents GROUP BY doc_id HAVING count(*) > 1 ORDER BY doc_id LIMIT 10", ()
    ):
        yield Fault("documents", f"{doc_id} counts {count} times")
    query = (
        "SELECT source, count(*), min(doc_id) FROM segment.touched JOIN files USING (file) "
        "ANTI JOIN segment.superseded USING (file, record) ANTI JOIN segment.documents USING (file, record, doc_id) "
        "WHERE record IS NOT NULL AND whole GROUP BY source ORDER BY source"
    )
    yield from _told(engine, "documents", query, "missing")
    for table in ("mentions", "vetoes", "comentions", "sentences", "claims"):
        query = (
            f"SELECT source, count(*), min(doc_id) FROM {_LIVE.format(table=table)} JOIN files USING (file) "
            f"ANTI JOIN {_LIVE.format(table='documents')} AS d USING (file, record, doc_id) GROUP BY source ORDER BY source"
        )
        yield from _told(engine, table, query, "of documents that do not count or are not there")
    for table, start, end, text in _SPANS:
        query = (
            f"SELECT source, count(*), min(t.doc_id) FROM {_LIVE.format(table=table)} AS t JOIN files USING (file) "
            f"JOIN {_LIVE.format(table='documents')} AS d USING (file, record) "
            f"WHERE d.text IS NOT NULL AND t.{text} IS DISTINCT FROM "
            f"CASE WHEN t.{start} >= 0 THEN substring(d.text, t.{start} + 1, t.{end} - t.{start}) END "
            "GROUP BY source ORDER BY source"
        )
        yield from _told(engine, table, query, "whose span does not hold their words")


def _told(engine: Engine, table: str, query: str, problem: str) -> Iterator[Fault]:
    for source, count, example in engine.rows(query, ()):
        yield Fault(f"{table} of {source}", f"{count} rows {problem}, the first of {example}")


# ── What lies about ─────────────────────────────────────────────────────────────────────────────────────────────────


def orphans(folder: Path, manifests: Iterable[Manifest | None]) -> list[Path]:
    """What belongs to no manifest and no living reader: what stopped writers left, and segments that were replaced."""
    held = _lease.held(folder)
    listed: set[str] = set()
    for manifest in manifests:
        listed |= manifest.ids() if manifest else set()
    found = [path for name in (_manifest.NAME, _manifest.NEXT) if (path := folder / f"{name}.new").exists()]
    segments = folder / "segments"
    if segments.is_dir():
        found += [
            path
            for path in sorted(segments.iterdir())
            if path.name.startswith(_segment.UNFINISHED) or (held is not None and path.name not in listed | held)
        ]
    return found


# ── Mending ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Described:
    generation: int
    files: tuple[File, ...]
    segment: Segment


def _described(path: Path) -> _Described:
    """What a segment's folder says of itself.

    Raises:
        StoreError: It says nothing that can be read.
    """
    try:
        document = json.loads(path.read_bytes())
        files = tuple(map(File.from_json, document["files"]))
        segment = Segment.from_json(document["segment"])
        if segment.id != segment_id([file.key for file in files]):
            raise ValueError("its id does not fit its files")
        return _Described(int(document["generation"]), files, segment)
    except FileNotFoundError:
        raise StoreError("missing") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"damaged: {type(error).__name__}: {error}") from error


def repair(folder: Path) -> Repair:
    """Mend a store that no one else writes to; the caller holds its lock.

    A manifest that is missing or damaged is made again from what the segments' folders say. Segments that are missing or
    damaged are taken off the manifest; what is left of them goes to ``lost/``. The list of records that do not count is
    made again.

    Raises:
        StoreError: The folder cannot be written to.
    """
    result = Repair()
    segments = folder / "segments"
    _disk.make_folder(segments)
    with RowCounter() as counter:
        bad: dict[str, str] = {}

        def sound(segment: Segment) -> bool:
            if segment.id not in bad:
                faults = list(faults_of_segment(segments, segment, counter))
                about_itself = f"segments/{segment.id}/{_manifest.SEGMENT}"
                bad[segment.id] = next((f"{f.path}: {f.problem}" for f in faults if f.path != about_itself), "")
            return not bad[segment.id]

        manifests = {name: _readable(folder, name, result) for name in (_manifest.NAME, _manifest.NEXT)}
        pending = manifests[_manifest.NEXT]
        if manifests[_manifest.NAME] is None:
            manifests[_manifest.NAME] = _from_segments(segments, pending, sound, result)
        for name, manifest in manifests.items():
            if manifest is not None:
                _mend(folder, name, manifest, sound, bad, result)
    return result


def _readable(folder: Path, name: str, result: Repair) -> Manifest | None:
    try:
        return _manifest.read(folder, name)
    except StoreError as error:
        _away(folder, folder / name)
        result.done.append(f"{error}; moved to {LOST}/")
        return None


def _away(folder: Path, path: Path) -> None:
    """Move something damaged to ``lost/``."""
    target = folder / LOST / path.name
    _disk.make_folder(target.parent)
    _disk.remove_tree(target)
    _disk.rename(path, target)
    _disk.sync_folder(target.parent)
    _disk.sync_folder(path.parent)


def _from_segments(segments: Path, pending: Manifest | None, sound: Any, result: Repair) -> Manifest:
    """A manifest of all sound segments that do not belong to the next generation."""
    found: list[tuple[int, _Described]] = []
    for path in sorted(segments.iterdir()):
        with suppress(OSError, StoreError):
            described = _described(path / _manifest.SEGMENT)
            if path.name == described.segment.id and sound(described.segment):
                found.append(((path / _manifest.SEGMENT).stat().st_mtime_ns, described))
    limit = pending.generation - 1 if pending else None
    generations = [part.generation for _, part in found if limit is None or part.generation <= limit]
    generation = max(generations, default=1)
    manifest = Manifest(generation=generation)
    for _, part in sorted(found, key=lambda item: (item[0], len(item[1].files))):
        for file in part.files:
            # NLM's files belong to one generation, the user's are taken over from one to the next.
            if part.generation == generation or (part.generation < generation and file.key.nlm_order is None):
                manifest = manifest.put(file, part.segment)
    result.done.append(f"{_manifest.NAME} made again from {len(found)} segments, with {len(manifest.files)} files")
    if any(file.key.nlm_order is None for file in manifest.files) and len(manifest.files) > 1:
        result.done.append(
            "files without a place in NLM's numbering stand in the order in which their segments were written"
        )
    return manifest


def _mend(folder: Path, name: str, manifest: Manifest, sound: Any, bad: dict[str, str], result: Repair) -> None:
    segments = folder / "segments"
    damaged = {segment.id for segment in manifest.segments if not sound(segment)}
    lost = [file for file in manifest.files if file.segment in damaged]
    kept = manifest.arranged([file for file in manifest.files if file.segment not in damaged], manifest.segments)
    for id_ in sorted(damaged):
        result.done.append(f"{bad[id_]}; taken off {name}")
        if (segments / id_).exists():
            _away(folder, segments / id_)
    for segment in kept.segments:
        described = segments / segment.id / _manifest.SEGMENT
        try:
            fine = _described(described).segment == segment
        except (OSError, StoreError):
            fine = False
        if not fine:
            by_number = {file.key.file: file for file in manifest.files}
            if all(number in by_number for number in segment.files):
                files = [by_number[number] for number in segment.files]
                _disk.write_file(described, _manifest.describe(segment, files, manifest.generation))
                result.done.append(f"segments/{segment.id}/{_manifest.SEGMENT} made again")
    listed = manifest.superseded
    with RowCounter() as counter:
        wrong = listed and faults_of_table(segments / listed.id / f"{_segment.SUPERSEDED}.parquet", listed, counter)
    table = _segment.place_superseded(segments, replace(kept, superseded=None))
    if wrong or (table != listed and not damaged):
        result.done.append(f"{name}: the list of records that do not count made again")
    kept = replace(kept, superseded=table)
    again = _segment.without_content(segments, kept)
    kept = replace(
        kept, files=tuple(replace(file, whole=file.whole and file.key.file not in again) for file in kept.files)
    )
    result.lost += [*lost, *(file for file in kept.files if not file.whole)]
    if kept != manifest or not (folder / name).exists():
        _manifest.write(folder, kept, name)
