"""Convert the entity corpora to spaCy's binary format on the runtime's tokens, with partial labels masked.

Classes: CHEMICAL, DISEASE, GENE_OR_PROTEIN, CELL_TYPE, CELL_LINE, PROCESS. No corpus annotates them all. In a corpus
that does not annotate a class, a token that may belong to that class is marked missing (spaCy then asks nothing of it),
judged by how often its lower-case form is inside such an entity in the corpora that do annotate the class or, if it is
unseen there, by the public name lists. All other tokens outside entities are negative for all classes.

Held out: the official development files of BC5CDR, NCBI-disease and BioRED, a tenth of JNLPBA by the SHA-1 of the
document id, and the CRAFT development articles. A document whose id or title occurs in any held-out set is dropped from
all training sets.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from lexicon import names as lexicon_names
from spacy.tokens import Doc, DocBin, Span
from tokens import bio_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable

CLASSES = ["CHEMICAL", "DISEASE", "GENE_OR_PROTEIN", "CELL_TYPE", "CELL_LINE", "PROCESS"]
LABELS = {
    "Chemical": "CHEMICAL",
    "ChemicalEntity": "CHEMICAL",
    "Disease": "DISEASE",
    "DiseaseOrPhenotypicFeature": "DISEASE",
    "SpecificDisease": "DISEASE",
    "DiseaseClass": "DISEASE",
    "Modifier": "DISEASE",
    "CompositeMention": "DISEASE",
    "GeneOrGeneProduct": "GENE_OR_PROTEIN",
    "protein": "GENE_OR_PROTEIN",
    "DNA": "GENE_OR_PROTEIN",
    "RNA": "GENE_OR_PROTEIN",
    "cell_type": "CELL_TYPE",
    "cell_line": "CELL_LINE",
    "CellLine": "CELL_LINE",
    "GENE": "GENE_OR_PROTEIN",
}
LEXICON = {
    "disease": "DISEASE",
    "chemical": "CHEMICAL",
    "gene": "GENE_OR_PROTEIN",
    "cell": "CELL_TYPE",
    "cell_line": "CELL_LINE",
    "process": "PROCESS",
}
ATTRS = ["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"]


@dataclass
class Item:
    """A text with its entities (start, end, class), offsets in code points."""

    id: str
    text: str
    ents: list[tuple[int, int, str]] = field(default_factory=list)

    def title(self) -> str:
        """The first 60 letters, for finding the same document in another set."""
        return re.sub(r"\W", "", self.text).lower()[:60]


def pubtator(path: Path) -> list[Item]:
    """Read a packed PubTator file; title and abstract are joined by a space or (every other document) a line break."""
    items: list[Item] = []
    with gzip.open(path, "rt", encoding="utf8") as file:
        for line in file:
            line = line.rstrip("\n")
            head = re.match(r"(\d+)\|([ta])\|(.*)", line)
            if head and head[2] == "t":
                items.append(Item(head[1], head[3]))
            elif head:
                items[-1].text += " \n"[len(items) % 2] + head[3]
            else:
                cells = line.split("\t")
                if len(cells) >= 5 and cells[1].isdigit() and cells[4] in LABELS:
                    items[-1].ents.append((int(cells[1]), int(cells[2]), LABELS[cells[4]]))
    return items


def brat(folder: Path) -> list[Item]:
    """Read a folder of brat files (`.txt`, `.ann`); entities in pieces are left out."""
    items = []
    for ann in sorted(folder.glob("*.ann")):
        item = Item(ann.stem, ann.with_suffix(".txt").read_text(encoding="utf8"))
        for line in ann.read_text(encoding="utf8").splitlines():
            if line.startswith("T") and ";" not in line.split("\t")[1]:
                label, start, end = line.split("\t")[1].split(" ")
                if label in LABELS:
                    item.ents.append((int(start), int(end), LABELS[label]))
        items.append(item)
    return items


def iob(path: Path) -> list[Item]:
    """Read sentences of a two-column file whose tokens are split at every punctuation mark; white space is guessed."""
    items, words, tags = [], [], []

    def close() -> None:
        if not words:
            return
        item = Item(f"s{len(items)}", "")
        open_at = -1
        for i, (word, tag) in enumerate(zip(words, tags, strict=False)):
            glue = not i or word in "-/,.;:)]%'" or words[i - 1] in "-/([" or (words[i - 1] in ".," and word.isdigit())
            if open_at >= 0 and not tag.startswith("I-"):
                item.ents.append((open_at, len(item.text), "GENE_OR_PROTEIN"))
                open_at = -1
            if not glue:
                item.text += " "
            if tag.startswith("B-"):
                open_at = len(item.text)
            item.text += word
        if open_at >= 0:
            item.ents.append((open_at, len(item.text), "GENE_OR_PROTEIN"))
        items.append(item)

    with gzip.open(path, "rt", encoding="utf8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            if len(cells) < 2:
                close()
                words, tags = [], []
            else:
                words.append(cells[0])
                tags.append(cells[1])
    close()
    return items


def craft(folder: Path, ids: Iterable[str]) -> list[Item]:
    """Paragraphs of CRAFT articles with the annotations of five ontologies; entities in pieces are left out."""
    base = folder / "concept-annotation"
    places = {
        "CHEMICAL": "CHEBI/CHEBI/knowtator/{}.txt.knowtator.xml",
        "GENE_OR_PROTEIN": "PR/PR/knowtator/{}.txt.knowtator.xml",
        "CELL_TYPE": "CL/CL/knowtator/{}.txt.knowtator.xml",
        "PROCESS": "GO_BP/GO_BP/knowtator/{}.txt.knowtator.xml",
        "DISEASE": "MONDO/MONDO_without_genotype_annotations/knowtator-2/{}.xml",
    }
    items = []
    for doc in ids:
        text = (folder / "articles" / "txt" / f"{doc}.txt").read_text(encoding="utf8")
        ents = set()
        for label, place in places.items():
            for node in ET.parse(base / place.format(doc)).getroot().iter("annotation"):
                spans = node.findall("span")
                if len(spans) == 1:
                    ents.add((int(spans[0].get("start", 0)), int(spans[0].get("end", 0)), label))
        for _n, part in enumerate(re.finditer(r"[^\n]+", text)):
            a, b = part.span()
            if b - a > 60:
                items.append(Item(doc, part[0], [(s - a, e - a, c) for s, e, c in ents if a <= s and e <= b]))
    return items


def longest(ents: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The entities without those that overlap a longer one."""
    keep: list[tuple[int, int, str]] = []
    for s, e, c in sorted(ents, key=lambda x: (x[0] - x[1], x[0])):
        if all(e <= a or s >= b for a, b, _ in keep):
            keep.append((s, e, c))
    return sorted(keep)


