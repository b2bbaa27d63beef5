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
_SIDES = frozenset({"surface", "surfaces", "membrane", "membranes"})
_LETTING = {"let": "let", "lets": "let", "helps": "help", "makes": "make"}


def mend(graph: Graph, data: Data) -> None:
    """Changes the graph in place."""
    for node in list(graph.nodes):
        _does_for(graph, node)
        _what_subject(node)
        _hand_in_hand(graph, node)
        _surface(graph, node)
        _letting(graph, node, data)
        _degree(node)
        _by_this(graph, node)
        _agreement(node)
    for node in list(graph.nodes):
        _apposed_list(graph, node)
        _inner_last(graph, node)
        _parallel_clause(node)
    _to_what_extent(graph, data)


def _does_for(graph: Graph, node: Node) -> None:
    """ "What X does for Y is not known": a form of "do" without a verb behind it is a verb."""
    verb = node.head
    if node.dep != "aux" or node.lemma != "do" or verb is None or node.i + 1 >= len(graph):
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
    node.tag = "VBZ" if node.low == "does" else "VBD" if node.low == "did" else "VBP"
    node.dep = "csubj"
    subject.attach(node, "nsubj")
    asked.attach(node, "mark")
    for kid in [kid for kid in verb.kids if kid.dep == "nmod" and node.i < kid.i < following.i]:
        kid.attach(node, "nmod")


def _what_subject(node: Node) -> None:
    """ "what X adds to Y": the question word asks for what the verb lacks, it does not belong to X."""
    if node.low not in ("what", "how") or node.dep not in ("det", "advmod", "amod", "dep") or node.head is None:
        return
    noun = node.head
    verb = noun.head
    if noun.is_noun and noun.dep == "nsubj" and verb is not None and verb.is_verb and not verb.of("dobj"):
        node.attach(verb, "mark")


def _hand_in_hand(graph: Graph, node: Node) -> None:
    """ "went hand in hand with": the verb is the verb, whatever the parse makes of its hands."""
    words = graph.nodes[node.i + 1 : node.i + 5]
    if node.lemma != "go" and node.low not in ("went", "goes", "gone", "going"):
        return
    if [one.low for one in words] != ["hand", "in", "hand", "with"]:
        return
    hand, _, other, _ = words
    node.lemma = "go"
    if not node.is_verb:
        node.tag = "VBZ" if node.low == "goes" else "VBD"
    if node.head is hand:
        above, label = hand.head, hand.dep
        _take_place(node, above, label)
        for kid in [kid for kid in hand.kids if kid is not node and kid is not other]:
            kid.attach(node, kid.dep)
    for kid in [kid for place in (hand, other) for kid in place.kids if kid.dep == "nmod" and kid.i > other.i]:
        kid.attach(node, "nmod")
    for kid in [kid for kid in node.kids if kid.dep in ("nmod", "amod") and kid.i < node.i and kid.is_noun]:
        kid.dep = "nsubj" if not node.of("nsubj") and not kid.case() else kid.dep
    before = graph.nodes[node.i - 1] if node.i else None
    if not node.of("nsubj") and before is not None and before.is_noun and before is not node:
        top = before
        while top.head is not None and top.head.i < node.i and top.head.is_noun:
            top = top.head
        if node not in top.subtree():
            top.attach(node, "nsubj")
    hand.attach(node, "advmod")
    if other is not hand:
        other.attach(hand, "dep")


def _take_place(node: Node, above: Node | None, label: str) -> None:
    """Hangs a node where another hung; at the top where that was the root."""
    if above is None:
        if node.head is not None:
            node.head.kids.remove(node)
        node.head, node.dep = None, "root"
    else:
        node.attach(above, label)


def _surface(graph: Graph, node: Node) -> None:
    """ "carry on their surface X": X is what is carried, not part of the place."""
    if node.i < 3 or not node.is_noun or node.dep != "nmod" or node.head is None or not node.head.is_verb:
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
    place.attach(verb, "nmod")
    for kid in [kid for kid in node.kids if kid.i < place.i]:
        kid.attach(place, kid.dep)
    node.attach(verb, "dobj")


def _letting(graph: Graph, node: Node, data: Data) -> None:
    """ "X lets cells hold on to Y": "lets" before a noun and a base form is a verb."""
    if node.low not in _LETTING:
        return
    if node.is_verb:
        # "let cells cling": a base form that ends like a participle
        for thing in node.of("dobj"):
            for kid in thing.of("acl"):
                if kid.i > thing.i and data.lemmas.get(kid.low) == kid.low:
                    kid.tag = "VB"
                    kid.attach(node, "ccomp")
        return
    done = next((one for one in graph.nodes[node.i + 1 : node.i + 6] if one.tag in ("VBP", "VB")), None)
    if done is None or node.i == 0 or not done.of("nsubj") or done.of("nsubj")[0].i < node.i:
        return
    before = graph.nodes[node.i - 1]
    if before.low == ",":
        named = done.head if done.head is not None and done.head.is_noun and done.head.i < node.i else before.head
    else:
        named = before
    if named is None or not named.is_noun or named.i >= node.i:
        return
    above, label = done.head, done.dep
    if above is named:
        above, label = named.head, named.dep
    node.tag = "VBZ" if node.low.endswith("s") else "VBP"
    node.lemma = _LETTING[node.low]
    _take_place(node, above, label)
    named.attach(node, "nsubj")
    done.tag = "VB"
    done.attach(node, "ccomp")


