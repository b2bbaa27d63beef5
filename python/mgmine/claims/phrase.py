"""From a word in the graph to what it refers to: noun phrases, mentions, coordination, class nouns and pointing words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mgmine.claims.lexical import Data, PerturbationKind
    from mgmine.nlp.graph import Graph, Node

UNIT = re.compile(r"(?:[µμmnkp]?(?:mol|g|l|M|m|L)(?:/\w+)?|%|units?|-?fold)")
_BEFORE = frozenset({"compound", "amod", "nummod", "nmod:poss", "nmod:npmod", "dep", "advmod"})
_PRONOUN_TAGS = frozenset({"PRP", "PRP$", "WP", "WDT", "WP$", "EX"})
_MUTUAL = frozenset({"interaction", "association", "complex", "cooperation", "binding", "crosstalk", "contact"})
"""What is between two things."""
_EXAMPLES = frozenset({"such as", "like", "including", "as such", "such"})


@dataclass(frozen=True, slots=True)
class Name:
    """A mention placed in the sentence: ``start`` and ``end`` count from the sentence's start."""

    start: int
    end: int
    text: str
    family: str
    concept: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arg:
    """What a claim is about. ``sign`` is what the phrase itself adds ("a loss of X" is X, sign −1)."""

    node: Node
    start: int
    end: int
    type: str | None = None
    ids: tuple[str, ...] = ()
    name: Name | None = None
    level: str | None = None
    aspect: str | None = None
    sign: int = 1
    negated: bool = False
    null: bool = False
    perturbation: PerturbationKind | None = None
    themes: tuple[Arg, ...] = ()
    inherited: bool = False
    event: bool = False
    agent: bool = False
    bare: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """The span, for telling two arguments apart."""
        return self.start, self.end


@dataclass(slots=True)
class Memory:
    """What earlier text offers to a word that points back, newest last. Spans are relative to the sentence being read.

    ``topics`` are pairs of the part they played, ``subject`` or ``object``, and what they were.
    """

    names: list[Name] = field(default_factory=list)
    topics: list[tuple[str, Arg]] = field(default_factory=list)


