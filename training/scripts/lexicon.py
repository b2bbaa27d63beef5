"""Static vectors: distributional part and lexicon part, as a vectors-only pipeline.

Vectors are those of lower-cased words. Every way to write a word that the text or the lists show is a key of its own, and the
first letter may be large as where a sentence begins: spaCy forgets on saving that a table is to be looked up by lower-cased
form, and `IL-2` would have no vector.

A word's row is its PubMed vector (length 2) followed by two numbers for each class of public names (disease, chemical,
gene, cell, cell line, process, anatomy, species): is the word by itself a name of the class; how many names of it
hold the word (log scale). A word that is only in the lexicons shares a row with all words of the same pattern,
so a hundred thousand symbols cost a few hundred rows.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import spacy
from spacy.vectors import Vectors
from tokens import bio_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES = ["disease", "chemical", "gene", "cell", "cell_line", "process", "anatomy", "species"]


def rows(path: Path) -> Iterator[list[str]]:
    """The fields of each line of a packed tab-separated file."""
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def names(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (class, name) from MeSH, HGNC, ChEBI, PubChem, InterPro, CL, Cellosaurus, GO, Uberon and a taxonomy."""
    for _, label, synonyms, tree, *_ in rows(folder / "mesh_labels_synonyms.tsv.gz"):
        kinds = set()
        for number in tree.split("|"):
            if re.match(r"C\d|F03", number):
                kinds.add("disease")
            elif re.match(r"D(0[1-69]|10|20|26|27)", number):
                kinds.add("chemical")
            elif re.match(r"D(08|12|23)", number):
                kinds.add("gene")
            elif re.match(r"A11\.251", number):
                kinds.add("cell_line")
            elif re.match(r"A11", number):
                kinds.add("cell")
            elif re.match(r"A", number):
                kinds.add("anatomy")
            elif re.match(r"B", number):
                kinds.add("species")
            elif re.match(r"G0[2-9]", number):
                kinds.add("process")
        for kind in kinds:
            for name in [label, *synonyms.split("|")]:
                yield kind, name
    header = True
    for row in rows(folder / "hgnc_entries.tsv.gz"):
        if header:
            header = False
            continue
        for name in [row[1], row[2], *row[4].split(", "), *row[9].split(", ")]:
            yield "gene", name
    for kind, file in (
        ("disease", "mesh-disease"),
        ("chemical", "chebi"),
        ("chemical", "PubChem"),
        ("gene", "ProteinFamilies"),
        ("cell", "CellOntology"),
        ("cell_line", "Cellosaurus"),
        ("process", "bio_process"),
        ("anatomy", "Uberon"),
        ("species", "Species"),
    ):
        for row in rows(folder / "large" / f"{file}.tsv.gz"):
            yield kind, row[0]


def main() -> None:
    """Write the vectors."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("text", type=Path, help="the text the vectors were trained on")
    ap.add_argument("vectors", type=Path, help="word2vec text file")
    ap.add_argument("lexicons", type=Path, help="folder of the public name lists")
    ap.add_argument("out", type=Path)
    ap.add_argument("--words", type=int, default=30000, help="distributional rows to keep")
    ap.add_argument("--seen", type=int, default=2, help="times a way to write a word must occur in the text")
    args = ap.parse_args()
    nlp = spacy.blank("en")
    nlp.tokenizer = bio_tokenizer(nlp)
    held: dict[str, Counter[str]] = defaultdict(Counter)
    alone: dict[str, set[str]] = defaultdict(set)
    forms: dict[str, set[str]] = defaultdict(set)
    with args.text.open(encoding="utf8") as lines:
        for form, times in Counter(form for line in lines for form in line.split()).items():
            if times >= args.seen:
                forms[form.lower()].add(form)
    seen = set()
    for kind, name in names(args.lexicons):
        key = (kind, name.lower())
        if not name or key in seen or len(name) > 60:
            continue
        seen.add(key)
        tokens = {t.lower_: t.text for t in nlp.make_doc(name) if re.search(r"\w", t.text)}
        for token in tokens:
            held[token][kind] += 1
        if len(tokens) == 1:
            ((token, form),) = tokens.items()
            alone[token].add(kind)
            forms[token].add(form)

    def features(word: str) -> list[float]:
        out = []
        for kind in CLASSES:
            out += [
                float(kind in alone.get(word, ())),
                min(1.0, math.log1p(held[word][kind] if word in held else 0) / 5),
            ]
        return out

    words: list[str] = []
    matrix = []
    with args.vectors.open(encoding="utf8") as file:
        size = int(next(file).split()[1])
        for line in file:
            cells = line.rstrip("\n").split(" ")
            if len(words) < args.words:
                words.append(cells[0])
                matrix.append([float(c) for c in cells[1:]])
    data = numpy.asarray(matrix, dtype="f")
    data -= data.mean(0)
    data /= numpy.linalg.norm(data, axis=1, keepdims=True) + 1e-8
    data *= 2.0
    data = numpy.hstack([data, numpy.asarray([features(w) for w in words], dtype="f")])
    known = set(words)
    patterns: dict[tuple[float, ...], list[str]] = defaultdict(list)
    for word in alone:
        plain = word not in known and 3 <= len(word) <= 30 and re.search("[a-zα-ω]", word)
        if plain and alone[word] & {"disease", "chemical", "gene", "cell", "process"}:
            patterns[tuple(round(f * 2) / 2 for f in features(word))].append(word)
    groups = [p for p in patterns if len(patterns[p]) >= 3]
    data = numpy.vstack([data, [[0.0] * size + list(p) for p in groups]]).astype("f")
    keys = words + [w for p in groups for w in patterns[p]]
    at = list(range(len(words))) + [len(words) + i for i, p in enumerate(groups) for _ in patterns[p]]
    vectors = Vectors(strings=nlp.vocab.strings, shape=data.shape)
    vectors.data[:] = data
    for key, row in zip(keys, at, strict=True):
        written = forms[key] | ({key} if key in known else set())
        if key in written:
            written.add(key[:1].upper() + key[1:])
        for form in written:
            vectors.add(form, row=row)
    nlp.vocab.vectors = vectors
    nlp.to_disk(args.out)
    print(args.out, data.shape, len(keys), "words,", vectors.n_keys, "keys")


if __name__ == "__main__":
    main()
