"""Statements as lay prose makes them: on whose surface a thing is, what a study ties together, what was reversed, what was left out."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from mgmine.claims.draft import Draft
from mgmine.claims.phrase import Arg
from mgmine.claims.statements import Statements

if TYPE_CHECKING:
    from mgmine.nlp.graph import Node

_BEARING = frozenset({"carry", "bear", "display", "harbor", "harbour", "have", "hold", "present", "possess", "wear"})
_RENDERING = frozenset({"make", "render", "leave", "keep"})
_SIDES = frozenset({"surface", "membrane"})
_TYING = frozenset({"tie", "link", "connect", "relate", "couple", "join", "bind"})
_CARRYING = frozenset({"carry", "hold", "bind", "contain", "have", "bear", "coordinate", "take"})
_PRODUCTS = frozenset(
    {
        "receptor",
        "protein",
        "antibody",
        "cytokine",
        "enzyme",
        "chemokine",
        "integrin",
        "perforin",
        "granzyme",
        "ligand",
        "toxin",
    }
)
_USING = frozenset({"use", "employ", "utilize", "apply"})
_MEDIATING = frozenset({"mediate", "convey", "transmit", "relay", "underlie", "transduce"})
_IN_FULL = re.compile(r"^,? (?:in full|in short|short for|for short|written out|or rather|that is),? $")


class Prose(Statements):
    """Reads what the rules over single triggers do not reach in plain prose."""

    def _gaps(self) -> None:
        """ "A activates B and C D": C activates D. The parse makes a compound of C and D, or of B and C with D."""
        nodes = self.graph.nodes
        at = self.phrases.at
        for cc in nodes[2:-2]:
            first, agent, second = nodes[cc.i - 1], nodes[cc.i + 1], nodes[cc.i + 2]
            if cc.low != "and" or first.i not in at or second.i not in at or not agent.is_noun:
                continue
            if not any(character.isupper() or character.isdigit() for character in agent.text):
                continue
            if (
                at[first.i].family == "t_cell"
                or at[second.i].family == "t_cell"
                or at[first.i].family != at[second.i].family
            ):
                continue
            if agent.head is not second and not (agent.dep == "conj" and agent.head is first and first.head is second):
                continue
            verb = second.head if second.dep == "dobj" else first.head if first.dep == "dobj" else None
            if (
                verb is None
                or verb in agent.subtree()
                or verb in first.subtree()
                or verb.tag not in ("VBZ", "VBD", "VBP")
                or nodes[first.i - 1] is not verb
            ):
                continue
            first.attach(verb, "dobj")
            second.attach(agent, "dep")
            agent.attach(verb, "dep")
            self.gapped.append((verb, agent, second))

    def _fill_gaps(self) -> None:
        for verb, agent, second in self.gapped:
            for draft in list(self.fired.get(verb.i, ())):
                if not isinstance(draft.object, Arg) or draft.derived is not None:
                    continue
                for one in self.phrases.resolve(agent, True):
                    for two in self.phrases.resolve(second):
                        self._add(
                            replace(
                                draft, subject=one, object=two, reasons=[], score=self.data.scores["effect/ellipsis"]
                            )
                        )

    def _plain_prose(self) -> None:
        self._fill_gaps()
        for node in self.graph.nodes:
            if not node.is_verb:
                continue
            self._made_more(node)
            self._replaced(node)
            self._borne(node)
            self._tied(node)
            self._must_carry(node)
            self._method(node)
            self._mediated(node)
            self._made_by_cells(node)
        self._chained()
        self._reversed()
        self._summed_up()
        self._apposed_kinds()
        self._in_full()

    def _withdraw(self, node: Node, *predicates: str) -> None:
        for draft in list(self.fired.get(node.i, ())):
            if not predicates or draft.predicate in predicates:
                self._drop(draft)

    def _made_more(self, node: Node) -> None:
        """ "makes cells stronger", "rendered them less responsive": read from the order of the words, for parses differ."""
        if node.lemma not in _RENDERING or self.passive(node) or self.fired.get(node.i):
            return
        nodes = self.graph.nodes
        for word in nodes[node.i + 2 : node.i + 8]:
            held = nodes[word.i - 1]
            degree = word.low in ("more", "less")
            if not degree and (word.tag not in ("JJR", "RBR", "NN", "JJ") or not word.low.endswith("er")):
                if word.is_verb or word.tag in ("CC", ",", "WDT", "MD") or word.low == "to":
                    return
                continue
            quality = nodes[word.i + 1] if degree and word.i + 1 < len(nodes) else word
            after = nodes[quality.i + 1] if quality.i + 1 < len(nodes) else None
            if (
                not held.is_noun
                or (quality.tag[:2] in ("NN", "DT", "IN") and degree)
                or (after is not None and after.is_noun)
            ):
                return
            if not degree and word.tag in ("NN", "JJ") and (word.low in self.data.cells or held.head is not word):
                return
            sign = -1 if word.low == "less" else self.data.directions.get(word.low, 1)
            if degree and self.data.states.get(quality.low, 1) < 0:
                sign = -sign
            self._withdraw(quality)
            for target in self.phrases.objects(held):
                for agent in self.agent(node):
                    self._add(Draft(
                        agent, "affects", target, [node, word], "resultative/state", self.data.scores["resultative/state"], node,
                        sign="+" if sign > 0 else "-", aspect=target.aspect or "function",
                    ))  # fmt: skip
            return

    def _replaced(self, node: Node) -> None:
        """ "X can replace Y in activating Z": X does it too."""
        if node.lemma not in ("replace", "substitute") or self.passive(node):
            return
        for kid in node.of("nmod", "advcl"):
            verb = (
                kid
                if kid.tag == "VBG" and kid.dep == "advcl"
                else next((one for one in kid.of("amod") if one.tag == "VBG"), None)
            )
            if kid.i < node.i or not any(one.low == "in" for one in kid.kids):
                continue
            sign = 1
            if verb is not None:
                base = self.data.lemma(verb.low, verb.lemma)
                group = next((one.group for one in self.data.verbs.get(base, ()) if one.group.frame == "affects"), None)
                if group is None or group.sign not in ("+", "-"):
                    continue
                sign = 1 if group.sign == "+" else -1
            elif kid.low not in self.data.nouns and not any(one.node is not kid for one in self.phrases.objects(kid)):
                # "in X activation", but not "in medium"
                continue
            self._withdraw(node)
            for target in self.direct_object(kid) if verb is kid else self.phrases.objects(kid):
                for agent in self.agent(node):
                    self._add(Draft(
                        agent, "affects", target, [node], "affects/means", self.data.scores["affects/means"], node,
                        sign="+" if sign * target.sign > 0 else "-", aspect=target.aspect,
                    ))  # fmt: skip

    def _borne(self, node: Node) -> None:
        """ "cells carry X on their surface", "X is carried by cells": X is found on the cells."""
        if node.lemma not in _BEARING:
            return
        score = self.data.scores["expressed-on/active"]
        if self.passive(node):
            if node.lemma in ("have", "hold", "present"):
                return
            cells = [arg for arg in self.by_phrase(node) if arg.type in ("t_cell", "cell")]
            things = self.patient(node)
        else:
            places = [*node.kids, *(inner for kid in node.of("dobj") for inner in kid.kids)]
            if not any(
                kid.dep == "nmod" and kid.i > node.i and kid.lemma in _SIDES and kid.case() in ("on", "at", "in")
                for kid in places
            ):
                return
            cells = [arg for arg in self.subject(node) if arg.type in ("t_cell", "cell")]
            things = self.direct_object(node)
        if not cells or not things:
            return
        self._withdraw(node)
        denied = self.scope.negated(node)
        for thing in things:
            for cell in cells:
                self._add(Draft(
                    thing, "expressed_on", cell, [node], "expressed-on/active", score, node, negated=thing.negated != denied, final=denied,
                ))  # fmt: skip

    def _tied(self, node: Node) -> None:
        """ "the work ties A to B": related, by those who say so."""
        if node.lemma not in _TYING or self.passive(node):
            return
        tellers = [one for one in self.subject_nodes(node) if one.lemma in self.data.empty or one.tag == "PRP"]
        if not tellers or not node.of("dobj"):
            return
        first = self.direct_object(node)
        places = [*node.kids, *(inner for kid in node.of("dobj") for inner in kid.kids)]
        for kid in places:
            if kid.dep == "nmod" and kid.i > node.i and kid.case() in ("to", "with") and kid.is_noun:
                self._withdraw(node)
                for one in first:
                    for two in self.phrases.objects(kid):
                        self._add(Draft(
                            one, "related_to", two, [node], "related/tied", self.data.scores["related/tied"], node, factuality="probable",
                            modality="interpretation",
                        ))  # fmt: skip
                return

    def _must_carry(self, node: Node) -> None:
        """ "X must carry a Y ion in order to do Z": Z requires Y."""
        if node.lemma not in _CARRYING or not node.of("dobj"):
            return
        head = node.head
        must = any(kid.dep == "aux" and kid.low == "must" for kid in node.kids) or (
            node.dep == "xcomp"
            and head is not None
            and head.lemma in ("have", "need")
            and any(kid.low == "to" for kid in node.kids)
        )
        if not must:
            return
        for inner in node.subtree():
            to = any(kid.low == "to" and kid.dep in ("mark", "aux") for kid in inner.kids)
            if inner is node or inner.i < node.i or inner.tag != "VB" or not to:
                continue
            held = self.direct_object(node)
            self._withdraw(node)
            self._withdraw(inner)
            self._needs([self.event(inner)], held, node)
            return

    def _method(self, node: Node) -> None:
        """ "beads were used to activate cells": what was done, no finding."""
        head = node.head
        if (
            node.dep in ("xcomp", "advcl")
            and node.tag == "VB"
            and head is not None
            and head.lemma in _USING
            and self.passive(head)
            and head.dep in ("root", "conj", "parataxis")
            and not any(kid.dep == "aux" and kid.tag == "MD" for kid in head.kids)
            and not any(draft.predicate == "treats" for draft in self.fired.get(node.i, ()))
        ):
            self._withdraw(node)

    def _mediated(self, node: Node) -> None:
        """ "A mediates the effect of X on Y": A acts on Y, not on X."""
        if node.lemma not in _MEDIATING:
            return
        passive = self.passive(node)
        for kid in node.of("nsubjpass") if passive else node.of("dobj"):
            group = self.data.nouns.get(kid.low)
            if group is None or group.frame != "effect":
                continue
            targets = [
                arg for inner in kid.kids
                if inner.dep == "nmod" and inner.i > kid.i and inner.case() in ("on", "upon", "over")
                for arg in self.phrases.objects(inner)
            ]  # fmt: skip
            self._withdraw(node, "affects")
            for agent in self.agent(node):
                for target in targets:
                    self._add(Draft(
                        agent, "affects", target, [node], "affects/verb", self.data.scores["affects/consequence"], node, sign="?", aspect=target.aspect,
                    ))  # fmt: skip

    def _made_by_cells(self, node: Node) -> None:
        """ "a cell that makes a receptor": it expresses it."""
        if node.lemma != "make" or self.passive(node) or self.fired.get(node.i):
            return
        for thing in self.direct_object(node):
            if thing.node.lemma not in _PRODUCTS and not thing.node.low.endswith(("-receptor", "-antibody")):
                continue
            kind = node.head if node.dep == "acl:relcl" else None
            defined = kind is not None and any(one.dep == "cop" for one in kind.kids)
            for cell in (self.holder(kind) if kind is not None and defined else []) or self.subject(node):
                if cell.type in ("t_cell", "cell"):
                    self._add(Draft(
                        cell, "expresses", thing, [node], "expresses/produces", self.data.scores["expresses/produces"], node,
                    ))  # fmt: skip

    def _chained(self) -> None:
        """ "X does A and thereby raises B": what was said first does it too."""
        for node in self.graph.nodes:
            head = node.head
            if node.tag not in ("VBZ", "VBP", "VBD") or node.dep != "conj" or head is None or self._own_subject(node):
                continue
            before = self.graph.nodes[max(0, node.i - 3) : node.i]
            words = [one.low for one in before]
            if not (words[-1:] in (["thereby"], ["hence"], ["thus"]) or words[-2:] in (["by", "this"], ["through", "this"]) or (
                words in (["in", "this", "way"], ["by", "doing", "so"], ["in", "doing", "so"])
            )):  # fmt: skip
                continue
            first = [
                draft for draft in self.fired.get(head.i, ())
                if draft.predicate in ("affects", "binds") and not draft.negated and draft.derived is None
            ]  # fmt: skip
            if len(first) != 1:
                continue
            for draft in list(self.fired.get(node.i, ())):
                if draft.predicate == "affects" and isinstance(draft.subject, Arg):
                    self._add(replace(
                        draft, subject=first[0], rule="affects/consequence", score=self.data.scores["affects/consequence"], reasons=[],
                    ))  # fmt: skip

    def _reversed(self) -> None:
        """ "X lowered Y, which was reversed by Z": Z acts on Y against X."""
        for draft in self.drafts:
            verb = draft.anchor
            if (
                draft.predicate != "affects"
                or draft.group is None
                or draft.group.id != "abolish"
                or verb.dep != "acl:relcl"
            ):
                continue
            if verb.lemma not in (
                "reverse",
                "overcome",
                "abolish",
                "abrogate",
                "prevent",
                "negate",
                "undo",
                "nullify",
                "correct",
            ):
                continue
            if not isinstance(draft.object, Arg) or not any(kid.low == "which" for kid in verb.kids):
                continue
            target = draft.object
            for other in self.drafts:
                if (
                    other is not draft and other.predicate == "affects" and other.anchor.i < verb.i and other.sign in ("+", "-")
                    and isinstance(other.object, Arg) and other.object.key == target.key and other.derived is None
                    and not other.unstated
                ):  # fmt: skip
                    draft.sign = "-" if other.sign == "+" else "+"
                    draft.perturbation = None
                    break

    def _summed_up(self) -> None:
        """ "X lowered Y, an effect that Z overcame": what is done to a fall of Y is the opposite of what is done to Y."""
        for draft in self.drafts:
            noun = draft.anchor.head
            verb = self.summed.get(noun.i) if noun is not None else None
            if (
                verb is None
                or draft.predicate != "affects"
                or draft.sign not in ("+", "-")
                or not isinstance(draft.object, Arg)
            ):
                continue
            signs = {
                other.sign
                for other in self.fired.get(verb.i, ())
                if isinstance(other.object, Arg) and other.object.key == draft.object.key
            }
            if not signs:
                signs = {
                    entry.group.sign for entry in self.data.verbs.get(verb.lemma, ())[:1] if entry.group.inchoative
                }
            if signs == {"-"}:
                draft.sign = "+" if draft.sign == "-" else "-"

    def _apposed_kinds(self) -> None:
        """ "X, an adhesion molecule, does …": X is one."""
        nodes = self.graph.nodes
        for node in nodes:
            if node.i not in self.phrases.at:
                continue
            for kid in node.of("appos"):
                start = next((one.i for one in kid.kids if one.dep == "det" and one.low in ("a", "an")), None)
                if start is None or kid.i < node.i or nodes[start - 1].low != "," or kid.i in self.phrases.at:
                    continue
                if (
                    (kid.low in self.data.agents and kid.lemma != "receptor")
                    or kid.low in self.data.nouns
                    or kid.lemma in self.data.empty
                ):
                    continue
                begin, end = self.phrases.span(kid)
                ids = self.data.groundings.get(self.graph.text[begin:end].lower(), ((), ""))[0]
                self._add(Draft(
                    self.phrases._name_arg(node, self.phrases.at[node.i]), "is_a", Arg(kid, begin, end, "class", ids), [nodes[start]], "is-a/apposition",
                    self.data.scores["is-a/apposition"], kid, modality="background", final=True,
                ))  # fmt: skip

    def _in_full(self) -> None:
        """ "X, in full Y": two names of one thing."""
        placed = sorted((name.start, at) for at, name in self.phrases.at.items())
        for (_, one), (_, two) in pairwise(placed):
            first, second = self.phrases.at[one], self.phrases.at[two]
            if (
                first.concept == second.concept
                and first.text != second.text
                and _IN_FULL.match(self.graph.text[first.end : second.start])
            ):
                self._add(Draft(
                    self.phrases._name_arg(self.graph.nodes[one], first), "same_as", self.phrases._name_arg(self.graph.nodes[two], second),
                    [self.graph.nodes[two - 1]], "same-as/apposition", self.data.scores["same-as/apposition"], self.graph.nodes[two],
                    modality="definitional", final=True,
                ))  # fmt: skip
