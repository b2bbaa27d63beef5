"""Claims against the events of BioNLP-ST (PC, CG, GE), given the gold entities.

A regulation event with a cause and a theme is a signed ``affects`` from the entities of its cause to those of its theme;
where the theme is a regulation itself the signs multiply. A binding event of several themes is ``binds`` between each two.
Nothing else is an event here: a claim that says no more than a modification with a cause ("A phosphorylates B"), a class of its
own in these corpora, counts as wrong. How many there are is told apart, because such a claim is not false.
Of the claims those count that are stated, not inferred, and whose two sides each touch an entity; ``requires`` is read as
the object affecting the subject, ``interacts_with`` as binding, ``participates_in`` as an effect of unknown direction. An
event without a direction agrees with any sign. Events whose sides stand in different sentences are left out and counted.

``python -m mgmine.evaluate.events ARCHIVE… [--part build|check|all] [--min-score S] [--rules]``
"""

from __future__ import annotations

import re
import tarfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mgmine.evaluate import Row
from mgmine.evaluate.given import Annotated, Entity, gated, held_back

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    from mgmine.claims import Extractor
    from mgmine.evaluate import Places
    from mgmine.records import Argument, Claim

_SIGNS = {
    "Regulation": "?", "Positive_regulation": "+", "Negative_regulation": "-", "Activation": "+", "Inactivation": "-",
}  # fmt: skip
_MODIFICATIONS = frozenset(
    {"phosphorylation", "acetylation", "ubiquitination", "methylation", "glycosylation", "hydroxylation"}
)
_PLACE = re.compile(r"\s|;")


class Wanted(NamedTuple):
    """One relation that the events state: the spans that either side may touch, and the sign."""

    predicate: str
    sign: str | None
    subject: tuple[tuple[int, int], ...]
    object: tuple[tuple[int, int], ...]
    negated: bool


class EventDocument(NamedTuple):
    """An annotated document with the relations of its events; ``modified`` are modifications with a cause, which are not measured."""

    document: Annotated
    wanted: tuple[Wanted, ...]
    modified: tuple[Wanted, ...] = ()


@dataclass(slots=True)
class _Event:
    type: str
    trigger: tuple[int, int]
    roles: list[tuple[str, str]]


@dataclass(slots=True)
class Outcome:
    """Counts: claims that agree with an event and those that do not, events found and not found, by rule as well.

    ``modifying`` of the wrong claims agree with a modification.
    """

    right: int = 0
    wrong: int = 0
    modifying: int = 0
    found: int = 0
    missed: int = 0
    apart: int = 0
    rules: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def precision(self) -> float:
        """The share of claims that agree with an event."""
        return self.right / (self.right + self.wrong or 1)

    @property
    def unmodified(self) -> float:
        """The same, where claims of modifications do not count."""
        return self.right / (self.right + self.wrong - self.modifying or 1)

    @property
    def recall(self) -> float:
        """The share of events that a claim states."""
        return self.found / (self.found + self.missed or 1)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f} ({self.right} of {self.right + self.wrong} claims; {self.modifying} of the wrong ones "
            f"state a modification, without them {self.unmodified:.3f}), "
            f"recall {self.recall:.3f} ({self.found} of {self.found + self.missed} events; {self.apart} over two sentences left out)"
        )


def read(archive: str | os.PathLike[str]) -> Iterator[EventDocument]:
    """The documents of a brat archive (``.txt``, ``.a1``, ``.a2`` beside each other)."""
    files: dict[str, dict[str, str]] = defaultdict(dict)
    with tarfile.open(archive) as tar:
        for member in tar:
            stem, _, ending = member.name.rpartition(".")
            if member.isfile() and ending in ("txt", "a1", "a2"):
                content = tar.extractfile(member)
                if content is not None:
                    files[stem.rsplit("/", 1)[-1]][ending] = content.read().decode("utf-8")
    for name in sorted(files):
        parts = files[name]
        if len(parts) == 3:
            yield _document(name, parts["txt"], parts["a1"], parts["a2"])


