"""Readers that the configs name. Nothing here is needed to load the finished pipeline."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator  # noqa: TC003
from pathlib import Path

import spacy
from spacy.language import Language  # noqa: TC002
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from tokens import bio_tokenizer


@spacy.registry.callbacks("mgmine.bio_tokenizer.v1")
def set_tokenizer() -> Callable[[Language], Language]:
    """Give the pipeline the biomedical tokenizer before it is initialised."""

    def callback(nlp: Language) -> Language:
        nlp.tokenizer = bio_tokenizer(nlp)
        return nlp

    return callback


@spacy.registry.readers("mgmine.gold_tokens.v1")
def gold_tokens(folder: str, names: str, seed: int = 0, words: int = 0) -> Callable[[Language], Iterator[Example]]:
    """Examples on the documents' own tokens.

    `names` are file names in `folder` without `.spacy`, separated by commas; `NAME*2` reads a file twice, `NAME*0.5` a
    random half. With `words`, documents are cut at sentence ends into pieces of about that many tokens: the parser's
    oracle is quadratic in the length of a document, so that short pieces train twice as fast, and pieces of several
    sentences still teach boundaries.
    """

    def cut(doc: Doc, rng: random.Random) -> Iterator[Doc]:
        if doc.has_annotation("SENT_START"):
            starts = [s.start for s in doc.sents] + [len(doc)]
        else:  # entity corpora: full stops will do, but no entity may be cut
            starts = [0] + [t.i + 1 for t in doc[:-1] if t.text == "." and doc[t.i + 1].ent_iob_ != "I"] + [len(doc)]
        start, limit = 0, rng.uniform(0.3, 1.2) * words
        for a, b in itertools.pairwise(starts):
            if b - start > limit and a > start:
                yield doc[start:a].as_doc()
                start, limit = a, rng.uniform(0.3, 1.2) * words
        yield doc[start:].as_doc()

    examples: list[Example] = []  # read once: the labels are collected from the same examples

    def read(nlp: Language) -> Iterator[Example]:
        if examples and examples[0].reference.vocab is nlp.vocab:
            yield from examples
            return
        examples.clear()
        rng = random.Random(seed)
        for name in names.split(","):
            name, _, times = name.strip().partition("*")
            share = float(times or 1)
            for doc in DocBin().from_disk(Path(folder) / f"{name}.spacy").get_docs(nlp.vocab):
                for _ in range(int(share) + (rng.random() < share % 1)):
                    for part in cut(doc, rng) if words else [doc]:
                        bare = Doc(nlp.vocab, words=[t.text for t in part], spaces=[bool(t.whitespace_) for t in part])
                        examples.append(Example(bare, part))
        rng.shuffle(examples)
        yield from examples

    return read


@spacy.registry.readers("mgmine.raw_entities.v1")
def raw_entities(folder: str, names: str) -> Callable[[Language], Iterator[Example]]:
    """Held-out examples on raw text.

    Tokens outside the annotated entities count as outside for all classes: the score in the training log is lower
    than that of `evaluate.py`, which drops predictions of classes that the corpus does not annotate.
    """
    import json

    def read(nlp: Language) -> Iterator[Example]:
        for name in names.split(","):
            data = json.loads((Path(folder) / f"ent-{name}-dev.json").read_text())
            for _, text, ents in data["items"]:
                doc = nlp.make_doc(text.replace("\n", " "))
                spans = [doc.char_span(s, e, label=c) for s, e, c in ents]
                reference = doc.copy()
                reference.set_ents(spacy.util.filter_spans([s for s in spans if s is not None]))
                yield Example(doc, reference)

    return read
