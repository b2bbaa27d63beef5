"""Convert the GENIA and CRAFT treebanks (CoNLL-U, UD v1 labels) to spaCy's binary format.

The CoNLL-U files hold neither white space nor, for GENIA, document ids. Both are recovered by aligning the tokens with
the abstracts of the JNLPBA training set (the same MEDLINE abstracts) and the article texts of CRAFT.

For each split two files are written:

- `NAME.gold.spacy`: the treebank's own tokens (unescaped);
- `NAME.run.spacy`: tokens as the runtime tokenizer makes them: gold tokens inside one runtime token are merged when
  they form a connected piece; compounds that the tokenizer splits are split here, attached as CRAFT attaches them.

For the development sets there are also `NAME.par.spacy` (a document a paragraph) and `NAME.lines.spacy` (line breaks
kept).

`genia-train.mix.spacy` and `craft-train.mix.spacy` hold both variants, with and without line breaks, for training.
"""

from __future__ import annotations

import argparse
import gzip
import html
import itertools
import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.tokens import Doc, DocBin
from tokens import bio_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
ATTRS = ["ORTH", "SPACY", "HEAD", "DEP", "TAG", "LEMMA", "SENT_START"]


@dataclass
class Tok:
    """A token: `head` is the index in its sentence, -1 for the root."""

    word: str
    tag: str
    head: int
    dep: str
    lemma: str
    space: bool = True


@dataclass
class Text:
    """A document: its sentences, and which of them are followed by a line break."""

    id: str
    sentences: list[list[Tok]] = field(default_factory=list)
    breaks: list[bool] = field(default_factory=list)


def unescape(word: str) -> str:
    """Undo `&lt;`, `-LRB-` and the Penn quotes."""
    word = html.unescape(word)
    for escaped, plain in BRACKETS.items():
        word = word.replace(escaped, plain)
    return '"' if word in ("``", "''") else word


