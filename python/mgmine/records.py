"""The records that pass between the stages, as plain immutable values.

All offsets are Unicode code points, half-open, into the document's canonical text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Sign = Literal["+", "-", "0", "?"]
Predicate = Literal[
    "affects", "requires", "senses", "binds", "interacts_with", "expressed_on", "located_in", "part_of", "contains",
    "is_a", "same_as", "participates_in", "correlates_with", "treats", "used_in", "expresses", "open_question",
    "target_candidate", "related_to",
]  # fmt: skip
Factuality = Literal["fact", "probable", "possible", "doubtful", "counterfact", "uncommitted", "conditional"]
Modality = Literal[
    "asserted", "correlational", "unknown", "definitional", "background", "interpretation", "aim", "headline"
]
Necessity = Literal["necessary", "sufficient", "not_sufficient", "not_necessary"]
Level = Literal["low", "high", "absent"]
Role = Literal["result", "control", "reagent", "aim", "background"]
PerturbationKind = Literal["removal", "chelation", "knockout", "blockade", "inhibitor", "addition", "rescue"]
Slot = Literal["cell_type", "species", "compartment", "disease", "population", "dose", "condition", "time"]

SYMMETRIC: frozenset[str] = frozenset({"binds", "interacts_with", "correlates_with", "related_to", "same_as"})
"""Predicates whose subject and object may be exchanged."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a document. ``counted`` is false for one nested in another entity or in a reference list."""

    start: int
    end: int
    text: str
    family: str
    concept: str
    ids: tuple[str, ...]
    sentence: int
    counted: bool = True
    nested_in: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document; ``passage`` is title, abstract, body or reference."""

    index: int
    start: int
    end: int
    text: str
    passage: str
    section: str | None = None


@dataclass(frozen=True, slots=True)
class GatedDocument:
    """A document in which some sentences passed the gate, as the claims stage reads it.

    ``sentences`` holds all sentences in order, so that a rule may look back; ``gated`` the indexes of those to be read.
    ``mentions`` are the kept mentions in text order, nested ones included.
    """

    doc_id: str
    doc_version: int
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    gated: frozenset[int]


@dataclass(frozen=True, slots=True)
class Argument:
    """Subject or object of a claim: a span of text, or another claim (then only ``claim`` is set)."""

    text: str = ""
    start: int = -1
    end: int = -1
    type: str | None = None
    ids: tuple[str, ...] = ()
    level: Level | None = None
    claim: str | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Argument:
        """The argument that :meth:`to_json` wrote."""
        if "claim" in value:
            return cls(claim=value["claim"])
        return cls(**{**value, "ids": tuple(value["ids"])})

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the claim record."""
        if self.claim is not None:
            return {"claim": self.claim}
        return {
            "text": self.text, "start": self.start, "end": self.end, "type": self.type, "ids": list(self.ids),
            "level": self.level,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cue:
    """The words a claim was read from."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Context:
    """Where, in whom, at what dose; ``stated`` is false when inherited from an earlier sentence."""

    slot: Slot
    text: str
    start: int
    end: int
    ids: tuple[str, ...] = ()
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Perturbation:
    """What was done to reveal an effect, and with which agent."""

    kind: PerturbationKind
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that a sentence makes. The fields are those of ``docs/reference/claims.md``."""

    id: str
    doc_id: str
    doc_version: int
    section: str | None
    passage: str
    sentence: Sentence
    subject: Argument
    predicate: Predicate
    object: Argument | None
    cue: Cue
    rule: str
    score: float
    sign: Sign | None = None
    aspect: str | None = None
    negated: bool = False
    factuality: Factuality = "fact"
    modality: Modality = "asserted"
    necessity: Necessity | None = None
    via: tuple[Argument, ...] = ()
    perturbation: Perturbation | None = None
    role: Role = "result"
    context: tuple[Context, ...] = ()
    derived_from: str | None = None
    provenance: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Claim:
        """The claim that :meth:`to_json` wrote. The record's sentence has no section of its own: it takes the claim's."""
        made = {
            "sentence": Sentence(**record["sentence"], passage=record["passage"], section=record["section"]),
            "subject": Argument.from_json(record["subject"]),
            "object": None if record["object"] is None else Argument.from_json(record["object"]),
            "via": tuple(map(Argument.from_json, record["via"])),
            "perturbation": None if record["perturbation"] is None else Perturbation(**record["perturbation"]),
            "context": tuple(Context(**{**part, "ids": tuple(part["ids"])}) for part in record["context"]),
            "cue": Cue(**record["cue"]),
        }
        return cls(**{**record, **made})

    def to_json(self) -> dict[str, Any]:
        """The claim as the JSON object that ``mgmine extract --format jsonl`` prints, keys in the documented order."""
        return {
            "id": self.id,
            "doc_id": self.doc_id,
            "doc_version": self.doc_version,
            "section": self.section,
            "passage": self.passage,
            "sentence": {
                "index": self.sentence.index, "start": self.sentence.start, "end": self.sentence.end,
                "text": self.sentence.text,
            },
            "subject": self.subject.to_json(),
            "predicate": self.predicate,
            "sign": self.sign,
            "aspect": self.aspect,
            "object": None if self.object is None else self.object.to_json(),
            "negated": self.negated,
            "factuality": self.factuality,
            "modality": self.modality,
            "necessity": self.necessity,
            "via": [argument.to_json() for argument in self.via],
            "perturbation": None if self.perturbation is None else {
                "kind": self.perturbation.kind, "agent": self.perturbation.agent,
            },
            "role": self.role,
            "context": [
                {
                    "slot": part.slot, "text": part.text, "start": part.start, "end": part.end, "ids": list(part.ids),
                    "stated": part.stated,
                }
                for part in self.context
            ],
            "cue": {"text": self.cue.text, "start": self.cue.start, "end": self.cue.end},
            "derived_from": self.derived_from,
            "score": self.score,
            "rule": self.rule,
            "provenance": dict(self.provenance),
        }  # fmt: skip
