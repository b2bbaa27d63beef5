"""The lexicon: what is looked for, under which names, and when a name does not count."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mgmine import _native
from mgmine._native import Concept, Family, Lexicon, LexiconProblem, Name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

__all__ = ["Concept", "Family", "Lexicon", "LexiconProblem", "Name", "cache_folder", "check", "default_path", "load"]


def default_path() -> Path:
    """The lexicon that is shipped: magnesium, integrins, T cells and their neighbours."""
    return Path(__file__).parent.parent / "data" / "lexicon" / "default.toml"


def cache_folder() -> Path | None:
    """Where compiled lexicons are kept: ``lexicons`` in the user's cache folder.

    ``MGMINE_CACHE`` names another folder, or with an empty value none.
    """
    if (named := os.environ.get("MGMINE_CACHE")) is not None:
        return Path(named) / "lexicons" if named else None
    if sys.platform.startswith("linux"):
        # What platformdirs answers here, without the cost of importing it at every start.
        try:
            home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        except RuntimeError:
            return None
        return Path(home) / "mgmine" / "lexicons"
    from platformdirs import user_cache_path

    return user_cache_path("mgmine") / "lexicons"


def load(added: Sequence[str | PathLike[str]] | None = None, *, replace: Sequence[str | PathLike[str]] = ()) -> Lexicon:
    """Compile the shipped lexicon, or the files ``replace`` in its stead, together with the files ``added``.

    A big lexicon that was compiled before is opened from :func:`cache_folder`. ``replace`` may also be one file that
    ``Lexicon.save`` wrote.

    Raises:
        UsageError: A file does not exist.
        LexiconError: A file has faults; its ``problems`` list them.
    """
    module = Path(_native.__file__).stat()
    build = f"{module.st_size}-{module.st_mtime_ns}"
    folder = cache_folder()
    cache = folder if folder and _is_ours(folder) else None
    return Lexicon.load([*(replace or [default_path()]), *(added or [])], cache=cache, build=build)


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can put files into the folder, which would be opened as they stand; one that is not there is fine."""
    if not hasattr(os, "geteuid"):
        return True
    try:
        found = folder.stat()
    except OSError:
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def check(path: str | PathLike[str]) -> list[LexiconProblem]:
    """All faults of a lexicon file, errors and warnings.

    Raises:
        UsageError: The file does not exist.
        LexiconError: It is not UTF-8 text.
    """
    from mgmine.errors import LexiconError, UsageError

    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such lexicon file") from None
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}: not UTF-8 text: {error}") from error
    return Lexicon.check(text, str(path))
