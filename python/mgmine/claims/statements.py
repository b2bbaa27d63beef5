"""Statements that several words make together: definitions, lists, targets, covariation, ellipses, "respectively"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mgmine.claims.causes import ARMS, Causes
from mgmine.claims.draft import Draft
from mgmine.claims.phrase import Arg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mgmine.nlp.graph import Node

_HANDLED = frozenset({"treated", "supplemented", "exposed", "fed", "stimulated"})
_SUMMED = frozenset({"effect", "process", "response", "change", "phenomenon", "increase", "decrease", "rise", "fall"})
"""Nouns that take up what a clause said."""
THERAPY = frozenset({"therapy", "treatment", "immunotherapy", "intervention", "drug", "therapeutic", "prevention"})


class Statements(Causes):
    """Reads statements that no single trigger makes."""

    def _aliases(self) -> None:
        """ "X acts as a sensor that …": the sensor is X."""
        for node in self.graph.nodes:
            if not node.is_noun or node.i in self.phrases.at:
                continue
            subject: Node | None = None
            head = node.head
            if node.lemma in _SUMMED and node.of("acl", "acl:relcl") and self._summing(node):
                continue
            if any(kid.dep == "cop" for kid in node.kids):
                subject = next((kid for kid in node.kids if kid.dep == "nsubj"), None)
            elif (
                head is not None
                and node.dep == "nmod"
                and node.case() in ("as", "like")
                and head.lemma in ("act", "function", "serve", "work", "behave", "operate")
            ):
                subject = next((kid for kid in head.kids if kid.dep == "nsubj"), None)
            if subject is not None and subject.low not in ("it", "there", "this", "which", "that"):
                self.phrases.alias[node.i] = subject

    def _summing(self, node: Node) -> bool:
        """ "X rose, an effect that Y blocked": what Y blocked is what was said of X before."""
        comma = self.graph.nodes[node.i - 2] if node.i > 1 else None
        if (
            comma is None
            or comma.low != ","
            or not any(kid.low in ("a", "an") and kid.i == node.i - 1 for kid in node.kids)
        ):
            return False
        verb = node.head
        while verb is not None and not verb.is_verb:
            verb = verb.head
        if verb is None:
            return False
        told = next((kid for kid in (*verb.of("dobj"), *verb.of("nsubjpass", "nsubj")) if kid is not node), None)
        if told is None or told.i > node.i:
            return False
        self.phrases.alias[node.i] = told
        self.summed[node.i] = verb
        node.attach(verb, "parataxis")
        return True

    def _definitions(self, node: Node) -> None:
        """ "X is a Y", "X functions as a Y", "X or Y" of two names of one thing."""
        name = self.phrases.at.get(node.i)
        if name is not None:
            for kid in node.kids:
                other = self.phrases.at.get(kid.i)
                if other is None or other.concept != name.concept or kid.i < node.i or other.text == name.text:
                    continue
                between = [one for one in self.graph.nodes if name.end <= one.start and one.end <= other.start]
                if (
                    kid.dep in ("conj", "appos", "dep")
                    and len(between) <= 3
                    and all(one.low in ("or", "(", ",", "also", "called", "alias") for one in between)
                ):
                    first = self.phrases._name_arg(node, name)
                    second = self.phrases._name_arg(kid, other)
                    self._add(Draft(
                        first, "same_as", second, between or [kid], "same-as/apposition", self.data.scores["same-as/apposition"], kid,
                        modality="definitional", final=True,
                    ))  # fmt: skip
        if not node.is_noun or (node.i in self.phrases.at and not any(kid.dep == "cop" for kid in node.kids)):
            return
        head = node.head
        rule = ""
        cue: list[Node] = []
        subjects: list[Arg] = []
        if any(kid.dep == "cop" for kid in node.kids):
            article = any(kid.dep == "det" and kid.low in ("a", "an", "one") for kid in node.kids)
            kind = node.lemma in ("type", "kind", "form", "class", "subset", "member", "family")
            subject_nodes = [kid for kid in node.kids if kid.dep == "nsubj"]
            plural = node.tag == "NNS"
            if subject_nodes and (article or kind or plural) and subject_nodes[0].i < node.i and not node.case():
                subjects = [arg for one in subject_nodes for arg in self.phrases.subjects(one)]
                cue = [kid for kid in node.kids if kid.dep == "cop"]
                rule = "is-a/copula"
        elif (
            head is not None
            and node.dep == "nmod"
            and node.case() == "as"
            and head.lemma in ("act", "function", "serve", "work")
        ):
            subjects = self.subject(head)
            cue = [head]
            rule = "is-a/functions-as"
        subjects = [arg for arg in subjects if arg.name is not None]
        if not rule or not subjects:
            return
        if self._agentive(node):
            return
        if node.lemma in self.data.empty and node.lemma not in ("type", "kind", "form", "class"):
            return
        if node.low in self.data.nouns or node.lemma in (
            "cofactor",
            "part",
            "target",
            "marker",
            "question",
            "key",
            "result",
            "function",
            "example",
            "cause",
            "matter",
        ):
            return
        target: list[Arg] = []
        if node.lemma in ("type", "kind", "form", "class", "subset", "member", "family"):
            for kid in node.kids:
                if kid.dep == "nmod" and kid.case() == "of":
                    target = self.phrases.objects(kid)
        else:
            start, end = self.phrases.span(node)
            target = [
                Arg(
                    node, start, end, "class", self.data.groundings.get(self.graph.text[start:end].lower(), ((), ""))[0]
                )
            ]
        for subject in subjects:
            for one in target:
                if one.start < subject.end and subject.start < one.end:
                    continue
                self._add(Draft(
                    subject, "is_a", one, cue, rule, self.data.scores[rule], node,
                    modality="definitional" if rule == "is-a/copula" else "background",
                ))  # fmt: skip

    def _agentive(self, node: Node) -> bool:
        return any(draft.anchor is node for draft in self.drafts)

    def _lists(self) -> None:
        """ "Foods that contain X include A, B and C": A, B and C contain X."""
        for draft in list(self.drafts):
            if draft.predicate not in ("contains", "expresses") or not isinstance(draft.subject, Arg):
                continue
            verb = draft.anchor
            if verb.dep != "acl:relcl" or verb.head is None or verb.head.dep not in ("nsubj",):
                continue
            main = verb.head.head
            if main is None or main.lemma not in ("include", "be", "comprise", "encompass"):
                continue
            listed = [kid for kid in main.kids if kid.dep == "dobj"]
            for target in listed[:1]:
                for arg in self.phrases.objects(target):
                    self._add(Draft(
                        arg, draft.predicate, draft.object, draft.cue, "contains/list", self.data.scores["contains/list"], verb,
                        modality="background",
                    ))  # fmt: skip
            if listed:
                self._drop(draft)

    def _targets(self) -> None:
        """ "X as a therapeutic target"."""
        data = self.data
        for node in self.graph.nodes:
            group = data.agents.get(node.low) or data.adjectives.get(node.low)
            if group is None or group.frame != "target":
                continue
            head: Node = node
            if node.low in data.adjectives:
                if node.head is None:
                    continue
                head = node.head if node.head.is_noun else node
            elif not any(
                kid.low
                in (
                    "therapeutic",
                    "drug",
                    "candidate",
                    "treatment",
                    "druggable",
                    "promising",
                    "pharmacological",
                    "potential",
                    "attractive",
                    "immunotherapeutic",
                    "possible",
                    "novel",
                )
                for kid in node.kids
            ) and not any(kid.dep == "nmod" and kid.case() == "for" and kid.lemma in THERAPY for kid in node.kids):
                continue
            args = self.holder(head)
            if not args and head.dep == "nmod" and head.case() == "as" and head.head is not None:
                near = head.head
                args = self.phrases.objects(near) if near.is_noun else []
                if not args:
                    args = [
                        arg
                        for kid in near.kids
                        if kid.dep in ("dobj", "nmod") and kid is not head and kid.i < head.i
                        for arg in self.phrases.objects(kid)
                    ]
            for arg in args:
                self._add(Draft(
                    arg, "target_candidate", None, [node], "target", data.scores["target"], node, factuality="possible", modality="interpretation",
                    final=True,
                ))  # fmt: skip

    def _musts(self) -> None:
        """ "X must be present for Y"; "Y cannot happen unless X is there"."""
        for node in self.graph.nodes:
            if node.low in ("present", "available", "bound", "there") and any(
                kid.dep == "aux" and kid.low in ("must", "should") for kid in node.kids
            ):
                holders = [
                    arg for kid in node.kids if kid.dep in ("nsubj", "nsubjpass") for arg in self.phrases.subjects(kid)
                ]
                for kid in node.kids:
                    if kid.dep in ("nmod", "advcl") and kid.case().split(" ")[0] == "for" and kid.is_noun:
                        self._needs(self.phrases.objects(kid), holders, node)
            elif node.is_verb and any(kid.low == "must" and kid.i < node.i for kid in node.of("aux")):
                # "for Y to happen, X must do it"
                # "for Y to happen, the cell must be kept in X"
                around = [
                    arg
                    for kid in node.of("nmod")
                    if self.passive(node) and kid.i > node.i and kid.case() in ("in", "with", "by")
                    for arg in self.phrases.objects(kid)
                    if arg.name is not None
                ]
                for kid in node.of("nmod"):
                    if kid.i < node.i and kid.case() == "for" and any(one.tag[:2] == "VB" for one in kid.of("acl")):
                        self._needs(self.phrases.objects(kid), around or self.subject(node), node)
            elif node.low == "independently" and node.dep == "advmod" and node.head is not None and node.head.is_verb:
                # "is maintained independently of X"
                for kid in node.of("nmod"):
                    for arg in self.phrases.objects(kid):
                        self._add(Draft(
                            self.event(node.head) if node.head.of("dobj") else self.clause(node.head), "requires", arg, [node], "requires/must", self.data.scores["requires/must"], node.head,
                            negated=True, final=True,
                        ))  # fmt: skip
            elif node.dep == "advcl" and node.head is not None and any(kid.low == "unless" for kid in node.kids):
                main = node.head
                if self.scope.negated(main) or any(kid.low == "cannot" for kid in main.kids):
                    holders = [
                        arg
                        for kid in node.kids
                        if kid.dep in ("nsubj", "nsubjpass")
                        for arg in self.phrases.subjects(kid)
                    ]
                    own = [arg.key for arg in self.subject(main)] if main.is_verb else []
                    if any(arg.key in own for arg in holders):
                        # "X cannot work unless it binds Y"
                        self._needs(
                            [arg for arg in self.subject(main) if arg.key in own], self.direct_object(node), node
                        )
                    else:
                        self._needs([self.clause(main)] if main.is_verb else [], holders, node)

    def _only(self) -> None:
        """ "Y happens only when X is there", "only in the presence of X": Y requires X."""
        for only in self.graph.nodes:
            if only.low != "only":
                continue
            for place in self.graph.nodes:
                if not place.is_verb:
                    continue
                for kid in place.of("advcl", "nmod"):
                    first = min(one.i for one in kid.subtree())
                    if not (only in place.kids and only.i < first) and only.i not in (first, first - 1):
                        continue
                    words = {one.low for one in kid.kids if one.dep in ("mark", "advmod", "case")}
                    if kid.dep == "nmod" and kid.low != "presence" and not words & {"with", "after", "upon"}:
                        continue
                    if kid.dep == "advcl" and not words & {"when", "if", "once", "after"}:
                        continue
                    there = [arg for arg, _, flips in self._cause_of(kid) if not flips]
                    if not there:
                        continue
                    for draft in list(self.fired.get(place.i, ())):
                        if draft.rule in ("affects/cause-adverbial", "affects/absence"):
                            self._drop(draft)
                    self._needs([self.event(place) if place.of("dobj") else self.clause(place)], there, only)

    def _needs(self, subjects: list[Arg], objects: list[Arg], anchor: Node) -> None:
        for subject in subjects:
            for target in objects:
                self._add(Draft(
                    subject, "requires", target, [anchor], "requires/must", self.data.scores["requires/must"], anchor, necessity="necessary",
                    final=True,
                ))  # fmt: skip

    def _covariation(self) -> None:
        """ "A fell as B rose": they go together, the sign is the product."""
        for node in self.graph.nodes:
            if (
                not node.is_verb
                or node.dep != "advcl"
                or node.head is None
                or not any(kid.low == "as" and kid.i < node.i for kid in node.kids)
                or any(kid.low in ("soon", "long") for kid in node.kids)
            ):
                continue
            signs = []
            for verb in (node, node.head):
                group = next(
                    (
                        entry.group
                        for entry in self.data.verbs.get(verb.lemma, ())
                        if entry.group.inchoative and entry.group.sign in ("+", "-")
                    ),
                    None,
                )
                if group is None or any(kid.dep == "dobj" for kid in verb.kids):
                    break
                signs.append(1 if group.sign == "+" else -1)
            if len(signs) != 2:
                continue
            for subject in self.subject(node):
                for target in (arg for one in self.subject_nodes(node.head) for arg in self.phrases.objects(one)):
                    self._add(Draft(
                        subject, "correlates_with", target, [node.head, node], "correlates/covariation", self.data.scores["correlates/covariation"], node.head,
                        sign="+" if signs[0] * signs[1] * target.sign > 0 else "-", aspect=target.aspect, modality="correlational",
                    ))  # fmt: skip

    def _ellipses(self) -> None:
        """ "X raised A, Y lowered it and Z had no effect"; "no difference in A between X-treated and control cells"."""
        for node in self.graph.nodes:
            group = self.data.nouns.get(node.low)
            if group is None or not group.change or self.fired.get(node.i) or node.tag[:2] != "NN":
                continue
            denied = self.scope.denied(node)
            if group.frame == "effect" and not any(
                kid.dep == "nmod" and kid.case() not in ("", "in") for kid in node.kids
            ):
                causes = self._haver(node)
                if not causes or node.head is None or not denied:
                    continue
                verb = node.head
                before = [
                    arg
                    for part, arg in (*self.memory.topics, *self._topics_before(node))
                    if part == "object" and arg.node is not node and arg.start < node.start
                ]
                if (
                    before
                    and any(arg.start >= 0 for arg in before[-1:])
                    and verb.dep in ("conj", "ccomp", "parataxis", "advcl", "root")
                ):
                    for cause in causes:
                        self._add(Draft(
                            cause, "affects", before[-1], [node], "effect/ellipsis", self.data.scores["effect/ellipsis"], node, sign="0", final=True,
                        ))  # fmt: skip
            elif node.lemma == "difference" and denied:
                themes = [kid for kid in node.kids if kid.dep == "nmod" and kid.case() == "in"]
                around = [
                    *node.subtree(),
                    *(node.head.subtree() if node.head is not None and node.head.is_verb else ()),
                ]
                self._alike(around, [arg for theme in themes for arg in self.phrases.objects(theme)], node)
        for node in self.graph.nodes:
            if node.lemma == "differ" and node.is_verb and self.scope.negated(node):
                self._alike(
                    node.subtree(), [arg for one in self.subject_nodes(node) for arg in self.phrases.objects(one)], node
                )

    def _alike(self, around: Iterable[Node], targets: list[Arg], anchor: Node) -> None:
        """ "no difference in Y between the X group and controls", "Y did not differ between X-treated and other cells"."""
        side = next((kid for kid in around if kid.dep == "nmod" and kid.case() == "between"), None)
        if side is None or not targets:
            return
        given: list[Arg] = []
        people = False
        for one in side.subtree():
            if "-" in one.low and one.low.rsplit("-", 1)[1] in _HANDLED:
                given += self._parts(one, one.start, one.start + one.text.rfind("-"))
            elif one.lemma in self.data.cohorts | ARMS:
                given += [arg for arg, _, flips in self._treated(one) if not flips]
            people = people or self._people(one)
        if not given and {"low", "high"} <= {self.data.levels.get(one.low) for one in side.subtree()}:
            # "between patients with high and low X"
            given = [
                arg for one in side.subtree() if one.i in self.phrases.at for arg in self.phrases.resolve(one, True)
            ]
        if not given and side.i in self.phrases.at and any(one.lemma in ARMS for one in side.subtree()):
            # "between the X and placebo groups"
            given = self.phrases.resolve(side, True)
        for arg in given:
            for target in targets:
                self._add(Draft(
                    arg, "correlates_with" if people else "affects", target, [anchor], "affects/verb", self.data.scores["effect/ellipsis"], anchor,
                    sign="0", final=True, modality="correlational" if people else "asserted",
                ))  # fmt: skip

    def _repeated(self) -> None:
        """ "X did not impair Y, but Z did": what was said of X is said of Z, with the new verb's polarity."""
        for node in self.graph.nodes:
            if (
                node.lemma not in ("do", "be", "can", "could", "have", "may", "might", "will")
                or node.head is None
                or node.dep in ("aux", "auxpass", "cop")
                or any(
                    kid.dep in ("dobj", "xcomp", "ccomp", "nmod", "advmod", "nmod:npmod") and kid.i > node.i
                    for kid in node.kids
                )
            ):
                continue
            own = [
                kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass") and kid.low not in ("it", "this", "there")
            ]
            verb = node.head
            if not own or verb.i > node.i:
                continue
            told = [draft for draft in self.fired.get(verb.i, []) if draft.anchor.i < node.i]
            if not told:
                told = [draft for kid in verb.kids for draft in self.fired.get(kid.i, []) if kid.i < node.i]
            first = {
                (arg.start, arg.end)
                for one in self.subject_nodes(verb)
                for arg in (*self.phrases.subjects(one), *self.phrases.objects(one))
            }
            denied = self.scope.negated(node) or any(kid.low in ("not", "n't") for kid in node.kids)
            for draft in told:
                part = next((
                    name for name in ("subject", "object")
                    if isinstance(getattr(draft, name), Arg) and getattr(draft, name).key in first
                ), None)  # fmt: skip
                if part is None:
                    continue
                for one in own:
                    for arg in self.phrases.subjects(one):
                        again = replace(
                            draft, negated=denied != (draft.group is not None and draft.group.negates), anchor=node, cue=[node], reasons=[], final=True, factuality="fact",
                            score=self.data.scores["effect/ellipsis"], sign=draft.sign if draft.sign != "0" else "?",
                        )  # fmt: skip
                        if part == "subject":
                            again.subject = arg
                        else:
                            again.object = arg
                        self._add(again)

    def _contrasted(self) -> None:
        """ "calcium, unlike magnesium, does not open X": magnesium does."""
        for node in self.graph.nodes:
            if node.dep != "nmod" or node.case() not in ("unlike", "like", "in contrast to") or node.head is None:
                continue
            verb: Node | None = node.head
            while verb is not None and not self.fired.get(verb.i) and verb.head is not None:
                verb = verb.head
            if verb is None:
                continue
            for draft in list(self.fired.get(verb.i, [])):
                if not isinstance(draft.subject, Arg) or draft.sign == "0":
                    continue
                if draft.group is not None and draft.group.change:
                    continue
                unlike = node.case() != "like"
                denied = self.scope.denied(draft.anchor)
                for arg in self.phrases.subjects(node):
                    if arg.key == draft.subject.key:
                        continue
                    self._add(replace(
                        draft, subject=arg, negated=denied != unlike, reasons=[], final=True, score=self.data.scores["effect/ellipsis"],
                    ))  # fmt: skip

    def _causatives(self) -> None:
        """ "makes T cells kill better", "lets T cells grow", "keeps LFA-1 from closing"."""
        for node in self.graph.nodes:
            if (
                not node.is_verb
                or node.lemma
                not in ("make", "let", "help", "have", "keep", "prevent", "stop", "hinder", "enable", "allow", "permit")
                or (self.fired.get(node.i) and node.lemma not in ("prevent", "enable", "allow", "permit"))
            ):
                continue
            keeps = node.lemma in ("keep", "prevent", "stop", "hinder")
            for kid in node.kids:
                if (
                    kid.i < node.i
                    or not kid.is_verb
                    or kid.dep not in ("ccomp", "xcomp", "conj", "advcl", "acl")
                    or kid.tag not in ("VB", "VBP", "VBG")
                ):
                    continue
                if node.lemma in ("enable", "allow", "permit") and any(
                    one.predicate in ("affects", "requires") for one in self.fired.get(kid.i, ())
                ):
                    continue
                middle = [one for one in self.graph.nodes[node.i + 1 : kid.i] if one.is_noun]
                if (
                    not middle
                    or middle[-1].low in ("us", "me", "one", "researchers", "investigators")
                    or any(one.low in (",", "and", "but") for one in self.graph.nodes[node.i + 1 : kid.i])
                ):
                    continue
                if keeps != any(one.low == "from" for one in self.graph.nodes[node.i + 1 : kid.i]) or (
                    keeps and kid.tag != "VBG"
                ):
                    continue
                start, _ = self.phrases.span(middle[-1])
                following = self.graph.nodes[kid.i + 1] if kid.i + 1 < len(self.graph) else kid
                worse = following.low in ("less", "worse", "slower", "poorly")
                sign = "-" if keeps != worse else "+"
                targets = [Arg(kid, start, max(kid.end, self.event(kid).end), "process", event=True)]
                change = next((
                    entry.group for entry in self.data.verbs.get(kid.lemma, ())
                    if entry.group.inchoative and entry.group.sign in ("+", "-") and entry.particle is None and entry.preposition is None
                ), None)  # fmt: skip
                if change is not None and change.sign == "-" and not kid.of("dobj"):
                    # "made the tumours shrink"
                    sign = "+" if sign == "-" else "-"
                    targets = self.phrases.objects(middle[-1]) or targets
                for draft in list(self.fired.get(node.i, ())):
                    self._drop(draft)
                for agent, target in ((agent, target) for agent in self.agent(node) for target in targets):
                    self._add(Draft(
                        agent, "affects", target, [node], "affects/causative", self.data.scores["affects/causative"], node, sign=sign,
                        aspect="process",
                    ))  # fmt: skip
                break

    def _uses(self) -> None:
        """ "X … for use in Y"."""
        for node in self.graph.nodes:
            if node.low != "use" or node.dep != "nmod" or node.case() != "for" or node.head is None:
                continue
            places = [
                kid
                for kid in (*node.kids, *node.head.kids, *(node.head.head.kids if node.head.head is not None else ()))
                if kid.dep == "nmod" and kid.case() in ("in", "as") and node.i < kid.i <= node.i + 5
            ]
            if not places:
                continue
            verb: Node | None = node.head
            while verb is not None and not verb.is_verb:
                verb = verb.head
            subjects = self.subject(verb) if verb is not None else []
            for subject in subjects:
                if subject.name is None:
                    continue
                for target in self.phrases.objects(places[0]):
                    self._add(Draft(
                        subject, "used_in", target, [node], "used-in/for-use", self.data.scores["used-in/for-use"], node, modality="definitional",
                    ))  # fmt: skip

    def _respectively(self) -> None:
        if not any(node.low == "respectively" for node in self.graph.nodes):
            return
        self._respective_verbs()
        for anchor in {draft.anchor.i for draft in self.drafts}:
            drafts = [
                draft
                for draft in self.drafts
                if draft.anchor.i == anchor and isinstance(draft.subject, Arg) and isinstance(draft.object, Arg)
            ]
            subjects = sorted({draft.subject.key for draft in drafts if isinstance(draft.subject, Arg)})
            objects = sorted({draft.object.key for draft in drafts if isinstance(draft.object, Arg)})
            if len(subjects) != len(objects) or len(subjects) < 2:
                continue
            wanted = set(zip(subjects, objects, strict=True))
            for draft in drafts:
                if (
                    isinstance(draft.subject, Arg)
                    and isinstance(draft.object, Arg)
                    and (draft.subject.key, draft.object.key) not in wanted
                ):
                    self._drop(draft)

    def _respective_verbs(self) -> None:
        """ "A and B lowered and raised C, respectively": the first subject with the first verb."""
        for node in self.graph.nodes:
            if not node.is_verb:
                continue
            verbs = [
                node,
                *(kid for kid in node.kids if kid.dep == "conj" and kid.is_verb and not self._own_subject(kid)),
            ]
            found = [
                [draft for one in (verb, *verb.of("dobj")) for draft in self.fired.get(one.i, [])] for verb in verbs
            ]
            if len(verbs) < 2 or not all(found):
                continue
            for part in ("subject", "object"):
                sides = sorted({
                    side.key for drafts in found for draft in drafts for side in (getattr(draft, part),) if isinstance(side, Arg)
                })  # fmt: skip
                if len(sides) != len(verbs):
                    continue
                for place, drafts in enumerate(found):
                    for draft in list(drafts):
                        side = getattr(draft, part)
                        if isinstance(side, Arg) and side.key != sides[place]:
                            self._drop(draft)
                break
