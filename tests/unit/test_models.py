"""The pipelines at hand, models in scispaCy's layout, measuring a pipeline, and the shipped tokenizer."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mgmine.cli._group import cli
from mgmine.corpus import read
from mgmine.errors import InputError, UsageError
from mgmine.evaluate import pipeline as measured
from mgmine.evaluate.pipeline import read_entities, read_treebank, with_white_space
from mgmine.nlp import load, prepare
from mgmine.nlp.models import describe, installed

if TYPE_CHECKING:
    from pathlib import Path

spacy = pytest.importorskip("spacy")
pytestmark = pytest.mark.nlp

TREES = """# newdoc id = 1
1\tMagnesium\tmagnesium\tNN\tNN\t_\t2\tnsubj\t_\t_
2\tactivates\tactivate\tVBZ\tVBZ\t_\t0\troot\t_\t_
3\tLFA-1\tlfa-1\tNN\tNN\t_\t2\tdobj\t_\t_
4\t.\t.\t.\t.\t_\t2\tpunct\t_\t_

1\tIt\tit\tPRP\tPRP\t_\t2\tnsubj\t_\t_
2\tbinds\tbind\tVBZ\tVBZ\t_\t0\troot\t_\t_
3\t-LRB-\t(\t-LRB-\t-LRB-\t_\t2\tpunct\t_\t_
4\tICAM-1\ticam-1\tNN\tNN\t_\t2\tdobj\t_\t_
5\t-RRB-\t)\t-RRB-\t-RRB-\t_\t2\tpunct\t_\t_

# newdoc id = 2
1\tCells\tcell\tNNS\tNNS\t_\t0\troot\t_\t_

"""
PUBTATOR = "7|t|Cisplatin and deafness\n7|a|Cisplatin harms hearing.\n7\t0\t9\tCisplatin\tChemical\tD1\n7\t23\t32\tCisplatin\tChemical\tD1\n7\t14\t22\tdeafness\tDisease\tD2\n7\tPositive_Correlation\tD1\tD2\tNovel\n\n"


def small_parser(labels: tuple[str, str]) -> Any:
    """A tagger and parser that learnt two sentences by heart, with these labels for passive subject and object."""
    from spacy.training import Example

    passive, active = labels
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger")
    nlp.add_pipe("parser", config={"min_action_freq": 1})
    data = [
        (["LFA-1", "was", "activated"], ["NN", "VBD", "VBN"], [2, 2, 2], [passive, "auxpass", "ROOT"]),
        (["Magnesium", "activates", "LFA-1"], ["NN", "VBZ", "NN"], [1, 1, 1], ["nsubj", "ROOT", active]),
    ]
    examples = []
    for words, tags, heads, deps in data:
        gold = spacy.tokens.Doc(nlp.vocab, words=words, tags=tags, heads=heads, deps=deps)
        examples.append(Example(spacy.tokens.Doc(nlp.vocab, words=words), gold))
    spacy.util.fix_random_seed(0)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    return nlp


def save_as_package(nlp: Any, folder: Path, name: str, version: str = "0.5.4") -> Path:
    """Save a pipeline as scispaCy's packages lie on disk: NAME/NAME-VERSION, metadata with a spacy_models entry point."""
    package = folder / name
    package.mkdir(parents=True)
    nlp.meta.update(
        name=name.removeprefix("en_"), version=version, license="CC BY-SA 3.0", sources=["OntoNotes 5", "MedMentions"]
    )
    nlp.to_disk(package / f"{name}-{version}")
    (package / "__init__.py").write_text(
        "from pathlib import Path\nfrom spacy.util import load_model_from_init_py\n"
        "def load(**overrides):\n    return load_model_from_init_py(__file__, **overrides)\n"
    )
    (package / "meta.json").write_text((package / f"{name}-{version}" / "meta.json").read_text())
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[spacy_models]\n{name} = {name}\n")
    return package


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    save_as_package(small_parser(("nsubjpass", "dobj")), folder, "en_core_sci_lg")
    save_as_package(small_parser(("nsubj:pass", "obj")), folder, "en_other_md")
    return folder


