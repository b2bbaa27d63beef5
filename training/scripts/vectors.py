"""Word vectors from PubMed abstracts (skip-gram) of lower-cased words.

Steps: `text` tokenises abstracts with the pipeline's tokenizer, a line a paragraph; `train` trains vectors (gensim).
"""

from __future__ import annotations

import argparse
import gzip
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import spacy
from tokens import bio_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator


def abstracts(path: Path) -> Iterator[str]:
    """Title and abstract of each citation of a PubMed XML file (`.xml.gz`), or those and `.txt` files of a folder."""
    if path.is_dir():
        for file in sorted(path.glob("*.txt")):
            yield file.read_text(encoding="utf8")
        for file in sorted(path.glob("*.xml.gz")):
            yield from abstracts(file)
        return
    with gzip.open(path) as data:
        for _, node in ET.iterparse(data):
            if node.tag == "PubmedArticle":
                title = node.find(".//ArticleTitle")
                parts = node.findall(".//Abstract/AbstractText")
                if title is not None and parts:
                    yield "\n".join("".join(p.itertext()) for p in [title, *parts])
                node.clear()


def text(sources: list[Path], out: Path) -> None:
    """Write the sources' tokens as they stand, white space between them, a line a paragraph."""
    nlp = spacy.blank("en")
    nlp.tokenizer = bio_tokenizer(nlp)
    words = 0
    with out.open("w", encoding="utf8") as file:
        for source in sources:
            for abstract in abstracts(source):
                for line in abstract.splitlines():
                    tokens = [t.text for t in nlp.make_doc(line) if not t.is_space]
                    if len(tokens) > 2:
                        words += len(tokens)
                        file.write(" ".join(tokens) + "\n")
    print(out, words, "tokens")


class Lowered:
    """The lower-cased words of each line of a file, any number of times."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[list[str]]:
        with self.path.open(encoding="utf8") as lines:
            for line in lines:
                yield line.lower().split()


def train(corpus: Path, out: Path, size: int, epochs: int, least: int) -> None:
    """Train skip-gram vectors and save them in word2vec's text layout."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        Lowered(corpus),
        vector_size=size,
        window=3,
        min_count=least,
        sg=1,
        negative=8,
        sample=1e-4,
        epochs=epochs,
        workers=1,
        seed=1,
    )
    model.wv.vectors = model.wv.vectors.astype(numpy.float32)
    model.wv.save_word2vec_format(str(out))
    print(out, len(model.wv), "vectors")


def main() -> None:
    """Run one step."""
    ap = argparse.ArgumentParser(description=__doc__)
    sub = ap.add_subparsers(dest="step", required=True)
    p = sub.add_parser("text")
    p.add_argument("sources", type=Path, nargs="+")
    p.add_argument("--out", type=Path, required=True)
    p = sub.add_parser("train")
    p.add_argument("corpus", type=Path)
    p.add_argument("out", type=Path)
    p.add_argument("--size", type=int, default=64)
    p.add_argument("--epochs", type=int, default=6)
    p.add_argument("--least", type=int, default=6, help="occurrences a word needs")
    args = ap.parse_args()
    if args.step == "text":
        text(args.sources, args.out)
    else:
        train(args.corpus, args.out, args.size, args.epochs, args.least)


if __name__ == "__main__":
    main()
