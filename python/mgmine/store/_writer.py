"""Commits: one source file's tables become a segment, in one transaction. Merges of segments, and generations."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from mgmine.errors import InputError, LockedError, StoreError, UsageError
from mgmine.store import _care, _disk, _manifest, _schema, _segment
from mgmine.store._manifest import File, Manifest, Segment, SegmentKey, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mgmine.store._segment import ArrowStream

Generation = Literal["current", "next"]
LOCK = "LOCK"
FANOUT = 4
"""How many segments are merged into one of the next size. So a year of 1,700 files has at most twenty segments."""
LARGEST = 256
"""Files of the largest segments, which are merged no further: what a merge needs of time and of disk space stays bounded."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a store's one writer.

    Raises:
        LockedError: Another process holds it.
        StoreError: The folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(str(folder / LOCK), timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(f"{folder}: another process is writing to this store; try later") from None
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def _id_of(files: Sequence[File]) -> str:
    return _manifest.segment_id([file.key for file in files])


def blocks_of(files: Sequence[File]) -> list[list[File]]:
    """The groups of files that should be in one segment each: the largest that are complete, none of a single file."""
    # NLM's files by year and number, the others by their place among themselves: both only grow at their end, so that a
    # block that is complete once stays as it is.
    numbered: dict[tuple[int, int], File] = {}
    others = 0
    for file in files:
        if order := file.key.nlm_order:
            numbered[order[0], order[1] - 1] = file
        else:
            numbered[-1, others] = file
            others += 1
    blocks: list[list[File]] = []
    for _, group in groupby(sorted(numbered.items(), key=lambda item: item[0]), lambda item: item[0][0]):
        run = {number: file for (_, number), file in group if file.whole}
        size = FANOUT
        found: dict[int, list[File]] = {}
        while size <= LARGEST and (
            complete := [
                start for start in run if start % size == 0 and all(start + step in run for step in range(size))
            ]
        ):
            for start in complete:
                for inner in range(start, start + size, size // FANOUT):
                    found.pop(inner, None)
                found[start] = [run[start + step] for step in range(size)]
            size *= FANOUT
        blocks += [found[start] for start in sorted(found)]
    return blocks


class Writer:
    """The one writer of a store; from :meth:`mgmine.store.Store.writer`."""

    def __init__(self, folder: Path, generation: Generation, committed: Callable[[Manifest], None]) -> None:
        """Read the manifests (a new store gets an empty one) and clear away what a stopped writer left."""
        self._folder = folder
        self._segments = folder / "segments"
        self._committed = committed
        try:
            _disk.make_folder(self._segments)
            current = _manifest.read(self._folder)
            if current is None:
                current = Manifest()
                _manifest.write(self._folder, current)
            pending = _manifest.read(self._folder, _manifest.NEXT)
            self._name, self._manifest, self._other = _manifest.NAME, current, pending
            if generation == "next":
                if pending is None:
                    pending = Manifest(generation=current.generation + 1)
                    _manifest.write(self._folder, pending, _manifest.NEXT)
                self._name, self._manifest, self._other = _manifest.NEXT, pending, current
            self._clear()
        except OSError as error:
            raise StoreError(f"{error.filename or self._folder}: {error.strerror or error}") from error

    @property
    def generation(self) -> int:
        """Number of the generation that is written to."""
        return self._manifest.generation

    def files(self) -> tuple[File, ...]:
        """The source files of the generation that is written to, in order."""
        return self._manifest.files

    def has(self, segment_key: SegmentKey) -> bool:
        """Whether the generation holds this file whole, so that it need not be read again."""
        found = self._manifest.find(segment_key)
        return found is not None and found.whole

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
            if own:
                whole = replace(whole, superseded=_segment.place_superseded(self._segments, whole))
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
        with self._changing():
            segment = self._shared(segment_key.id) or self._new_segment(
                [file], lambda folder: _segment.write(segment_key, tables, folder)
            )
            self._switch(self._listed(self._manifest.put(file, segment), file))
        self._clear()

    def reread(self, segment_key: SegmentKey, claims: ArrowStream, *, stats: Mapping[str, Any] | None = None) -> None:
        """Give a file that the store holds new claims; all else of it stays as it is. Does nothing if they are there.

        Args:
            segment_key: The file's key with the new rules or the new model.
            claims: As for :meth:`commit`.
            stats: As for :meth:`commit`; what was noted before stays where nothing else is noted.

        Raises:
            UsageError: The store does not hold the file, or it was scanned with another lexicon or gate.
            StoreError: The files cannot be written.
        """
        if self.has(segment_key):
            return
        old = next((file for file in self._manifest.files if file.key.file == segment_key.file and file.whole), None)
        if old is None or (old.key.lexicon, old.key.gate) != (segment_key.lexicon, segment_key.gate):
            raise UsageError(f"{segment_key.source}: not in the store, or scanned with another lexicon or gate")
        file = File(segment_key, segment_key.id, {**old.stats, **json.loads(json.dumps(dict(stats or {})))})
        with self._changing():
            segment = self._shared(segment_key.id) or self._new_segment(
                [file],
                lambda folder: _segment.rewrite(self._segments, self._manifest, old, segment_key, claims, folder),
            )
            self._switch(self._listed(self._manifest.put(file, segment), file))
        self._clear()

    def compact(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Merge small segments into bigger ones, so that the number of segments stays small; how many were made.

        Which files are merged depends on the files alone, not on when it is done: four of NLM's files whose numbers follow one
        another from a multiple of four, then four times as many, up to 256; other files by their order. So two stores
        that hold the same files and were compacted are equal, whatever came between.

        Args:
            progress: Called with merges done and merges to do.

        Raises:
            StoreError: The files cannot be read or written.
        """
        blocks = [block for block in blocks_of(self._manifest.files) if {f.segment for f in block} != {_id_of(block)}]
        for done, block in enumerate(blocks):
            if progress:
                progress(done, len(blocks))
            new = _id_of(block)
            with self._changing():
                segment = self._shared(new) or self._new_segment(
                    block,
                    lambda folder, block=block: _segment.merge(self._segments, self._manifest, block, folder),  # type: ignore[misc]
                )
                numbers = set(segment.files)
                files = [replace(f, segment=new) if f.key.file in numbers else f for f in self._manifest.files]
                self._switch(self._manifest.arranged(files, [*self._manifest.segments, segment]))
            self._clear()
        return len(blocks)

    def _listed(self, manifest: Manifest, file: File) -> Manifest:
        """A manifest to which a file was added, with the list of records that do not count brought up to date."""
        replaced = [old for old in self._manifest.files if file.key.replaces(old.key)]
        same = len(replaced) == 1 and replaced[0].key.file == file.key.file
        if same and _segment.same_touched(self._segments, replaced[0], file):
            return manifest
        # At the end only what it touches itself can change.
        added = file if not replaced and manifest.files[-1] == file else None
        manifest = replace(manifest, superseded=_segment.place_superseded(self._segments, manifest, added=added))
        if replaced:
            again = _segment.without_content(self._segments, manifest)
            files = [replace(old, whole=old.whole and old.key.file not in again) for old in manifest.files]
            manifest = replace(manifest, files=tuple(files))
        return manifest

    def _shared(self, segment_id: str) -> Segment | None:
        """The segment of this id where a generation has it."""
        known = [*self._manifest.segments, *(self._other.segments if self._other else ())]
        return next((found for found in known if found.id == segment_id), None)

    def _new_segment(self, files: Sequence[File], write: Callable[[Path], dict[str, Table]]) -> Segment:
        id_ = _id_of(files)
        unfinished = self._segments / (_segment.UNFINISHED + id_)
        _disk.remove_tree(unfinished)
        _disk.make_folder(unfinished)
        segment = Segment(id_, tuple(file.key.file for file in files), write(unfinished))
        _disk.write_file(unfinished / _manifest.SEGMENT, _manifest.describe(segment, files, self._manifest.generation))
        _segment.place(unfinished, self._segments / id_)
        return segment

    def _switch(self, manifest: Manifest) -> None:
        _manifest.write(self._folder, manifest, self._name)
        self._manifest = manifest
        if self._name == _manifest.NAME:
            self._committed(manifest)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Around a step that changes the store: a failure leaves what is on the disk as what holds."""
        try:
            yield
        except OSError as error:
            self._after_failure()
            raise StoreError(f"{error.filename or self._folder}: {error.strerror or error}") from error
        except BaseException:
            self._after_failure()
            raise

    def _after_failure(self) -> None:
        with suppress(OSError):
            for path in self._segments.glob(_segment.UNFINISHED + "*"):
                _disk.remove_tree(path)
        # The failing step may have been the one after the switch; what is on the disk is what holds.
        with suppress(StoreError):
            self._manifest = _manifest.read(self._folder, self._name) or self._manifest

    def _clear(self) -> None:
        """Remove segments that no manifest and no reader holds, and unfinished files."""
        with suppress(OSError):
            for path in _care.orphans(self._folder, (self._manifest, self._other)):
                _disk.remove_tree(path)