@pytest.fixture
def at_site(site: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(site))
    yield site
    for name in ("en_core_sci_lg", "en_other_md"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("model", ["en_core_sci_lg", "en_other_md"])
def test_an_installed_model_reads_claims_whatever_its_labels_are_called(at_site: Path, model: str) -> None:
    pipeline = load(model)
    assert pipeline.name == model
    active, passive = pipeline.parse([prepare("Magnesium activates LFA-1"), prepare("LFA-1 was activated")])
    assert [node.dep for node in active] == ["nsubj", "root", "dobj"]
    assert passive.nodes[0].dep == "nsubjpass"


@pytest.mark.parametrize("place", [".", "en_core_sci_md", "en_core_sci_md/en_core_sci_md-0.5.4"])
def test_an_unpacked_archive_of_a_model_is_read_wherever_one_points(tmp_path: Path, place: str) -> None:
    save_as_package(small_parser(("nsubjpass", "dobj")), tmp_path, "en_core_sci_md")
    path = tmp_path / place
    (graph,) = load(path).parse([prepare("Magnesium activates LFA-1")])
    assert [node.dep for node in graph] == ["nsubj", "root", "dobj"]
    assert (describe(str(path)).name, describe(str(path)).origin) == ("en_core_sci_md", "path")


def test_a_folder_of_several_models_is_none(tmp_path: Path) -> None:
    for name in ("en_core_sci_sm", "en_core_sci_md"):
        save_as_package(spacy.blank("en"), tmp_path, name)
    with pytest.raises(UsageError, match="no spaCy pipeline"):
        load(tmp_path)
    with pytest.raises(UsageError, match="at hand: en_core_bio_sm"):
        describe(str(tmp_path))


def test_scispacys_abbreviations_and_linker_are_added_on_wish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = pytest.importorskip("scispacy.candidate_generation")
    joblib, nmslib, numpy, sparse, text, linking = map(
        pytest.importorskip,
        ("joblib", "nmslib", "numpy", "scipy.sparse", "sklearn.feature_extraction.text", "scispacy.linking_utils"),
    )
    concepts = [
        {
            "concept_id": "T1",
            "canonical_name": "Magnesium",
            "aliases": ["magnesium ion"],
            "types": [],
            "definition": "A metal.",
        },
        {
            "concept_id": "T2",
            "canonical_name": "Cisplatin",
            "aliases": ["platinol"],
            "types": [],
            "definition": "A drug.",
        },
    ]
    path = tmp_path / "kb.jsonl"
    path.write_text("".join(json.dumps(concept) + "\n" for concept in concepts))

    class SmallBase(linking.KnowledgeBase):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__(str(path))

    names = ("nmslib_index.bin", "tfidf_vectorizer.joblib", "tfidf_vectors_sparse.npz", "concept_aliases.json")
    # as scispaCy's create_tfidf_ann_index, which today's scipy does not let run
    names_of = [name for one in concepts for name in (str(one["canonical_name"]), *one["aliases"])]
    vectorizer = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=1, dtype=numpy.float32)
    vectors = vectorizer.fit_transform(names_of)
    index = nmslib.init(method="hnsw", space="cosinesimil_sparse", data_type=nmslib.DataType.SPARSE_VECTOR)
    index.addDataPointBatch(vectors)
    index.createIndex({"M": 10, "efConstruction": 50, "post": 0})
    index.saveIndex(str(tmp_path / names[0]))
    joblib.dump(vectorizer, tmp_path / names[1])
    sparse.save_npz(tmp_path / names[2], vectors)
    (tmp_path / names[3]).write_text(json.dumps(names_of))
    monkeypatch.setitem(
        generation.DEFAULT_PATHS, "small", generation.LinkerPaths(*(str(tmp_path / name) for name in names))
    )
    monkeypatch.setitem(generation.DEFAULT_KNOWLEDGE_BASES, "small", SmallBase)
    nlp = load(exclude=(), components=["abbreviation_detector", ("scispacy_linker", {"linker_name": "small"})]).nlp
    doc = nlp("The nephrotoxicity of cisplatin (CDDP) was lower in treated rats.")
    links = {ent.text: ent._.kb_ents for ent in doc.ents}
    assert links["cisplatin"][0][0] == "T2"


def test_installed_models_are_listed_after_ours(at_site: Path) -> None:
    names = [info.name for info in installed()]
    assert names[0] == "en_core_bio_sm"
    assert {"en_core_sci_lg", "en_other_md"} <= set(names)
    sci = describe("en_core_sci_lg")
    assert (sci.origin, sci.version, sci.components) == ("installed", "0.5.4", ("tagger", "parser"))
    assert sci.sources == ("OntoNotes 5", "MedMentions")
    assert "dobj" in sci.labels["parser"]


def test_ours_says_what_it_was_trained_on_and_what_it_reaches() -> None:
    ours = describe()
    assert ours.origin == "shipped"
    assert ours.card is not None
    assert set(ours.labels["ner"]) == {"CHEMICAL", "DISEASE", "GENE_OR_PROTEIN", "CELL_TYPE", "CELL_LINE", "PROCESS"}
    assert any("GENIA" in source for source in ours.sources)
    assert not any("SA" in source.split() for source in ours.sources)
    assert ours.size < 40e6


