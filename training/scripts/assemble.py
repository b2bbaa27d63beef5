"""Put the trained parts together: `assemble.py PARSER NER CORPUS OUT`.

Adds universal parts of speech, morphology and lemmas by rule (tables of spacy-lookups-data, MIT, and exceptions
learnt from the training trees), drops what only training needs, and writes a pipeline that plain spaCy loads.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from typing import TYPE_CHECKING

import numpy
import readers  # noqa: F401  (the trained parts' configs name its functions)
import spacy
from spacy.tokens import Doc, DocBin
from thinc.api import Model
from tokens import bio_tokenizer

if TYPE_CHECKING:
    from spacy.language import Language

POS = {
    "NN": "NOUN",
    "NNS": "NOUN",
    "NNP": "PROPN",
    "NNPS": "PROPN",
    "JJ": "ADJ",
    "JJR": "ADJ",
    "JJS": "ADJ",
    "AFX": "ADJ",
    "RB": "ADV",
    "RBR": "ADV",
    "RBS": "ADV",
    "WRB": "ADV",
    "VB": "VERB",
    "VBD": "VERB",
    "VBG": "VERB",
    "VBN": "VERB",
    "VBP": "VERB",
    "VBZ": "VERB",
    "MD": "AUX",
    "DT": "DET",
    "PDT": "DET",
    "WDT": "PRON",
    "WP": "PRON",
    "WP$": "PRON",
    "PRP": "PRON",
    "PRP$": "PRON",
    "EX": "PRON",
    "IN": "ADP",
    "RP": "ADP",
    "TO": "PART",
    "POS": "PART",
    "CC": "CCONJ",
    "CD": "NUM",
    "SYM": "SYM",
    "$": "SYM",
    "UH": "INTJ",
    "FW": "X",
    "LS": "X",
    "GW": "X",
    "ADD": "X",
    "XX": "X",
    "HYPH": "PUNCT",
    "NFP": "PUNCT",
    ".": "PUNCT",
    ",": "PUNCT",
    ":": "PUNCT",
    "``": "PUNCT",
    "''": "PUNCT",
    "-LRB-": "PUNCT",
    "-RRB-": "PUNCT",
    "_SP": "SPACE",
}
MORPH = {
    "NN": "Number=Sing",
    "NNS": "Number=Plur",
    "NNP": "Number=Sing",
    "NNPS": "Number=Plur",
    "JJ": "Degree=Pos",
    "JJR": "Degree=Cmp",
    "JJS": "Degree=Sup",
    "RBR": "Degree=Cmp",
    "RBS": "Degree=Sup",
    "VB": "VerbForm=Inf",
    "VBD": "Tense=Past|VerbForm=Fin",
    "VBG": "Aspect=Prog|Tense=Pres|VerbForm=Part",
    "VBN": "Aspect=Perf|Tense=Past|VerbForm=Part",
    "VBP": "Tense=Pres|VerbForm=Fin",
    "VBZ": "Number=Sing|Person=3|Tense=Pres|VerbForm=Fin",
    "MD": "VerbForm=Fin",
}
LEMMAS = {
    "be": "is are was were be been being am",
    "have": "has have had having",
    "do": "does do did doing done",
    "can": "ca",
    "not": "n't",
}


def add_rules(nlp: Language) -> None:
    """Parts of speech, morphology and irregular lemmas from tags and labels."""
    ruler = nlp.add_pipe("attribute_ruler")
    for tag, pos in POS.items():
        ruler.add([[{"TAG": tag}]], {"POS": pos, **({"MORPH": MORPH[tag]} if tag in MORPH else {})})
    for word in LEMMAS["be"].split():
        for dep in ("auxpass", "aux", "cop"):
            ruler.add([[{"LOWER": word, "DEP": dep}]], {"POS": "AUX"})
    for word in LEMMAS["have"].split() + LEMMAS["do"].split():
        ruler.add([[{"LOWER": word, "DEP": "aux"}]], {"POS": "AUX"})
    ruler.add([[{"TAG": "IN", "DEP": "mark"}]], {"POS": "SCONJ"})
    for lemma, words in LEMMAS.items():
        for word in words.split():
            ruler.add([[{"LOWER": word}]], {"LEMMA": lemma})
    nlp.add_pipe("lemmatizer", config={"mode": "rule"}).initialize()


def learn_lemmas(nlp: Language, corpus: Path) -> int:
    """Add the words whose rule lemma differs from the training trees' (at least twice and always) to the exceptions."""
    lemmatizer, ruler = nlp.get_pipe("lemmatizer"), nlp.get_pipe("attribute_ruler")
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    made: dict[tuple[str, str], str] = {}
    for gold in DocBin().from_disk(corpus / "genia-train.mix.spacy").get_docs(nlp.vocab):
        doc = Doc(
            nlp.vocab,
            words=[t.text for t in gold],
            spaces=[bool(t.whitespace_) for t in gold],
            tags=[t.tag_ for t in gold],
            heads=[t.head.i for t in gold],
            deps=[t.dep_ for t in gold],
        )
        doc = lemmatizer(ruler(doc))
        for t, g in zip(doc, gold, strict=False):
            if t.text.isalpha() and t.text.islower() and t.pos_ in ("NOUN", "VERB", "ADJ", "ADV"):
                seen[t.pos_.lower(), t.text][g.lemma_.lower()] += 1
                made[t.pos_.lower(), t.text] = t.lemma_.lower()
    table = lemmatizer.lookups.get_table("lemma_exc")
    learnt = 0
    for (pos, word), lemmas in seen.items():
        lemma, n = lemmas.most_common(1)[0]
        if n >= 2 and n == sum(lemmas.values()) and lemma != made[pos, word]:
            words = dict(table.get(pos, {}))
            words[word] = [lemma]
            table[pos] = words
            learnt += 1
    return learnt