class Phrases:
    """Resolves words of one graph."""

    def __init__(self, graph: Graph, names: Iterable[Name], data: Data, memory: Memory) -> None:
        self.graph = graph
        self.data = data
        self.memory = memory
        self.names = sorted(names, key=lambda name: (name.start, -name.end))
        self.at: dict[int, Name] = {}
        self.within: dict[int, list[Name]] = {}
        self.alias: dict[int, Node] = {}
        self.resolving: set[int] = set()
        self.lacking: Callable[[Node], list[Arg]] | None = None
        self.before: Callable[[Node], list[tuple[str, Arg]]] = lambda _: []
        self.respective = any(node.low == "respectively" for node in graph)
        self._place()

    def _place(self) -> None:
        nodes = self.graph.nodes
        for name in self.names:
            covered = [node for node in nodes if node.start < name.end and node.end > name.start]
            if not covered:
                continue
            last = covered[-1]
            if last.end > name.end or covered[0].start < name.start:
                self.within.setdefault(last.i, []).append(name)
                continue
            head = last
            while head.head in covered and head.head is not None and head.head.i > head.i:
                head = head.head
            held = self.at.get(head.i)
            if held is None or held.end - held.start < name.end - name.start:
                self.at[head.i] = name

    # ------------------------------------------------------------------ spans

    def span(self, head: Node) -> tuple[int, int]:
        """The words of a noun phrase: what stands before the head, the head, and its of-complement."""
        left = head
        for node in reversed(self.graph.nodes[: head.i]):
            if not self._leads(node, head):
                break
            left = node
        while left.i < head.i and (
            left.low in self.data.directions
            or left.low in self.data.levels
            or left.low in ("%", "percent")
            or left.tag in ("RB", "CC", "DT", ",", "PRP$", "CD", "PDT", "RBR", "RBS", "IN")
        ):
            left = self.graph.nodes[left.i + 1]
        end = head.end
        following = self.graph.nodes[head.i + 1] if head.i + 1 < len(self.graph) else None
        if (
            following is not None
            and following.head is head
            and following.tag == "CD"
            and following.dep in ("nummod", "dep", "appos")
        ):
            # "interleukin 16"
            end = following.end
        elif (
            following is not None
            and following.head is head
            and following.dep in ("dep", "appos")
            and following.tag[:2] == "NN"
            and head.lemma in self.data.generic
            and self.capital(following)
        ):
            # "the chemokine receptor CCR7"
            end = following.end
        cases = ("of", "in") if head.lemma in _CHANGED else ("of", "between") if head.lemma in _MUTUAL else ("of",)
        for kid in head.kids:
            if kid.i > head.i and kid.dep == "nmod" and kid.case() in cases and kid.i - head.i <= 6:
                end = max(end, self.span(kid)[1], self._listed(kid))
                break
        return left.start, end

    def _listed(self, node: Node) -> int:
        """Where the list of names ends that a complement holds: "phosphorylation of A and B", "transcription of the markers A, B and C"."""
        end = node.end
        for first in (node, *node.of("appos", "dep")):
            if first.i < node.i or first.i not in self.at:
                continue
            for member, denied in self.members(first):
                if denied or member.i not in self.at or member.case() not in ("", "of", first.case()):
                    break
                end = max(end, self.at[member.i].end)
        return end

    def _leads(self, node: Node, head: Node) -> bool:
        at: Node | None = node
        steps = 0
        while at is not None and at is not head and steps < 5:
            if at.dep not in _BEFORE and at.dep not in ("conj", "cc", "punct"):
                return False
            if (
                at.i > head.i
                or (at.dep in ("conj",) and at.head is head)
                or (at.dep in ("cc", "punct") and at.head is head)
            ):
                return False
            at = at.head
            steps += 1
        return at is head

    # ------------------------------------------------------------------ coordination

    def members(self, node: Node) -> list[tuple[Node, bool]]:
        """The coordinated words with ``node`` first, each with whether it is denied ("X, but not Y")."""
        out = [(node, self._denied(node))]
        seen = {node.i}
        queue = [node]
        while queue:
            at = queue.pop(0)
            for kid in at.kids:
                bare = kid.tag == "VBG" and not any(one.dep in ("dobj", "nsubj", "nmod", "mark") for one in kid.kids)
                opposed = kid.dep == "appos" and any(one.low == "not" and one.i < kid.i for one in kid.kids)
                if (
                    (kid.dep != "conj" and not opposed)
                    or kid.i in seen
                    or (kid.is_verb and not at.is_verb and not bare)
                ):
                    continue
                if kid.i < at.i:
                    continue
                seen.add(kid.i)
                out.append((kid, self._denied(kid, first=node)))
                queue.append(kid)
        out.sort(key=lambda pair: pair[0].i)
        # "X but not Y, Z or W": what is denied once is denied for the rest of the list
        denied = next((place for place, pair in enumerate(out) if pair[1] and place > 0), None)
        if denied is not None and any(
            kid.low in ("or", "nor") and kid.i > out[denied][0].i
            for member, _ in out
            for kid in member.kids
            if kid.dep == "cc"
        ):
            out = [(member, flag or place > denied) for place, (member, flag) in enumerate(out)]
        return out

    def _denied(self, node: Node, first: Node | None = None) -> bool:
        left = node.i
        while left > 0 and self._leads(self.graph.nodes[left - 1], node):
            left -= 1
        start = left
        while start > 0 and (
            self.graph.nodes[start - 1].tag in ("DT", "PRP$") or self.graph.nodes[start - 1].dep in ("case", "mark")
        ):
            start -= 1
        before = self.graph.nodes[start - 1].low if start > 0 else ""
        if before == "neither" and first is not None:
            return True
        if before == "not":
            return start < 2 or self.graph.nodes[start - 2].low != "only"
        if first is not None and before in ("than", "of") and start > 1:
            return self.graph.nodes[start - 2].low in ("rather", "instead")
        return before in ("unlike",)

    # ------------------------------------------------------------------ arguments

    def subjects(self, node: Node) -> list[Arg]:
        """What a subject phrase refers to; perturbations are kept with what they were done to."""
        return self._all(node, subject=True)

    def objects(self, node: Node) -> list[Arg]:
        """What an object phrase refers to, with the sign its own words add."""
        return self._all(node, subject=False)

    def _all(self, node: Node, subject: bool, depth: int = 0) -> list[Arg]:
        out: list[Arg] = []
        for member, denied in self.members(node):
            for arg in self.resolve(member, subject, depth):
                if (
                    out
                    and out[-1].name is not None
                    and arg.name is not None
                    and out[-1].name.concept == arg.name.concept
                    and not arg.aspect
                    and (self._alternative(out[-1].node, arg.node))
                ):
                    out.pop()
                out.append(replace(arg, negated=not arg.negated) if denied else arg)
        extra = [] if subject else self._second_between(node)
        return [
            *(
                split
                for arg in out
                for one in self._contrasted_kinds(arg)
                for each in self._of_each(one)
                for split in self._suspended(each)
            ),
            *extra,
        ]

    def _of_each(self, arg: Arg) -> list[Arg]:
        """ "phosphorylation of FAK and ERK": that of each. Only molecules are parted; what else stands in a list may be meant as a whole."""
        if arg.name is not None or arg.perturbation is not None or arg.ids:
            return [arg]
        for kid in arg.node.kids:
            if kid.dep == "nmod" and kid.i > arg.node.i and kid.end <= arg.end and kid.case() == "of":
                members = self.members(kid)
                if len(members) > 1 and all(
                    self.at[one.i].family != "t_cell"
                    if one.i in self.at
                    else self.capital(one) and not UNIT.fullmatch(one.text)
                    for one, _ in members
                ):
                    return [
                        replace(arg, start=self.span(one)[0] if place else arg.start, end=self.span(one)[1], negated=arg.negated != denied)
                        for place, (one, denied) in enumerate(members)
                    ]  # fmt: skip
        return [arg]

    def _contrasted_kinds(self, arg: Arg) -> list[Arg]:
        """ "CD8+ but not CD4+ T cells": two kinds, of which the second is denied."""
        nodes = self.graph.nodes
        for node in nodes[max(1, arg.node.i - 5) : arg.node.i - 1]:
            first = nodes[node.i - 2] if nodes[node.i - 1].low == "," and node.i > 1 else nodes[node.i - 1]
            if node.low != "but" or nodes[node.i + 1].low != "not" or first.i not in self.at or arg.name is None:
                continue
            name = self.at[first.i]
            if (
                name.family == arg.name.family
                and name is not arg.name
                and first.dep in ("amod", "compound")
                and not arg.negated
            ):
                return [self._name_arg(first, name), replace(arg, negated=True)]
        return [arg]

    def _suspended(self, arg: Arg) -> list[Arg]:
        """ "pathogen- and tumour-specific T cells" are two kinds of cells; so without the first hyphen."""
        nodes = self.graph.nodes
        for node in nodes[max(0, arg.node.i - 4) : arg.node.i]:
            if (
                node.dep != "amod"
                or not node.low.endswith(("-specific", "-reactive", "-derived", "-targeted", "-infiltrating"))
                or node.i < 2
            ):
                continue
            joiner, first = nodes[node.i - 1], nodes[node.i - 2]
            if (
                joiner.low in ("and", "or")
                and (first.tag[:2] == "NN" or first.text.endswith("-"))
                and first.dep in ("dep", "conj", "compound", "amod", "nmod:npmod")
                and node.low.find("-") > 1
            ):
                return [replace(arg, start=first.start), replace(arg, start=node.start)]
        return [arg]

    def _second_between(self, node: Node) -> list[Arg]:
        """ "contact between A and B or between C and D" is two contacts."""
        for kid in node.kids:
            if kid.dep == "nmod" and kid.case() == "between":
                for other in kid.kids:
                    if other.dep == "conj" and other.case() == "between":
                        end = max(one.end for one in other.subtree() if one.tag not in (".", ","))
                        start = min(one.start for one in other.kids if one.dep == "case")
                        return [Arg(node, start, end, "process")]
        return []

    def _alternative(self, first: Node, second: Node) -> bool:
        """Whether only "or" stands between two names of one thing."""
        between = (
            [one for one in self.graph.nodes[first.i + 1 : second.i] if one.end <= self.at[second.i].start]
            if second.i in self.at
            else []
        )
        return any(one.low == "or" for one in between) and len(between) <= 3

    def resolve(self, node: Node, subject: bool = False, depth: int = 0) -> list[Arg]:
        """One word without its coordination."""
        data = self.data
        if depth > 6:
            return []
        if node.i in self.alias and self.alias[node.i] is not node:
            return self._all(self.alias[node.i], subject, depth + 1)
        if node.tag in ("WDT", "WP") or (node.low in ("that", "which", "who") and node.dep.startswith("nsubj")):
            antecedent = self.antecedent(node)
            return self.resolve(antecedent, subject, depth + 1) if antecedent is not None else []
        name = self.at.get(node.i)
        if node.low in ("that", "those") and node.dep in ("dobj", "nmod", "conj"):
            # "the affinity of X but not that of Y"
            owned = [kid for kid in node.of("nmod") if kid.case() == "of"]
            if owned:
                meant = (
                    self.data.aspects.get(one.lemma) for one in reversed(self.graph.nodes[: node.i]) if one.is_noun
                )
                aspect = next((one for one in meant if one is not None), None)
                return [replace(arg, aspect=arg.aspect or aspect) for arg in self._all(owned[0], subject, depth + 1)]
        if name is None and (node.tag in _PRONOUN_TAGS or (node.low in data.pronouns and not self._determines(node))):
            return self._pronoun(node)
        if name is not None:
            arg = self._of_name(node, name)
            return [self._named_lack(arg, name) if subject else arg]
        if (
            node.is_verb
            and node.dep in ("csubj", "advcl", "nmod", "nsubj", "dobj", "conj", "acl")
            and node.tag == "VBG"
        ):
            return self._gerund(node, subject, depth)
        if UNIT.fullmatch(node.text) and (measured := [kid for kid in node.of("nmod") if kid.case() == "of"]):
            # "10 mg of X"
            return self.resolve(measured[0], subject, depth + 1)
        if node.low in ("%",) or node.tag in ("CD",):
            return self._through(node, subject, depth)
        if node.tag in ("JJ", "JJR", "JJS") and node.low in data.levels:
            # "low and high X": how much is no thing
            return []
        # a compound token that ends in a name ("serum-magnesium") or holds one ("anti-LFA-1")
        key = node.lemma
        kind = data.perturbation_nouns.get(node.low)
        if kind is None and key in _CHANGED and any(kid.low in _DISABLING and kid.i < node.i for kid in node.kids):
            kind = data.perturbation_nouns["loss-of-function"]
        themes = self.themes(node)
        if themes and themes[0].tag == "WP$":
            antecedent = self.antecedent(themes[0])
            owners = self.resolve(antecedent, subject, depth + 1) if antecedent is not None else []
            plain = self._plain(node)
            if owners and (key in data.measures or node.low in data.aspects):
                return [replace(owners[0], aspect=data.aspects.get(node.low))]
            if owners and kind is not None and subject:
                return [replace(plain, perturbation=kind, themes=tuple(owners))]
            return [plain]
        if themes and themes[0].tag == "PRP$":
            if key in data.empty or themes[0].low in ("our", "my", "your", "his", "her"):
                return []
            owner = self._pronoun(themes[0])
            plain = self._plain(node)
            if owner and kind is not None and kind.flips and subject:
                return [replace(plain, perturbation=kind, themes=tuple(owner))]
            if owner and kind is not None and subject:
                # "its re-addition": it, given again
                return [
                    replace(
                        plain,
                        type=owner[0].type,
                        ids=owner[0].ids,
                        name=owner[0].name,
                        inherited=True,
                        perturbation=kind,
                    )
                ]
            if owner and (key in data.measures or node.low in data.aspects or node.low in data.nouns):
                return [replace(plain, type=owner[0].type, ids=owner[0].ids, name=owner[0].name, inherited=True)]
            return [plain]
        if key in data.generic or node.low in data.agents:
            named = self._called(node)
            if named is not None:
                given = self._name_arg(named, self.at[named.i])
                if subject and kind is not None and kind.flips and themes:
                    held = tuple(arg for theme in themes for arg in self._all(theme, True, depth + 1))
                    return [replace(given, perturbation=kind, themes=held, agent=True)]
                return [given]
        if subject and kind is not None and (themes or (kind.flips and self._means(node))):
            return self._perturbed(node, kind, themes, depth)
        acted = self._acted_on(node) if not subject and themes else None
        if acted is not None:
            return [Arg(node, self.span(node)[0], acted, "process")]
        if not subject and themes:
            turned = self._composed(node, themes, depth)
            if turned:
                return turned
        if not subject and not themes and any(kid.low in ("this", "that") and kid.dep == "det" for kid in node.kids):
            pointed = self._pointed_change(node)
            if pointed:
                return pointed
        if subject and node.low in data.nouns and data.nouns[node.low].sign in ("+", "-") and themes and kind is None:
            change = data.nouns[node.low]
            if node.lemma not in _DEEDS and change.id in ("increase", "decrease"):
                args = self.resolve(themes[0], True, depth + 1)
                return [replace(arg, level="high" if change.sign == "+" else "low") for arg in args]
        if key in data.measures and themes and not (subject and key in data.molecular_measures and key in data.nouns):
            inner = self._measured(node, themes, subject, depth)
            if inner:
                return inner
        if key in ("surface", "membrane") and themes and themes[0].dep == "nmod":
            return self._all(themes[0], subject, depth + 1)
        if key in data.holders and themes and (themes[0].dep == "nmod" or (subject and kind is not None)):
            inner = [
                arg
                for theme in themes
                for member, _ in self.members(theme)
                for arg in self.resolve(member, subject, depth + 1)
            ]
            if inner and not subject:
                sign = self.direction(node)
                inner = [replace(arg, sign=arg.sign * sign) for arg in inner]
            if inner:
                return inner
        instances = self._instances(node) if node.tag == "NNS" and key not in data.generic else []
        if instances:
            return [arg for one in instances for arg in self.resolve(one, subject, depth + 1)]
        if key in data.generic:
            special = self._class(node, subject, depth)
            if special:
                return special
        embedded = self.within.get(node.i)
        if embedded and node.low.startswith("anti-"):
            themes_args = tuple(self._name_arg(node, inner) for inner in embedded)
            return [replace(self._plain(node), perturbation=_BLOCKADE, themes=themes_args, agent=True)]
        if node.low in ("none", "neither", "most", "some", "all") and (
            whole := [kid for kid in node.of("nmod") if kid.case() == "of"]
        ):
            return self._all(whole[0], subject, depth + 1)
        if key in data.empty or node.low in data.empty:
            return self._through(node, subject, depth)
        if (
            not node.is_noun
            and node.tag != "VBG"
            and not (
                node.tag == "JJ"
                and ("-" in node.text or self.capital(node) or any(kid.dep == "det" for kid in node.kids))
            )
        ):
            return []
        return [self._perturbed_holder(node)]

    def _pointed_change(self, node: Node) -> list[Arg]:
        """ "this increase was abolished": what was said to increase."""
        group = self.data.nouns.get(node.low)
        if group is None or group.id not in ("increase", "decrease") or node.i in self.resolving:
            return []
        self.resolving.add(node.i)
        topics = self.before(node)
        self.resolving.discard(node.i)
        for part, topic in reversed(topics):
            if part == "object":
                return [replace(topic, inherited=True, sign=1 if group.sign == "+" else -1, negated=False, null=False)]
        return []

    def _acted_on(self, node: Node) -> int | None:
        """Where "the effect of X on Y" ends: as what something is done to, it is neither X nor Y but what the one does to the other."""
        group = self.data.nouns.get(node.low)
        if (
            group is None
            or group.frame != "effect"
            or not any(kid.dep == "nmod" and kid.case() == "of" for kid in node.kids)
        ):
            return None
        cases = ("of", "on", "upon", "over")
        parts = [kid for kid in node.subtree() if kid.dep == "nmod" and kid.i > node.i and kid.case() in cases]
        return max(self.span(kid)[1] for kid in parts)

    def _called(self, node: Node) -> Node | None:
        """ "an HDAC inhibitor, trichostatin A, …": the name that stands in apposition to a class noun."""
        for kid in node.kids:
            if (
                kid.dep == "appos"
                and kid.i > node.i
                and kid.i in self.at
                and not any(one.dep == "conj" for one in kid.kids)
            ):
                return kid
        return None

    def themes(self, node: Node) -> list[Node]:
        """What a noun is about: its of- or in-complement, or the noun before it, or its possessor."""
        left = any(
            kid.i < node.i
            and kid.dep in ("compound", "nmod:poss")
            and (kid.is_noun or kid.i in self.at)
            and not UNIT.fullmatch(kid.text)
            for kid in node.kids
        )
        if node.lemma in (
            "treatment",
            "pretreatment",
            "pre-treatment",
            "incubation",
            "stimulation",
            "supplementation",
            "exposure",
        ):
            # "treatment of cells with X": X is what was given
            places = [node, *(kid for kid in node.kids if kid.dep == "nmod" and kid.case() in ("of", "in"))]
            used = [
                kid
                for place in places
                for kid in place.kids
                if kid.dep == "nmod" and kid.i > node.i and kid.case() in ("with", "by", "using")
            ]
            if used:
                return used[:1]
        for kid in node.kids:
            if kid.dep == "nmod" and kid.i > node.i and kid.case() in ("of", "in", "to", "with", "for", "on", "from"):
                if left and kid.case() in ("in", "to") and node.lemma not in _CHANGED:
                    continue
                if (
                    kid.case() == "of"
                    or (node.lemma in _WIDE and kid.case() in ("in", "to"))
                    or (kid.case() == "in" and node.low in self.data.nouns)
                    or (kid.case() == "from" and node.lemma in ("help", "assistance", "aid"))
                    or (kid.case() in ("for", "on") and node.lemma in ("threshold", "effect", "capacity"))
                    or (
                        kid.case() == "with"
                        and node.lemma in ("treatment", "supplementation", "incubation", "stimulation", "pretreatment")
                    )
                ):
                    return [kid]
        if node.lemma == "exposure":
            places = [node, *(kid for kid in node.kids if kid.dep == "nmod")]
            given = [kid for place in places for kid in place.kids if kid.dep == "nmod" and kid.case() == "to"]
            if given:
                return given[:1]
        before = [kid for kid in node.kids if kid.i < node.i and kid.dep in ("compound", "nmod:poss") and not UNIT.fullmatch(kid.text) and (
            kid.is_noun or kid.tag in ("PRP$", "WP$") or kid.i in self.at or kid.tag == "JJ"
        )]  # fmt: skip
        named = [kid for kid in before if kid.i in self.at]
        if named:
            return named[-1:]
        adjective = [kid for kid in node.kids if kid.i < node.i and kid.dep == "amod" and kid.i in self.at]
        if adjective:
            return adjective[-1:]
        return before[-1:]

    def _through(self, node: Node, subject: bool, depth: int) -> list[Arg]:
        """An empty noun stands for what it holds, if that has a name."""
        for theme in self.themes(node):
            found = [arg for arg in self.resolve(theme, subject, depth + 1) if arg.name is not None]
            if found:
                return found
        for kid in node.kids:
            if kid.dep == "appos":
                return self.resolve(kid, subject, depth + 1)
        return []

    def _composed(self, node: Node, themes: list[Node], depth: int) -> list[Arg]:
        """Nouns of change in an object: "a loss of X" is X, sign −; "activation of LFA-1" is LFA-1, aspect activity."""
        group = self.data.nouns.get(node.low)
        if group is None or group.sign is None or group.frame not in ("affects",) or group.id == "modify":
            # "the phosphorylation of X" is what happens to it, and says no direction
            return []
        if node.lemma == "blockade" and themes[0].dep == "compound":
            # "PD-1 blockade" is a treatment
            return [self._plain(node)]
        if (
            node.lemma in _DEEDS
            or (node.lemma == "loss" and themes[0].i < node.i)
            or (node.lemma == "arrest" and themes[0].i > node.i)
        ):
            # "magnesium loss" is a process, "a loss of magnesium" a change; lymphocytes arrest on a vessel, a cycle is arrested
            return [self._plain(node)]
        pure = group.id in ("increase", "decrease", "improve", "impair", "change", "abolish", "inhibit")
        out: list[Arg] = []
        for theme in themes:
            for member, denied in self.members(theme):
                if member.dep == "nmod" and member.case() not in ("of", "in", "to", "", "for"):
                    continue
                for arg in self.resolve(member, False, depth + 1):
                    if not pure and (arg.name is None or arg.type == "t_cell"):
                        # activation, recruitment and the like of a cell or a process is a process itself
                        return [self._plain(node)]
                    sign = {"+": 1, "-": -1}.get(group.sign or "", 0)
                    if group.sign == "?":
                        none = any(kid.low in ("no", "little") and kid.i < node.i for kid in node.kids)
                        out.append(
                            replace(arg, sign=arg.sign, aspect=arg.aspect or group.aspect, negated=denied, null=none)
                        )
                    else:
                        out.append(
                            replace(arg, sign=arg.sign * sign, aspect=arg.aspect or group.aspect, negated=denied)
                        )
        return out

    def _measured(self, node: Node, themes: list[Node], subject: bool, depth: int) -> list[Arg]:
        inner: list[Arg] = []
        for theme in themes:
            for member, denied in self.members(theme):
                for arg in self.resolve(member, subject, depth + 1):
                    if arg.name is None:
                        if node.lemma in self.data.measures and theme.dep == "nmod" and member is not theme:
                            continue
                        continue
                    if arg.type == "t_cell" and node.lemma in self.data.molecular_measures:
                        continue
                    if arg.type == "t_cell" and arg.end <= node.start and theme.dep == "compound":
                        # "T-cell effector function": of the cell, and said in full
                        arg = replace(arg, end=node.end)
                    inner.append(replace(arg, negated=denied))
        level = self.level(node)
        if inner:
            aspect = (
                node.lemma
                if node.lemma in ("performance", "function", "effectiveness")
                else self.data.aspects.get(node.lemma)
            )
            serum = self._serum(node)
            out = []
            for arg in inner:
                start = min(serum, arg.start) if serum is not None else arg.start
                out.append(replace(
                    arg, level=level or arg.level, aspect=arg.aspect or aspect, start=start,
                    sign=arg.sign * (self.direction(node) if not subject else 1),
                ))  # fmt: skip
            return out
        plain = self._plain(node)
        return [replace(plain, aspect=plain.aspect or self.data.aspects.get(node.lemma))]

    def _serum(self, node: Node) -> int | None:
        for kid in node.kids:
            if kid.low in ("serum", "plasma") and kid.dep in ("compound", "amod"):
                return kid.start
        return None

    def _perturbed(self, node: Node, kind: PerturbationKind, themes: list[Node], depth: int) -> list[Arg]:
        theme_args = tuple(
            arg
            for theme in themes
            for member, denied in self.members(theme)
            if not denied
            for arg in self.resolve(member, True, depth + 1)
        )
        agents = self._means(node)
        if not theme_args and not (kind.flips and agents):
            return [self._plain(node)]
        if kind.flips and agents and node.lemma not in ("inhibitor", "blocker", "antagonist"):
            return [
                replace(arg, perturbation=kind, themes=theme_args, agent=True)
                for agent in agents for member, _ in self.members(agent) for arg in self.resolve(member, True, depth + 1)
            ]  # fmt: skip
        if not kind.flips:
            if node.lemma in ("stimulation", "exposure", "treatment", "incubation", "pretreatment", "pre-treatment", "infusion") and not (
                themes[0].dep == "nmod" and themes[0].case() in ("with", "to", "by", "using")
            ):  # fmt: skip
                return [self._plain(node)]
            return [replace(arg, perturbation=kind) for arg in theme_args]
        plain = self._plain(node)
        if self.respective and len(theme_args) > 1 and themes[0].i > node.i:
            return [
                replace(plain, start=arg.start if place else plain.start, end=arg.end, perturbation=kind, themes=(arg,))
                for place, arg in enumerate(theme_args)
            ]
        return [replace(plain, perturbation=kind, themes=theme_args)]

    def _means(self, node: Node) -> list[Node]:
        """ "chelation with EDTA": what it was done with."""
        return [
            kid for kid in node.kids if kid.dep == "nmod" and kid.case() in ("with", "by", "using", "through", "via")
        ]

    def _gerund(self, node: Node, subject: bool, depth: int) -> list[Arg]:
        """ "adding back MgCl2", "removing magnesium", "keeping LFA-1 open" as a subject."""
        kind = self.perturbing(node)
        targets = [
            kid
            for kid in node.kids
            if kid.dep in ("dobj", "nmod") and kid.i > node.i and (kid.dep == "dobj" or kid.case() in ("of", "back"))
        ]
        taken = self._taken_from(node, targets)
        args = [arg for target in (taken or targets[:1]) for arg in self._all(target, subject)]
        if kind is None or not args:
            if not args:
                return [self._plain(node)] if node.dep in ("nsubj", "dobj", "conj") else []
            end = max(
                [
                    node.end,
                    *(target.end for target in targets[:1]),
                    *(arg.end for arg in args if arg.start >= node.start),
                ]
            )
            return [Arg(node, node.start, end, "process", event=True)]
        agents = [
            arg for kid in node.kids if kid.dep == "nmod" and kid.case() in ("with", "using", "by") for arg in self._all(kid, subject, depth + 1)
        ]  # fmt: skip
        if not kind.flips:
            given = [
                *(kid for place in (node, *targets[:1]) for kid in place.kids if kid.dep == "nmod" and kid.case() == "with"),
                *(kid for target in targets[:1] for kid in target.kids if kid.dep == "conj" and kid.case().endswith("with")),
            ]  # fmt: skip
            if given:
                return [replace(arg, perturbation=kind) for kid in given for arg in self._all(kid, subject, depth + 1)]
        if kind.flips and agents:
            return [replace(arg, perturbation=kind, themes=tuple(args), agent=True) for arg in agents]
        if kind.flips and self.respective:
            return [
                Arg(node, arg.start if place else node.start, arg.end, "process", perturbation=kind, themes=(arg,), event=True)
                for place, arg in enumerate(args)
            ]  # fmt: skip
        if kind.flips:
            end = max(
                [
                    node.end,
                    *(target.end for target in targets[:1]),
                    *(arg.end for arg in args if arg.start >= node.start),
                ]
            )
            return [Arg(node, node.start, end, "process", perturbation=kind, themes=tuple(args), event=True)]
        return [replace(arg, perturbation=kind) for arg in args]

    def _taken_from(self, node: Node, targets: list[Node]) -> list[Node]:
        """ "depleting the medium of magnesium": what is taken away, not where from."""
        if node.lemma not in ("deplete", "deprive", "strip", "starve", "rid", "clear", "free"):
            return []
        return [
            kid
            for place in (node, *targets)
            for kid in place.kids
            if kid.dep == "nmod" and kid.i > node.i and kid.case() == "of"
        ][:1]

    def perturbing(self, node: Node) -> PerturbationKind | None:
        """The kind of perturbation a verb form names, its particle considered."""
        base = self.data.lemma(node.low, node.lemma)
        for kid in node.kids:
            if kid.i > node.i and kid.low in ("back", "out", "away", "up", "down"):
                found = self.data.perturbation_verbs.get(f"{base} {kid.low}")
                if found is not None:
                    return found
        return self.data.perturbation_verbs.get(base)

    def _instances(self, node: Node) -> list[Node]:
        """The names that are given for a plural: "oncogenes such as A and B", "kinases including A"."""
        for kid in node.kids:
            if kid.i > node.i and kid.dep == "nmod" and kid.i in self.at and kid.case() in _EXAMPLES:
                return [member for member, denied in self.members(kid) if not denied and member.i in self.at]
        return []

    def _class(self, node: Node, subject: bool, depth: int) -> list[Arg]:
        """Class nouns: those named after "such as", those named just before ("magnesium ions"), those pointed back to."""
        listed = [
            kid for kid in node.kids
            if kid.dep in ("nmod", "appos") and kid.i > node.i and (kid.dep == "appos" or kid.case() in _EXAMPLES or kid.case() == "as")
        ]  # fmt: skip
        for kid in listed:
            if kid.dep == "appos" and kid.i not in self.at and not self.capital(kid):
                continue
            found = [arg for member, denied in self.members(kid) for arg in self.resolve(member, subject, depth + 1)]
            if found:
                return found
        before = [
            kid
            for kid in node.kids
            if kid.i < node.i
            and kid.dep in ("compound", "amod")
            and kid.i in self.at
            and self.at[kid.i].family not in ("t_cell", "cell")
        ]
        after = [
            kid
            for kid in node.kids
            if kid.i == node.i + 1 and kid.i in self.at and kid.dep in ("compound", "appos", "dep", "nmod")
        ]
        named = before[-1:]
        if after:
            return self.resolve(after[0], subject, depth + 1)
        if named and node.lemma in (
            "ion",
            "cation",
            "salt",
            "molecule",
            "protein",
            "complex",
            "heterodimer",
            "integrin",
            "receptor",
            "gene",
            "channel",
            "transporter",
            "subunit",
        ):
            return self.resolve(named[0], subject, depth + 1)
        if self._definite(node) and node.lemma in self.data.anaphors and not self._modified(node):
            antecedent = self._named_before(self.data.anaphors[node.lemma], node)
            plain = self._plain(node)
            if antecedent is not None:
                return [
                    replace(
                        plain,
                        type=antecedent.family,
                        ids=antecedent.ids,
                        name=antecedent,
                        inherited=True,
                        start=node.start,
                    )
                ]
            return [replace(plain, start=node.start)]
        return []

    def _modified(self, node: Node) -> bool:
        return any(
            kid.dep in ("amod", "compound") and kid.low not in ("same", "divalent")
            for kid in node.kids
            if kid.i < node.i
        )

    def _definite(self, node: Node) -> bool:
        return any(kid.low in ("the", "this", "these", "that", "its", "such") for kid in node.kids if kid.i < node.i)

    def _named_before(self, family: str, node: Node) -> Name | None:
        pool = [name for name in (*self.memory.names, *self.names) if name.end <= node.start or name.start < 0]
        for name in reversed(pool):
            if (
                name.family == family
                or name.family.endswith("_" + family)
                or (family == "any" and name.family not in ("t_cell",))
            ):
                return name
        return None

    def _pronoun(self, node: Node) -> list[Arg]:
        """A pronoun stands for the nearest fitting thing said before; the span is that thing's."""
        if node.tag in ("EX",) or node.low in (
            "we",
            "i",
            "you",
            "our",
            "us",
            "he",
            "she",
            "who",
            "there",
            "what",
            "my",
        ):
            return []
        plural = node.low in ("they", "them", "these", "those", "their")
        wanted = "object" if node.dep in ("dobj", "nmod") else "subject"
        if node.i in self.resolving:
            return []
        self.resolving.add(node.i)
        topics = [*self.memory.topics, *self.before(node)]
        self.resolving.discard(node.i)
        if node.low in ("this", "that") and wanted == "subject":
            event = next((topic for part, topic in reversed(topics) if part == "event"), None)
            if event is not None:
                return [replace(event, inherited=True)]
        if node.low in ("this", "that") and wanted == "object" and self._undone(node):
            effect = next((topic for part, topic in reversed(topics) if part == "effect"), None)
            if effect is not None:
                return [replace(_pointed(effect), sign=effect.sign)]
        roles = (wanted, "object" if wanted == "subject" else "subject")
        if node.low in ("both", "neither", "either", "former", "latter"):
            lists = [
                listed
                for role in roles
                for place in range(len(topics), 0, -1)
                if (listed := _side_by_side(topics[:place], role))
            ]
            if lists or node.low != "both":
                found = lists[0] if lists else []
                found = found[:1] if node.low == "former" else found[-1:] if node.low == "latter" else found
                return [_pointed(arg) for arg in found]
        for role in roles:
            for place, (part, topic) in reversed(list(enumerate(topics))):
                if part == role and plural and (listed := _side_by_side(topics[:place], role)):
                    return [_pointed(arg) for arg in listed]
                if part != role or (
                    plural and topic.type not in ("t_cell", "cell") and topic.node.tag not in ("NNS", "NNPS")
                ):
                    continue
                if node.low == "this" and topic.type in ("t_cell", "cell"):
                    continue
                if node.low in ("it", "its") and topic.node.tag in ("NNS", "NNPS"):
                    continue
                return [_pointed(topic)]
            if node.low == "this" and wanted == "subject":
                continue
        if plural and node.tag != "PRP$":
            # cells that were named as a place: "binds a receptor on T cells and makes them …"
            cells = [
                one for one in self.graph.nodes[: node.i] if one.i in self.at and self.at[one.i].family == "t_cell"
            ]
            if cells:
                return [_pointed(self._of_name(cells[-1], self.at[cells[-1].i]))]
        return []

    def _undone(self, node: Node) -> bool:
        """ "X reversed this": what a word as the object of such a verb points back to is what was done, not what it was done to."""
        verb = node.head
        return (
            verb is not None
            and node.dep == "dobj"
            and any(
                entry.group.id in ("inhibit", "abolish", "restore") for entry in self.data.verbs.get(verb.lemma, ())
            )
        )

    def _determines(self, node: Node) -> bool:
        return node.dep in ("det", "mark", "case", "cc:preconj", "cc")

    # ------------------------------------------------------------------ making arguments

    def _of_name(self, node: Node, name: Name) -> Arg:
        arg = self._name_arg(node, name)
        return replace(arg, level=self.level(node))

    def _named_lack(self, arg: Arg, name: Name) -> Arg:
        """A name that says of something that it is lacking, such as "magnesium deficiency": a perturbation of that thing."""
        thing, _, word = name.text.rpartition(" ")
        kind = self.data.perturbation_nouns.get(word.lower())
        if not thing or kind is None or not kind.flips:
            return arg
        # its ids are known where the thing is named by itself somewhere
        alone = next((one for one in (*self.names, *self.memory.names) if one.text.lower() == thing.lower()), None)
        ids = alone.ids if alone is not None else self.data.groundings.get(thing.lower(), ((), ""))[0]
        own = Name(
            name.start, name.start + len(thing), thing, name.family, alone.concept if alone is not None else thing, ids
        )
        theme = Arg(arg.node, own.start, own.end, own.family, own.ids, own)
        return replace(arg, perturbation=kind, themes=(theme,))

    def _name_arg(self, node: Node, name: Name) -> Arg:
        return Arg(node, name.start, name.end, name.family, name.ids, name)

    def _perturbed_holder(self, node: Node) -> Arg:
        """A plain noun phrase, or "magnesium-free medium", which tells of what the medium lacks."""
        plain = self._plain(node)
        if self.lacking is not None and node.lemma not in self.data.cells:
            missing = self.lacking(node)
            if missing:
                return replace(
                    plain, perturbation=self.data.perturbation_nouns["absence"], themes=tuple(missing), bare=True
                )
        return plain

    def _plain(self, node: Node) -> Arg:
        start, end = self.span(node)
        text = self.graph.text[start:end].lower()
        ids: tuple[str, ...] = ()
        kind: str | None = None
        grounding = self.data.groundings.get(text)
        if grounding is None and text.startswith(("the ", "a ", "an ")):
            grounding = self.data.groundings.get(text.split(" ", 1)[1])
        if grounding is not None:
            ids, kind = grounding
        else:
            kind = self._kind(node)
        return Arg(node, start, end, kind, ids, aspect=self.data.aspects.get(node.lemma), level=None)

    def _kind(self, node: Node) -> str:
        low = node.low
        if node.lemma in self.data.cells:
            return "cell"
        if low.endswith(
            ("tion", "sis", "ing", "ment", "ity", "flux", "lysis", "taxis", "ance", "growth", "uptake", "release")
        ):
            return "process"
        if low in ("survival", "progression", "mortality", "outcome", "relapse", "response", "remission"):
            return "outcome"
        return "entity"

    # ------------------------------------------------------------------ level, direction

    def level(self, node: Node) -> str | None:
        """Low, high or absent, when an adjective before the noun says so."""
        for kid in node.kids:
            if kid.i < node.i and kid.dep in ("amod", "det", "advmod", "compound", "neg"):
                found = self.data.levels.get(kid.low)
                if found is not None:
                    return found
        return None

    def direction(self, node: Node, base: bool = False) -> int:
        """+1 or −1 for the direction that adjectives before the noun give it, 1 when they give none."""
        sign = self.has_direction(node, base)
        return sign if sign else 1

    def has_direction(self, node: Node, base: bool = False) -> int:
        """+1, −1, or 0 when no adjective gives a direction."""
        for kid in node.kids:
            if kid.i < node.i and kid.dep in ("amod", "compound", "advmod", "dep"):
                found = self.data.directions.get(kid.low)
                if found is None and base:
                    found = self.data.base_directions.get(kid.low)
                if found is not None:
                    if kid.low in ("more", "less"):
                        return found
                    for inner in kid.kids:
                        if inner.low in ("less",):
                            return -found
                    return found
        return 0

    def capital(self, node: Node) -> bool:
        """Whether the word looks like a symbol or a proper name."""
        return any(character.isupper() or character.isdigit() for character in node.text)

    def _kind_of(self, node: Node) -> Node:
        """ "X is a type of Y that …": what is said of the Y is said of X."""
        if node.dep == "nmod" and node.case() == "of" and node.head is not None and node.head.i in self.alias and node.head.lemma in (
            "type", "kind", "form", "class", "subset", "member",
        ):  # fmt: skip
            return self.alias[node.head.i]
        return node

    def antecedent(self, node: Node) -> Node | None:
        """What a relative pronoun stands for."""
        verb = node.head
        while (
            verb is not None
            and node.tag == "WP$"
            and not verb.is_verb
            and verb.dep != "acl:relcl"
            and verb.head is not None
        ):
            verb = verb.head
        while verb is not None and verb.dep in ("conj", "xcomp", "aux", "auxpass", "cop") and verb.head is not None:
            if verb.dep == "conj" and verb.head.is_noun:
                break
            verb = verb.head
        if verb is not None and verb.dep in ("acl:relcl", "acl") and verb.head is not None:
            held = verb.head
            comma = node.i > 0 and self.graph.nodes[node.i - 1].low == ","
            if comma and node.low == "which" and held.dep == "nmod" and held.i not in self.at and held.head is not None and (
                held.case().split(" ")[0] in ("to", "in", "into", "from", "at", "within", "on", "onto")
            ):  # fmt: skip
                # "recruitment of cells to the tract, which prevented it": not the place
                return self._kind_of(held.head) if held.head.is_noun else None
            return self._kind_of(held)
        for before in reversed(self.graph.nodes[: node.i]):
            if (
                before.is_noun
                and before.dep not in ("compound", "nmod:poss", "det")
                and before.low not in ("that", "which")
            ):
                return before
            if before.is_verb:
                return None
        return None