def test_models_on_the_command_line(at_site: Path) -> None:
    run = CliRunner()
    listed = run.invoke(cli, ["model", "list"])
    assert listed.exit_code == 0
    assert "en_core_sci_lg\t0.5.4\tinstalled" in listed.output
    told = run.invoke(cli, ["model", "info", "en_core_sci_lg", "--format", "jsonl"])
    assert json.loads(told.output)["license"] == "CC BY-SA 3.0"
    ours = run.invoke(cli, ["model", "info"]).output
    assert "GENIA" in ours
    assert "CC BY" in ours


def test_a_model_that_is_not_there_or_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at hand: en_core_bio_sm"):
        describe("en_core_sci_xxl")
    (tmp_path / "meta.json").write_text("[]")
    with pytest.raises(InputError, match="not the description"):
        describe(str(tmp_path))


def test_a_treebank_is_read_with_its_documents_and_escapes(tmp_path: Path) -> None:
    path = tmp_path / "x.conllu"
    path.write_text(TREES)
    first, second = read_treebank(path)
    assert [word.text for word in first[1]] == ["It", "binds", "(", "ICAM-1", ")"]
    assert [word.head for word in first[0]] == [1, 1, 1, 1]
    assert [word.space for word in first[1]] == [True, True, False, False, True]
    assert len(second) == 1
    path.write_text(TREES.replace("1\tCells\t", "Cells\t"))
    with pytest.raises(InputError, match=r"x\.conllu:14: 9 columns"):
        list(read_treebank(path))
    path.write_text(
        TREES.replace("_\t0\troot\t_\t_\n\n# new", "_\t9\troot\t_\t_\n\n# new").replace("2\tnsubj", "8\tnsubj")
    )
    with pytest.raises(InputError, match="token 8 of a sentence of 4"):
        list(read_treebank(path))


def test_white_space_comes_from_the_text_or_from_tags(tmp_path: Path) -> None:
    path = tmp_path / "x.conllu"
    path.write_text(TREES.replace("activates\tactivate\tVBZ\tVBZ", "-\t-\tHYPH\tHYPH"))
    documents = list(read_treebank(path))
    spaces = [[word.space for word in sentence] for document in documents for sentence in document]
    assert spaces == [[False, False, False, True], [True, True, False, False, True], [True]]
    texts = ["It rises. Cells", "Magnesium- LFA-1 .\nIt binds(ICAM-1) Cells"]
    first, second = with_white_space(documents, texts, least=5)
    assert [[word.space for word in sentence] for sentence in first] == [
        [False, True, True, True],
        [True, False, False, False, True],
    ]
    assert [word.text for word in first[1]] == ["It", "binds", "(", "ICAM-1", ")"]
    assert second[0][0].space
    unknown = list(with_white_space(documents, ["And Cells-\nMagnesium"], least=5))
    assert unknown == documents, "what is found nowhere, or so short that it may be anywhere, stays as it was guessed"


def test_entities_are_read_from_pubtator_and_brat(tmp_path: Path) -> None:
    path = tmp_path / "x.pubtator"
    path.write_text(PUBTATOR)
    (item,) = read_entities(path)
    assert item.ents == {(0, 9, "CHEMICAL"), (23, 32, "CHEMICAL"), (14, 22, "DISEASE")}
    (tmp_path / "brat").mkdir()
    (tmp_path / "brat" / "1.txt").write_text("LFA-1 on T cells")
    (tmp_path / "brat" / "1.ann").write_text(
        "T1\tprotein 0 5\tLFA-1\nT2\tcell_type 9 16\tT cells\nT3\tprotein 0 2;3 4\tx\n"
    )
    (item,) = read_entities(tmp_path / "brat")
    assert item.ents == {(0, 5, "GENE_OR_PROTEIN"), (9, 16, "CELL_TYPE")}
    path.write_text("nothing")
    with pytest.raises(InputError, match="no annotated text"):
        list(read_entities(path))