def _document(name: str, text: str, first: str, second: str) -> EventDocument:
    spans: dict[str, tuple[int, int]] = {}
    entities: dict[str, Entity] = {}
    events: dict[str, _Event] = {}
    denied: set[str] = set()
    same: dict[str, set[str]] = defaultdict(set)
    for given, lines in ((True, first), (False, second)):
        for line in lines.splitlines():
            kind, _, rest = line.partition("\t")
            if kind.startswith("T"):
                label, *places = _PLACE.split(rest.split("\t")[0])
                numbers = [int(place) for place in places]
                spans[kind] = (min(numbers), max(numbers))
                if given:
                    entities[kind] = Entity(*spans[kind], label, text[spans[kind][0] : spans[kind][1]].lower())
            elif kind.startswith("E"):
                parts = [part.split(":") for part in rest.split()]
                events[kind] = _Event(parts[0][0], spans[parts[0][1]], [(role, value) for role, value in parts[1:]])
            elif kind.startswith("M") and rest.startswith("Negation"):
                denied.add(rest.split()[1])
            elif kind == "*" and rest.startswith("Equiv"):
                names = rest.split()[1:]
                for one in names:
                    same[one].update(names)
    wanted: dict[Wanted, None] = {}
    modified: dict[Wanted, None] = {}
    for kind_of_event, relation in _wanted(entities, events, denied, same):
        (modified if _modifies(kind_of_event) else wanted)[relation] = None
    return EventDocument(Annotated(name, text, tuple(entities.values())), tuple(wanted), tuple(modified))