class Rates:
    """How often a word is inside an entity of a class, in the corpora that annotate the class."""

    def __init__(self) -> None:
        self.inside: dict[str, Counter[str]] = defaultdict(Counter)
        self.seen: dict[str, Counter[str]] = defaultdict(Counter)
        self.listed: dict[str, set[str]] = defaultdict(set)

    def add(self, doc: Doc, ents: list[Span], classes: set[str]) -> None:
        """Count a document's words."""
        label = {t.i: e.label_ for e in ents for t in e}
        for tok in doc:
            for c in classes:
                self.seen[c][tok.lower_] += 1
            if tok.i in label:
                self.inside[label[tok.i]][tok.lower_] += 1

    def may_be(self, word: str, c: str) -> bool:
        """Whether a word may belong to a class its corpus does not annotate."""
        n = self.seen[c][word]
        if n >= 3:
            return self.inside[c][word] / n >= 0.15
        return word in self.listed[c] or self.inside[c][word] > 0


def main() -> None:
    """Read the corpora, write `ent-NAME.spacy` (training) and `ent-NAME-dev.json` (held out, raw text)."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("ner", type=Path, help="folder with bc2gm, ncbi files")
    ap.add_argument("relations", type=Path, help="folder with bc5cdr, biored files")
    ap.add_argument("jnlpba", type=Path, help="folder of brat files")
    ap.add_argument("craft", type=Path, help="folder with articles/ and concept-annotation/")
    ap.add_argument("lexicons", type=Path, help="folder of the public name lists")
    ap.add_argument("out", type=Path, help="must hold ids.json of treebank.py")
    args = ap.parse_args()
    nlp = spacy.blank("en")
    nlp.tokenizer = bio_tokenizer(nlp)
    ids = json.loads((args.out / "ids.json").read_text())
    jn = brat(args.jnlpba)
    tenth = {i.id for i in jn if int(hashlib.sha1(i.id.encode()).hexdigest(), 16) % 10 == 0}
    bc5_dev = pubtator(args.relations / "bc5cdr-dev.pubtator.gz")
    held = {
        "jnlpba": [i for i in jn if i.id in tenth],
        "bc5cdr": bc5_dev,
        "ncbi": pubtator(args.ner / "ncbi-disease-devel.pubtator.gz"),
        "biored": pubtator(args.relations / "biored-dev.pubtator.gz"),
        "craft": craft(args.craft, ids["craft-dev"]),
    }
    train = {
        "jnlpba": [i for i in jn if i.id not in tenth],
        "bc5cdr": pubtator(args.relations / "bc5cdr-train+dev.pubtator.gz"),
        "ncbi": pubtator(args.ner / "ncbi-disease-train.pubtator.gz"),
        "biored": pubtator(args.relations / "biored-train.pubtator.gz"),
        "bc2gm": iob(args.ner / "bc2gm-train.iob.gz"),
        "craft": craft(args.craft, ids["craft-train"]),
    }
    classes = {
        "jnlpba": {"GENE_OR_PROTEIN", "CELL_TYPE", "CELL_LINE"},
        "bc5cdr": {"CHEMICAL", "DISEASE"},
        "ncbi": {"DISEASE"},
        "biored": {"CHEMICAL", "DISEASE", "GENE_OR_PROTEIN", "CELL_LINE"},
        "bc2gm": {"GENE_OR_PROTEIN"},
        "craft": {"CHEMICAL", "GENE_OR_PROTEIN", "CELL_TYPE", "PROCESS", "DISEASE"},
    }
    out_ids = {i.id for items in held.values() for i in items}
    out_titles = {i.title() for name, items in held.items() if name != "craft" for i in items}
    for name, items in held.items():
        rows = [(i.id, i.text, longest(i.ents)) for i in items]
        (args.out / f"ent-{name}-dev.json").write_text(
            json.dumps({"classes": sorted(classes[name]), "items": rows}, ensure_ascii=False)
        )
        print("held out", name, len(rows), sum(len(r[2]) for r in rows))
    rates = Rates()
    for kind, text in lexicon_names(args.lexicons):
        if kind in LEXICON and " " not in text and len(text) > 3:
            rates.listed[LEXICON[kind]].add(text.lower())
    ready = {}
    for name, items in train.items():
        kept = [i for i in items if i.id not in out_ids and i.title() not in out_titles]
        docs, lost, total = [], 0, 0
        for item in kept:
            doc = nlp.make_doc(item.text)
            spans, masked = [], []
            for s, e, c in longest(item.ents):
                total += 1
                span = doc.char_span(s, e, label=c)
                if span is None:
                    lost += 1
                    wide = doc.char_span(s, e, label=c, alignment_mode="expand")
                    if wide is not None:
                        masked.append(wide)
                else:
                    spans.append(span)
            spans = spacy.util.filter_spans(spans)
            rates.add(doc, spans, classes[name])
            docs.append((doc, spans, masked))
        ready[name] = docs
        print(name, len(items), "->", len(kept), "documents,", total, "entities,", lost, "not on token boundaries")
    for name, docs in ready.items():
        others = [c for c in CLASSES if c not in classes[name]]
        hidden = words = 0
        for doc, spans, masked in docs:
            inside = {t.i for s in spans for t in s}
            hide = {t.i for s in masked for t in s} - inside
            hide |= {t.i for t in doc if t.i not in inside and any(rates.may_be(t.lower_, c) for c in others)}
            hidden += len(hide)
            words += len(doc)
            doc.set_ents(spans, missing=[Span(doc, i, i + 1) for i in sorted(hide)], default="outside")
        DocBin(attrs=ATTRS, docs=[d for d, _, _ in docs]).to_disk(args.out / f"ent-{name}.spacy")
        print(
            name, words, "tokens,", f"{hidden / words:.1%} masked", Counter(s.label_ for _, sp, _ in docs for s in sp)
        )


if __name__ == "__main__":
    main()
