"""Claims judged by hand: right, or which error.

A verdict file is stand-off: document, sentence, the spans of subject and object, what is said of them, and the verdict; it holds
no text. The errors are those of INDRA's curators.

``python -m mgmine.evaluate.verdicts VERDICTS.tsv CORPUS… [--new]`` reads the corpus files again (gate ``mention``; a document that stands in
several is read in the first) and prints how the claims of the judged sentences were judged, and how many are new.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mgmine.evaluate import Row

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from mgmine.claims import Extractor
    from mgmine.evaluate import Places
    from mgmine.records import Argument, Claim

ERRORS = (
    "grounding", "entity_boundaries", "no_relation", "wrong_relation", "act_vs_amt", "polarity", "negative_result", "hypothesis",
    "agent_conditions",
)  # fmt: skip
COLUMNS = ("set", "doc_id", "sentence", "subject", "predicate", "sign", "negated", "object", "derived", "verdict")


class Key(NamedTuple):
    """What makes a claim the same claim in another run."""

    doc_id: str
    sentence: int
    subject: str
    predicate: str
    sign: str
    negated: bool
    object: str
    derived: bool


class Verdicts(NamedTuple):
    """The judged sentences by set, and the verdict of each claim."""

    sentences: dict[tuple[str, int], str]
    claims: dict[Key, str]


def _span(side: Argument | None) -> str:
    if side is None:
        return ""
    return "claim" if side.claim is not None else f"{side.start}-{side.end}"


def key(claim: Claim) -> Key:
    """The key of a claim."""
    return Key(
        claim.doc_id, claim.sentence.index, _span(claim.subject), claim.predicate, claim.sign or "", claim.negated,
        _span(claim.object), claim.derived_from is not None,
    )  # fmt: skip


def read(path: str | os.PathLike[str]) -> Verdicts:
    """Reads a verdict file; a row without a predicate says that the sentence was read and claims nothing."""
    sentences: dict[tuple[str, int], str] = {}
    claims: dict[Key, str] = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t"), 2):
            place = row["doc_id"], int(row["sentence"])
            sentences[place] = row["set"]
            if not row["predicate"]:
                continue
            if row["verdict"] != "right" and row["verdict"] not in ERRORS:
                raise ValueError(f"{path}, line {number}: {row['verdict']!r} is no verdict")
            claims[
                Key(*place, row["subject"], row["predicate"], row["sign"], row["negated"] == "yes", row["object"], row["derived"] == "yes")
            ] = row["verdict"]  # fmt: skip
    return Verdicts(sentences, claims)


def printed(corpora: Sequence[str | os.PathLike[str]], extractor: Extractor, verdicts: Verdicts) -> Iterator[Claim]:
    """The claims that are read today in the judged sentences."""
    from mgmine import _native
    from mgmine.comentions import gated_documents
    from mgmine.lexicon import load
    from mgmine.records import GatedDocument

    wanted: dict[str, set[int]] = defaultdict(set)
    for doc_id, sentence in verdicts.sentences:
        wanted[doc_id].add(sentence)
    seen: set[str] = set()
    for path in corpora:
        before = frozenset(seen)
        tables = _native.scan([str(path)], load(None), tables=["mentions", "sentences"], gate="mention")
        judged = (
            GatedDocument(one.doc_id, one.doc_version, one.sentences, one.mentions, one.gated & wanted[one.doc_id])
            for one in gated_documents(tables)
            if one.gated & wanted[one.doc_id] and one.doc_id not in before
        )
        for document, claims in extractor.extract(judged):
            seen.add(document.doc_id)
            yield from claims


CORPORA = ("topical.jsonl", "pubmed20n0014.xml.gz", "pubmed21n1298.xml.gz")
"""The corpus files in which the claims were judged, in ``pubmed`` of the folder of public corpora."""


def rows(places: Places) -> Iterator[Row]:
    """Of the claims read today that were judged, the share that is right; and how many nobody has judged."""
    from mgmine.claims import Extractor

    folder = places.need(places.gold.parent / "verdicts")
    corpora = [places.need(places.shared / "pubmed" / name) for name in CORPORA]
    extractor = Extractor(places.model)
    for path in sorted(folder.glob("*.tsv")):
        verdicts = read(path)
        found = Counter(verdicts.claims.get(key(claim), "") for claim in printed(corpora, extractor, verdicts))
        judged = sum(found.values()) - found[""]
        yield Row("verdicts", path.stem, "precision", judged, found["right"] / (judged or 1), 0.8)
        yield Row("verdicts", path.stem, "not judged", sum(found.values()), found[""])


def main() -> None:
    """Prints the table of verdicts."""
    import argparse

    from mgmine.claims import Extractor

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verdicts", metavar="VERDICTS.tsv")
    parser.add_argument("corpora", nargs="+", metavar="CORPUS")
    parser.add_argument("--min-score", type=float, default=0.0)
    parser.add_argument("--new", action="store_true", help="print the claims that nobody has judged")
    options = parser.parse_args()
    verdicts = read(options.verdicts)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for claim in printed(options.corpora, Extractor(min_score=options.min_score), verdicts):
        verdict = verdicts.claims.get(key(claim), "not judged")
        counts[verdicts.sentences[claim.doc_id, claim.sentence.index]][verdict] += 1
        if options.new and verdict == "not judged":
            print(
                "\t".join(str(part) for part in key(claim)),
                claim.subject.text,
                claim.object and claim.object.text,
                sep="\t",
            )
    total: Counter[str] = Counter()
    for count in counts.values():
        total.update(count)
    counts["all"] = total
    for name, count in counts.items():
        judged = sum(count.values()) - count["not judged"]
        print(
            f"{name}: precision {count['right'] / (judged or 1):.3f} ({count['right']} of {judged} claims judged), {count['not judged']} not judged"
        )
        print("   " + ", ".join(f"{error} {count[error]}" for error in ERRORS))


if __name__ == "__main__":
    main()
