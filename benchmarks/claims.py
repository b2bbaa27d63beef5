"""Gated sentences read for claims in a second of processor time, on one core.

    python benchmarks/claims.py FILE… [--gate mention] [--sentences 2000] [--repeat 3]

Scans corpus files (untimed) and reads the claims of the first gated sentences, the least processor time of ``--repeat`` runs.
Prints the counts, which must be the same for any version that reads the same, and the peak memory before and after, which
tells whether memory stays flat. Needs the nlp extra.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import TYPE_CHECKING

from mgmine import _native
from mgmine.claims import Extractor
from mgmine.comentions import gated_documents
from mgmine.lexicon import load
from mgmine.pipeline import source_of

if TYPE_CHECKING:
    from mgmine.records import GatedDocument


def gated(files: list[str], gate: str, sentences: int) -> list[GatedDocument]:
    """Documents of the files, as many as hold that number of gated sentences."""
    lexicon = load()
    found: list[GatedDocument] = []
    count = 0
    for file in files:
        tables = _native.scan([source_of(file)], lexicon, tables=["mentions", "sentences"], gate=gate)  # type: ignore[arg-type]
        for document in gated_documents(tables):
            if count >= sentences:
                return found
            found.append(document)
            count += len(document.gated)
    return found


def peak() -> int:
    """The largest resident size so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--gate", choices=["comention", "mention", "none"], default="mention")
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--model", help="spaCy pipeline to read with")
    options = parser.parse_args()
    documents = gated(options.files, options.gate, options.sentences)
    extractor = Extractor(options.model)
    list(extractor.extract(documents[:32]))
    before = peak()
    times: list[float] = []
    claims = 0
    for _ in range(options.repeat):
        started = time.process_time()
        claims = sum(len(found) for _, found in extractor.extract(documents))
        times.append(time.process_time() - started)
    count = sum(len(document.gated) for document in documents)
    print(
        f"{len(documents)} documents, {count} gated sentences, {claims} claims: {min(times):.2f} s, "
        f"{count / min(times):.0f} sentences a second; peak memory {before} MB after a batch, {peak()} MB at the end"
    )


if __name__ == "__main__":
    main()
