"""The claims stage as a whole: records, offsets, ids, order, what is skipped, what is given up, the shipped data."""

from __future__ import annotations

import gc
import json
import math
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mgmine.claims import Extractor
from mgmine.claims.extractor import WITHOUT_PARSER
from mgmine.claims.lexical import DATA, data
from mgmine.nlp.graph import Node
from mgmine.records import GatedDocument, Mention, Sentence

if TYPE_CHECKING:
    from mgmine.records import Claim

FIELDS = ["id", "doc_id", "doc_version", "section", "passage", "sentence", "subject", "predicate", "sign", "aspect", "object", "negated", "factuality",
          "modality", "necessity", "via", "perturbation", "role", "context", "cue", "derived_from", "score", "rule", "provenance"]  # fmt: skip
NAMES = {"Magnesium": "magnesium", "magnesium": "magnesium", "Mg2+": "magnesium", "LFA-1": "integrin", "T cells": "t_cell", "ICAM-1": "ligand",
         "TRPM7": "transporter", "MAGT1": "transporter"}  # fmt: skip


def document(
    *sentences: str, doc_id: str = "pubmed:1", passage: str = "abstract", section: str | None = None, offset: int = 0
) -> GatedDocument:
    placed: list[Sentence] = []
    mentions: list[Mention] = []
    at = offset
    for index, text in enumerate(sentences):
        placed.append(Sentence(index, at, at + len(text), text, passage, section))
        for name, family in NAMES.items():
            found = text.find(name)
            while found >= 0:
                mentions.append(Mention(at + found, at + found + len(name), name, family, name, (f"X:{name}",), index))
                found = text.find(name, found + 1)
        at += len(text) + 1
    mentions.sort(key=lambda mention: mention.start)
    return GatedDocument(doc_id, 1, tuple(placed), tuple(mentions), frozenset(range(len(sentences))))


@pytest.fixture(scope="module", params=["blank", None], ids=["blank", "shipped"])
def extractor(request: pytest.FixtureRequest) -> Extractor:
    if request.param is None:
        pytest.importorskip("spacy")
    return Extractor(request.param, lexicon="test 1")


def claims(extractor: Extractor, *sentences: str, **options: object) -> list[Claim]:
    [(_, found)] = extractor.extract([document(*sentences, **options)])  # type: ignore[arg-type]
    return found


def test_a_record_holds_every_field_in_its_order(extractor: Extractor) -> None:
    (claim,) = claims(extractor, "Magnesium activates LFA-1 on T cells.")
    record = claim.to_json()
    assert list(record) == FIELDS
    json.dumps(record)
    assert (claim.subject.text, claim.predicate, claim.sign, claim.object and claim.object.text) == (
        "Magnesium",
        "affects",
        "+",
        "LFA-1",
    )
    assert claim.subject.ids == ("X:Magnesium",)
    assert claim.aspect == "activity"
    assert claim.cue.text == "activates"
    assert [(part.slot, part.text, part.stated) for part in claim.context] == [("cell_type", "T cells", True)]
    assert set(claim.provenance) == {"lexicon", "rules", "model"}
    assert claim.provenance["lexicon"] == "test 1"
    assert claim.rule in data().scores
    assert 0 < claim.score < 1


def test_offsets_count_in_the_document(extractor: Extractor) -> None:
    first, second = "Nothing is said here.", "In T cells, magnesium opens LFA-1."
    found = claims(extractor, first, second, offset=100)
    text = " " * 100 + first + " " + second
    assert found
    for claim in found:
        for side in (claim.subject, claim.object, claim.cue, *claim.context):
            assert side is not None
            assert text[side.start : side.end] == side.text


def test_the_same_sentence_gives_the_same_ids_and_another_document_others(extractor: Extractor) -> None:
    sentence = "Magnesium activates LFA-1 and lowers cytotoxicity."
    once = [claim.id for claim in claims(extractor, sentence)]
    again = [claim.id for claim in claims(extractor, sentence)]
    other = [claim.id for claim in claims(extractor, sentence, doc_id="pubmed:2")]
    assert once == again
    assert len(once) == len(set(once)) == 2
    assert not set(once) & set(other)


