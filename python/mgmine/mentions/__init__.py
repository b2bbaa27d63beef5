"""Mentions: scanning corpus files for the names of a lexicon."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Literal

from mgmine._native import Problems, ScanTables, Summary, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from mgmine._native import Lexicon
    from mgmine.corpus import Source

__all__ = ["Gate", "Problems", "ScanTables", "Summary", "Table", "scan", "scan_documents", "scan_file"]

Gate = Literal["comention", "mention", "none"]
"""Which documents pass on to the claims, and which of their sentences are read: those with a comention in a sentence,
those with a counted mention, or all."""


def scan(
    inputs: Source | Sequence[Source],
    *,
    lexicon: Lexicon | None = None,
    threads: int | None = None,
    vetoed: bool = False,
    documents: bool = False,
    sentences: bool = False,
    gate: Gate = "comention",
    progress: Callable[[int], object] | None = None,
) -> ScanTables:
    """Scan corpus files; what was found comes as Arrow tables, which polars, pandas and pyarrow read without a copy.

    Args:
        inputs: One or more files; see :data:`mgmine.corpus.Source`.
        lexicon: What to look for; the shipped lexicon if None.
        threads: How many files are scanned at once; as many as there are processors if None. The result is the same.
        vetoed: Also the table ``vetoes`` of rejected candidates.
        documents: Also the table ``documents`` of bibliographic records, and ``deletions``.
        sentences: Also the table ``sentences`` of the documents that pass ``gate``.
        gate: See :data:`Gate`.
        progress: Called now and then with the number of bytes of the inputs read so far.

    Returns:
        An object with the tables ``mentions``, ``comentions`` and those asked for, ``problems`` (what could not be
        read) and ``summary``.
    """
    tables = ["mentions", "comentions"]
    tables += ["vetoes"] if vetoed else []
    tables += ["documents", "deletions"] if documents else []
    tables += ["sentences"] if sentences else []
    # A lone tuple is a name with bytes or a file, as a path is a lone path.
    several = [inputs] if isinstance(inputs, (str, PathLike, tuple)) else list(inputs)
    return _scan(several, lexicon, tables, gate, threads, progress)


def scan_documents(
    documents: Iterable[Mapping[str, str | None] | tuple[str, ...]],
    *,
    lexicon: Lexicon | None = None,
    vetoed: bool = False,
    gate: Gate = "none",
) -> ScanTables:
    """Scan documents in memory, given as mappings with ``id`` and ``text`` or ``id``, ``title`` and ``abstract``, or as
    tuples of these.

    The result is that of :func:`scan`, with the table ``sentences``.
    """
    from mgmine.corpus import as_source

    return scan([as_source(documents)], lexicon=lexicon, threads=1, vetoed=vetoed, sentences=True, gate=gate)


def scan_file(
    source: Source,
    lexicon: Lexicon,
    *,
    gate: Gate = "comention",
    tables: Collection[str] = ("mentions", "comentions", "sentences", "documents", "vetoes", "deletions"),
    threads: int | None = 1,
    progress: Callable[[int], object] | None = None,
) -> ScanTables:
    """Scan one file into the tables named: what the claims stage and the store need of it.

    Raises:
        UsageError: There is no such table or gate.
    """
    return _scan([source], lexicon, sorted(tables), gate, threads, progress)


def _scan(
    inputs: Sequence[Source],
    lexicon: Lexicon | None,
    tables: Sequence[str],
    gate: str,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> ScanTables:
    from mgmine import _native

    if lexicon is None:
        from mgmine.lexicon import load

        lexicon = load()
    return _native.scan(inputs, lexicon, tables=tables, gate=gate, threads=threads, progress=progress)
