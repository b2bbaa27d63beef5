"""Claims against relations annotated for whole documents (BioRED, BC5CDR), given the gold entities.

A relation holds between two concepts of a document, wherever it is said. A claim whose sides touch a mention of either gives a
relation between the two: ``affects`` and ``correlates_with`` with a sign are positive or negative correlation, ``requires`` and
``expresses`` positive, ``treats`` negative, ``binds`` and ``interacts_with`` binding, and what has no direction is association. For
BC5CDR a chemical induces a disease where a claim says that it increases, causes or goes with it. Only what one sentence says is
found; denied claims and tested nulls give nothing.

``python -m mgmine.evaluate.documents FILE.pubtator.gz… [--min-score S]``
"""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mgmine.evaluate import Row
from mgmine.evaluate.given import Annotated, Entity, gated

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from mgmine.claims import Extractor
    from mgmine.evaluate import Places
    from mgmine.records import Claim

ANY = "any type"
_TYPES = {"+": "Positive_Correlation", "-": "Negative_Correlation"}


class Relation(NamedTuple):
    """Two concepts, in alphabetic order, and how they are related."""

    type: str
    one: str
    two: str


class RelationDocument(NamedTuple):
    """An annotated document with its relations."""

    document: Annotated
    relations: frozenset[Relation]


@dataclass(slots=True)
class Outcome:
    """Counts by relation type: found and wanted, found only, wanted only."""

    both: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def of(self, name: str) -> tuple[float, float, float, int]:
        """Precision, recall, F1 and the number wanted of a relation type."""
        both = self.both[name]
        precision = both / (both + self.extra[name] or 1)
        recall = both / (both + self.missed[name] or 1)
        return precision, recall, 2 * precision * recall / (precision + recall or 1), both + self.missed[name]


def read(path: str | os.PathLike[str]) -> Iterator[RelationDocument]:
    """The documents of a PubTator file, plain or gzipped."""
    packed = str(path).endswith(".gz")
    with gzip.open(path, "rt", encoding="utf-8") if packed else Path(path).open(encoding="utf-8") as file:
        for block in file.read().split("\n\n"):
            if block.strip():
                yield _document(block.strip("\n").split("\n"))


def _document(lines: Sequence[str]) -> RelationDocument:
    name, _, title = lines[0].split("|", 2)
    text = title + "\n" + lines[1].split("|", 2)[2]
    entities: list[Entity] = []
    relations: set[Relation] = set()
    for line in lines[2:]:
        parts = line.split("\t")
        if parts[1].isdigit():
            entities.append(Entity(int(parts[1]), int(parts[2]), parts[4], parts[5] if len(parts) > 5 else "-"))
        elif len(parts) >= 4:
            relations.add(Relation(parts[1], *sorted(parts[2:4])))
    return RelationDocument(Annotated(name, text, tuple(entities)), frozenset(relations))


def _type(claim: Claim) -> str | None:
    if claim.negated or claim.sign == "0" or claim.factuality in ("uncommitted", "counterfact", "doubtful"):
        return None
    if claim.predicate in ("affects", "correlates_with"):
        return _TYPES.get(claim.sign or "", "Association")
    if claim.predicate in ("requires", "expresses"):
        return "Positive_Correlation"
    if claim.predicate == "treats":
        return "Negative_Correlation"
    if claim.predicate in ("binds", "interacts_with"):
        return "Bind"
    if claim.predicate in ("participates_in", "related_to", "senses"):
        return "Association"
    return None


def stated(document: RelationDocument, claims: Sequence[Claim]) -> set[Relation]:
    """The relations that the claims of a document state between its concepts."""
    entities = document.document.entities
    induced = any(relation.type == "CID" for relation in document.relations) or {one.type for one in entities} <= {
        "Chemical",
        "Disease",
    }
    found: set[Relation] = set()
    for claim in claims:
        kind = _type(claim)
        if kind is None or claim.object is None or claim.subject.claim is not None or claim.object.claim is not None:
            continue
        first = [one for one in entities if one.start < claim.subject.end and claim.subject.start < one.end]
        second = [one for one in entities if one.start < claim.object.end and claim.object.start < one.end]
        for one in first:
            for two in second:
                pairs = [(a, b) for a in _concepts(one) for b in _concepts(two) if a != b]
                if induced:
                    if {one.type, two.type} != {"Chemical", "Disease"} or kind not in (
                        "Positive_Correlation",
                        "Association",
                    ):
                        continue
                    found.update(Relation("CID", *sorted(pair)) for pair in pairs)
                else:
                    found.update(Relation(kind, *sorted(pair)) for pair in pairs)
    return found


def _concepts(entity: Entity) -> list[str]:
    return [
        part for part in entity.concept.replace("|", ",").replace(";", ",").split(",") if part not in ("", "-", "-1")
    ]


def measure(path: str | os.PathLike[str], extractor: Extractor) -> Outcome:
    """Reads a file; counts by relation type, and for pairs whatever their type."""
    documents = list(read(path))
    outcome = Outcome()
    results = extractor.extract(gated(one.document for one in documents))
    for document, (_, claims) in zip(documents, results, strict=True):
        found = stated(document, claims)
        for name, got, wanted in (
            *((kind, {one for one in found if one.type == kind}, {one for one in document.relations if one.type == kind}) for kind in _kinds(found, document)),
            (ANY, {one._replace(type=ANY) for one in found}, {one._replace(type=ANY) for one in document.relations}),
        ):  # fmt: skip
            outcome.both[name] += len(got & wanted)
            outcome.extra[name] += len(got - wanted)
            outcome.missed[name] += len(wanted - got)
    return outcome


def _kinds(found: set[Relation], document: RelationDocument) -> set[str]:
    return {one.type for one in (*found, *document.relations)}


FILES = {"BioRED dev": "biored-dev.pubtator.gz", "BC5CDR dev": "bc5cdr-dev.pubtator.gz"}
"""The files that are measured, in ``corpora/relations`` of the folder of public corpora."""


def rows(places: Places) -> Iterator[Row]:
    """Precision, recall and F1 of pairs whatever their type, and F1 of each type."""
    from mgmine.claims import Extractor

    paths = {what: places.need(places.shared / "corpora" / "relations" / name) for what, name in FILES.items()}
    extractor = Extractor(places.model)
    for what, path in paths.items():
        outcome = measure(path, extractor)
        for kind in sorted({*outcome.both, *outcome.missed}):
            precision, recall, f1, wanted = outcome.of(kind)
            told = f"{what}: {kind.replace('_', ' ').lower()}"
            if kind == ANY:
                yield Row("documents", told, "precision", outcome.both[kind] + outcome.extra[kind], precision)
                yield Row("documents", told, "recall", wanted, recall)
            yield Row("documents", told, "F1", wanted, f1)


def main() -> None:
    """Prints precision, recall and F1 by relation type."""
    import argparse

    from mgmine.claims import Extractor

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--min-score", type=float, default=0.0)
    options = parser.parse_args()
    extractor = Extractor(min_score=options.min_score)
    for path in options.files:
        outcome = measure(path, extractor)
        print(path)
        for name in sorted({*outcome.both, *outcome.extra, *outcome.missed}):
            precision, recall, f1, wanted = outcome.of(name)
            print(f"  {name:24} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} of {wanted}")


if __name__ == "__main__":
    main()
