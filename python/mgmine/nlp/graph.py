"""A sentence as a dependency graph, the same whatever pipeline parsed it.

The labels are those of Universal Dependencies v1 (``nsubj``, ``nsubjpass``, ``dobj``, ``nmod`` with a ``case``
child, ``advcl``, ``acl``, ``conj`` …). UD v2 and the ``prep``/``pobj`` scheme of general English models are rewritten to
it. What stands without white space between (``Mg2+-dependent``, ``CD11a/CD18``, however the tokeniser cut it) is one
node, because the parts of a compound are found on its characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mgmine.nlp.lemma import lemma

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mgmine.nlp.surface import Prepared

_LABELS = {
    "obj": "dobj", "obl": "nmod", "obl:agent": "nmod", "nsubj:pass": "nsubjpass", "csubj:pass": "csubj",
    "csubjpass": "csubj", "aux:pass": "auxpass", "prt": "compound:prt", "relcl": "acl:relcl", "poss": "nmod:poss", "nn": "compound",
    "flat": "compound", "fixed": "mwe", "obl:npmod": "nmod:npmod", "npadvmod": "nmod:npmod", "oprd": "xcomp",
    "preconj": "cc:preconj", "name": "compound", "flat:name": "compound", "rcmod": "acl:relcl", "vmod": "acl",
    "ROOT": "root", "dative": "iobj", "acomp": "xcomp",
}  # fmt: skip
_APART = re.compile(r"^(?:[,;:()\[\]{}\"'.?!=<>%…]+|'s|’s|n't)$")
_NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS", "CD", "FW", "PRP", "DT", "WP", "WDT"})


class Token(NamedTuple):
    """A token as a parser gives it; ``start`` and ``end`` count in the prepared text, ``head`` is its own index at the root."""

    text: str
    tag: str
    dep: str
    head: int
    start: int
    end: int


class Node:
    """A word in the graph. ``start`` and ``end`` are code points in the sentence as written.

    ``is_verb`` says whether the tag is a verb's, ``is_noun`` whether the word can head a noun phrase; :meth:`retag` keeps both right.
    """

    __slots__ = (
        "dep",
        "end",
        "head",
        "i",
        "is_noun",
        "is_verb",
        "kids",
        "lemma",
        "low",
        "norm",
        "start",
        "tag",
        "text",
    )

    def __init__(self, i: int, text: str, norm: str, tag: str, dep: str, start: int, end: int) -> None:
        self.i = i
        self.text = text
        self.norm = norm
        self.low = norm.lower()
        self.retag(tag)
        self.lemma = lemma(norm, tag)
        self.dep = dep
        self.start = start
        self.end = end
        self.head: Node | None = None
        self.kids: list[Node] = []

    def __repr__(self) -> str:
        return f"<{self.i} {self.text} {self.tag} {self.dep}>"

    def retag(self, tag: str) -> None:
        """Gives the word another part of speech."""
        self.tag = tag
        self.is_verb = tag[:2] == "VB"
        self.is_noun = tag in _NOUN_TAGS

    def of(self, *labels: str) -> list[Node]:
        """The children with one of these labels, in text order."""
        return [kid for kid in self.kids if kid.dep in labels]

    def case(self) -> str:
        """The prepositions of a noun, joined: ``of``, ``in response to``; empty if none."""
        first: Node | None = None
        rest: list[Node] = []
        for kid in self.kids:
            if kid.i >= self.i:
                break
            if kid.dep in ("case", "mark"):
                if first is None:
                    first = kid
                else:
                    rest.append(kid)
        if first is not None:
            if not rest and not first.kids:
                return first.low
            return " ".join(
                [first.low, *(kid.low for kid in rest), *(kid.low for kid in first.kids if kid.dep == "mwe")]
            )
        for kid in self.kids:
            if kid.i >= self.i:
                break
            # "to longer survival" with the preposition hung on the adjective
            if kid.kids and kid.dep in ("amod", "det", "nummod", "compound"):
                for inner in kid.kids:
                    if inner.dep in ("case", "mark") and inner.i < kid.i:
                        return inner.low
        return ""

    def attach(self, head: Node, dep: str) -> None:
        """Moves the node under another head."""
        if self.head is not None and self in self.head.kids:
            self.head.kids.remove(self)
        self.head = head
        self.dep = dep
        head.kids.append(self)
        head.kids.sort(key=_index)

    def subtree(self) -> Iterator[Node]:
        """The node and all below it, in no fixed order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(node.kids)


def _index(node: Node) -> int:
    return node.i