def test_documents_come_back_in_order_and_one_at_a_time(extractor: Extractor) -> None:
    given = [document(f"Magnesium activates LFA-1 in donor {number}.", doc_id=f"d:{number}") for number in range(150)]
    back = list(extractor.extract(iter(given)))
    assert [one.doc_id for one, _ in back] == [one.doc_id for one in given]
    assert all(len(found) == 1 for _, found in back)


def test_only_gated_sentences_are_read(extractor: Extractor) -> None:
    whole = document("Magnesium activates LFA-1.", "TRPM7 inhibits LFA-1.")
    gated = GatedDocument(whole.doc_id, 1, whole.sentences, whole.mentions, frozenset({1}))
    [(_, found)] = extractor.extract([gated])
    assert [claim.sentence.index for claim in found] == [1]


def test_references_claim_nothing_and_titles_are_headlines(extractor: Extractor) -> None:
    assert claims(extractor, "Magnesium activates LFA-1.", passage="reference") == []
    (title,) = claims(extractor, "Magnesium activates LFA-1.", passage="title")
    assert title.modality == "headline"


def test_sections_of_methods_claim_nothing(extractor: Extractor) -> None:
    assert claims(extractor, "Magnesium activates LFA-1.", section="METHODS") == []


def test_sentences_of_methods_are_read_only_where_a_later_one_points_back(
    extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = document(
        "T cells adhere.", "The medium was renewed.", "Magnesium was added to it.", "It activated LFA-1.", "LFA-1 binds ICAM-1.",
        "MAGT1 was depleted.",
    )  # fmt: skip
    sections = ("RESULTS", "METHODS", "METHODS", "RESULTS", "METHODS", "METHODS")
    placed = tuple(replace(one, section=name) for one, name in zip(told.sentences, sections, strict=True))
    sectioned = replace(told, sentences=placed)
    assert extractor._silent(sectioned) == {4, 5}
    assert extractor._silent(replace(sectioned, gated=frozenset({1, 2, 4}))) == {1, 2, 4}, "3 is not read"
    [(_, found)] = extractor.extract([sectioned])
    assert [(claim.subject.text, claim.object and claim.object.text) for claim in found] == [("Magnesium", "LFA-1")]
    monkeypatch.setattr(extractor, "_silent", lambda _: set())
    assert list(extractor.extract([sectioned])) == [(sectioned, found)]


def test_uncounted_mentions_are_not_arguments(extractor: Extractor) -> None:
    whole = document("Magnesium activates LFA-1.")
    nested = tuple(
        Mention(m.start, m.end, m.text, m.family, m.concept, m.ids, m.sentence, False, "host") for m in whole.mentions
    )
    [(_, found)] = extractor.extract([GatedDocument(whole.doc_id, 1, whole.sentences, nested, whole.gated)])
    assert all(not claim.subject.ids for claim in found)


def test_what_is_too_long_is_skipped_and_reported() -> None:
    extractor = Extractor("blank", max_characters=40)
    [(_, found)] = extractor.extract(
        [document("Magnesium activates LFA-1.", "Magnesium activates " + "LFA-1 and " * 20 + "ICAM-1.")]
    )
    assert [claim.sentence.index for claim in found] == [0]
    assert [(one.doc_id, one.sentence) for one in extractor.skipped] == [("pubmed:1", 1)]
    assert "longer than 40" in extractor.skipped[0].reason


def test_what_takes_too_long_is_dropped_and_reported() -> None:
    extractor = Extractor("blank", max_seconds=0.0)
    [(_, found)] = extractor.extract([document("Magnesium activates LFA-1.")])
    assert found == []
    assert len(extractor.skipped) == 1


def test_the_least_score_cuts() -> None:
    assert next(iter(Extractor("blank", min_score=0.99).extract([document("Magnesium activates LFA-1.")])))[1] == []


def test_a_perturbation_gives_the_observed_and_the_inferred_claim(extractor: Extractor) -> None:
    seen, inferred = claims(extractor, "TRPM7 inhibition reduced intracellular Mg2+.")
    assert (seen.subject.text, seen.sign, seen.derived_from) == ("TRPM7 inhibition", "-", None)
    assert (inferred.subject.text, inferred.sign, inferred.derived_from) == ("TRPM7", "+", seen.id)
    assert seen.perturbation is not None
    assert seen.perturbation.kind == "inhibitor"


def test_a_consequence_has_a_claim_as_its_subject(extractor: Extractor) -> None:
    first, second = claims(extractor, "Magnesium activates LFA-1, thereby increasing cytotoxicity.")
    assert second.subject.claim == first.id
    assert second.object is not None
    assert second.object.ids == ("GO:0001913", "MESH:D003602")


def test_what_points_back_is_marked_by_its_span(extractor: Extractor) -> None:
    found = claims(extractor, "Magnesium entered the cells.", "It activates LFA-1.")
    (claim,) = [one for one in found if one.sentence.index == 1]
    assert claim.subject.text == "Magnesium"
    assert claim.subject.start == 0


@pytest.mark.nlp
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Magnesium activated LFA-1 in macrophages but not in B cells.", {("cell_type", "macrophages")}),
        ("Magnesium lowered blood pressure.", set()),
        ("Magnesium raised LFA-1, TRPM7 and the number of B cells.", set()),
        ("Magnesium increased adhesion without altering LFA-1.", set()),
        (
            "Magnesium bound LFA-1 in the presence of calcium and it opened.",
            {("condition", "in the presence of calcium")},
        ),
        ("Mg2+ is also called magnesium in human B cells.", set()),
        ("Magnesium increased adhesion of mouse macrophages.", {("species", "mouse")}),
        ("Magnesium inhibited human immunodeficiency virus.", set()),
    ],
)
def test_the_context_is_where_the_claim_holds(text: str, wanted: set[tuple[str, str]]) -> None:
    pytest.importorskip("spacy")
    first = claims(Extractor(), text)[0]
    assert {(part.slot, part.text) for part in first.context} == wanted


