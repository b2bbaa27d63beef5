"""Sentences with the claims wanted: precision, recall and F1, and whether doubt, kind and role are right.

Golden files are Markdown: a heading for each half and kind, ``>`` a sentence with its mentions marked ``[words|family]``, ``-`` a claim
wanted: ``subject | predicate sign | object | flags``. Spans agree when they overlap.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mgmine.evaluate import Row
from mgmine.records import SYMMETRIC, GatedDocument, Mention, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mgmine.evaluate import Places
    from mgmine.records import Argument, Claim

FACTUALITY = {"probable", "possible", "doubtful", "counterfact", "uncommitted", "conditional"}
MODALITY = {"correlational", "unknown", "definitional", "background", "interpretation", "aim", "headline"}
_MARK = re.compile(r"\[([^\[\]|]+)\|([a-z_]+)(?::([^\]]+))?\]")
_BREAK = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


@dataclass
class Wanted:
    """A claim line of a golden file."""

    subject: tuple[int, int] | None
    predicate: str
    sign: str | None
    object: tuple[int, int] | None
    flags: set[str]

    @property
    def optional(self) -> bool:
        """Whether it is neither required nor an error."""
        return "optional" in self.flags


@dataclass
class Case:
    """A golden sentence."""

    file: str
    kind: str
    half: str
    text: str
    document: GatedDocument
    wanted: list[Wanted] = field(default_factory=list)


def _span(text: str, words: str) -> tuple[int, int]:
    words, _, nth = words.partition("@")
    words = words.strip()
    at = -1
    for _ in range(int(nth or 1)):
        at = text.find(words, at + 1)
        if at < 0:
            raise ValueError(f"{words!r} is not in {text!r}")
    return at, at + len(words)


def _document(name: str, marked: str) -> tuple[str, GatedDocument]:
    mentions: list[tuple[int, int, str, str, str]] = []
    out = ""
    at = 0
    for match in _MARK.finditer(marked):
        out += marked[at : match.start()]
        start = len(out)
        out += match.group(1)
        mentions.append((start, len(out), match.group(1), match.group(2), match.group(3) or f"X:{match.group(1)}"))
        at = match.end()
    out += marked[at:]
    cuts = [0, *(match.end() for match in _BREAK.finditer(out)), len(out)]
    sentences = tuple(
        Sentence(index, start, start + len(out[start:end].rstrip()), out[start:end].rstrip(), "abstract")
        for index, (start, end) in enumerate(itertools.pairwise(cuts))
    )
    placed = tuple(
        Mention(
            start, end, text, family, text, (identifier,), max(one.index for one in sentences if one.start <= start)
        )
        for start, end, text, family, identifier in mentions
    )
    return out, GatedDocument(name, 1, sentences, placed, frozenset(range(len(sentences))))


def cases(folder: Path) -> tuple[Case, ...]:
    """The sentences of a folder of golden files, in order."""
    found: list[Case] = []
    for path in sorted([*folder.glob("p*.md"), *folder.glob("batch*.md")]):
        half, kind = "", path.stem[:3]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("### "):
                kind = line[4:7]
            elif line.startswith("## "):
                half = line[3:].strip()
            elif line.startswith("> "):
                text, document = _document(f"{path.stem}:{number}", line[2:].strip())
                found.append(Case(path.stem, kind, half, text, document))
            elif line.startswith("- "):
                parts = [part.strip() for part in line[2:].split("|")]
                case = found[-1]
                predicate, _, sign = parts[1].partition(" ")
                flags = {flag.strip() for flag in parts[3].split(",")} if len(parts) > 3 else set()
                case.wanted.append(Wanted(
                    None if parts[0] == "claim" else _span(case.text, parts[0]), predicate, sign.strip() or None,
                    None if parts[2] == "-" else _span(case.text, parts[2]), flags,
                ))  # fmt: skip
    return tuple(found)


def _meets(side: Argument | None, span: tuple[int, int] | None, claim_allowed: bool) -> bool:
    if side is None or span is None:
        return (side is None and span is None) or (claim_allowed and side is not None and side.claim is not None)
    return side.claim is None and side.start < span[1] and span[0] < side.end


def agrees(claim: Claim, wanted: Wanted) -> bool:
    """Whether a claim is the one wanted: predicate, sign and negation equal, spans that overlap."""
    if (claim.predicate, claim.sign, claim.negated) != (wanted.predicate, wanted.sign, "negated" in wanted.flags):
        return False
    if _meets(claim.subject, wanted.subject, wanted.subject is None) and _meets(claim.object, wanted.object, False):
        return True
    return (
        claim.predicate in SYMMETRIC
        and _meets(claim.subject, wanted.object, False)
        and _meets(claim.object, wanted.subject, False)
    )


@dataclass
class Score:
    """Counts over a set of cases, with what went wrong."""

    right: int = 0
    extra: int = 0
    missed: int = 0
    attributes: int = 0
    attributes_right: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what came out, the share that was wanted."""
        return self.right / (self.right + self.extra or 1)

    @property
    def recall(self) -> float:
        """Of what was wanted, the share that came out."""
        return self.right / (self.right + self.missed or 1)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / (self.precision + self.recall or 1)

    @property
    def share(self) -> float:
        """Of the claims found, the share with the right factuality, modality and role."""
        return self.attributes_right / (self.attributes or 1)

    def __str__(self) -> str:
        return (
            f"P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f} "
            f"({self.right} right, {self.extra} extra, {self.missed} missed), factuality, modality and role {self.share:.3f}"
        )


