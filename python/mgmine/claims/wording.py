"""Mends the parse of ways of saying that plain prose has and abstracts seldom: lists without "and", "lets cells …", "what X does for Y".

Like :mod:`mgmine.claims.repair`, each looks for word classes and function words, none for particular things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgmine.claims.lexical import Data
    from mgmine.nlp.graph import Graph, Node

_FINITE = ("VBD", "VBP", "VBZ", "MD")
_DEGREES = frozenset({"more", "less", "most", "least"})
_PACE = frozenset({
    "faster", "slower", "better", "worse", "longer", "sooner", "earlier", "later", "harder", "quicker", "further", "stronger", "tighter",
})  # fmt: skip
_MOMENTS = frozenset(
    {"time", "day", "moment", "point", "case", "period", "phase", "stage", "year", "hour", "minute", "week", "month"}
)
_CAUSING = frozenset({"cause", "induce", "trigger", "elicit", "evoke", "produce", "provoke"})
_CHANGES = frozenset(
    {"drop", "fall", "decrease", "increase", "rise", "reduction", "decline", "loss", "gain", "surge", "defect"}
)
_SIDES = frozenset({"surface", "surfaces", "membrane", "membranes"})
_ASKING = frozenset({"how", "why", "what", "whether", "which"})
_CLAUSES = frozenset({"parataxis", "ccomp", "conj", "advcl"})
_GOING = frozenset({"go", "went", "goes", "gone", "going"})
_TREATED = frozenset({"given", "fed", "receiving", "taking"})
_LETTING = {"let": "let", "lets": "let", "helps": "help", "makes": "make"}


def mend(graph: Graph, data: Data) -> None:
    """Changes the graph in place."""
    # What each looks for first is asked here: nearly every word is passed by, and a call costs more than the question.
    for node in graph.nodes:
        if node.dep == "aux":
            _does_for(graph, node)
        if node.low in ("what", "how"):
            _what_subject(node)
            if node.low == "what":
                _is_what(graph, node, data)
        elif node.low in _GOING:
            _hand_in_hand(graph, node)
        elif node.low in _LETTING:
            _letting(graph, node, data)
        if node.dep == "case" and node.low in _TREATED:
            _treated_people(node, data)
        elif node.dep == "root" and node.tag in ("VBD", "VBN"):
            _told_of_treated(node, data)
        if node.dep == "nmod":
            _surface(graph, node)
            _how_often(node)
        elif node.dep == "conj":
            _with_it(node)
            _beside_state(node)
        elif node.dep == "aux":
            _did_worse(node)
        if node.low in _DEGREES or node.low in _PACE or node.dep == "advmod":
            _degree(graph, node, data)
        if node.dep == "nsubj":
            _floating(node)
        elif node.dep == "amod":
            _keeping(graph, node)
        if node.dep == "nsubj":
            _opened_clause(node)
        if node.low in ("this", "that", "way"):
            _by_this(graph, node)
        if node.dep == "acl:relcl":
            _agreement(node)
            _when_clause(node)
        elif node.dep == "acl":
            _caused_change(node)
    for node in graph.nodes:
        if node.is_noun and node.kids:
            _apposed_list(graph, node)
            _inner_last(graph, node)
        if node.dep in _CLAUSES:
            _parallel_clause(node)
    _listed_subject(graph)
    _pseudo_cleft(graph, data)
    _asked_subject(graph, data)


def mend_clauses(graph: Graph, data: Data) -> None:
    """What can only be mended once verbs and objects are in their places."""
    for node in graph.nodes:
        if node.low in _DEGREES or node.low in _PACE or node.dep == "advmod":
            _degree(graph, node, data)
        if node.dep == "nsubj":
            _opened_clause(node)
    for node in graph.nodes:
        if node.dep in _CLAUSES:
            _parallel_clause(node)


def _pseudo_cleft(graph: Graph, data: Data) -> None:
    """ "What X needs is Y": X needs Y."""
    nodes = graph.nodes
    if len(nodes) < 5 or nodes[0].low != "what":
        return
    copula = next((one for one in nodes[2:-1] if one.low in ("is", "was", "are", "were") and one.dep == "cop"), None)
    told = copula.head if copula is not None else None
    if copula is None or told is None or told.i < copula.i or not told.is_noun:
        return
    verb = next((
        one for one in nodes[2 : copula.i]
        if one.low in data.lemmas and data.lemmas[one.low] in data.verbs and nodes[one.i - 1].is_noun and one.tag in ("VBZ", "VBP", "VBD", "NNS")
    ), None)  # fmt: skip
    if verb is None or verb.of("dobj"):
        return
    subject = nodes[verb.i - 1]
    if verb.tag == "NNS":
        verb.retag("VBZ")
        verb.lemma = data.lemmas[verb.low]
    root = graph.root()
    if root is not verb and root is not None:
        take_place(verb, None, "root")
        root.attach(verb, "dobj")
    told.attach(verb, "dobj")
    copula.attach(verb, "dep")
    _hang(subject, verb, "nsubj")
    for kid in [kid for kid in verb.of("compound", "amod", "det") if kid.i < subject.i]:
        kid.attach(subject, kid.dep)


def _treated_people(node: Node, data: Data) -> None:
    """ "patients given X had more Y": a participle behind those who were given something, no preposition."""
    given = node.head
    people = given.head if given is not None else None
    if (
        given is None
        or people is None
        or given.dep != "nmod"
        or people.i != node.i - 1
        or people.lemma not in data.cohorts
    ):
        return
    node.retag("VBN")
    node.lemma = data.lemma(node.low, node.lemma)
    _hang(node, people, "acl")
    _hang(given, node, "dobj")


def _told_of_treated(node: Node, data: Data) -> None:
    """ "Patients treated with X relapsed later": the verb is the second, the first says which patients."""
    people = node.of("nsubj")
    if len(node.kids) < 2 or not people or people[0].i != node.i - 1 or people[0].lemma not in data.cohorts:
        return
    from mgmine.claims.groups import sharpened

    told = next((
        one for one in node.subtree()
        if one.i > node.i + 1 and one.tag in ("VBD", "VBN") and one.dep == "acl" and one.lemma in data.outcome_verbs and any(
            kid.i == one.i + 1 and sharpened(data, [kid]) for kid in one.of("advmod")
        )
    ), None)  # fmt: skip
    if told is None:
        return
    take_place(told, None, "root")
    told.retag("VBD")
    _hang(people[0], told, "nsubj")
    _hang(node, people[0], "acl")
    node.retag("VBN")
    for kid in [kid for kid in node.kids if kid.i > told.i]:
        _hang(kid, told, kid.dep)


def _when_clause(node: Node) -> None:
    """ "fell to a third when X was there": when it fell, no clause of the noun."""
    noun = node.head
    if noun is None or noun.dep not in ("nmod", "dobj") or noun.lemma in _MOMENTS:
        return
    verb = noun.head
    opening = next((kid for kid in node.of("advmod", "mark") if kid.low == "when" and kid.i < node.i), None)
    if opening is None or opening.i != noun.i + 1 or verb is None or not verb.is_verb:
        return
    _hang(node, verb, "advcl")


def _caused_change(node: Node) -> None:
    """ "a fall in X caused by Y": the fall is what was caused."""
    thing = node.head
    change = thing.head if thing is not None and thing.dep == "nmod" and thing.case() == "in" else None
    if change is None or node.tag not in ("VBN", "VBD") or node.lemma not in _CAUSING or change.lemma not in _CHANGES:
        return
    if any(kid.case() == "by" for kid in node.of("nmod")):
        _hang(node, change, "acl")


def _is_what(graph: Graph, node: Node, data: Data) -> None:
    """ "Y is what X needs": X needs Y."""
    nodes = graph.nodes
    copula = nodes[node.i - 1] if node.i else None
    root = graph.root()
    if copula is None or copula.low not in ("is", "was") or root not in (copula, node):
        return
    verb = next(
        (
            one
            for one in nodes[node.i + 2 : node.i + 6]
            if one.tag in ("VBZ", "VBP", "VBD", "NNS") and data.lemmas.get(one.low) in data.verbs
        ),
        None,
    )
    if (
        verb is None
        or verb.of("dobj")
        or not all(one.is_noun or one.tag in ("DT", "JJ") for one in nodes[node.i + 1 : verb.i])
    ):
        return
    told = next(iter(root.of("nsubj")), None) if root is not None else None
    if told is None or told.i > node.i or root is None:
        return
    subject = nodes[verb.i - 1]
    verb.retag("VBZ" if verb.tag == "NNS" else verb.tag)
    verb.lemma = data.lemmas[verb.low]
    take_place(verb, None, "root")
    for one, label in ((root, "dep"), (told, "dobj"), (subject, "nsubj"), (node, "dep")):
        one.attach(verb, label)
    for kid in [kid for kid in root.kids if kid is not verb]:
        kid.attach(verb, kid.dep)


def _with_it(node: Node) -> None:
    """ "needs X and, with it, Y": Y stands beside X, not beside the pronoun between the commas."""
    pronoun = node.head
    verb = pronoun.head if pronoun is not None and pronoun.low in ("it", "them") and pronoun.dep == "nmod" else None
    before = next((kid for kid in reversed(verb.of("dobj")) if kid.i < node.i), None) if verb is not None else None
    if before is not None and before.of("cc"):
        _hang(node, before, "conj")


def _beside_state(node: Node) -> None:
    """ "X remained closed and Y stopped": a clause stands beside a clause, not beside the state at its end."""
    state = node.head
    if (
        state is not None
        and state.dep == "xcomp"
        and not state.is_verb
        and state.head is not None
        and node.tag in _FINITE
        and node.of("nsubj", "nsubjpass")
    ):
        _hang(node, state.head, "conj")


def _how_often(node: Node) -> None:
    """ "occurred less often in the X group": in whom it occurred, not in whom it was often."""
    adverb = node.head
    verb = adverb.head if adverb is not None and adverb.dep == "advmod" else None
    if (
        adverb is not None
        and verb is not None
        and verb.is_verb
        and adverb.i > verb.i
        and node.case() in ("in", "among")
    ):
        _hang(node, verb, "nmod")


def _does_for(graph: Graph, node: Node) -> None:
    """ "What X does for Y is not known": a form of "do" without a verb behind it is a verb."""
    verb = node.head
    if node.lemma != "do" or verb is None or node.i + 1 >= len(graph):
        return
    if graph.nodes[node.i + 1].tag not in ("IN", "TO") or graph.nodes[node.i + 1].low not in (
        "for",
        "to",
        "in",
        "with",
    ):
        return
    asked = next((one for one in reversed(graph.nodes[: node.i]) if one.low == "what"), None)
    subject = next((one for one in reversed(graph.nodes[: node.i]) if one.head is verb and one.is_noun), None)
    if asked is None or subject is None or subject.i < asked.i:
        return
    following = next(
        (one for one in graph.nodes[node.i + 2 :] if one.dep in ("aux", "auxpass", "cop") or one is verb), verb
    )
    node.retag("VBZ" if node.low == "does" else "VBD" if node.low == "did" else "VBP")
    node.dep = "csubj"
    _hang(subject, node, "nsubj")
    _hang(asked, node, "mark")
    for kid in [kid for kid in verb.kids if kid.dep == "nmod" and node.i < kid.i < following.i]:
        _hang(kid, node, "nmod")


def _what_subject(node: Node) -> None:
    """ "what X adds to Y": the question word asks for what the verb lacks, it does not belong to X."""
    if node.dep not in ("det", "advmod", "amod", "dep") or node.head is None:
        return
    noun = node.head
    verb = noun.head
    if noun.is_noun and noun.dep == "nsubj" and verb is not None and verb.is_verb and not verb.of("dobj"):
        _hang(node, verb, "mark")


def _hand_in_hand(graph: Graph, node: Node) -> None:
    """ "went hand in hand with": the verb is the verb, whatever the parse makes of its hands."""
    words = graph.nodes[node.i + 1 : node.i + 5]
    if [one.low for one in words] != ["hand", "in", "hand", "with"]:
        return
    hand, _, other, _ = words
    node.lemma = "go"
    if not node.is_verb:
        node.retag("VBZ" if node.low == "goes" else "VBD")
    if node.head is hand:
        above, label = hand.head, hand.dep
        take_place(node, above, label)
        for kid in [kid for kid in hand.kids if kid is not node and kid is not other]:
            _hang(kid, node, kid.dep)
    for kid in [kid for place in (hand, other) for kid in place.kids if kid.dep == "nmod" and kid.i > other.i]:
        _hang(kid, node, "nmod")
    for kid in [kid for kid in node.kids if kid.dep in ("nmod", "amod") and kid.i < node.i and kid.is_noun]:
        kid.dep = "nsubj" if not node.of("nsubj") and not kid.case() else kid.dep
    before = graph.nodes[node.i - 1] if node.i else None
    if not node.of("nsubj") and before is not None and before.is_noun and before is not node:
        top = before
        while top.head is not None and top.head.i < node.i and top.head.is_noun:
            top = top.head
        if node not in top.subtree():
            _hang(top, node, "nsubj")
    _hang(hand, node, "advmod")
    if other is not hand:
        _hang(other, hand, "dep")


def _hang(node: Node, head: Node, dep: str) -> None:
    """Attaches, unless the new head hangs on the node itself: no mend may make a ring of a tree."""
    if head not in node.subtree():
        node.attach(head, dep)


def take_place(node: Node, above: Node | None, label: str) -> None:
    """Hangs a node where another hung; at the top where that was the root."""
    if above is None:
        if node.head is not None:
            node.head.kids.remove(node)
        node.head, node.dep = None, "root"
    else:
        _hang(node, above, label)


def _surface(graph: Graph, node: Node) -> None:
    """ "carry on their surface X": X is what is carried, not part of the place."""
    if node.i < 3 or not node.is_noun or node.head is None or not node.head.is_verb:
        return
    place = graph.nodes[node.i - 1]
    if (
        place.low not in _SIDES
        or place.head is not node
        or node.case() not in ("on", "at", "in")
        or node.head.of("dobj")
    ):
        return
    if not any(kid.dep in ("nmod:poss", "det") for kid in (*node.kids, *place.kids)):
        return
    verb = node.head
    _hang(place, verb, "nmod")
    for kid in [kid for kid in node.kids if kid.i < place.i]:
        _hang(kid, place, kid.dep)
    _hang(node, verb, "dobj")


def _letting(graph: Graph, node: Node, data: Data) -> None:
    """ "X lets cells hold on to Y": "lets" before a noun and a base form is a verb."""
    if node.is_verb:
        # "let cells cling": a base form that ends like a participle
        for thing in node.of("dobj"):
            for kid in thing.of("acl"):
                if kid.i > thing.i and data.lemmas.get(kid.low) == kid.low:
                    kid.retag("VB")
                    _hang(kid, node, "ccomp")
        return
    done = next((one for one in graph.nodes[node.i + 1 : node.i + 6] if one.tag in ("VBP", "VB")), None)
    if done is None or node.i == 0 or not any(kid.i > node.i for kid in done.of("nsubj")):
        return
    before = graph.nodes[node.i - 1]
    named: Node | None = next((kid for kid in done.of("nsubj") if kid.i < node.i), None)
    if named is None and before.low == ",":
        named = done.head if done.head is not None and done.head.is_noun and done.head.i < node.i else before.head
    elif named is None:
        named = before
    if named is None or not named.is_noun or named.i >= node.i:
        return
    above, label = done.head, done.dep
    if above is named:
        above, label = named.head, named.dep
    node.retag("VBZ" if node.low.endswith("s") else "VBP")
    node.lemma = _LETTING[node.low]
    take_place(node, above, label)
    _hang(named, node, "nsubj")
    done.retag("VB")
    _hang(done, node, "ccomp")


def _degree(graph: Graph, node: Node, data: Data) -> None:
    """ "became more effective", "migrated faster", "worse overall survival": degree and pace are no objects."""
    head = node.head
    if head is None or node.i + 1 >= len(graph):
        return
    following = graph.nodes[node.i + 1]
    if node.low in _DEGREES and node.dep in ("xcomp", "dobj", "advmod") and head.is_verb:
        if following.tag == "JJ" and following.head is head:
            _hang(node, following, "advmod")
        elif following.tag == "JJ" and following.dep == "amod" and node.dep == "xcomp" and following.head is not None:
            _adjective_back(graph, node, following, head)
    elif node.low in _PACE and node.dep == "dobj" and head.is_verb and node.tag in ("JJR", "RBR", "JJ", "RB"):
        node.dep = "advmod"
    elif (
        node.low in data.directions and node.low not in _DEGREES and node.tag in ("JJ", "JJR") and node.dep == "advmod"
        and head is following and head.dep == "amod" and head.head is not None
    ):  # fmt: skip
        _hang(node, head.head, "amod")


def _adjective_back(graph: Graph, degree: Node, adjective: Node, verb: Node) -> None:
    """ "became less active and B C dropped": the adjective belongs to the verb before, not to C."""
    noun = adjective.head
    joiner = graph.nodes[adjective.i + 1] if adjective.i + 1 < len(graph) else None
    if (
        noun is None
        or joiner is None
        or joiner.low != "and"
        or noun.dep not in ("nsubj", "nsubjpass")
        or noun.head is None
    ):
        return
    second = noun.head
    if second is verb or not second.is_verb:
        return
    for kid in [kid for kid in adjective.kids if kid.i > adjective.i]:
        _hang(kid, verb if kid.dep == "cc" else noun, "cc" if kid.dep == "cc" else "compound")
    _hang(adjective, verb, "xcomp")
    _hang(degree, adjective, "advmod")
    if second.head is verb:
        second.dep = "conj"


def _did_worse(node: Node) -> None:
    """ "did worse": a form of "do" before a word of pace is the verb."""
    head = node.head
    if node.lemma != "do" or head is None or head.low not in _PACE or head.i != node.i + 1:
        return
    take_place(node, head.head, head.dep)
    node.retag("VBD" if node.low == "did" else "VBZ" if node.low == "does" else "VBP")
    for kid in [kid for kid in head.kids if kid is not node]:
        _hang(kid, node, kid.dep)
    _hang(head, node, "advmod")


def _floating(node: Node) -> None:
    """ "A, B and C all need X": "all" is no subject of its own."""
    if node.low in ("all", "both", "each") and node.head is not None and any(
        kid.i < node.i for kid in node.head.of("nsubj") if kid is not node
    ):  # fmt: skip
        node.dep = "advmod"


def _keeping(graph: Graph, node: Node) -> None:
    """ "in keeping vessels supple": the gerund governs what follows."""
    head = node.head
    if node.tag != "VBG" or head is None or head.tag != "JJ" or head.dep != "advcl" or node.i == 0:
        return
    things = [kid for kid in head.of("nsubj") if kid.i > node.i]
    if graph.nodes[node.i - 1].tag != "IN" or not things or head.head is None:
        return
    _hang(node, head.head, "advcl")
    _hang(graph.nodes[node.i - 1], node, "mark")
    _hang(things[0], node, "dobj")
    _hang(head, node, "xcomp")


def _opened_clause(node: Node) -> None:
    """ "When X sensed Y, Z did better" with the first clause as a subject: "when" belongs to it."""
    head = node.head
    if node.tag not in _FINITE or head is None:
        return
    own = node.of("nsubj", "nsubjpass")
    if not own:
        return
    opener = next((
        kid for kid in head.kids
        if kid.i < own[0].i and kid.low in ("when", "once", "after", "as", "whenever", "if") and kid.dep in ("advmod", "mark")
    ), None)  # fmt: skip
    if opener is not None and any(kid is not node and kid.i > node.i for kid in head.of("nsubj", "nsubjpass")):
        node.dep = "advcl"
        _hang(opener, node, "mark")


def _by_this(graph: Graph, node: Node) -> None:
    """ "does A and by this raises B": the phrase between belongs to the second verb, which is coordinated with the first."""
    if node.i < 2 or node.i + 1 >= len(graph):
        return
    verb = graph.nodes[node.i + 1]
    start = node.i - 1
    while start > 0 and graph.nodes[start].low in ("this", "that", "by", "through", "in", "with"):
        start -= 1
    joiner = graph.nodes[start]
    if start == node.i - 1 or verb.tag not in _FINITE or joiner.low not in ("and", ","):
        return
    first = next((
        one for one in reversed(graph.nodes[:start]) if one.tag in _FINITE and one.is_verb and one.of("nsubj", "nsubjpass")
    ), None)  # fmt: skip
    if first is None or first in verb.subtree():
        return
    _hang(node, verb, "advmod")
    _hang(verb, first, "conj")


def _agreement(node: Node) -> None:
    """ "a cell with altered genes that makes X": a verb in the singular goes with the nearest noun in the singular."""
    noun = node.head
    if node.tag != "VBZ" or noun is None or noun.tag not in ("NNS", "NNPS"):
        return
    if not any(kid.dep == "nsubj" and kid.low in ("that", "which", "who") for kid in node.kids) or node.of("aux"):
        return
    above = noun.head
    if noun.dep == "nmod" and above is not None and above.is_noun and above.tag in ("NN", "NNP"):
        _hang(node, above, "acl:relcl")


def _apposed_list(graph: Graph, node: Node) -> None:
    """ "A, B, C and D" with B and C as appositions: a list."""
    apposed = [kid for kid in node.of("appos") if kid.i > node.i and kid.is_noun]
    listed = [kid for kid in node.of("conj") if kid.i > node.i and kid.is_noun]
    joined = any(kid.dep == "cc" and kid.low in ("and", "or") for kid in node.kids)
    if len(apposed) == 1 and not listed and not joined:
        # "A, B and C are": the pair behind the comma goes on with the list, where no second comma sets it off
        second = apposed[0]
        last = next((kid for kid in reversed(second.kids) if kid.dep == "conj" and kid.i > second.i), None)
        if last is None or last.i + 1 >= len(graph) or graph.nodes[last.i + 1].low in (",", ")", "]", ";", ":"):
            return
        if not any(kid.dep == "cc" and kid.low == "and" for kid in second.kids) or node.dep not in (
            "nsubj",
            "nsubjpass",
        ):
            return
        listed = [last]
        joined = True
    if not apposed or not listed or not joined or len(apposed) + len(listed) < 2 or apposed[0].i > listed[-1].i:
        return
    for kid in apposed:
        if any(one.dep == "det" for one in kid.kids) or any(
            one.text in "([" for one in graph.nodes[node.i + 1 : kid.i]
        ):  # fmt: skip
            return
    for kid in apposed:
        kid.dep = "conj"


def _inner_last(graph: Graph, node: Node) -> None:
    """ "A, B, formation of C and D": where the list has no "and" of its own, the last one is its."""
    if node.dep not in ("dobj", "nsubj", "nsubjpass", "nmod"):
        return
    listed = [kid for kid in node.of("conj") if kid.i > node.i]
    if not listed or any(one.dep == "cc" for place in (node, *listed) for one in place.kids):
        return
    last = listed[-1]
    if graph.nodes[node.i + 1].low != "," and not any(one.low == "," for one in graph.nodes[node.i : last.i]):
        return
    inner = next((kid for kid in last.of("nmod") if kid.i > last.i and kid.case() == "of"), None)
    if inner is not None and _split_last(graph, node, inner):
        return
    if inner is None or not any(kid.dep == "cc" and kid.low in ("and", "or") for kid in inner.kids):
        return
    for kid in [kid for kid in inner.kids if kid.dep in ("conj", "cc")]:
        _hang(kid, node, kid.dep)


def _split_last(graph: Graph, first: Node, inner: Node) -> bool:
    """ "A, formation of B, C and D E" with "C and D" before E: C and D E are two of the list."""
    for noun in inner.of("appos"):
        one = next((kid for kid in noun.of("compound") if any(other.dep == "conj" for other in kid.kids)), None)
        if one is None or noun.i == 0 or graph.nodes[noun.i - 1].head is not one:
            continue
        two = graph.nodes[noun.i - 1]
        for kid in [kid for kid in one.kids if kid.dep == "cc"]:
            _hang(kid, first, "cc")
        _hang(two, noun, "compound")
        _hang(one, first, "conj")
        _hang(noun, first, "conj")
        return True
    return False


def _parallel_clause(node: Node) -> None:
    """ "Once X did A, B did b, C did c, and D did d": a clause without a conjunction of its own is a main clause."""
    head = node.head
    if node.dep in ("parataxis", "ccomp", "conj") and head is not None and head.dep == "advcl" and head.i < node.i:
        # hung on the clause in front instead of on the main one behind
        main = head.head
        if main is not None and main.is_verb and node.i < main.i and node.tag in _FINITE and node.of("nsubj", "nsubjpass") and (
            not any(kid.dep == "mark" for kid in node.kids) and main.of("nsubj", "nsubjpass")
        ):  # fmt: skip
            take_place(node, main.head, main.dep)
            _hang(head, node, "advcl")
            _hang(main, node, "conj")
        return
    if node.dep != "advcl" or head is None or not head.is_verb or node.i > head.i or node.tag not in _FINITE:
        return
    if not node.of("nsubj", "nsubjpass") or not head.of("nsubj", "nsubjpass"):
        return
    if any(kid.dep == "mark" or kid.tag in ("WRB", "IN") for kid in node.kids):
        return
    above, label = head.head, head.dep
    take_place(node, above, label)
    _hang(head, node, "conj")


def _listed_subject(graph: Graph) -> None:
    """ "A, B, C and D are sources of X" with A as the root and C as the subject: they are one list."""
    root = graph.root()
    if root is None or not root.is_noun or root.of("cop", "nsubj"):
        return
    for kid in root.of("appos", "conj", "parataxis", "dep"):
        subject = next(iter(kid.of("nsubj")), None)
        if subject is None or not kid.of("cop") or graph.nodes[subject.i - 1].tag not in (",", "JJ", "NN", "VBN"):
            continue
        if not any(one.low == "," for one in graph.nodes[root.i : subject.i]) or root.of("det"):
            continue
        root.kids.remove(kid)
        kid.head, kid.dep = None, "root"
        _hang(root, kid, "nsubj")
        _hang(subject, root, "conj")
        for other in subject.of("conj"):
            _hang(other, root, "conj")
        for other in subject.of("cc"):
            _hang(other, root, "cc")
        return


def _asked_subject(graph: Graph, data: Data) -> None:
    """ "How X shapes Y remains to be seen", "what X means for Y is not known": the question is the subject of what is not known."""
    nodes = graph.nodes
    words = [one.low for one in nodes[:3]]
    if len(nodes) < 5 or not (
        words[0] in _ASKING or (words[:2] == ["to", "what"] and words[2] in ("extent", "degree"))
    ):
        return
    cues = data.cues["open_question"]
    told = next((
        one for one in nodes[3:]
        if one.low in cues["adjectives"]
        or (one.tag == "VBN" and one.lemma in cues["verbs"] and (one.of("neg") or any(kid.low == "to" for kid in one.kids)))
        or (one.tag == "VBN" and one.lemma in cues["verbs"] and any(kid.low in cues["adverbs"] for kid in one.kids))
    ), None)  # fmt: skip
    if told is None:
        return
    main = told
    if (
        told.dep in ("xcomp", "advcl", "ccomp")
        and told.head is not None
        and told.head.lemma in ("remain", "be", "stay", "have", "appear", "seem")
    ):
        main = told.head
    start = min([main.i, *(kid.i for kid in main.kids if kid.dep in ("aux", "auxpass", "cop", "neg") and kid.i > 2)])
    first = 3 if words[0] == "to" else 1
    clause = nodes[first:start]
    if len(clause) < 3 or any(one.low in (",", ";", ":") for one in clause):
        return
    verb = next((one for one in clause[1:] if one.tag in _FINITE and one.dep not in ("aux", "auxpass", "cop")), None)
    if verb is None:
        # "means", "matters" taken for nouns: a plural behind a noun and before a preposition
        verb = next((
            one for one in clause[1:-1]
            if one.tag == "NNS" and nodes[one.i - 1].tag[:2] == "NN" and nodes[one.i + 1].tag in ("IN", "TO") and nodes[one.i + 1].low != "of"
            and nodes[one.i - 1].head is one
        ), None)  # fmt: skip
        if verb is None:
            return
        verb.retag("VBZ")
        verb.lemma = data.lemmas.get(verb.low, verb.low[:-1])
        _hang(nodes[verb.i - 1], verb, "nsubj")
        for kid in [kid for kid in verb.kids if kid.i < verb.i - 1 and kid.dep in ("amod", "det", "compound")]:
            _hang(kid, nodes[verb.i - 1], kid.dep)
    elif not verb.of("nsubj", "nsubjpass") and nodes[verb.i - 1].is_noun:
        _hang(nodes[verb.i - 1], verb, "nsubj")
    if main in verb.subtree():
        # the question was taken for the main clause
        if main.head is not None:
            main.head.kids.remove(main)
        above, label = verb.head, verb.dep
        main.head, main.dep = None, "root"
        if above is not None:
            above.kids.remove(verb)
            verb.head = None
            if above not in main.subtree():
                _hang(main, above, label)
        _hang(verb, main, "csubj")
    elif verb.dep not in ("csubj", "advcl", "ccomp") or verb.head is not main:
        _hang(verb, main, "csubj")
    for kid in [kid for kid in main.kids if verb.i < kid.i < start]:
        if kid.dep == "nmod":
            _hang(kid, verb, "nmod")
        elif kid.dep in ("nsubj", "nsubjpass"):
            _hang(kid, verb, "dep" if verb.of("dobj") else "dobj")
    asking = nodes[1] if words[0] == "to" else nodes[0]
    if words[0] == "to" and verb not in nodes[2].subtree():
        _hang(nodes[2], verb, "dep")
    if verb not in asking.subtree():
        _hang(asking, verb, "mark")
