"""Reads the claims of one clause unit: fires the rules, lets cues reach them, and settles what contradicts itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mgmine.claims.phrase import UNIT, Arg, Memory, Name
from mgmine.claims.prose import Prose
from mgmine.records import SYMMETRIC

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mgmine.claims.draft import Draft
    from mgmine.claims.lexical import Data
    from mgmine.nlp.graph import Graph


_RESIDUE = re.compile(
    r"(?:(?:tyrosine|serine|threonine|lysine|arginine|cysteine|proline|histone|residue|site)s?|(?:Tyr|Ser|Thr|Lys|Arg|Cys))"
    r"[\s(-]*\d*\)?(?: residues?)?|\d+",
    re.IGNORECASE,
)
"""A place on a protein that is modified."""


_CONCENTRATION = re.compile(r"\d\s?[mµμn]?M\b")


class Reader(Prose):
    """The claims of one graph."""

    def __init__(self, graph: Graph, names: Iterable[Name], data: Data, memory: Memory, title: bool = False) -> None:
        super().__init__(graph, names, data, memory, title)
        self.phrases.lacking = self._absent_modifier

    def read(self) -> list[Draft]:
        """All claims, in the order of their triggers."""
        self._aliases()
        self._gaps()
        closed = self._open_questions()
        for node in self.graph.nodes:
            if node.i in closed:
                continue
            if node.i in self.consumed:
                continue
            for firing in self.firings(node):
                if self._fire(firing):
                    break
        for node in self.graph.nodes:
            if node.i in closed:
                continue
            if "-" in node.low or node.low in self.data.compounds:
                self._compounds(node)
            if node.i in self.phrases.within:
                self._pairs(node)
            if (
                node.is_verb
                or node.dep in ("root", "conj", "ccomp", "advcl", "acl:relcl", "parataxis")
                or any(kid.dep == "cop" for kid in node.kids)
            ):
                self._causes(node)
            if node.is_noun or node.i in self.phrases.at:
                self._definitions(node)
        self._lists()
        self._groups()
        self._targets()
        self._covariation()
        self._musts()
        self._only()
        self._ellipses()
        self._contrasted()
        self._causatives()
        self._uses()
        self._consequences()
        self._plain_prose()
        self._respectively()
        for draft in self.drafts:
            if not draft.final:
                self.scope.apply(draft)
        self._repeated()
        self._defining()
        self._sensed()
        self._derive()
        return self._settle()

    def _defining(self) -> None:
        """What a definition's own relative clause says is part of the definition."""
        for definition in self.drafts:
            if definition.predicate != "is_a":
                continue
            inside = {node.i for node in definition.anchor.subtree()}
            for draft in self.drafts:
                placed = draft.predicate in ("expressed_on", "located_in", "part_of", "participates_in")
                if draft is not definition and not placed and draft.anchor.i in inside and draft.modality == "asserted":
                    draft.modality = definition.modality

    def _groups(self) -> None:
        """ "Patients in the lowest third of X progressed sooner": the measure and the outcome go together."""
        from mgmine.claims.groups import compared

        for draft in compared(self):
            for other in [
                one
                for one in self.drafts
                if one.predicate == "affects"
                and isinstance(one.object, Arg)
                and one.object.node in [*draft.cue, getattr(draft.object, "node", None)]
            ]:
                self._drop(other)
            self._add(draft)

    def _open_questions(self) -> set[int]:
        """Claims that something is not known; returns the words inside, which then claim nothing."""
        from mgmine.claims.questions import open_questions

        drafts, closed = open_questions(self)
        for draft in drafts:
            self._add(draft)
        return closed

    def _settle(self) -> list[Draft]:
        """One claim for one statement: duplicates go, and an unsigned effect yields to a signed one."""
        best: dict[tuple[object, ...], Draft] = {}
        for draft in self.drafts:
            if id(draft) in self.hidden or not self._sound(draft):
                continue
            sides = [_key(draft.subject), _key(draft.object)]
            if draft.predicate in SYMMETRIC:
                sides.sort(key=repr)
            key = (*sides, draft.predicate, draft.sign, draft.negated)
            held = best.get(key)
            if held is None or held.score < draft.score:
                best[key] = draft
        kept = list(best.values())
        signed = {
            (_key(draft.subject), _key(draft.object))
            for draft in kept
            if draft.predicate == "affects" and draft.sign in ("+", "-")
        }
        out = []
        for draft in kept:
            pair = (_key(draft.subject), _key(draft.object))
            if draft.predicate == "affects" and draft.sign in ("?", "0") and pair in signed:
                continue
            out.append(draft)
        needed = {_key(draft.object) for draft in out if draft.predicate == "requires"}
        out = [draft for draft in out if not (draft.necessity == "not_sufficient" and _key(draft.subject) in needed)]
        out.sort(key=lambda draft: draft.anchor.i)
        return out

    def _sound(self, draft: Draft) -> bool:
        for side in (draft.subject, draft.object):
            if isinstance(side, Arg):
                if side.end <= side.start:
                    return False
                if (
                    side.node.lemma in self.data.cohorts
                    and side.name is None
                    and draft.predicate not in ("correlates_with", "open_question")
                ):
                    return False
                if self.graph.text[side.start : side.start + 1] in ("[", "(", ",") and side.name is None:
                    return False
                if side.name is None and UNIT.fullmatch(side.node.text):
                    # a dose that was taken for what it was a dose of
                    return False
                if side.node.tag in ("PRP", "WDT", "WP", "EX") and not side.inherited and side.name is None:
                    return False
        subject, target = draft.subject, draft.object
        if isinstance(subject, Arg) and isinstance(target, Arg):
            if draft.group is not None and draft.group.id == "modify" and _RESIDUE.fullmatch(
                self.graph.text[subject.start : subject.end]
            ):  # fmt: skip
                # "tyrosine phosphorylation of X", "on serine 338 by Y and tyrosine 340": where, not who
                return False
            if draft.predicate == "senses" and (target.type in ("t_cell", "cell") or not self._senser(subject)):
                return False
            if draft.predicate == "expresses" and target.name is None and target.type in ("process", "outcome"):
                return False
            if draft.predicate == "participates_in" and target.type in ("t_cell", "cell"):
                return False
            if target.node.lemma in ("absence", "presence", "mechanism") or subject.node.lemma in ("mechanism",):
                return False
            if draft.rule == "correlates/verb" and draft.anchor.dep == "acl" and subject.name is None:
                return False
            if self.graph.text[target.start : target.end].endswith("-") or self.graph.text[
                subject.start : subject.end
            ].endswith("-"):
                return False
            if draft.rule == "affects/nominal-agent-of" and (
                subject.node.tag[:2] == "JJ"
                or (subject.name is None and not (subject.node.tag[:2] == "NN" and self.phrases.capital(subject.node)))
            ):
                # "nuclear accumulation of X" says where
                return False
            if (
                draft.predicate in ("expressed_on", "located_in")
                and target.name is None
                and target.node.lemma == "complex"
            ):
                # "X was found in a complex with Y": no place
                return False
            transforming = draft.rule == "compound/transformed" or (
                draft.group is not None and draft.group.id == "transform"
            )
            if transforming and target.type not in ("t_cell", "cell"):
                return False
            if (
                draft.predicate == "expresses"
                and subject.type not in ("t_cell", "cell")
                and draft.cue[0].lemma not in ("express", "coexpress", "co-express", "overexpress")
            ):
                return False
            if (
                draft.rule == "binds/verb"
                and target.name is None
                and target.type in ("process", "outcome")
                and target.aspect is None
            ):
                # "couples X to Y": what is bound is a thing
                return False
            if draft.predicate == "binds" and subject.name is None and subject.type == "process" and not subject.event:
                # "this change weakens its binding to X": what binds is a thing
                return False
            if (
                draft.predicate == "binds"
                and "other" in (target.node.low[-5:], subject.node.low[-5:])
                and target.name is None
            ):
                # each other, one another
                return False
            if (
                draft.predicate in ("expressed_on", "located_in")
                and target.node.lemma in self.data.cues["reagent"]["nouns"]
            ):
                # "X was present in all buffers"
                return False
            if draft.predicate == "contains" and target.type in ("t_cell", "cell"):
                return False
            if draft.predicate == "expressed_on" and (
                target.node.lemma in self.data.measures or target.node.low in self.data.aspects
            ):
                return False
            if draft.rule == "binds/ligand" and draft.anchor.lemma == "receptor" and target.node.i < draft.anchor.i and (
                not any(kid.dep == "cop" for kid in draft.anchor.kids) and draft.anchor.case() != "as"
            ):  # fmt: skip
                # "the X receptor" is a name; "is an X receptor" says what it binds
                return False
            if draft.predicate == "contains" and _CONCENTRATION.search(
                self.graph.text[max(0, target.start - 8) : target.end]
            ):  # fmt: skip
                # "reactions contained 10 mM X"
                return False
            if (
                draft.predicate == "contains"
                and draft.rule not in ("contains/source", "contains/adjective")
                and subject.node.lemma in self.data.cues["reagent"]["nouns"]
            ):
                return False
            if draft.predicate == "expressed_on" and not (
                target.type in ("t_cell", "cell") or (target.name is not None and target.type != "magnesium")
            ):
                ion = (
                    target.type == "magnesium"
                    or self.graph.text[target.start : target.end].rstrip().endswith("+")
                    or target.node.lemma == "ion"
                )
                if subject.name is None or target.node.tag == "CD" or ion:
                    return False
                draft.predicate = "located_in"
        return not (
            isinstance(draft.subject, Arg)
            and isinstance(draft.object, Arg)
            and draft.subject.start < draft.object.end
            and draft.object.start < draft.subject.end
        )


def _key(side: Arg | Draft | None) -> object:
    if isinstance(side, Arg):
        return side.key
    return id(side)
