"""Where, in whom, at what dose and when a claim holds, as far as its sentence says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mgmine.claims.phrase import Arg

if TYPE_CHECKING:
    from mgmine.claims.draft import Draft
    from mgmine.claims.reader import Reader

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

    def _cells(self) -> list[Slot]:
        out = []
        phrases = self.reader.phrases
        for node in self.reader.graph.nodes:
            name = phrases.at.get(node.i)
            if name is not None:
                if name.family == "t_cell":
                    out.append(Slot("cell_type", name.start, name.end, name.ids))
            elif (
                node.lemma in self.reader.data.cells
                and node.is_noun
                and any(kid.dep in ("compound", "amod") for kid in node.kids)
            ):
                start, _ = phrases.span(node)
                out.append(Slot("cell_type", start, node.end, ()))
        return out

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

        out = [slot for slot in self.cells if free(slot)]
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