def test_necessity_and_level(extractor: Extractor) -> None:
    (claim,) = claims(extractor, "Magnesium is essential for cytotoxicity.")
    assert (claim.predicate, claim.necessity) == ("requires", "necessary")
    (low,) = claims(extractor, "Low magnesium was associated with shorter survival.")
    assert (low.subject.level, low.sign, low.modality) == ("low", "-", "correlational")


def test_a_correlation_is_never_an_effect(extractor: Extractor) -> None:
    for verb in ("correlated with", "was associated with", "was linked to"):
        for claim in claims(extractor, f"Serum magnesium {verb} longer survival."):
            assert claim.predicate == "correlates_with"


def test_any_text_is_read_without_failing(extractor: Extractor) -> None:
    odd = ["MAGT1, a transporter whose function is often lost in T cells, binds magnesium.", "", ".", "LFA-1", "Magnesium; LFA-1; T cells", "its its its their it this which that", "activates activates activates",
           "not not no neither nor", "(((", "LFA-1-LFA-1-mediated-dependent", "respectively, respectively"]  # fmt: skip
    before = len(extractor.skipped)
    list(extractor.extract([document(*(text or " " for text in odd))]))
    assert [one.reason for one in extractor.skipped[before:]] == []


def test_a_reading_can_be_explained(extractor: Extractor) -> None:
    (reading,) = extractor.explain(document("Magnesium activates LFA-1."), 0)
    assert [node.text for node in reading.graph][:2] == ["Magnesium", "activates"]
    (made,) = reading.claims
    assert made.claim.rule == "affects/verb"
    assert [node.text for node in made.trigger] == ["activates"]
    assert made.subject is not None
    assert made.object is not None
    assert [(step.up, step.node.text) for step in made.subject] == [(False, "Magnesium")]
    assert [(step.label, step.node.text) for step in made.object] == [("dobj", "LFA-1")]
    odds = sum(weight for weight, reason in made.weights if reason)
    assert made.factor == (1 if extractor.pipeline.parses else WITHOUT_PARSER)
    assert made.claim.score == pytest.approx(made.factor / (1 + math.exp(-odds)), abs=1e-3)


