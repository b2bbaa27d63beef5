"""Hyphen compounds: "X-induced Y", "Y is X-dependent", "the X-Y interaction"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mgmine.claims.draft import Draft
from mgmine.claims.paths import Paths
from mgmine.claims.phrase import Arg

if TYPE_CHECKING:
    from mgmine.nlp.graph import Node


class Compounds(Paths):
    """Reads compounds."""

    def _compounds(self, node: Node) -> None:
        """ "X-induced Y", "Y is X-dependent", "X-free medium", "X-deficient cells", "in an X-dependent manner"."""
        split = self._split(node)
        if split is None:
            return
        part, ending, node_of_ending = split
        if node.head is not None and node.head.lemma in self.data.cues["reagent"]["nouns"] and node.dep == "amod":
            return
        compound = self.data.compounds[ending]
        if compound.then != "claim" or compound.predicate is None:
            return
        holders = self._compound_holders(node)
        if not holders:
            return
        for one in part:
            for held in holders:
                if held.start < one.end and one.start < held.end:
                    apart = self._apart(held, node)
                    if apart is None:
                        continue
                    held = apart
                subject, target = (one, held) if compound.subject == "part" else (held, one)
                if (
                    held.node.low in self.data.perturbation_nouns
                    and self.data.perturbation_nouns[held.node.low].flips
                    and compound.subject == "part"
                    and held.name is None
                ):
                    continue
                if held.type in ("t_cell", "cell") and node.low.rsplit("-", 1)[-1] in (
                    "induced",
                    "treated",
                    "enriched",
                    "triggered",
                    "loaded",
                    "blocked",
                    "silenced",
                ):
                    continue
                if compound.predicate == "senses" and not self._senser(held) and one.name is not None:
                    self._add(Draft(
                        one, "affects", held, [node_of_ending], f"compound/{ending}", self.data.scores["compound"], node, sign="?", aspect=held.aspect,
                    ))  # fmt: skip
                    continue
                if compound.predicate == "expresses" and held.type not in ("t_cell", "cell"):
                    continue
                sign = self._sign(compound.sign, held.sign if compound.subject == "part" else 1)
                # "no X-induced Y was seen"
                none = compound.predicate == "affects" and any(
                    kid.low == "no" and kid.i < node.i for kid in held.node.kids
                )
                draft = Draft(
                    subject, compound.predicate, target, [node_of_ending], f"compound/{ending}", self.data.scores["compound"], node,
                    sign=sign if compound.predicate == "affects" else None,
                    aspect=held.aspect if compound.predicate == "affects" and compound.subject == "part" else None,
                    negated=compound.negated != none,
                )  # fmt: skip
                self._add(draft)

    def _apart(self, held: Arg, node: Node) -> Arg | None:
        """The held phrase without the compound that modifies it."""
        if held.name is not None and held.end <= node.end:
            return None
        if held.start <= node.start and held.node.start >= node.end:
            return replace(held, start=max(node.end + 1, min(held.node.start, node.end + 1)))
        if held.start < node.start:
            return replace(held, end=self.graph.nodes[node.i - 1].end)
        return None

    def _split(self, node: Node) -> tuple[list[Arg], str, Node] | None:
        text = node.text
        low = node.low
        if "-" in low and low[-1].isalpha():
            ending = low.rsplit("-", 1)[1]
            if ending in self.data.compounds:
                cut = max(text.rfind("-"), text.rfind("‐"), text.rfind("–"), text.rfind("‑"), text.rfind("−"))
                return self._parts(node, node.start, node.start + cut), ending, node
        if (
            low in self.data.compounds
            and node.i > 0
            and node.tag in ("JJ", "VBN", "VBG", "VBD")
            and node.dep in ("amod", "root", "conj", "acl", "xcomp")
        ):
            before = self.graph.nodes[node.i - 1]
            name = self.phrases.at.get(before.i)
            if (
                name is not None
                and before.head is node
                and before.dep in ("compound", "amod", "nmod:npmod", "dep", "advmod", "nsubj")
                and low
                not in (
                    "low",
                    "poor",
                    "rich",
                    "bound",
                    "negative",
                    "enriched",
                )
                and not (before.dep == "nsubj" and any(kid.dep in ("aux", "dobj") for kid in node.kids))
            ):
                if before.dep == "nsubj" and not any(kid.dep == "nsubj" and kid is not before for kid in node.kids):
                    return None
                return [self.phrases._name_arg(before, name)], low, node
        return None

    def _parts(self, node: Node, start: int, end: int) -> list[Arg]:
        inner = [
            name for name in self.phrases.within.get(node.i, ()) if name.start >= start - 40 and name.end <= end + 1
        ]
        if inner:
            return [*self._hanging(node), *(self.phrases._name_arg(node, name) for name in inner)]
        text = self.graph.text[start:end]
        low = text.lower()
        if low.isdigit() or len(low) < 2 or low in self.data.no_parts:
            return []
        grounding = self.data.groundings.get(low, ((), "entity"))
        return [*self._hanging(node), Arg(node, start, end, grounding[1], grounding[0])]

    def _hanging(self, node: Node) -> list[Arg]:
        """ "X-, Y- and Z-mediated": the parts before, each with its hanging hyphen."""
        out: list[Arg] = []
        at = node.i - 1
        while at >= 0 and (self.graph.nodes[at].low in (",", "and", "or") or self.graph.nodes[at].text.endswith("-")):
            one = self.graph.nodes[at]
            if one.text.endswith("-") and len(one.text) > 2:
                name = next(iter(self.phrases.within.get(one.i, ())), None)
                out.insert(
                    0,
                    self.phrases._name_arg(one, name)
                    if name is not None
                    else Arg(one, one.start, one.end - 1, "entity"),
                )
            at -= 1
        return out

    def _compound_holders(self, node: Node) -> list[Arg]:
        head = node.head
        if node.dep in ("amod", "compound", "nmod:npmod", "dep", "advmod") and head is not None and head.is_noun:
            if head.lemma in ("manner", "fashion", "way", "mode"):
                verb = head.head
                if verb is None:
                    return []
                if verb.is_verb:
                    return self._manner_holder(verb)
                return self.phrases.resolve(verb)
            out: list[Arg] = []
            for member, _ in self.phrases.members(head):
                if member is not head and (
                    member.i - head.i > 2 or any(kid.dep in ("det", "amod", "nmod:poss", "compound") for kid in member.kids)
                ):  # fmt: skip
                    break
                found = self.phrases.resolve(member)
                out.extend(found)
            return out
        if (
            node.dep in ("dep", "conj", "amod", "advmod")
            and head is not None
            and head.tag == "JJ"
            and head.dep in ("amod", "conj", "dep")
        ):
            return self._compound_holders(head)
        if node.dep == "conj" and head is not None and not head.is_verb:
            if any(kid.dep in ("nsubj", "nsubjpass") for kid in node.kids):
                return self.holder(node)
            return self._compound_holders(head) if head.dep in ("amod",) else self.holder(head)
        return self.holder(node)

    def _manner_holder(self, verb: Node) -> list[Arg]:
        drafts = self.fired.get(verb.i)
        if drafts:
            return [arg for draft in drafts[:1] for arg in [self.clause(verb)]]
        return [self.clause(verb)]

    def _pairs(self, node: Node) -> None:
        """ "the magnesium-LFA-1 interaction": a compound of two names before a noun of meeting."""
        inner = self.phrases.within.get(node.i, [])
        if len(inner) < 2:
            return
        head = node.head
        if head is None or head.low not in (
            "interaction",
            "interactions",
            "axis",
            "binding",
            "complex",
            "crosstalk",
            "interplay",
            "contact",
            "engagement",
            "complexes",
        ):
            return
        predicate = "binds" if head.low in ("binding", "complex", "complexes", "engagement") else "interacts_with"
        first, second = (self.phrases._name_arg(node, name) for name in inner[:2])
        self._add(Draft(first, predicate, second, [head], "compound/pair", self.data.scores["compound/pair"], head))

    def _senser(self, arg: Arg) -> bool:
        """Whether something can sense: a named thing, a cell, a receptor, a sensor."""
        if arg.name is not None or arg.type in ("t_cell", "cell"):
            return True
        return (
            arg.node.lemma.endswith(("lase", "tase", "dase", "nase"))
            or arg.node.lemma
            in (
                "receptor",
                "sensor",
                "channel",
                "transporter",
                "protein",
                "integrin",
                "complex",
                "pathway",
                "molecule",
                "lymphocyte",
                "kidney",
                "brain",
                "parathyroid",
                "system",
                "plant",
                "root",
                "killer",
                "effector",
                "clone",
                "enzyme",
                "body",
                "gland",
                "organ",
                "domain",
                "site",
                "neuron",
                "nerve",
                "tissue",
                "factor",
                "element",
                "gene",
                "pump",
                "exchanger",
                "carrier",
                "switch",
                "machinery",
                "chain",
            )
            or any(character.isupper() or character.isdigit() for character in arg.node.text[1:])
        )
