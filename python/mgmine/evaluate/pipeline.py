"""A pipeline against treebanks and entity corpora: tags, dependencies, sentences, arguments of verbs, entities.

UAS, LAS and tags are counted as spaCy's scorer counts them, which is how scispaCy's published figures were made: punctuation does not
count, the parser is given the treebank's own tokens. Labels are compared as they stand, so a treebank and a model must share their
scheme (here Universal Dependencies v1) for LAS to mean something; UAS and the entities can be compared across schemes. Entities are
compared by exact span and class on raw text, in the classes that the corpus annotates, whatever a model calls them.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
import tarfile
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from mgmine.errors import InputError
from mgmine.evaluate import AbsentError, Row
from mgmine.nlp import measure
from mgmine.nlp.measure import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mgmine.evaluate import Places

CLASSES = {
    "chemical": "CHEMICAL", "chemicalentity": "CHEMICAL", "chebi": "CHEMICAL", "simple_chemical": "CHEMICAL",
    "disease": "DISEASE", "diseaseorphenotypicfeature": "DISEASE", "specificdisease": "DISEASE", "diseaseclass": "DISEASE",
    "modifier": "DISEASE", "compositemention": "DISEASE", "mondo": "DISEASE",
    "gene_or_protein": "GENE_OR_PROTEIN", "gene": "GENE_OR_PROTEIN", "protein": "GENE_OR_PROTEIN", "dna": "GENE_OR_PROTEIN",
    "rna": "GENE_OR_PROTEIN", "ggp": "GENE_OR_PROTEIN", "geneorgeneproduct": "GENE_OR_PROTEIN", "pr": "GENE_OR_PROTEIN",
    "gene_or_gene_product": "GENE_OR_PROTEIN",
    "cell_type": "CELL_TYPE", "cl": "CELL_TYPE", "cell_line": "CELL_LINE", "cellline": "CELL_LINE",
    "process": "PROCESS", "go_bp": "PROCESS",
}  # fmt: skip
"""What corpora and models (this one, scispaCy's four) call the classes, in lower case, and the class each stands for."""
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_GROUP = 8
"""Sentences taken for a document where the treebank does not say where documents begin."""


class Item(NamedTuple):
    """A text with its entities (start, end, class), in code points."""

    id: str
    text: str
    ents: frozenset[tuple[int, int, str]]


def _open(path: Path) -> Iterator[str]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf8") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error


def read_treebank(path: Path) -> Iterator[list[list[Word]]]:
    """The documents of a CoNLL-U file (``.gz`` or plain), each a list of sentences; escapes of the Penn Treebank are undone.

    White space is taken from ``SpaceAfter=No``, or guessed from the tokens where the file never says it.

    Raises:
        InputError: A line is not of ten columns, or a head is no token of its sentence.
    """
    sentences: list[tuple[bool, list[list[str]]]] = []
    rows: list[list[str]] = []
    new = False
    for number, line in enumerate(_open(path), 1):
        text = line.rstrip("\n")
        if not text:
            if rows:
                sentences.append((new, rows))
                new = False
            rows = []
        elif text.startswith("# newdoc"):
            new = True
        elif text[0] != "#":
            cells = text.split("\t")
            if len(cells) != 10:
                raise InputError(f"{path}:{number}: {len(cells)} columns instead of ten")
            if cells[0].isdigit():
                if not cells[6].isdigit():
                    raise InputError(f"{path}:{number}: head {cells[6]!r} is no number")
                rows.append(cells)
    if rows:
        sentences.append((new, rows))
    spaced = any("SpaceAfter=No" in cells[9] for _, rows in sentences for cells in rows)
    named = any(new for new, _ in sentences)
    document: list[list[Word]] = []
    for new, rows in sentences:
        if document and (new if named else len(document) >= _GROUP):
            yield document
            document = []
        document.append(_sentence(path, rows, spaced))
    if document:
        yield document


def _sentence(path: Path, rows: list[list[str]], spaced: bool) -> list[Word]:
    words = []
    texts = [_plain(cells[1]) for cells in rows]
    for index, cells in enumerate(rows):
        head = int(cells[6]) - 1
        if head >= len(rows):
            raise InputError(f"{path}: the head of {cells[1]!r} is token {head + 1} of a sentence of {len(rows)}")
        after = texts[index + 1] if index + 1 < len(rows) else ""
        # One inside a word, in tags of the Penn Treebank.
        hyphen = any(row[4] == "HYPH" for row in rows[index : index + 2])
        space = "SpaceAfter=No" not in cells[9] if spaced else not (hyphen or _touch(texts[index], after))
        dep = "ROOT" if cells[7] == "root" else cells[7]
        words.append(
            Word(texts[index], cells[4] if cells[4] != "_" else cells[3], index if head < 0 else head, dep, space)
        )
    return words


def _plain(word: str) -> str:
    word = html.unescape(word)
    for escaped, sign in _BRACKETS.items():
        word = word.replace(escaped, sign)
    return '"' if word in ("``", "''") else word


def _touch(left: str, right: str) -> bool:
    return bool(re.fullmatch(r"[,.;:)\]}%?!]|'s", right)) or left in "([{"


def with_white_space(
    documents: Iterable[list[list[Word]]], texts: Iterable[str], least: int = 12
) -> Iterator[list[list[Word]]]:
    """The documents with the white space of the texts they come from, where a sentence is found in one.

    A sentence of ``least`` characters or fewer may stand in many places, and counts only where the one before it ended.
    """
    pieces: list[str] = []
    gaps: set[int] = set()
    total = 0
    for text in texts:
        for piece in re.findall(r"\S+", text):
            pieces.append(piece)
            total += len(piece)
            gaps.add(total)
    joined, at = "".join(pieces), 0
    for document in documents:
        told = []
        for sentence in document:
            flat = ["".join(word.text.split()) for word in sentence]
            whole = "".join(flat)
            found = at if joined.startswith(whole, at) else -1
            if found < 0 and len(whole) > least:
                found = joined.find(whole, at)
                found = joined.find(whole) if found < 0 else found
            if found >= 0:
                ends = [found + end for end in accumulate(map(len, flat))]
                sentence = [word._replace(space=end in gaps) for word, end in zip(sentence, ends, strict=True)]
                at = ends[-1]
            told.append(sentence)
        yield told


def _texts(path: Path) -> Iterator[str]:
    """The ``.txt`` files of an archive, by name; none where it is missing."""
    if path.exists():
        for _, files in _members(path):
            if "txt" in files:
                yield files["txt"]


def read_entities(path: Path) -> Iterator[Item]:
    """The texts of a PubTator file (``.gz`` or plain), of a folder of brat files, or of a ``.tar.gz`` of one.

    Entities in several pieces, and those of no known class (:data:`CLASSES`), are left out; of overlapping ones the longest is kept.

    Raises:
        InputError: The file holds no annotated text, or an annotation has no offsets.
    """
    name = path.name.lower()
    if path.is_dir():
        files = {file.stem: (file.read_text("utf8"), file.with_suffix(".txt")) for file in sorted(path.rglob("*.ann"))}
        items = [_brat(path, stem, text.read_text("utf8"), ann) for stem, (ann, text) in files.items()]
    elif name.endswith((".tar.gz", ".tgz")):
        items = list(_packed(path))
    else:
        items = list(_pubtator(path))
    if not items:
        raise InputError(f"{path}: no annotated text (PubTator, or brat in a folder or a .tar.gz)")
    yield from items


def _members(path: Path) -> list[tuple[str, dict[str, str]]]:
    """The texts and annotations of an archive, by name."""
    held: dict[str, dict[str, str]] = defaultdict(dict)
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                base, _, kind = member.name.rpartition(".")
                if kind in ("txt", "ann") and (file := archive.extractfile(member)) is not None:
                    held[base][kind] = file.read().decode("utf8")
    except (OSError, EOFError, tarfile.TarError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error
    return sorted(held.items())


def _packed(path: Path) -> Iterator[Item]:
    for base, pair in _members(path):
        if len(pair) == 2:
            yield _brat(path, base.rpartition("/")[2], pair["txt"], pair["ann"])


def _brat(path: Path, name: str, text: str, ann: str) -> Item:
    found = []
    for line in ann.splitlines():
        cells = line.split("\t")
        if line.startswith("T") and len(cells) > 1 and ";" not in cells[1]:
            try:
                label, start, end = cells[1].split(" ")
                found.append((int(start), int(end), label))
            except ValueError as error:
                raise InputError(f"{path}: {name}.ann: {line!r} has no label, start and end") from error
    return _item(name, text, found)


def _pubtator(path: Path) -> Iterator[Item]:
    name, text = "", ""
    found: list[tuple[int, int, str]] = []
    for number, line in enumerate(_open(path), 1):
        head = re.match(r"(\d+)\|([ta])\|(.*)", line.rstrip("\n"))
        cells = line.rstrip("\n").split("\t")
        if head and head[2] == "t":
            if name:
                yield _item(name, text, found)
            name, text, found = head[1], head[3], []
        elif head:
            text += " " + head[3]
        elif len(cells) >= 5 and not cells[1][:1].isalpha():  # else a relation
            if not (cells[1].isdigit() and cells[2].isdigit()):
                raise InputError(f"{path}:{number}: {cells[1]!r} and {cells[2]!r} are no offsets")
            found.append((int(cells[1]), int(cells[2]), cells[4]))
    if name:
        yield _item(name, text, found)


def _item(name: str, text: str, found: Iterable[tuple[int, int, str]]) -> Item:
    known = ((start, end, CLASSES[label.lower()]) for start, end, label in found if label.lower() in CLASSES)
    keep: list[tuple[int, int, str]] = []
    for start, end, label in sorted(known, key=lambda ent: (ent[0] - ent[1], ent[0])):
        if all(end <= a or start >= b for a, b, _ in keep):
            keep.append((start, end, label))
    return Item(name, text, frozenset(keep))


def tree_rows(nlp: Any, name: str, documents: Iterable[list[list[Word]]], musts: dict[str, float]) -> Iterator[Row]:
    """Figures of a treebank: the parser on gold tokens, and the sentences it finds in raw text."""
    gold = measure.gold_documents(nlp, documents)
    pairs = list(zip(measure.run(nlp, [measure.bare(nlp, doc) for doc in gold]), gold, strict=True))
    for metric, value in measure.score_trees(pairs).items():
        yield Row("pipeline", f"{name}, gold tokens", metric, sum(map(len, gold)), value, musts.get(metric))
    raw = list(nlp.pipe((doc.text for doc in gold), batch_size=64))
    value = measure.score_sentences(list(zip(raw, gold, strict=True)))
    count = sum(1 for doc in gold for _ in doc.sents)
    yield Row("pipeline", f"{name}, raw text", "sentence F1", count, value, musts.get("sentence F1"))


def entity_rows(nlp: Any, name: str, items: Sequence[Item], must: float | None = None) -> Iterator[Row]:
    """F1 of the entities of a corpus on raw text, all together and by class."""
    classes = {label for item in items for _, _, label in item.ents}
    gold: dict[str, set[tuple[int, int, int]]] = defaultdict(set)
    found: dict[str, set[tuple[int, int, int]]] = defaultdict(set)
    docs = nlp.pipe((item.text.replace("\n", " ") for item in items), batch_size=64)
    for index, (item, doc) in enumerate(zip(items, docs, strict=True)):
        for start, end, label in item.ents:
            gold[label].add((index, start, end))
        for ent in doc.ents:
            if (label := CLASSES.get(ent.label_.lower(), "")) in classes:
                found[label].add((index, ent.start_char, ent.end_char))
    everything = {(label, *span) for label, spans in gold.items() for span in spans}
    values = measure.prf(everything, {(label, *span) for label, spans in found.items() for span in spans})
    for metric, value in zip(("precision", "recall", "F1"), values, strict=True):
        yield Row("pipeline", f"{name}, entities", metric, len(everything), value, must if metric == "F1" else None)
    for label in sorted(classes):
        yield Row("pipeline", f"{name}, {label}", "F1", len(gold[label]), measure.prf(gold[label], found[label])[2])


TREES: dict[str, tuple[str, str, dict[str, float]]] = {
    "GENIA dev": (
        "treebank/genia/dev.conllu.gz",
        "ner/jnlpba-train.brat.tar.gz",
        {"UAS": 0.898, "LAS": 0.879, "TAG": 0.983, "subject/object F1": 0.945, "sentence F1": 0.99},
    ),
    "CRAFT dev": ("treebank/craft-ud1/dev.conllu.gz", "ner/craft-train+dev.tar.gz", {"subject/object F1": 0.92}),
}
ENTITIES: dict[str, tuple[str, float | None]] = {
    "JNLPBA tenth": ("ner/jnlpba-train.brat.tar.gz", 0.725),
    "BC5CDR dev": ("relations/bc5cdr-dev.pubtator.gz", 0.845),
    "NCBI-disease dev": ("ner/ncbi-disease-devel.pubtator.gz", None),
    "BioRED dev": ("relations/biored-dev.pubtator.gz", None),
}
"""The held-out sets below ``corpora/`` of the folder of public corpora, and what has to be reached. Training saw none of them.

The treebanks hold no white space: it is found in the archive of texts, or guessed where that is missing. CRAFT's sentences in raw text
are measured by the training project, which knows the articles' paragraphs."""


def held_out(items: Iterable[Item]) -> list[Item]:
    """The tenth of JNLPBA that is kept out of training: by the SHA-1 of the document's id."""
    return [
        item for item in items if int(hashlib.sha1(item.id.encode(), usedforsecurity=False).hexdigest(), 16) % 10 == 0
    ]


def rows(places: Places) -> Iterator[Row]:
    """The figures of a pipeline: on the files given, or else on the held-out sets of the public corpora that are there.

    Raises:
        AbsentError: No file is given and none of the sets is there.
    """
    from mgmine.nlp import load

    nlp = load(places.model, exclude=()).nlp
    if nlp is None:
        raise AbsentError("the blank pipeline has nothing to measure")
    if places.trees or places.entities:
        for path in places.trees:
            yield from tree_rows(nlp, path.name, read_treebank(path), {})
        for path in places.entities:
            yield from entity_rows(nlp, path.name, list(read_entities(path)))
        return
    base = places.shared / "corpora"
    files = [file for file, *_ in TREES.values()] + [file for file, _ in ENTITIES.values()]
    if not any((base / file).exists() for file in files):
        raise AbsentError(f"no treebank or entity corpus in {base}")
    for name, (file, texts, musts) in TREES.items():
        if (base / file).exists():
            yield from tree_rows(nlp, name, with_white_space(read_treebank(base / file), _texts(base / texts)), musts)
    for name, (file, must) in ENTITIES.items():
        if nlp.has_pipe("ner") and (base / file).exists():
            items = list(read_entities(base / file))
            yield from entity_rows(nlp, name, held_out(items) if name.startswith("JNLPBA") else items, must)