def _wanted(
    entities: dict[str, Entity], events: dict[str, _Event], denied: set[str], same: dict[str, set[str]]
) -> Iterator[tuple[str, Wanted]]:
    """The relations that the events state, each with the type of its event."""

    def spans_of(identifier: str, seen: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
        """The entities that an argument comes down to."""
        if identifier in entities:
            return [entities[one][:2] for one in (same[identifier] or {identifier}) if one in entities]
        event = events.get(identifier)
        if event is None or identifier in seen:
            return []
        return [
            span
            for role, value in event.roles
            if role != "Cause" and not role.startswith("Site")
            for span in spans_of(value, seen | {identifier})
        ]

    def factor(identifier: str, seen: frozenset[str] = frozenset()) -> str | None:
        """The sign that a theme adds: a regulation's own times that of its theme; a process, degradation or death too, adds none."""
        event = events.get(identifier)
        if event is None or identifier in seen:
            return "+"
        own = _SIGNS.get(event.type, "+")
        for role, value in event.roles:
            if role.startswith("Theme") and value in events:
                return _product(own, factor(value, seen | {identifier}))
        return own

    for name, event in events.items():
        themes = [value for role, value in event.roles if role.startswith(("Theme", "Participant"))]
        sign = _SIGNS.get(event.type, "?" if _modifies(event.type) else None)
        if sign is not None:
            for cause in (value for role, value in event.roles if role == "Cause"):
                for theme in themes:
                    subject, target = tuple(spans_of(cause)), tuple(spans_of(theme))
                    if subject and target:
                        whole = _product(sign, factor(theme) if theme in events else "+")
                        yield event.type, Wanted("affects", whole, subject, target, name in denied)
        elif event.type == "Binding":
            for place, one in enumerate(themes):
                for two in themes[place + 1 :]:
                    subject, target = tuple(spans_of(one)), tuple(spans_of(two))
                    if subject and target:
                        yield event.type, Wanted("binds", None, subject, target, name in denied)


def _modifies(kind: str) -> bool:
    return kind.lower().removeprefix("de") in _MODIFICATIONS


def _product(one: str | None, two: str | None) -> str | None:
    if "?" in (one, two):
        return "?"
    return "+" if one == two else "-"


def _touches(side: Argument | None, spans: Iterable[tuple[int, int]]) -> bool:
    return (
        side is not None and side.claim is None and any(side.start < end and start < side.end for start, end in spans)
    )


def _mapped(claim: Claim) -> tuple[str, str | None, Argument, Argument | None] | None:
    """A claim in the terms of the events; none for what they do not speak of."""
    if claim.predicate == "affects":
        return "affects", claim.sign, claim.subject, claim.object
    if claim.predicate == "requires" and claim.object is not None:
        return "affects", "+", claim.object, claim.subject
    if claim.predicate == "participates_in":
        return "affects", "?", claim.subject, claim.object
    if claim.predicate in ("binds", "interacts_with"):
        return "binds", None, claim.subject, claim.object
    return None


def agrees(claim: Claim, wanted: Wanted) -> bool:
    """Whether a claim says what an event says."""
    mapped = _mapped(claim)
    if mapped is None or mapped[0] != wanted.predicate:
        return False
    predicate, sign, subject, target = mapped
    if predicate == "affects":
        if wanted.sign not in ("?", sign) and sign not in ("?", "0"):
            return False
        if sign == "?" and wanted.sign != "?" and claim.predicate == "affects":
            return False
        if (sign == "0" or claim.negated) != wanted.negated:
            return False
        return _touches(subject, wanted.subject) and _touches(target, wanted.object)
    if claim.negated != wanted.negated:
        return False
    return (_touches(subject, wanted.subject) and _touches(target, wanted.object)) or (
        _touches(subject, wanted.object) and _touches(target, wanted.subject)
    )


class Judged(NamedTuple):
    """A claim that counts, with whether an event says the same, and if none does, whether a modification does."""

    document: EventDocument
    claim: Claim
    right: bool
    modifying: bool


def judge(documents: Sequence[EventDocument], extractor: Extractor) -> tuple[list[Judged], Outcome]:
    """Reads the documents; returns each claim that counts and the totals over all scores."""
    judged: list[Judged] = []
    outcome = Outcome()
    results = extractor.extract(gated(one.document for one in documents))
    for document, (read_document, claims) in zip(documents, results, strict=True):
        entities = [entity[:2] for entity in document.document.entities]
        stated = []
        for claim in claims:
            mapped = _mapped(claim)
            if mapped is None or claim.derived_from is not None:
                continue
            if _touches(mapped[2], entities) and _touches(mapped[3], entities):
                stated.append(claim)
        for claim in stated:
            right = any(agrees(claim, one) for one in document.wanted)
            modifying = not right and any(agrees(claim, one) for one in document.modified)
            judged.append(Judged(document, claim, right, modifying))
            outcome.rules[claim.rule][right] += 1
            outcome.right += right
            outcome.wrong += not right
            outcome.modifying += modifying
        for one in document.wanted:
            inside = any(
                any(sentence.start <= start < sentence.end for start, _ in one.subject)
                and any(sentence.start <= start < sentence.end for start, _ in one.object)
                for sentence in read_document.sentences
            )
            hit = any(agrees(claim, one) for claim in stated)
            outcome.apart += not inside and not hit
            outcome.found += hit
            outcome.missed += inside and not hit
    return judged, outcome


def measure(
    archives: Iterable[str | os.PathLike[str]], extractor: Extractor, part: str = "all"
) -> tuple[list[Judged], Outcome]:
    """Claims of one part of the corpora: ``build``, ``check`` (a fifth of the documents by a hash of their names) or ``all``."""
    documents = [
        document
        for archive in archives
        for document in read(archive)
        if part == "all" or held_back(document.document.name) == (part == "check")
    ]
    return judge(documents, extractor)


ARCHIVES = tuple(f"bionlp-st-2013-{name}-train.brat.tar.gz" for name in ("pc", "cg", "ge"))
"""The corpora that are measured, in ``corpora/relations`` of the folder of public corpora."""
LEAST_SCORE = 0.50
"""Claims below are left out of the table: the highest score, in steps of 0.02, with which recall on held-out documents of the four fifths that
the score was trained on is a tenth above the must, for on documents that no rule was built on it is lower."""


def rows(places: Places) -> Iterator[Row]:
    """Precision and recall on the fifth of the documents that no rule was built on."""
    from mgmine.claims import Extractor

    archives = [places.need(places.shared / "corpora" / "relations" / name) for name in ARCHIVES]
    _, outcome = measure(archives, Extractor(places.model, min_score=LEAST_SCORE), "check")
    what = f"PC, CG, GE: held-back fifth, score from {LEAST_SCORE}"
    yield Row("events", what, "precision", outcome.right + outcome.wrong, outcome.precision, 0.7)
    counted = outcome.right + outcome.wrong - outcome.modifying
    yield Row("events", f"{what}, without claims of modifications", "precision", counted, outcome.unmodified, None)
    yield Row("events", what, "recall", outcome.found + outcome.missed, outcome.recall, 0.35)


def main() -> None:
    """Prints precision and recall."""
    import argparse

    from mgmine.claims import Extractor

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("--part", choices=["build", "check", "all"], default="all")
    parser.add_argument("--min-score", type=float, default=0.0)
    parser.add_argument("--model", help="spaCy pipeline to read with")
    parser.add_argument("--rules", action="store_true", help="precision by rule as well")
    options = parser.parse_args()
    _, outcome = measure(options.archives, Extractor(options.model, min_score=options.min_score), options.part)
    print(outcome)
    if options.rules:
        for rule, counts in sorted(outcome.rules.items(), key=lambda pair: -sum(pair[1].values())):
            number = sum(counts.values())
            print(f"  {rule:32} {counts[True] / number:.2f} of {number}")


if __name__ == "__main__":
    main()
