"""Teachers of chemicals and diseases, and text labelled by them: `teacher.py train|label|fill|vote CORPUS`.

A teacher is a linear-chain CRF (python-crfsuite) on words, affixes, shapes, clusters of the word vectors and the longest
names of the public lists, features that need more than a spaCy pipeline's weights. There are two: one trained on BC5CDR,
whose chemicals are taken, and one trained on BC5CDR and BioRED, whose diseases are taken. They are slow, so they are not
shipped: they label text that the recogniser then learns from.

- `train` trains both and prints how good they are on held-out text;
- `label` has them label the entity corpora and abstracts of the PubMed files, held-out documents left out;
- `fill` writes `ent-NAME.filled.spacy`, each entity corpus with the classes it does not annotate filled in, and
  `ent-silver.filled.spacy`, the abstracts: chemicals and diseases by the teachers, the other classes by a recogniser;
- `vote` labels a part of the abstracts again, `ent-vote.filled.spacy`: what two of the teachers and the recogniser agree
  on, then what the recogniser finds where they do not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from entities import ATTRS, Item
from lexicon import names
from spacy.tokens import Doc, DocBin, Span
from spacy.util import filter_spans
from tokens import bio_tokenizer
from vectors import abstracts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

TAUGHT = ("CHEMICAL", "DISEASE")
LONGEST = 7
"""Tokens of the longest name that is looked up."""
CORPORA = {
    "jnlpba": {"GENE_OR_PROTEIN", "CELL_TYPE", "CELL_LINE"},
    "bc5cdr": {"CHEMICAL", "DISEASE"},
    "ncbi": {"DISEASE"},
    "biored": {"CHEMICAL", "DISEASE", "GENE_OR_PROTEIN", "CELL_LINE"},
    "bc2gm": {"GENE_OR_PROTEIN"},
    "craft": {"CHEMICAL", "GENE_OR_PROTEIN", "CELL_TYPE", "PROCESS", "DISEASE"},
}


def gazetteer(nlp: Language, lexicons: Path) -> dict[tuple[str, ...], set[str]]:
    """Lower-cased token sequences of the public names, with their classes."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for kind, name in names(lexicons):
        if kind not in ("species", "anatomy", "cell_line") and 3 <= len(name) <= 60:
            tokens = tuple(t.lower_ for t in nlp.make_doc(name))
            if len(tokens) <= LONGEST:
                found[tokens].add(kind)
    return dict(found)


class Features:
    """Features of the tokens of a sentence."""

    def __init__(self, nlp: Language, lexicons: Path, distributional: int = 30000, size: int = 64) -> None:
        from sklearn.cluster import MiniBatchKMeans

        self.nlp = nlp
        self.names = gazetteer(nlp, lexicons)
        self.rows = nlp.vocab.vectors.key2row
        self.data = nlp.vocab.vectors.data
        self.size = size
        plain = self.data[:distributional, :size]
        self.clusters = {k: MiniBatchKMeans(k, random_state=0, n_init=1).fit(plain).labels_ for k in (100, 400, 1000)}
        self.distributional = distributional
        self.known: dict[str, dict[int, list[str]]] = {}

    def listed(self, low: list[str]) -> list[set[str]]:
        """For each token, the classes of the longest names that start at or before it and hold it."""
        out: list[set[str]] = [set() for _ in low]
        for i in range(len(low)):
            for n in range(min(LONGEST, len(low) - i), 0, -1):
                key = tuple(low[i : i + n])
                kinds = self.names.get(key)
                if not kinds and key[-1].endswith("s"):
                    kinds = self.names.get((*key[:-1], key[-1][:-1]))
                if kinds:
                    for kind in kinds:
                        for j in range(i, i + n):
                            out[j].add(kind + "IB"[j == i] + "1m"[n > 1])
                    break
        return out

    def word(self, word: str) -> list[str]:
        """Features of a token by itself; the first is the lower-cased word."""
        low = word.lower()
        shape = re.sub("[0-9]", "d", re.sub("[a-z]", "x", re.sub("[A-Z]", "X", word)))
        out = ["w=" + low, "s=" + re.sub(r"(.)\1{2,}", r"\1\1", shape)]
        out += [f"p{n}={low[:n]}" for n in (3, 4)] + [f"x{n}={low[-n:]}" for n in (2, 3, 4, 5)]
        row = self.rows.get(self.nlp.vocab.strings.add(low), -1)
        if row < 0:
            return [*out, "oov"]
        if row < self.distributional:
            out += [f"k{k}={labels[row]}" for k, labels in self.clusters.items()]
        return out + [f"v{j}" for j in range(self.size, self.data.shape[1]) if self.data[row, j] > 0.5]

    def views(self, word: str) -> dict[int, list[str]]:
        """Features of a token for itself (0) and for the tokens at the other distances."""
        if word not in self.known:
            own = self.word(word)
            far = [own[0], *(x for x in own[1:] if x[0] == "k")]
            self.known[word] = {0: own} | {
                d: [f"{d}{x}" for x in (own if abs(d) == 1 else far)] for d in (-2, -1, 1, 2)
            }
        return self.known[word]

    def sentence(self, words: list[str]) -> list[list[str]]:
        """Features of every token, with those of its neighbours."""
        low = [w.lower() for w in words]
        views = [self.views(w) for w in words]
        held = [sorted(kinds) for kinds in self.listed(low)]
        out = []
        for i in range(len(words)):
            row = [*views[i][0], *("g=" + g for g in held[i])]
            for d in (-2, -1, 1, 2):
                if 0 <= i + d < len(words):
                    row += views[i + d][d]
                    row += [f"{d}g={g}" for g in held[i + d]]
                else:
                    row.append(f"{d}END")
            if i:
                row.append(f"bi={low[i - 1]}|{low[i]}")
            if i + 1 < len(words):
                row.append(f"bj={low[i]}|{low[i + 1]}")
            out.append(row)
        return out


