"""Measure a pipeline on the held-out parts of the treebanks and entity corpora: `evaluate.py PIPELINE CORPUS`.

Prints one row a figure. Definitions:

- UAS, LAS, TAG: as spaCy's scorer, which is how scispaCy's published figures were made: punctuation does not count.
- gold tokens: the parser is given the treebank's own (unescaped) tokens; raw text: it is given the text.
- raw text is scored twice: on tokens "split alike" (the treebank's compounds split as the tokenizer splits them; a
  token that still differs counts as an error), and "whole" (pieces of one treebank token are counted as one: the piece
  whose head lies outside stands for it).
- subject/object of verb: pairs (verb, argument) by character offset, arguments labelled nsubj, nsubjpass or dobj, verbs
  tagged VB* other than forms of be; labelled counts the label too.
- entities: exact span and class, raw text, only the classes the corpus annotates.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import subprocess
import sys
import time
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from mgmine.nlp import measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from spacy.language import Language

Row = tuple[str, str]


def load_docs(nlp: Language, path: Path) -> list[Doc]:
    """The documents of a binary file."""
    return list(DocBin().from_disk(path).get_docs(nlp.vocab))


def prf(gold: set, found: set) -> tuple[float, float, float]:
    """Precision, recall and F1 in percent."""
    p, r, f = measure.prf(gold, found)
    return 100 * p, 100 * r, 100 * f


def whole(pred: Doc, gold: Doc) -> tuple[int, int, int]:
    """(tokens, right heads, right heads and labels) at the gold's tokens, punctuation aside."""
    owner: dict[int, int] = {}
    for t in gold:
        for c in range(t.idx, t.idx + len(t)):
            owner[c] = t.i
    total = heads = both = 0
    at = {t.idx: t for t in pred}
    for g in gold:
        if g.dep_ == "punct" or g.is_space:
            continue
        total += 1
        pieces, c, end = [], g.idx, g.idx + len(g)
        while c < end and c in at:
            pieces.append(at[c])
            c += len(at[c])
        if c != end:
            continue
        outer = [p for p in pieces if p.head.i == p.i or owner.get(p.head.idx) != g.i]
        if not outer:
            continue
        p = outer[-1]
        head = g.i if p.head.i == p.i else owner.get(p.head.idx)
        if head == g.head.i:
            heads += 1
            both += p.dep_ == g.dep_
    return total, heads, both


def treebank(nlp: Language, corpus: Path, name: str) -> tuple[list[Row], list[tuple[Doc, Doc]]]:
    """Rows for one treebank, and (predicted, gold) pairs on gold tokens."""
    rows: list[Row] = []
    gold = load_docs(nlp, corpus / f"{name}-dev.gold.spacy")
    alike = load_docs(nlp, corpus / f"{name}-dev.run.spacy")
    score: dict[str, dict] = {}
    pairs = []
    for mode, ref, start in (
        ("gold tokens", gold, [measure.bare(nlp, d) for d in gold]),
        ("raw text", alike, [nlp.make_doc(d.text) for d in alike]),
    ):
        pred = measure.run(nlp, start)
        both = list(zip(pred, ref, strict=True))
        examples = [Example(a, b) for a, b in both]
        s = {k: 100 * v for k, v in measure.score_trees(both).items()}
        score[mode] = s
        rows.append((f"{name} dev, {mode}: UAS / LAS / TAG", f"{s['UAS']:.2f} / {s['LAS']:.2f} / {s['TAG']:.2f}"))
        g = {(i, *x) for i, d in enumerate(ref) for x in measure.verb_arguments(d)}
        p = {(i, *x) for i, d in enumerate(pred) for x in measure.verb_arguments(d)}
        rows.append(
            (
                f"{name} dev, {mode}: subject/object of verb F1 (labelled)",
                f"{s['subject/object F1']:.2f} ({prf(g, p)[2]:.2f})",
            )
        )
        if mode == "gold tokens":
            pairs = both
        else:
            counts = [whole(a, b) for a, b in zip(pred, gold, strict=False)]
            t, h, b = (sum(c[i] for c in counts) for i in range(3))
            rows.append((f"{name} dev, raw text, whole tokens: UAS / LAS", f"{100 * h / t:.2f} / {100 * b / t:.2f}"))
            rows.append(
                (
                    f"{name} dev, raw text, line breaks as spaces: sentence F1",
                    f"{100 * measure.score_sentences(both):.2f}",
                )
            )
            lost = score["gold tokens"]["LAS"] - s["LAS"]
            rows.append(
                (
                    f"{name} dev: LAS lost from raw text, split alike / whole",
                    f"{lost:.2f} / {score['gold tokens']['LAS'] - 100 * b / t:.2f}",
                )
            )
            if any(t.lemma_ for d in pred[:3] for t in d):
                ok = n = 0
                for e in examples:
                    for x in e.reference:
                        y = e.alignment.y2x[x.i]
                        if len(y) == 1 and x.text.isalpha():
                            n += 1
                            ok += e.predicted[int(y[0])].lemma_.lower() == x.lemma_.lower()
                rows.append((f"{name} dev, raw text: lemma accuracy, alphabetic tokens", f"{100 * ok / n:.2f}"))
    for kind, words in (("par", "paragraphs"), ("lines", "line breaks kept")):
        ref = load_docs(nlp, corpus / f"{name}-dev.{kind}.spacy")
        found = measure.run(nlp, [nlp.make_doc(d.text) for d in ref])
        f = measure.score_sentences(list(zip(found, ref, strict=True)))
        rows.append((f"{name} dev, raw text, {words}: sentence F1", f"{100 * f:.2f}"))
    return rows, pairs


