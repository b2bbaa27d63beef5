"""The order of the stages: read, scan, extract, store. Nothing else knows it."""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mgmine.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mgmine._native import Lexicon, Problem, ScanTables, Table
    from mgmine.claims import Extractor, Skipped
    from mgmine.records import Claim, GatedDocument
    from mgmine.store import File, SegmentKey, Store, Writer

    Input = str | os.PathLike[str]

Gate = Literal["comention", "mention", "none"]
STORED = ("documents", "mentions", "vetoes", "comentions", "sentences", "deletions")
"""The tables of a scan that a segment keeps."""


@dataclass(slots=True)
class FileRun:
    """What became of one input file. ``repaired`` of its ``problems`` cost nothing but a character.

    ``reason`` says why :func:`refresh` read the file again, and what of it.
    """

    name: str
    reason: str | None = None
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


@contextmanager
def _opened(store: Store | Input, *, create: bool) -> Iterator[Store]:
    """The store itself, or the one in a folder, which is closed in the end."""
    from mgmine.store import Store

    if isinstance(store, Store):
        yield store
        return
    with Store(store, create=create) as held:
        yield held


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

    files, compiled = _given(inputs, lexicon)
    stages = Stages(compiled, gate=gate, model=model, claims=claims, threads=threads)
    results = []
    with _opened(store, create=True) as held, held.writer() as writer:
        for given in files:
            result = FileRun(Path(given).name)
            try:
                result = stages.store(Path(given), writer, progress=progress)
            except InputError as error:
                result.failed = str(error)
            results.append(result)
            if done:
                done(result)
        writer.compact()
    return results


def refresh(
    places: Sequence[Input],
    store: Store | Input,
    *,
    lexicon: Lexicon | Input | None = None,
    gate: Gate | None = None,
    model: str | None = None,
    claims: bool = True,
    threads: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    done: Callable[[FileRun], None] | None = None,
) -> list[FileRun]:
    """Bring the files of a store up to a new lexicon, new rules or a new model, each as far as that can change it.

    New rules or a new model: the claims are read again from the stored sentences. A new lexicon or gate: the file is read again,
    which must be among ``places``. Each file is replaced in one step, at its place in the order.

    Args:
        places: Source files, or folders in which they are, at any depth. They are known by name and MD5.
        store: An evidence store, or its folder.
        lexicon: As for :func:`run`.
        gate: As for :func:`run`; by default each file keeps its own.
        model: As for :func:`run`.
        claims: As for :func:`run`.
        threads: As for :func:`run`.
        progress: As for :func:`run`.
        done: As for :func:`run`.

    Raises:
        LockedError: Another process is writing to the store.
        StoreError: The folder is no store, or cannot be written to.
    """

    _, compiled = _given([], lexicon)
    stages = Stages(compiled, model=model, claims=claims, threads=threads)
    results = []
    with _opened(store, create=False) as held, held.writer() as writer:
        plans = []
        for file in writer.files():
            key = stages.key(file.key.source, file.key.md5, gate or file.key.gate)
            parts = ("lexicon", "gate", "rules", "model")
            changed = [part for part in parts if getattr(key, part) != getattr(file.key, part)]
            plans.append((file, key, changed, not file.whole or bool({"lexicon", "gate"} & set(changed))))
        paths = sources_of([key for _, key, _, needed in plans if needed], places)
        for file, key, changed, needed in plans:
            result = FileRun(key.source, known=not changed and not needed)
            reason = f"{_and(changed)} changed" if changed else "some of its records count again"
            try:
                if needed and key not in paths:
                    raise InputError(f"{key.source}: {reason}; the file, of MD5 {key.md5}, is not where you said")
                if needed:
                    result = stages.store(paths[key], writer, gate=key.gate, progress=progress)
                    result.reason = f"{reason}: file read again"
                elif changed:
                    result = stages.reread(held, file, writer, gate=key.gate)
                    result.reason = f"{reason}: claims read again from the stored sentences"
            except InputError as error:
                result.failed = str(error)
            results.append(result)
            if done:
                done(result)
        writer.compact()
    return results


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def sources_of(keys: Sequence[SegmentKey], places: Sequence[Input]) -> dict[SegmentKey, Path]:
    """The source files of these keys that are found among ``places``, files or folders, by name and MD5."""
    wanted = {key.source for key in keys}
    found: dict[str, list[Path]] = {}
    for place in map(Path, places):
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.name in wanted and path.is_file():
                found.setdefault(path.name, []).append(path)
    sums = {path: _md5(path) for paths in found.values() for path in paths}
    return {key: path for key in keys for path in found.get(key.source, ()) if sums[path] == key.md5}


