"""Relations: what is assembled from which claims, and how it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


# ---------------------------------------------------------------------- belief


def found(rows: list[kit.Row], sign: str | None = "+", predicate: str = "affects") -> kit.Row:
    (row,) = [row for row in rows if row["sign"] == sign and row["predicate"] == predicate]
    return row


def test_belief_is_the_noisy_or_of_independent_documents(tmp_path: Path) -> None:
    one = found(relations(tmp_path / "one", said(1, sign="+", score=0.8)))
    two = found(relations(tmp_path / "two", said(1, sign="+", score=0.8), said(2, sign="+", score=0.6)))
    assert one["belief"] == pytest.approx(0.95 * 0.8, abs=1e-4)
    assert two["belief"] == pytest.approx(0.95 * (1 - 0.2 * 0.4), abs=1e-4)
    assert one["disbelief"] == two["disbelief"] == 0


def test_a_document_that_says_it_twice_says_it_once(tmp_path: Path) -> None:
    once = relations(tmp_path / "a", said(1, sign="+", score=0.9))
    twice = relations(tmp_path / "b", said(1, sign="+", score=0.9), said(1, sign="+", score=0.7))
    assert found(once)["belief"] == found(twice)["belief"]
    assert found(twice)["claims"] == 2


def test_versions_of_one_report_are_one_study(tmp_path: Path) -> None:
    update = {"links": [{"kind": "UpdateOf", "pmid": "1", "source": "x"}]}
    rows = relations(
        tmp_path, said(1, sign="+", score=0.8), said(2, sign="+", score=0.8), documents={"pubmed:2": update}
    )
    assert (found(rows)["documents"], found(rows)["studies"]) == (2, 1)
    assert found(rows)["belief"] == pytest.approx(0.95 * 0.8, abs=1e-4)


def test_denials_and_opposite_signs_lower_it(tmp_path: Path) -> None:
    alone = found(relations(tmp_path / "a", said(1, sign="+")))
    for name, against in (
        ("denied", said(2, sign="+", negated=True)), ("opposite", said(2, sign="-")), ("null", said(2, sign="0")),
        ("counterfact", said(2, sign="+", factuality="counterfact")),
    ):  # fmt: skip
        row = found(relations(tmp_path / name, said(1, sign="+"), against))
        assert row["belief"] < alone["belief"], name
        assert row["disbelief"] == pytest.approx(row["belief"]), name


def test_doubt_background_and_reviews_weigh_less(tmp_path: Path) -> None:
    plain = found(relations(tmp_path / "plain", said(1, sign="+")))["belief"]
    review: dict[str, kit.Row] = {"pubmed:1": {"publication_types": ["Review"]}}
    less = [
        found(relations(tmp_path / str(i), said(1, sign="+", **more), documents=documents))["belief"]
        for i, (more, documents) in enumerate([
            ({"factuality": "probable"}, {}), ({"factuality": "possible"}, {}), ({"factuality": "doubtful"}, {}),
            ({"factuality": "uncommitted"}, {}), ({"role": "background"}, {}), ({}, review), ({"derived_from": "x"}, {}),
        ])
    ]  # fmt: skip
    assert all(belief < plain for belief in less)
    assert less[0] > less[1] > less[2] > less[3] == 0


def test_a_correlation_is_no_evidence_of_an_effect(tmp_path: Path) -> None:
    rows = relations(
        tmp_path,
        said(1, sign="+", modality="correlational"),
        said(2, predicate="correlates_with", sign="+", modality="correlational"),
    )
    assert found(rows)["belief"] == 0
    assert found(rows, predicate="correlates_with")["belief"] > 0.5


def test_retracted_documents_and_aims_move_nothing(tmp_path: Path) -> None:
    retracted: dict[str, kit.Row] = {"pubmed:2": {"publication_types": ["Retracted Publication"]}}
    plain = found(relations(tmp_path / "a", said(1, sign="+")))
    more = found(
        relations(
            tmp_path / "b", said(1, sign="+"), said(2, sign="-"), said(3, sign="+", role="aim"), documents=retracted
        )
    )
    assert (more["belief"], more["disbelief"]) == (plain["belief"], plain["disbelief"])


def test_open_questions_are_not_believed(tmp_path: Path) -> None:
    (row,) = relations(tmp_path, said(1, predicate="open_question", modality="unknown"))
    assert row["belief"] is None


@pytest.fixture(scope="module")
def belief_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with kit.fill(tmp_path_factory.mktemp("belief") / "s", documents=[]) as store:
        yield lambda support, opposition: store.sql("SELECT belief(?::DOUBLE, ?::DOUBLE)", [support, opposition]).rows[
            0
        ][0]


WEIGHT = st.floats(min_value=0, max_value=30, allow_nan=False)


@given(support=WEIGHT, opposition=WEIGHT, more=st.floats(min_value=0.01, max_value=5))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_belief_grows_with_support_and_falls_with_opposition(
    belief_of: Any, support: float, opposition: float, more: float
) -> None:
    here = belief_of(support, opposition)
    assert 0 <= here <= 0.95
    assert belief_of(support + more, opposition) >= here - 1e-12
    assert belief_of(support, opposition + more) <= here + 1e-12
    assert here + belief_of(opposition, support) <= 0.95 + 1e-12


STATEMENTS = st.lists(
    st.fixed_dictionaries({
        "doc": st.integers(1, 6), "sign": st.sampled_from("+-0?"), "negated": st.booleans(),
        "factuality": st.sampled_from(["fact", "probable", "possible", "doubtful", "counterfact", "uncommitted", "conditional"]),
        "score": st.floats(0.1, 0.99), "modality": st.sampled_from(["asserted", "background", "interpretation", "correlational", "headline"]),
    }), min_size=1, max_size=8,
)  # fmt: skip


@given(statements=STATEMENTS)
@settings(max_examples=12, deadline=None)
def test_new_evidence_moves_belief_its_way(tmp_path_factory: pytest.TempPathFactory, statements: list[kit.Row]) -> None:
    first = {"doc": 7, "sign": "+", "negated": False, "factuality": "fact", "score": 0.5, "modality": "asserted"}
    worlds = {"VLA-4": [], "fibronectin": [{**first, "doc": 8}], "resting cells": [{**first, "doc": 8, "sign": "-"}]}
    claims = [
        said(id=f"{object_} {i}", object_=object_, **row)
        for object_, more in worlds.items()
        for i, row in enumerate([first, *statements, *more])
    ]
    rows = {row["object"]: row for row in relations(tmp_path_factory.mktemp("grow"), *claims) if row["sign"] == "+"}
    before, after, worse = (rows[object_] for object_ in worlds)
    assert after["belief"] >= before["belief"] >= worse["belief"]
    assert after["disbelief"] <= before["disbelief"] <= worse["disbelief"]


# ---------------------------------------------------------------------- counts


def test_counts_by_year_factuality_kind_of_study_and_context(tmp_path: Path) -> None:
    trial = {"publication_types": ["Journal Article", "Randomized Controlled Trial"], "year": 2011,
             "mesh": [{"id": "D006801", "label": "Humans", "major": False, "qualifiers": []}]}  # fmt: skip
    mice = {"year": 2012, "mesh": [
        {"id": "D051379", "label": "Mice", "major": False, "qualifiers": []},
        {"id": "D000818", "label": "Animals", "major": False, "qualifiers": []},
        {"id": "D002478", "label": "Cells, Cultured", "major": False, "qualifiers": []},
    ]}  # fmt: skip
    cells = [{"slot": "cell_type", "text": "resting cells", "start": 0, "end": 1, "ids": [], "stated": True}]
    row = found(relations(
        tmp_path, said(1, sign="+", context=cells), said(2, sign="+", factuality="possible", context=cells), said(2, sign="+"),
        documents={"pubmed:1": trial, "pubmed:2": mice},
    ))  # fmt: skip
    assert row["years"] == {2011: 1, 2012: 1}
    assert row["factualities"] == {"fact": 2, "possible": 1}
    assert row["study_types"] == {"animal": 1, "clinical trial": 1, "human": 1, "in vitro": 1, "randomized trial": 1}
    contexts = {(one["slot"], one["value"]): (one["claims"], one["documents"]) for one in row["contexts"]}
    assert contexts == {
        ("cell_type", "resting cells"): (2, 2),
        ("species", "human"): (1, 1),
        ("species", "mouse"): (2, 1),
    }


# ---------------------------------------------------------------------- contradictions


def placed(slot: str, text: str, *ids: str) -> list[kit.Row]:
    return [{"slot": slot, "text": text, "start": 0, "end": 1, "ids": list(ids), "stated": True}]


def contradictions(path: Path, *claims: kit.Row, evidence: int = 0, documents: Any = None) -> list[kit.Row]:
    docs = sorted({claim["doc_id"] for claim in claims})
    rows = [kit.document(doc, 1, record, **(documents or {}).get(doc, {})) for record, doc in enumerate(docs)]
    numbered = [{**claim, "record": docs.index(claim["doc_id"])} for claim in claims]
    with kit.fill(path / "s", documents=rows, claims=numbered) as store:
        return list(store.contradictions(evidence=evidence))


def test_opposite_signs_are_split_by_context(tmp_path: Path) -> None:
    (row,) = contradictions(
        tmp_path,
        said(1, sign="+", context=placed("cell_type", "T cells", "CL:1") + placed("dose", "1 mM")),
        said(2, sign="+", context=placed("cell_type", "T lymphocytes", "CL:1") + placed("dose", "2 mM")),
        said(3, sign="-", context=placed("cell_type", "B cells", "CL:2") + placed("dose", "2 mM")),
        evidence=1,
    )
    assert [(side["sign"], side["documents"]) for side in row["sides"]] == [("+", 2), ("-", 1)]
    assert row["explained_by"] == ["cell_type"]
    slots = {slot["slot"]: {one["value"]: one["documents"] for one in slot["values"]} for slot in row["contexts"]}
    assert slots["cell_type"] == {"T cells": {"+": 2}, "B cells": {"-": 1}}
    assert slots["dose"] == {"1 mM": {"+": 1}, "2 mM": {"+": 1, "-": 1}}
    assert [len(side["evidence"]) for side in row["sides"]] == [1, 1]
    assert row["sides"][1]["evidence"][0]["stance"] == "affirms"
    assert 0 < row["conflict"] < 0.5


def test_a_statement_and_its_denial_contradict_each_other(tmp_path: Path) -> None:
    (row,) = contradictions(
        tmp_path,
        said(1, predicate="binds", context=placed("species", "mice")),
        said(2, predicate="binds", negated=True),
    )
    (side,) = row["sides"]
    assert (side["affirmed"], side["negated"]) == (1, 1)
    # Only one of the two says where.
    assert row["explained_by"] == []


def test_what_agrees_or_is_withdrawn_is_no_contradiction(tmp_path: Path) -> None:
    gone: dict[str, kit.Row] = {"pubmed:2": {"publication_types": ["Retracted Publication"]}}
    assert contradictions(tmp_path / "a", said(1, sign="+"), said(2, sign="-"), documents=gone) == []
    assert contradictions(tmp_path / "b", said(1, sign="+"), said(2, sign="?"), said(3, sign="+")) == []
    assert contradictions(tmp_path / "c", said(1, sign="+"), said(2, "VLA-4", "affects", "Magnesium", sign="-")) == []
    assert contradictions(tmp_path / "d", said(1, sign="+"), said(2, predicate="correlates_with", sign="-")) == []


def test_doses_part_two_sides_only_where_their_ranges_do(tmp_path: Path) -> None:
    def doses(one: str, other: str) -> list[str]:
        path = tmp_path / f"{one} {other}".replace("/", " ")
        first, second = said(1, sign="+", context=placed("dose", one)), said(2, sign="-", context=placed("dose", other))
        (row,) = contradictions(path, first, second)
        return list(row["explained_by"])

    assert doses("1.2 mM", "10 mM") == ["dose"]
    assert doses("1.2 mM", "0.4 to 2.0 mM") == []
    assert doses("1.2 mM", "0.4 to 2.0 mg/kg") == ["dose"]