def test_a_way_through_a_graph_goes_up_and_down(extractor: Extractor) -> None:
    from mgmine.nlp.graph import path

    (reading,) = extractor.explain(document("Magnesium activates LFA-1 on T cells."), 0)
    nodes = reading.graph.nodes
    for start in nodes:
        assert path(start, start) == ()
        for end in nodes:
            way, back = path(start, end), path(end, start)
            assert way is not None
            assert back is not None
            assert [step.label for step in way] == [step.label for step in reversed(back)]
            assert [step.up for step in way] == [not step.up for step in reversed(back)]
            if way:
                assert way[-1].node is end


# ---------------------------------------------------------------------- the data


def test_every_frame_has_rules_and_every_rule_a_frame() -> None:
    triggers = tomllib.loads((DATA / "triggers.toml").read_text(encoding="utf-8"))["group"]
    rules = tomllib.loads((DATA / "rules.toml").read_text(encoding="utf-8"))["rule"]
    frames = {rule["frame"] for rule in rules} - {"procedure"}
    assert {group["frame"] for group in triggers} <= frames | {"target"}
    assert frames <= {group["frame"] for group in triggers}
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(0 < rule["score"] < 1 for rule in rules)


def test_every_path_of_a_rule_is_known() -> None:
    from mgmine.claims.reader import Reader

    known = {"agent", "patient", "subject", "dobj", "prep"}
    for rules in data().rules.values():
        for rule in rules:
            for path in (*rule.subject, *rule.object):
                assert (
                    path in known or path.startswith("nmod:") or hasattr(Reader, "_path_" + path.replace("-", "_"))
                ), (rule.id, path)


def test_groundings_are_identifiers() -> None:
    import re

    for text, (ids, kind) in data().groundings.items():
        assert text == text.lower()
        assert kind
        for identifier in ids:
            assert re.fullmatch(r"(GO:\d{7}|MESH:[CD]\d+|MONDO:\d{7}|HGNC:\d+)", identifier), text


def test_a_changed_rule_changes_the_provenance(tmp_path: object) -> None:
    import shutil
    from pathlib import Path

    from mgmine.claims.lexical import read

    folder = Path(str(tmp_path)) / "claims"
    shutil.copytree(DATA, folder)
    assert read(folder).digest == data().digest
    rules = folder / "rules.toml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert read(folder).digest != data().digest


def test_the_collector_of_cycles_is_as_the_caller_left_it(extractor: Extractor) -> None:
    for on in (True, False):
        (gc.enable if on else gc.disable)()
        try:
            seen = [gc.isenabled() for _ in extractor.extract([document("Magnesium activates LFA-1.")] * 3)]
            assert [*seen, gc.isenabled()] == [on] * 4
        finally:
            gc.enable()


@pytest.mark.parametrize(
    "text",
    [
        "Propranolol, a beta blocker, lowers heart rate.",
        "Magnesium did not affect proliferation but increased killing.",
        "Whether magnesium regulates LFA-1 has not been studied.",
        "Magnesium, and not calcium, opened and held LFA-1.",
        "They also lower LFA-1, whereas magnesium does not.",
    ],
)
def test_a_mended_word_is_of_the_class_its_tag_says(extractor: Extractor, text: str) -> None:
    (reading,) = extractor.explain(document(text), 0)
    fresh = [Node(node.i, node.text, node.norm, node.tag, node.dep, node.start, node.end) for node in reading.graph]
    assert [(node.is_verb, node.is_noun) for node in reading.graph] == [(one.is_verb, one.is_noun) for one in fresh]
