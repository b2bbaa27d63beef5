"""The stages as components of a spaCy pipeline: any pipeline, several processes, to disk and back."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from mgmine.claims import Extractor
from mgmine.errors import UsageError
from mgmine.records import Claim

spacy = pytest.importorskip("spacy")
pytestmark = pytest.mark.nlp

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Magnesium activates LFA-1 on CD8+ T cells. It does not bind VLA-4."
LEXICON = """
[lexicon]
id = "vitamins"
title = "Vitamins"
version = "1"
license = "CC0-1.0"
[[family]]
id = "vitamin"
label = "vitamin"
[[concept]]
label = "vitamin D"
family = "vitamin"
ids = ["MESH:D014807"]
names = ["vitamin D", "cholecalciferol"]
"""


@pytest.fixture(scope="module")
def shipped() -> Any:
    from mgmine.nlp.pipeline import _shipped

    nlp = spacy.load(_shipped(), exclude=["ner"])
    nlp.add_pipe("mgmine_mentions")
    nlp.add_pipe("mgmine_claims")
    return nlp


def said(doc: Any) -> list[tuple[str, str, str | None, str | None, bool]]:
    return [
        (one.subject.text, one.predicate, one.sign, one.object.text if one.object else None, one.negated)
        for one in doc._.claims
    ]


def test_factories_are_entry_points() -> None:
    from importlib.metadata import entry_points

    names = {point.name for point in entry_points(group="spacy_factories")}
    assert {"mgmine_mentions", "mgmine_claims"} <= names


def test_mentions_and_claims_on_the_document(shipped: Any) -> None:
    doc = shipped(TEXT)
    assert {span.label_ for span in doc.spans["mgmine"]} == {"magnesium", "integrin", "t_cell"}
    assert ("Magnesium", "affects", "+", "LFA-1", False) in said(doc)
    assert all(isinstance(claim, Claim) for claim in doc._.claims)
    for claim in doc._.claims:
        assert TEXT[claim.subject.start : claim.subject.end] == claim.subject.text
    assert len(doc._.mgmine.sentences) == 2


def test_a_document_without_anything(shipped: Any) -> None:
    assert shipped("")._.claims == []
    assert shipped("Nothing here.")._.claims == []


def test_a_pipeline_without_a_parser_reads_by_rule() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("mgmine_mentions")
    nlp.add_pipe("mgmine_claims")
    doc = nlp(TEXT)
    assert ("Magnesium", "affects", "+", "LFA-1", False) in said(doc)
    assert doc._.claims[0].provenance["model"].startswith("blank")


def test_a_foreign_pipeline_with_its_own_tokenizer_and_labels() -> None:
    """A parse in the labels of Universal Dependencies v2, as pipelines other than ours give it."""
    from spacy.tokens import Doc

    nlp = spacy.blank("en")
    mentions = nlp.add_pipe("mgmine_mentions")
    claims = nlp.add_pipe("mgmine_claims")
    words = ["Magnesium", "activates", "LFA-1", "."]
    doc = Doc(nlp.vocab, words, spaces=[True, True, False, False], heads=[1, 1, 1, 1], deps=["nsubj", "ROOT", "obj", "punct"],
              tags=["NN", "VBZ", "NN", "."], pos=["NOUN", "VERB", "NOUN", "PUNCT"])  # fmt: skip
    assert said(claims(mentions(doc))) == [("Magnesium", "affects", "+", "LFA-1", False)]


def test_claims_need_mentions() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("mgmine_claims")
    with pytest.raises(UsageError, match="mgmine_mentions"):
        nlp(TEXT)


def test_several_processes_give_the_same() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("mgmine_mentions")
    nlp.add_pipe("mgmine_claims")
    texts = [TEXT, "Nothing.", "TRPM7 is needed by T cells.", TEXT]
    alone = [said(doc) for doc in nlp.pipe(texts)]
    assert alone[0] == alone[3]
    assert [said(doc) for doc in nlp.pipe(texts, n_process=2, batch_size=1)] == alone


def test_saved_with_its_lexicon(tmp_path: Path) -> None:
    own = tmp_path / "vitamins.toml"
    own.write_text(LEXICON, encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("mgmine_mentions", config={"replace_lexicon": [str(own)]})
    nlp.add_pipe("mgmine_claims", config={"min_score": 0.1})
    text = "Vitamin D activates magnesium transport."
    before = nlp(text)
    assert [span.text for span in before.spans["mgmine"]] == ["Vitamin D"]
    nlp.to_disk(tmp_path / "saved")
    own.unlink()
    again = spacy.load(tmp_path / "saved")
    after = again(text)
    assert [span.kb_id_ for span in after.spans["mgmine"]] == ["MESH:D014807"]
    assert said(after) == said(before)
    assert again.get_pipe_config("mgmine_claims")["min_score"] == 0.1
    third = spacy.blank("en")
    third.add_pipe("mgmine_mentions")
    third.add_pipe("mgmine_claims")
    third.from_bytes(nlp.to_bytes())
    assert said(third(text)) == said(before)


def test_documents_keep_their_claims(shipped: Any, tmp_path: Path) -> None:
    from spacy.tokens import Doc, DocBin

    doc = shipped(TEXT)
    doc.to_disk(tmp_path / "doc")
    assert Doc(shipped.vocab).from_disk(tmp_path / "doc")._.claims == doc._.claims
    (back,) = DocBin(docs=[doc], store_user_data=True).get_docs(shipped.vocab)
    assert back._.claims == doc._.claims


def test_components_can_be_pickled(shipped: Any) -> None:
    component = pickle.loads(pickle.dumps(shipped.get_pipe("mgmine_mentions")))
    assert component.lexicon.hash == shipped.get_pipe("mgmine_mentions").lexicon.hash
    pickle.loads(pickle.dumps(shipped.get_pipe("mgmine_claims")))


def test_a_claim_survives_json() -> None:
    from mgmine.evaluate import golden

    text, document = golden._document(
        "x",
        "[TRPM7|transporter] inhibition reduced [Mg2+|magnesium] in [T cells|t_cell] of mice, thereby lowering adhesion.",
    )
    [(_, claims)] = Extractor("blank").extract([document])
    assert claims
    for claim in claims:
        assert Claim.from_json(claim.to_json()) == claim
        assert text[claim.cue.start : claim.cue.end] == claim.cue.text
