"""Sentences with the claims wanted (``tests/golden/claims/*.md``): precision, recall and F1 of both halves."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mgmine.records import SYMMETRIC, GatedDocument, Mention, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mgmine.records import Argument, Claim

GOLDEN = Path(__file__).parent.parent / "golden" / "claims"
FLOORS = {"build": 0.95, "check": 0.88}
FLOOR_WITHOUT_PARSER = 0.75
FLOOR_ATTRIBUTES = 0.85
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


@cache
def cases() -> tuple[Case, ...]:
    found: list[Case] = []
    for path in sorted([*GOLDEN.glob("p*.md"), *GOLDEN.glob("batch*.md")]):
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
        return self.right / (self.right + self.extra or 1)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed or 1)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall or 1)

    def __str__(self) -> str:
        share = self.attributes_right / (self.attributes or 1)
        return (
            f"P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f} "
            f"({self.right} right, {self.extra} extra, {self.missed} missed), factuality, modality and role {share:.3f}"
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
    out = Score()
    for one in scores:
        out.right += one.right
        out.extra += one.extra
        out.missed += one.missed
        out.attributes += one.attributes
        out.attributes_right += one.attributes_right
        out.faults += one.faults
    return out


@cache
def scored(model: str | None) -> tuple[tuple[Case, Score], ...]:
    from mgmine.claims import Extractor

    results = Extractor(model).extract([case.document for case in cases()])
    return tuple((case, judge(case, claims)) for case, (_, claims) in zip(cases(), results, strict=True))


def half_score(model: str | None, half: str) -> Score:
    return total(score for case, score in scored(model) if case.half == half)


def test_the_golden_files_hold_enough() -> None:
    halves = [case.half for case in cases()]
    assert halves.count("build") >= 75
    assert halves.count("check") >= 65
    assert {case.kind for case in cases()} == {f"p{number:02}" for number in range(1, 13)}


@pytest.mark.nlp
@pytest.mark.parametrize("half", ["build", "check"])
def test_claims_of_the_golden_sentences(half: str) -> None:
    pytest.importorskip("spacy")
    score = half_score(None, half)
    print(f"\n{half}: {score}")
    assert score.f1 >= FLOORS[half], "\n".join([str(score), *score.faults])
    assert score.attributes_right / score.attributes >= FLOOR_ATTRIBUTES, "\n".join([str(score), *score.faults])


@pytest.mark.parametrize("half", ["build", "check"])
def test_claims_without_a_trained_parser(half: str) -> None:
    score = half_score("blank", half)
    print(f"\n{half}, blank: {score}")
    assert score.f1 >= FLOOR_WITHOUT_PARSER, "\n".join([str(score), *score.faults])


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a spaCy pipeline, or 'blank'")
    parser.add_argument("--file", default="", help="only files whose name starts with this")
    parser.add_argument("--faults", action="store_true", help="what was missed and what was too much")
    options = parser.parse_args()
    chosen = [(case, score) for case, score in scored(options.model) if case.file.startswith(options.file)]
    for name in ("half", "kind"):
        for value in sorted({getattr(case, name) for case, _ in chosen}):
            print(f"{name} {value}: {total(score for case, score in chosen if getattr(case, name) == value)}")
    print(f"all {len(chosen)}: {total(score for _, score in chosen)}")
    if options.faults:
        print("\n".join(total(score for _, score in chosen).faults))