def sentences(doc: Doc) -> Iterator[Span]:
    """Pieces of a document that end at full stops; no entity is cut."""
    ends = [t.i + 1 for t in doc[:-1] if t.text == "." and doc[t.i + 1].ent_iob_ != "I"]
    for a, b in pairwise([0, *ends, len(doc)]):
        if b > a:
            yield doc[a:b]


def corpus(nlp: Language, folder: Path, name: str) -> Iterator[Doc]:
    """The training documents of an entity corpus."""
    yield from DocBin().from_disk(folder / f"ent-{name}.spacy").get_docs(nlp.vocab)


def train(nlp: Language, features: Features, folder: Path, sets: list[str], out: Path) -> None:
    """Train the CRF on corpora that annotate both classes."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    for name in sets:
        for doc in corpus(nlp, folder, name):
            for part in sentences(doc):
                tags = [f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ in TAUGHT else "O" for t in part]
                trainer.append(features.sentence([t.text for t in part]), tags)
    trainer.select("lbfgs")
    trainer.set_params({"c1": 0.1, "c2": 0.05, "max_iterations": 120, "feature.possible_transitions": True})
    trainer.train(str(out))


class Teacher:
    """The trained CRF."""

    def __init__(self, features: Features, path: Path) -> None:
        import pycrfsuite

        self.features = features
        self.tagger = pycrfsuite.Tagger()
        self.tagger.open(str(path))

    def spans(self, doc: Doc) -> list[Span]:
        """The chemicals and diseases of a document."""
        found = []
        for part in sentences(doc):
            start, label = -1, ""
            for i, tag in enumerate([*self.tagger.tag(self.features.sentence([t.text for t in part])), "O"]):
                if start >= 0 and tag != f"I-{label}":
                    found.append(Span(doc, part.start + start, part.start + i, label=label))
                    start = -1
                if start < 0 and tag != "O":
                    start, label = i, tag[2:]
        return found


def consistent(doc: Doc, spans: list[Span]) -> list[Span]:
    """The spans, and other occurrences in the document of forms that are mostly labelled alike."""
    labels: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for span in spans:
        if len(span.text) > 2:
            labels[tuple(t.text for t in span)][span.label_] += 1
    words = [t.text for t in doc]
    taken = {t.i for s in spans for t in s}
    more = []
    for form, counts in labels.items():
        label, n = counts.most_common(1)[0]
        free = [
            i
            for i in range(len(words) - len(form) + 1)
            if tuple(words[i : i + len(form)]) == form and taken.isdisjoint(range(i, i + len(form)))
        ]
        if n == counts.total() and n >= len(free):
            more += [Span(doc, i, i + len(form), label=label) for i in free]
    return filter_spans([*spans, *more])


class Teachers:
    """Both teachers: chemicals of the first, diseases of the second where they do not overlap those."""

    def __init__(self, features: Features, folder: Path) -> None:
        self.first = Teacher(features, folder / "teacher.crf")
        self.second = Teacher(features, folder / "teacher-both.crf")

    def spans(self, doc: Doc) -> list[Span]:
        """The chemicals and diseases of a document, with other occurrences of what is found."""
        chemicals = [s for s in self.first.spans(doc) if s.label_ == "CHEMICAL"]
        taken = {t.i for s in chemicals for t in s}
        diseases = [s for s in self.second.spans(doc) if s.label_ == "DISEASE"]
        return consistent(doc, [*chemicals, *(s for s in diseases if taken.isdisjoint(range(s.start, s.end)))])


def evaluate(nlp: Language, teacher: Teachers, folder: Path, name: str) -> None:
    """Print the teacher's precision, recall and F1 on a held-out set's raw text."""
    data = json.loads((folder / f"ent-{name}-dev.json").read_text())
    for label in (*TAUGHT, None):
        gold, found = set(), set()
        for n, (_, text, ents) in enumerate(data["items"]):
            doc = nlp.make_doc(text.replace("\n", " "))
            gold |= {(n, s, e, c) for s, e, c in ents if c in TAUGHT and label in (None, c)}
            spans = teacher.spans(doc)
            found |= {(n, s.start_char, s.end_char, s.label_) for s in spans if label in (None, s.label_)}
        p, r = (len(gold & found) / max(1, len(x)) for x in (found, gold))
        print(name, label or "both", f"P {100 * p:.2f} R {100 * r:.2f} F {200 * p * r / (p + r):.2f}")


def fill(doc: Doc, annotated: set[str], taught: list[Span], other: list[Span]) -> None:
    """Add to the document's gold entities, in the classes that it does not annotate, those of the two models.

    What was masked stays masked unless an entity is put there; so does a model's entity that overlaps a gold one.
    """
    spans = list(doc.ents)
    taken = {t.i for s in spans for t in s}
    masked = {t.i for t in doc if t.ent_iob == 0}
    for span in [*taught, *(s for s in other if s.label_ not in TAUGHT)]:
        if span.label_ not in annotated and not (span[0].is_space or span[-1].is_space):
            at = set(range(span.start, span.end))
            if taken.isdisjoint(at):
                spans.append(Span(doc, span.start, span.end, label=span.label_))
                taken |= at
            else:
                masked |= at
    doc.set_ents(spans, missing=[Span(doc, i, i + 1) for i in sorted(masked - taken)], default="outside")


def fill_all(nlp: Language, folder: Path, recogniser: Path) -> None:
    """Write the filled corpora and the silver one."""
    ner = spacy.load(recogniser).get_pipe("ner")
    sets: list[tuple[str, set[str]]] = [*CORPORA.items(), ("silver", set())]
    for name, annotated in sets:
        docs = list(DocBin().from_disk(folder / f"{name}.taught.spacy").get_docs(nlp.vocab))
        plain = [Doc(nlp.vocab, words=[t.text for t in d], spaces=[bool(t.whitespace_) for t in d]) for d in docs]
        for doc, found in zip(docs, ner.pipe(plain, batch_size=64), strict=True):
            taught = list(doc.spans["taught"])
            doc.spans.clear()
            fill(doc, annotated, taught, list(found.ents))
        DocBin(attrs=ATTRS, docs=docs).to_disk(folder / f"ent-{name}.filled.spacy")
        print(name, Counter(s.label_ for d in docs for s in d.ents))


def label(nlp: Language, teacher: Teachers, folder: Path, pubmed: Path, words: int, out: Path) -> None:
    """Write abstracts of the PubMed files with the teacher's entities, about `words` tokens, no held-out document."""
    held = set()
    for path in folder.glob("ent-*-dev.json"):
        held |= {Item(i, text).title() for i, text, _ in json.loads(path.read_text())["items"]}
    texts = [t.replace("\n", " ") for t in abstracts(pubmed) if Item("", t).title() not in held]
    random.Random(0).shuffle(texts)
    docs, total = [], 0
    for text in texts:
        doc = nlp.make_doc(text)
        doc.set_ents([], default="outside")
        doc.spans["taught"] = teacher.spans(doc)
        docs.append(doc)
        total += len(doc)
        if len(docs) % 1000 == 0:
            print(len(docs), total, flush=True)
        if total >= words:
            break
    DocBin(attrs=ATTRS, docs=docs).to_disk(out)
    print(out, len(docs), "abstracts,", total, "tokens,", Counter(s.label_ for d in docs for s in d.spans["taught"]))


