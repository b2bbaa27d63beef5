"""The pipeline's models, run our way, say what spaCy's own way says."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.nlp

TEXTS = [
    "Magnesium activates LFA-1 on CD8+ T cells.",
    "",
    "EDTA-treated cells didn't adhere, whereas those given Mg2+ did.",
    "Low serum magnesium was associated with shorter survival in patients treated with CAR T cells.",
    "Cells.",
    "We asked whether talin opens LFA-1; kindlin-3 was needed as well.",
    "Magnesium activates LFA-1 on CD8+ T cells.",
]


@pytest.fixture(scope="module")
def nlp() -> Any:
    pytest.importorskip("spacy")
    from mgmine.nlp import load

    return load().nlp


def _said(docs: Any) -> list[list[tuple[str, str, str, int]]]:
    return [[(token.text, token.tag_, token.dep_, token.head.i) for token in doc] for doc in docs]


def test_a_batch_reads_as_spacy_reads_it(nlp: Any) -> None:
    from mgmine.nlp.inference import Runner

    expected = _said(nlp.pipe(TEXTS, batch_size=2))
    runner = Runner(nlp)
    assert _said(runner.run(TEXTS)) == expected
    assert _said(runner.run(TEXTS[::-1])) == expected[::-1], "words known from before"
    assert _said(runner.run([""])) == [[]]
    assert runner.run([]) == []


@pytest.mark.parametrize("limit", [1, 8, 20, 10_000])
def test_words_are_the_same_whether_known_or_new_or_too_many(nlp: Any, limit: int) -> None:
    from mgmine.nlp.inference import Words

    component = nlp.get_pipe("tok2vec")
    assert Words.of(component) is not None
    words = Words(component, limit)
    for text in TEXTS:
        docs = [nlp.make_doc(text), nlp.make_doc(TEXTS[0])]
        for found, expected in zip(words.predict(docs), component.predict(docs), strict=True):
            assert found == pytest.approx(expected, abs=1e-4)
        assert len(words._places) <= limit


def test_an_embedding_that_looks_at_more_than_a_word_is_left_alone() -> None:
    spacy = pytest.importorskip("spacy")
    from thinc.api import Ops

    from mgmine.nlp.inference import Words

    nlp = spacy.blank("en")
    characters = {
        "@architectures": "spacy.CharacterEmbed.v2",
        "width": 32,
        "nM": 8,
        "nC": 4,
        "rows": 50,
        "include_static_vectors": False,
    }
    encoder = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 32,
        "depth": 1,
        "window_size": 1,
        "maxout_pieces": 2,
    }
    nlp.add_pipe(
        "tok2vec", config={"model": {"@architectures": "spacy.Tok2Vec.v2", "embed": characters, "encode": encoder}}
    )
    nlp.add_pipe("tok2vec", name="plain")
    nlp.add_pipe("tagger").add_label("NN")
    nlp.initialize()
    assert Words.of(nlp.get_pipe("tok2vec")) is None
    assert Words.of(nlp.get_pipe("plain")) is not None
    assert Words.of(nlp.get_pipe("tagger")) is None
    nlp.get_pipe("plain").model.ops = Ops()
    assert Words.of(nlp.get_pipe("plain")) is None, "rows that lie elsewhere, on a GPU"


def test_components_of_any_kind_run() -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.language import Language

    from mgmine.nlp.inference import Runner

    def shout(doc: Any) -> Any:
        doc.user_data["shout"] = doc.text.upper()
        return doc

    Language.component("shout", func=shout)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("shout")
    one, two = Runner(nlp).run(["Cells adhere. Cells crawl.", "T cells"])
    assert len(list(one.sents)) == 2
    assert two.user_data["shout"] == "T CELLS"


def test_another_product_gives_the_same() -> None:
    numpy = pytest.importorskip("numpy")
    sgemm = pytest.importorskip("scipy.linalg.blas").sgemm
    from thinc.api import NumpyOps

    from mgmine.nlp.inference import _ops_with

    ours, theirs = _ops_with(sgemm), NumpyOps(use_blis=False)
    random = numpy.random.default_rng(0)
    for first in (False, True):
        for second in (False, True):
            for kind in ("float32", "float64"):
                x = random.standard_normal((5, 7) if first else (7, 5)).astype(kind)
                y = random.standard_normal((3, 5) if second else (5, 3)).astype(kind)
                expected = theirs.gemm(x, y, trans1=first, trans2=second)
                assert ours.gemm(x, y, trans1=first, trans2=second) == pytest.approx(expected, abs=1e-5)
                room = numpy.zeros((8, 3), kind)
                ours.gemm(x, y, out=room[1:], trans1=first, trans2=second)
                assert room[1:] == pytest.approx(expected, abs=1e-5)
                assert not room[0].any()
    assert ours.gemm(numpy.zeros((0, 5), "float32"), numpy.zeros((5, 3), "float32")).shape == (0, 3)


def test_scipys_product_is_taken_where_numpys_library_does_not_know_the_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("scipy")
    import threadpoolctl

    from mgmine.nlp import inference

    def at_hand(*kernels: str) -> None:
        found = [{"internal_api": "openblas", "architecture": kernel} for kernel in kernels]
        monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: found)

    at_hand("Prescott", "SkylakeX")
    assert inference._younger_product() is not None
    at_hand("Prescott")
    assert inference._younger_product() is None, "SciPy's does not know it either"
    at_hand("Zen")
    assert inference._younger_product() is None
    at_hand()
    assert inference._younger_product() is None, "NumPy uses another library"


@pytest.mark.parametrize(("size", "depth", "pieces"), [(1, 1, 3), (1, 4, 3), (2, 3, 2), (1, 2, 1), (3, 1, 2)])
def test_windows_are_what_thinc_makes_of_them(size: int, depth: int, pieces: int) -> None:
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("spacy")
    from spacy.ml.models import MaxoutWindowEncoder

    from mgmine.nlp.inference import _WINDOWS, Windows

    random = numpy.random.default_rng(0)
    model = MaxoutWindowEncoder(16, size, pieces, depth)
    model.initialize()
    for node in model.walk():
        for name in node.param_names:
            node.set_param(name, random.standard_normal(node.get_param(name).shape).astype("f"))
    assert _WINDOWS.fullmatch(model.name)
    windows = Windows(model)
    for lengths in ([5], [1], [3, 1, 7, 2], [0, 4, 0, 0, 2, 0]):
        rows = random.standard_normal((sum(lengths), 16)).astype("f")
        before = rows.copy()
        expected = model.predict(numpy.split(rows, numpy.cumsum(lengths)[:-1]))
        found = windows.predict(rows, lengths)
        assert [one.shape for one in found] == [one.shape for one in expected]
        for one, other in zip(found, expected, strict=True):
            assert one == pytest.approx(other, abs=1e-4)
        assert (rows == before).all()


def test_another_encoder_is_run_as_it_is() -> None:
    spacy = pytest.importorskip("spacy")
    from mgmine.nlp.inference import Words

    nlp = spacy.blank("en")
    encoder = {"@architectures": "spacy.MishWindowEncoder.v2", "width": 32, "depth": 2, "window_size": 1}
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 32,
        "attrs": ["NORM", "SHAPE"],
        "rows": [50, 50],
        "include_static_vectors": False,
    }
    component = nlp.add_pipe(
        "tok2vec", config={"model": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encoder}}
    )
    nlp.initialize()
    docs = [nlp.make_doc(text) for text in TEXTS]
    words = Words.of(component)
    assert words is not None
    for found, expected in zip(words.predict(docs), component.predict(docs), strict=True):
        assert found == pytest.approx(expected, abs=1e-4)


def test_classes_that_were_never_seen_are_still_the_least_likely(nlp: Any) -> None:
    import numpy

    from mgmine.nlp.inference import _scoring

    parser = nlp.get_pipe("parser")
    docs = [nlp.get_pipe("tok2vec")(nlp.make_doc(text)) for text in TEXTS if text]
    model = parser.model.predict(docs)
    states = parser.moves.init_batch(docs)
    assert _scoring(model)(states) == pytest.approx(model.predict(states), abs=1e-5)
    model.mark_class_unseen(3)
    scores = _scoring(model)(states)
    assert (scores[:, 3] == numpy.min(scores)).all()


@pytest.mark.parametrize("size", [1, 2, 3, 32])
def test_graphs_come_in_the_order_of_the_sentences(size: int) -> None:
    pytest.importorskip("spacy")
    from mgmine.nlp import load
    from mgmine.nlp.surface import prepare

    pipeline = load()
    texts = [text for text in TEXTS * 3 if text]
    graphs = list(pipeline.parse((prepare(text) for text in texts), size))
    assert [graph.text for graph in graphs] == texts
    for text, graph in zip(texts, graphs, strict=True):
        (alone,) = pipeline.parse([prepare(text)])
        assert [(node.text, node.tag, node.dep) for node in graph] == [
            (node.text, node.tag, node.dep) for node in alone
        ]


def test_shares_are_few_and_of_like_length() -> None:
    from mgmine.nlp.pipeline import _shares

    assert [len(share) for share in _shares(list(range(74)), 32)] == [25, 25, 24]
    for count in range(1, 100):
        for most in (1, 3, 32):
            shares = list(_shares(list(range(count)), most))
            assert [number for share in shares for number in share] == list(range(count))
            assert max(map(len, shares)) <= most
            assert len(shares) == -(-count // most)


def test_white_space_that_is_a_token_leaves_no_node(nlp: Any) -> None:
    from mgmine.nlp.pipeline import _tokens

    text = " Magnesium  activates \n LFA-1 ."
    doc = nlp(text)
    expected = [(token.text, token.idx) for token in doc if not token.is_space]
    tokens = _tokens(doc, text)
    assert len(tokens) < len(doc)
    assert [(token.text, token.start) for token in tokens] == expected
    assert all(text[token.start : token.end] == token.text and token.head < len(tokens) for token in tokens)
    assert _tokens(nlp(""), "") == []


def test_a_batch_ends_with_its_documents_or_their_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    from mgmine.claims import extractor
    from mgmine.records import GatedDocument

    monkeypatch.setattr(extractor, "BATCH", 10)
    gated = [1, 2, 0, 1, 1, 30, 4, 5, 1, 0, 0, 0, 0, 0]
    documents = [GatedDocument(str(number), 1, (), (), frozenset(range(count))) for number, count in enumerate(gated)]
    batches = list(extractor._batches(iter(documents), 4))
    assert [document for batch in batches for document in batch] == documents
    assert [[len(document.gated) for document in batch] for batch in batches] == [
        [1, 2, 0, 1], [1, 30], [4, 5, 1], [0, 0, 0, 0], [0]
    ]  # fmt: skip
    assert list(extractor._batches([], 4)) == []