def test_any_pipeline_is_measured_on_files_of_ones_own(at_site: Path, tmp_path: Path) -> None:
    trees, entities = tmp_path / "t.conllu", tmp_path / "e.pubtator"
    trees.write_text(TREES)
    entities.write_text(PUBTATOR)
    args = ["evaluate", "--pipeline", "--trees", str(trees), "--entities", str(entities), "--format", "jsonl"]
    result = CliRunner().invoke(cli, args)
    assert result.exit_code == 0, result.output
    rows = {(row["what"], row["metric"]): row for row in map(json.loads, result.output.splitlines())}
    assert rows["t.conllu, gold tokens", "UAS"]["n"] == 10
    assert rows["t.conllu, gold tokens", "subject/object F1"]["value"] > 0.8
    assert rows["e.pubtator, entities", "recall"]["n"] == 3
    assert rows["e.pubtator, CHEMICAL", "F1"]["value"] == 1.0
    other = CliRunner().invoke(cli, [*args[:4], "--model", "en_core_sci_lg", "--format", "jsonl"])
    assert other.exit_code == 0, other.output


def test_labels_of_scispacys_recognisers_stand_for_our_classes() -> None:
    wanted = {
        "CHEBI": "CHEMICAL",
        "GGP": "GENE_OR_PROTEIN",
        "CL": "CELL_TYPE",
        "DNA": "GENE_OR_PROTEIN",
        "CELL_LINE": "CELL_LINE",
    }
    assert {label: measured.CLASSES[label.lower()] for label in wanted} == wanted


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load().nlp.tokenizer


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Mg2+-dependent killing", "Mg2+"),
        ("magnesium-LFA-1 binding", "LFA-1"),
        ("magnesium-LFA-1 binding", "magnesium"),
        ("CD11a/CD18 heterodimers", "CD18"),
        ("LFA-1-mediated adhesion", "LFA-1"),
        ("tumour necrosis factor (TNF)-mediated death", "TNF"),
        ("[Ca2+]-dependent entry", "Ca2+"),
        ("PILO-injected rats", "PILO"),
    ],
)
def test_parts_of_compounds_are_tokens(tokenizer: Any, text: str, part: str) -> None:
    start = text.index(part)
    assert tokenizer(text).char_span(start, start + len(part)) is not None


@pytest.fixture(scope="module")
def scanner(tokenizer: Any) -> Any:
    """The shipped tokenizer with the scan's mentions."""
    nlp = spacy.blank("en", vocab=tokenizer.vocab)
    nlp.tokenizer = tokenizer
    nlp.add_pipe("mgmine_mentions")
    return nlp


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Mg2+-dependent killing", ["Mg2+"]),
        ("magnesium-LFA-1 binding", ["magnesium", "LFA-1"]),
        ("CD11a/CD18 heterodimers", ["CD11a/CD18"]),
        ("LFA-1-mediated adhesion", ["LFA-1"]),
        ("LFA-1/ICAM-1 contacts of TRPM7-deficient T-cells", ["LFA-1", "ICAM-1", "TRPM7", "T-cells"]),
    ],
)
def test_the_scans_mentions_in_compounds_are_whole_tokens(scanner: Any, text: str, mentions: list[str]) -> None:
    doc = scanner(text)
    found = doc._.mgmine.mentions
    assert [text[one.start : one.end] for one in found] == mentions
    assert all(doc.char_span(one.start, one.end) is not None for one in found)


def test_nearly_all_mentions_of_the_sample_are_whole_tokens(scanner: Any, sample: Path) -> None:
    """All but parts of words such as `low-magnesium` and `T-cell-engaging`, which the treebanks keep whole."""
    total = whole = 0
    for document in read(sample):
        doc = scanner(document.text)
        for one in doc._.mgmine.mentions:
            total += 1
            whole += doc.char_span(one.start, one.end) is not None
    assert total > 300
    assert whole / total > 0.98


NAMES = ["LFA-1", "CD11a", "CD18", "Mg2+", "Ca2+", "ICAM-1", "CD8", "magnesium", "PKC", "TNF"]
AFTER = ["dependent", "mediated", "induced", "deficient", "binding", "free", "specific", "treated"]


@given(
    st.sampled_from(NAMES),
    st.sampled_from(AFTER),
    st.sampled_from(["{}-{} cells", "the {}-{}, and", "({}-{})", "({})-{} x"]),
)
def test_what_stands_before_a_relational_word_is_a_token(tokenizer: Any, name: str, after: str, frame: str) -> None:
    text = frame.format(name, after)
    start = text.index(name)
    assert tokenizer(text).char_span(start, start + len(name)) is not None, [t.text for t in tokenizer(text)]
    start = text.index(after)
    assert tokenizer(text).char_span(start, start + len(after)) is not None


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80))
def test_tokens_keep_every_character_in_its_place(tokenizer: Any, text: str) -> None:
    doc = tokenizer(text)
    assert doc.text == text
    for before, after in pairwise(doc):
        assert before.idx + len(before) <= after.idx
