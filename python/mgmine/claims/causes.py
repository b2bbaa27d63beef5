"""Effects seen under a condition, consequences, and what perturbations let one infer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mgmine.claims.compounds import Compounds
from mgmine.claims.draft import Draft
from mgmine.claims.groups import sharpened
from mgmine.claims.phrase import Arg
from mgmine.claims.repair import quantity

if TYPE_CHECKING:
    from mgmine.claims.lexical import PerturbationKind
    from mgmine.nlp.graph import Node

_GIVEN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("treat", "incubate", "supplement", "feed", "pretreat", "load", "stimulate", "pulse", "give"), ("with",)),
    **dict.fromkeys(("expose", "allocate", "assign", "randomize"), ("to",)),
    **dict.fromkeys(("culture", "grow", "keep", "maintain", "rear", "raise", "expand", "hold", "bathe"), ("in", "with", "on", "under")),
}  # fmt: skip
"""Verbs of treating, with the prepositions that bring what was given."""
_GETTING = frozenset({"receive", "take", "get"})
ARMS = frozenset({"group", "arm"})
_UNGIVEN = frozenset({
    "placebo", "control", "saline", "vehicle", "sham", "untreated", "comparison", "comparator", "reference", "study", "treatment", "patient",
    "intervention", "age", "experimental", "treated", "trial", "other", "same", "first", "second",
})  # fmt: skip
"""What a group is called that does not say what sets it apart."""
_ANIMALS = frozenset({"mouse", "rat", "animal", "rabbit", "pig", "dog", "hamster", "chick", "calf", "lamb", "monkey"})
TREATED = frozenset({
    "treated", "exposed", "pretreated", "supplemented", "fed", "incubated", "loaded", "pulsed", "stimulated", "primed", "injected",
})  # fmt: skip
CAUSE_MARKS = frozenset({"when", "once", "after", "if", "upon", "whenever", "on", "because", "unless"})

_PRESENT = frozenset({"sense", "detect", "perceive", "register", "bind", "engage", "ligate"})
"""What has happened to a thing that is there: "when X is bound"."""
_STIMULI = frozenset({"surgery", "exercise", "injury", "challenge", "contact", "stress", "transfer", "infection"})
_NO_STIMULUS = frozenset({
    "adjustment", "adjusting", "correction", "moment", "duration", "observation", "beginning", "publication", "completion", "randomization",
    "randomisation", "enrollment", "enrolment", "admission", "exclusion", "increasing", "decreasing", "controlling", "matching",
})  # fmt: skip
"""What something may come after without coming from it."""

_COMING = frozenset({"arrive", "appear", "enter", "come", "return", "flow"})
_GOING = frozenset({"leave", "disappear", "vanish", "go", "depart"})
_FASTER = frozenset({
    "faster", "better", "more", "longer", "sooner", "further", "harder", "earlier", "quicker", "quickly", "readily", "vigorously",
    "briskly", "efficiently", "avidly", "strongly", "stronger", "tighter", "robustly",
})  # fmt: skip
_SLOWER = frozenset({
    "slower", "slowly", "less", "worse", "poorly", "weakly", "badly", "later", "inefficiently", "sluggishly", "loosely", "barely",
    "hardly", "feebly",
})  # fmt: skip


class Causes(Compounds):
    """Reads adverbials and clauses of cause, consequences and perturbations."""

    def _effects(self, verb: Node) -> list[tuple[Arg, str, list[Node]]]:
        """What a clause without an agent of its own says changed, with the sign and the words that say so."""
        data = self.data
        out: list[tuple[Arg, str, list[Node]]] = []
        if not verb.is_verb or any(kid.dep == "cop" for kid in verb.kids):
            if any(kid.dep == "cop" for kid in verb.kids):
                out = self._copular(verb)
            return out
        passive = self.passive(verb)
        if passive and (self._protocol(verb) or (verb.lemma in _GIVEN and self._given(verb))):
            return out
        entries = data.verbs.get(verb.lemma, ())
        has_object = any(kid.dep == "dobj" for kid in verb.kids)
        failing = verb.lemma in data.cues["negation"]["verbs"]
        complement = next((kid for kid in verb.kids if kid.dep in ("xcomp", "ccomp") and kid.is_verb), None)
        negative = self.scope.negated(verb)
        if failing and complement is not None:
            return self._deed(complement, "-", [verb])
        if (
            verb.lemma in ("fail", "falter", "struggle", "suffer", "tire")
            and not has_object
            and complement is None
            and not passive
        ):
            return [(arg, "-", [verb]) for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)]
        if not has_object and not passive:
            fate = self._fate(verb)
            if fate:
                return fate
        if (
            verb.lemma in ("vanish", "disappear", "cease", "stop", "die", "perish")
            and not has_object
            and complement is None
        ):
            return [(arg, "-", [verb]) for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)]
        stative = complement is not None and (complement.low in data.states or complement.low in data.adjectives)
        if verb.lemma in (
            "remain",
            "stay",
            "become",
            "appear",
            "seem",
            "be",
            "prove",
            "snap",
            "swing",
            "spring",
            "flip",
        ) and (complement is None or stative):
            adjective = next(
                (
                    kid
                    for kid in verb.kids
                    if kid.i > verb.i
                    and (
                        kid.dep in ("xcomp", "acomp", "advcl", "amod", "acl")
                        or (kid.dep == "dobj" and (kid.tag == "JJ" or kid.low in data.states))
                    )
                    and not kid.of("mark")
                ),
                None,
            )
            if adjective is not None:
                return self._adjectival(verb, adjective, negative)
        if (
            verb.lemma
            in (
                "show",
                "display",
                "exhibit",
                "have",
                "develop",
                "experience",
                "undergo",
                "mount",
                "generate",
                "possess",
                "retain",
                "suffer",
                "achieve",
                "acquire",
                "present",
                "elicit",
                "launch",
            )
            and has_object
            and not passive
        ):
            for kid in verb.kids:
                if kid.dep == "dobj":
                    found = self._directed(kid, verb)
                    if (
                        not found
                        and verb.lemma in ("develop", "suffer", "undergo", "experience", "acquire")
                        and not negative
                    ):
                        found = [(arg, "+", [verb]) for arg in self.phrases.objects(kid)]
                    out.extend(found)
            return out
        if verb.lemma in ("lose", "gain") and has_object:
            less = any(self.phrases.has_direction(kid) < 0 for kid in verb.of("dobj"))
            sign = "-" if (verb.lemma == "lose") != less else "+"
            return [(arg, sign, [verb]) for arg in self.direct_object(verb)]
        if verb.lemma in (
            "observe",
            "see",
            "detect",
            "find",
            "note",
            "occur",
            "happen",
            "measure",
            "take",
            "record",
            "arise",
            "achieve",
            "obtain",
        ) and (passive or not has_object):
            for one in self.subject_nodes(verb):
                none = any(kid.low == "no" for kid in one.kids) or negative
                if none and not (one.low in data.nouns and data.nouns[one.low].sign and self.phrases.themes(one)):
                    out.extend((arg, "none", [verb]) for arg in self.phrases.objects(one))
                else:
                    out.extend(self._directed(one, verb))
            return out
        if (
            has_object
            and not passive
            and verb.lemma in ("observe", "see", "detect", "find", "note", "record")
            and any(one.tag == "PRP" or one.lemma in data.empty for one in self.subject_nodes(verb))
        ):
            # "we did not see any change in X with Y"
            for one in verb.of("dobj"):
                out.extend((arg, "0" if negative else sign, cue) for arg, sign, cue in self._directed(one, verb))
            return out
        if (
            has_object
            and not passive
            and verb.lemma
            in (
                "take",
                "contain",
                "accumulate",
                "produce",
                "secrete",
                "bind",
                "express",
                "import",
                "release",
                "hold",
                "make",
                "form",
                "need",
                "require",
                "use",
                "consume",
                "eat",
                "receive",
                "shed",
            )
        ):
            for kid in verb.kids:
                if kid.dep == "dobj":
                    out.extend((arg, "0" if negative else sign, cue) for arg, sign, cue in self._directed(kid, verb))
            if out:
                return out
        if (
            passive
            and not negative
            and verb.lemma in ("form", "make", "produce", "count", "release", "secrete", "take")
            and not self.by_phrase(verb)
            and (found := [one for subject in self.subject_nodes(verb) for one in self._directed(subject, verb)])
        ):
            # "fewer metastases were formed"
            return found
        if (
            passive
            and negative
            and verb.lemma in ("establish", "form", "make", "maintain", "build", "mount", "generate", "reach")
        ):
            # "cannot be established without X"
            return [(arg, "none", [verb]) for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)]
        if not passive and not has_object and self._pace(verb) == "0":
            return [(self.clause(verb), "0", [verb])]
        for entry in entries:
            group = entry.group
            if group.frame not in ("affects",) or group.light or entry.preposition is not None:
                continue
            if entry.particle is not None and not self._particle(verb, entry.particle):
                continue
            if (group.inchoative and not has_object and not passive) or (passive and not self.by_phrase(verb)):
                nodes = self.subject_nodes(verb)
                for one in nodes:
                    for arg in self.phrases.objects(one):
                        sign = self._sign(group.sign, arg.sign) or "?"
                        if negative and group.change:
                            sign = "0"
                        elif self._slowed(verb):
                            sign = "-" if sign == "+" else "+"
                        elif negative and group.inchoative and sign == "+" and not passive and self._unable(verb):
                            sign = "none"
                        elif negative:
                            sign = "0" if group.inchoative else ("-" if sign == "+" else "?")
                        out.append((arg, sign, [verb]))
                return out
        pace = self._pace(verb)
        if pace and not passive:
            return [(self.event(verb) if has_object else self.clause(verb), pace, [verb])]
        if negative and not passive and verb.lemma not in ("be", "have", "do"):
            return self._deed(verb, "-", [verb])
        return out

    def _pace(self, verb: Node) -> str | None:
        """The sign of "faster", "better", "poorly" and the like after a verb; 0 for "no faster"."""
        for kid in verb.kids:
            if kid.i > verb.i and kid.dep in ("advmod", "xcomp", "nmod:npmod", "dobj", "dep"):
                sign = "+" if kid.low in _FASTER else "-" if kid.low in _SLOWER else None
                if sign is None:
                    continue
                if any(one.low in ("no", "not", "any") and one.i < kid.i for one in kid.kids) or self.scope.negated(
                    verb
                ):
                    return "0"
                return sign
        return None

    def _protocol(self, verb: Node) -> bool:
        """ "T cells were stimulated with X in the presence of Y": what was done to cells, and no effect on them."""
        return (
            verb.lemma in self.data.cues["reagent"]["verbs"]
            and any(kid.case() == "with" and kid.i > verb.i for kid in verb.of("nmod"))
            and any(
                arg.type in ("t_cell", "cell") for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)
            )
        )

    def _unable(self, verb: Node) -> bool:
        """ "cannot open", "could not unfold": not a change that was looked for, but a thing that does not happen."""
        return any(kid.low in ("cannot", "can", "could") and kid.i < verb.i for kid in verb.kids)

    def _slowed(self, verb: Node) -> bool:
        """ "grew more slowly", "rose less"."""
        return any(
            kid.low in ("slowly", "slower", "less", "poorly", "worse")
            and kid.i > verb.i
            and kid.dep in ("advmod", "xcomp", "nmod:npmod")
            for kid in verb.kids
        )

    def _deed(self, verb: Node, sign: str, cue: list[Node]) -> list[tuple[Arg, str, list[Node]]]:
        """What somebody failed to do: the thing it would have been done to, else the deed itself."""
        group_sign = "+"
        for entry in self.data.verbs.get(verb.lemma, ()):
            if (
                entry.preposition is None
                and entry.particle is None
                and entry.group.frame == "affects"
                and entry.group.sign in ("+", "-")
            ):
                group_sign = entry.group.sign or "+"
                break
        objects = self.direct_object(verb)
        if objects and verb.lemma not in ("kill", "lyse", "bind", "recognize", "recognise"):
            return [
                (arg, self._sign(sign, arg.sign * (1 if group_sign == "+" and not self.restrained(verb, arg) else -1)) or sign, [*cue, verb])
                for arg in objects
            ]  # fmt: skip
        if any(entry.group.inchoative for entry in self.data.verbs.get(verb.lemma, ())):
            args = [arg for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)]
            return [(arg, sign if group_sign == "+" else "+", [*cue, verb]) for arg in args]
        return [(self.event(verb), sign, [*cue, verb])]

    def _copular(self, node: Node) -> list[tuple[Arg, str, list[Node]]]:
        """ "was lower", "was absent", "was unchanged", "were unable to bind"."""
        low = node.low
        negative = self.scope.negated(node)
        subjects = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass")] or self.subject_nodes(node)
        if low in self.data.cues["negation"]["adjectives"] and not negative:
            complement = next(
                (kid for kid in node.kids if kid.dep in ("xcomp", "ccomp", "acl", "advcl") and kid.is_verb), None
            )
            if complement is not None:
                return self._deed(complement, "-", [node])
        if low in ("able", "capable"):
            degree = {kid.low for kid in node.kids if kid.i < node.i}
            sign = "-" if negative or "less" in degree else "+" if degree & {"more", "better"} else None
            complement = next(
                (kid for kid in node.kids if kid.dep in ("xcomp", "ccomp", "acl", "advcl") and kid.is_verb), None
            )
            if sign is not None and complement is not None:
                return self._deed(complement, sign, [node])
        return self._adjectival(node, node, negative, subjects)

    def _adjectival(
        self, verb: Node, adjective: Node, negative: bool, subjects: list[Node] | None = None
    ) -> list[tuple[Arg, str, list[Node]]]:
        data = self.data
        low = adjective.low
        sign = {1: "+", -1: "-"}.get(data.directions.get(low, 0))
        if any(kid.low == "less" for kid in adjective.kids):
            sign = "-"
        elif any(kid.low == "more" for kid in adjective.kids):
            sign = "+"
        if low in ("absent", "undetectable", "lost", "gone", "negligible"):
            sign = "-"
        if low in data.states and sign is None:
            sign = "+" if data.states[low] > 0 else "-"
        if low in data.adjectives and data.adjectives[low].sign == "0":
            sign = "0"
        if sign is None:
            return []
        if negative and sign != "0":
            sign = "0"
        return [
            (arg, self._sign(sign, arg.sign) or sign, [adjective])
            for one in (subjects if subjects is not None else self.subject_nodes(verb)) for arg in self.phrases.objects(one)
        ]  # fmt: skip

    def _directed(self, node: Node, verb: Node) -> list[tuple[Arg, str, list[Node]]]:
        """An object such as "reduced killing" or "a fall in adhesion"."""
        out: list[tuple[Arg, str, list[Node]]] = []
        no = any(kid.low == "no" for kid in node.kids)
        for member, _ in self.phrases.members(node):
            group = self.data.nouns.get(member.low)
            if group is not None and group.frame == "effect":
                continue
            direction = self.phrases.has_direction(member)
            args = self.phrases.resolve(member)
            for arg in args:
                if group is not None and arg.node is not member and group.frame == "affects" and group.sign is not None:
                    if group.change:
                        sign = "0" if no or self.scope.negated(verb) else "?"
                    else:
                        sign = "+" if arg.sign * (direction or 1) > 0 else "-"
                        if no:
                            sign = "0"
                elif direction:
                    sign = "+" if direction > 0 else "-"
                elif no:
                    sign = "-"
                else:
                    continue
                out.append((arg, sign, [member]))
        return out

    def _fate(self, verb: Node) -> list[tuple[Arg, str, list[Node]]]:
        """ "patients relapsed later", "seizures occurred less often"."""
        happened = verb.lemma in ("occur", "happen", "arise")
        if not happened and verb.lemma not in self.data.outcome_verbs:
            return []
        whose = self.subject_nodes(verb)
        for kid in verb.of("advmod"):
            direction = sharpened(self.data, self.graph.nodes[verb.i + 1 : kid.i + 1]) if kid.i > verb.i else 0
            sign = "+" if direction > 0 else "-"
            if direction and happened:
                return [(arg, sign, [verb]) for one in whose for arg in self.phrases.objects(one)]
            if direction and any(one.lemma in self.data.cohorts for one in whose):
                return [(Arg(verb, verb.start, kid.end, "outcome"), sign, [verb])]
        return []

    def _causes(self, verb: Node) -> None:
        """Adverbials and clauses that say under what a change was seen: with, without, after, when."""
        around = list(verb.kids)
        if verb.lemma in self.data.cues["negation"]["verbs"] or verb.low in self.data.cues["negation"]["adjectives"]:
            # "failed to open X in the absence of Y"
            around += [
                one for kid in verb.kids if kid.dep in ("xcomp", "ccomp") and kid.is_verb for one in kid.of("nmod")
            ]
        if verb.lemma in ("observe", "see", "detect", "find", "note", "record"):
            # "we found an increase in X after Y"
            places = [one for kid in verb.of("dobj", "nsubjpass") for one in (kid, *kid.of("nmod"))]
            around += [
                one for place in places for one in place.of("nmod")
                if one.i > place.i and one.case().split(" ")[0] in ("after", "upon", "following", "with", "without")
            ]  # fmt: skip
        hasty = [
            kid
            for kid in around
            if kid.dep in ("nmod", "advcl") and (kid.dep == "advcl" or kid.is_noun or kid.tag == "VBG")
        ]
        holders = self._perturbed_subject(verb)
        told = any(kid.dep == "advcl" and self._cause_of(kid) for kid in hasty)
        if verb.dep == "conj" and verb.head is not None and self._own_subject(verb) and not told and not any(
            kid.low in ("but", "whereas", "while") for kid in verb.head.kids if kid.dep in ("cc", "mark") and kid.i > verb.head.i
        ):  # fmt: skip
            # "when X was low, A fell and B rose": the clause in front stands before both
            first = [kid.i for kid in verb.head.kids if kid.dep in ("nsubj", "nsubjpass")]
            hasty += [
                kid for kid in verb.head.kids
                if kid.dep == "advcl" and first and kid.i < min(first) and kid.is_verb | any(one.dep == "cop" for one in kid.kids)
            ]  # fmt: skip
        if verb.lemma == "be" and any(kid.dep == "expl" for kid in verb.kids):
            # "there was a fall in X after Y"
            for kid in verb.kids:
                if kid.dep in ("nsubj", "dobj"):
                    effects_there = self._directed(kid, verb)
                    places = [*kid.kids, *(one for inner in kid.kids for one in inner.kids)]
                    for one in (*hasty, *(place for place in places if place.dep == "nmod")):
                        if one.case().split(" ")[0] in ("after", "upon", "following", "with", "without", "in"):
                            self._cause_drafts(self._cause_of(one), effects_there, verb)
            return
        if not hasty and not holders:
            return
        effects: list[tuple[Arg, str, list[Node]]] | None = None
        loose = (
            self.passive(verb)
            and verb.lemma not in ("see", "observe", "achieve", "obtain", "note")
            and not any(entry.group.inchoative for entry in self.data.verbs.get(verb.lemma, ()))
        )
        for kid in hasty:
            if (
                loose
                and kid.dep == "nmod"
                and kid.case().split(" ")[0] in ("with", "on", "at", "from", "under")
                and not self._absent_modifier(kid)
            ):
                continue
            if self.scope.negated(verb) and any(one.low == "even" for one in kid.kids):
                # "was not opened even after X": not because of X
                continue
            causes = self._cause_of(kid)
            whether = not causes and kid.dep == "advcl" and any(one.low == "whether" for one in kid.kids)
            if whether:
                # "stayed the same whether or not X was present"
                causes = [(arg, None, False) for arg, _, _ in self._cause_clause(kid, {"when"})]
            if not causes:
                continue
            if whether and any(sign != "0" for _, sign, _ in self._effects(verb)):
                continue
            if effects is None:
                effects = self._effects(verb)
                if effects and kid.dep == "nmod" and kid.i > verb.i:
                    effects = [*self._shared_effects(verb, kid), *effects]
            if (
                not effects
                and kid.dep == "advcl"
                and verb.is_verb
                and any(kind is not None and kind.kind == "rescue" for _, kind, _ in causes)
            ):
                # "once X was restored, T cells killed again"
                for target, sign, cue in self._deed(verb, "+", []):
                    self._cause_drafts(causes, [(target, sign, cue)], verb)
                continue
            if not effects:
                return
            self._cause_drafts(causes, effects, verb, people=self._people(kid) or self._measured_with(kid))
        if not holders:
            self._reference(verb, hasty, effects)
        if holders:
            if effects is None:
                effects = self._effects(verb)
            people = any(self._people(one) for one in self.subject_nodes(verb))
            self._cause_drafts(holders, effects, verb, "affects/perturbed-holder", people)

    def _reference(self, verb: Node, around: list[Node], effects: list[tuple[Arg, str, list[Node]]] | None) -> None:
        """ "X was higher in the placebo group than in the Y group": those given Y had less X."""
        if effects is not None:
            return
        for kid in around:
            if kid.dep != "nmod" or kid.case().split(" ")[0] not in ("than", "versus", "vs"):
                continue
            given = self._treated(kid)
            if given:
                turned = [(arg, {"+": "-", "-": "+"}.get(sign, sign), cue) for arg, sign, cue in self._effects(verb)]
                self._cause_drafts(given, turned, verb, people=self._people(kid))
                return

    def _measured_with(self, node: Node) -> bool:
        """ "rose with serum X", "fell with X intake": two measures, neither of which was set."""
        if node.dep != "nmod" or node.case() != "with":
            return False
        words = {one.low for one in self.graph.nodes if one.head is node and one.i < node.i}
        name = self.phrases.at.get(node.i)
        if name is not None:
            words.add(name.text.lower().split(" ")[0])
        return node.lemma in ("level", "status", "intake", "age", "concentration") or bool(
            words & {"serum", "plasma", "blood", "dietary"}
        )

    def _people(self, node: Node) -> bool:
        """Whether a noun names people, or a group that is not said to be of animals."""
        if node.lemma in self.data.people:
            return True
        return (node.lemma in ARMS or node.low == "those") and not any(
            one.lemma in _ANIMALS for one in self.graph.nodes
        )

    def _arm(self, node: Node) -> list[Arg]:
        """ "the magnesium group", "the zinc arm": what those in it were given, or have."""
        if node.lemma not in ARMS or any(kid.low in self.data.levels for kid in node.kids):
            # "the high X group" is told apart by how much
            return []
        for kid in reversed(node.kids):
            if kid.i > node.i or kid.dep not in ("compound", "amod", "nmod:npmod", "dep"):
                continue
            if kid.low in _UNGIVEN or not (kid.is_noun or kid.i in self.phrases.at):
                return []
            return self.phrases.resolve(kid, True)
        return []

    def _shared_effects(self, verb: Node, cause: Node) -> list[tuple[Arg, str, list[Node]]]:
        """ "X fell and Y rose after Z": Z stands behind both."""
        head = verb.head
        if (
            verb.dep != "conj"
            or head is None
            or not head.is_verb
            or cause.case().split(" ")[0] not in ("after", "upon", "following", "during")
        ):
            return []
        if not self._own_subject(verb) or any(kid.dep in ("nmod", "advcl") and kid.i > head.i for kid in head.kids):
            return []
        return self._effects(head)

    def _cause_drafts(
        self,
        causes: list[tuple[Arg, PerturbationKind | None, bool]],
        effects: list[tuple[Arg, str, list[Node]]],
        verb: Node,
        rule: str = "",
        people: bool = False,
    ) -> None:
        for cause, kind, flips in causes:
            for seen, sign, cue in effects:
                target = seen
                if (len(cue) > 1 and not flips and not rule) or sign == "?":
                    continue
                if cause.start < target.end and target.start < cause.end and target.event:
                    # "cells grown in X multiplied faster": X stands inside the clause, not inside the deed
                    target = self.event(target.node)
                if cause.start < target.end and target.start < cause.end:
                    continue
                stated = sign
                missing = sign == "none"
                if missing:
                    # nothing seen without X speaks for X; nothing seen with X denies that X does it
                    stated = sign = "-" if flips else "+"
                if flips:
                    if sign == "?":
                        continue
                    stated = {"+": "-", "-": "+"}.get(sign, sign)
                used = rule or ("affects/absence" if flips else "affects/cause-adverbial")
                draft = Draft(
                    cause, "affects", target, cue, used, self.data.scores[used], verb, sign=stated,
                    aspect=target.aspect, perturbation=(kind.kind, None) if kind is not None else None, negated=missing and not flips, final=False,
                    unstated=flips and sign != "0",
                )  # fmt: skip
                draft.reasons.append("effect under a condition")
                if people and not flips:
                    # people who were given something differ from others in more than that
                    if cause.name is None and target.name is None and kind is None:
                        continue
                    draft.predicate, draft.modality = "correlates_with", "correlational"
                self._add(draft)
                for one in cue:
                    for other in list(self.fired.get(one.i, ())):
                        if (
                            other.rule == "affects/verb"
                            and isinstance(other.subject, Arg)
                            and other.subject.type in ("t_cell", "cell")
                        ):
                            self._drop(other)

    def _cause_of(self, node: Node) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """What an adverbial names as the cause, whether it was taken away, and how."""
        removal = self.data.perturbation_nouns["absence"]
        case = node.case()
        words = case.split(" ") if case else []
        if node.dep == "nmod" and node.is_noun:
            if "without" in words or "lacking" in words:
                return [(arg, removal, True) for arg in self.phrases.objects(node) if self._thing(arg)]
            if node.low in ("absence", "lack", "want") and words[:1] in (["in"], ["for"], ["under"]):
                return [
                    (arg, removal, True)
                    for theme in self.phrases.themes(node)
                    for arg in self.phrases.objects(theme)
                    if self._thing(arg)
                ]
            if node.low == "presence" and words[:1] == ["in"]:
                return [
                    (arg, None, False)
                    for theme in self.phrases.themes(node)
                    for arg in self.phrases.objects(theme)
                    if self._thing(arg)
                ]
            if node.low == "response" and words[:1] == ["in"]:
                return [
                    (arg, None, False)
                    for kid in node.kids
                    if kid.dep == "nmod" and kid.case() == "to"
                    for arg in self.phrases.objects(kid)
                ]
            if node.lemma in self.data.cohorts | self.data.cells | ARMS and words[:1] in (["in"], ["among"], ["for"]):
                given = self._treated(node)
                for kid in node.kids:
                    if kid.dep == "nmod" and kid.case() in ("on", "under"):
                        # "in mice on a magnesium-free diet"
                        given.extend((arg, removal, True) for arg in self._absent_modifier(kid))
                if given:
                    return given
            split = self._absent_modifier(node)
            if split and words[:1] and words[0] in ("in", "with", "under", "at"):
                return [(arg, removal, True) for arg in split]
            if quantity(node):
                return []
            if words and words[0] in (
                "with",
                "after",
                "upon",
                "following",
                "by",
                "due",
                "because",
                "owing",
                "under",
                "on",
                "from",
                "at",
                "in",
            ):
                args = self.phrases.subjects(node)
                if len(args) == 1 and self._stimulus(args[0]):
                    # "upon stimulation with X", "after induction by X"
                    by = [kid for kid in node.of("nmod") if kid.i > node.i and kid.case() in ("with", "by", "using")]
                    args = [arg for kid in by for arg in self.phrases.subjects(kid)] or args
                out: list[tuple[Arg, PerturbationKind | None, bool]] = []
                for arg in args:
                    if arg.perturbation is not None:
                        if arg.perturbation.flips:
                            if arg.agent:
                                out.append((replace(arg, perturbation=None, themes=()), arg.perturbation, False))
                            out.extend((theme, arg.perturbation, True) for theme in arg.themes)
                        else:
                            out.append((arg, arg.perturbation, False))
                    elif (
                        words[0]
                        in (
                            "after",
                            "upon",
                            "following",
                            "with",
                            "due",
                            "because",
                            "owing",
                            "by",
                            "under",
                            "from",
                            "on",
                        )
                        and self._thing(arg)
                        and (
                            (arg.name is not None and arg.type not in ("t_cell",))
                            or words[0] in ("due", "because", "owing", "by")
                            or (words[0] in ("after", "upon", "following") and arg.node is not node)
                            or (words[0] in ("after", "upon", "following") and self._stimulus(arg))
                        )
                    ):
                        if arg.level == "low":
                            out.append((replace(arg, level=None), removal, True))
                        else:
                            out.append((arg, None, False))
                return out
            return []
        marks = {kid.low for kid in node.kids if kid.dep in ("mark", "advmod", "case")}
        if "soon" in marks or ("long" in marks and "as" in marks):
            # "as soon as X was returned"
            marks.add("once")
        if (node.dep == "advcl" and marks & CAUSE_MARKS) or (node.dep == "advcl" and marks & {"without"}):
            return self._cause_clause(node, marks)
        return []

    def _stimulus(self, arg: Arg) -> bool:
        """Whether a noun without a name tells of something done or given: "upon stimulation", "after dialysis"."""
        low = arg.node.low
        if arg.name is not None or low in _NO_STIMULUS:
            return False
        text = arg.node.text
        return (
            (text.isalnum() and text.isupper() and len(text) > 2 and arg.node.tag[:2] == "NN")
            or low in self.data.nouns
            or low in self.data.perturbation_nouns
            or low in _STIMULI
            or low.endswith(("tion", "sis", "ment", "ing", "therapy"))
        )

    def _thing(self, arg: Arg) -> bool:
        return arg.node.lemma not in self.data.cohorts and arg.node.lemma not in self.data.empty

    def _absent_modifier(self, node: Node) -> list[Arg]:
        """ "magnesium-free medium": what the medium lacks."""
        out: list[Arg] = []
        for kid in node.kids:
            if kid.dep in ("amod", "compound", "acl", "dep"):
                split = self._split(kid)
                if split is not None and self.data.compounds[split[1]].then in ("absence", "perturbed"):
                    out.extend(split[0])
                elif kid.dep == "acl" and (kid.lemma in ("lack", "deprive", "deplete", "starve", "strip", "free")):
                    for inner in kid.kids:
                        if inner.dep == "dobj" or (inner.dep == "nmod" and inner.case() in ("of", "from", "for")):
                            out.extend(self.phrases.objects(inner))
                elif kid.low.startswith("low-") and kid.i in self.phrases.within:
                    out.extend(self.phrases._name_arg(node, name) for name in self.phrases.within[kid.i])
                elif kid.low in ("low", "poor") and kid.i > node.i:
                    for inner in kid.kids:
                        if inner.dep == "nmod" and inner.case() == "in":
                            out.extend(self.phrases.objects(inner))
                elif kid.low in ("free", "deficient", "depleted", "deprived", "lacking"):
                    before = [inner for inner in kid.kids if inner.i < kid.i and inner.i in self.phrases.at]
                    out.extend(arg for one in before for arg in self.phrases.resolve(one))
                    for inner in kid.kids:
                        if inner.dep == "nmod" and inner.case() in ("of", "in"):
                            out.extend(self.phrases.objects(inner))
            elif kid.dep == "nmod" and kid.case() in ("without", "lacking"):
                out.extend(self.phrases.objects(kid))
            elif kid.dep == "acl:relcl" and kid.lemma == "lack":
                out.extend(self.direct_object(kid))
            elif (
                kid.dep == "acl:relcl"
                and any(one.tag in ("WDT", "WP") for one in kid.of("nmod"))
                and self.passive(kid)
                and (gone := self.phrases.perturbing(kid)) is not None
                and gone.flips
            ):
                # "cells from which X had been deleted", "mice in which X was silenced"
                out.extend(
                    arg
                    for one in kid.of("nsubjpass")
                    if one.tag not in ("WDT", "WP")
                    for arg in self.phrases.subjects(one)
                )
        return [arg for arg in out if self._thing(arg)]

    def _perturbed_subject(self, verb: Node) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """ "MAGT1-deficient T cells", "cells in magnesium-free medium", "cells deprived of magnesium" as the subject."""
        out: list[tuple[Arg, PerturbationKind | None, bool]] = []
        nodes = [kid for kid in verb.kids if kid.dep in ("nsubj", "nsubjpass")]
        if not nodes and verb.dep == "conj":
            nodes = self.subject_nodes(verb)
        for node in nodes:
            for place in (
                node,
                *(kid for kid in node.kids if kid.dep == "nmod" and kid.case() in ("in", "from", "of", "by", "on")),
            ):
                missing = self._absent_modifier(place)
                if missing:
                    kind = (
                        self.data.perturbation_nouns["knockout"]
                        if place is node and place.lemma in self.data.cells | {"mouse", "animal"}
                        else self.data.perturbation_nouns["absence"]
                    )
                    for kid in place.kids:
                        if kid.dep == "acl":
                            kind = self.data.perturbation_nouns["absence"]
                    out.extend((arg, kind, True) for arg in missing)
                out.extend(self._treated(place))
        return out

    def _treated(self, node: Node) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """ "EDTA-treated T cells", "T cells treated with EDTA": what they were given."""
        addition = self.data.perturbation_nouns["addition"]
        out: list[tuple[Arg, PerturbationKind | None, bool]] = [(arg, None, False) for arg in self._arm(node)]
        for kid in node.kids:
            if kid.dep == "amod" and "-" in kid.low and kid.low.rsplit("-", 1)[1] in TREATED:
                parts = self._parts(kid, kid.start, kid.start + kid.text.rfind("-"))
                out.extend((part, addition, False) for part in parts)
            elif kid.dep in ("acl", "acl:relcl") and (kid.lemma in _GIVEN or kid.lemma in _GETTING):
                for inner in kid.kids:
                    if (inner.dep == "nmod" and inner.case() in _GIVEN.get(kid.lemma, ())) or inner.dep == "dobj":
                        for arg in self.phrases.subjects(inner):
                            if arg.bare:
                                # "fed a magnesium-free diet"
                                out.extend((theme, arg.perturbation, True) for theme in arg.themes)
                            elif self._thing(arg) and arg.perturbation is None and not arg.level:
                                out.append((arg, addition, False))
        return out

    def _given(self, verb: Node) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """What a verb of treating says was given, or what the medium lacked: "exposed to X", "grown in X-free medium"."""
        kind = self.phrases.perturbing(verb)
        out: list[tuple[Arg, PerturbationKind | None, bool]] = []
        for place in (verb, *verb.of("dobj")):
            for kid in place.of("nmod"):
                if kid.i < verb.i or kid.case() not in _GIVEN[verb.lemma]:
                    continue
                for arg in self.phrases.subjects(kid):
                    if arg.bare:
                        out.extend((theme, arg.perturbation, True) for theme in arg.themes)
                    elif self._thing(arg) and not arg.level:
                        out.append((arg, kind, False))
        return out

    def _cause_clause(self, node: Node, marks: set[str]) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """ "when magnesium was removed", "after adding Mg2+", "once LFA-1 was blocked", "when magnesium was low"."""
        removal = self.data.perturbation_nouns["absence"]
        own = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass")]
        if node.lemma == "be" and node.of("expl"):
            # "if there is enough X", "when there was no X"
            none = any(kid.low in ("no", "little") for one in own for kid in one.kids)
            return [(arg, removal if none else None, none) for one in own for arg in self.phrases.subjects(one)]
        if any(kid.dep == "cop" for kid in node.kids) or node.lemma in ("be", "remain", "become"):
            word = node.low
            args = [arg for one in own for arg in self.phrases.subjects(one)]
            if word in (
                "absent",
                "missing",
                "lacking",
                "scarce",
                "low",
                "limiting",
                "depleted",
                "lower",
                "deficient",
                "insufficient",
                "gone",
                "withheld",
            ):
                return [(arg, removal, True) for arg in args]
            if word in (
                "present",
                "high",
                "higher",
                "abundant",
                "ample",
                "available",
                "plentiful",
                "sufficient",
                "elevated",
                "back",
            ):
                return [(arg, None, False) for arg in args]
            return []
        if not node.is_verb:
            return []
        perfect = any(kid.dep == "aux" and kid.lemma == "have" for kid in node.kids)
        if (self.passive(node) and own) or (node.tag == "VBN" and own and not perfect):
            kind = self.phrases.perturbing(node)
            args = [arg for one in own for arg in self.phrases.subjects(one)]
            agents = self.by_phrase(node)
            if node.lemma in _GIVEN:
                return self._given(node)
            if kind is None:
                if node.lemma in _PRESENT and not agents:
                    return [(arg, None, False) for arg in args]
                for entry in self.data.verbs.get(node.lemma, ()):
                    if entry.group.id in ("decrease", "increase"):
                        low = entry.group.id == "decrease"
                        return [(arg, removal if low else None, low) for arg in args]
                return []
            out: list[tuple[Arg, PerturbationKind | None, bool]] = [(arg, kind, kind.flips) for arg in args]
            if kind.flips and not agents:
                agents = [
                    arg
                    for kid in node.kids
                    if kid.dep == "nmod" and kid.case() == "with"
                    for arg in self.phrases.subjects(kid)
                ]
            if kind.flips:
                out.extend((agent, kind, False) for agent in agents)
            return out
        if (node.tag == "VBG" and not own) or (marks & {"after", "upon", "by", "on"} and node.tag == "VBG"):
            if "by" in marks:
                return []
            kind = self.phrases.perturbing(node)
            if node.lemma in _GIVEN:
                return self._given(node)
            if kind is None:
                return []
            args = self.direct_object(node)
            return [(arg, kind, kind.flips) for arg in args]
        if own and node.lemma in _COMING | _GOING and not any(kid.dep == "dobj" for kid in node.kids):
            gone = (node.lemma in _GOING) != self.scope.negated(node)
            return [
                (arg, removal if gone else None, gone)
                for one in own
                for arg in self.phrases.subjects(one)
                if arg.name is not None
            ]
        if own and not any(kid.dep == "dobj" for kid in node.kids):
            for entry in self.data.verbs.get(node.lemma, ()):
                if entry.group.id in ("increase", "decrease") and entry.group.inchoative:
                    low = entry.group.id == "decrease"
                    return [(arg, removal if low else None, low) for one in own for arg in self.phrases.subjects(one)]
        if own and any(kid.dep == "dobj" for kid in node.kids):
            # "when EDTA chelated magnesium", "when we removed magnesium"
            kind = self.phrases.perturbing(node)
            if kind is not None:
                out = [(arg, kind, kind.flips) for arg in self.direct_object(node)]
                if kind.flips:
                    out.extend((arg, kind, False) for arg in self.subject(node))
                return out
        return []

    def _consequences(self) -> None:
        """ "…, thereby increasing Y", "…, which raised Y": the whole claim before does it."""
        for node in self.graph.nodes:
            if (
                not node.is_verb
                or node.tag not in ("VBG",)
                or node.dep not in ("advcl", "acl", "conj", "xcomp", "ccomp", "parataxis", "dep")
            ):
                continue
            thereby = any(kid.low in ("thereby", "thus", "hence", "therefore") for kid in node.kids) or (
                node.i > 0 and self.graph.nodes[node.i - 1].low in ("thereby", "thus", "hence", "therefore")
            )
            if not thereby:
                comma = node.i > 0 and self.graph.nodes[node.i - 1].low == ","
                if not comma or node.lemma not in ("lead", "result", "cause", "cause"):
                    continue
            main = self._main_claim(node)
            if main is None:
                continue
            for firing in self.firings(node):
                if firing.group.frame != "affects":
                    continue
                objects = self.patient(node, firing.entry)
                if not objects:
                    continue
                for draft in list(self.fired.get(node.i, ())):
                    self._drop(draft)
                for target in objects:
                    direction = 1
                    if firing.group.light:
                        direction = self.phrases.has_direction(target.node) or 1
                    self._add(Draft(
                        main, "affects", target, self._cue(firing), "affects/consequence", self.data.scores["affects/consequence"], node,
                        sign=self._sign(firing.group.sign, target.sign * direction), aspect=target.aspect or ("process" if target.name is None else firing.group.aspect), group=firing.group,
                        negated=target.negated,
                    ))  # fmt: skip
                break

    def _main_claim(self, node: Node) -> Draft | None:
        """The claim a consequence follows from: the last one before it, of the clause it hangs on if there is one."""
        head = node.head
        if head is not None:
            for draft in self.fired.get(head.i, ()):
                if draft.anchor.i < node.i:
                    return draft
        before = [
            draft
            for draft in self.drafts
            if draft.anchor.i < node.i and draft.predicate in ("affects", "binds", "senses", "requires")
        ]
        return before[-1] if before else None

    def _sensed(self) -> None:
        """ "When X detected Y, Z improved": Y does it, by way of X."""
        for draft in list(self.drafts):
            if (
                draft.predicate != "senses"
                or draft.negated
                or not isinstance(draft.object, Arg)
                or not isinstance(draft.subject, Arg)
            ):
                continue
            verb = draft.anchor
            if not verb.is_verb or verb.dep != "advcl" or verb.head is None or draft.subject.name is None:
                continue
            if not any(kid.low in ("when", "once", "if", "whenever", "after", "upon") for kid in verb.kids):
                continue
            top = verb.head
            while top.dep in ("parataxis", "conj") and top.head is not None and top.head.is_verb:
                top = top.head
            mains = [top]
            for one in mains:
                mains.extend(kid for kid in one.kids if kid.dep in ("conj", "parataxis", "ccomp") and kid not in mains)
            for main in dict.fromkeys(mains):
                for target, sign, cue in self._effects(main):
                    made = self._add(Draft(
                        draft.object, "affects", target, cue, "affects/sensed", self.data.scores["affects/sensed"], main, sign=sign,
                        aspect=target.aspect, via=(draft.subject,),
                    ))  # fmt: skip
                    self.scope.apply(made)

    def _derive(self) -> None:
        """What a perturbation lets one infer about the thing perturbed."""
        for draft in list(self.drafts):
            if not isinstance(draft.subject, Arg) or draft.predicate not in ("affects", "requires"):
                continue
            subject = draft.subject
            kind = subject.perturbation
            if kind is None:
                if (
                    subject.level in ("low", "absent")
                    and self._lacking(subject)
                    and draft.predicate == "affects"
                    and draft.sign in ("+", "-")
                    and draft.derived is None
                    and not draft.negated
                ):
                    self._derived(draft, replace(subject, level=None), "removal", None)
                continue
            agent = self.graph.text[subject.start : subject.end] if subject.agent else None
            draft.perturbation = (kind.kind, agent)
            if not kind.flips or draft.sign not in ("+", "-") or draft.negated:
                continue
            if subject.bare and any(theme.name is not None for theme in subject.themes):
                self.hidden.add(id(draft))
            for theme in subject.themes:
                if theme.name is None and not theme.ids and not self.phrases.capital(theme.node):
                    continue
                self._derived(draft, theme, kind.kind, agent)

    def _lacking(self, subject: Arg) -> bool:
        """Whether a low level is a lack: a low dose or concentration of something given is none."""
        words = self.graph.text[max(0, subject.start - 40) : subject.end + 16].lower()
        return not any(word in words for word in ("concentration", "dose", "amount"))

    def _derived(self, draft: Draft, theme: Arg, kind: str, agent: str | None) -> None:
        target = draft.object
        if isinstance(target, Arg) and (theme.start < target.end and target.start < theme.end):
            return
        bare = id(draft) in self.hidden
        self.drafts.append(Draft(
            replace(theme, perturbation=None), draft.predicate, target, draft.cue, "affects/absence" if bare else "affects/derived",
            min(draft.score, self.data.scores["affects/derived"]), draft.anchor,
            sign="-" if draft.sign == "+" else "+", aspect=draft.aspect, factuality=draft.factuality, modality=draft.modality, role=draft.role,
            perturbation=(kind, agent), derived=None if bare else draft, unstated=bare, final=True,
        ))  # fmt: skip
