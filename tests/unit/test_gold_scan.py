"""The gold texts: which mentions and comentions the scan must find in them, statement by statement."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

import mgmine
from conftest import ROOT, SHARED
from mgmine.evaluate import article

if TYPE_CHECKING:
    from pathlib import Path

GOLD = ROOT / "corpora" / "gold"


@pytest.fixture(scope="module", params=["restated", "source_article"])
def gold(request: pytest.FixtureRequest) -> tuple[Path, article.Annotation]:
    """A gold text and its annotation; the source article only where its text is at hand."""
    path = GOLD / "restated.txt" if request.param == "restated" else SHARED / "gold" / "source_article.txt"
    if not path.is_file():
        pytest.skip("the text of the source article is not on this machine")
    return path, article.load(GOLD / f"{request.param}.gold.json", path)[0]


def test_the_annotation_is_sound(gold: tuple[Path, article.Annotation]) -> None:
    path, annotation = gold
    assert list(article.problems(annotation, path.read_text(encoding="utf-8"))) == []


def test_counts_of_each_statement(gold: tuple[Path, article.Annotation]) -> None:
    path, annotation = gold
    assert article.mention_counts(annotation, path) == annotation["counts"]


def test_offsets_point_into_the_file(gold: tuple[Path, article.Annotation]) -> None:
    path, _ = gold
    text = path.read_text(encoding="utf-8")
    rows = mgmine.scan(path).mentions.to_pylist()
    assert rows
    for row in rows:
        assert text[row["start"] : row["end"]] == row["text"]
        assert path.read_bytes()[row["source_start"] : row["source_end"]].decode() == row["text"]


def test_sentence_comentions(gold: tuple[Path, article.Annotation]) -> None:
    path, annotation = gold
    wanted = {pair: one["sentences"] for pair, one in annotation["comentions"].items()}
    assert article.comention_places(annotation, path) == wanted


def test_the_cited_reference_is_found_and_not_counted(gold: tuple[Path, article.Annotation]) -> None:
    path, annotation = gold
    start, end = annotation["reference"]
    rows = [row for row in mgmine.scan(path).mentions.to_pylist() if start <= row["start"] < end]
    assert Counter(row["family"] for row in rows if row["family"] in article.TOPICS) == annotation["reference_mentions"]
    assert not any(row["counted"] for row in rows)
    assert {row["passage"] for row in rows} == {"reference"}
