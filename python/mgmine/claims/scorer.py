"""How sure a claim is: a logistic regression over what is known of its reading.

The weights are data (``data/claims/scorer.json``), trained by ``training/scripts/scorer.py`` on claims that were judged by hand or
against annotated events. A feature that the training did not see weighs nothing.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mgmine.claims.lexical import DATA
from mgmine.claims.phrase import Arg
from mgmine.nlp.graph import path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mgmine.claims.draft import Draft
    from mgmine.claims.phrase import Name
    from mgmine.nlp.graph import Graph, Node
    from mgmine.records import Sentence

_WORDS = (
    "these", "suggest", "we", "show", "may", "however", "whether", "also", "not", "although", "previously", "known", "results",
)  # fmt: skip
_CLASSES = {"t_cell": "cell", "cell": "cell", "process": "process", "outcome": "outcome"}
REASONS = {
    "rule": "the rule {}", "cue": "the trigger word {}", "polarity": "the sign or the negation", "factuality": "the doubt ({})",
    "modality": "the modality ({})", "role": "the role ({})", "sentence": "a long sentence", "names": "many names in the sentence",
    "perturbed": "a perturbation", "derived": "an inference", "title": "a title", "word": "the word {} in the sentence",
    "subject": "the kind of subject ({})", "object": "the kind of object ({})", "subject-length": "a long subject",
    "object-length": "a long object", "subject-head": "the subject's last word", "object-head": "the object's last word",
    "subject-in": "the word {} in the subject", "object-in": "the word {} in the object", "inherited": "an argument that points back",
    "far": "arguments far apart", "commas": "commas between the arguments", "subject-far": "a subject far from the trigger",
    "object-far": "an object far from the trigger", "subject-alone": "a subject of one word", "object-alone": "an object of one word",
    "subject-sort": "the sort of the subject ({})", "object-sort": "the sort of the object ({})", "sorts": "the sorts of subject and object ({})",
    "stem": "the trigger word",
    "subject-way": "the way from the trigger word to the subject ({})", "object-way": "the way from the trigger word to the object ({})",
    "subject-named": "the name of the subject", "object-named": "the name of the object",
    "subject-symbol": "a symbol as subject", "object-symbol": "a symbol as object", "in-order": "the subject before the object",
    "subject-aspect": "what of the subject it is ({})", "object-aspect": "what of the object changes ({})",
    "subject-lemma": "the subject's main word ({})", "object-lemma": "the object's main word ({})",
    "subject-next": "the word after the subject ({})", "object-next": "the word after the object ({})",
    "subject-family": "a name in the subject ({})", "object-family": "a name in the object ({})",
    "subject-names": "the number of names in the subject ({})", "object-names": "the number of names in the object ({})",
    "subject-share": "the share of the subject that is a name ({})", "object-share": "the share of the object that is a name ({})",
    "subject-first": "the subject at the beginning", "object-first": "the object at the beginning",
}  # fmt: skip
"""What a family of features is called where it lowers a score; ``{}`` takes the value."""


class Scored(NamedTuple):
    """A probability, and what lowered it most."""

    probability: float
    reasons: tuple[str, ...]


class Scorer:
    """Weights of features."""

    def __init__(self, weights: dict[str, float], intercept: float) -> None:
        self.weights = weights
        self.intercept = intercept

    @classmethod
    def read(cls, path: Path) -> Scorer:
        """Reads the weights from a JSON file."""
        table = json.loads(path.read_text(encoding="utf-8"))
        return cls(table["weights"], table["intercept"])

    def score(self, features: dict[str, float]) -> Scored:
        """The probability that the claim is right, with up to three reasons against it."""
        weights = self.weights
        parts = [(weights.get(name, 0.0) * value, name) for name, value in features.items()]
        total = self.intercept + sum(part for part, _ in parts)
        low = sorted(part for part in parts if part[0] < -0.15)[:3]
        return Scored(1 / (1 + math.exp(-total)), tuple(dict.fromkeys(_said(name) for _, name in low)))

    def weigh(self, features: dict[str, float]) -> tuple[tuple[float, str], ...]:
        """The log-odds that each kind of feature adds, with what it is called, the strongest first; their sum gives the score."""
        told: dict[str, float] = {"any claim": self.intercept}
        for name, value in features.items():
            said = _said(name)
            told[said] = told.get(said, 0.0) + self.weights.get(name, 0.0) * value
        return tuple(
            sorted(((part, said) for said, part in told.items() if part), key=lambda one: (-abs(one[0]), one[1]))
        )


def _said(name: str) -> str:
    family, _, value = name.partition("=")
    return REASONS.get(family, family).format(value)


@cache
def shipped() -> Scorer:
    """The weights that come with the package."""
    return Scorer.read(DATA / "scorer.json")


def features(draft: Draft, sentence: Sentence, graph: Graph, names: Sequence[Name]) -> dict[str, float]:
    """What is known of a claim's reading: ``family=value`` with 1, or a number. ``names`` are the names in the sentence."""
    text = graph.text
    out: dict[str, float] = {
        f"rule={draft.rule}": 1,
        f"cue={draft.cue[0].low[-14:]}": 1,
        f"polarity={draft.sign} {draft.negated}": 1,
        f"factuality={draft.factuality}": 1,
        f"modality={draft.modality}": 1,
        f"role={draft.role}": 1,
        "sentence": min(len(text), 400) / 150,
        "names": min(len(names), 15) / 5,
    }
    if draft.perturbation is not None:
        out[f"perturbed={draft.perturbation[0]}"] = 1
    if draft.derived is not None or draft.unstated:
        out["derived"] = 1
    if sentence.passage == "title":
        out["title"] = 1
    out[f"stem={draft.cue[0].low[:5]}"] = 1
    low = text.lower()
    out.update({f"word={word}": 1 for word in _WORDS if f" {word} " in low or low.startswith(f"{word} ")})
    ends: list[Arg] = []
    for label, side in (("subject", draft.subject), ("object", draft.object)):
        if not isinstance(side, Arg):
            out[f"{label}=claim"] = 1
            continue
        ends.append(side)
        out[f"{label}={_CLASSES.get(side.type or '', 'name' if side.ids else 'phrase')}"] = 1
        words = (text[side.start : side.end] if side.start >= 0 else side.node.text).split() or [""]
        out[f"{label}-length"] = min(len(words), 8) / 4
        out[f"{label}-head={words[-1].lower()[-6:]}"] = 0.7
        if len(words) == 1:
            out[f"{label}-alone"] = 1
        if any(character.isupper() or character.isdigit() for character in words[-1]):
            out[f"{label}-symbol"] = 1
        for word in words[:-1]:
            out[f"{label}-in={word.lower()}"] = 0.5
        if side.inherited:
            out["inherited"] = 1
        out[f"{label}-way={_way(draft.cue[0], side.node)}"] = 1
        out[f"{label}-named={side.name is not None} {len(words) > 1}"] = 1
        out[f"{label}-sort={side.type}"] = 1
        out[f"{label}-aspect={side.aspect}"] = 1
        out[f"{label}-lemma={side.node.lemma}"] = 1
        if side.end >= 0:
            out[f"{label}-next={text[side.end : side.end + 24].lstrip(' ').split(' ')[0].lower()[:10]}"] = 1
        if side.start < 3:
            out[f"{label}-first"] = 1
        out.update(_named(label, side, names))
    if len(ends) == 2:
        out[f"sorts={ends[0].type} {ends[1].type}"] = 1
        first, last = sorted(ends, key=lambda side: side.start)
        cue = draft.cue[0]
        out["far"] = min(last.start - first.start, 200) / 60
        out["commas"] = min(text.count(",", max(first.end, 0), max(last.start, 0)), 6)
        out["subject-far"] = min(_gap(ends[0], cue), 120) / 40
        out["object-far"] = min(_gap(ends[1], cue), 120) / 40
        if ends[0].start < ends[1].start:
            out["in-order"] = 1
    return out


def _named(label: str, side: Arg, names: Sequence[Name]) -> Iterator[tuple[str, float]]:
    """Of which families, how many and how much of an argument the names in it are."""
    inside = [name for name in names if name.start < side.end and side.start < name.end]
    yield f"{label}-names={min(3, len(inside))}", 1
    for name in inside[:3]:
        yield f"{label}-family={name.family}", 1
    if inside:
        share = sum(name.end - name.start for name in inside) / max(1, side.end - side.start)
        yield f"{label}-share={share:.1f}", 1


def _way(trigger: Node, word: Node) -> str:
    """The labels between trigger and argument, ``^`` where they go up; the first three are enough to tell one construction from another."""
    steps = path(trigger, word)
    if steps is None:
        return "none"
    return " ".join(f"^{step.label}" if step.up else step.label for step in steps[:3]) + (
        " …" if len(steps) > 3 else ""
    )


def _gap(side: Arg, cue: Node) -> int:
    return min(abs(cue.start - side.end), abs(side.start - cue.end))