def entities(nlp: Language, corpus: Path) -> list[Row]:
    """Rows for the entity corpora."""
    rows = []
    for path in sorted(corpus.glob("ent-*-dev.json")):
        data = json.loads(path.read_text())
        classes = set(data["classes"])
        gold: dict[str, set] = defaultdict(set)
        found: dict[str, set] = defaultdict(set)
        docs = nlp.pipe((t.replace("\n", " ") for _, t, _ in data["items"]), batch_size=64)
        for i, ((_, _, ents), doc) in enumerate(zip(data["items"], docs, strict=False)):
            for s, e, c in ents:
                gold[c].add((i, s, e, c))
            for x in doc.ents:
                if x.label_ in classes:
                    found[x.label_].add((i, x.start_char, x.end_char, x.label_))
        p, r, f = prf(set().union(*gold.values()), set().union(*found.values()))
        by = ", ".join(f"{c} {prf(gold[c], found[c])[2]:.1f} ({len(gold[c])})" for c in sorted(gold))
        rows.append((f"{path.stem[4:]}, raw text: entity P / R / F1", f"{p:.2f} / {r:.2f} / {f:.2f}; {by}"))
    return rows


def cost(path: str, nlp: Language, corpus: Path) -> list[Row]:
    """Size, speed and load time."""
    rows = []
    folder = Path(path)
    if folder.is_dir():
        files = [f for f in folder.rglob("*") if f.is_file()]
        size = sum(f.stat().st_size for f in files)
        import io
        import zipfile

        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z:
            for f in files:
                z.write(f, str(f.relative_to(folder)))
        rows.append(
            ("size in MB, folder / packed as in a wheel", f"{size / 1e6:.1f} / {len(packed.getvalue()) / 1e6:.1f}")
        )
    texts = [d.text for d in load_docs(nlp, corpus / "genia-dev.gold.spacy")] * 3
    for kind, off in (
        ("parse and entities", ("attribute_ruler", "lemmatizer")),
        ("parse alone", ("attribute_ruler", "lemmatizer", "ner")),
    ):
        with nlp.select_pipes(disable=[n for n in off if n in nlp.pipe_names]):
            list(nlp.pipe(texts[:30]))
            clock = time.process_time()
            words = sum(len(d) for d in nlp.pipe(texts, batch_size=64))
            rows.append((f"words per second of processor time, {kind}", f"{words / (time.process_time() - clock):.0f}"))
    script = (
        "import time, spacy, spacy.pipeline, spacy.lang.en; t, c = time.perf_counter(), time.process_time(); "
        f"spacy.load({path!r}); print(time.perf_counter() - t, time.process_time() - c)"
    )
    times = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        times.append([float(x) for x in done.stdout.split()])
    rows.append(
        (
            "load in seconds after importing spaCy, best of 3: clock / processor",
            f"{min(t[0] for t in times):.2f} / {min(t[1] for t in times):.2f}",
        )
    )
    return rows


def labels(pairs: Iterable[tuple[Doc, Doc]]) -> list[Row]:
    """Precision, recall and F1 of (head, label) for each label."""
    gold: dict[str, set] = defaultdict(set)
    found: dict[str, set] = defaultdict(set)
    for i, (a, b) in enumerate(pairs):
        for g, p in zip(b, a, strict=False):
            gold[g.dep_].add((i, g.i, g.head.i))
            found[p.dep_].add((i, p.i, p.head.i))
    rows = []
    for label, items in sorted(gold.items(), key=lambda x: -len(x[1])):
        p, r, f = prf(items, found[label])
        rows.append((label, f"{len(items)} | {p:.1f} | {r:.1f} | {f:.1f}"))
    return rows


