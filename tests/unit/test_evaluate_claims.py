"""Claims against annotated text: events, document relations, verdicts; the score's weights."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from mgmine.claims import Extractor
from mgmine.claims.scorer import Scorer, shipped
from mgmine.evaluate import documents, events, verdicts
from mgmine.evaluate.given import held_back

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (
    "TGF-beta inhibits IL-2 expression. Talin binds integrin. MAGT1 did not activate ZAP-70. Lck phosphorylates CD18.\n"
)
FIRST = (
    "T1\tProtein 0 8\tTGF-beta\nT2\tProtein 18 22\tIL-2\nT3\tProtein 35 40\tTalin\n"
    "T4\tProtein 47 55\tintegrin\nT8\tProtein 57 62\tMAGT1\nT9\tProtein 80 86\tZAP-70\nT11\tProtein 88 91\tLck\nT12\tProtein 107 111\tCD18\n"
)
SECOND = (
    "T5\tNegative_regulation 9 17\tinhibits\nT6\tGene_expression 23 33\texpression\nT7\tBinding 41 46\tbinds\n"
    "T10\tPositive_regulation 71 79\tactivate\n"
    "E1\tGene_expression:T6 Theme:T2\nE2\tNegative_regulation:T5 Theme:E1 Cause:T1\nE3\tBinding:T7 Theme:T3 Theme2:T4\n"
    "E4\tPositive_regulation:T10 Theme:T9 Cause:T8\nM1\tNegation E4\n"
    "T13\tPhosphorylation 92 106\tphosphorylates\nE5\tPhosphorylation:T13 Theme:T12 Cause:T11\n"
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "events.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for ending, content in (("txt", TEXT), ("a1", FIRST), ("a2", SECOND)):
            member = tarfile.TarInfo(f"train/PMID-1.{ending}")
            member.size = len(content.encode())
            tar.addfile(member, io.BytesIO(content.encode()))
    return path


def test_events_become_relations(archive: Path) -> None:
    (document,) = events.read(archive)
    assert [(one.predicate, one.sign, one.negated) for one in document.wanted] == [
        ("affects", "-", False), ("binds", None, False), ("affects", "+", True), ("affects", "?", False),
    ]  # fmt: skip
    assert document.wanted[0].subject == ((0, 8),)
    assert document.wanted[0].object == ((18, 22),)


def test_claims_are_measured_against_events(archive: Path) -> None:
    judged, outcome = events.measure([archive], Extractor("blank"))
    assert (outcome.right, outcome.found, outcome.missed) == (4, 4, 0)
    assert all(one.right for one in judged)
    assert outcome.precision == outcome.recall == 1
    part = "check" if held_back("PMID-1") else "build"
    other = "build" if part == "check" else "check"
    assert events.measure([archive], Extractor("blank"), part)[1].found == 4
    assert events.measure([archive], Extractor("blank"), other)[1].found == 0


def test_document_relations(tmp_path: Path) -> None:
    path = tmp_path / "relations.pubtator"
    path.write_text(
        "7|t|Lithium caused tremor.\n7|a|Aspirin reduced fever.\n7\t0\t7\tLithium\tChemicalEntity\tC1\n7\t15\t21\ttremor\tDisease\tD1\n"
        "7\t23\t30\tAspirin\tChemicalEntity\tC2\n7\t39\t44\tfever\tDisease\tD2\n7\tPositive_Correlation\tC1\tD1\tNovel\n"
        "7\tNegative_Correlation\tC1\tD2\tNovel\n",
        encoding="utf-8",
    )
    outcome = documents.measure(path, Extractor("blank"))
    assert outcome.of("Positive_Correlation") == (1, 1, 1, 1)
    assert outcome.of("Negative_Correlation")[:2] == (0, 0)
    assert outcome.of(documents.ANY)[:2] == (0.5, 0.5)


def test_verdicts_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.tsv"
    rows = [
        "\t".join(verdicts.COLUMNS),
        "a\tpubmed:1\t0\t0-9\taffects\t+\tno\t20-25\tno\tright",
        "a\tpubmed:1\t1" + "\t" * 7,
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    read = verdicts.read(path)
    assert read.sentences == {("pubmed:1", 0): "a", ("pubmed:1", 1): "a"}
    assert list(read.claims.values()) == ["right"]
    path.write_text("\n".join([rows[0], rows[1].replace("right", "maybe")]), encoding="utf-8")
    with pytest.raises(ValueError, match="line 2: 'maybe' is no verdict"):
        verdicts.read(path)


def test_a_score_is_a_probability_with_reasons() -> None:
    scorer = Scorer({"rule=a": 2.0, "far": -3.0}, 0.0)
    assert scorer.score({"rule=a": 1}).probability > 0.85
    low = scorer.score({"rule=a": 1, "far": 2.0, "unknown": 1})
    assert low.probability < 0.05
    assert low.reasons == ("arguments far apart",)
    assert shipped().weights


def test_traces_hold_the_features_of_each_claim(archive: Path) -> None:
    extractor = Extractor("blank")
    extractor.traces = {}
    judged, _ = events.measure([archive], extractor)
    assert all(f"rule={one.claim.rule}" in extractor.traces[one.claim.id] for one in judged)
