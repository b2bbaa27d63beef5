"""Reads the claims of one clause unit: triggers, paths, procedures, scope.

The rules are data (``rules.toml``); what a path such as ``agent`` means in a graph is here, because it has to see through
voice, control, coordination, relatives and participles.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mgmine.claims.phrase import Arg, Memory, Name, Phrases
from mgmine.claims.repair import quantity, repair
from mgmine.claims.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mgmine.claims.lexical import Data, Group, PerturbationKind, Rule, VerbEntry
    from mgmine.nlp.graph import Graph, Node

CAUSE_CASES = frozenset({
    "with", "after", "upon", "following", "by", "due to", "because of", "through", "via", "on", "under", "from", "in", "in response to",
    "in the presence of", "owing to", "thanks to", "at", "during", "as result of",
})  # fmt: skip
CAUSE_MARKS = frozenset({"when", "once", "after", "if", "upon", "whenever", "on", "because", "unless"})
OBJECT_CONTROL = frozenset({
    "cause", "allow", "enable", "force", "permit", "stimulate", "induce", "drive", "help", "lead", "prompt", "prime", "license", "make", "let",
    "get", "trigger", "prevent", "stop", "keep", "compel", "push", "equip", "instruct", })  # fmt: skip


@dataclass(slots=True, eq=False)
class Draft:
    """A claim before it has offsets into the document."""

    subject: Arg | Draft
    predicate: str
    object: Arg | Draft | None
    cue: list[Node]
    rule: str
    score: float
    anchor: Node
    sign: str | None = None
    aspect: str | None = None
    negated: bool = False
    factuality: str = "fact"
    modality: str = "asserted"
    necessity: str | None = None
    role: str = "result"
    via: tuple[Arg, ...] = ()
    perturbation: tuple[str, str | None] | None = None
    derived: Draft | None = None
    unstated: bool = False
    reasons: list[str] = field(default_factory=list)
    group: Group | None = None
    final: bool = False


@dataclass(slots=True)
class Firing:
    """A trigger word with the group it belongs to and, for verbs, how its object comes."""

    node: Node
    form: str
    group: Group
    entry: VerbEntry | None = None


class Reader:
    """The claims of one graph."""

    def __init__(self, graph: Graph, names: Iterable[Name], data: Data, memory: Memory, title: bool = False) -> None:
        self.graph = graph
        self.data = data
        self.memory = memory
        self.title = title
        repair(graph, data)
        self.phrases = Phrases(graph, names, data, memory)
        self.phrases.before = self._topics_before
        self.phrases.lacking = self._absent_modifier
        self.scope = Scope(graph, data)
        self.drafts: list[Draft] = []
        self.fired: dict[int, list[Draft]] = {}
        self._subject_cache: dict[int, list[Arg]] = {}
        self._busy: set[int] = set()
        self.consumed: set[int] = set()
        self.hidden: set[int] = set()

    # ------------------------------------------------------------------ driving

    def read(self) -> list[Draft]:
        """All claims, in the order of their triggers."""
        self._aliases()
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
            self._compounds(node)
            self._pairs(node)
            if node.is_verb or node.dep in ("root", "conj", "ccomp", "advcl", "acl:relcl", "parataxis") or any(kid.dep == "cop" for kid in node.kids):
                self._causes(node)
            self._definitions(node)
        self._lists()
        self._groups()
        self._targets()
        self._covariation()
        self._ellipses()
        self._causatives()
        self._uses()
        self._consequences()
        self._respectively()
        for draft in self.drafts:
            if not draft.final:
                self.scope.apply(draft)
        self._sensed()
        self._derive()
        return self._settle()

    def _add(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        self.fired.setdefault(draft.anchor.i, []).append(draft)
        return draft

    # ------------------------------------------------------------------ triggers

    def firings(self, node: Node) -> list[Firing]:
        """The trigger senses of a word, the most specific first."""
        data = self.data
        out: list[Firing] = []
        if node.is_verb:
            if node.dep in ("aux", "auxpass", "cop"):
                return out
            if node.dep in ("amod", "compound") and node.tag in ("VBN", "VBG"):
                return out
            for entry in data.verbs.get(node.lemma, ()):
                if entry.particle is not None and not self._particle(node, entry.particle):
                    continue
                if entry.preposition is not None and not self._prepositional(node, entry.preposition):
                    continue
                out.append(Firing(node, "verb", entry.group, entry))
            if node.tag in ("VBN", "VBD") and any(kid.dep in ("cop", "auxpass") for kid in node.kids):
                group = data.adjectives.get(node.low)
                if group is not None:
                    out.insert(0, Firing(node, "adjective", group))
            if node.tag == "VBG" and not out:
                group = data.nouns.get(node.low)
                if group is not None:
                    out.append(Firing(node, "noun", group))
            return out
        if node.tag[:2] == "NN":
            if node.lemma == "factor" and any(kid.low == "risk" and kid.dep == "compound" for kid in node.kids):
                out.append(Firing(node, "agent", data.agents["risk"]))
            if node.low in data.agents:
                out.append(Firing(node, "agent", data.agents[node.low]))
            if node.low in data.nouns:
                out.append(Firing(node, "noun", data.nouns[node.low]))
        if node.tag[:2] in ("JJ", "VB", "RB", "NN") and node.low in data.adjectives:
            out.append(Firing(node, "adjective", data.adjectives[node.low]))
        return out

    def _particle(self, node: Node, particle: str) -> bool:
        following = self.graph.nodes[node.i + 1] if node.i + 1 < len(self.graph) else None
        if (following is not None and following.low == particle) or node.text.lower().endswith(" " + particle):
            return True
        return any(kid.low == particle and kid.i > node.i and kid.dep in ("compound:prt", "advmod", "prt") for kid in node.kids)

    def _prepositional(self, node: Node, preposition: str) -> bool:
        return bool(self._by_case(node, (preposition,)))

    def _by_case(self, node: Node, cases: Iterable[str]) -> list[Node]:
        wanted = set(cases)
        found = [kid for kid in node.kids if kid.dep in ("nmod", "advcl", "xcomp", "acl") and kid.i > node.i and (kid.case() in wanted or kid.case().split(" ")[0] in wanted)]
        if not found:
            # a phrase that the parser hung on the object although the verb asks for it
            for kid in node.kids:
                if kid.dep == "dobj":
                    found = [inner for inner in kid.kids if inner.dep == "nmod" and inner.i > kid.i and inner.case() in wanted and inner.case() not in ("of", "in")]
        return found

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
        for subject, target in pairs:
            if subject.start < target.end and target.start < subject.end:
                continue
            sign = self._sign(group.sign, target.sign)
            sign = self._correlation_sign(firing, subject, target, sign)
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
            if node.lemma == "associate" and firing.form == "verb" and not self.passive(node) and node.dep != "acl" and self._molecule(subject) and self._molecule(target):
                draft.predicate, draft.sign, draft.aspect, draft.modality = "binds", None, None, "asserted"
            if group.light and node.lemma in ("produce", "generate") and subject.type in ("t_cell", "cell") and target.name is None and target.type != "process":
                draft.predicate, draft.sign, draft.aspect, draft.rule = "expresses", None, None, "expresses/produces"
                draft.score = self.data.scores["expresses/produces"]
            if group.perturbation and subject.perturbation is None:
                draft.perturbation = (group.perturbation, self.graph.text[subject.start : subject.end])
            self._add(draft)
            made = True
        return made

    def _molecule(self, arg: Arg) -> bool:
        """Whether an argument looks like a molecule: a name that is no cell, or a symbol."""
        if arg.level is not None or arg.type in ("t_cell", "cell", "outcome", "process", "measure", "disease"):
            return False
        return arg.name is not None or any(character.isupper() for character in arg.node.text[1:]) or any(character.isdigit() for character in arg.node.text)

    def _cue(self, firing: Firing) -> list[Node]:
        cue = [firing.node]
        entry = firing.entry
        if entry is not None and entry.particle is not None:
            cue += [kid for kid in self.graph.nodes[firing.node.i + 1 : firing.node.i + 4] if kid.low == entry.particle][:1]
        return cue

    def _sign(self, sign: str | None, factor: int) -> str | None:
        if sign in ("+", "-") and factor < 0:
            return "-" if sign == "+" else "+"
        return sign

    def _correlation_sign(self, firing: Firing, subject: Arg, target: Arg, sign: str | None) -> str | None:
        if firing.group.predicate != "correlates_with" or sign is None:
            return sign
        factor = 1
        for kid in firing.node.kids:
            if kid.low in ("inversely", "negatively", "inverse", "negative", "reciprocal") or kid.low.startswith("anti"):
                factor = -factor
        if firing.form == "adjective" and firing.node.low in ("proportional",) and any(kid.low == "inversely" for kid in firing.node.kids):
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

    # ------------------------------------------------------------------ voice and logical arguments

    def passive(self, node: Node) -> bool:
        """Whether a verb form is passive, a reduced relative or a coordinated participle of a passive included."""
        if node.tag == "VBG" and node.dep == "acl" and node.head is not None and node.head.i == node.i - 1:
            # "magnesium sensing by X"
            return not any(kid.dep == "dobj" for kid in node.kids) and any(kid.dep == "nmod" and kid.case() == "by" for kid in node.kids)
        if node.tag not in ("VBN", "VBD"):
            return False
        for kid in node.kids:
            if kid.dep in ("auxpass", "nsubjpass"):
                return True
        if any(kid.dep == "aux" and kid.lemma == "have" for kid in node.kids):
            return False
        if any(kid.dep == "nsubj" for kid in node.kids):
            return False
        if node.tag == "VBN" and node.dep in ("acl", "amod", "advcl") and not any(kid.dep == "dobj" for kid in node.kids):
            return True
        if node.dep == "conj" and node.head is not None and node.head.is_verb:
            return self.passive(node.head) and not any(kid.dep == "dobj" for kid in node.kids)
        return node.tag == "VBN" and node.dep in ("xcomp", "ccomp", "root") and any(kid.dep == "nmod" and kid.case() == "by" for kid in node.kids)

    def subject(self, node: Node) -> list[Arg]:
        """The grammatical subject, found through coordination, control, participles and relatives."""
        if node.i in self._subject_cache:
            return self._subject_cache[node.i]
        if node.i in self._busy:
            return []
        self._busy.add(node.i)
        found = self._subject(node)
        self._busy.discard(node.i)
        self._subject_cache[node.i] = found
        return found

    def subject_nodes(self, node: Node) -> list[Node]:
        """The words that stand as subject, without what they refer to."""
        own = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass", "csubj") and kid.low not in ("there",)]
        if own:
            return own
        head = node.head
        if head is None:
            return []
        if node.dep == "conj":
            if head.is_verb or any(kid.dep == "cop" for kid in head.kids) or head.tag[:2] in ("JJ", "RB"):
                return self.subject_nodes(head)
            if head.is_noun and node.tag == "VBG":
                return []
        if node.dep == "xcomp":
            if head.lemma in OBJECT_CONTROL:
                objects = [kid for kid in head.kids if kid.dep in ("dobj", "iobj", "nsubj") and kid.i < node.i and (kid.dep != "nsubj" or kid.i > head.i)]
                if objects:
                    return objects[:1]
            return self.subject_nodes(head)
        if node.dep in ("acl", "acl:relcl"):
            if head.is_noun and head.dep == "appos" and head.head is not None and head.head.i in self.phrases.at:
                return [head.head]
            if head.is_noun:
                return [head]
            return self.subject_nodes(head)
        if node.dep == "advcl" and node.tag in ("VBG", "VBN", "VB"):
            return self.subject_nodes(head)
        return []

    def _subject(self, node: Node) -> list[Arg]:
        nodes = self.subject_nodes(node)
        out: list[Arg] = []
        for subject in nodes:
            out.extend(self.phrases.subjects(subject))
        return out

    def agent(self, node: Node) -> list[Arg]:
        """Who or what does it."""
        if not self.passive(node):
            head = node.head
            if node.dep == "advcl" and node.tag in ("VBG", "VBN") and head is not None and not self._own_subject(node):
                if self.passive(head):
                    agents = self.by_phrase(head)
                    return agents or self._subject_after(head, node)
                if any(kid.low in ("thereby", "thus", "hence", "therefore") for kid in node.kids):
                    return []
            if node.dep == "acl" and node.tag == "VB":
                # "ability of X to do", "need for X to do": the noun's complement does it
                return self._infinitive_agent(node)
            return [replace(arg, sign=1) for arg in self.subject(node)]
        agents = self.by_phrase(node)
        if agents:
            return agents
        if node.dep == "conj" and node.head is not None and self.passive(node.head):
            return self.by_phrase(node.head)
        for kid in node.kids:
            if kid.dep == "conj" and self.passive(kid) and not self._own_subject(kid) and any(
                entry.group.frame in ("affects", "binds", "senses", "requires", "resultative") for entry in self.data.verbs.get(kid.lemma, ())
            ):  # fmt: skip
                found = self.by_phrase(kid)
                if found:
                    return found
        return []

    def _subject_after(self, head: Node, node: Node) -> list[Arg]:
        return [] if self.passive(head) and not any(kid.dep == "mark" for kid in node.kids) else self.subject(head)

    def _infinitive_agent(self, node: Node) -> list[Arg]:
        head = node.head
        if head is None:
            return []
        if head.lemma in ("ability", "capacity", "failure", "potential", "tendency", "inability", "power"):
            for kid in head.kids:
                if kid.dep in ("nmod", "nmod:poss", "compound") and kid.case() in ("of", "", "'s", "for"):
                    return self.phrases.subjects(kid)
            return self._haver(head)
        return self.phrases.subjects(head)

    def _own_subject(self, node: Node) -> bool:
        return any(kid.dep in ("nsubj", "nsubjpass", "csubj") for kid in node.kids)

    def by_phrase(self, node: Node) -> list[Arg]:
        """The agents of a passive."""
        out: list[Arg] = []
        places = [node, *(kid for kid in node.kids if kid.dep in ("xcomp", "dobj", "ccomp", "advmod") and kid.i > node.i)]
        for place in places:
            for kid in place.kids:
                if kid.dep == "nmod" and kid.i > node.i and kid.case() in ("by", "in response to", "via", "through"):
                    if place is not node and (place.is_noun and place.low in self.data.nouns):
                        continue
                    out.extend(self.phrases.subjects(kid))
            if not out and place is node:
                for kid in place.kids:
                    if kid.dep in ("advcl", "nmod") and kid.tag == "VBG" and any(mark.low == "by" for mark in kid.kids):
                        out.extend(self.phrases._gerund(kid, True, 0))
            if out:
                break
        return out

    def direct_object(self, node: Node, entry: VerbEntry | None = None) -> list[Arg]:
        """The object of an active verb, found through gaps and right-node raising."""
        for kid in node.kids:
            if kid.dep == "dobj" and kid.low not in ("which", "that", "whom") and not self._finite(kid):
                return self.phrases.objects(kid)
        if entry is not None and entry.particle is not None:
            for kid in node.kids:
                if kid.dep == "nmod" and kid.i > node.i and kid.case() == entry.particle:
                    return self.phrases.objects(kid)
        if node.dep == "acl:relcl" and node.head is not None and node.head.is_noun and any(
            kid.dep in ("nsubj", "csubj") and kid.tag not in ("WDT", "WP") and kid.low not in ("that", "which") for kid in node.kids
        ):
            return self.phrases.objects(node.head)
        siblings = [
            kid for kid in node.kids
            if kid.is_verb and (kid.dep == "conj" or (self._finite(kid) and (kid.dep == "dobj" or any(
                one.low in ("whereas", "while", "but") and one.i < kid.i for one in kid.kids
            ))))
        ]  # fmt: skip
        if node.dep == "conj" and node.head is not None and node.head.is_verb:
            siblings = [node.head, *(kid for kid in node.head.kids if kid.dep == "conj" and kid is not node and kid.is_verb)]
        inchoative = any(one.group.inchoative for one in self.data.verbs.get(node.lemma, ()))
        for sibling in siblings:
            for kid in sibling.kids:
                if kid.dep == "dobj" and kid.i > node.i and kid.i > sibling.i and (sibling is node.head or not inchoative or self._gap(node, sibling) or self._finite(sibling)):
                    between = self.graph.nodes[min(node.i, sibling.i) + 1 : max(node.i, sibling.i)]
                    if any(one.dep == "dobj" for one in between):
                        continue
                    if any(one.dep in ("nmod",) and one.head is min(node, sibling, key=lambda two: two.i) for one in between):
                        continue
                    return self.phrases.objects(kid)
        return []

    def _finite(self, node: Node) -> bool:
        return node.tag in ("VBD", "VBZ", "VBP") and any(kid.dep in ("nsubj", "nsubjpass") for kid in node.kids)

    def _gap(self, node: Node, sibling: Node) -> bool:
        """Whether two coordinated verbs stand so close that one object serves both."""
        return abs(sibling.i - node.i) <= 6

    def patient(self, node: Node, entry: VerbEntry | None = None) -> list[Arg]:
        """What it is done to."""
        if entry is not None and entry.preposition is not None:
            out: list[Arg] = []
            for kid in self._by_case(node, (entry.preposition,)):
                out.extend(self.phrases.objects(kid))
            return out
        if entry is not None and entry.group.frame == "senses" and not self.passive(node) and not any(kid.dep == "dobj" for kid in node.kids):
            for kid in node.kids:
                if kid.dep == "ccomp" and kid.i > node.i:
                    found = self.subject(kid)
                    if found:
                        return found
        if self.passive(node):
            return [arg for one in self.subject_nodes(node) for arg in self.phrases.objects(one)]
        return self.direct_object(node, entry)

    # ------------------------------------------------------------------ paths

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
                    if firing.form == "noun" and kid.case() == "in" and place is not node:
                        continue
                    found = self.phrases.objects(kid) if firing.form != "noun" or kid.case() not in ("by", "through", "via") else self.phrases.subjects(kid)
                    if found:
                        return found
        return []

    def _path_compound(self, firing: Firing) -> list[Arg]:
        node = firing.node
        for kid in reversed(node.kids):
            if kid.i < node.i and kid.dep in ("compound", "nmod:npmod", "amod", "dep", "advmod") and (kid.is_noun or kid.i in self.phrases.at):
                if kid.low in self.data.levels or kid.low in ("cell", "key", "surface"):
                    continue
                return self.phrases.resolve(kid)
        return []

    def _path_poss(self, firing: Firing) -> list[Arg]:
        for kid in firing.node.kids:
            if kid.dep == "nmod:poss":
                return self.phrases.subjects(kid)
        return []

    def _path_subject_phrase(self, firing: Firing) -> list[Arg]:
        """The subject as a phrase, whatever it is about."""
        return [self.phrases._plain(one) for one in self.subject_nodes(firing.node) if one.is_noun]

    def _path_holder(self, firing: Firing) -> list[Arg]:
        return self.holder(firing.node)

    def holder(self, node: Node) -> list[Arg]:
        """What an adjective or a predicate noun is said of."""
        own = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass", "csubj") and kid.low != "there"]
        if own:
            return [arg for one in own for arg in self.phrases.subjects(one) if not (one.low == "it" and self._expletive(node))]
        head = node.head
        if node.i in self.phrases.alias:
            return self.phrases.resolve(self.phrases.alias[node.i], True)
        if head is None:
            return []
        if node.dep in ("amod", "compound") and head.is_noun:
            return self.phrases.resolve(head)
        if node.dep == "conj":
            if node.is_noun and head.is_noun and not any(kid.dep == "cop" for kid in head.kids) and head.dep != "appos" and head.case() != "as":
                return []
            return self.holder(head)
        if node.dep == "acl" and head.is_noun:
            return self.phrases.resolve(head)
        if node.dep == "appos" and head.is_noun:
            return self.phrases.resolve(head, True)
        if node.dep in ("xcomp", "acl:relcl", "advcl", "ccomp"):
            if node.dep == "acl:relcl" and head.is_noun:
                return self.phrases.resolve(head, True)
            objects = [kid for kid in head.kids if kid.dep == "dobj"]
            if objects and head.lemma in ("make", "render", "leave", "keep", "find", "consider"):
                return self.phrases.objects(objects[0])
            return self.subject(head)
        if node.dep == "nmod" and node.case() in ("as", "as as") and head.is_verb:
            if self.passive(head) or head.lemma in ("act", "function", "serve", "work", "behave", "operate", "emerge"):
                return self.subject(head)
            objects = [kid for kid in head.kids if kid.dep == "dobj"]
            return self.phrases.objects(objects[0]) if objects else self.subject(head)
        if node.dep == "dobj" and head.is_verb and head.lemma in ("identify", "reveal", "represent", "become", "remain", "constitute"):
            return self.subject(head)
        return []

    def _expletive(self, node: Node) -> bool:
        return any(kid.dep in ("ccomp", "xcomp", "csubj", "advcl") for kid in node.kids)

    def _path_haver(self, firing: Firing) -> list[Arg]:
        return self._haver(firing.node)

    def _haver(self, node: Node) -> list[Arg]:
        head = node.head
        if head is not None and node.dep == "dobj" and head.is_verb and head.lemma in (
            "have", "exert", "show", "play", "exhibit", "display", "take", "produce", "bear", "demonstrate", "possess", "bring", "make", "retain", "reveal",
        ):  # fmt: skip
            return self.agent(head)
        if head is not None and node.dep == "nsubjpass" and head.lemma in ("exert", "have", "see", "observe", "play"):
            return self.by_phrase(head)
        if head is not None and node.dep in ("nsubj", "root") and head.low in ("there", "seen"):
            return []
        if head is not None and node.dep == "conj":
            return self._haver(head)
        if head is not None and node.dep == "nmod" and node.case() in ("without", "with") and head.is_verb:
            return self.subject(head)
        return []

    def _path_pair(self, firing: Firing) -> list[Arg]:
        """"between X and Y", "of X with Y" or a coordinated subject, as the two sides of something mutual."""
        node = firing.node
        for kid in node.kids:
            if kid.dep == "nmod" and kid.i > node.i and kid.case() == "between":
                args = self.phrases.objects(kid)
                if len(args) > 1:
                    return args
        if firing.form == "verb" and not any(kid.dep in ("dobj",) for kid in node.kids):
            args = self.subject(node)
            if len(args) == 2:
                return args
        return []

    def _path_beneficiary(self, firing: Firing) -> list[Arg]:
        """"X is needed for Y", "for Y to happen", "to do Y", "for doing Y"."""
        node = firing.node
        places = [node, *(kid for kid in node.kids if kid.dep == "conj")]
        if node.dep == "conj" and node.head is not None:
            places.append(node.head)
        out: list[Arg] = []
        for place in places:
            for kid in place.kids:
                if kid.i < node.i:
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
        return out

    def event(self, verb: Node) -> Arg:
        """A verb with its object as an argument: "to activate LFA-1"."""
        end = verb.end
        for kid in verb.kids:
            if kid.dep in ("dobj", "compound:prt") and kid.i > verb.i:
                end = max(end, self.phrases.span(kid)[1])
        if end == verb.end:
            for kid in verb.kids:
                if kid.dep == "nmod" and kid.i > verb.i and kid.i - verb.i <= 4:
                    end = self.phrases.span(kid)[1]
                    break
        return Arg(verb, verb.start, end, "process", event=True)

    def clause(self, verb: Node) -> Arg:
        """A clause as an argument, from its subject to its verb."""
        event = Arg(verb, verb.start, verb.end, "process", event=True)
        subjects = [kid for kid in verb.kids if kid.dep in ("nsubj", "nsubjpass")]
        start = min([self.phrases.span(kid)[0] for kid in subjects] + [event.start])
        return replace(event, start=start)

    def _path_sufficed(self, firing: Firing) -> list[Arg]:
        """"enough to activate X", "sufficient for Y"."""
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
        for kid in node.kids:
            if kid.dep in ("advcl", "acl", "nmod") and kid.tag == "VBG" and kid.i > node.i and any(mark.low in ("in", "for") for mark in kid.kids):
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
        return [
            arg for arg in self.patient(firing.node, firing.entry)
            if arg.type == "disease" or arg.node.low.endswith(self.data.disease_endings)
        ]  # fmt: skip

    def _path_leaver(self, firing: Firing) -> list[Arg]:
        head = firing.node.head
        if head is not None and head.lemma == "leave":
            return self.agent(head)
        return []

    def _path_left(self, firing: Firing) -> list[Arg]:
        node = firing.node
        head = node.head
        if head is None or head.lemma != "leave":
            return []
        if node.dep == "dobj":
            inner = [kid for kid in node.kids if kid.dep in ("compound", "nsubj", "amod", "dep") and kid.is_noun and kid.i < node.i]
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
                        inner = [one for one in kid.kids if one.i < kid.i and one.is_noun and one.dep in ("compound", "nsubj", "amod", "dep", "nmod:poss")]
                        held = [arg for one in inner[-1:] for arg in self.phrases.objects(one)]
                    else:
                        held = self.phrases.objects(kid)
                if held:
                    break
            if not held:
                for one in self.graph.nodes[node.i + 1 : word.i]:
                    if one.i in self.phrases.at:
                        held = self.phrases.resolve(one)
                        break
        return [replace(arg, sign=sign, aspect="conformation" if word.low not in ("active", "inactive", "activated") else "activity") for arg in held]

    def _state(self, verb: Node) -> tuple[Node, int] | None:
        """The state word after a verb that holds or brings something into a state."""
        states = self.data.states
        for node in self.graph.nodes[verb.i + 1 : verb.i + 14]:
            if node.low in (",", ";", "but", "and") and not any(later.low in self.data.state_nouns for later in self.graph.nodes[node.i : node.i + 3]):
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
            if node.dep in ("xcomp", "acl", "advcl", "dobj", "ccomp", "amod", "nmod", "dep", "advmod", "compound:prt", "conj", "acl:relcl"):
                if node.dep == "nmod" and node.case() not in ("in", "into", "to"):
                    continue
                if node.low in ("on", "off", "down") and verb.lemma in ("turn", "switch", "shut"):
                    continue
                return node, sign
        return None

    # ------------------------------------------------------------------ compounds

    def _compounds(self, node: Node) -> None:
        """"X-induced Y", "Y is X-dependent", "X-free medium", "X-deficient cells", "in an X-dependent manner"."""
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
                if held.type in ("t_cell", "cell") and node.low.rsplit("-", 1)[-1] in ("stimulated", "activated", "induced", "primed", "treated", "enriched", "triggered", "loaded"):
                    continue
                if compound.predicate == "senses" and not self._senser(held) and one.name is not None:
                    self._add(Draft(
                        one, "affects", held, [node_of_ending], f"compound/{ending}", self.data.scores["compound"], node, sign="?", aspect=held.aspect,
                    ))  # fmt: skip
                    continue
                if compound.predicate == "expresses" and held.type not in ("t_cell", "cell"):
                    continue
                sign = self._sign(compound.sign, held.sign if compound.subject == "part" else 1)
                draft = Draft(
                    subject, compound.predicate, target, [node_of_ending], f"compound/{ending}", self.data.scores["compound"], node,
                    sign=sign if compound.predicate == "affects" else None,
                    aspect=held.aspect if compound.predicate == "affects" and compound.subject == "part" else None,
                    negated=compound.negated,
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
        if low in self.data.compounds and node.i > 0 and node.tag in ("JJ", "VBN", "VBG", "VBD") and node.dep in ("amod", "root", "conj", "acl", "xcomp"):
            before = self.graph.nodes[node.i - 1]
            name = self.phrases.at.get(before.i)
            if name is not None and before.head is node and before.dep in ("compound", "amod", "nmod:npmod", "dep", "advmod", "nsubj") and low not in (
                "low", "poor", "rich", "bound", "negative", "enriched",
            ) and not (before.dep == "nsubj" and any(kid.dep in ("aux", "dobj") for kid in node.kids)):
                if before.dep == "nsubj" and not any(kid.dep == "nsubj" and kid is not before for kid in node.kids):
                    return None
                return [self.phrases._name_arg(before, name)], low, node
        return None

    def _parts(self, node: Node, start: int, end: int) -> list[Arg]:
        inner = [name for name in self.phrases.within.get(node.i, ()) if name.start >= start - 40 and name.end <= end + 1]
        if inner:
            return [*self._hanging(node), *(self.phrases._name_arg(node, name) for name in inner)]
        text = self.graph.text[start:end]
        low = text.lower()
        if low.isdigit() or len(low) < 2 or low in ("up", "down", "over", "under", "hyper", "hypo", "re", "de", "newly", "media", "medium", "double", "triple", "dose", "time", "concentration", "age", "self", "well", "non", "co", "auto", "cell", "high", "low", "temperature", "density", "ph", "anti", "voltage", "wide", "broad"):
            return []
        grounding = self.data.groundings.get(low, ((), "entity"))
        return [*self._hanging(node), Arg(node, start, end, grounding[1], grounding[0])]

    def _hanging(self, node: Node) -> list[Arg]:
        """"X-, Y- and Z-mediated": the parts before, each with its hanging hyphen."""
        out: list[Arg] = []
        at = node.i - 1
        while at >= 0 and (self.graph.nodes[at].low in (",", "and", "or") or self.graph.nodes[at].text.endswith("-")):
            one = self.graph.nodes[at]
            if one.text.endswith("-") and len(one.text) > 2:
                name = next(iter(self.phrases.within.get(one.i, ())), None)
                out.insert(0, self.phrases._name_arg(one, name) if name is not None else Arg(one, one.start, one.end - 1, "entity"))
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
        if node.dep in ("dep", "conj", "amod", "advmod") and head is not None and head.tag == "JJ" and head.dep in ("amod", "conj", "dep"):
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
        """"the magnesium-LFA-1 interaction": a compound of two names before a noun of meeting."""
        inner = self.phrases.within.get(node.i, [])
        if len(inner) < 2:
            return
        head = node.head
        if head is None or head.low not in ("interaction", "interactions", "axis", "binding", "complex", "pathway", "crosstalk", "interplay", "contact", "engagement", "complexes"):
            return
        predicate = "binds" if head.low in ("binding", "complex", "complexes", "engagement") else "interacts_with"
        first, second = (self.phrases._name_arg(node, name) for name in inner[:2])
        self._add(Draft(first, predicate, second, [head], "compound/pair", self.data.scores["compound/pair"], head))

    # ------------------------------------------------------------------ definitions and lists

    def _aliases(self) -> None:
        """"X acts as a sensor that …": the sensor is X."""
        for node in self.graph.nodes:
            if not node.is_noun or node.i in self.phrases.at:
                continue
            subject: Node | None = None
            head = node.head
            if any(kid.dep == "cop" for kid in node.kids):
                subject = next((kid for kid in node.kids if kid.dep == "nsubj"), None)
            elif head is not None and node.dep == "nmod" and node.case() == "as" and head.lemma in ("act", "function", "serve", "work", "behave", "operate"):
                subject = next((kid for kid in head.kids if kid.dep == "nsubj"), None)
            if subject is not None and subject.low not in ("it", "there", "this", "which", "that"):
                self.phrases.alias[node.i] = subject

    def _definitions(self, node: Node) -> None:
        """"X is a Y", "X functions as a Y", "X or Y" of two names of one thing."""
        name = self.phrases.at.get(node.i)
        if name is not None:
            for kid in node.kids:
                other = self.phrases.at.get(kid.i)
                if other is None or other.concept != name.concept or kid.i < node.i or other.text == name.text:
                    continue
                between = [one for one in self.graph.nodes if name.end <= one.start and one.end <= other.start]
                if kid.dep in ("conj", "appos", "dep") and len(between) <= 3 and all(one.low in ("or", "(", ",", "also", "called", "alias") for one in between):
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
            if subject_nodes and (article or kind or plural) and subject_nodes[0].i < node.i:
                subjects = [arg for one in subject_nodes for arg in self.phrases.subjects(one)]
                cue = [kid for kid in node.kids if kid.dep == "cop"]
                rule = "is-a/copula"
        elif head is not None and node.dep == "nmod" and node.case() == "as" and head.lemma in ("act", "function", "serve", "work"):
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
        if node.low in self.data.nouns or node.lemma in ("cofactor", "part", "target", "marker", "question", "key", "result", "function", "example", "cause", "matter"):
            return
        target: list[Arg] = []
        if node.lemma in ("type", "kind", "form", "class", "subset", "member", "family"):
            for kid in node.kids:
                if kid.dep == "nmod" and kid.case() == "of":
                    target = self.phrases.objects(kid)
        else:
            start, end = self.phrases.span(node)
            target = [Arg(node, start, end, "class", self.data.groundings.get(self.graph.text[start:end].lower(), ((), ""))[0])]
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
        """"Foods that contain X include A, B and C": A, B and C contain X."""
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

    def _drop(self, draft: Draft) -> None:
        self.drafts = [one for one in self.drafts if one is not draft]
        kept = [one for one in self.fired.get(draft.anchor.i, []) if one is not draft]
        self.fired[draft.anchor.i] = kept

    # ------------------------------------------------------------------ adverbials of cause

    def _effects(self, verb: Node) -> list[tuple[Arg, str, list[Node]]]:
        """What a clause without an agent of its own says changed, with the sign and the words that say so."""
        data = self.data
        out: list[tuple[Arg, str, list[Node]]] = []
        if not verb.is_verb or any(kid.dep == "cop" for kid in verb.kids):
            if any(kid.dep == "cop" for kid in verb.kids):
                out = self._copular(verb)
            return out
        passive = self.passive(verb)
        entries = data.verbs.get(verb.lemma, ())
        has_object = any(kid.dep == "dobj" for kid in verb.kids)
        failing = verb.lemma in data.cues["negation"]["verbs"]
        complement = next((kid for kid in verb.kids if kid.dep in ("xcomp", "ccomp") and kid.is_verb), None)
        negative = self.scope.negated(verb)
        if failing and complement is not None:
            return self._deed(complement, "-", [verb])
        if verb.lemma in ("fail", "falter", "struggle", "suffer", "tire") and not has_object and complement is None and not passive:
            return [(arg, "-", [verb]) for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)]
        if verb.lemma in ("vanish", "disappear", "cease", "stop") and not has_object and complement is None:
            return [(arg, "-", [verb]) for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)]
        if verb.lemma in ("remain", "stay", "become", "appear", "seem", "be", "prove") and complement is None:
            adjective = next((kid for kid in verb.kids if kid.dep in ("xcomp", "acomp", "advcl", "amod", "acl") and kid.i > verb.i), None)
            if adjective is not None:
                return self._adjectival(verb, adjective, negative)
        if verb.lemma in ("show", "display", "exhibit", "have", "develop", "experience", "undergo") and has_object and not passive:
            for kid in verb.kids:
                if kid.dep == "dobj":
                    out.extend(self._directed(kid, verb))
            return out
        if verb.lemma in ("lose", "gain") and has_object:
            sign = "-" if verb.lemma == "lose" else "+"
            return [(arg, sign, [verb]) for arg in self.direct_object(verb)]
        if verb.lemma in ("observe", "see", "detect", "find", "note", "occur", "happen", "measure", "take", "record", "arise") and (passive or not has_object):
            for one in self.subject_nodes(verb):
                none = any(kid.low == "no" for kid in one.kids) or negative
                if none:
                    out.extend((arg, "-", [verb]) for arg in self.phrases.objects(one))
                else:
                    out.extend(self._directed(one, verb))
            return out
        if has_object and not passive and verb.lemma in ("take", "contain", "accumulate", "produce", "secrete", "bind", "express", "import", "release", "hold", "make", "form"):
            for kid in verb.kids:
                if kid.dep == "dobj":
                    out.extend(self._directed(kid, verb))
            if out:
                return out
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
                        elif negative:
                            sign = "0" if group.inchoative else ("-" if sign == "+" else "?")
                        out.append((arg, sign, [verb]))
                return out
        if negative and not passive and verb.lemma not in ("be", "have", "do"):
            return self._deed(verb, "-", [verb])
        return out

    def _slowed(self, verb: Node) -> bool:
        """"grew more slowly", "rose less"."""
        return any(kid.low in ("slowly", "slower", "less", "poorly", "worse") and kid.i > verb.i and kid.dep in ("advmod", "xcomp", "nmod:npmod") for kid in verb.kids)

    def _deed(self, verb: Node, sign: str, cue: list[Node]) -> list[tuple[Arg, str, list[Node]]]:
        """What somebody failed to do: the thing it would have been done to, else the deed itself."""
        group_sign = "+"
        for entry in self.data.verbs.get(verb.lemma, ()):
            if entry.preposition is None and entry.particle is None and entry.group.frame == "affects" and entry.group.sign in ("+", "-"):
                group_sign = entry.group.sign or "+"
                break
        objects = self.direct_object(verb)
        if objects and verb.lemma not in ("kill", "lyse"):
            return [(arg, self._sign(sign, arg.sign * (1 if group_sign == "+" else -1)) or sign, [*cue, verb]) for arg in objects]
        if any(entry.group.inchoative for entry in self.data.verbs.get(verb.lemma, ())):
            args = [arg for one in self.subject_nodes(verb) for arg in self.phrases.objects(one)]
            return [(arg, sign if group_sign == "+" else "+", [*cue, verb]) for arg in args]
        return [(self.event(verb), sign, [*cue, verb])]

    def _copular(self, node: Node) -> list[tuple[Arg, str, list[Node]]]:
        """"was lower", "was absent", "was unchanged", "were unable to bind"."""
        low = node.low
        negative = self.scope.negated(node)
        subjects = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass")] or self.subject_nodes(node)
        if low in self.data.cues["negation"]["adjectives"] and not negative:
            complement = next((kid for kid in node.kids if kid.dep in ("xcomp", "ccomp", "acl", "advcl") and kid.is_verb), None)
            if complement is not None:
                return self._deed(complement, "-", [node])
        return self._adjectival(node, node, negative, subjects)

    def _adjectival(self, verb: Node, adjective: Node, negative: bool, subjects: list[Node] | None = None) -> list[tuple[Arg, str, list[Node]]]:
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

    def _causes(self, verb: Node) -> None:
        """Adverbials and clauses that say under what a change was seen: with, without, after, when."""
        hasty = [kid for kid in verb.kids if kid.dep in ("nmod", "advcl") and (kid.dep == "advcl" or kid.is_noun or kid.tag == "VBG")]
        holders = self._perturbed_subject(verb)
        if not hasty and not holders:
            return
        effects: list[tuple[Arg, str, list[Node]]] | None = None
        loose = self.passive(verb) and not any(entry.group.inchoative for entry in self.data.verbs.get(verb.lemma, ()))
        for kid in hasty:
            if loose and kid.dep == "nmod" and kid.case().split(" ")[0] in ("with", "on", "at", "from", "under") and not self._absent_modifier(kid):
                continue
            causes = self._cause_of(kid, verb)
            if not causes:
                continue
            if effects is None:
                effects = self._effects(verb)
            if not effects and kid.dep == "advcl" and verb.is_verb and any(kind is not None and kind.kind == "rescue" for _, kind, _ in causes):
                # "once X was restored, T cells killed again"
                for target, sign, cue in self._deed(verb, "+", []):
                    self._cause_drafts(causes, [(target, sign, cue)], verb)
                continue
            if not effects:
                return
            self._cause_drafts(causes, effects, verb)
        if holders:
            if effects is None:
                effects = self._effects(verb)
            self._cause_drafts(holders, effects, verb, "affects/perturbed-holder")

    def _cause_drafts(
        self, causes: list[tuple[Arg, PerturbationKind | None, bool]], effects: list[tuple[Arg, str, list[Node]]], verb: Node,
        rule: str = "",
    ) -> None:
        for cause, kind, flips in causes:
            for target, sign, cue in effects:
                if (len(cue) > 1 and not flips) or sign == "?":
                    continue
                if cause.start < target.end and target.start < cause.end:
                    continue
                stated = sign
                if flips:
                    if sign == "?":
                        continue
                    stated = {"+": "-", "-": "+"}.get(sign, sign)
                used = rule or ("affects/absence" if flips else "affects/cause-adverbial")
                draft = Draft(
                    cause, "affects", target, cue, used, self.data.scores[used], verb, sign=stated,
                    aspect=target.aspect, perturbation=(kind.kind, None) if kind is not None else None, negated=False, final=False,
                    unstated=flips and sign != "0",
                )  # fmt: skip
                draft.reasons.append("effect under a condition")
                self._add(draft)
                for one in cue:
                    for other in list(self.fired.get(one.i, ())):
                        if other.rule == "affects/verb" and isinstance(other.subject, Arg) and other.subject.type in ("t_cell", "cell"):
                            self._drop(other)

    def _cause_of(self, node: Node, verb: Node) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """What an adverbial names as the cause, whether it was taken away, and how."""
        removal = self.data.perturbation_nouns["absence"]
        case = node.case()
        words = case.split(" ") if case else []
        if node.dep == "nmod" and node.is_noun:
            if "without" in words or "lacking" in words:
                return [(arg, removal, True) for arg in self.phrases.objects(node) if self._thing(arg)]
            if node.low in ("absence", "lack", "want") and words[:1] in (["in"], ["for"], ["under"]):
                return [(arg, removal, True) for theme in self.phrases.themes(node) for arg in self.phrases.objects(theme) if self._thing(arg)]
            if node.low == "presence" and words[:1] == ["in"]:
                return [(arg, None, False) for theme in self.phrases.themes(node) for arg in self.phrases.objects(theme) if self._thing(arg)]
            if node.low == "response" and words[:1] == ["in"]:
                return [(arg, None, False) for kid in node.kids if kid.dep == "nmod" and kid.case() == "to" for arg in self.phrases.objects(kid)]
            if node.lemma in self.data.cohorts | self.data.cells and words[:1] in (["in"], ["among"]):
                given: list[tuple[Arg, PerturbationKind | None, bool]] = []
                for kid in node.kids:
                    if kid.dep == "acl" and kid.lemma in ("feed", "give", "receive", "supplement", "treat", "administer"):
                        for inner in kid.kids:
                            if inner.dep == "dobj" or (inner.dep == "nmod" and inner.case() == "with"):
                                for arg in self.phrases.subjects(inner):
                                    given.extend((theme, removal, True) for theme in arg.themes) if arg.bare else given.append((arg, None, False))
                if given:
                    return given
            split = self._absent_modifier(node)
            if split and words[:1] and words[0] in ("in", "with", "under", "at"):
                return [(arg, removal, True) for arg in split]
            if quantity(node):
                return []
            if words and words[0] in ("with", "after", "upon", "following", "by", "due", "because", "owing", "under", "on", "from", "at", "in"):
                args = self.phrases.subjects(node)
                out: list[tuple[Arg, PerturbationKind | None, bool]] = []
                for arg in args:
                    if arg.perturbation is not None:
                        if arg.perturbation.flips:
                            if arg.agent:
                                out.append((replace(arg, perturbation=None, themes=()), arg.perturbation, False))
                            out.extend((theme, arg.perturbation, True) for theme in arg.themes)
                        else:
                            out.append((arg, arg.perturbation, False))
                    elif words[0] in ("after", "upon", "following", "with", "due", "because", "owing", "by", "under", "from", "on") and self._thing(arg) and (
                        (arg.name is not None and arg.type not in ("t_cell",)) or words[0] in ("due", "because", "owing", "by")
                    ):
                        if arg.level == "low":
                            out.append((replace(arg, level=None), removal, True))
                        else:
                            out.append((arg, None, False))
                return out
            return []
        marks = {kid.low for kid in node.kids if kid.dep in ("mark", "advmod", "case")}
        if (node.dep == "advcl" and marks & CAUSE_MARKS) or (node.dep == "advcl" and marks & {"without"}):
            return self._cause_clause(node, marks)
        return []

    def _thing(self, arg: Arg) -> bool:
        return arg.node.lemma not in self.data.cohorts and arg.node.lemma not in self.data.empty

    def _absent_modifier(self, node: Node) -> list[Arg]:
        """"magnesium-free medium": what the medium lacks."""
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
        return [arg for arg in out if self._thing(arg)]

    def _perturbed_subject(self, verb: Node) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """"MAGT1-deficient T cells", "cells in magnesium-free medium", "cells deprived of magnesium" as the subject."""
        out: list[tuple[Arg, PerturbationKind | None, bool]] = []
        nodes = [kid for kid in verb.kids if kid.dep in ("nsubj", "nsubjpass")]
        if not nodes and verb.dep == "conj":
            nodes = self.subject_nodes(verb)
        for node in nodes:
            for place in (node, *(kid for kid in node.kids if kid.dep == "nmod" and kid.case() in ("in", "from", "of", "by"))):
                missing = self._absent_modifier(place)
                if missing:
                    kind = self.data.perturbation_nouns["knockout"] if place is node and place.lemma in self.data.cells | {"mouse", "animal"} else self.data.perturbation_nouns["absence"]
                    for kid in place.kids:
                        if kid.dep == "acl":
                            kind = self.data.perturbation_nouns["absence"]
                    out.extend((arg, kind, True) for arg in missing)
        return out

    def _cause_clause(self, node: Node, marks: set[str]) -> list[tuple[Arg, PerturbationKind | None, bool]]:
        """"when magnesium was removed", "after adding Mg2+", "once LFA-1 was blocked", "when magnesium was low"."""
        removal = self.data.perturbation_nouns["absence"]
        own = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass")]
        if any(kid.dep == "cop" for kid in node.kids) or node.lemma in ("be", "remain", "become"):
            word = node.low
            args = [arg for one in own for arg in self.phrases.subjects(one)]
            if word in ("absent", "missing", "lacking", "scarce", "low", "limiting", "depleted", "lower", "deficient", "insufficient", "gone", "withheld"):
                return [(arg, removal, True) for arg in args]
            if word in ("present", "high", "higher", "abundant", "ample", "available", "plentiful", "sufficient", "elevated", "back"):
                return [(arg, None, False) for arg in args]
            return []
        if not node.is_verb:
            return []
        if (self.passive(node) and own) or (node.tag == "VBN" and own):
            kind = self.phrases.perturbing(node)
            args = [arg for one in own for arg in self.phrases.subjects(one)]
            agents = self.by_phrase(node)
            if kind is None:
                for entry in self.data.verbs.get(node.lemma, ()):
                    if entry.group.id in ("decrease", "increase"):
                        low = entry.group.id == "decrease"
                        return [(arg, removal if low else None, low) for arg in args]
                return []
            out: list[tuple[Arg, PerturbationKind | None, bool]] = [(arg, kind, kind.flips) for arg in args]
            if kind.flips and not agents:
                agents = [arg for kid in node.kids if kid.dep == "nmod" and kid.case() == "with" for arg in self.phrases.subjects(kid)]
            if kind.flips:
                out.extend((agent, kind, False) for agent in agents)
            return out
        if (node.tag == "VBG" and not own) or (marks & {"after", "upon", "by", "on"} and node.tag == "VBG"):
            if "by" in marks:
                return []
            kind = self.phrases.perturbing(node)
            if kind is None:
                return []
            args = self.direct_object(node)
            return [(arg, kind, kind.flips) for arg in args]
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

    # ------------------------------------------------------------------ consequences, sensing

    def _consequences(self) -> None:
        """"…, thereby increasing Y", "…, which raised Y": the whole claim before does it."""
        for node in self.graph.nodes:
            if not node.is_verb or node.tag not in ("VBG",) or node.dep not in ("advcl", "acl", "conj", "xcomp", "ccomp", "parataxis", "dep"):
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
        before = [draft for draft in self.drafts if draft.anchor.i < node.i and draft.predicate in ("affects", "binds", "senses", "requires")]
        return before[-1] if before else None

    def _sensed(self) -> None:
        """"When X detected Y, Z improved": Y does it, by way of X."""
        for draft in list(self.drafts):
            if draft.predicate != "senses" or draft.negated or not isinstance(draft.object, Arg) or not isinstance(draft.subject, Arg):
                continue
            verb = draft.anchor
            if not verb.is_verb or verb.dep != "advcl" or verb.head is None or draft.subject.name is None:
                continue
            if not any(kid.low in ("when", "once", "if", "whenever", "after", "upon") for kid in verb.kids):
                continue
            mains = [verb.head, *(kid for one in (verb.head, *[kid for kid in verb.head.kids if kid.dep == "conj"]) for kid in one.kids if kid.dep in ("conj", "parataxis", "ccomp"))]
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
                if subject.level in ("low", "absent") and draft.predicate == "affects" and draft.sign in ("+", "-") and draft.derived is None and not draft.negated:
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

    # ------------------------------------------------------------------ distribution

    def _respectively(self) -> None:
        if not any(node.low == "respectively" for node in self.graph.nodes):
            return
        self._respective_verbs()
        for anchor in {draft.anchor.i for draft in self.drafts}:
            drafts = [draft for draft in self.drafts if draft.anchor.i == anchor and isinstance(draft.subject, Arg) and isinstance(draft.object, Arg)]
            subjects = sorted({draft.subject.key for draft in drafts if isinstance(draft.subject, Arg)})
            objects = sorted({draft.object.key for draft in drafts if isinstance(draft.object, Arg)})
            if len(subjects) != len(objects) or len(subjects) < 2:
                continue
            wanted = set(zip(subjects, objects, strict=True))
            for draft in drafts:
                if isinstance(draft.subject, Arg) and isinstance(draft.object, Arg) and (draft.subject.key, draft.object.key) not in wanted:
                    self._drop(draft)

    def _respective_verbs(self) -> None:
        """"A and B lowered and raised C, respectively": the first subject with the first verb."""
        for node in self.graph.nodes:
            if not node.is_verb:
                continue
            verbs = [node, *(kid for kid in node.kids if kid.dep == "conj" and kid.is_verb and not self._own_subject(kid))]
            found = [self.fired.get(verb.i, []) for verb in verbs]
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

    # ------------------------------------------------------------------ groups compared

    def _groups(self) -> None:
        """"Patients in the lowest third of X progressed sooner": the measure and the outcome go together."""
        from mgmine.claims.groups import compared

        for draft in compared(self):
            self._add(draft)

    # ------------------------------------------------------------------ open questions

    def _open_questions(self) -> set[int]:
        """Claims that something is not known; returns the words inside, which then claim nothing."""
        from mgmine.claims.questions import open_questions

        drafts, closed = open_questions(self)
        for draft in drafts:
            self._add(draft)
        return closed

    def _targets(self) -> None:
        """"X as a therapeutic target"."""
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
            elif not any(kid.low in ("therapeutic", "drug", "candidate", "treatment", "druggable", "promising", "pharmacological", "potential", "attractive", "immunotherapeutic", "possible", "novel") for kid in node.kids) and not any(
                kid.dep == "nmod" and kid.case() == "for" for kid in node.kids
            ):
                continue
            args = self.holder(head)
            if not args and head.dep == "nmod" and head.case() == "as" and head.head is not None:
                near = head.head
                args = self.phrases.objects(near) if near.is_noun else []
                if not args:
                    args = [arg for kid in near.kids if kid.dep in ("dobj", "nmod") and kid is not head and kid.i < head.i for arg in self.phrases.objects(kid)]
            for arg in args:
                self._add(Draft(
                    arg, "target_candidate", None, [node], "target", data.scores["target"], node, factuality="possible", modality="interpretation",
                    final=True,
                ))  # fmt: skip

    def _covariation(self) -> None:
        """"A fell as B rose": they go together, the sign is the product."""
        for node in self.graph.nodes:
            if not node.is_verb or node.dep != "advcl" or node.head is None or not any(kid.low == "as" and kid.i < node.i for kid in node.kids):
                continue
            signs = []
            for verb in (node, node.head):
                group = next((entry.group for entry in self.data.verbs.get(verb.lemma, ()) if entry.group.inchoative and entry.group.sign in ("+", "-")), None)
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
        """"X raised A, Y lowered it and Z had no effect"; "no difference in A between X-treated and control cells"."""
        for node in self.graph.nodes:
            group = self.data.nouns.get(node.low)
            if group is None or not group.change or self.fired.get(node.i) or node.tag[:2] != "NN":
                continue
            denied = self.scope.denied(node)
            rule = "affects/verb"
            if group.frame == "effect" and not any(kid.dep == "nmod" and kid.case() not in ("", "in") for kid in node.kids):
                causes = self._haver(node)
                if not causes or node.head is None or not denied:
                    continue
                verb = node.head
                before = [arg for part, arg in (*self.memory.topics, *self._topics_before(node)) if part == "object" and arg.node is not node and arg.start < node.start]
                if before and any(arg.start >= 0 for arg in before[-1:]) and verb.dep in ("conj", "ccomp", "parataxis", "advcl", "root"):
                    for cause in causes:
                        self._add(Draft(
                            cause, "affects", before[-1], [node], "effect/ellipsis", self.data.scores["effect/ellipsis"], node, sign="0", final=True,
                        ))  # fmt: skip
            elif node.lemma == "difference" and (denied or any(kid.low in ("no", "significant") for kid in node.kids)):
                if not denied:
                    continue
                themes = [kid for kid in node.kids if kid.dep == "nmod" and kid.case() == "in"]
                sides = [kid for kid in node.subtree() if kid.dep == "nmod" and kid.case() == "between"]
                for side in sides[:1]:
                    parts = [part for one in side.subtree() if "-" in one.low and one.low.rsplit("-", 1)[1] in ("treated", "supplemented", "exposed", "fed", "stimulated")
                             for part in self._parts(one, one.start, one.start + one.text.rfind("-"))]
                    for part in parts:
                        for theme in themes:
                            for target in self.phrases.objects(theme):
                                self._add(Draft(
                                    part, "affects", target, [node], rule, self.data.scores["effect/ellipsis"], node, sign="0", final=True,
                                ))  # fmt: skip

    def _causatives(self) -> None:
        """"makes T cells kill better", "lets T cells grow", "keeps LFA-1 from closing"."""
        for node in self.graph.nodes:
            if not node.is_verb or node.lemma not in ("make", "let", "help", "have", "keep", "prevent", "stop", "hinder") or (self.fired.get(node.i) and node.lemma != "prevent"):
                continue
            keeps = node.lemma in ("keep", "prevent", "stop", "hinder")
            for kid in node.kids:
                if kid.i < node.i or not kid.is_verb or kid.dep not in ("ccomp", "xcomp", "conj", "advcl", "acl") or kid.tag not in ("VB", "VBP", "VBG"):
                    continue
                middle = [one for one in self.graph.nodes[node.i + 1 : kid.i] if one.is_noun]
                if not middle or any(one.low in (",", "and", "but") for one in self.graph.nodes[node.i + 1 : kid.i]):
                    continue
                if keeps != any(one.low == "from" for one in self.graph.nodes[node.i + 1 : kid.i]) or (keeps and kid.tag != "VBG"):
                    continue
                start, _ = self.phrases.span(middle[-1])
                following = self.graph.nodes[kid.i + 1] if kid.i + 1 < len(self.graph) else kid
                worse = following.low in ("less", "worse", "slower", "poorly")
                sign = "-" if keeps != worse else "+"
                target = Arg(kid, start, kid.end, "process", event=True)
                for draft in list(self.fired.get(node.i, ())):
                    self._drop(draft)
                for agent in self.agent(node):
                    self._add(Draft(
                        agent, "affects", target, [node], "affects/causative", self.data.scores["affects/causative"], node, sign=sign,
                        aspect="process",
                    ))  # fmt: skip
                break

    def _uses(self) -> None:
        """"X … for use in Y"."""
        for node in self.graph.nodes:
            if node.low != "use" or node.dep != "nmod" or node.case() != "for" or node.head is None:
                continue
            places = [kid for kid in node.kids if kid.dep == "nmod" and kid.case() in ("in", "as")]
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

    # ------------------------------------------------------------------ anaphora

    def _topics_before(self, pronoun: Node) -> list[tuple[str, Arg]]:
        out: list[tuple[str, Arg]] = []
        governor = pronoun.head
        inside = {one.i for kid in governor.kids if kid.dep in ("nsubj", "nsubjpass", "csubj") for one in kid.subtree()} if governor is not None else set()
        for node in self.graph.nodes[: pronoun.i]:
            if node.i in inside:
                continue
            if not node.is_verb and not any(kid.dep == "cop" for kid in node.kids):
                continue
            for kid in node.kids:
                if kid.i >= pronoun.i or kid.low in self.data.pronouns:
                    continue
                if kid.dep in ("nsubj", "nsubjpass") and (node is not governor or pronoun.dep == "nmod:poss"):
                    out.extend(("subject", arg) for arg in self.phrases.resolve(kid, True)[:1])
                elif kid.dep == "dobj" and node is not governor:
                    out.extend(("object", arg) for arg in self.phrases.resolve(kid)[:1])
        if pronoun.dep == "nmod:poss":
            out.extend(
                ("subject", self.phrases._of_name(node, self.phrases.at[node.i]))
                for node in self.graph.nodes[: pronoun.i] if node.i in self.phrases.at and node.dep in ("nsubj", "nsubjpass")
            )  # fmt: skip
        return out

    def topics(self) -> list[tuple[str, Arg]]:
        """What this unit offers to words that point back from the next one."""
        out: list[tuple[str, Arg]] = []
        for node in self.graph.nodes:
            for kid in node.kids:
                if kid.low in self.data.pronouns:
                    continue
                if kid.dep in ("nsubj", "nsubjpass"):
                    out.extend(("subject", arg) for arg in self.phrases.resolve(kid, True)[:1])
                elif kid.dep == "dobj":
                    out.extend(("object", arg) for arg in self.phrases.resolve(kid)[:1])
        return out

    # ------------------------------------------------------------------ settling

    def _settle(self) -> list[Draft]:
        """One claim for one statement: duplicates go, and an unsigned effect yields to a signed one."""
        best: dict[tuple[object, ...], Draft] = {}
        for draft in self.drafts:
            if id(draft) in self.hidden or not self._sound(draft):
                continue
            key = (_key(draft.subject), draft.predicate, _key(draft.object), draft.sign, draft.negated)
            held = best.get(key)
            if held is None or held.score < draft.score:
                best[key] = draft
        kept = list(best.values())
        signed = {
            (_key(draft.subject), _key(draft.object)) for draft in kept if draft.predicate == "affects" and draft.sign in ("+", "-")
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
                if side.node.lemma in self.data.cohorts and side.name is None and draft.predicate not in ("correlates_with",):
                    return False
                if side.node.tag in ("PRP", "WDT", "WP", "EX") and not side.inherited and side.name is None:
                    return False
        subject, target = draft.subject, draft.object
        if isinstance(subject, Arg) and isinstance(target, Arg):
            if draft.predicate == "senses" and (target.type in ("t_cell", "cell") or not self._senser(subject)):
                return False
            if draft.predicate == "participates_in" and target.type in ("t_cell", "cell"):
                return False
            if target.node.lemma in ("absence", "presence", "mechanism") or subject.node.lemma in ("mechanism",):
                return False
            if draft.rule == "correlates/verb" and draft.anchor.dep == "acl" and subject.name is None:
                return False
            if self.graph.text[target.start : target.end].endswith("-") or self.graph.text[subject.start : subject.end].endswith("-"):
                return False
            if draft.rule == "affects/nominal-agent-of" and subject.name is None and not (subject.node.tag[:2] == "NN" and self.phrases.capital(subject.node)):
                return False
            if draft.predicate == "expresses" and subject.type not in ("t_cell", "cell") and draft.cue[0].lemma not in ("express", "coexpress", "co-express", "overexpress"):
                return False
            if draft.predicate == "contains" and subject.node.lemma in self.data.cues["reagent"]["nouns"]:
                return False
            if draft.predicate == "expressed_on" and not (target.type in ("t_cell", "cell") or (target.name is not None and target.type != "magnesium")):
                if subject.name is None or target.node.tag == "CD":
                    return False
                draft.predicate = "located_in"
        return not (
            isinstance(draft.subject, Arg) and isinstance(draft.object, Arg) and draft.subject.start < draft.object.end and draft.object.start < draft.subject.end
        )


    def _senser(self, arg: Arg) -> bool:
        """Whether something can sense: a named thing, a cell, a receptor, a sensor."""
        if arg.name is not None or arg.type in ("t_cell", "cell"):
            return True
        return arg.node.lemma in (
            "receptor", "sensor", "channel", "transporter", "protein", "kinase", "integrin", "complex", "pathway", "molecule", "lymphocyte", "enzyme",
        ) or any(character.isupper() or character.isdigit() for character in arg.node.text[1:])


def _key(side: Arg | Draft | None) -> object:
    if isinstance(side, Arg):
        return side.key
    return id(side)
