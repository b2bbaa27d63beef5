"""The gold texts: which mentions and comentions the scan must find in them, statement by statement."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import mgmine
from conftest import ROOT, SHARED

if TYPE_CHECKING:
    from pathlib import Path

GOLD = ROOT / "corpora" / "gold"
TOPICS = ("magnesium", "integrin", "t_cell")


@pytest.fixture(scope="module", params=["restated", "source_article"])
def gold(request: pytest.FixtureRequest) -> tuple[Path, dict[str, Any]]:
    """A gold text and its annotation; the source article only where its text is at hand."""
    annotation = json.loads((GOLD / f"{request.param}.gold.json").read_text(encoding="utf-8"))
    path = GOLD / "restated.txt" if request.param == "restated" else SHARED / "gold" / "source_article.txt"
    if not path.is_file():
        pytest.skip("the text of the source article is not on this machine")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == annotation["sha256"], "the text is not the one annotated"
    return path, annotation


def _statement(annotation: dict[str, Any], row: dict[str, Any]) -> str | None:
    for statement in annotation["statements"]:
        if statement["start"] <= row["start"] and row["end"] <= statement["end"]:
            return str(statement["statement"])
    return None


def test_counts_of_each_statement(gold: tuple[Path, dict[str, Any]]) -> None:
    path, annotation = gold
    rows = mgmine.scan(path).mentions.to_pylist()
    counted = Counter((_statement(annotation, row), row["family"]) for row in rows if row["counted"])
    nested = Counter(
        _statement(annotation, row)
        for row in rows
        if not row["counted"] and row["family"] == "t_cell" and row["nested_in"] is not None
    )
    for statement, wanted in annotation["counts"].items():
        got = {family: counted[statement, family] for family in TOPICS} | {"t_cell_nested": nested[statement]}
        assert got == wanted, statement


def test_offsets_point_into_the_file(gold: tuple[Path, dict[str, Any]]) -> None:
    path, _ = gold
    text = path.read_text(encoding="utf-8")
    rows = mgmine.scan(path).mentions.to_pylist()
    assert rows
    for row in rows:
        assert text[row["start"] : row["end"]] == row["text"]
        assert path.read_bytes()[row["source_start"] : row["source_end"]].decode() == row["text"]


def test_sentence_comentions(gold: tuple[Path, dict[str, Any]]) -> None:
    path, annotation = gold
    scan = mgmine.scan(path, sentences=True, gate="none")
    statement_of = {row["sentence"]: _statement(annotation, row) for row in scan.sentences.to_pylist()}
    found = [
        (statement_of[row["sentence"]], set(row["families"]))
        for row in scan.comentions.to_pylist()
        if row["level"] == "sentence" and statement_of[row["sentence"]] != "S0"
    ]
    for pair, wanted in annotation["comentions"].items():
        families = set(pair.split("+"))
        assert [name for name, have in found if families <= have] == wanted["sentences"], pair


def test_the_cited_reference_is_found_and_not_counted(gold: tuple[Path, dict[str, Any]]) -> None:
    path, annotation = gold
    start, end = annotation["reference"]
    rows = [row for row in mgmine.scan(path).mentions.to_pylist() if start <= row["start"] < end]
    assert Counter(row["family"] for row in rows if row["family"] in TOPICS) == annotation["reference_mentions"]
    assert not any(row["counted"] for row in rows)
    assert {row["passage"] for row in rows} == {"reference"}
