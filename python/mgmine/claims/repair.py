"""Mends what parsers of edited text get wrong in this kind of text, before the rules look at the graph.

Each repair states a fact of English that the parse contradicts; none looks for particular words beyond word classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgmine.claims.lexical import Data
    from mgmine.nlp.graph import Graph, Node

FINITE = ("VBD", "VBP", "VBZ", "MD")


def repair(graph: Graph, data: Data) -> None:
    """Changes the graph in place."""
    if not graph.nodes:
        return
    _lemmas(graph, data)
    _headless_clause(graph, data)
    _stolen_object(graph, data)
    _participle_as_verb(graph)


def _lemmas(graph: Graph, data: Data) -> None:
    for node in graph.nodes:
        if node.is_verb or node.tag in ("JJ", "NN") and node.low.endswith(("ed", "ing")):
            found = data.lemmas.get(node.low)
            if found is not None and node.is_verb:
                node.lemma = found


def _headless_clause(graph: Graph, data: Data) -> None:
    """A sentence that is a noun with a participle hung on it, but the participle has the verb's place: it is the verb.

    "LFA-1 opened within seconds": a transitive participle would need an object or an agent to be a reduced relative.
    """
    root = graph.root()
    if root is None or not root.is_noun or any(kid.dep in ("cop", "nsubj", "nsubjpass") for kid in root.kids):
        return
    if any(node.tag in FINITE and node.dep not in ("acl:relcl", "advcl", "ccomp", "aux", "auxpass", "cop") and node.head is root for node in graph.nodes):
        return
    for kid in root.kids:
        if kid.dep != "acl" or kid.tag not in ("VBN", "VBD") or kid.i < root.i or kid.low not in data.lemmas:
            continue
        cases = {inner.case() for inner in kid.kids if inner.dep == "nmod"}
        has_object = any(inner.dep == "dobj" for inner in kid.kids)
        entries = data.verbs.get(kid.lemma, [])
        follows = graph.nodes[kid.i + 1] if kid.i + 1 < len(graph.nodes) else None
        particle = follows is not None and any(entry.particle == follows.low for entry in entries)
        inchoative = any(entry.group.inchoative for entry in entries)
        if "by" in cases or not (has_object or particle or (inchoative and not cases & {"of"})):
            continue
        kid.dep = "root"
        old = root
        old.kids.remove(kid)
        kid.head = None
        rest = [inner for inner in old.kids if inner.i > kid.i]
        for inner in rest:
            inner.attach(kid, inner.dep)
        old.head = None
        old.attach(kid, "nsubj")
        kid.tag = "VBD"
        return


def _stolen_object(graph: Graph, data: Data) -> None:
    """The object of a subordinate clause taken as the first part of the main clause's subject.

    "When LFA-1 detected high levels of magnesium, A was improved": the comma ends the clause, so what follows the
    subordinate verb directly is its object, and the coordinated noun behind the comma is the subject.
    """
    for node in graph.nodes:
        if not node.is_verb or node.dep != "advcl" or node.tag not in FINITE or any(kid.dep in ("dobj", "auxpass", "ccomp", "xcomp", "cop") for kid in node.kids):
            continue
        main = node.head
        if main is None or main.i < node.i or not any(not entry.group.inchoative for entry in data.verbs.get(node.lemma, [])):
            continue
        subject = next((kid for kid in main.kids if kid.dep in ("nsubj", "nsubjpass") and kid.i > node.i), None)
        if subject is None:
            continue
        comma = next((other for other in graph.nodes[node.i : main.i] if other.low == "," and other.i > subject.i), None)
        if comma is None or any(other.low == "," for other in graph.nodes[node.i : subject.i]):
            continue
        thief = None
        for holder in sorted(subject.subtree(), key=lambda one: one.i):
            later = [kid for kid in holder.kids if kid.dep in ("conj", "appos") and kid.i > comma.i]
            if later:
                thief = later
                break
        if not thief:
            continue
        # Two coordinated words of which the first is a bare modifier of the last ("pathogen and tumour-specific cells").
        head = thief[-1]
        subject_label = subject.dep
        subject.attach(node, "dobj")
        for other in thief[:-1]:
            other.attach(head, "dep")
        head.attach(main, subject_label)


def _participle_as_verb(graph: Graph) -> None:
    """Past forms that have a by-phrase, no object and no auxiliary, beside a finite verb of the same subject: a participle."""
    for node in graph.nodes:
        if node.tag not in ("VBD", "VBN") or any(kid.dep in ("dobj", "aux", "auxpass", "cop", "nsubjpass") for kid in node.kids):
            continue
        if not any(kid.dep == "nmod" and kid.case() == "by" for kid in node.kids):
            continue
        subject = next((kid for kid in node.kids if kid.dep == "nsubj"), None)
        if subject is not None:
            subject.dep = "nsubjpass"