def vote(nlp: Language, teachers: Teachers, folder: Path, recogniser: Path, words: int) -> None:
    """Label abstracts by vote of both teachers and a recogniser; the other classes are the recogniser's."""
    ner = spacy.load(recogniser).get_pipe("ner")
    docs = list(DocBin().from_disk(folder / "ent-silver.filled.spacy").get_docs(nlp.vocab))
    random.Random(5).shuffle(docs)
    ends = list(accumulate(len(d) for d in docs))
    docs = docs[: sum(end < words for end in ends) + 1]
    plain = [Doc(nlp.vocab, words=[t.text for t in d], spaces=[bool(t.whitespace_) for t in d]) for d in docs]
    for doc, found in zip(docs, ner.pipe(plain, batch_size=64), strict=True):
        doc.set_ents([], default="outside")
        own = {(s.start, s.end, s.label_) for s in found.ents if s.label_ in TAUGHT}
        votes = Counter(own)
        for teacher in (teachers.first, teachers.second):
            votes.update({(s.start, s.end, s.label_) for s in teacher.spans(doc)})
        agreed = [Span(doc, a, b, label=c) for (a, b, c), n in votes.items() if n > 1]
        taken = {t.i for s in agreed for t in s}
        rest = [Span(doc, a, b, label=c) for a, b, c in own if taken.isdisjoint(range(a, b))]
        fill(doc, set(), consistent(doc, filter_spans([*agreed, *rest])), list(found.ents))
    DocBin(attrs=ATTRS, docs=docs).to_disk(folder / "ent-vote.filled.spacy")
    print("vote", Counter(s.label_ for d in docs for s in d.ents))