class Graph:
    """The nodes of one sentence in text order; ``parsed`` is false when made without a trained parser."""

    __slots__ = ("nodes", "parsed", "text")

    def __init__(self, text: str, nodes: list[Node], parsed: bool = True) -> None:
        self.text = text
        self.nodes = nodes
        self.parsed = parsed

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @classmethod
    def build(cls, prepared: Prepared, tokens: Sequence[Token], parsed: bool = True) -> Graph:
        """Merges what belongs together, unifies the labels and goes back to the original offsets."""
        labels, heads = _unify(tokens)
        groups = _groups(tokens)
        group_of = [0] * len(tokens)
        for number, members in enumerate(groups):
            for member in members:
                group_of[member] = number
        depth = _depths(heads) if len(groups) < len(tokens) else []
        nodes: list[Node] = []
        outs: list[int] = []
        for number, members in enumerate(groups):
            first, last = tokens[members[0]], tokens[members[-1]]
            start, end = prepared.starts[first.start], prepared.ends[last.end - 1]
            if len(members) == 1:
                top = members[0]
                tag = first.tag
            else:
                top = min(members, key=lambda member: (depth[member], -member))
                tag = _merged_tag([tokens[member].tag for member in members], labels[top])
            norm = prepared.text[first.start : last.end]
            nodes.append(Node(number, prepared.original[start:end], norm, tag, labels[top], start, end))
            outs.append(group_of[heads[top]])
        for node, out in zip(nodes, outs, strict=True):
            if out != node.i:
                node.head = nodes[out]
                nodes[out].kids.append(node)
            else:
                node.dep = "root"
        return cls(prepared.original, nodes, parsed)

    def root(self) -> Node | None:
        """The first root."""
        return next((node for node in self.nodes if node.head is None), None)


class Step(NamedTuple):
    """One arc of a path: its label, whether it goes up to the head, and the node it leads to."""

    label: str
    up: bool
    node: Node


def path(start: Node, end: Node) -> tuple[Step, ...] | None:
    """The way from one node to another along the arcs; None where they do not hang together."""
    above: dict[int, int] = {}
    chain: list[Node] = []
    at: Node | None = start
    while at is not None and at.i not in above:
        above[at.i] = len(chain)
        chain.append(at)
        at = at.head
    down: list[Node] = []
    at = end
    while at is not None and at.i not in above and len(down) < 1000:
        down.append(at)
        at = at.head
    if at is None or at.i not in above:
        return None
    top = above[at.i]
    ups = [Step(chain[step].dep, True, chain[step + 1]) for step in range(top)]
    return (*ups, *(Step(node.dep, False, node) for node in reversed(down)))


def _unify(tokens: Sequence[Token]) -> tuple[list[str], list[int]]:
    labels = [_LABELS.get(token.dep, token.dep) for token in tokens]
    heads = [token.head for token in tokens]
    for index, label in enumerate(labels):
        if label in ("pobj", "pcomp") and labels[heads[index]] in ("prep", "agent", "case"):
            preposition = heads[index]
            if heads[preposition] == preposition:
                continue
            heads[index] = heads[preposition]
            heads[preposition] = index
            labels[index] = "nmod" if label == "pobj" else "advcl"
            labels[preposition] = "case" if label == "pobj" else "mark"
    for index, label in enumerate(labels):
        if label == "attr":
            _promote(index, labels, heads)
    return labels, heads


def _promote(index: int, labels: list[str], heads: list[int]) -> None:
    """``X is a Y`` of the general English scheme: the predicate noun becomes the head, the verb its copula."""
    verb = heads[index]
    heads[index] = verb if heads[verb] == verb else heads[verb]
    if heads[verb] == verb:
        heads[index] = index
    labels[index] = labels[verb]
    for other, head in enumerate(heads):
        if head == verb and other not in (verb, index):
            heads[other] = index
    heads[verb] = index
    labels[verb] = "cop"


def _groups(tokens: Sequence[Token]) -> list[list[int]]:
    groups: list[list[int]] = []
    for index, token in enumerate(tokens):
        if groups:
            before = tokens[groups[-1][-1]]
            if before.end == token.start and not _APART.match(before.text) and not _APART.match(token.text):
                groups[-1].append(index)
                continue
        groups.append([index])
    return groups


def _depths(heads: list[int]) -> list[int]:
    depths = [-1] * len(heads)
    for index in range(len(heads)):
        path: list[int] = []
        at = index
        while depths[at] < 0 and heads[at] != at and len(path) <= len(heads):
            path.append(at)
            at = heads[at]
        if depths[at] < 0:
            depths[at] = 0
        for step, member in enumerate(reversed(path), 1):
            depths[member] = depths[at] + step
    return depths


def _merged_tag(tags: list[str], dep: str) -> str:
    last = tags[-1]
    if last in ("SYM", "HYPH", "NN", "CD", "POS", "AFX", ":") and dep in ("amod",):
        return "JJ"
    return "NN" if last in ("SYM", "HYPH", "CD", "AFX", ":", "POS") else last