def _degree(node: Node) -> None:
    """ "became more effective", "migrated faster": degree and pace are no objects."""
    head = node.head
    if head is None:
        return
    if node.low in _DEGREES and node.dep in ("xcomp", "dobj", "advmod") and head.is_verb:
        adjective = next((kid for kid in head.kids if kid.tag == "JJ" and kid.i == node.i + 1), None)
        if adjective is not None:
            node.attach(adjective, "advmod")
    elif node.low in _PACE and node.dep == "dobj" and head.is_verb and node.tag in ("JJR", "RBR", "JJ", "RB"):
        node.dep = "advmod"


def _by_this(graph: Graph, node: Node) -> None:
    """ "does A and by this raises B": the phrase between belongs to the second verb, which is coordinated with the first."""
    if node.low not in ("this", "that", "way") or node.i < 2 or node.i + 1 >= len(graph):
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
    node.attach(verb, "advmod")
    verb.attach(first, "conj")


def _agreement(node: Node) -> None:
    """ "a cell with altered genes that makes X": a verb in the singular goes with the nearest noun in the singular."""
    noun = node.head
    if node.dep != "acl:relcl" or node.tag != "VBZ" or noun is None or noun.tag not in ("NNS", "NNPS"):
        return
    if not any(kid.dep == "nsubj" and kid.low in ("that", "which", "who") for kid in node.kids) or node.of("aux"):
        return
    above = noun.head
    if noun.dep == "nmod" and above is not None and above.is_noun and above.tag in ("NN", "NNP"):
        node.attach(above, "acl:relcl")


def _apposed_list(graph: Graph, node: Node) -> None:
    """ "A, B, C and D" with B and C as appositions: a list."""
    if not node.is_noun:
        return
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
    if node.dep not in ("dobj", "nsubj", "nsubjpass", "nmod") or not node.is_noun:
        return
    listed = [kid for kid in node.of("conj") if kid.i > node.i]
    if not listed or any(one.dep == "cc" for place in (node, *listed) for one in place.kids):
        return
    last = listed[-1]
    if graph.nodes[node.i + 1].low != "," and not any(one.low == "," for one in graph.nodes[node.i : last.i]):
        return
    inner = next((kid for kid in last.of("nmod") if kid.i > last.i and kid.case() == "of"), None)
    if inner is None or not any(kid.dep == "cc" and kid.low in ("and", "or") for kid in inner.kids):
        return
    for kid in [kid for kid in inner.kids if kid.dep in ("conj", "cc")]:
        kid.attach(node, kid.dep)


def _parallel_clause(node: Node) -> None:
    """ "Once X did A, B did b, C did c, and D did d": a clause without a conjunction of its own is a main clause."""
    head = node.head
    if node.dep != "advcl" or head is None or not head.is_verb or node.i > head.i or node.tag not in _FINITE:
        return
    if not node.of("nsubj", "nsubjpass") or not head.of("nsubj", "nsubjpass"):
        return
    if any(kid.dep == "mark" or kid.tag in ("WRB", "IN") for kid in node.kids):
        return
    above, label = head.head, head.dep
    _take_place(node, above, label)
    head.attach(node, "conj")


def _to_what_extent(graph: Graph, data: Data) -> None:
    """ "To what extent X supports Y is unclear", "How X … is unclear" with the first verb as the root: the second is."""
    nodes = graph.nodes
    root = graph.root()
    if root is None or not root.is_verb or len(nodes) < 5:
        return
    words = [one.low for one in nodes[:3]]
    asked = words[0] in ("how", "why", "whether", "what", "which") or (
        words[:2] == ["to", "what"] and words[2] in ("extent", "degree")
    )
    if not asked:
        return
    unknown = data.cues["open_question"]["adjectives"]
    for kid in root.kids:
        if kid.i > root.i and kid.dep in ("ccomp", "conj", "parataxis", "advcl", "xcomp") and (
            kid.low in unknown or any(one.dep == "neg" for one in kid.kids)
        ) and any(one.dep in ("nsubj", "nsubjpass") and root.i < one.i < kid.i for one in kid.kids):  # fmt: skip
            for one in [one for one in kid.kids if one.dep in ("nsubj", "nsubjpass") and root.i < one.i < kid.i]:
                one.attach(root, "dobj" if not root.of("dobj") else "dep")
            if words[0] == "to":
                if nodes[2].head is not root:
                    nodes[2].attach(root, "dep")
                nodes[1].attach(root, "mark")
            elif nodes[0].head is not root:
                nodes[0].attach(root, "mark")
            root.kids.remove(kid)
            kid.head, kid.dep = None, "root"
            root.attach(kid, "csubj")
            return