def main() -> None:
    """Run one step."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("step", choices=["train", "label", "fill", "vote"])
    ap.add_argument("corpus", type=Path, help="folder that entities.py wrote")
    ap.add_argument("--vectors", type=Path, default=Path("vectors"))
    ap.add_argument("--lexicons", type=Path, default=Path("assets/lexicon-sources"))
    ap.add_argument("--pubmed", type=Path, default=Path("assets/pubmed"))
    ap.add_argument("--models", type=Path, default=Path("models"), help="folder of the teachers")
    ap.add_argument("--words", type=int, default=3_300_000, help="tokens of abstracts to label")
    ap.add_argument("--ner", type=Path, help="fill, vote: the recogniser")
    args = ap.parse_args()
    nlp = spacy.load(args.vectors)
    nlp.tokenizer = bio_tokenizer(nlp)
    if args.step == "fill":
        fill_all(nlp, args.corpus, args.ner)
        return
    features = Features(nlp, args.lexicons)
    if args.step == "train":
        train(nlp, features, args.corpus, ["bc5cdr"], args.models / "teacher.crf")
        train(nlp, features, args.corpus, ["bc5cdr", "biored"], args.models / "teacher-both.crf")
    teachers = Teachers(features, args.models)
    if args.step == "train":
        for name in ("bc5cdr", "biored"):
            evaluate(nlp, teachers, args.corpus, name)
    elif args.step == "vote":
        vote(nlp, teachers, args.corpus, args.ner, args.words)
    else:
        for name, annotated in CORPORA.items():
            docs = list(corpus(nlp, args.corpus, name))
            for doc in docs:
                doc.spans["taught"] = [] if annotated >= set(TAUGHT) else teachers.spans(doc)
            DocBin(attrs=ATTRS, docs=docs).to_disk(args.corpus / f"{name}.taught.spacy")
        label(nlp, teachers, args.corpus, args.pubmed, args.words, args.corpus / "silver.taught.spacy")


if __name__ == "__main__":
    main()
