"""Writing files that appear under their names only when they are whole."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mgmine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of ``path`` when the block ends well; otherwise the place stays as it was.

    Raises:
        UsageError: No file can be made there.
        OSError: It cannot be written to the end.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # What mkstemp makes is for its owner's eyes only.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