_WIDE = frozenset({
    "increase", "decrease", "change", "rise", "fall", "drop", "reduction", "loss", "decline", "improvement", "gain", "elevation",
    "impairment", "enhancement", "alteration", "difference", "shift", "exposure", "return", "mutation", "variant", "polymorphism",
})  # fmt: skip


_CHANGED = frozenset({"mutation", "variant", "polymorphism", "allele"})
_DISABLING = frozenset({"loss-of-function", "inactivating", "null", "truncating", "nonsense", "disruptive", "lof"})

_DEEDS = frozenset({
    "lysis", "destruction", "clearance", "elimination", "eradication", "degradation", "killing", "growth", "expansion", "repair",
    "relief", "cessation", "termination", "relaxation", "contraction", "regression", "detachment", "dissolution", "resolution",
})  # fmt: skip
"""Nouns of change that name a process of their own: to increase the lysis of X is not to decrease X."""


def _pointed(topic: Arg) -> Arg:
    """A thing said before as a pointing word means it: itself, without what was said of it there."""
    return replace(
        topic, inherited=True, sign=1, negated=False, null=False, perturbation=None, themes=(), agent=False, bare=False
    )


def _side_by_side(topics: list[tuple[str, Arg]], part: str) -> list[Arg]:
    """The coordinated things that a list of topics ends in."""
    out: list[Arg] = []
    for role, topic in reversed(topics):
        if role != part + "s":
            break
        out.insert(0, topic)
    return out


def _blockade() -> PerturbationKind:
    from mgmine.claims.lexical import PerturbationKind

    return PerturbationKind("blockade", True)


_BLOCKADE = _blockade()
