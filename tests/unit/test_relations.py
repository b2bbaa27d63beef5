"""Relations: what is assembled from which claims, and how it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import storekit as kit

if TYPE_CHECKING:
    from pathlib import Path

    from mgmine.store import Store

SENTENCE = "Magnesium ions raise and lower the binding of VLA-4 to fibronectin in resting cells."


@pytest.fixture(autouse=True)
def _writer_of_parquet(monkeypatch: pytest.MonkeyPatch) -> None:
    kit.parquet_stand_in(monkeypatch)


def said(
    doc: int, subject: Any = "Magnesium", predicate: str = "affects", object_: Any = "VLA-4", **more: Any
) -> kit.Row:
    def side(given: Any) -> Any:
        return kit.argument(given, SENTENCE) if isinstance(given, str) else given

    return kit.claim(f"pubmed:{doc}", SENTENCE, side(subject), predicate, side(object_), "raise", **more)


def relations(path: Path, *claims: kit.Row, mentions: Any = (), documents: Any = None) -> list[kit.Row]:
    documents = documents or {}
    docs = sorted({claim["doc_id"] for claim in claims} | set(documents))
    rows = [
        kit.document(doc, 1, record, **{"year": 2000 + record, **documents.get(doc, {})})
        for record, doc in enumerate(docs)
    ]
    numbered = [{**claim, "record": docs.index(claim["doc_id"])} for claim in claims]
    with kit.fill(path / "s", documents=rows, claims=numbered, mentions=mentions) as store:
        return list(store.sql("SELECT * FROM relations ORDER BY documents DESC, claims DESC, relation_id").dicts())


def test_assembled_over_documents(tmp_path: Path) -> None:
    mg = kit.argument("Magnesium", SENTENCE, ids=["X:1", "X:2"], type="magnesium")
    ion = kit.argument("Magnesium ions", SENTENCE, ids=["X:1"], type="magnesium")
    (row,) = relations(
        tmp_path, said(1, mg, sign="+", aspect="activity"), said(2, ion, sign="+", factuality="possible"), said(2, mg, sign="+"),
        mentions=(kit.mention("pubmed:1", "Magnesium", "magnesium", "magnesium", 0, ids=["X:1"]),),
    )  # fmt: skip
    assert (row["claims"], row["documents"], row["affirmed"], row["certain"], row["uncertain"]) == (3, 2, 3, 2, 1)
    assert (row["subject"], row["subject_key"], row["subject_family"]) == ("magnesium", "X:1", "magnesium")
    assert (row["object"], row["object_key"], row["aspects"]) == ("VLA-4", "vla-4", ["activity"])
    assert (row["first_year"], row["last_year"]) == (2000, 2001)


def test_words_without_an_id_meet_regardless_of_case_and_spacing(tmp_path: Path) -> None:
    other = {**kit.argument("VLA-4", SENTENCE), "text": " vla-4 "}
    (row,) = relations(tmp_path, said(1, sign="+"), said(2, object_=other, sign="+"))
    assert row["documents"] == 2


def test_signs_and_denials_stay_apart(tmp_path: Path) -> None:
    rows = relations(
        tmp_path, said(1, sign="+"), said(2, sign="+"), said(3, sign="+", negated=True), said(4, sign="-"), said(5, sign="0"),
        said(6, sign="?"), said(7, sign="-", factuality="counterfact"),
    )  # fmt: skip
    found = {row["sign"]: row for row in rows}
    assert set(found) == {"+", "-", "0", "?"}
    assert len({row["pair_id"] for row in rows}) == 1
    assert len({row["relation_id"] for row in rows}) == 4
    assert [found["+"][name] for name in ("claims", "affirmed", "negated", "opposed")] == [3, 2, 1, 2]
    assert [found["-"][name] for name in ("claims", "affirmed", "negated", "opposed")] == [2, 1, 0, 3]
    assert found["0"]["opposed"] == 3
    assert found["?"]["opposed"] == 0


def test_symmetric_predicates_have_one_order(tmp_path: Path) -> None:
    forth, back = said(1, predicate="binds"), said(2, "VLA-4", "binds", "Magnesium")
    (row,) = relations(tmp_path, forth, back)
    assert (row["subject"], row["object"], row["documents"]) == ("Magnesium", "VLA-4", 2)
    assert (
        len(relations(tmp_path / "directed", said(1, sign="+"), said(2, "VLA-4", "affects", "Magnesium", sign="+")))
        == 2
    )


def test_levels_make_another_relation(tmp_path: Path) -> None:
    low = kit.argument("Magnesium", SENTENCE, level="low")
    rows = relations(tmp_path, said(1, sign="+"), said(2, low, sign="-"))
    assert {(row["subject_level"], row["sign"]) for row in rows} == {(None, "+"), ("low", "-")}
    assert all(row["opposed"] == 0 for row in rows)


def test_the_withdrawn_is_shown_and_not_counted(tmp_path: Path) -> None:
    retracted = {"publication_types": ["Retracted Publication"]}
    notice = {"publication_types": ["Retraction of Publication"], "year": 2030}
    documents: dict[str, kit.Row] = {"pubmed:2": retracted, "pubmed:3": notice}
    row, other = relations(
        tmp_path,
        said(1, sign="+"),
        said(2, sign="+"),
        said(3, sign="+"),
        said(2, predicate="binds"),
        documents=documents,
    )
    assert [row[name] for name in ("claims", "documents", "retracted_claims", "retracted_documents", "last_year")] == [
        1, 1, 2, 2, 2000,
    ]  # fmt: skip
    assert [other[name] for name in ("claims", "documents", "retracted_documents", "first_year")] == [0, 0, 1, None]


def test_aims_and_reagents_are_no_support(tmp_path: Path) -> None:
    (row,) = relations(
        tmp_path, said(1, sign="+", role="aim"), said(2, sign="+", modality="aim"), said(3, sign="+", role="reagent"),
        said(4, sign="+", modality="correlational"), said(5, sign="+", derived_from="x", role="background"),
    )  # fmt: skip
    assert [row[name] for name in ("claims", "aims", "correlational", "inferred", "background")] == [2, 2, 1, 1, 1]


def test_chains_are_named_by_what_they_say(tmp_path: Path) -> None:
    inner = said(1, sign="+")
    chain = said(1, {"claim": inner["id"]}, "affects", "fibronectin", sign="+")
    same = said(2, sign="+")
    again = said(2, {"claim": same["id"]}, "affects", "fibronectin", sign="+")
    lost = said(3, {"claim": "nowhere"}, "affects", "fibronectin", sign="-")
    nothing = said(3, predicate="open_question", object_=None)
    rows = relations(tmp_path, inner, chain, same, again, lost, nothing)
    chained = next(row for row in rows if row["subject_family"] == "claim" and row["sign"] == "+")
    assert (chained["subject"], chained["documents"]) == ("(Magnesium affects + VLA-4)", 2)
    assert sum(row["claims"] for row in rows) == 6
    assert next(row for row in rows if row["predicate"] == "open_question")["object"] is None


def test_only_live_claims(tmp_path: Path) -> None:
    store: Store = kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")], claims=[said(1, sign="+")])
    assert store.counts()["relations"] == 1
    with store.writer() as writer:
        writer.commit(kit.key("next"), kit.tables(touched=[{"doc_id": "pubmed:1", "deleted": True}]))
    assert store.counts()["relations"] == 0
