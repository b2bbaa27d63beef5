"""Sentences to graphs: rewriting with the way back, merging of compounds, label schemes, parsing with and without a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgmine.errors import UsageError
from mgmine.nlp import Edit, Graph, load, prepare
from mgmine.nlp.graph import Token
from mgmine.nlp.lemma import lemma, noun_forms, verb_forms


@given(st.text(max_size=200))
def test_every_rewritten_character_knows_where_it_comes_from(text: str) -> None:
    prepared = prepare(text)
    assert len(prepared.text) == len(prepared.starts) == len(prepared.ends)
    for start, end in zip(prepared.starts, prepared.ends, strict=True):
        assert 0 <= start < end <= len(text)
    assert list(prepared.starts) == sorted(prepared.starts)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Adhesion of cells.[2]", "Adhesion of cells."),
        ("It rose (p < 0.001) and fell (n = 12).", "It rose and fell."),
        ("Survival was longer (HR 0.70, 95% CI 0.5-0.9).", "Survival was longer."),
        ("Mg(2+)-dependent and Ca2+-free", "magnesium-dependent and calcium-free"),
        ("CD8+\u00a0T\u00a0cells", "CD8+ T cells"),
        ("as shown (Fig. 2A) here", "as shown here"),
        ("adhesion (mediated by LFA-1) rose", "adhesion (mediated by LFA-1) rose"),
        ("\u2022 Magnesium helps", "Magnesium helps"),
    ],
)
def test_text_is_made_plain_for_the_parser(text: str, wanted: str) -> None:
    assert prepare(text).text == wanted


def test_the_callers_edits_come_first_and_map_back() -> None:
    text = "alpha 4 beta 1 bound it"
    prepared = prepare(text, [Edit(0, 14, "alpha-4-beta-1")])
    assert prepared.text == "alpha-4-beta-1 bound it"
    assert (prepared.starts[3], prepared.ends[3]) == (0, 14)
    assert text[prepared.starts[15] : prepared.ends[19]] == "bound"


def test_a_part_of_a_sentence_keeps_the_offsets_of_the_whole() -> None:
    text = "It rose; it fell."
    prepared = prepare(text, start=9)
    assert prepared.text == "it fell."
    assert prepared.starts[0] == 9


def test_compounds_become_one_node_however_they_were_cut() -> None:
    prepared = prepare("Mg2+-dependent killing rose.")
    text = prepared.text
    cut = [("magnesium", "NN", "amod", 2), ("-", "HYPH", "punct", 2), ("dependent", "JJ", "amod", 3), ("killing", "NN", "nsubj", 4),
           ("rose", "VBD", "ROOT", 4), (".", ".", "punct", 4)]  # fmt: skip
    tokens = []
    at = 0
    for word, tag, dep, head in cut:
        start = text.index(word, at)
        tokens.append(Token(word, tag, dep, head, start, start + len(word)))
        at = start + len(word)
    graph = Graph.build(prepared, tokens)
    assert [node.text for node in graph] == ["Mg2+-dependent", "killing", "rose", "."]
    assert graph.nodes[0].head is graph.nodes[1]
    assert (graph.nodes[0].start, graph.nodes[0].end) == (0, 14)


def test_general_english_labels_are_rewritten() -> None:
    prepared = prepare("X was activated by Y")
    words = [
        ("X", "NN", "nsubjpass", 2),
        ("was", "VBD", "auxpass", 2),
        ("activated", "VBN", "ROOT", 2),
        ("by", "IN", "agent", 2),
        ("Y", "NN", "pobj", 3),
    ]
    tokens, at = [], 0
    for word, tag, dep, head in words:
        tokens.append(Token(word, tag, dep, head, at, at + len(word)))
        at += len(word) + 1
    graph = Graph.build(prepared, tokens)
    agent = graph.nodes[4]
    assert agent.dep == "nmod"
    assert agent.case() == "by"
    assert agent.head is graph.nodes[2]


@pytest.mark.parametrize(
    ("word", "tag", "wanted"),
    [("analyses", "NNS", "analysis"), ("viruses", "NNS", "virus"), ("rose", "VBD", "rise"), ("studies", "NNS", "study"), ("bound", "VBN", "bind"),
     ("mice", "NNS", "mouse"), ("was", "VBD", "be")],
)  # fmt: skip
def test_lemmas(word: str, tag: str, wanted: str) -> None:
    assert lemma(word, tag) == wanted


def test_inflection() -> None:
    assert set(verb_forms("abolish")) == {"abolish", "abolishes", "abolishing", "abolished"}
    assert "controlled" in verb_forms("control")
    assert "stabilises" in verb_forms("stabilize")
    assert noun_forms("assay") == ("assay", "assays")
    assert noun_forms("affinity") == ("affinity", "affinities")


@pytest.mark.nlp
def test_the_shipped_pipeline_parses_and_never_cuts_a_sentence() -> None:
    pytest.importorskip("spacy")
    pipeline = load()
    assert pipeline.parses
    assert pipeline.identity == f"{pipeline.name} {pipeline.version} {pipeline.digest}"
    text = "Magnesium activates LFA-1. It also opens Mac-1."
    (graph,) = pipeline.parse([prepare(text)])
    assert [node.text for node in graph][:3] == ["Magnesium", "activates", "LFA-1"]
    assert graph.nodes[0].dep == "nsubj"
    assert all(text[node.start : node.end] == node.text for node in graph)


def test_without_a_model_the_graph_has_the_same_labels() -> None:
    pipeline = load("blank")
    pipeline.verbs = {"activates": "activate"}
    (graph,) = pipeline.parse([prepare("Magnesium activates LFA-1 on T cells.")])
    labels = {node.text: node.dep for node in graph}
    assert labels["Magnesium"] == "nsubj"
    assert labels["LFA-1"] == "dobj"
    assert not graph.parsed


@given(st.text(alphabet="ab cdLF-1+,.;()ing by of the ed", max_size=120))
def test_the_shallow_parser_takes_any_text(text: str) -> None:
    (graph,) = load("blank").parse([prepare(text)])
    for node in graph:
        seen = set()
        at = node
        while at.head is not None:
            assert at.i not in seen
            seen.add(at.i)
            at = at.head


@pytest.mark.nlp
def test_a_missing_model_is_a_usage_error() -> None:
    pytest.importorskip("spacy")
    with pytest.raises(UsageError, match="no spaCy pipeline"):
        load("no_such_pipeline_sm")


@pytest.mark.nlp
def test_a_parse_can_be_drawn() -> None:
    pytest.importorskip("spacy")
    from mgmine.nlp import draw

    (graph,) = load("blank").parse([prepare("Magnesium opens LFA-1.")])
    assert draw(graph).lstrip().startswith("<svg")


@pytest.mark.nlp
def test_matrix_products_run_on_one_thread_while_parsing_and_on_the_callers_number_between() -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    pipeline = load()
    seen = []

    def look(doc: object) -> object:
        seen.append(threads())
        return doc

    from spacy.language import Language

    Language.component("look_at_threads", func=look)
    pipeline.nlp.add_pipe("look_at_threads")
    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        between = [threads() for _ in pipeline.parse([prepare("Magnesium activates LFA-1.")] * 3, batch_size=2)]
        assert between == [before] * 3
    assert seen == [{1}] * 3