def read_conllu(path: Path) -> Iterator[tuple[str, list[Tok]]]:
    """Yield (document id or "", sentence)."""
    doc, rows = "", []
    with gzip.open(path, "rt", encoding="utf8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if not line:
                if rows:
                    yield doc, rows
                rows = []
            elif line.startswith("# newdoc"):
                doc = line.split("=", 1)[1].strip()
            elif line[0] != "#":
                c = line.split("\t")
                rows.append(Tok(unescape(c[1]), c[4], int(c[6]) - 1, "ROOT" if c[7] == "root" else c[7], c[2]))
    if rows:
        yield doc, rows


class Spaced:
    """A text without white space that remembers where white space stood."""

    def __init__(self, text: str):
        self.chars: list[str] = []
        self.after: list[str] = []
        for ch in text:
            if ch.isspace():
                if self.after:
                    self.after[-1] += ch
            else:
                self.chars.append(ch)
                self.after.append("")
        self.flat = "".join(self.chars)


def guess_space(left: str, right: str) -> bool:
    """White space between two tokens whose text could not be aligned."""
    return not (re.fullmatch(r"[,.;:)\]}%?!]|'s", right) or left in "([{")


def lay_out(sentence: list[Tok], text: Spaced | None, at: int) -> tuple[int, bool]:
    """Set the tokens' white space from `text` at position `at`; return the end and whether a line break follows."""
    if text is not None:
        for tok in sentence:
            at += len(tok.word)
            tok.space = bool(text.after[at - 1])
        return at, "\n" in text.after[at - 1]
    for a, b in itertools.pairwise(sentence):
        a.space = guess_space(a.word, b.word)
    return at, False


def genia(path: Path, abstracts: dict[str, Spaced]) -> list[Text]:
    """Documents of a GENIA split, with ids and white space found in `abstracts`."""
    joined = "\0".join(a.flat for a in abstracts.values())
    starts, ids, at = [], list(abstracts), 0
    for key in ids:
        starts.append(at)
        at += len(abstracts[key].flat) + 1
    import bisect

    texts: list[Text] = []
    current, cursor, lost = "", 0, 0
    for _, sentence in read_conllu(path):
        flat = "".join(t.word for t in sentence)
        found = abstracts[current].flat.find(flat, cursor) if current else -1
        if found < 0:
            i = joined.find(flat)
            if i >= 0 and len(flat) > 12:
                k = bisect.bisect_right(starts, i) - 1
                if ids[k] != current:
                    current = ids[k]
                    texts.append(Text(current))
                found = i - starts[k]
        if found < 0:
            lost += 1
            if not texts:
                texts.append(Text("?"))
            _, line_break = lay_out(sentence, None, 0)
        else:
            cursor, line_break = lay_out(sentence, abstracts[current], found)
        texts[-1].sentences.append(sentence)
        texts[-1].breaks.append(line_break)
    print(path.name, len(texts), "documents,", lost, "sentences without a text")
    return texts


def craft(path: Path, articles: Path, size: int = 14) -> list[Text]:
    """CRAFT articles in pieces of whole paragraphs of at least `size` sentences."""
    texts: list[Text] = []
    cache: dict[str, Spaced] = {}
    cursor, doc_now, lost = 0, "", 0
    for doc, sentence in read_conllu(path):
        if doc != doc_now:
            doc_now, cursor = doc, 0
            cache = {doc: Spaced((articles / f"{doc}.txt").read_text(encoding="utf8"))}
            texts.append(Text(doc))
        elif len(texts[-1].sentences) >= size and texts[-1].breaks[-1]:
            texts.append(Text(doc))
        for tok in sentence:
            tok.word = re.sub(r"\s", "", tok.word)
        flat = "".join(t.word for t in sentence)
        text = cache[doc]
        found = text.flat.find(flat, cursor, cursor + 4000)
        if found < 0:
            lost += 1
            _, line_break = lay_out(sentence, None, 0)
        else:
            cursor, line_break = lay_out(sentence, text, found)
        texts[-1].sentences.append(sentence)
        texts[-1].breaks.append(line_break)
    print(path.name, len(texts), "pieces,", lost, "sentences without a text")
    return texts


def split_token(tok: Tok, pieces: list[str], tags: dict[str, str]) -> list[Tok]:
    """Split a gold token into the runtime's pieces; heads are relative, -1 for the piece that takes its place."""
    from tokens import RELATIONAL

    relational = set(RELATIONAL.split("|"))
    words = [i for i, p in enumerate(pieces) if re.search(r"\w", p)]
    root = words[-1] if words else len(pieces) - 1
    out = []
    for i, piece in enumerate(pieces):
        if i == root:
            tag = tok.tag
            if piece in relational and tok.tag in ("JJ", "NN", "VBN", "VBG"):
                tag = "VBN" if re.search("(ed|bound|driven)$", piece) else "VBG" if piece.endswith("ing") else "JJ"
            out.append(Tok(piece, tag, -1, tok.dep, piece.lower()))
        elif i not in words:
            head = next((j for j in words if j > i), root)
            out.append(Tok(piece, "HYPH" if piece in "-‐‑–/" else ":", head, "punct", piece))
        else:
            head = next(j for j in words if j > i)
            tag = tags.get(piece, "NN")
            right = pieces[head]
            if right not in relational:
                dep = "amod" if tag == "JJ" else "compound"
            elif tag == "RB":
                dep = "advmod"
            else:
                dep = "dep" if re.search("(ed|ing|bound|driven)$", right) else "nmod:npmod"
            out.append(Tok(piece, tag, head, dep, piece.lower()))
    for piece in out[:-1]:
        piece.space = False
    out[-1].space = tok.space
    return out


def to_runtime(sentence: list[Tok], nlp: spacy.Language, tags: dict[str, str], stat: Counter[str]) -> list[Tok]:
    """The sentence with the runtime's tokens wherever they and the gold tokens can be matched."""
    text = "".join(t.word + (" " if t.space else "") for t in sentence)
    runtime = [(t.idx, t.idx + len(t), t.text) for t in nlp.make_doc(text) if not t.is_space]
    gold, at = [], 0
    for tok in sentence:
        gold.append((at, at + len(tok.word)))
        at += len(tok.word) + tok.space
    g_start = {a: i for i, (a, _) in enumerate(gold)}
    g_end = {b: i for i, (_, b) in enumerate(gold)}
    r_start = {a: i for i, (a, _, _) in enumerate(runtime)}
    r_end = {b: i for i, (_, b, _) in enumerate(runtime)}
    merged = {}
    for a, b, _ in runtime:
        if a in g_start and b in g_end and g_end[b] > g_start[a]:
            i, j = g_start[a], g_end[b]
            roots = [k for k in range(i, j + 1) if not i <= sentence[k].head <= j]
            if len(roots) == 1:
                merged[i] = (j, roots[0])
                stat["merged"] += 1
            else:
                stat["not merged"] += 1
    out: list[Tok] = []
    place: dict[int, int] = {}  # gold index -> index in out of the token that stands for it
    i = 0
    fixed: set[int] = set()
    while i < len(sentence):
        if i in merged:
            j, root = merged[i]
            base = sentence[root]
            word = "".join(t.word for t in sentence[i : j + 1])
            for k in range(i, j + 1):
                place[k] = len(out)
            lemma = (
                ("".join(t.word for t in sentence[i:j]).lower() + sentence[j].lemma)
                if base.tag[:2] == "NN"
                else word.lower()
            )
            out.append(Tok(word, base.tag, base.head, base.dep, lemma, sentence[j].space))
            i = j + 1
            continue
        a, b = gold[i]
        tok = sentence[i]
        if a in r_start and b in r_end and r_end[b] > r_start[a]:
            pieces = split_token(tok, [t for _, _, t in runtime[r_start[a] : r_end[b] + 1]], tags)
            base_at = len(out)
            for k, piece in enumerate(pieces):
                if piece.head < 0:
                    place[i] = base_at + k
                    piece.head = tok.head
                else:
                    piece.head += base_at
                    fixed.add(base_at + k)
            out += pieces
            stat["split"] += 1
        else:
            if not (a in r_start and b in r_end and r_end[b] == r_start[a]):
                stat["not aligned"] += 1
                stat["? " + tok.word] += 1
            place[i] = len(out)
            out.append(Tok(tok.word, tok.tag, tok.head, tok.dep, tok.lemma, tok.space))
        stat["gold"] += 1
        i += 1
    for k, tok in enumerate(out):
        if k not in fixed and tok.head >= 0:
            tok.head = place[tok.head]
    return out


def make_doc(nlp: spacy.Language, sentences: list[list[Tok]], breaks: list[bool], lines: bool) -> Doc:
    """A document of the sentences. With `lines`, each break is a "\\n" token, else a space."""
    words, spaces, heads, deps, tags, lemmas, starts = [], [], [], [], [], [], []
    for n, (sentence, line_break) in enumerate(zip(sentences, breaks, strict=False)):
        base = len(words)
        sentence[-1].space = True  # where the trees leave out a title's full stop, sentences would touch
        for i, tok in enumerate(sentence):
            words.append(tok.word)
            spaces.append(tok.space)
            heads.append(base + (tok.head if tok.head >= 0 else i))
            deps.append(tok.dep)
            tags.append(tok.tag)
            lemmas.append(tok.lemma)
            starts.append(i == 0)
        if line_break and lines and n + 1 < len(sentences):
            spaces[-1] = False
            words.append("\n")
            spaces.append(False)
            heads.append(len(words) - 2)
            deps.append("dep")
            tags.append("_SP")
            lemmas.append("\n")
            starts.append(False)
        elif line_break:
            spaces[-1] = True
    return Doc(
        nlp.vocab, words=words, spaces=spaces, heads=heads, deps=deps, tags=tags, lemmas=lemmas, sent_starts=starts
    )


def paragraphs(sentences: list[list[Tok]], breaks: list[bool]) -> Iterator[list[list[Tok]]]:
    """The sentences in groups that end at line breaks."""
    part: list[list[Tok]] = []
    for sentence, line_break in zip(sentences, breaks, strict=False):
        part.append(sentence)
        if line_break:
            yield part
            part = []
    if part:
        yield part


def write(path: Path, docs: list[Doc]) -> None:
    """Write the documents and say how many there are."""
    DocBin(attrs=ATTRS, docs=docs).to_disk(path)
    print(path.name, len(docs), "documents,", sum(map(len, docs)), "tokens")


def main() -> None:
    """Read the folder of assets, write the binary files."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("treebank", type=Path, help="folder with genia/ and craft-ud1/")
    ap.add_argument("abstracts", type=Path, help="folder with the JNLPBA texts (*.txt)")
    ap.add_argument("articles", type=Path, help="folder with the CRAFT texts (*.txt)")
    ap.add_argument("out", type=Path)
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    nlp = spacy.blank("en")
    nlp.tokenizer = bio_tokenizer(nlp)
    abstracts = {p.stem: Spaced(p.read_text(encoding="utf8")) for p in sorted(args.abstracts.glob("*.txt"))}
    sets = {
        f"genia-{s}": genia(args.treebank / "genia" / f"{s}.conllu.gz", abstracts)
        for s in ("train", "dev", "future_use")
    }
    sets |= {
        f"craft-{s}": craft(args.treebank / "craft-ud1" / f"{s}.conllu.gz", args.articles) for s in ("train", "dev")
    }
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name in ("genia-train", "craft-train"):
        for text in sets[name]:
            for tok in (t for s in text.sentences for t in s):
                if tok.tag in ("NN", "NNS", "JJ", "RB", "CD"):
                    counts[tok.word][tok.tag] += 1
    tags = {w: c.most_common(1)[0][0] for w, c in counts.items()}
    ids = {name: sorted({t.id for t in texts}) for name, texts in sets.items()}
    (args.out / "ids.json").write_text(json.dumps(ids, indent=0))
    rng = random.Random(0)
    for name, texts in sets.items():
        stat: Counter[str] = Counter()
        run = [[to_runtime(s, nlp, tags, stat) for s in t.sentences] for t in texts]
        print(name, stat.most_common(40))
        if name.endswith("dev"):
            write(args.out / f"{name}.gold.spacy", [make_doc(nlp, t.sentences, t.breaks, False) for t in texts])
            write(
                args.out / f"{name}.run.spacy",
                [make_doc(nlp, r, t.breaks, False) for t, r in zip(texts, run, strict=False)],
            )
            parts = [p for t, r in zip(texts, run, strict=False) for p in paragraphs(r, t.breaks)]
            write(args.out / f"{name}.par.spacy", [make_doc(nlp, p, [False] * len(p), False) for p in parts])
            write(
                args.out / f"{name}.lines.spacy",
                [make_doc(nlp, r, t.breaks, True) for t, r in zip(texts, run, strict=False)],
            )
            continue
        mix = []
        for text, r in zip(texts, run, strict=False):
            first = rng.random() < 0.5
            mix.append(make_doc(nlp, r, text.breaks, first))
            gold = text.sentences if name.startswith("genia") or rng.random() < 0.3 else r
            mix.append(make_doc(nlp, gold, text.breaks, not first))
        write(args.out / f"{name}.mix.spacy", mix)


if __name__ == "__main__":
    main()
