"""Documents whose entities are given by an annotation instead of found by a lexicon."""

from __future__ import annotations

import hashlib
import json
import tempfile
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mgmine.records import GatedDocument, Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Entity(NamedTuple):
    """An annotated entity: its span in code points, its type in the terms of the corpus, and what it is the same as."""

    start: int
    end: int
    type: str
    concept: str


class Annotated(NamedTuple):
    """A text with its entities, in text order."""

    name: str
    text: str
    entities: tuple[Entity, ...]


CELLS = frozenset({"Cell", "CellLine", "Cell_type", "Organism", "Multi-tissue_structure", "Tissue", "OrganismTaxon"})
"""Entity types that play the part of cells: something is expressed on them, they are not activated like molecules."""


def gated(documents: Iterable[Annotated]) -> Iterator[GatedDocument]:
    """The documents as the claims stage reads them, every sentence open, with the annotated entities as mentions.

    Sentences are those of the scan; nothing of the lexicon is used.
    """
    from mgmine import _native
    from mgmine.comentions import gated_documents
    from mgmine.lexicon import load

    listed = list(documents)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number, document in enumerate(listed):
                file.write(json.dumps({"id": f"d{number}", "text": document.text}, ensure_ascii=False) + "\n")
        tables = _native.scan([str(path)], load(None), tables=["mentions", "sentences"], gate="none")
        for one, document in zip(gated_documents(tables), listed, strict=True):
            starts = [sentence.start for sentence in one.sentences]
            mentions = tuple(
                Mention(
                    entity.start, entity.end, document.text[entity.start : entity.end],
                    "cell" if entity.type in CELLS else entity.type.lower(), entity.concept, (entity.concept,),
                    one.sentences[max(0, bisect_right(starts, entity.start) - 1)].index,
                )
                for entity in sorted(document.entities)
            )  # fmt: skip
            yield GatedDocument(document.name, 1, one.sentences, mentions, one.gated)


def held_back(name: str) -> bool:
    """Whether a document belongs to the fifth that rules are never built on, by a hash of its name."""
    return hashlib.sha256(name.encode()).digest()[0] % 5 == 0
