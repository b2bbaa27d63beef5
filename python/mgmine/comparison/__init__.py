"""Lay versus abstract: what a summary makes of the claims of the text it summarises.

The claims of both texts are read and aligned, by identifiers first, then by heads and synonyms; of each pair it is told what the summary
says more strongly, more weakly, with another sign, or of something else. ``docs/how-to/compare.md`` explains the kinds of change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from mgmine._native import Lexicon
    from mgmine.claims import Extractor
    from mgmine.comparison._align import Change, Comparison, Pair
    from mgmine.corpus import Source

__all__ = ["Change", "Comparison", "Pair", "compare"]


def compare(
    summary: Source,
    original: Source,
    *,
    lexicon: Lexicon | Sequence[str | PathLike[str]] | None = None,
    extractor: Extractor | None = None,
    model: str | None = None,
    min_score: float = 0.0,
) -> Comparison:
    """Compare the claims of a summary with those of the text it summarises.

    Args:
        summary: The text looked at (a press release, a lay summary): a path, or a name with bytes or a file. All its documents count
            as one text; every sentence is read.
        original: The text it is measured against (an abstract).
        lexicon: A compiled lexicon, or files that are added to the built-in one.
        extractor: The claims stage, if there is one at hand; else it is made from ``model`` and ``min_score``.
        model: Name or path of a spaCy pipeline; ours by default, ``blank`` for rules without a parser.
        min_score: Claims with a lower score are left out.

    Raises:
        InputError: A text cannot be read.
        MissingDependencyError: spaCy is not installed.
    """
    from mgmine import _native
    from mgmine.claims import Extractor as Reader
    from mgmine.comparison._align import align, read
    from mgmine.lexicon import load

    compiled = lexicon if isinstance(lexicon, _native.Lexicon) else load(lexicon)
    reader = extractor or Reader(model, min_score=min_score, lexicon=compiled.hash)
    return align(read(summary, compiled, reader), read(original, compiled, reader))


def __getattr__(name: str) -> object:
    if name in __all__:
        from mgmine.comparison import _align

        return getattr(_align, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
