"""Statements that something is not known: "the role of X in Y remains unclear", "whether X reaches Y is not known"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgmine.claims.draft import Draft
    from mgmine.claims.phrase import Arg
    from mgmine.claims.reader import Reader
    from mgmine.nlp.graph import Node

_OBJECT_CASES = (
    "in",
    "on",
    "upon",
    "for",
    "to",
    "with",
    "during",
    "regarding",
    "toward",
    "towards",
    "over",
    "at",
    "into",
    "within",
)


def open_questions(reader: Reader) -> tuple[list[Draft], set[int]]:
    """The open questions of a unit, and the indexes of the words inside their clauses."""
    from mgmine.claims.draft import Draft

    drafts: list[Draft] = []
    closed: set[int] = set()
    for node in reader.graph.nodes:
        if not _unknown(reader, node):
            continue
        pairs: list[tuple[Arg, Arg]] = []
        for clause in _clauses(node):
            found = _clause_pairs(reader, clause)
            if found:
                closed |= {one.i for one in clause.subtree()}
                pairs.extend(found)
        if not pairs:
            for carrier in _carriers(reader, node):
                asked = next((kid for kid in carrier.kids if kid.dep in ("acl:relcl", "acl") and kid.is_verb), None)
                if asked is not None and (found := _clause_pairs(reader, asked)):
                    pairs.extend(found)
                    closed |= {one.i for one in carrier.subtree()}
                    continue
                pairs.extend(_carried(reader, carrier))
                closed |= {one.i for one in carrier.subtree()}
        for subject, target in pairs:
            if subject.start < target.end and target.start < subject.end:
                continue
            drafts.append(Draft(
                subject, "open_question", target, [node], "open-question", reader.data.scores["open-question"], node,
                factuality="uncommitted", modality="unknown", final=True,
            ))  # fmt: skip
        if pairs:
            closed.add(node.i)
    return drafts, closed


def _unknown(reader: Reader, node: Node) -> bool:
    cues = reader.data.cues["open_question"]
    if node.low in cues["adjectives"] and (
        node.dep not in ("amod",) or (node.head is not None and node.head.low in cues["nouns"])
    ):
        if node.low == "open" and not (
            (node.dep == "amod" and node.head is not None and node.head.low == "question")
            or any(kid.low in ("question", "issue") for kid in node.of("nsubj"))
        ):
            return False
        return not reader.scope.negated(node)
    if node.low in cues["nouns"] and not reader.scope.negated(node) and (
        any(kid.dep == "cop" for kid in node.kids)
        or (node.head is not None and node.head.lemma in ("remain", "stay") and node.dep in ("xcomp", "dobj", "nmod"))
    ):  # fmt: skip
        return bool(_clauses(node)) or any(
            kid.low in ("open", "unresolved", *cues["nouns"]) for kid in node.subtree() if kid is not node
        )
    if node.lemma in ("await", "need", "require", "deserve", "merit", "warrant") and node.is_verb:
        # "whether X prevents Y awaits a trial"
        return any(kid.i < node.i and kid.is_verb and _asks(kid) for kid in node.kids)
    if not node.is_verb or node.lemma not in cues["verbs"]:
        return False
    if any(kid.low in cues["adverbs"] and kid.i < node.i for kid in node.kids):
        return True
    head = node.head
    if (
        node.dep == "xcomp"
        and head is not None
        and (
            head.lemma == "remain"
            or (head.lemma in ("have", "be") and any(kid.low == "yet" for kid in (*head.kids, *node.kids)))
        )
    ):
        return True
    if any(kid.low == "yet" for kid in node.kids) and any(kid.low == "to" for kid in node.kids):
        return True
    subjects = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass")]
    if any(one.low in ("little", "nothing") for one in subjects):
        return True
    asked = any(kid.dep in ("csubj", "csubjpass", "advcl", "ccomp", "nsubjpass") and _asks(kid) for kid in node.kids)
    looked = ("show", "see", "test", "study", "prove", "identify", "examine")
    if reader.scope.negated(node) and (node.lemma not in looked or asked):
        return True
    return (
        reader.scope.negated(node)
        and any(kid.low in ("yet", "previously", "so", "fully", "been") for kid in node.kids)
        and any(one.low in cues["carriers"] or one.is_verb for one in subjects)
    )


def _asks(clause: Node) -> bool:
    """ "whether X does Y", "how X does Y"."""
    return any(kid.low in ("whether", "if", "how") for kid in clause.kids)


def _pending(node: Node) -> bool:
    """ "has yet to be shown that", "remains to be proven that": what follows is open although no question word says so."""
    head = node.head
    return node.dep == "xcomp" and head is not None and head.lemma in ("have", "be", "remain")


def _clauses(node: Node) -> list[Node]:
    places = [node]
    if node.head is not None and (node.dep in ("xcomp", "amod", "acomp") or node.head.lemma in ("remain", "be")):
        places.append(node.head)
    # "the question of whether X affects Y is open"
    places += [kid for kid in node.of("nsubj") if kid.low in ("question", "issue")]
    labels = ("csubj", "advcl", "ccomp", "nsubj", "nsubjpass", "xcomp", "acl", "parataxis", "dep", "nmod", "acl:relcl")
    words = {"whether", "if", "how", "why", "what", "which", "where", "when"}
    if _pending(node):
        words |= {"that", "to"}
    return [
        kid for place in places for kid in place.kids
        if kid.dep in labels and any(one.low in words and one.i <= kid.i for one in kid.kids)
    ]  # fmt: skip


def _clause_pairs(reader: Reader, clause: Node) -> list[tuple[Arg, Arg]]:
    """The subject of the questioned clause with its object, or with what it is said to bear on."""
    subjects = list(reader.subject(clause))
    for firing in reader.firings(clause):
        for rule in reader.data.rules.get((firing.group.frame, firing.form), ()):
            if rule.voice is not None and (rule.voice == "passive") != reader.passive(clause):
                continue
            objects = reader._eval(rule.object, firing)
            found = reader._eval(rule.subject, firing)
            if objects and found:
                return [(one, two) for one in found for two in objects]
    objects = reader.direct_object(clause)
    if not objects and reader.passive(clause):
        return [(agent, subject) for agent in reader.by_phrase(clause) for subject in subjects]
    if not objects:
        for kid in clause.kids:
            if kid.dep == "nmod" and kid.i > clause.i:
                objects = reader.phrases.objects(kid)
                if objects:
                    break
    if not objects:
        # whom it bears on: people are no argument of a finding, but of a question they are
        objects = [
            reader.phrases._plain(kid) for kid in clause.kids if kid.dep == "dobj" and kid.is_noun and kid.tag != "PRP"
        ]
    if not objects:
        for kid in clause.kids:
            if kid.dep in ("xcomp", "ccomp") and kid.is_verb:
                return [(one, two) for _, two in _clause_pairs(reader, kid) for one in subjects]
    if not objects and not clause.is_verb and clause.is_noun:
        for firing in reader.firings(clause):
            for rule in reader.data.rules.get((firing.group.frame, firing.form), ()):
                objects = objects or reader._eval(rule.object, firing)
    return [(one, two) for one in subjects for two in objects]


def _carriers(reader: Reader, node: Node) -> list[Node]:
    carriers = reader.data.cues["open_question"]["carriers"]
    places = [node]
    if node.head is not None and (
        node.dep in ("xcomp", "amod", "acomp") or node.head.lemma in ("remain", "be", "have")
    ):
        places.append(node.head)
    if node.dep == "amod" and node.head is not None and node.head.head is not None:
        places.append(node.head.head)
    out: list[Node] = []
    for place in places:
        for kid in place.kids:
            if kid.dep in ("nsubj", "nsubjpass", "dobj", "nmod", "advcl", "dep") and kid is not node:
                out.extend(member for member, _ in reader.phrases.members(kid) if member.lemma in carriers)
    return out


def _carried(reader: Reader, carrier: Node) -> list[tuple[Arg, Arg]]:
    """ "the role of X in Y", "the link between X and Y", "X's effect on Y"."""
    phrases = reader.phrases
    subjects: list[Arg] = []
    objects: list[Arg] = []
    for kid in sorted(carrier.subtree(), key=lambda one: one.i):
        if kid.i <= carrier.i:
            if kid.dep in ("nmod:poss", "compound") and kid.head is carrier and not subjects:
                subjects = phrases.subjects(kid)
            continue
        if kid.dep != "nmod":
            continue
        case = kid.case()
        if case == "between":
            args = phrases.objects(kid)
            if len(args) > 1:
                return [(args[0], other) for other in args[1:]]
        elif case == "of" and not subjects:
            subjects = phrases.subjects(kid)
        elif case.split(" ")[0] in _OBJECT_CASES and not objects:
            if kid.lemma in ("regard", "respect", "relation", "regards"):
                continue
            objects = phrases.objects(kid)
            if kid.lemma in ("cell",) and "outside" in case:
                objects = []
    if subjects and not objects:
        # "in regards to Y": the last noun of the phrase
        for one in reversed(list(carrier.subtree())):
            if one.i > carrier.i and one.dep == "nmod" and "to" in one.case().split(" "):
                objects = phrases.objects(one)
                break
    if subjects and not objects and carrier.head is not None:
        for kid in carrier.head.kids:
            if kid.dep == "nmod" and kid is not carrier and kid.case().split(" ")[0] in ("in", "on", "for", "during"):
                objects = phrases.objects(kid)
                break
    return [(one, two) for one in subjects for two in objects]
