"""Sentences with the claims wanted (``tests/golden/claims/*.md``): precision, recall and F1 of both halves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from mgmine.evaluate import golden

GOLDEN = Path(__file__).parent.parent / "golden" / "claims"
FLOORS = {"build": 0.95, "check": 0.88}
FLOOR_WITHOUT_PARSER = 0.75
FLOOR_ATTRIBUTES = 0.85


@cache
def cases() -> tuple[golden.Case, ...]:
    return golden.cases(GOLDEN)


@cache
def scored(model: str | None) -> tuple[tuple[golden.Case, golden.Score], ...]:
    return tuple(golden.score(cases(), model))


def half_score(model: str | None, half: str) -> golden.Score:
    return golden.total(score for case, score in scored(model) if case.half == half)


def test_the_golden_files_hold_enough() -> None:
    halves = [case.half for case in cases()]
    assert halves.count("build") >= 350
    assert halves.count("check") >= 35
    assert {case.kind for case in cases()} == {f"p{number:02}" for number in range(1, 13)}


@pytest.mark.nlp
@pytest.mark.parametrize("half", ["build", "check"])
def test_claims_of_the_golden_sentences(half: str) -> None:
    pytest.importorskip("spacy")
    score = half_score(None, half)
    print(f"\n{half}: {score}")
    assert score.f1 >= FLOORS[half], "\n".join([str(score), *score.faults])
    assert score.share >= FLOOR_ATTRIBUTES, "\n".join([str(score), *score.faults])


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
            print(f"{name} {value}: {golden.total(score for case, score in chosen if getattr(case, name) == value)}")
    print(f"all {len(chosen)}: {golden.total(score for _, score in chosen)}")
    if options.faults:
        print("\n".join(golden.total(score for _, score in chosen).faults))
