"""Abbreviation definitions against the 1,250 MEDLINE records that Ab3P was measured on (Sohn et al., *BMC Bioinformatics* 2008, 9:402).

Published for them: Ab3P precision 0.965, recall 0.832; Schwartz and Hearst's algorithm, which the scan uses, about 0.95 and 0.80.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from mgmine.evaluate import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mgmine.evaluate import Places

Pair = tuple[str, str]


def read(path: Path) -> Iterator[tuple[str, str, str, set[Pair]]]:
    """PMID, title, abstract and the annotated (short form, long form) pairs of each record."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
    for block in text.split("\n\n"):
        lines = block.strip("\n").split("\n")
        if len(lines) < 2:
            continue
        pairs = {
            (parts[0].strip(), parts[1].strip())
            for line in lines[2:]
            if line.startswith("  ") and len(parts := line.strip().split("|")) >= 2
        }
        body = [line for line in lines[2:] if not line.startswith("  ")]
        yield lines[0].strip(), lines[1].strip(), " ".join(body).strip(), pairs


def _plain(pair: Pair) -> Pair:
    return pair[0], " ".join(pair[1].lower().split())


def rows(places: Places) -> Iterator[Row]:
    """Precision, recall and F1 of the definitions, long forms compared without regard to case."""
    from mgmine._native import explain
    from mgmine.corpus import as_source
    from mgmine.corpus import read as read_documents
    from mgmine.lexicon import load

    records = list(read(places.need(places.shared / "corpora" / "abbreviations" / "med1250.txt.gz")))
    lexicon = load()
    right = extra = missed = 0
    documents = read_documents(as_source([(pmid, title, abstract) for pmid, title, abstract, _ in records]))
    for document, (_, _, _, pairs) in zip(documents, records, strict=True):
        wanted = set(map(_plain, pairs))
        found = {_plain((one.short, one.long)) for one in explain(lexicon, document).definitions}
        right += len(wanted & found)
        extra += len(found - wanted)
        missed += len(wanted - found)
    precision, recall = right / (right + extra or 1), right / (right + missed or 1)
    yield Row("abbreviations", "definitions", "precision", right + extra, precision)
    yield Row("abbreviations", "definitions", "recall", right + missed, recall)
    yield Row("abbreviations", "definitions", "F1", right + missed, 2 * precision * recall / (precision + recall or 1))
