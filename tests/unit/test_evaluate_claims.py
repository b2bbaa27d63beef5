"""Claims against annotated text: events, document relations, verdicts; the score's weights."""

from __future__ import annotations

import io
import re
import tarfile
from typing import TYPE_CHECKING

import pytest

from mgmine.claims import Extractor
from mgmine.claims.scorer import Scorer, shipped
from mgmine.evaluate import documents, events, verdicts
from mgmine.evaluate.given import Annotated, Entity, gated, held_back

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
        ("affects", "-", False), ("binds", None, False), ("affects", "+", True),
    ]  # fmt: skip
    assert [(one.sign, one.subject) for one in document.modified] == [("?", ((88, 91),))]
    assert document.wanted[0].subject == ((0, 8),)
    assert document.wanted[0].object == ((18, 22),)


def test_claims_are_measured_against_events(archive: Path) -> None:
    judged, outcome = events.measure([archive], Extractor("blank"))
    assert (outcome.right, outcome.wrong, outcome.found, outcome.missed) == (3, 1, 3, 0)
    assert [one.modifying for one in judged] == [not one.right for one in judged]
    assert outcome.recall == outcome.unmodified == 1
    assert outcome.precision == 0.75
    assert "1 of the wrong ones state a modification" in str(outcome)
    part = "check" if held_back("PMID-1") else "build"
    other = "build" if part == "check" else "check"
    assert events.measure([archive], Extractor("blank"), part)[1].found == 3
    assert events.measure([archive], Extractor("blank"), other)[1].found == 0


def read(text: str) -> set[tuple[str, str, str | None, str]]:
    """The claims of a sentence whose names stand in braces."""
    pieces = re.split(r"\{(.+?)\}", text)
    plain = "".join(pieces)
    starts = [len("".join(pieces[:place])) for place in range(len(pieces))]
    entities = tuple(
        Entity(starts[place], starts[place] + len(pieces[place]), "Protein", pieces[place].lower())
        for place in range(1, len(pieces), 2)
    )
    [(_, found)] = Extractor().extract(gated([Annotated("PMID-1", plain, entities)]))
    return {
        (one.subject.text, one.predicate, one.sign, one.object.text)
        for one in found
        if one.object is not None and one.subject.text is not None and one.object.text is not None
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{HKa} inhibits phosphorylation of {Akt} and {GSK-3}.", ("HKa", "affects", "-", "phosphorylation of Akt")),
        ("{HKa} inhibits phosphorylation of {Akt} and {GSK-3}.", ("HKa", "affects", "-", "GSK-3")),
        ("{TSP-1} is down-regulated by oncogenes such as {Myc} and {Ras}.", ("Ras", "affects", "-", "TSP-1")),
        ("{E6} binds to and inhibits {p53}.", ("E6", "binds", None, "p53")),
        ("{E2F-1} associates with and is acetylated by {p300}.", ("E2F-1", "binds", None, "p300")),
        ("{Stat3}, {Jak2} and {Jak3} form a stable complex.", ("Jak2", "interacts_with", None, "Jak3")),
        ("Oligomerization of {TRAF2} and {TRAF6} was seen.", ("TRAF2", "interacts_with", None, "TRAF6")),
        ("We studied the association of {IL-33} with {p65} in cells.", ("IL-33", "binds", None, "p65")),
        ("Wortmannin (an inhibitor of {PI3K}) interferes with activation.", ("Wortmannin", "affects", "-", "PI3K")),
        ("{TNF} induced an interaction between {Myc} and {p65}.", ("TNF", "affects", "+", "interaction between Myc and p65")),
        ("{Ace2p} regulates expression of the {chitinase} gene {CTS1}.", ("Ace2p", "affects", "?", "CTS1")),
        (
            "{vascular endothelial growth factor} ({VEGF}) secretion enhanced {EC} recruitment.",
            ("vascular endothelial growth factor (VEGF) secretion", "affects", "+", "EC"),
        ),
    ],
)  # fmt: skip
def test_given_names_are_read_in_their_lists_and_constructions(
    text: str, wanted: tuple[str, str, str | None, str]
) -> None:
    pytest.importorskip("spacy")
    assert wanted in read(text)


def test_an_association_with_an_outcome_is_no_binding() -> None:
    pytest.importorskip("spacy")
    assert "binds" not in {
        predicate for _, predicate, *_ in read("The association of {IL-33} with mortality was weak.")
    }


def test_a_plain_modification_scores_like_a_plain_effect() -> None:
    pytest.importorskip("spacy")
    texts = ("ZAP-70 phosphorylates LAT.", "ZAP-70 activates LAT.")
    entities = (Entity(0, 6, "Protein", "zap-70"),)
    scores = []
    for text in texts:
        at = text.index("LAT")
        document = Annotated("PMID-1", text, (*entities, Entity(at, at + 3, "Protein", "lat")))
        [(_, (claim,))] = Extractor().extract(gated([document]))
        scores.append(claim.score)
    assert abs(scores[0] - scores[1]) < 0.1
    assert min(scores) > 0.7


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
