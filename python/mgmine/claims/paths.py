"""The paths of ``rules.toml`` in a graph, and the claims that rules make of what they find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mgmine.claims.draft import Draft, Firing
from mgmine.claims.logic import Logic

if TYPE_CHECKING:
    from mgmine.claims.lexical import Rule
    from mgmine.claims.phrase import Arg
    from mgmine.nlp.graph import Node


_PRESCRIBING = frozenset(
    {"use", "give", "administer", "approve", "prescribe", "indicate", "employ", "license", "recommend", "apply"}
)
_INVERSE = frozenset({"inversely", "negatively", "inverse", "negative", "reciprocal", "reciprocally"})
_PARALLEL = frozenset({"positive", "direct", "linear", "dose-response", "proportional"})
_RECOGNISING = frozenset({"antibody", "mab", "car", "tcr", "fab", "nanobody"})
_MADE_OF = frozenset({"complex", "heterodimer", "heterocomplex", "dimer", "heterotetramer"})
"""What is made of the things that it is said to be of."""
_MAKING = frozenset({"dimerization", "heterodimerization", "oligomerization", "hetero-oligomerization"})
"""The deed that makes such a thing."""


class Paths(Logic):
    """Evaluates paths and fires rules."""

    def _fire(self, firing: Firing) -> bool:
        done = False
        for rule in self.data.rules.get((firing.group.frame, firing.form), ()):
            if rule.voice is not None and (rule.voice == "passive") != self.passive(firing.node):
                continue
            objects = self._eval(rule.object, firing)
            if not objects:
                continue
            subjects = self._eval(rule.subject, firing)
            if not subjects:
                continue
            done = self._combine(firing, rule, subjects, objects) or done
            if done:
                break
        return done

    def _combine(self, firing: Firing, rule: Rule, subjects: list[Arg], objects: list[Arg]) -> bool:
        group, node = firing.group, firing.node
        made = False
        pairs = [(one, two) for one in subjects for two in objects]
        if rule.subject[0] == "pair" and rule.object[0] == "pair" and subjects == objects:
            pairs = [(one, two) for at, one in enumerate(subjects) for two in subjects[at + 1 :]]
        if node.lemma in ("determine", "define") and firing.form == "verb" and self.passive(node):
            # "was determined by staining": a method, no effect
            return False
        if (
            rule.id == "requires/verb"
            and node.lemma == "turn"
            and firing.entry is not None
            and all(one.name is not None and one.type not in ("t_cell", "cell") for one in (subjects[0], objects[0]))
        ):
            # a process turns on what it needs; a molecule that turns on another activates it
            return False
        if rule.id == "contains/source" and node.dep != "appos" and not any(kid.dep == "cop" for kid in node.kids):
            # "using serum as the source of activity": where it was taken from
            return False
        if node.lemma == "lose" and firing.form == "verb" and any(kid.of("nmod:poss") for kid in node.of("dobj")):
            # "X lost its effect": nothing that X did
            return False
        if rule.id == "participates/involves" and node.dep in ("acl", "acl:relcl"):
            return False
        for subject, target in pairs:
            if subject.start < target.end and target.start < subject.end:
                continue
            sign = self._sign(group.sign, target.sign)
            sign = self._correlation_sign(firing, subject, target, sign)
            if sign == "?" and subject.type in ("t_cell", "cell") and self.restrained(node, target):
                # a molecule that controls a tumour may do so either way; cells hold it in check
                sign = "-"
            if group.light or node.lemma in ("induce", "trigger", "elicit", "provoke"):
                # "led to reduced killing": the adjective gives the direction
                direction = self.phrases.direction(target.node)
                sign = self._sign(sign, direction)
                if direction < 0:
                    # said once, in the sign
                    target = replace(target, level=None)
            if self._harmful(target) and (
                (
                    sign == "+"
                    and group.id == "improve"
                    and node.lemma not in ("accelerate", "hasten", "prolong", "enhance", "deepen", "potentiate")
                )
                or (
                    sign == "+"
                    and group.id == "restore"
                    and node.lemma not in ("rescue", "restore", "recover", "revive", "regain")
                )
                or (sign == "+" and group.id == "promote" and node.lemma in ("ease", "help", "aid"))
            ):
                # to improve an injury, to correct a deficiency is to lessen it
                sign = "-"
            elif sign == "-" and node.lemma == "worsen" and self._harmful(target):
                sign = "+"
            elif sign == "-" and group.id == "restore":
                # to make up for a loss is to bring back
                sign = "+"
            aspect = target.aspect or ("process" if target.type == "process" and target.name is None else group.aspect)
            draft = Draft(
                subject, group.predicate, target, self._cue(firing), rule.id, rule.score, node, sign=sign,
                aspect=aspect if group.predicate in ("affects", "correlates_with") else None,
                necessity=rule.necessity, group=group, negated=group.negates != (subject.negated or target.negated),
            )  # fmt: skip
            if group.negates:
                draft.necessity = "not_necessary" if group.frame == "required_for" else None
            if group.predicate == "correlates_with":
                draft.modality = "correlational"
                if rule.id == "correlates/noun" and any(kid.low == "no" for kid in node.kids):
                    # "no association": looked for, not found
                    draft.sign, draft.final = "0", True
            if group.predicate == "related_to":
                self._covarying(draft)
            if node.lemma in ("recognize", "recognise") and any(
                word.lemma in _RECOGNISING for word in self.graph.nodes if subject.start <= word.start < subject.end
            ):
                # an antibody that recognises a thing binds it
                draft.predicate, draft.sign, draft.aspect = "binds", None, None
            if group.light and node.lemma in ("confer", "provide", "yield", "give") and any(
                kid.dep == "dobj" and kid.lemma in ("role", "support", "evidence", "insight") for kid in node.kids
            ):  # fmt: skip
                continue
            if (
                node.lemma == "associate"
                and firing.form == "verb"
                and (
                    (not self.passive(node) and node.dep != "acl")
                    or target.node.lemma in ("complex", "receptor", "subunit")
                    or any(
                        kid.low in ("physically", "directly", "noncovalently", "non-covalently", "stably")
                        for kid in node.kids
                    )
                )
                and self._molecule(subject)
                and self._molecule(target)
            ):
                draft.predicate, draft.sign, draft.aspect, draft.modality = "binds", None, None, "asserted"
            if node.lemma == "association" and firing.form == "noun" and self._itself(subject) and self._itself(target):
                draft.predicate, draft.sign, draft.aspect, draft.modality = "binds", None, None, "asserted"
            if (
                group.light
                and node.lemma in ("produce", "generate")
                and subject.type in ("t_cell", "cell")
                and target.type not in ("process", "t_cell", "cell", "outcome")
            ):
                draft.predicate, draft.sign, draft.aspect, draft.rule = "expresses", None, None, "expresses/produces"
                draft.score = self.data.scores["expresses/produces"]
            if (
                node.lemma in ("provide", "supply", "offer", "deliver", "yield")
                and firing.form == "verb"
                and target.type == "magnesium"
                and target.level is None
                and subject.name is None
                and subject.type in (None, "entity", "food")
                and not any(character.isupper() or character.isdigit() for character in subject.node.text[1:])
                and draft.predicate == "affects"
            ):
                # foods that provide a mineral hold it
                draft.predicate, draft.sign, draft.aspect, draft.modality = "contains", None, None, "background"
            if target.null and group.predicate == "affects":
                draft.sign, draft.negated, draft.nulled = "0", False, True
            if group.perturbation and subject.perturbation is None:
                draft.perturbation = (group.perturbation, self.graph.text[subject.start : subject.end])
            self._add(draft)
            made = True
        return made

    def _covarying(self, draft: Draft) -> None:
        """ "an inverse relationship", "no relationship": a correlation with its sign."""
        words = {kid.low for kid in draft.anchor.kids if kid.i < draft.anchor.i}
        sign = "0" if "no" in words else "-" if words & _INVERSE else "+" if words & _PARALLEL else None
        if sign is not None:
            draft.predicate, draft.sign, draft.modality, draft.final = (
                "correlates_with",
                sign,
                "correlational",
                sign == "0",
            )

    def _harmful(self, target: Arg) -> bool:
        """Whether an argument is a disease, a symptom or a shortage."""
        lemma = target.node.lemma
        return target.name is None and (
            lemma in self.data.harms
            or (lemma.startswith(("hypo", "hyper")) and lemma.endswith(("emia", "ism", "tension", "algesia")))
        )

    def restrained(self, verb: Node, target: Arg) -> bool:
        """Whether a verb such as "control" means to lessen: what it is done to is a threat."""
        return verb.lemma in self.data.restraining and any(
            word.lemma in self.data.threats for word in self.graph.nodes if target.start <= word.start and word.end <= target.end
        )  # fmt: skip

    def _molecule(self, arg: Arg) -> bool:
        """Whether an argument looks like a molecule: a name that is no cell, or a symbol."""
        if arg.level is not None or arg.type in ("t_cell", "cell", "outcome", "process", "measure", "disease"):
            return False
        return arg.name is not None or any(character.isupper() or character.isdigit() for character in arg.node.text)

    def _itself(self, arg: Arg) -> bool:
        """Whether an argument is a molecule itself, under the name of one, and not its amount or its gene's variant."""
        return (
            arg.name is not None
            and arg.aspect is None
            and arg.type != "magnesium"
            and arg.start == arg.name.start
            and self._molecule(arg)
            and any(character.isupper() or character.isdigit() for character in arg.name.text)
        )

    def _correlation_sign(self, firing: Firing, subject: Arg, target: Arg, sign: str | None) -> str | None:
        if firing.group.predicate != "correlates_with" or sign is None:
            return sign
        factor = 1
        for kid in firing.node.kids:
            if kid.low in _INVERSE or kid.low.startswith("anti"):
                factor = -factor
        if (
            firing.form == "adjective"
            and firing.node.low in ("proportional",)
            and any(kid.low == "inversely" for kid in firing.node.kids)
        ):
            factor = -1
        level_subject = self.phrases.level(subject.node)
        factor *= self._noun_direction(target.node)
        if subject.level is None and level_subject is None:
            factor *= self._noun_direction(subject.node) if subject.node is not target.node else 1
        if factor < 0:
            return "-" if sign == "+" else "+"
        return sign

    def _noun_direction(self, node: Node) -> int:
        return self.phrases.direction(node, base=True)

    def _eval(self, paths: tuple[str, ...], firing: Firing) -> list[Arg]:
        for path in paths:
            found = self._path(path, firing)
            if found:
                return found
        return []

    def _path(self, path: str, firing: Firing) -> list[Arg]:
        node = firing.node
        if path.startswith("nmod:"):
            cases = set(path[5:].split(","))
            return self._nmod(node, cases, firing)
        if path == "agent":
            if firing.entry is not None and firing.entry.preposition is not None and self.passive(node):
                return [replace(arg, sign=1) for arg in self.subject(node)]
            return self.agent(node)
        if path == "patient":
            return self.patient(node, firing.entry)
        if path == "subject":
            return [replace(arg, sign=1) for arg in self.subject(node)]
        if path == "dobj":
            return self.direct_object(node, firing.entry)
        if path == "prep":
            return self.patient(node, firing.entry) if firing.entry is not None and firing.entry.preposition else []
        method = getattr(self, "_path_" + path.replace("-", "_"))
        found: list[Arg] = method(firing)
        return found

    def _nmod(self, node: Node, cases: set[str], firing: Firing) -> list[Arg]:
        places = [node]
        if firing.form in ("adjective", "verb") and node.dep == "conj" and node.head is not None:
            places.append(node.head)
        if firing.form in ("adjective", "verb"):
            places += [kid for kid in node.kids if kid.dep == "conj"]
        if firing.form == "noun" and node.dep == "dobj" and node.head is not None:
            places.append(node.head)
        for place in places:
            for kid in place.kids:
                if kid.dep in ("nmod", "advcl") and kid.i > node.i and kid.case() in cases:
                    if kid.dep == "advcl" and not kid.is_noun:
                        continue
                    played = firing.group.frame == "participates" and place.lemma in ("play", "take", "have")
                    if firing.form == "noun" and kid.case() == "in" and place is not node and not played:
                        continue
                    found = (
                        self.phrases.objects(kid)
                        if firing.form != "noun" or kid.case() not in ("by", "through", "via")
                        else self.phrases.subjects(kid)
                    )
                    if found:
                        return found
        return []

    def _path_compound(self, firing: Firing) -> list[Arg]:
        node = firing.node
        for kid in reversed(node.kids):
            if (
                kid.i < node.i
                and kid.dep in ("compound", "nmod:npmod", "amod", "dep", "advmod")
                and (kid.is_noun or kid.i in self.phrases.at)
            ):
                if kid.low in self.data.levels or kid.low in ("cell", "key", "surface"):
                    continue
                return self.phrases.resolve(kid)
        return []

    def _path_poss(self, firing: Firing) -> list[Arg]:
        for kid in firing.node.kids:
            if kid.dep == "nmod:poss":
                return self.phrases.subjects(kid)
        return []

    def _path_inner(self, firing: Firing) -> list[Arg]:
        """ "a role for X in Y" where "in Y" was hung on X."""
        for kid in firing.node.kids:
            if kid.dep == "nmod" and kid.i > firing.node.i and kid.case() in ("for", "of"):
                for inner in kid.kids:
                    if inner.dep == "nmod" and inner.i > kid.i and inner.case() in ("in", "during"):
                        return self.phrases.objects(inner)
        return []

    def _path_subject_phrase(self, firing: Firing) -> list[Arg]:
        """The subject as a phrase, whatever it is about."""
        return [
            self.phrases._plain(member)
            for one in self.subject_nodes(firing.node) if one.is_noun
            for member, _ in self.phrases.members(one)
        ]  # fmt: skip

    def _path_holder(self, firing: Firing) -> list[Arg]:
        return self.holder(firing.node)

    def _path_haver(self, firing: Firing) -> list[Arg]:
        return self._haver(firing.node)

    def _path_predicated(self, firing: Firing) -> list[Arg]:
        """The subject of "was without effect", "was of no consequence"."""
        node = firing.node
        if any(kid.dep == "cop" for kid in node.kids) or (node.dep == "nmod" and node.case() in ("without", "of")):
            return self.holder(node) or (self.subject(node.head) if node.head is not None and node.head.is_verb else [])
        return []

    def _path_pair(self, firing: Firing) -> list[Arg]:
        """ "between X and Y", "of X with Y" or a coordinated subject, as the two sides of something mutual."""
        node = firing.node
        places = [node]
        if firing.form == "noun" and node.dep in ("nsubj", "nsubjpass", "dobj") and node.head is not None:
            # "no association was found between X and Y", "no relationship emerged between X and Y"
            places.append(node.head)
        for kid in (kid for place in places for kid in place.kids if kid.dep == "nmod"):
            case = kid.case()
            if case == "between":
                args = self.phrases.objects(kid)
                if len(args) > 1:
                    return args
            elif case == "of" and kid.head is node and kid.i > node.i and node.lemma in _MADE_OF | _MAKING:
                args = self.phrases.objects(kid)
                if len(args) == 2 and all(arg.name is not None for arg in args):
                    return args
        if (
            node.lemma in _MADE_OF
            and node.dep == "dobj"
            and node.head is not None
            and node.head.lemma in ("form", "constitute", "assemble")
            and not any(kid.case() in ("with", "of", "between") for place in places for kid in place.of("nmod"))
        ):
            # "A and B form a complex"
            args = self.subject(node.head)
            if len(args) > 1 and all(arg.name is not None for arg in args):
                return args
        if (firing.form == "verb" and not any(kid.dep in ("dobj",) for kid in node.kids)) or (
            firing.form == "adjective"
            and node.of("cop", "auxpass")
            and not any(kid.i > node.i for kid in node.of("nmod"))
        ):
            args = self.subject(node)
            if len(args) == 2:
                return args
        return []

    def _path_complexed(self, firing: Firing) -> list[Arg]:
        """The X of "X in complex with Y", "X was found in a complex with Y"."""
        node = firing.node
        head = node.head
        if node.lemma not in _MADE_OF or node.dep != "nmod" or node.case() not in ("in", "as") or head is None:
            return []
        if head.is_verb:
            direct = self.direct_object(head) if not self.passive(head) else []
            return direct or self.subject(head)
        return self.phrases.subjects(head)

    def _path_beneficiary(self, firing: Firing) -> list[Arg]:
        """ "X is needed for Y", "for Y to happen", "to do Y", "for doing Y"."""
        node = firing.node
        places = [node, *(kid for kid in node.kids if kid.dep == "conj")]
        if node.dep == "conj" and node.head is not None:
            places.append(node.head)
        out: list[Arg] = []
        for place in places:
            for kid in place.kids:
                if kid.i < node.i and not (kid.dep == "nmod" and kid.case() == "for"):
                    # "for Y, X is needed" is told that way round too
                    continue
                if kid.dep == "nmod" and kid.is_noun and kid.case() in ("for", "in", "to", "during", "of"):
                    out.extend(self.phrases.objects(kid))
                elif kid.dep in ("xcomp", "advcl", "acl", "nmod", "ccomp") and kid.tag in ("VB", "VBG"):
                    own = [one for one in kid.kids if one.dep in ("nsubj", "nsubjpass")]
                    mark = {one.low for one in kid.kids if one.dep in ("mark", "case")}
                    if not mark & {"to", "for", "in"}:
                        continue
                    if own:
                        out.extend(arg for one in own for arg in self.phrases.objects(one))
                    else:
                        self.consumed.add(kid.i)
                        for other in list(self.fired.get(kid.i, ())):
                            self._drop(other)
                        out.append(self.event(kid))
                if out:
                    return out
        head = node.head
        if (
            node.dep in ("conj", "advcl", "parataxis", "ccomp")
            and head is not None
            and head.i < node.i
            and any(kid.dep in ("nsubj", "nsubjpass") for kid in node.kids)
            and head.low in self.data.adjectives
            and self.data.adjectives[head.low].frame in ("required_for", "sufficient")
        ):
            # "A was dispensable (or sufficient) for Y, whereas B was essential": for Y too
            for kid in head.kids:
                cases = ("for", "in", "to", "during") if kid.i > head.i else ("for",)
                if kid.dep == "nmod" and kid.is_noun and kid.case() in cases:
                    out.extend(self.phrases.objects(kid))
        return out

    def _path_sufficed(self, firing: Firing) -> list[Arg]:
        """ "enough to activate X", "sufficient for Y"."""
        node = firing.node
        for kid in node.kids:
            if kid.i > node.i and kid.dep in ("xcomp", "advcl", "acl", "ccomp") and kid.tag in ("VB", "VBG"):
                objects = self.direct_object(kid)
                sign = 1
                for entry in self.data.verbs.get(kid.lemma, ()):
                    if entry.group.sign == "-":
                        sign = -1
                        break
                    if entry.group.sign == "+":
                        break
                if objects:
                    return [replace(arg, sign=arg.sign * sign) for arg in objects]
                return [self.event(kid)]
        return []

    def _path_gerund(self, firing: Firing) -> list[Arg]:
        node = firing.node
        places = [node]
        if node.dep == "dobj" and node.head is not None and node.head.lemma in ("play", "take", "have"):
            places.append(node.head)
        for kid in (kid for place in places for kid in place.kids):
            if (
                kid.dep in ("advcl", "acl", "nmod")
                and kid.tag == "VBG"
                and kid.i > node.i
                and any(mark.low in ("in", "for") for mark in kid.kids)
            ):
                objects = self.direct_object(kid)
                for other in list(self.fired.get(kid.i, ())):
                    self._drop(other)
                self.consumed.add(kid.i)
                return objects or [self.event(kid)]
        return []

    def _path_named(self, firing: Firing) -> list[Arg]:
        node = firing.node
        for kid in node.kids:
            if kid.i > node.i and kid.dep in ("nmod", "xcomp", "dobj") and kid.is_noun and (
                kid.dep != "nmod" or kid.case() in ("as", "as to", "to as", "to")
            ):  # fmt: skip
                found = self.phrases.objects(kid)
                if any(arg.name is not None for arg in found) or self.phrases.capital(kid):
                    return found
        return []

    def _path_disease(self, firing: Firing) -> list[Arg]:
        found = (
            self.patient(firing.node, firing.entry)
            if firing.form == "verb"
            else self._nmod(firing.node, {"of"}, firing)
        )
        return self._diseases(found)

    def _path_indication(self, firing: Firing) -> list[Arg]:
        """ "approved for" a disease."""
        return self._diseases(self._nmod(firing.node, {"for", "in"}, firing))

    def _diseases(self, args: list[Arg]) -> list[Arg]:
        return [arg for arg in args if arg.type == "disease" or arg.node.low.endswith(self.data.disease_endings)]

    def _path_given(self, firing: Firing) -> list[Arg]:
        """ "X is used to treat", "X is approved for the treatment of": X is the remedy."""
        node, verb = firing.node, firing.node.head
        hangs = (
            node.dep in ("xcomp", "advcl")
            if firing.form == "verb"
            else node.dep == "nmod" and node.case() in ("for", "in")
        )
        if not hangs or verb is None or not self.passive(verb) or verb.lemma not in _PRESCRIBING:
            return []
        return [replace(arg, sign=1) for arg in self.subject(verb)]

    def _path_leaver(self, firing: Firing) -> list[Arg]:
        head = self._leaving(firing.node)
        return self.agent(head) if head is not None else []

    def _leaving(self, node: Node) -> Node | None:
        """The verb of "left X unchanged", wherever the parse hung the adjective."""
        head = node.head
        if head is not None and head.is_noun and head.i < node.i and head.dep == "dobj":
            head = head.head
        return head if head is not None and head.lemma == "leave" else None

    def _path_irrespective(self, firing: Firing) -> list[Arg]:
        """ "unchanged irrespective of X", "the same regardless of X"."""
        node = firing.node
        for place in (node, *([node.head] if node.head is not None else [])):
            for kid in place.kids:
                if kid.low in ("irrespective", "regardless", "independently"):
                    self.consumed.add(kid.i)
                    for inner in kid.kids:
                        if inner.dep == "nmod" and inner.case() in ("of", "from"):
                            return self.phrases.subjects(inner)
        return []

    def _path_left(self, firing: Firing) -> list[Arg]:
        node = firing.node
        head = self._leaving(node)
        if head is None:
            return []
        if node.dep == "dobj":
            inner = [
                kid
                for kid in node.kids
                if kid.dep in ("compound", "nsubj", "amod", "dep") and kid.is_noun and kid.i < node.i
            ]
            return [arg for kid in inner[-1:] for arg in self.phrases.objects(kid)]
        for kid in head.kids:
            if kid.dep == "dobj":
                return self.phrases.objects(kid)
        for kid in node.kids:
            if kid.dep in ("nsubj", "compound", "dep") and kid.i < node.i:
                return self.phrases.objects(kid)
        return []

    def _path_state_holder(self, firing: Firing) -> list[Arg]:
        """The object of "hold X inactive", "force X into its open form", with the sign of the state."""
        node = firing.node
        state = self._state(node)
        if state is None:
            return []
        word, sign = state
        held: list[Arg] = []
        if self.passive(node):
            held = self.patient(node)
        else:
            for kid in node.kids:
                if kid.dep == "dobj" and kid is not word and word not in kid.kids:
                    held = self.phrases.objects(kid)
                elif kid.dep == "dobj":
                    if kid is word:
                        inner = [
                            one
                            for one in kid.kids
                            if one.i < kid.i
                            and one.is_noun
                            and one.dep in ("compound", "nsubj", "amod", "dep", "nmod:poss")
                        ]
                        held = [arg for one in inner[-1:] for arg in self.phrases.objects(one)]
                    else:
                        held = self.phrases.objects(kid)
                if held:
                    break
            if not held:
                # "keeps it closed"
                held = [arg for one in word.of("nsubj") if one.i < word.i for arg in self.phrases.objects(one)]
            if not held:
                for one in self.graph.nodes[node.i + 1 : word.i]:
                    if one.i in self.phrases.at:
                        held = self.phrases.resolve(one)
                        break
        return [
            replace(
                arg,
                sign=sign,
                aspect="conformation" if word.low not in ("active", "inactive", "activated") else "activity",
            )
            for arg in held
        ]

    def _state(self, verb: Node) -> tuple[Node, int] | None:
        """The state word after a verb that holds or brings something into a state."""
        states = self.data.states
        for node in self.graph.nodes[verb.i + 1 : verb.i + 14]:
            if node.low in (",", ";", "but", "and") and not any(
                later.low in self.data.state_nouns for later in self.graph.nodes[node.i : node.i + 3]
            ):
                break
            if node.is_verb and node.tag in ("VBZ", "VBP", "MD"):
                break
            sign = states.get(node.low)
            if sign is None:
                continue
            at: Node | None = node
            steps = 0
            while at is not None and at is not verb and steps < 4:
                at = at.head
                steps += 1
            if at is not verb:
                continue
            following = self.graph.nodes[node.i + 1] if node.i + 1 < len(self.graph) else None
            if node.dep in ("amod", "compound"):
                # an adjective before a noun is a state only before "form", "conformation" and the like, or misparsed
                if node.head is not None and node.head.low in self.data.state_nouns:
                    return node, sign
                continue
            if following is not None and following.low in self.data.state_nouns:
                return node, sign
            if node.dep in (
                "xcomp",
                "acl",
                "advcl",
                "dobj",
                "ccomp",
                "amod",
                "nmod",
                "dep",
                "advmod",
                "compound:prt",
                "conj",
                "acl:relcl",
            ):
                if node.dep == "nmod" and node.case() not in ("in", "into", "to"):
                    continue
                if node.low in ("on", "off", "down") and verb.lemma in ("turn", "switch", "shut"):
                    continue
                return node, sign
        return None