CONSTRUCTIONS: dict[str, Callable[[object], bool]] = {
    "coordination: second and later conjuncts": lambda t: t.dep_ == "conj",
    "coordination of noun phrases": lambda t: t.dep_ == "conj" and t.tag_.startswith("NN"),
    "coordination of verbs and clauses": lambda t: t.dep_ == "conj" and t.tag_.startswith("VB"),
    "prepositional phrase on a noun": lambda t: t.dep_ == "nmod" and t.head.tag_.startswith("NN"),
    "prepositional phrase on a verb": lambda t: t.dep_ == "nmod" and t.head.tag_.startswith("VB"),
    "reduced relative or participle on a noun": lambda t: t.dep_ == "acl" and t.tag_ in ("VBN", "VBG"),
    "infinitive on a noun": lambda t: t.dep_ == "acl" and t.tag_ == "VB",
    "infinitive or clause complement (xcomp)": lambda t: t.dep_ == "xcomp",
    "adverbial clause": lambda t: t.dep_ == "advcl",
    "relative clause": lambda t: t.dep_ == "acl:relcl",
    "clausal complement (that)": lambda t: t.dep_ == "ccomp",
    "nominal compound": lambda t: t.dep_ == "compound",
    "apposition": lambda t: t.dep_ == "appos",
    "active subject": lambda t: t.dep_ == "nsubj",
    "passive subject": lambda t: t.dep_ == "nsubjpass",
    "object": lambda t: t.dep_ == "dobj",
    "root": lambda t: t.dep_ == "ROOT",
    "dep (unlabelled in the conversion)": lambda t: t.dep_ == "dep",
}


def constructions(pairs: Iterable[tuple[Doc, Doc]]) -> list[Row]:
    """For each construction of the gold: how often head, and head and label, are right; commonest other labels."""
    total: Counter[str] = Counter()
    head: Counter[str] = Counter()
    both: Counter[str] = Counter()
    other: dict[str, Counter[str]] = defaultdict(Counter)
    for a, b in pairs:
        for g, p in zip(b, a, strict=False):
            for name, test in CONSTRUCTIONS.items():
                if test(g):
                    total[name] += 1
                    head[name] += p.head.i == g.head.i
                    both[name] += p.head.i == g.head.i and p.dep_ == g.dep_
                    if p.dep_ != g.dep_:
                        other[name][p.dep_] += 1
    return [
        (
            n,
            f"{total[n]} | {100 * head[n] / total[n]:.1f} | {100 * both[n] / total[n]:.1f} | "
            + ", ".join(f"{d} {c}" for d, c in other[n].most_common(3)),
        )
        for n in CONSTRUCTIONS
        if total[n]
    ]


def main() -> None:
    """Print the table, and with --errors the analysis by label and construction."""
    warnings.simplefilter("ignore")
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("pipeline")
    ap.add_argument("corpus", type=Path, help="folder that treebank.py and entities.py wrote")
    ap.add_argument("--errors", action="store_true", help="also print the error analysis")
    ap.add_argument("--blis", action="store_true", help="keep spaCy's default matrix product")
    ap.add_argument("--only", choices=["trees", "entities", "cost"])
    ap.add_argument("--record", action="store_true", help="write the figures into the pipeline's meta.json, too")
    args = ap.parse_args()
    if not args.blis:
        from thinc.api import set_current_ops

        from mgmine.nlp.inference import fast_ops

        set_current_ops(fast_ops())
    nlp = spacy.load(args.pipeline)
    rows: list[Row] = []
    analysis: list[str] = []
    if args.only in (None, "trees"):
        for name in ("genia", "craft"):
            more, pairs = treebank(nlp, args.corpus, name)
            rows += more
            if args.errors:
                analysis += [f"\n{name} dev, gold tokens, by label: count | P | R | F1"] + [
                    f"| {a} | {b} |" for a, b in labels(pairs)
                ]
                analysis += [
                    f"\n{name} dev, gold tokens, by construction: count | head % | head and label % | labelled instead"
                ]
                analysis += [f"| {a} | {b} |" for a, b in constructions(pairs)]
    if args.only in (None, "entities") and "ner" in nlp.pipe_names:
        rows += entities(nlp, args.corpus)
    if args.only in (None, "cost"):
        rows += cost(args.pipeline, nlp, args.corpus)
    for a, b in rows:
        print(f"| {a} | {b} |")
    print("\n".join(analysis))
    if args.record:
        path = Path(args.pipeline) / "meta.json"
        meta = json.loads(path.read_text(encoding="utf8"))
        meta.setdefault("performance", {}).update(rows)
        path.write_text(json.dumps(meta, indent=2, ensure_ascii=False), encoding="utf8")


if __name__ == "__main__":
    main()
