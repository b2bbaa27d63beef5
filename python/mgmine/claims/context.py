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
_CONDITION = re.compile(
    r"\b(?:in the (?:presence|absence) of|under|in response to|without)\s+(?!\w+ing\b)[^,.;()]{3,60}"
)
_COMPOUNDS = frozenset({
    "pressure", "clotting", "vessel", "flow", "count", "cell", "sample", "molecule", "receptor", "antigen", "protein", "marker", "barrier", "bank",
    "donor", "group", "type", "potential", "area", "tension", "test", "draw", "loss", "transfusion",
})  # fmt: skip
"""Nouns that make another word of the place named before them: "blood pressure", "surface molecule"."""
_PLACES = frozenset({"in", "on", "from", "within", "by", "at", "inside", "among", "of"})
_APART = frozenset({"not", "nor", "neither", "unlike", "without", "than", "versus", "lacking"})


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
            Slot("condition", match.start(), self._phrase_end(match.start(), match.end()), ())
            for match in _CONDITION.finditer(self.text, start, end)
        ]

    def _phrase_end(self, start: int, end: int) -> int:
        """Where a condition ends: before the next verb, and at the end of a word."""
        inside = [node for node in self.reader.graph.nodes if start < node.start < end]
        for node in inside:
            following = self.reader.graph.nodes[min(node.i + 1, len(self.reader.graph) - 1)]
            if node.tag in ("VBD", "VBZ", "VBP", "MD") or (
                node.tag == "CC" and (node.low == "but" or following.tag in ("PRP", "IN", "WDT", "TO"))
            ):
                inside = inside[: inside.index(node)]
                break
        while inside and (inside[-1].end > end or inside[-1].tag in ("IN", "DT", "CC", "TO")):
            inside.pop()
        return inside[-1].end if inside else end

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
        if draft.predicate == "same_as":
            return []
        heads = {side.node.i for side in sides}

        def told(slot: Slot, node: Node) -> bool:
            """Whether a word says where the claim holds, and not what else the sentence is about."""
            if self._denied(node) or _coordinated(node, heads):
                return False
            inside = any(start <= slot.start and slot.end <= end for start, end in taken)
            return inside or not (_elsewhere(node, draft.anchor) or self._modifies(node, heads))

        out = [
            slot
            for slot, node in self.cells
            if free(slot) and (_clause(node) in reached or self._under(node, draft.anchor)) and told(slot, node)
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
            if near(slot, 14)
            and not any(slot.start == start and slot.end == end for start, end in taken)
            and all(told(slot, node) and not _another_word(node) for node in self._nodes(slot))
        ]
        out += [
            slot
            for slot in self.species
            if all(not self._denied(node) and not self._named(node) for node in self._nodes(slot))
        ]
        out += [
            slot
            for slot in self.populations
            if free(slot) and not any(self._denied(node) for node in self._nodes(slot)[:1])
        ]
        if "cause" not in draft.rule and "absence" not in draft.rule and "perturbed" not in draft.rule:
            out += [slot for slot in self.conditions if free(slot)]
        return out

    def _nodes(self, slot: Slot) -> list[Node]:
        return [node for node in self.reader.graph.nodes if slot.start <= node.start < slot.end]

    def _under(self, node: Node, anchor: Node) -> bool:
        """Whether a word hangs below the claim's own words, through clauses that have no subject and no statement of their own."""
        at: Node | None = node
        while at is not None and at is not anchor:
            if at.is_verb and any(
                kid.dep in ("nsubj", "nsubjpass") and kid.tag not in ("WDT", "WP") for kid in at.kids
            ):
                return False
            if at.is_verb and (
                (at.dep in ("advcl", "acl", "ccomp") and self.reader.fired.get(at.i))
                or (at.dep == "conj" and not anchor.is_verb)
            ):
                return False
            at = at.head
        return at is anchor

    def _denied(self, node: Node) -> bool:
        """ "but not in B cells", "than in mice", "in the absence of X cells": named as where it does not hold."""
        nodes = self.reader.graph.nodes
        at: Node | None = node
        for _ in range(3):
            if at is None or at.is_verb:
                return False
            first = min(one.i for one in (at, *at.kids) if one.i <= node.i or one is at)
            before = [one.low for one in nodes[max(0, first - 2) : first + 1]]
            if _APART & set(before) or any(one.low in _APART for one in at.kids if one.i < at.i):
                return True
            if at.head is not None and at.head.low in ("absence", "lack") and at.dep == "nmod":
                return True
            at = at.head if at.dep in ("conj", "compound", "amod") else None
        return False

    def _named(self, node: Node) -> bool:
        """Whether a species is part of another name: "human T-cell leukemia virus", "bovine serum albumin"."""
        for following in self.reader.graph.nodes[node.i + 1 : node.i + 6]:
            if following.low in ("virus", "albumin", "chow", "antibody", "igg", "immunoglobulin"):
                return True
            if following.tag[:2] not in ("NN", "JJ", "HY", "CD"):
                return False
        return False

    def _modifies(self, node: Node, heads: set[int]) -> bool:
        """ "T-cell responses", "T cell receptor": a cell that describes something else."""
        head = node.head
        if node.dep not in ("compound", "amod") or head is None or head.lemma in self.reader.data.cells:
            return False
        at: Node | None = head
        while at is not None and at.dep in ("compound", "amod", "conj", "nmod") and at.i not in heads:
            at = at.head
        return head.is_noun and (at is None or at.i not in heads)


def _another_word(node: Node) -> bool:
    return node.dep in ("compound", "amod") and node.head is not None and node.head.lemma in _COMPOUNDS


def _coordinated(node: Node, heads: set[int]) -> bool:
    """Whether a word stands beside what the claim is about: "X raised A, B and the number of C" is not about A in C."""
    at: Node | None = node
    while at is not None and at.i not in heads:
        top = at
        while top.dep == "conj" and top.head is not None:
            top = top.head
        members = [top]
        for one in members:
            members += [kid for kid in one.kids if kid.dep == "conj"]
        if len(members) > 1 and any(one.i in heads for one in members):
            return True
        at = at.head if at.dep in ("compound", "amod") or (at.dep == "nmod" and at.case() == "of") else None
    return False


def _elsewhere(node: Node, anchor: Node) -> bool:
    """Whether a word belongs to what another verb acts on: "lowered A and raised the number of B cells" does not place A."""
    at: Node | None = node
    placed = False
    while at is not None and not at.is_verb:
        placed = placed or (at.dep == "nmod" and at.case().split(" ")[0] in _PLACES - {"of"})
        if at.dep in ("dobj", "nsubjpass") and at.head is not None and at.head.is_verb:
            verb = at.head
            inside = anchor is verb or any(one is anchor for one in at.subtree())
            return not placed and not inside
        at = at.head
    return False


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