def _sides(claim: Claim) -> str:
    subject = claim.subject.text or "claim"
    target = "-" if claim.object is None else claim.object.text or "claim"
    return f"{subject} | {claim.predicate} {claim.sign or ''} | {target} | {'negated ' if claim.negated else ''}{claim.rule}"


def judge(case: Case, claims: list[Claim]) -> Score:
    """Compares the claims read from one sentence with those wanted."""
    score = Score()
    open_ = list(case.wanted)
    for claim in claims:
        hit = next((wanted for wanted in sorted(open_, key=lambda one: one.optional) if agrees(claim, wanted)), None)
        if hit is None:
            score.extra += 1
            score.faults.append(f"   extra {_sides(claim)}")
            continue
        open_.remove(hit)
        if hit.optional:
            continue
        score.right += 1
        factuality = (hit.flags & FACTUALITY or {"fact"}).pop()
        modality = (hit.flags & MODALITY or {"asserted"}).pop()
        role = (hit.flags & {"control", "aim"} or {"result"}).pop()
        score.attributes += 1
        good = (claim.factuality, claim.modality, claim.role) == (factuality, modality, role)
        good = good and ("derived" in hit.flags) == (claim.derived_from is not None)
        score.attributes_right += good
        if not good:
            score.faults.append(f"   attributes {_sides(claim)}: {claim.factuality} {claim.modality} {claim.role}")
    for wanted in open_:
        if not wanted.optional:
            score.missed += 1
            subject = "claim" if wanted.subject is None else case.text[slice(*wanted.subject)]
            target = "-" if wanted.object is None else case.text[slice(*wanted.object)]
            score.faults.append(
                f"   missed {subject} | {wanted.predicate} {wanted.sign or ''} | {target} {sorted(wanted.flags)}"
            )
    if score.faults:
        score.faults.insert(0, f"{case.file} {case.kind} [{case.half}] {case.text}")
    return score


def total(scores: Iterable[Score]) -> Score:
    """The scores added up."""
    out = Score()
    for one in scores:
        out.right += one.right
        out.extra += one.extra
        out.missed += one.missed
        out.attributes += one.attributes
        out.attributes_right += one.attributes_right
        out.faults += one.faults
    return out


def score(cases: Sequence[Case], model: str | None) -> list[tuple[Case, Score]]:
    """Reads each sentence and judges what came out; ``model`` as for :class:`mgmine.claims.Extractor`."""
    from mgmine.claims import Extractor

    results = Extractor(model).extract([case.document for case in cases])
    return [(case, judge(case, claims)) for case, (_, claims) in zip(cases, results, strict=True)]


def _rows(name: str, what: str, score: Score, musts: tuple[float | None, float | None]) -> Iterator[Row]:
    yield Row(name, what, "precision", score.right + score.extra, score.precision)
    yield Row(name, what, "recall", score.right + score.missed, score.recall)
    yield Row(name, what, "F1", score.right + score.missed, score.f1, musts[0])
    yield Row(name, what, "factuality, modality, role", score.attributes, score.share, musts[1])


def golden_rows(places: Places) -> Iterator[Row]:
    """Both halves, with the model and without a parser."""
    found = cases(places.need(places.golden))
    for model, told, least in ((places.model, "", 0.8), ("blank", ", no parser", None)):
        scored = score(found, model)
        for half in ("build", "check"):
            one = total(score for case, score in scored if case.half == half)
            yield from _rows("golden", f"{half} half{told}", one, (least, None))


def language_cases(path: Path) -> tuple[Case, ...]:
    """The sentences of a JSONL file (``id, phenomenon, text, claims``), scanned with the shipped lexicon."""
    from mgmine import _native
    from mgmine.comentions import gated_documents
    from mgmine.lexicon import load

    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    lines = "".join(json.dumps({"id": one["id"], "text": one["text"]}) + "\n" for one in records)
    tables = _native.scan([("language.jsonl", lines.encode())], load(), tables=["mentions", "sentences"], gate="none")
    documents = {document.doc_id: document for document in gated_documents(tables)}
    return tuple(
        Case(
            "language",
            one["phenomenon"],
            "",
            one["text"],
            documents[one["id"]],
            [_wanted(claim) for claim in one["claims"]],
        )
        for one in records
    )


def _wanted(claim: dict[str, Any]) -> Wanted:
    flags = {word for word in ("negated", "optional", "derived") if claim.get(word)}
    flags |= {claim[name] for name in ("factuality", "modality", "role") if claim.get(name)}

    def place(side: list[int] | None) -> tuple[int, int] | None:
        return None if side is None else (side[0], side[1])

    return Wanted(place(claim["subject"]), claim["predicate"], claim["sign"], place(claim["object"]), flags)


def language_rows(places: Places) -> Iterator[Row]:
    """All sentences together, with the model and without a parser."""
    found = language_cases(places.need(places.shared / "gold" / "language.jsonl"))
    for model, told, musts in (
        (places.model, "all sentences", (0.9, 0.85)),
        ("blank", "all sentences, no parser", (None, None)),
    ):
        yield from _rows("language", told, total(score for _, score in score(found, model)), musts)
