"""The order of the stages: read, scan, extract, store. Nothing else knows it."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mgmine.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mgmine._native import Lexicon, Problem, ScanTables, Table
    from mgmine.claims import Extractor, Skipped
    from mgmine.records import Claim
    from mgmine.store import Store, Writer

    Input = str | os.PathLike[str]

Gate = Literal["comention", "mention", "none"]
STORED = ("documents", "mentions", "vetoes", "comentions", "sentences", "deletions")
"""The tables of a scan that a segment keeps."""


@dataclass(slots=True)
class FileRun:
    """What became of one input file. ``repaired`` of its ``problems`` cost nothing but a character."""

    name: str
    documents: int = 0
    abstracts: int = 0
    deletions: int = 0
    mentions: int = 0
    comentions: int = 0
    claims: int = 0
    known: bool = False
    failed: str | None = None
    problems: list[str] = field(default_factory=list)
    repaired: int = 0

    @property
    def lost(self) -> bool:
        """Whether anything of the file was lost."""
        return self.failed is not None or len(self.problems) > self.repaired


def source_of(given: Input) -> Any:
    """An input as the extension module takes it: a path, or for ``-`` the name and the stream of standard input."""
    return ("-", sys.stdin.buffer) if str(given) == "-" else str(given)


def _md5(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _provenance(lexicon: Lexicon, extractor: Extractor | None) -> dict[str, str]:
    rules = extractor.provenance if extractor else {}
    return {"lexicon": lexicon.hash, "rules": rules.get("rules", ""), "model": rules.get("model", "")}


class Claims:
    """The claims of some inputs, in order: iterate over it once.

    ``problems`` holds what could not be read, ``unread`` counts the inputs of which nothing could be, and ``skipped`` holds the
    sentences that were given up, all complete when the iteration is.

    Args:
        inputs: Corpus files; ``-`` is standard input.
        extractor: The claims stage.
        lexicon: A compiled lexicon.
        gate: Which sentences are read: those with a ``comention``, those with any counted ``mention``, or all (``none``).
        progress: Called with the number of input bytes read so far and the name of the input.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        extractor: Extractor,
        lexicon: Lexicon,
        *,
        gate: Gate = "comention",
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._inputs = inputs
        self._extractor = extractor
        self._lexicon = lexicon
        self._gate = gate
        self._progress = progress
        self.problems: list[Problem] = []
        self.unread = 0

    @property
    def skipped(self) -> list[Skipped]:
        """Sentences that were not read to their end, with the reason."""
        return self._extractor.skipped

    def __iter__(self) -> Iterator[Claim]:
        from mgmine import _native

        done = 0
        for given in self._inputs:
            tables = _native.scan(
                [source_of(given)],
                self._lexicon,
                tables=["mentions", "sentences"],
                gate=self._gate,
                progress=None if self._progress is None else lambda count, base=done: self._progress(base + count),  # type: ignore[misc]
            )
            if str(given) != "-":
                path = Path(given)
                done += path.stat().st_size if path.is_file() else 0
            self.problems.extend(tables.problems)
            self.unread += tables.summary.unread
            for claims in _read(tables, self._extractor):
                yield from claims


def _read(tables: ScanTables, extractor: Extractor) -> Iterator[list[Claim]]:
    """The claims of each gated document of a scan, in order."""
    from mgmine.comentions import gated_documents

    for _document, claims in extractor.extract(gated_documents(tables)):
        yield claims


def _lines(claims: Iterable[Claim]) -> list[str]:
    return [json.dumps(claim.to_json(), ensure_ascii=False) for claim in claims]


def _given(inputs: Input | Sequence[Input], lexicon: Lexicon | Input | None) -> tuple[list[Input], Lexicon]:
    """Inputs as a list, also a lone one, and the lexicon compiled."""
    from mgmine import _native
    from mgmine.lexicon import load

    files = [inputs] if isinstance(inputs, (str, Path)) or hasattr(inputs, "__fspath__") else list(inputs)
    return files, lexicon if isinstance(lexicon, _native.Lexicon) else load(None if lexicon is None else [lexicon])


def extract(
    inputs: Input | Sequence[Input],
    *,
    lexicon: Lexicon | Input | None = None,
    gate: Gate = "comention",
    model: str | None = None,
    min_score: float = 0.0,
) -> Table:
    """The claims of corpus files as an Arrow table (PyCapsule interface), with the columns of the store's ``claims``.

    Args:
        inputs: One corpus file or several, of any format that mgmine reads.
        lexicon: A compiled lexicon or the path of one; the built-in one by default.
        gate: Which sentences are read: those with a ``comention``, with any ``mention``, or all (``none``).
        model: Name or path of a spaCy pipeline; ours by default, ``blank`` for rules without a parser.
        min_score: Claims with a lower score are left out.

    Raises:
        InputError: Something could not be read; the message lists it all. Use :class:`Claims` to go on with the rest.
        MissingDependencyError: spaCy is not installed.
    """
    from mgmine import _native
    from mgmine.claims import Extractor

    files, compiled = _given(inputs, lexicon)
    claims = Claims(files, Extractor(model, min_score=min_score, lexicon=compiled.hash), compiled, gate=gate)
    table = _native.claims_table(_lines(claims))
    if claims.problems:
        raise InputError("\n".join(map(str, claims.problems)))
    return table


