"""Who does what to whom in a graph: triggers, voice, control, coordination, relatives, participles, words that point back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mgmine.claims.draft import Draft, Firing
from mgmine.claims.phrase import Arg, Memory, Name, Phrases
from mgmine.claims.repair import repair
from mgmine.claims.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mgmine.claims.lexical import Data, VerbEntry
    from mgmine.nlp.graph import Graph, Node

OBJECT_CONTROL = frozenset({
    "cause", "allow", "enable", "force", "permit", "stimulate", "induce", "drive", "help", "lead", "prompt", "prime", "license", "make", "let",
    "get", "trigger", "prevent", "stop", "keep", "compel", "push", "equip", "instruct", })  # fmt: skip


_GIVING = frozenset({"treat", "supply", "provide", "supplement", "feed", "inject", "incubate", "infuse", "load"})


class Logic:
    """One graph with its names, and what is found in it so far."""

    def __init__(self, graph: Graph, names: Iterable[Name], data: Data, memory: Memory, title: bool = False) -> None:
        self.graph = graph
        self.data = data
        self.memory = memory
        self.title = title
        repair(graph, data)
        self.phrases = Phrases(graph, names, data, memory)
        self.phrases.before = self._topics_before
        self.scope = Scope(graph, data)
        self.drafts: list[Draft] = []
        self.fired: dict[int, list[Draft]] = {}
        self._subject_cache: dict[int, list[Arg]] = {}
        self._busy: set[int] = set()
        self.consumed: set[int] = set()
        self.hidden: set[int] = set()
        self.summed: dict[int, Node] = {}
        self.gapped: list[tuple[Node, Node, Node]] = []

    def _add(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        self.fired.setdefault(draft.anchor.i, []).append(draft)
        return draft

    def _drop(self, draft: Draft) -> None:
        self.drafts = [one for one in self.drafts if one is not draft]
        kept = [one for one in self.fired.get(draft.anchor.i, []) if one is not draft]
        self.fired[draft.anchor.i] = kept

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
                if group is not None and not (out and group.frame in ("correlates", "found")):
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
            elif node.low.endswith("ing") and (base := data.lemmas.get(node.low)) in data.verbs:
                # "the triggering of X by Y"
                for entry in data.verbs[base]:
                    plain = entry.particle is None and entry.preposition is None
                    if plain and entry.group.frame == "affects" and not entry.group.light:
                        out.append(Firing(node, "noun", entry.group))
                        break
        if node.tag[:2] in ("JJ", "VB", "RB", "NN") and node.low in data.adjectives:
            out.append(Firing(node, "adjective", data.adjectives[node.low]))
        return out

    def _particle(self, node: Node, particle: str) -> bool:
        following = self.graph.nodes[node.i + 1] if node.i + 1 < len(self.graph) else None
        if (following is not None and following.low == particle) or node.text.lower().endswith(" " + particle):
            return True
        return any(
            kid.low == particle and kid.i > node.i and kid.dep in ("compound:prt", "advmod", "prt") for kid in node.kids
        )

    def _prepositional(self, node: Node, preposition: str) -> bool:
        return bool(self._by_case(node, (preposition,)))

    def _by_case(self, node: Node, cases: Iterable[str]) -> list[Node]:
        wanted = set(cases)
        found = [
            kid
            for kid in node.kids
            if kid.dep in ("nmod", "advcl", "xcomp", "acl")
            and kid.i > node.i
            and (kid.case() in wanted or kid.case().split(" ")[0] in wanted)
        ]
        following = self.graph.nodes[node.i + 1] if node.i + 1 < len(self.graph) else None
        if (
            not found
            and node.dep == "acl:relcl"
            and node.head is not None
            and following is not None
            and following.low in wanted
            and not following.kids
            and following.head is node
            and any(kid.tag not in ("WDT", "WP") for kid in node.of("nsubj"))
        ):
            # "the pool that X draws on"
            return [node.head]
        if not found and following is not None and following.low in wanted and not following.kids:
            found = self._shared_object(node, following)
        if not found:
            # a phrase that the parser hung on the object although the verb asks for it
            for kid in node.kids:
                if kid.dep == "dobj":
                    found = [
                        inner
                        for inner in kid.kids
                        if inner.dep == "nmod"
                        and inner.i > kid.i
                        and inner.case() in wanted
                        and (
                            inner.case() not in ("of", "in")
                            or kid.low in ("track", "note", "stock", "heed", "hold", "notice")
                        )
                    ]
        return found

    def _shared_object(self, node: Node, preposition: Node) -> list[Node]:
        """ "binds to and inhibits X", "associates with and is acetylated by X": what the verb after the preposition is done to, or by."""
        after = self.graph.nodes[preposition.i + 1 : preposition.i + 2]
        if not after or after[0].dep != "cc":
            return []
        for kid in node.of("conj"):
            if kid.is_verb and kid.i > preposition.i:
                if self.passive(kid) or kid.of("auxpass"):
                    return [one for one in kid.of("nmod") if one.case() == "by"][:1]
                return kid.of("dobj")[:1] or [one for one in kid.of("nmod") if one.i > kid.i][:1]
        return []

    def _cue(self, firing: Firing) -> list[Node]:
        cue = [firing.node]
        entry = firing.entry
        if entry is not None and entry.particle is not None:
            cue += [
                kid for kid in self.graph.nodes[firing.node.i + 1 : firing.node.i + 4] if kid.low == entry.particle
            ][:1]
        return cue

    def _sign(self, sign: str | None, factor: int) -> str | None:
        if sign in ("+", "-") and factor < 0:
            return "-" if sign == "+" else "+"
        return sign

    def passive(self, node: Node) -> bool:
        """Whether a verb form is passive, a reduced relative or a coordinated participle of a passive included."""
        if node.tag == "VBG" and node.dep == "acl" and node.head is not None and node.head.i == node.i - 1:
            # "magnesium sensing by X"
            return not any(kid.dep == "dobj" for kid in node.kids) and any(
                kid.dep == "nmod" and kid.case() == "by" for kid in node.kids
            )
        if node.tag not in ("VBN", "VBD"):
            return False
        for kid in node.kids:
            if kid.dep in ("auxpass", "nsubjpass"):
                return True
        if any(kid.dep == "aux" and kid.lemma == "have" for kid in node.kids):
            return False
        if any(kid.dep == "nsubj" for kid in node.kids):
            return False
        if (
            node.tag == "VBN"
            and node.dep in ("acl", "amod", "advcl")
            and not any(kid.dep == "dobj" for kid in node.kids)
        ):
            return True
        if (
            node.tag == "VBN"
            and node.dep == "conj"
            and node.head is not None
            and node.head.tag == "JJ"
            and node.head.of("cop")
        ):
            # "was unaffected by X but abolished by Y"
            return not any(kid.dep == "dobj" for kid in node.kids)
        if node.dep == "conj" and node.head is not None and node.head.is_verb:
            return self.passive(node.head) and not any(kid.dep == "dobj" for kid in node.kids)
        return (
            node.tag == "VBN"
            and node.dep in ("xcomp", "ccomp", "root")
            and any(kid.dep == "nmod" and kid.case() == "by" for kid in node.kids)
        )

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
                objects = [
                    kid
                    for kid in head.kids
                    if kid.dep in ("dobj", "iobj", "nsubj")
                    and kid.i < node.i
                    and (kid.dep != "nsubj" or kid.i > head.i)
                ]
                if objects:
                    return objects[:1]
            return self.subject_nodes(head)
        if (
            node.tag == "VBG"
            and head.low in ("capable", "incapable", "able")
            and head.dep in ("amod", "acl")
            and head.head is not None
        ):
            # "a kinase capable of activating X"
            return [head.head]
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
            if (
                node.dep in ("advcl", "xcomp")
                and node.tag == "VB"
                and head is not None
                and head.lemma not in OBJECT_CONTROL
                and not self._own_subject(node)
                and self.passive(head)
                and any(entry.group.frame == "affects" for entry in self.data.verbs.get(head.lemma, ()))
                and (agents := self.by_phrase(head))
            ):
                # "is inhibited by X to reduce Y": X does it
                return agents
            added = node.dep == "xcomp" and node.tag == "VBG" and node.i > 0 and self.graph.nodes[node.i - 1].low == ","
            if (
                (node.dep == "advcl" or added)
                and node.tag in ("VBG", "VBN")
                and head is not None
                and not self._own_subject(node)
            ):
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
            gapped = any(one.dep == "nsubjpass" for one in kid.kids) and not any(
                one.dep == "auxpass" for one in kid.kids
            )
            if kid.dep == "conj" and self.passive(kid) and (gapped or not self._own_subject(kid)) and any(
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
        if (
            head.dep == "nmod"
            and head.head is not None
            and head.head.is_verb
            and head.case() not in ("of", "with", "as", "by")
            and head.i not in self.phrases.at
        ):
            # "passes into the cell to do it": what passes does it
            return self.subject(head.head)
        if head.lemma in ("ability", "propensity", "capacity", "potential", "tendency", "power", "effectiveness", "efficacy") or (
            head.low in self.data.cues["negation"]["nouns"]
        ):  # fmt: skip
            for kid in head.kids:
                if kid.dep in ("nmod", "nmod:poss", "compound") and kid.case() in ("of", "", "'s", "for"):
                    return self.phrases.subjects(kid)
            return self._haver(head)
        if (
            head.dep == "dobj"
            and head.head is not None
            and head.head.lemma in ("need", "require", "use", "have", "employ", "exploit", "lack", "take")
        ):
            # "X needs Y to do it": X does it
            return self.subject(head.head)
        return self.phrases.subjects(head)

    def _own_subject(self, node: Node) -> bool:
        return any(kid.dep in ("nsubj", "nsubjpass", "csubj") for kid in node.kids)

    def by_phrase(self, node: Node) -> list[Arg]:
        """The agents of a passive."""
        out: list[Arg] = []
        places = [
            node,
            *(
                kid for kid in node.kids
                if kid.i > node.i and (kid.dep in ("xcomp", "dobj", "ccomp", "advmod") or (kid.dep == "nmod" and kid.low in self.data.states))
            ),
        ]  # fmt: skip
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
        if not out:
            # "is sensed in the kidney by X": the agent was hung on the place
            out = [
                arg
                for kid in node.of("nmod")
                if kid.i > node.i
                and kid.case().split(" ")[0] in ("in", "on", "at", "within")
                and kid.low not in self.data.nouns
                for inner in kid.of("nmod")
                if inner.case() == "by"
                for arg in self.phrases.subjects(inner)
            ]
        return out

    def direct_object(self, node: Node, entry: VerbEntry | None = None) -> list[Arg]:
        """The object of an active verb, found through gaps and right-node raising."""
        for kid in node.kids:
            # "that of X" is an object, a bare "that" opens a clause
            opening = kid.low in ("which", "that", "whom") and not kid.of("nmod")
            if kid.dep == "dobj" and not opening and not self._finite(kid):
                return self.phrases.objects(kid)
        if entry is not None and entry.particle is not None:
            for kid in node.kids:
                if kid.dep == "nmod" and kid.i > node.i and kid.case() == entry.particle:
                    return self.phrases.objects(kid)
        if (
            node.dep == "acl:relcl"
            and node.head is not None
            and node.head.is_noun
            and any(
                kid.dep in ("nsubj", "csubj") and kid.tag not in ("WDT", "WP") and kid.low not in ("that", "which")
                for kid in node.kids
            )
        ):
            return self.phrases.objects(node.head)
        siblings = [
            kid for kid in node.kids
            if kid.is_verb and (kid.dep == "conj" or (self._finite(kid) and (kid.dep == "dobj" or any(
                one.low in ("whereas", "while", "but") for one in self.graph.nodes[node.i + 1 : kid.i]
            ))))
        ]  # fmt: skip
        if node.dep == "conj" and node.head is not None and node.head.is_verb:
            siblings = [
                node.head,
                *(kid for kid in node.head.kids if kid.dep == "conj" and kid is not node and kid.is_verb),
            ]
        inchoative = any(one.group.inchoative for one in self.data.verbs.get(node.lemma, ()))
        for sibling in siblings:
            for kid in sibling.kids:
                if (
                    kid.dep == "dobj"
                    and kid.i > node.i
                    and kid.i > sibling.i
                    and (sibling is node.head or not inchoative or self._gap(node, sibling) or self._finite(sibling))
                ):
                    between = self.graph.nodes[min(node.i, sibling.i) + 1 : max(node.i, sibling.i)]
                    if any(one.dep == "dobj" and one.head is not None and one.head.dep != "csubj" for one in between):
                        continue
                    if any(
                        one.dep in ("nmod",) and one.head is min(node, sibling, key=lambda two: two.i)
                        for one in between
                    ):
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
        if (
            entry is not None
            and entry.group.frame == "senses"
            and not self.passive(node)
            and not any(kid.dep == "dobj" for kid in node.kids)
        ):
            for kid in node.kids:
                if kid.dep == "ccomp" and kid.i > node.i:
                    found = self.subject(kid)
                    if found:
                        return found
        if self.passive(node):
            return [arg for one in self.subject_nodes(node) for arg in self.phrases.objects(one)]
        return self.direct_object(node, entry)

    def event(self, verb: Node) -> Arg:
        """A verb with its object as an argument: "to activate LFA-1"."""
        end = verb.end
        for kid in verb.kids:
            if kid.dep in ("dobj", "compound:prt") and kid.i > verb.i:
                end = max(end, self.phrases.span(kid)[1])
        if end == verb.end:
            for kid in verb.kids:
                if kid.dep == "nmod" and kid.i > verb.i and kid.i - verb.i <= 4:
                    if kid.low in ("absence", "presence", "response") or kid.case() == "without":
                        # under what it happens is no part of what happens
                        continue
                    end = self.phrases.span(kid)[1]
                    break
        return Arg(verb, verb.start, end, "process", event=True)

    def clause(self, verb: Node) -> Arg:
        """A clause as an argument, from its subject to its verb."""
        event = Arg(verb, verb.start, verb.end, "process", event=True)
        subjects = [kid for kid in verb.kids if kid.dep in ("nsubj", "nsubjpass")]
        start = min([self.phrases.span(kid)[0] for kid in subjects] + [event.start])
        return replace(event, start=start)

    def holder(self, node: Node) -> list[Arg]:
        """What an adjective or a predicate noun is said of."""
        own = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass", "csubj") and kid.low != "there"]
        if own:
            return [
                arg
                for one in own
                for arg in self.phrases.subjects(one)
                if not (one.low == "it" and self._expletive(node))
            ]
        head = node.head
        if node.i in self.phrases.alias:
            return self.phrases.resolve(self.phrases.alias[node.i], True)
        colon = self.graph.nodes[node.i + 1] if node.i + 2 < len(self.graph) else None
        if colon is not None and colon.low == ":":
            named = [kid for kid in node.of("dep", "appos") if kid.i == colon.i + 1 and kid.i in self.phrases.at]
            if named:
                # "has a sensor of its own: X"
                return self.phrases.resolve(named[0], True)
        if head is None:
            return []
        if node.dep in ("amod", "compound") and head.is_noun:
            return self.phrases.resolve(head)
        if node.dep == "conj":
            if (
                node.is_noun
                and head.is_noun
                and not any(kid.dep == "cop" for kid in head.kids)
                and head.dep != "appos"
                and head.case() != "as"
            ):
                return []
            return self.holder(head)
        if node.dep == "acl" and head.is_noun:
            return self.phrases.resolve(head)
        if head.is_noun and (node.dep == "appos" or (node.dep == "dep" and self._bracketed(node))):
            return self.phrases.resolve(head, True)
        if node.dep in ("xcomp", "acl:relcl", "advcl", "ccomp"):
            if node.dep == "acl:relcl" and head.is_noun:
                return self.phrases.resolve(head, True)
            objects = [kid for kid in head.kids if kid.dep == "dobj"]
            if objects and head.lemma in ("make", "render", "leave", "keep", "find", "consider"):
                return self.phrases.objects(objects[0])
            return self.subject(head)
        if node.dep == "nmod" and node.case() in ("as", "as as", "like") and head.is_verb:
            # "as a sensor of X, Y governs Z"
            if (
                node.i < head.i
                or self.passive(head)
                or head.lemma in ("act", "function", "serve", "work", "behave", "operate", "emerge")
            ):
                return self.subject(head)
            objects = [kid for kid in head.kids if kid.dep == "dobj"]
            return self.phrases.objects(objects[0]) if objects else self.subject(head)
        if (
            node.dep == "dobj"
            and head.is_verb
            and head.lemma in ("identify", "reveal", "represent", "become", "remain", "constitute", "stay", "form")
        ):
            return self.subject(head)
        return []

    def _bracketed(self, node: Node) -> bool:
        """Whether a phrase stands in brackets right after its head: "X (an inhibitor of Y)"."""
        head = node.head
        following = self.graph.nodes[head.i + 1 : head.i + 2] if head is not None else []
        return bool(following) and following[0].low == "(" and following[0].head is node

    def _expletive(self, node: Node) -> bool:
        return any(kid.dep in ("ccomp", "xcomp", "csubj", "advcl") for kid in node.kids)

    def _haver(self, node: Node) -> list[Arg]:
        head = node.head
        if head is not None and node.dep == "dobj" and head.is_verb and head.lemma in (
            "have", "exert", "show", "play", "exhibit", "display", "take", "produce", "bear", "demonstrate", "possess", "bring", "make", "retain", "reveal", "lack", "form",
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

    def _topics_before(self, pronoun: Node) -> list[tuple[str, Arg]]:
        out: list[tuple[str, Arg]] = []
        governor = pronoun.head
        inside = (
            {one.i for kid in governor.kids if kid.dep in ("nsubj", "nsubjpass", "csubj") for one in kid.subtree()}
            if governor is not None
            else set()
        )
        for node in self.graph.nodes[: pronoun.i]:
            if node.i in inside:
                continue
            if not node.is_verb and not any(kid.dep == "cop" for kid in node.kids):
                continue
            for kid in node.kids:
                if kid.i >= pronoun.i or kid.low in self.data.pronouns:
                    continue
                if kid.dep in ("nsubj", "nsubjpass") and (node is not governor or pronoun.dep == "nmod:poss"):
                    out.extend(self._topic("subject", kid))
                elif kid.dep == "dobj" and node is not governor:
                    out.extend(self._topic("object", kid))
        if pronoun.dep == "nmod:poss":
            out.extend(
                ("subject", self.phrases._of_name(node, self.phrases.at[node.i]))
                for node in self.graph.nodes[: pronoun.i] if node.i in self.phrases.at and node.dep in ("nsubj", "nsubjpass")
            )  # fmt: skip
        return out

    def _withdrawn(self, node: Node) -> list[Arg]:
        """What a verb of perturbation took away: "cells were starved of X", "X was blocked", "we removed X"."""
        for kid in node.kids:
            if kid.dep == "nmod" and kid.i > node.i and kid.case() == "of":
                return self.phrases.subjects(kid)
        return [arg for arg in self.patient(node) if arg.type not in ("t_cell", "cell")]

    def topics(self) -> list[tuple[str, Arg]]:
        """What this unit offers to words that point back from the next one."""
        out: list[tuple[str, Arg]] = []
        for node in self.graph.nodes:
            if (
                node.is_verb
                and node.head is None
                and (kind := self.phrases.perturbing(node)) is not None
                and kind.flips
            ):
                themes = self._withdrawn(node)
                if themes:
                    start = min(self.clause(node).start, *(theme.start for theme in themes))
                    end = max(node.end, *(theme.end for theme in themes))
                    out.append(
                        ("event", Arg(node, start, end, "process", perturbation=kind, themes=tuple(themes), event=True))
                    )
            if node.is_verb and node.lemma in _GIVING:
                # "we supplied mice with X. It did Y"
                out.extend(
                    ("subject", arg)
                    for kid in node.of("nmod")
                    if kid.case() == "with"
                    for arg in self.phrases.resolve(kid)[:1]
                )
            for kid in node.kids:
                if kid.low in self.data.pronouns:
                    continue
                if kid.dep in ("nsubj", "nsubjpass"):
                    out.extend(self._topic("subject", kid))
                elif kid.dep == "dobj":
                    out.extend(self._topic("object", kid))
            out.extend(
                ("effect", replace(draft.object, sign=1 if draft.sign == "+" else -1))
                for draft in self.fired.get(node.i, ())
                if draft.predicate == "affects" and draft.sign in ("+", "-") and not draft.negated and isinstance(draft.object, Arg)
            )  # fmt: skip
        return out

    def _topic(self, part: str, node: Node) -> list[tuple[str, Arg]]:
        """What a word offers to pointing words: all that is coordinated with it, for "both" and "the latter", then itself."""
        out: list[tuple[str, Arg]] = []
        if any(kid.dep == "conj" for kid in node.kids):
            side = [arg for arg in self.phrases._all(node, part == "subject") if not arg.negated]
            out.extend((part + "s", arg) for arg in side if len(side) > 1)
        for arg in self.phrases.resolve(node, part == "subject")[:1]:
            # "levels of X" are many, whatever X is
            many = node.tag == "NNS" and node.lemma in self.data.measures
            out.append((part, replace(arg, node=node) if many else arg))
        return out
