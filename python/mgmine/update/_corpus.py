"""The corpus folder: the files as the source has them, each with its ``.md5`` beside it.

Nothing else is kept there, so it is itself a source that others may be pointed at. A file under its own name is whole and its MD5
was that of its checksum file; what is on its way ends in ``.part``. The date of an ``.md5`` is the one that the source's listing
showed, by which a file that was published anew is noticed without asking for every checksum every day.
"""

from __future__ import annotations

import calendar
import hashlib
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mgmine.errors import LockedError
from mgmine.update import _checksum
from mgmine.update._errors import RefusedError, UnavailableError
from mgmine.update._http import Patience
from mgmine.update._names import FOLDERS, FileNumber
from mgmine.update._source import FolderSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from filelock import BaseFileLock

    from mgmine.update._listing import Entry
    from mgmine.update._source import Source

_RIPE = 2 * 86400


@dataclass(slots=True)
class Corpus:
    """The files of a source, brought here when they are asked for and verified before they are given out."""

    folder: Path
    source: Source
    patience: Patience = field(default_factory=Patience)
    told: Callable[[str], object] = lambda _line: None
    _lock: BaseFileLock | None = None

    @property
    def in_place(self) -> bool:
        """Whether the source is this folder, so that nothing is copied, written or removed."""
        return isinstance(self.source, FolderSource) and self.source.path.resolve() == self.folder.resolve()

    def __enter__(self) -> Corpus:
        from filelock import FileLock, Timeout

        if not self.in_place:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock = FileLock(str(self.folder / ".lock"), timeout=0, thread_local=False)
                self._lock.acquire()
            except Timeout:
                raise LockedError(f"{self.folder}: another update is filling this folder; try later") from None
            except OSError as error:
                raise UnavailableError(f"{self.folder}: {error.strerror or error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()

    def place(self, entry: Entry) -> Path:
        """Where a file stands, or will."""
        return self.folder / entry.folder / entry.name

    def md5(self, entry: Entry) -> str:
        """The checksum that the source gives for a file now.

        Of the baseline, which is over a thousand files, it is asked for only if the listing shows another date than before.

        Raises:
            RefusedError: The source has none, or nothing that could be one.
        """
        note = self.place(entry).with_name(entry.name + ".md5")
        if not self.source.near and entry.folder == FOLDERS[0] and (stamp := seconds_of(entry.stamp)) is not None:
            with suppress(OSError, RefusedError):
                noted = note.stat()
                # A listing shows minutes, in a zone of its own: a date that was young when it was noted may hide a change.
                if int(noted.st_mtime) == stamp and noted.st_ctime - stamp > _RIPE:
                    return _checksum.parse(note.read_bytes(), entry.name)
        content = self.source.checksum(entry)
        found = _checksum.parse(content, entry.name)
        # Whoever only plans does not hold the lock, and leaves everything as it is.
        if self._lock is not None and content is not None:
            self._note(note, content, entry)
        return found

    def _note(self, note: Path, content: bytes, entry: Entry) -> None:
        new = note.with_name(note.name + ".part")
        note.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if (stamp := seconds_of(entry.stamp)) is not None:
            os.utime(new, (stamp, stamp))
        new.replace(note)

    def obtain(self, entry: Entry, progress: Callable[[int, int | None], object]) -> tuple[Path, str]:
        """A file, whole and with the MD5 that the source gives for it; what does not fit is fetched again, and then refused.

        Raises:
            RefusedError: There is no checksum, or the bytes do not have it, however often they are fetched.
            UnavailableError: It cannot be fetched.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._obtain(entry, progress)
            except RefusedError as error:
                if attempt >= self.patience.attempts:
                    raise RefusedError(f"{error}; refused after {attempt} attempts") from error
                pause = self.patience.pause(attempt)
                self.told(f"{error}; again in {pause:.0f} s")
                # The date of the listing did not keep the checksum from being wrong.
                if not self.in_place:
                    self.place(entry).with_name(entry.name + ".md5").unlink(missing_ok=True)
                self.patience.sleep(pause)
            except OSError as error:
                raise UnavailableError(f"{error.filename or self.folder}: {error.strerror or error}") from error

    def _obtain(self, entry: Entry, progress: Callable[[int, int | None], object]) -> tuple[Path, str]:
        path = self.place(entry)
        wanted = self.md5(entry)
        if path.is_file():
            if _md5(path) == wanted:
                return path, wanted
            if self.in_place:
                raise RefusedError(f"{entry.name}: its MD5 is not {wanted}, as its checksum file says")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        got = self.source.fetch(entry, part, progress)
        if got != wanted:
            forget(part)
            raise RefusedError(f"{entry.name}: its MD5 is {got}, and not {wanted} as its checksum file says")
        part.replace(path)
        forget(part)
        return path, wanted

    def discard(self, entry: Entry) -> None:
        """Remove a file that is stored; its checksum stays, since it tells when the file is published anew."""
        if not self.in_place:
            self.place(entry).unlink(missing_ok=True)

    def baseline_files(self, year: int) -> int:
        """How many files the baseline of a year had, as far as the checksums here tell; 0 where there are none."""
        folder = self.folder / FOLDERS[0]
        names = [path.name.removesuffix(".md5") for path in folder.glob(f"pubmed{year:02d}n*.md5")]
        return sum(1 for name in names if FileNumber.parse(name))

    def room(self, entries: Sequence[Entry], store: Path, *, keep: bool) -> None:
        """Check that the disk has room for files that are to come, and for what the store will keep of them.

        Raises:
            UnavailableError: It has not.
        """
        coming = [entry.size or 0 for entry in entries if not self.place(entry).is_file()]
        corpus = 0 if self.in_place else sum(coming) if keep else max(coming, default=0)
        # Segments take about a fifth of the packed file; a quarter is on the safe side, and 64 MB for work in progress.
        evidence = sum(entry.size or 0 for entry in entries) // 4 + (64 << 20)
        needs = [(_standing(self.folder), corpus), (_standing(store), evidence)]
        if needs[0][0].stat().st_dev == needs[1][0].stat().st_dev:
            needs = [(needs[0][0], corpus + evidence)]
        for place, need in needs:
            free = shutil.disk_usage(place).free
            if need > free:
                raise UnavailableError(
                    f"{place}: {need / 1e9:,.1f} GB are needed for {len(entries)} files and {free / 1e9:,.1f} GB are free; "
                    "make room, or take fewer at a time (--max-files) or do not keep them (--discard-xml)"
                )


def forget(part: Path) -> None:
    """Remove a partial file and its validator."""
    part.unlink(missing_ok=True)
    part.with_name(part.name + ".validator").unlink(missing_ok=True)


def _standing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def seconds_of(stamp: str | None) -> int | None:
    """A listing's date as seconds, in whatever zone the listing has: it is compared with nothing but itself."""
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d-%b-%Y %H:%M", "%d-%b-%Y %H:%M:%S"):
        with suppress(ValueError):
            return calendar.timegm(time.strptime((stamp or "").replace("T", " "), form))
    return None
