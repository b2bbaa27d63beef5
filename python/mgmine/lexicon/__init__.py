"""The lexicon: what is looked for, under which names, and when a name does not count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mgmine._native import Concept, Family, Lexicon, LexiconProblem, Name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

__all__ = ["Concept", "Family", "Lexicon", "LexiconProblem", "Name", "check", "default_path", "load"]


def default_path() -> Path:
    """The lexicon that is shipped: magnesium, integrins, T cells and their neighbours."""
    return Path(__file__).parent.parent / "data" / "lexicon" / "default.toml"


def load(added: Sequence[str | PathLike[str]] | None = None, *, replace: Sequence[str | PathLike[str]] = ()) -> Lexicon:
    """Compile the shipped lexicon, or the files ``replace`` in its stead, together with the files ``added``.

    Raises:
        UsageError: A file does not exist.
        LexiconError: A file has faults; its ``problems`` list them.
    """
    return Lexicon.load([*(replace or [default_path()]), *(added or [])])


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