def run(
    inputs: Input | Sequence[Input],
    store: Store | Input,
    *,
    lexicon: Lexicon | Input | None = None,
    gate: Gate = "comention",
    model: str | None = None,
    claims: bool = True,
    threads: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    done: Callable[[FileRun], None] | None = None,
) -> list[FileRun]:
    """The main job: scan each file, read the claims of its gated sentences, and store all of it, a transaction a file.

    A file that the store already holds, read with the same lexicon, rules, model and gate, is passed over. A file that cannot be
    read is reported, and the next one is taken.

    Args:
        inputs: Corpus files.
        store: An evidence store, or its folder, which is made if needed.
        lexicon: A compiled lexicon or the path of one; the built-in one by default.
        gate: Which sentences are read for claims.
        model: Name or path of a spaCy pipeline; ours by default.
        claims: Whether to read claims at all; without them no spaCy is needed.
        threads: Threads of the scan; by default as many as there are cores.
        progress: Called with the file's name, bytes read and bytes in all.
        done: Called with each file's result as soon as it is stored.

    Raises:
        LockedError: Another process is writing to the store.
        StoreError: The folder is no store, or cannot be written to.
    """
    from mgmine.store import Store

    files, compiled = _given(inputs, lexicon)
    stages = Stages(compiled, gate=gate, model=model, claims=claims, threads=threads)
    held = store if isinstance(store, Store) else Store(store, create=True)
    results = []
    try:
        with held.writer() as writer:
            for given in files:
                result = FileRun(Path(given).name)
                try:
                    result = stages.store(Path(given), writer, progress=progress)
                except InputError as error:
                    result.failed = str(error)
                results.append(result)
                if done:
                    done(result)
    finally:
        if held is not store:
            held.close()
    return results


class Stages:
    """What is done to each file: scan, read the claims of its gated sentences, and commit all of it.

    Args:
        lexicon: A compiled lexicon.
        gate: Which sentences are read for claims.
        model: Name or path of a spaCy pipeline; ours by default.
        claims: Whether to read claims at all.
        threads: Threads of the scan; by default as many as there are cores.

    Raises:
        MissingDependencyError: Claims are to be read and spaCy is not installed.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        *,
        gate: Gate = "comention",
        model: str | None = None,
        claims: bool = True,
        threads: int | None = None,
    ) -> None:
        from mgmine.claims import Extractor

        self._lexicon = lexicon
        self._extractor = Extractor(model, lexicon=lexicon.hash) if claims else None
        self._gate: Gate = gate
        self._threads = threads

    def store(self, path: Path, writer: Writer, *, progress: Callable[[str, int, int], None] | None = None) -> FileRun:
        """Read one file and commit it, unless the store holds it.

        Raises:
            InputError: It could not be read, or not to its end; nothing of it is stored.
            StoreError: It could not be written.
        """
        result = FileRun(path.name)
        _run_file(path, result, writer, self._lexicon, self._extractor, self._gate, self._threads, progress)
        return result


def _run_file(
    path: Path,
    result: FileRun,
    writer: Any,
    lexicon: Lexicon,
    extractor: Extractor | None,
    gate: Gate,
    threads: int | None,
    progress: Callable[[str, int, int], None] | None,
) -> None:
    from mgmine import _native
    from mgmine.store import SegmentKey

    key = SegmentKey(path.name, _md5(path), **_provenance(lexicon, extractor), gate=gate)
    if writer.has(key):
        result.known = True
        return
    size = path.stat().st_size
    tables = _native.scan(
        [str(path)],
        lexicon,
        tables=list(STORED),
        gate=gate,
        threads=threads,
        progress=None if progress is None else lambda count: progress(path.name, count, size),
    )
    summary = tables.summary
    problems = list(map(str, tables.problems))
    # What could not be read to its end may lack the deletions, which stand last: better the file as it was before, or none.
    if summary.unread or any(problem.fatal for problem in tables.problems):
        # What ended the reading is the reason; what else was met before may be a thousand lines.
        reasons = [str(problem) for problem in tables.problems if problem.fatal] or problems[-1:]
        raise InputError("; ".join(reasons) or f"{path}: could not be read")
    result.problems.extend(problems)
    result.repaired = sum(problem.repaired for problem in tables.problems)
    claims: list[str] = []
    if extractor is not None:
        given_up = len(extractor.skipped)
        for found in _read(tables, extractor):
            claims.extend(_lines(found))
        result.problems.extend(map(str, extractor.skipped[given_up:]))
    result.documents = summary.documents
    result.abstracts = summary.abstracts
    result.deletions = summary.deletions
    result.mentions = summary.counted
    result.comentions = summary.comentions
    result.claims = len(claims)
    writer.commit(
        key,
        {
            "documents": tables.documents,
            "mentions": tables.mentions,
            "vetoes": tables.vetoes,
            "comentions": tables.comentions,
            "sentences": tables.sentences,
            "claims": _native.claims_table(claims),
            "touched": tables.deletions,
        },
        stats={
            "documents": summary.documents,
            "abstracts": summary.abstracts,
            "deletions": summary.deletions,
            "problems": len(result.problems),
            # The names that a reader of the store may show; the tables hold the ids.
            "families": [
                {"id": family.id, "label": family.label, "topic": family.topic} for family in lexicon.families
            ],
        },
    )
