"""Readers that the configs name. Nothing here is needed to load the finished pipeline."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator  # noqa: TC003
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
    """Held-out examples on raw text, for the scorer of `mgmine.recogniser.v1`."""
    import json

    def read(nlp: Language) -> Iterator[Example]:
        for name in names.split(","):
            data = json.loads((Path(folder) / f"ent-{name}-dev.json").read_text())
            for _, text, ents in data["items"]:
                doc = nlp.make_doc(text.replace("\n", " "))
                reference = doc.copy()
                reference.user_data.update(
                    corpus=name, classes=set(data["classes"]), ents={(start, end, label) for start, end, label in ents}
                )
                yield Example(doc, reference)

    return read


@spacy.registry.callbacks("mgmine.recogniser.v1")
def recogniser(encoder: str | None = None) -> Callable[[Language], Language]:
    """Score the recogniser by the F1 of each held-out corpus, `NAME_f`; classes it does not annotate do not count.

    `encoder` is a trained parser's pipeline: the recogniser's encoder, which has the same layers, starts from its weights.
    """

    def score(examples: Iterable[Example], **_: object) -> dict[str, float]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for example in examples:
            data = example.reference.user_data
            found = {
                (e.start_char, e.end_char, e.label_) for e in example.predicted.ents if e.label_ in data["classes"]
            }
            counts[data["corpus"]].update(hit=len(found & data["ents"]), all=len(found) + len(data["ents"]))
        return {f"{name}_f": 2 * n["hit"] / max(1, n["all"]) for name, n in counts.items()}

    def callback(nlp: Language) -> Language:
        ner = nlp.get_pipe("ner")
        ner.scorer = score
        if encoder is not None:
            trained = spacy.load(encoder).get_pipe("tok2vec").model
            ner.model.get_ref("tok2vec").layers[0].from_bytes(trained.to_bytes())
        return nlp

    return callback