def _stored(store: Store, file: File) -> Iterator[GatedDocument]:
    """The gated documents of a stored file, as the scan gave them."""
    from itertools import groupby

    from mgmine.records import GatedDocument, Mention, Sentence

    fields = ("start", "end", "text", "family", "concept", "ids", "sentence", "counted", "nested_in")
    sentences = store.sql(
        'SELECT record, doc_id, doc_version, gated, sentence, "start", "end", "text", passage, section '
        "FROM segment.sentences WHERE file = ?",
        [file.key.file],
    )
    mentions = store.sql(
        'SELECT record, "start", "end", "text", family, concept, ids, sentence, counted, nested_in '
        "FROM segment.mentions WHERE file = ? AND record IN (SELECT record FROM segment.sentences WHERE file = ?)",
        [file.key.file, file.key.file],
    )
    found = {
        record: tuple(Mention(**dict(zip(fields, (*row[1:6], tuple(row[6]), *row[7:]), strict=True))) for row in rows)
        for record, rows in groupby(mentions, lambda row: row[0])
    }
    for record, group in groupby(sentences, lambda row: row[0]):
        rows = list(group)
        yield GatedDocument(
            rows[0][1],
            rows[0][2],
            tuple(Sentence(*row[4:]) for row in rows),
            found.get(record, ()),
            frozenset(row[4] for row in rows if row[3]),
        )


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

    def key(self, source: str, md5: str, gate: str | None = None) -> SegmentKey:
        """The key of a file of this name and MD5, read with these stages."""
        from mgmine.store import SegmentKey

        return SegmentKey(source, md5, **_provenance(self._lexicon, self._extractor), gate=gate or self._gate)

    def reread(self, store: Store, file: File, writer: Writer, *, gate: str | None = None) -> FileRun:
        """Read the claims of a stored file again, from its stored sentences and mentions, and commit them.

        Raises:
            StoreError: It could not be written.
        """
        from mgmine import _native

        result = FileRun(file.key.source)
        claims: list[str] = []
        if self._extractor is not None:
            given_up = len(self._extractor.skipped)
            for _, found in self._extractor.extract(_stored(store, file)):
                claims.extend(_lines(found))
            result.problems.extend(map(str, self._extractor.skipped[given_up:]))
        for part in ("documents", "abstracts", "deletions", "mentions", "comentions"):
            setattr(result, part, file.stats.get(part, 0))
        result.claims = len(claims)
        key = self.key(file.key.source, file.key.md5, gate)
        writer.reread(key, _native.claims_table(claims), stats={"skipped": len(result.problems)})
        return result

    def store(
        self,
        path: Path,
        writer: Writer,
        *,
        gate: str | None = None,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> FileRun:
        """Read one file and commit it, unless the store holds it; ``gate`` may differ for this file.

        Raises:
            InputError: It could not be read, or not to its end; nothing of it is stored.
            StoreError: It could not be written.
        """
        from mgmine import _native

        lexicon, extractor = self._lexicon, self._extractor
        key = self.key(path.name, _md5(path), gate)
        result = FileRun(path.name, known=writer.has(key))
        if result.known:
            return result
        size = path.stat().st_size
        tables = _native.scan(
            [str(path)],
            lexicon,
            tables=list(STORED),
            gate=key.gate,
            threads=self._threads,
            progress=None if progress is None else lambda count: progress(path.name, count, size),
        )
        summary = tables.summary
        problems = list(map(str, tables.problems))
        # What could not be read to its end may lack the deletions, which stand last: better the file as it was before, or none.
        if summary.unread or any(problem.fatal for problem in tables.problems):
            # What ended the reading is the reason, and what was met first may be its cause; the rest may be a thousand lines.
            reasons = list(dict.fromkeys([*problems[:1], *(str(one) for one in tables.problems if one.fatal)]))
            raise InputError("; ".join(reasons) or f"{path}: could not be read")
        result.problems.extend(problems)
        result.repaired = sum(problem.repaired for problem in tables.problems)
        claims: list[str] = []
        skipped = 0
        if extractor is not None:
            given_up = len(extractor.skipped)
            for found in _read(tables, extractor):
                claims.extend(_lines(found))
            skipped = len(extractor.skipped) - given_up
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
                "mentions": summary.counted,
                "comentions": summary.comentions,
                "problems": len(problems),
                "skipped": skipped,
                # The names that a reader of the store may show; the tables hold the ids.
                "families": [
                    {"id": family.id, "label": family.label, "topic": family.topic} for family in lexicon.families
                ],
            },
        )
        return result