def shorten(array: numpy.ndarray, bits: int) -> numpy.ndarray:
    """Round 32-bit numbers to `bits` bits of mantissa, so that the wheel packs them smaller; accuracy does not move."""
    if array.dtype != numpy.float32:
        return array
    drop = 23 - bits
    whole = numpy.ascontiguousarray(array).view(numpy.uint32) + numpy.uint32(1 << (drop - 1))
    return (whole & numpy.uint32(0xFFFFFFFF << drop & 0xFFFFFFFF)).view(numpy.float32)


def round_weights(nlp: Language) -> None:
    """Round the vectors to 8 bits and the weights to 12."""
    nlp.vocab.vectors.data[:] = shorten(nlp.vocab.vectors.data, 8)
    for name in nlp.pipe_names:
        model = getattr(nlp.get_pipe(name), "model", None)
        if isinstance(model, Model):
            for node in model.walk():
                for param in node.param_names:
                    if node.has_param(param):
                        node.set_param(param, shorten(node.get_param(param), 12))


def main() -> None:
    """Assemble and write the pipeline."""
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("parser", type=Path)
    ap.add_argument("ner", type=Path, help="'-' for none")
    ap.add_argument("corpus", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--name", default="core_bio_sm")
    ap.add_argument("--version", default="0.3.0")
    args = ap.parse_args()
    nlp = spacy.load(args.parser)
    nlp.tokenizer = bio_tokenizer(nlp)
    add_rules(nlp)
    print(learn_lemmas(nlp, args.corpus), "lemma exceptions learnt")
    if str(args.ner) != "-":
        nlp.add_pipe("ner", source=spacy.load(args.ner, vocab=nlp.vocab))
    nlp.meta.update(
        name=args.name,
        lang="en",
        version=args.version,
        license="CC BY 3.0 (attribution: see the model card)",
        description="Biomedical English: tags, UD v1 dependencies, sentences, lemmas, entities of six classes",
        sources=[
            {"name": "GENIA treebank and JNLPBA", "license": "CC BY 3.0"},
            {"name": "CRAFT v4", "license": "CC BY 3.0"},
            {"name": "BC5CDR, NCBI-disease, BioRED", "license": "public domain"},
            {"name": "BioCreative II gene mention (BC2GM)"},
            {
                "name": "PubMed abstracts (word vectors; entities by teachers); MeSH, HGNC, ChEBI, GO, CL, Uberon, Cellosaurus, InterPro, PubChem names"
            },
        ],
    )
    nlp.meta["spacy_version"] = ">=3.8,<3.9"
    nlp.meta.pop("performance", None)
    nlp.config["paths"] = spacy.blank("en").config["paths"]
    for section in ("corpora", "training", "initialize"):
        nlp.config[section] = spacy.blank("en").config[section]
    if args.out.exists():
        shutil.rmtree(args.out)
    round_weights(nlp)
    nlp.to_disk(args.out)
    trim_strings(args.out, nlp)
    size = sum(f.stat().st_size for f in args.out.rglob("*") if f.is_file())
    print(args.out, nlp.pipe_names, f"{size / 1e6:.1f} MB")


def trim_strings(out: Path, nlp: Language) -> None:
    """Keep only the strings that labels, rules and tables need: vectors are found by hash and need none."""
    fresh = spacy.load(out, exclude=["strings"])
    needed = set(fresh.vocab.strings)
    for name in nlp.pipe_names:
        needed |= {str(label) for label in getattr(nlp.get_pipe(name), "labels", ())}
    needed |= set(POS) | set(POS.values()) | set(MORPH.values()) | set(LEMMAS)
    (out / "vocab" / "strings.json").write_text(json.dumps(sorted(needed), ensure_ascii=False), encoding="utf8")


if __name__ == "__main__":
    main()
