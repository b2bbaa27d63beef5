"""Where, in whom, at what dose and when a claim holds, as far as its sentence says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mgmine.claims.draft import Draft
from mgmine.claims.phrase import Arg

if TYPE_CHECKING:
    from mgmine.claims.reader import Reader
    from mgmine.nlp.graph import Node

_DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)?(?:\s?(?:-|–|to)\s?\d+(?:[.,]\d+)?)?\s?(?:[mµμn]?M|mmol(?:/[lL])?|[µμmnk]?g(?:/(?:ml|mL|kg|l|L|d|day))?|mg/d[lL]|U/ml|ng/ml|%)(?![\w])"
)
_TIME = re.compile(
    r"\b(?:for|within|after|over|during|by|at)\s+(?:the\s+first\s+)?(?:about\s+|approximately\s+)?"
    r"(?:\d+(?:[.,]\d+)?(?:\s?(?:-|–|to)\s?\d+)?\s?(?:s|sec|seconds?|min|minutes?|h|hours?|hrs?|d|days?|weeks?|months?|years?)\b|"
    r"(?:seconds|minutes|hours|days|weeks|months|years)\b)"
)
_CONDITION = re.compile(r"\b(?:in the (?:presence|absence) of|under|in response to|without)\s+[^,.;]{3,40}")


class Slot(NamedTuple):
    """A context slot with its span in the sentence."""

    slot: str
    start: int
    end: int
    ids: tuple[str, ...]
    stated: bool = True


class Surroundings:
    """The context words of one unit, found once and then shared out to its claims."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        graph = reader.graph
        self.text = graph.text
        self.low = graph.text.lower()
        start = graph.nodes[0].start if graph.nodes else 0
        end = graph.nodes[-1].end if graph.nodes else 0
        self.cells = self._cells()
        self.doses = [Slot("dose", match.start(), match.end(), ()) for match in _DOSE.finditer(self.text, start, end)]
        self.times = [Slot("time", match.start(), match.end(), ()) for match in _TIME.finditer(self.text, start, end)]
        self.compartments = self._words(reader.data.compartments, "compartment", start, end)
        self.species = self._words(reader.data.species, "species", start, end)
        self.populations = self._populations()
        self.conditions = [
            Slot("condition", match.start(), match.end(), ()) for match in _CONDITION.finditer(self.text, start, end)
        ]

    def _cells(self) -> list[tuple[Slot, Node]]:
        out: list[tuple[Slot, Node]] = []
        phrases = self.reader.phrases
        for node in self.reader.graph.nodes:
            name = phrases.at.get(node.i)
            if name is not None:
                if name.family == "t_cell":
                    out.append((Slot("cell_type", name.start, name.end, name.ids), node))
            elif (
                node.lemma in self.reader.data.cells
                and node.is_noun
                and (node.lemma != "cell" or any(kid.dep in ("compound", "amod") for kid in node.kids))
            ):
                start, _ = phrases.span(node)
                out.append((Slot("cell_type", start, node.end, ()), node))
        return out

    def _inherited(self, draft: Draft) -> list[Slot]:
        """The cell type of the sentence before, for a claim whose subject or object points back to it."""
        if not any(isinstance(side, Arg) and side.inherited for side in (draft.subject, draft.object)):
            return []
        before = [name for name in self.reader.memory.names if name.family == "t_cell"]
        taken = [(side.start, side.end) for side in (draft.subject, draft.object) if isinstance(side, Arg)]
        return [
            Slot("cell_type", name.start, name.end, name.ids, False)
            for name in before[-1:]
            if (name.start, name.end) not in taken
        ]

    def _words(self, table: dict[str, str], slot: str, start: int, end: int) -> list[Slot]:
        out: list[Slot] = []
        for words, identifier in table.items():
            at = self.low.find(words, start, end)
            while at >= 0:
                stop = at + len(words)
                left = at == 0 or not self.low[at - 1].isalnum()
                right = stop >= len(self.low) or not self.low[stop].isalnum()
                if left and right and not any(one.start < stop and at < one.end for one in out):
                    out.append(Slot(slot, at, stop, (identifier,) if identifier else ()))
                at = self.low.find(words, stop, end)
        return out

    def _populations(self) -> list[Slot]:
        out = []
        for node in self.reader.graph.nodes:
            if node.lemma not in (
                "patient",
                "individual",
                "participant",
                "recipient",
                "volunteer",
                "donor",
                "child",
                "adult",
                "woman",
                "man",
                "survivor",
                "people",
            ):
                continue
            if not node.is_noun:
                continue
            end = node.end
            for kid in node.kids:
                if kid.i > node.i and (
                    kid.dep == "acl"
                    or (kid.dep == "nmod" and kid.case() in ("with", "receiving", "on", "undergoing", "after"))
                ):
                    end = max(end, *(one.end for one in kid.subtree() if one.tag not in (".", ",")))
            start, _ = self.reader.phrases.span(node)
            out.append(Slot("population", start, max(end, node.end), ()))
        return out

    def of(self, draft: Draft) -> list[Slot]:
        """The slots of one claim."""
        sides = [side for side in (draft.subject, draft.object) if isinstance(side, Arg)]
        spans = [(side.start, side.end) for side in sides] + [(node.start, node.end) for node in draft.cue]
        taken = [(side.start, side.end) for side in sides]

        def free(slot: Slot) -> bool:
            return not any(slot.start < end and start < slot.end for start, end in taken)

        def near(slot: Slot, limit: int) -> bool:
            return any(slot.start - end <= limit and start - slot.end <= limit for start, end in spans)

        reached = _clauses(draft.anchor)
        main = draft.subject
        while isinstance(main, Draft):
            reached |= _clauses(main.anchor)
            main = main.subject
        out = [
            slot for slot, node in self.cells if free(slot) and (_clause(node) in reached or _under(node, draft.anchor))
        ]
        out = [
            slot
            for slot in out
            if not any(group.start <= slot.start and slot.end <= group.end for group in self.populations)
        ]
        if not out:
            out = self._inherited(draft)
        out += [slot for slot in self.doses if free(slot) and near(slot, 12)]
        out += [slot for slot in self.times if free(slot) and near(slot, 40)]
        out += [
            slot
            for slot in self.compartments
            if near(slot, 14) and not any(slot.start == start and slot.end == end for start, end in taken)
        ]
        out += list(self.species)
        out += [slot for slot in self.populations if free(slot)]
        if "cause" not in draft.rule and "absence" not in draft.rule and "perturbed" not in draft.rule:
            out += [slot for slot in self.conditions if free(slot)]
        return out


def _heads_clause(node: Node) -> bool:
    return node.head is None or node.is_verb or any(kid.dep == "cop" for kid in node.kids)


def _clause(node: Node) -> int:
    """The index of the word that heads the clause a word stands in."""
    at = node
    while not _heads_clause(at) and at.head is not None:
        at = at.head
    return at.i


def _clauses(anchor: Node) -> set[int]:
    """The clause of a claim and those it is subordinate to; a coordinated clause with a subject of its own is another one."""
    out: set[int] = set()
    at: Node | None = anchor
    while at is not None:
        if _heads_clause(at):
            out.add(at.i)
            own = any(kid.dep in ("nsubj", "nsubjpass") for kid in at.kids)
            if at.dep in ("conj", "parataxis", "ccomp", "advcl") and own:
                break
        at = at.head
    return out


def _under(node: Node, anchor: Node) -> bool:
    """Whether a word hangs below the claim's own words, through clauses without a subject of their own."""
    at: Node | None = node
    while at is not None and at is not anchor:
        if at.is_verb and any(kid.dep in ("nsubj", "nsubjpass") and kid.tag not in ("WDT", "WP") for kid in at.kids):
            return False
        at = at.head
    return at is anchor
