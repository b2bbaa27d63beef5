"""Leases: how a reader keeps the segments of its snapshot from being cleared away under it.

A reader puts a file into ``readers/``, holds a lock on it, and writes the ids of its segments into it. A lease that is still
empty holds everything: its owner is about to read the manifest. One whose lock can be taken belongs to a dead reader.
No one waits for a lease: a reader makes one of its own, a writer leaves held segments to a later writer.
"""

from __future__ import annotations

import contextlib
import os
import uuid
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from filelock import BaseFileLock

FOLDER = "readers"


def _lock(path: Path) -> BaseFileLock:
    from filelock import FileLock

    return FileLock(str(path), timeout=0, thread_local=False)


def _give_back(lock: BaseFileLock, path: Path, owner: int) -> None:
    if os.getpid() != owner:
        # A forked child has a copy of this object, but the lease is its parent's.
        return
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        lock.release()
    with contextlib.suppress(OSError):
        path.with_suffix(".ids").unlink(missing_ok=True)


class Lease:
    """A reader's hold on its segments, until ``release``, the end of the process or garbage collection."""

    def __init__(self, path: Path, lock: BaseFileLock) -> None:
        self._path = path
        self._finalizer = weakref.finalize(self, _give_back, lock, path, os.getpid())

    def hold(self, segment_ids: Iterable[str]) -> None:
        """Hold these segments only, instead of all."""
        # The ids stand beside the lock file: taking a lock may truncate the file it is taken on.
        new = self._path.with_suffix(".new")
        text = "\n".join([*segment_ids, "end"])
        # Once more where it fails: a lease that stays as it was keeps what no longer counts from being cleared.
        for _ in range(2):
            with contextlib.suppress(OSError):
                new.write_text(text, encoding="ascii")
                new.replace(self._path.with_suffix(".ids"))
                return

    def release(self) -> None:
        """Give the hold back; fine to call twice."""
        self._finalizer()


def take(store: Path) -> Lease | None:
    """A lease that holds everything, or None where the store cannot be written to (its segments then have no holder)."""
    from filelock import Timeout

    folder = store / FOLDER
    for _ in range(100):
        path = folder / f"{uuid.uuid4().hex}.lock"
        try:
            folder.mkdir(exist_ok=True)
            lock = _lock(path)
            lock.acquire()
        except Timeout:
            # A writer that was clearing dead leases saw the file before its lock.
            continue
        except (OSError, NotImplementedError):
            return None
        if path.exists():
            return Lease(path, lock)
        lock.release()
    return None


def held(store: Path) -> set[str] | None:
    """The segments that living readers hold, None for all of them. Leases of dead readers are removed."""
    from filelock import Timeout

    ids: set[str] = set()
    everything = False
    folder = store / FOLDER
    if not folder.is_dir():
        return ids
    for path in sorted(folder.glob("*.lock")):
        lock = _lock(path)
        try:
            lock.acquire()
        except Timeout:
            try:
                lines = path.with_suffix(".ids").read_text(encoding="ascii").split("\n")
            except OSError:
                lines = []
            if lines and lines[-1] == "end":
                ids.update(lines[:-1])
            elif path.exists():
                everything = True
        except (OSError, NotImplementedError):
            everything = True
        else:
            _give_back(lock, path, os.getpid())
    for path in [*folder.glob("*.ids"), *folder.glob("*.new")]:
        if not path.with_suffix(".lock").exists():
            path.unlink(missing_ok=True)
    return None if everything else ids
