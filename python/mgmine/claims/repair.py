"""Mends what parsers of edited text get wrong in this kind of text, before the rules look at the graph.

Each repair states a fact of English that the parse contradicts; none looks for particular words beyond word classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgmine.claims.wording import mend, mend_clauses, take_place

if TYPE_CHECKING:
    from mgmine.claims.lexical import Data
    from mgmine.nlp.graph import Graph, Node

FINITE = ("VBD", "VBP", "VBZ", "MD")


def repair(graph: Graph, data: Data) -> None:
    """Changes the graph in place."""
    if not graph.nodes:
        return
    _plurals(graph)
    _own_phrase(graph)
    _time_after(graph)
    _clause_marks(graph)
    _perfect_participle(graph)
    _second_subject(graph)
    _falling(graph, data)
    _as_clause(graph, data)
    _comparatives(graph, data)
    _passives(graph)
    _auxiliaries(graph)
    _lemmas(graph, data)
    _taken_clause(graph, data)
    mend(graph, data)
    _deeds_listed(graph)
    _adjacent_nouns(graph)
    _possessor(graph)
    _suspended_hyphen(graph)
    _infinitives(graph, data)
    _gerund_phrases(graph, data)
    _stray_compounds(graph)
    _between(graph)
    _for_to(graph)
    _two_subjects(graph, data)
    _clause_subjects(graph)
    _initial_subject(graph, data)
    _initial_name(graph)
    _states(graph, data)
    _objects(graph, data)
    _gerund_subject(graph)
    _taken_object(graph)
    _verb_as_adjective(graph, data)
    _all_but(graph)
    _coordinated_participle(graph, data)
    _coordinated_clause(graph)
    _parallel_adjective(graph)
    _left_as_it_was(graph, data)
    _elided_verb(graph)
    _verb_after_but(graph, data)
    _last_of_list(graph, data)
    _headless_clause(graph, data)
    _stolen_object(graph, data)
    _leading_clause(graph)
    _hung_object(graph, data)
    _questioned_object(graph)
    _relative_object(graph, data)
    _participle_as_verb(graph)
    _listed_by_share(graph)
    _second_gerund(graph)
    _without(graph)
    _far_from(graph)
    mend_clauses(graph, data)


def _own_phrase(graph: Graph) -> None:
    """ "its washout brought the transient back": a possessed noun before a verb without subject; "back" is no object."""
    for node in graph.nodes[:-1]:
        verb = node.head
        if (
            node.dep == "advmod"
            and node.tag == "NN"
            and verb is not None
            and verb is graph.nodes[node.i + 1]
            and verb.tag in ("VBD", "VBZ")
            and node.of("nmod:poss")
            and not verb.of("nsubj", "nsubjpass")
        ):
            node.attach(verb, "nsubj")
        elif (
            node.dep == "nsubj"
            and node.tag == "PRP"
            and verb is not None
            and any(deed.i == node.i - 1 and deed.tag == "VBG" for deed in verb.of("csubj"))
        ):
            # "raising them improved X"
            node.attach(graph.nodes[node.i - 1], "dobj")
        elif node.dep == "nsubj" and node.low == "back" and verb is not None and verb.of("csubj"):
            # "adding X back restarted it"
            node.attach(verb.of("csubj")[0], "advmod")
        elif (
            node.dep == "dobj"
            and verb is not None
            and (node.tag in ("RB", "RP") or (node.low == "back" and verb.lemma in ("bring", "give", "get")))
            and node.of("det", "amod", "compound")
        ):
            noun = graph.nodes[node.i - 1]
            if noun.head is node and noun.i > verb.i:
                noun.retag("NN")
                noun.attach(verb, "dobj")
                for kid in node.of("det", "amod", "compound"):
                    kid.attach(noun, kid.dep)
                node.attach(verb, "advmod")


_TIMES = frozenset({"h", "hr", "hour", "min", "minute", "s", "second", "day", "week", "month", "year"})


def _time_after(graph: Graph) -> None:
    """ "was raised 24 h after X": the time measures how long after, X stands with the verb."""
    for node in graph.nodes[:-2]:
        mark = graph.nodes[node.i + 1]
        if (
            node.lemma not in _TIMES
            or mark.low not in ("after", "following")
            or node.head is None
            or not node.head.is_verb
        ):
            continue
        noun = next((kid for kid in node.kids if kid.i > mark.i and kid.is_noun and kid.dep in ("dep", "nmod")), None)
        if noun is None:
            continue
        noun.attach(node.head, "nmod")
        if mark.head is not noun:
            mark.attach(noun, "case")


def _clause_marks(graph: Graph) -> None:
    """ "After X had removed Y, …": what opens a clause marks its verb, it is no preposition of its subject."""
    for node in graph.nodes:
        subject, verb = _above(node)
        if (
            node.dep == "case"
            and node.low in ("after", "before", "until", "since", "once")
            and subject is not None
            and subject.dep in ("nsubj", "nsubjpass")
            and verb is not None
            and verb.is_verb
            and verb.dep == "advcl"
            and node.i < subject.i < verb.i
        ):
            node.attach(verb, "mark")
        elif node.low == "once" and node.dep == "advmod" and subject is not None and subject.is_verb:
            # "returned once X was given": the clause behind it is its own
            clause = next((kid for kid in subject.of("advcl") if kid.i > node.i and not kid.of("mark")), None)
            if clause is not None and min(one.i for one in clause.subtree()) == node.i + 1:
                node.attach(clause, "mark")
        elif node.dep == "mark" and node.low in ("before", "after") and subject is not None:
            # "X before infusion was tied to Y": no clause, but when
            sides = subject.of("nsubj", "nsubjpass")
            if len(sides) > 1 and sides[0].i < node.i and sides[1].i == node.i + 1:
                sides[1].attach(sides[0], "nmod")
                node.attach(sides[1], "case")
        elif node.dep == "advcl" and subject is not None and subject.low == "soon" and verb is not None:
            # "as soon as X was given, Y rose": when Y rose, not how soon
            node.attach(verb, "advcl")


def _perfect_participle(graph: Graph) -> None:
    """ "Having sensed X, Y does Z": what Y did before; the clause behind the comma is the sentence."""
    having, done = graph.nodes[0], graph.nodes[1] if len(graph) > 1 else None
    if having.low != "having" or done is None or done.tag not in ("VBN", "VBD", "JJ"):
        return
    comma = next((node for node in graph.nodes if node.low == ","), None)
    main = next((
        node for node in graph.nodes
        if comma is not None and node.i > comma.i and node.tag in FINITE and any(kid.i > comma.i for kid in node.of("nsubj", "nsubjpass"))
        and node.dep in ("root", "parataxis", "conj", "ccomp", "dep")
    ), None)  # fmt: skip
    root = graph.root()
    if main is None or root is None or comma is None:
        return
    if root is not main:
        take_place(main, None, "root")
        root.attach(main, "advcl")
    for kid in [kid for kid in having.kids if kid is not done and kid is not main and done.i < kid.i < comma.i]:
        kid.attach(done, "dobj" if kid.dep in ("dobj", "nsubj", "dep") else kid.dep)
    if done.head is not None and done.head.i > done.i and done.dep == "amod":
        # "sensed magnesium" taken for one phrase
        thing = done.head
        done.attach(main, "advcl")
        thing.attach(done, "dobj")
    elif done.head is not main:
        done.attach(main, "advcl")
    done.retag("VBN")
    having.attach(done, "aux")
    for kid in [kid for kid in having.kids if kid.i > comma.i]:
        kid.attach(main, kid.dep)


def _second_subject(graph: Graph) -> None:
    """ "A declined and B piled up": behind "and", B is no object of the first verb."""
    for node in graph.nodes[2:]:
        noun = graph.nodes[node.i - 1]
        verb = noun.head
        if (
            node.tag in ("VBN", "VBD")
            and node.dep == "conj"
            and noun.is_noun
            and noun.dep in ("dobj", "conj")
            and verb is not None
            and node.head is verb
            and graph.nodes[noun.i - 1].low == "and"
            and not node.of("nsubj", "nsubjpass", "auxpass")
        ):
            noun.attach(node, "nsubj")
            node.retag("VBD")


def _taken_clause(graph: Graph, data: Data) -> None:
    """ "A opens B and C closes it": B is what A opens, no subject of the second verb."""
    for node in graph.nodes:
        verb = node.head
        first = next((kid for kid in node.of("nsubj") if kid.i < node.i), None)
        if (
            node.tag not in ("VBZ", "VBD", "VBP")
            or node.dep not in ("dobj", "ccomp", "xcomp")
            or verb is None
            or first is None
            or verb.lemma not in data.verbs
            or verb.lemma in data.report_verbs
            or verb.of("mark", "aux")
            or node.of("mark")
        ):
            continue
        second = next((kid for kid in first.of("conj") if kid.i == node.i - 1), None)
        joiner = next((kid for kid in first.of("cc") if kid.low in ("and", "but") and kid.i > first.i), None)
        if second is None or joiner is None or min(one.i for one in first.subtree()) != verb.i + 1:
            continue
        second.attach(node, "nsubj")
        joiner.attach(verb, "cc")
        for kid in [kid for kid in verb.kids if kid.i > node.i and kid.dep in ("dobj", "nmod", "advmod")]:
            kid.attach(node, kid.dep)
        first.attach(verb, "dobj")
        node.attach(verb, "conj")


_FALLING = frozenset({"fall", "rise", "decline", "dwindle", "wane", "shrink", "soar"})


def _deeds_listed(graph: Graph) -> None:
    """ "persistence and memory formation": a quality or a deed forms nothing, it stands beside what is formed."""
    for node in graph.nodes:
        noun = node.head
        if (
            node.dep != "compound"
            or noun is None
            or noun.head is None
            or not node.low.endswith(("ence", "ance", "tion", "ment", "ity", "ival"))
        ):
            continue
        second = graph.nodes[noun.i - 1]
        if (
            second.head is not node
            or second.dep != "conj"
            or graph.nodes[node.i + 1].low != "and"
            or node.i + 2 != second.i
        ):
            continue
        label, above = noun.dep, noun.head
        second.attach(noun, "compound")
        node.attach(above, label)
        noun.attach(node, "conj")
        for kid in [kid for kid in noun.kids if kid.i < node.i]:
            kid.attach(node, kid.dep)


def _falling(graph: Graph, data: Data) -> None:
    """ "Falling oxygen is sensed by X", "responds to falling X": what falls is no object."""
    for node in graph.nodes[:-1]:
        noun = graph.nodes[node.i + 1]
        verb = node.head
        if (
            node.tag != "VBG"
            or data.lemmas.get(node.low, node.lemma) not in _FALLING
            or noun.head is not node
            or not noun.is_noun
            or noun.dep != "dobj"
            or verb is None
        ):
            continue
        if node.i == 0 and verb.is_verb and not verb.of("nsubj", "nsubjpass"):
            noun.attach(verb, "nsubjpass" if verb.of("auxpass") else "nsubj")
        elif node.i and graph.nodes[node.i - 1].tag in ("IN", "TO"):
            noun.attach(verb, "nmod")
            for kid in [kid for kid in node.kids if kid.i < node.i]:
                kid.attach(noun, "case" if kid.dep in ("mark", "case") else kid.dep)
        else:
            continue
        node.attach(noun, "amod")


def _as_clause(graph: Graph, data: Data) -> None:
    """ "The risk climbed as X declined" with "declined" for the main verb: it is the verb after "as"."""
    root = graph.root()
    if root is None or root.tag != "VBD" or root.i < 3:
        return
    noun = graph.nodes[root.i - 1]
    first = next((kid for kid in root.of("nsubj") if kid.i < root.i), None)
    verb = next((kid for kid in first.of("acl") if kid.tag in ("VBN", "VBD")), None) if first is not None else None
    if (
        first is None
        or verb is None
        or noun.head is not verb
        or noun.dep != "nmod"
        or noun.case() not in ("as", "when", "once", "while")
    ):
        return
    if not any(entry.group.inchoative for entry in data.verbs.get(data.lemmas.get(verb.low, verb.lemma), ())):
        return
    take_place(verb, None, "root")
    verb.retag("VBD")
    first.attach(verb, "nsubj")
    root.attach(verb, "advcl")
    mark = noun.of("case")
    noun.attach(root, "nsubj")
    for kid in mark:
        kid.attach(root, "mark")
    for kid in root.of("punct"):
        kid.attach(verb, "punct")


def _comparatives(graph: Graph, data: Data) -> None:
    """ "had denser X": a comparative before a noun, taken for a noun of its own."""
    for node in graph.nodes[1:-1]:
        noun = graph.nodes[node.i + 1]
        if (
            node.tag == "NN"
            and node.low in data.directions
            and node.low.endswith("er")
            and noun.is_noun
            and (noun.head is node or node.head is noun)
        ):
            node.retag("JJR")
            if noun.head is node and node.head is not None:
                noun.attach(node.head, node.dep)
                for kid in [kid for kid in node.kids if kid.i > node.i]:
                    kid.attach(noun, kid.dep)
            node.attach(noun, "amod")


def _plurals(graph: Graph) -> None:
    """ "had shorter stays": what stands as an object behind an adjective or noun of its own is a noun in -s, no verb."""
    for node in graph.nodes[1:]:
        before = graph.nodes[node.i - 1]
        if (
            node.tag == "VBZ"
            and node.dep in ("dobj", "nmod")
            and before.head is node
            and before.dep in ("amod", "compound", "det", "nmod:poss")
            and not any(kid.dep in ("nsubj", "dobj", "aux", "mark") for kid in node.kids)
        ):
            node.retag("NNS")


def _above(node: Node) -> tuple[Node | None, Node | None]:
    """The word that a word hangs on, and the one that this hangs on."""
    head = node.head
    return head, head.head if head is not None else None


def _passives(graph: Graph) -> None:
    """ "has not been studied": the participle right behind "been" is the verb, not its complement."""
    for node in graph.nodes[:-1]:
        verb = graph.nodes[node.i + 1]
        if (
            node.low != "been"
            or node.dep in ("aux", "auxpass", "cop")
            or verb.head is not node
            or verb.tag != "VBN"
            or verb.dep != "xcomp"
        ):
            continue
        take_place(verb, node.head, node.dep)
        for kid in list(node.kids):
            kid.attach(verb, "nsubjpass" if kid.dep == "nsubj" else kid.dep)
        node.attach(verb, "auxpass")


def _auxiliaries(graph: Graph) -> None:
    """What hangs on an auxiliary belongs to its verb."""
    for node in graph.nodes:
        if node.dep in ("aux", "auxpass", "cop") and node.head is not None:
            for kid in [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass", "neg", "nmod", "advmod")]:
                kid.attach(node.head, kid.dep)
            verb = node.head
            if node.dep == "aux" and node.low in ("did", "does", "do", "can", "could", "will", "would"):
                # "at no time did X raise Y"
                for kid in node.of("dobj"):
                    if node.i < kid.i < verb.i and kid.is_noun and not verb.of("nsubj", "nsubjpass"):
                        kid.attach(verb, "nsubj")


def _lemmas(graph: Graph, data: Data) -> None:
    for node in graph.nodes:
        if node.norm in STAND_INS and node.text.lower().split(" ")[0] in data.lemmas:
            # read in place of a verb the parser took for something else
            node.low = node.text.lower().split(" ")[0]
            node.norm = node.text
            if node.norm in STAND_INS[:2] or node.tag not in ("VB", "VBN"):
                node.retag("VBP" if data.lemmas[node.low] == node.low else "VBZ" if node.low.endswith("s") else "VBD")
        found = data.lemmas.get(node.low)
        if found is None:
            continue
        subject = any(kid.dep == "nsubj" for kid in node.kids)
        if not node.is_verb and node.low.endswith("ed") and subject and any(kid.dep == "dobj" for kid in node.kids):
            node.retag("VBD")
        if (
            node.tag in ("JJR", "JJ", "NN")
            and found == node.low
            and subject
            and any(kid.dep == "dobj" for kid in node.kids)
            and not any(kid.dep == "cop" for kid in node.kids)
        ):
            # "they also lower X"
            node.retag("VBP")
        elif (
            node.tag == "NNS"
            and found != node.low
            and any(kid.tag == "PRP" for kid in node.of("nsubj"))
            and not node.of("cop")
        ):
            # "it collapses"
            node.retag("VBZ")
        elif (
            node.tag in ("JJ", "NN")
            and found == node.low
            and subject
            and node.dep in ("dobj", "ccomp", "xcomp")
            and node.head is not None
            and data.lemma(node.head.low, node.head.lemma) in ("make", "let", "help")
            and not node.of("cop", "det", "amod")
        ):
            # "made the tumours shrink"
            node.retag("VB")
            node.dep = "ccomp"
        elif (
            node.tag in ("JJ", "NN")
            and found == node.low
            and subject
            and any(kid.low in _MODALS and kid.i < node.i for kid in node.kids)
            and not node.of("cop", "det", "amod")
        ):
            # "LFA-1 cannot unfold"
            node.retag("VB")
        if node.tag == "VBN" and subject and not any(kid.dep in ("aux", "auxpass", "cop") for kid in node.kids):
            node.retag("VBD")
        if node.is_verb:
            node.lemma = found


_MODALS = frozenset({"cannot", "can", "could", "may", "might", "will", "would", "must", "should"})
STAND_INS = ("regulates", "occurs", "regulate", "regulated", "occur")
"""Verbs that every parser knows for verbs: what :func:`suspects` finds is read again as one of these."""
_UNHYPHENATED = frozenset(
    {
        "induced",
        "mediated",
        "stimulated",
        "activated",
        "triggered",
        "driven",
        "bound",
        "associated",
        "treated",
        "regulated",
        "derived",
        "encoded",
        "expressed",
        "controlled",
        "enhanced",
        "primed",
        "transformed",
        "transfected",
        "infected",
        "coated",
        "labeled",
        "restricted",
        "deprived",
        "depleted",
        "evoked",
        "elicited",
        "blocked",
        "modified",
        "engineered",
    }
)


def suspects(graph: Graph, data: Data) -> list[tuple[int, int, str]]:
    """Trigger verbs that the parse makes no verbs of, as spans with what to read there instead; empty when all is well.

    A past form is also a participle, and a form in -s a plural: "the cation increased adhesion" is then all one noun
    phrase. It is suspicious where the sentence has no finite verb, or where a noun stands right before the participle,
    which adjectives do not follow.
    """
    nodes = graph.nodes
    if len(nodes) < 4 or (nodes[-1].low not in (".", ";", "!", ":") and len(nodes) < 5):
        return []
    root = graph.root()
    headless = root is not None and not (
        (
            any(kid.dep in ("nsubj", "nsubjpass", "csubj", "expl") for kid in root.kids)
            and (root.is_verb or any(kid.dep == "cop" for kid in root.kids))
        )
        or root.tag in ("VB",)
        or any(
            node.tag in FINITE
            and node.dep in ("root", "ccomp", "conj", "parataxis")
            and any(kid.dep in ("nsubj", "nsubjpass", "csubj") for kid in node.kids)
            for node in nodes
        )
    )
    out: list[tuple[int, int, str]] = []
    for node in nodes[1:-1]:
        base = data.lemmas.get(node.low)
        if base is None or base in ("be", "have", "do") or node.low.endswith("ing"):
            continue
        found = _misread(node, nodes, data, headless, bool(out))
        if found is not None:
            if not out or found != STAND_INS[1]:
                out.append((node.start, node.end, found))
            continue
        if base not in data.verbs:
            continue
        if node.dep == "acl:relcl" and node.tag == "NNS" and node.i > 1 and nodes[node.i - 2].low in ("which", "that"):
            out.append((node.start, node.end, STAND_INS[0]))
            continue
        if node.tag == "NNS" and node.head is not None and nodes[node.i - 1].is_noun:
            # "that X controls Y", "whether X benefits Y" with the verb for a noun
            clause_head = (
                node if node.dep in ("ccomp", "acl", "advcl") else node.head if node.dep == "compound" else None
            )
            if clause_head is not None and any(
                kid.dep == "mark" and kid.low in ("that", "whether", "if", "because", "how") and kid.i < node.i for kid in clause_head.kids
            ):  # fmt: skip
                out.append((node.start, node.end, STAND_INS[0]))
                continue
        if (
            node.dep in ("advcl", "nmod")
            and node.tag == "NN"
            and node.low != base
            and any(kid.low in ("as", "when", "if") for kid in node.kids)
        ):
            out.append((node.start, node.end, STAND_INS[1]))
            continue
        if (
            headless
            and node.tag in ("NN", "NNS")
            and node.low != base
            and any(kid.dep == "nsubj" and kid.i < node.i for kid in node.kids)
            and not any(kid.dep in ("cop", "det") for kid in node.kids)
        ):
            # a noun with a subject: "as a sensor of X, Y governs Z"
            out.append((node.start, node.end, STAND_INS[0]))
            continue
        if (
            node.dep == "amod"
            and node.tag in ("VBN", "VBD")
            and node.low != base
            and nodes[node.i - 1].low == "each"
            and nodes[node.i - 2].is_noun
            and nodes[node.i + 1].is_noun
        ):
            # "X and Y each delayed Z"
            out.append((node.start, node.end, STAND_INS[0]))
            continue
        if (
            node.tag == "NNS"
            and node.dep == "compound"
            and nodes[0].low in ("that", "whether", "how")
            and all(one.is_noun for one in nodes[1 : node.i])
            and node.i > 1
        ):
            # "That X measures Y was unexpected"
            out.append((node.start, node.end, STAND_INS[0]))
            continue
        if node.low == base:
            before, after = nodes[node.i - 1], nodes[node.i + 1]
            if (
                headless
                and not out
                and node.tag in ("NN", "VB", "JJ", "JJR")
                and before.low in ("each", "both", "all")
                and after.is_noun
            ):
                # "X, Y and Z each open W"
                out.append((node.start, node.end, STAND_INS[2]))
                continue
            if headless and not out and node.tag in ("NN", "VB", "JJ", "JJR") and before.tag == "NNS" and before.dep in ("compound", "nsubj", "root", "nmod", "nmod:npmod") and (
                after.tag[:2] in ("NN", "DT", "JJ") or after.tag in ("PRP$", "PRP")
            ):  # fmt: skip
                out.append((node.start, node.end, STAND_INS[2]))
            continue
        if node.tag not in ("VBN", "VBD", "JJ", "NN", "NNS", "NNP") or any(
            kid.dep in ("auxpass", "aux", "nsubj", "nsubjpass") for kid in node.kids
        ):
            continue
        before, after = nodes[node.i - 1], nodes[node.i + 1]
        clause = (
            any(one.low == "," for one in nodes[max(0, node.i - 4) : node.i])
            and nodes[0].tag in ("WRB", "IN")
            and node.dep in ("conj", "appos", "dep")
        )
        if node.tag == "NNS" and (
            not (headless or clause)
            or not before.is_noun
            or after.tag[:2] not in ("NN", "JJ", "DT", "PR", "CD", "VB", "CC", "RB", ".")
        ):
            continue
        noun_before = (
            before.tag in ("NN", "NNS", "NNP", "NNPS")
            or before.low in (",", "neither", "it", "this", "they", "each", "both", "all")
            or (before.tag == "RB" and headless)
            or (before.tag == "JJ" and nodes[before.i - 1].tag == "DT" and headless)
        )
        if (
            after.low in ("by", "in")
            and node.tag != "NNS"
            and not (after.low == "in" and headless and base in ("result",))
        ):
            continue
        joined = out and nodes[node.i - 1].low in ("and", "or", "nor", "but") and headless
        if not noun_before and not joined:
            continue
        if before.low == "," and not headless:
            continue
        if (
            not headless
            and (
                node.dep not in ("amod", "dep", "compound")
                or node.low in _UNHYPHENATED
                or before.dep not in ("compound", "nmod", "nsubj", "dep", "amod", "root", "dobj")
                or node.tag == "NNS"
            )
            and not (clause and node.tag == "NNS")
        ):
            continue
        if out and not joined:
            continue
        particle = next((entry.particle for entry in data.verbs[base] if entry.particle == after.low), None)
        end = after.end if particle is not None else node.end
        following = nodes[node.i + 2] if particle is not None and node.i + 2 < len(nodes) else after
        transitive = following.tag not in ("IN", "TO", ".", ",", "RB", ":") or following.low in ("and", "or")
        out.append((node.start, end, STAND_INS[0] if transitive else STAND_INS[1]))
    return out


_OBJECT_TAGS = ("NN", "NNS", "NNP", "NNPS", "DT", "JJ", "PRP", "PRP$", "CD", "VBG")


def _misread(node: Node, nodes: list[Node], data: Data, headless: bool, listed: bool) -> str | None:
    """What to read for a word whose place only a verb can have, though the parse gives it another part; none if all is well."""
    base = data.lemmas[node.low]
    before, after = nodes[node.i - 1], nodes[node.i + 1]
    transitive = after.tag in _OBJECT_TAGS or after.low in ("both", "either", "neither")
    at = node.i - 1
    while at > 0 and nodes[at].tag == "RB":
        at -= 1
    auxiliary = nodes[at]
    if node.low == base and not node.is_verb and base in data.verbs and (
        auxiliary.low in ("does", "do", "did") or (auxiliary.tag == "MD" and auxiliary.low != "can")
    ):  # fmt: skip
        # "does not open LFA-1"
        return STAND_INS[2] if transitive else STAND_INS[4]
    if (
        auxiliary.low in ("has", "have", "had")
        and auxiliary.is_verb
        and node.dep == "amod"
        and node.low.endswith("ed")
        and base in data.verbs
        and transitive
        and any(kid.dep == "nsubj" for kid in auxiliary.kids)
        and auxiliary.low == "had"
        and any(one.lemma in data.anaphors or one.low in data.pronouns for one in nodes[:at])
    ):
        # "the mineral had doubled adhesion"
        return STAND_INS[3]
    subject = any(kid.dep in ("nsubj", "nsubjpass", "csubj") for kid in node.kids)
    if headless and node.tag in FINITE and not subject and node.dep in ("nmod", "compound", "amod", "appos", "dep"):
        if before.is_noun or before.tag == "RB":
            # "magnesium in the cytosol silences TRPM7"
            return STAND_INS[0] if transitive else STAND_INS[1]
        return None
    if (
        node.tag == "NNS"
        and base != node.low
        and base in data.verbs
        and before.is_noun
        and before.head is node
        and transitive
        and node.dep in ("nsubj", "nsubjpass")
        and any(one.low in ("how", "whether", "why", "if", "that") for one in nodes[max(0, node.i - 6) : node.i])
        and any(kid.dep in ("nsubj", "nsubjpass") and kid.i > node.i for kid in (node.head.kids if node.head else ()))
    ):
        # "how magnesium shapes immunity is not understood"
        return STAND_INS[0]
    if (
        node.tag == "NNS"
        and base != node.low
        and base in data.verbs
        and before.is_noun
        and before.head is node
        and after.head is node
        and after.dep == "dep"
        and after.is_noun
    ):
        # "manganese straightens LFA-1, calcium bends it"
        return STAND_INS[0]
    if (
        node.tag == "NNS"
        and node.dep in ("nmod", "compound")
        and headless
        and before.is_noun
        and base != node.low
        and any(entry.preposition == after.low for entry in data.verbs.get(base, ()))
    ):
        # "arrest on X calls for Y"
        return STAND_INS[1]
    if node.tag == "NNS" and node.dep == "root" and headless and before.is_noun and base != node.low:
        # "the burst hinges on X", "magnesium signals through Y"
        if after.tag in ("IN", "TO", "RB", "DT", "JJ", "PRP$") and (
            base in data.verbs or after.tag != "IN" or after.low in ("through", "via", "on", "with")
        ):
            return STAND_INS[0] if transitive and after.tag != "JJ" else STAND_INS[1]
        return None
    if (
        node.low == base
        and node.low in ("cut", "put", "set", "shut", "hit", "upset", "spread", "let")
        and node.tag in ("VBN", "VBD", "NN", "JJ", "VB")
        and base in data.verbs
        and headless
        and (before.is_noun or before.low == ",")
        and transitive
        and not subject
    ):
        return STAND_INS[0]
    root = next((one for one in nodes if one.head is None), None)
    if (
        node.low == base
        and node.low in ("cut", "put", "set", "shut", "hit", "upset")
        and node.tag in ("VBN", "NN", "JJ")
        and root is not None
        and root.tag == "VBD"
        and root.i < node.i
        and before.low == "and"
        and after.is_noun
        and node.dep in ("conj", "amod", "compound")
        and base in data.verbs
    ):
        # "raised A and cut B"
        return STAND_INS[3]
    particle = any(entry.particle == after.low for entry in data.verbs.get(base, ())) and node.i + 2 < len(nodes)
    if (
        base in data.verbs
        and (transitive or (particle and nodes[node.i + 2].tag in _OBJECT_TAGS))
        and _goes_on(node, nodes, root, data)
    ):
        # "binds A, primes B and slows C", "raise A and lower B"
        return STAND_INS[0] if node.tag == "NNS" else STAND_INS[2]
    if (
        node.tag == "RB"
        and node.low != base
        and node.low[-2:] != "ly"
        and base in data.verbs
        and before.is_noun
        and (transitive or after.tag == "JJR")
    ):
        # "X foretold Y": a form of a verb alone is no adverb
        return STAND_INS[0]
    if (
        root is not None
        and root.tag in ("VBD", "VBN")
        and root.i < node.i
        and node.tag in ("VBN", "VBD", "JJ")
        and node.dep == "amod"
        and node.low != base
        and before.low == ","
        and transitive
        and base in data.verbs
        and any(
            one.low == "," and nodes[one.i - 1].low in ("and", "but") and nodes[one.i + 1].tag in ("IN", "TO")
            for one in nodes[max(1, node.i - 7) : node.i - 2]
        )
    ):
        # "improved A and, in some people, lowered B"
        return STAND_INS[3]
    if (
        before.low == "this"
        and nodes[before.i - 1].low in ("and", ",", "but")
        and node.tag in ("VBN", "JJ")
        and node.low != base
        and base in data.verbs
        and after.is_noun
        and node.head is after
        and after.dep == "conj"
        and after.head is root
        and root is not None
        and root.is_verb
    ):
        # "X entered and this triggered Y": no noun stands beside a verb
        return STAND_INS[0]
    if (
        nodes[0].low in ("when", "once", "if", "whenever")
        and (node.tag == "NN") == (node.low == base)
        and node.tag in ("NN", "NNS")
        and before.is_noun
        and after.low in (".", ";")
        and any(entry.group.inchoative for entry in data.verbs.get(base, ()))
        and (comma := next((one for one in nodes if one.low == ","), None)) is not None
        and not any(one.tag in FINITE for one in nodes[comma.i :])
        and any(one.tag in FINITE for one in nodes[: comma.i])
    ):
        # "When X senses Y, A, B and C increase."
        return STAND_INS[4] if node.low == base else STAND_INS[1]
    if (
        node.tag == "NNS"
        and node.low != base
        and node.dep == "conj"
        and node.head is root
        and root is not None
        and root.tag == "VBZ"
        and nodes[root.i + 1].low == ","
        and before.is_noun
        and before.head is node
        and after.low == ","
        and any(entry.group.sign in ("+", "-") for entry in data.verbs.get(base, ()))
    ):
        # "X enhances, and Y limits, Z"
        return STAND_INS[0]
    if (
        before.low in ("former", "latter")
        and nodes[before.i - 1].low == "the"
        and node.tag in ("VBN", "JJ", "NNS")
        and node.low != base
        and base in data.verbs
        and (transitive or after.tag == "IN")
    ):
        # "the former opened LFA-1": nothing is named by "former opened"
        return STAND_INS[0] if transitive else STAND_INS[1]
    if (
        node.low == base
        and node.tag in ("JJ", "JJR")
        and before.tag == "NNS"
        and base in data.verbs
        and after.is_noun
        and node.head is after
        and before.head in (node, after)
        and not any(one.is_verb and one.i < node.i for one in nodes)
    ):
        # "Statins lower cholesterol, …": no adjective stands behind a plural before another noun
        return STAND_INS[2]
    if (
        node is root
        and node.tag == "VBN"
        and not subject
        and before.is_noun
        and before.head is node
        and base in data.verbs
        and after.low in (",", "and", "but")
    ):
        # "EDTA dampened, and MgSO4 brought back, X"
        return STAND_INS[0]
    if (
        before.low == "longer"
        and node.i > 1
        and nodes[node.i - 2].low == "no"
        and node.tag in ("VBN", "JJ", "NN", "NNS")
        and base in data.verbs
        and transitive
    ):
        # "T cells no longer killed their targets"
        return STAND_INS[0]
    if (
        base == "leave"
        and node.dep == "amod"
        and before.low in (",", "and", "but")
        and any(
            one.low in data.states or (one.low in data.adjectives and data.adjectives[one.low].frame == "unchanged")
            for one in nodes[node.i + 2 : node.i + 6]
        )
    ):
        # "and left adhesion untouched"
        return STAND_INS[3]
    if (
        root is not None
        and root.i < node.i
        and node.dep == "amod"
        and node.tag in ("VBN", "VBD", "JJ")
        and node.low != base
        and before.low in (",", "and", "but")
        and transitive
        and _tells(root, data)
        and (
            (before.low in (",", "but") and base == "leave")
            or any(entry.group.frame == "affects" and not entry.particle for entry in data.verbs.get(base, ()))
        )
        and _object_of(node, root)
        and (before.low == "," or listed or base == "leave")
    ):
        # "raised A, improved B and lowered C"
        return STAND_INS[3]
    return None


def _goes_on(node: Node, nodes: list[Node], root: Node | None, data: Data) -> bool:
    """Whether a word read as a noun or an adjective is one more verb of the subject of a verb in the present."""
    before = nodes[node.i - 1]
    while before.i > 0 and before.low in ("thereby", "thus", "hence", "also", "then", "even"):
        before = nodes[before.i - 1]
    if root is None or root.i > node.i or before.low not in (",", "and", "or", "but"):
        return False
    form = "VBZ" if node.tag == "NNS" else "VBP"
    if node.tag not in ("NNS", "JJ", "JJR", "NN") or (node.tag == "NNS") == (data.lemmas[node.low] == node.low):
        return False
    if root.tag != form or not root.of("nsubj") or not root.of("dobj", "nmod"):
        return False
    after = nodes[node.i + 1]
    second = node.dep == "dobj" and any(kid.i < node.i for kid in root.of("dobj"))
    if not second and node.dep not in ("amod", "compound", "conj", "appos", "dep", "nmod", "nmod:npmod"):
        return False
    hangs = node.head is not None and node.head.i < node.i
    lone = node.dep == "conj" and after.tag[:2] in ("NN", "DT", "JJ", "PR")
    if node.head is not after and after.head is not node and hangs and not lone:
        return False

    def states(low: str, particle: str | None = None) -> bool:
        return any(
            entry.group.frame in ("affects", "binds", "senses", "resultative") and entry.preposition is None
            and entry.particle in (None, particle) and not entry.group.light
            for entry in data.verbs.get(data.lemmas.get(low, low), ())
        )  # fmt: skip

    return states(root.low) and states(node.low, after.low)


def _tells(verb: Node, data: Data) -> bool:
    """Whether a past form states a signed effect of its subject."""
    return (
        verb.tag == "VBD"
        and any(kid.dep == "nsubj" for kid in verb.kids)
        and any(kid.dep == "dobj" for kid in verb.kids)
        and any(
            entry.group.frame == "affects" and entry.group.sign in ("+", "-") and not entry.group.light
            for entry in data.verbs.get(verb.lemma, ())
        )
        and verb.lemma not in ("induce", "cause", "trigger", "produce", "lose", "elicit", "provoke", "evoke")
    )


def _object_of(node: Node, verb: Node) -> bool:
    at = node.head
    steps = 0
    while at is not None and at is not verb and steps < 5:
        if at.dep not in ("dobj", "conj"):
            return False
        at, steps = at.head, steps + 1
    return at is verb


def _adjacent_nouns(graph: Graph) -> None:
    """Two nouns side by side, both coordinated with one before, are one noun phrase: "A and nutrient sensing"."""
    for node in graph.nodes[1:]:
        before = graph.nodes[node.i - 1]
        if (
            node.dep == "conj"
            and before.dep == "conj"
            and before.head is node.head
            and node.is_noun
            and before.is_noun
            and before.i > (node.head.i if node.head else 0)
        ):
            before.attach(node, "compound")


def _possessor(graph: Graph) -> None:
    """A noun with 's belongs to the noun that follows, and brings what is coordinated with its modifier."""
    nodes = graph.nodes
    for node in nodes[:-2]:
        if (
            node.dep in ("nmod:poss", "compound", "det")
            or nodes[node.i + 1].low != "'s"
            or nodes[node.i + 1].head is not node
        ):
            continue
        owned = None
        for other in nodes[node.i + 2 : node.i + 6]:
            if other.tag[:2] == "NN":
                owned = other
            elif other.tag not in ("JJ", "CD", "VBN", "VBG"):
                break
        if owned is None or owned in node.subtree() or node.head is None:
            continue
        before = [kid for kid in node.head.kids if kid.dep == "conj" and kid.i < node.i]
        for other in before:
            between = nodes[other.i + 1 : node.i]
            if (
                between
                and between[0].dep == "cc"
                and all(one.dep in ("cc", "amod", "compound", "det") for one in between)
            ):
                other.attach(node, "dep")
        node.attach(owned, "nmod:poss")


def _suspended_hyphen(graph: Graph) -> None:
    """ "virus and tumour-reactive T cells" without the first hyphen: "virus" describes the cells too."""
    nodes = graph.nodes
    for node in nodes[:-3]:
        joiner, second = nodes[node.i + 1], nodes[node.i + 2]
        if node.tag != "NN" or joiner.low not in ("and", "or") or second.tag not in ("JJ", "VBN"):
            continue
        noun = second.head
        if (
            not second.low.endswith(("-specific", "-reactive", "-derived", "-targeted", "-infiltrating"))
            or second.low.find("-") < 2
            or noun is None
        ):
            continue
        if noun.dep != "conj" or noun.head is not node or any(kid.dep in ("det", "amod") for kid in node.kids):
            continue
        above, label = node.head, node.dep
        if above is None:
            node.kids.remove(noun)
            noun.head, noun.dep = None, "root"
        else:
            noun.attach(above, label)
        node.attach(noun, "dep")
        joiner.attach(noun, "cc")


def _swap(node: Node, noun: Node, tag: str, dep: str | None = None) -> None:
    """A verb read as a modifier takes the place of the noun it stands before, which becomes its object."""
    above, label = noun.head, noun.dep
    noun.kids.remove(node)
    node.head, node.dep = above, dep or label
    node.retag(tag)
    if above is not None:
        above.kids[above.kids.index(noun)] = node
        above.kids.sort(key=lambda one: one.i)
    noun.head = None
    for kid in [
        kid
        for kid in noun.kids
        if kid.i < node.i
        or (kid.dep in ("nmod", "punct", "conj") and kid.case() not in ("of", ""))
        or kid.dep == "punct"
    ]:
        kid.attach(node, kid.dep)
    noun.attach(node, "dobj")


_INFINITIVE_RULERS = frozenset({
    "fail", "unable", "able", "need", "begin", "continue", "inability", "ability", "capacity", "enough", "sufficient", "cease", "tend", "start",
    "refuse", "failure", "learn", "struggle", "manage", "cell", "lymphocyte",
})  # fmt: skip


def _infinitives(graph: Graph, data: Data) -> None:
    """ "to open LFA-1": a base form of a known verb after "to" and before a noun is an infinitive."""
    for node in graph.nodes[1:]:
        noun = node.head
        if data.lemmas.get(node.low) != node.low:
            continue
        if node.dep in ("acl", "advcl", "xcomp") and node.tag == "JJ" and node.low in data.verbs and any(
            kid.low == "to" and kid.i == node.i - 1 for kid in node.of("mark")
        ):  # fmt: skip
            # "the inability of X to open Y"
            node.retag("VB")
            node.lemma = node.low
            continue
        if node.dep not in ("amod", "compound") or noun is None or noun.i < node.i:
            continue
        ruled = graph.nodes[node.i - 2] if node.i > 1 else None
        if node.low not in data.verbs and (ruled is None or ruled.lemma not in _INFINITIVE_RULERS):
            continue
        if graph.nodes[node.i - 1].low != "to" or node.tag not in ("JJ", "JJR", "NN", "VB", "VBP"):
            continue
        _swap(node, noun, "VB", "xcomp")
        node.lemma = node.low
        marker = graph.nodes[node.i - 1]
        if marker.head is not node:
            marker.attach(node, "mark")
        marker.dep = "mark"


_GERUND_MARKS = frozenset({"upon", "after", "by", "while", "when", "without", "before", "through"})


def _gerund_phrases(graph: Graph, data: Data) -> None:
    """ "Chelating magnesium", "after removing Mg2+": a form in -ing of doing something to a thing, before that thing."""
    for node in graph.nodes:
        noun = node.head
        if not node.low.endswith("ing") or node.dep not in ("amod", "compound") or noun is None or noun.i < node.i:
            continue
        base = data.lemmas.get(node.low)
        before = graph.nodes[node.i - 1] if node.i else None
        if (
            base in data.verbs
            and before is not None
            and before.low in ("thereby", "thus", "hence")
            and noun.head is not None
        ):
            node.lemma = base
            _swap(node, noun, "VBG", "advcl")
            continue
        if (
            base in data.verbs
            and before is not None
            and before.low in _GERUND_MARKS
            and noun.tag != "NNS"
            and noun.lemma not in data.generic
            and not any(kid.dep in ("det", "amod", "compound") and kid is not node for kid in noun.kids)
            and before.head in (node, noun)
            and noun.head is not None
        ):
            # "upon sensing magnesium"
            node.lemma = base
            _swap(node, noun, "VBG", "advcl")
            if before.head is not node:
                before.attach(node, "mark")
            before.dep = "mark"
            continue
        if base is None or base not in data.perturbation_verbs:
            continue
        if before is not None and before.tag not in ("CC", "IN", ",", "TO") and before.low not in ("that", "whether"):
            continue
        if before is not None and before.tag == "IN" and before.low in ("of", "to"):
            continue
        node.lemma = base
        _swap(node, noun, "VBG", "csubj" if noun.dep in ("nsubj", "nsubjpass") else None)


def _passive_subject(graph: Graph, node: Node) -> bool:
    """ "detected X, Y was raised": what stands right before "was" without a subject of its own is that subject."""
    aux = next((kid for kid in node.kids if kid.dep == "auxpass" and kid.tag in FINITE), None)
    if aux is None or aux.i < 2 or any(kid.dep in ("nsubj", "nsubjpass", "csubj") for kid in node.kids):
        return False
    noun = graph.nodes[aux.i - 1]
    if not noun.is_noun or noun.dep != "conj" or noun.head is None:
        return False
    first = min(one.i for one in noun.subtree())
    before = graph.nodes[first - 1] if first else None
    if before is not None and before.low in ("and", "or") and first > 2:
        other = graph.nodes[first - 2]
        if other.dep != "conj" or other.head is not noun.head or graph.nodes[first - 3].low != ",":
            return False
        owner = next((kid for kid in noun.kids if kid.dep == "nmod:poss"), None)
        other.attach(owner or noun, "dep")
    elif before is None or before.low != ",":
        return False
    noun.attach(node, "nsubjpass")
    if node.dep == "advcl" and not any(kid.dep == "mark" or kid.tag == "WRB" for kid in node.kids):
        node.dep = "parataxis"
    return True


def _clause_subjects(graph: Graph) -> None:
    """ "V1 X, and Y V2 it": the noun right before a second verb without subject is its subject, not more of X."""
    for node in graph.nodes:
        if _passive_subject(graph, node):
            continue
        if node.dep != "conj" or node.head is None or not node.head.is_verb or node.tag not in FINITE or any(
            kid.dep in ("nsubj", "nsubjpass", "csubj") for kid in node.kids
        ):  # fmt: skip
            continue
        place = node.i - 1
        while place > 0 and graph.nodes[place].tag in ("RB", "VBD", "VBZ", "MD") and graph.nodes[place].head is node:
            place -= 1
        at: Node | None = graph.nodes[place]
        while at is not None and at.dep not in ("conj", "root") and at.i > node.head.i:
            at = at.head
        if (
            at is None
            or at.dep != "conj"
            or (at.is_verb and at.tag != "VBG")
            or not node.head.i < at.i < node.i
            or at.head is None
        ):
            continue
        first = min(one.i for one in at.subtree())
        if (
            first < 2
            or graph.nodes[first - 1].low not in ("and", "but", "while", "whereas")
            or graph.nodes[first - 2].low != ","
        ):
            continue
        at.attach(node, "csubj" if at.tag == "VBG" else "nsubj")


def _initial_subject(graph: Graph, data: Data) -> None:
    """A strange name at the start, taken for an adverb, is the subject of a verb that has none; so is a noun behind "and"."""
    for node in graph.nodes:
        if node.tag not in ("VBD", "VBZ", "VBP") or node.dep in ("aux", "auxpass", "cop") or any(
            kid.dep in ("nsubj", "nsubjpass", "csubj", "expl") for kid in node.kids
        ):  # fmt: skip
            continue
        first = graph.nodes[0]
        if node.head is None and first.head is node and first.dep == "advmod" and first.tag in ("RB", "JJ") and (
            not first.low.endswith(("ly", "wise", "ever", "more")) and first.low not in _ADVERBS and first.text[:1].isupper()
        ):  # fmt: skip
            first.retag("NN")
            first.attach(node, "nsubj")
            continue
        if node.dep == "conj" and node.head is not None and node.head.is_verb and node.lemma in data.verbs:
            noun = graph.nodes[node.i - 1]
            if noun.is_noun and noun.dep in ("dobj", "conj") and noun.head is node.head:
                start = min(one.i for one in noun.subtree())
                if start > 1 and graph.nodes[start - 1].low in ("and", "but", "while", "whereas"):
                    noun.attach(node, "nsubj")


_ADVERBS = frozenset({
    "however", "moreover", "furthermore", "therefore", "thus", "hence", "here", "there", "then", "now", "today", "indeed", "instead", "also", "again",
    "nevertheless", "nonetheless", "meanwhile", "further", "rather", "besides", "overall", "alternatively", "perhaps", "elsewhere", "afterwards",
    "thereafter", "otherwise", "still", "yet", "first", "second", "third", "next", "last", "once", "later", "soon", "together", "in", "only", "so",
})  # fmt: skip


def _initial_name(graph: Graph) -> None:
    """ "Propranolol, a beta blocker, lowers X": a name that was taken for an adverb is the subject, what stands between commas explains it."""
    if len(graph.nodes) < 6:
        return
    name, comma, article = graph.nodes[:3]
    if (
        name.dep != "advmod"
        or name.low in _ADVERBS
        or name.low.endswith(("ly", "wise", "more", "less", "ever"))
        or not name.text[0].isupper()
    ):
        return
    said = article.head
    if (
        comma.low != ","
        or article.low not in ("a", "an", "the")
        or said is None
        or said.dep not in ("nsubj", "nsubjpass")
    ):
        return
    verb = name.head
    if verb is not said.head or verb is None or graph.nodes[said.i + 1].low != ",":
        return
    name.retag("NN")
    name.attach(verb, said.dep)
    said.attach(name, "appos")


def _all_but(graph: Graph) -> None:
    """ "X, but neither Y nor Z, did it": X did; what stands between the commas is denied, and no subject of its own."""
    root = graph.root()
    if root is None or not root.is_noun or root.of("cop", "nsubj"):
        return
    verb = next((kid for kid in root.of("conj") if kid.is_verb and kid.tag in FINITE), None)
    inner = next((kid for kid in verb.of("nsubj", "nsubjpass") if kid.i > root.i), None) if verb is not None else None
    if verb is None or inner is None or graph.nodes[verb.i - 1].low != ",":
        return
    between = [node.low for node in graph.nodes[root.i + 1 : inner.i]]
    if between[:2] != [",", "but"] or not {"not", "neither"} & set(between):
        return
    label = inner.dep
    take_place(verb, None, "root")
    for kid in [kid for kid in root.kids if kid.i > verb.i]:
        kid.attach(verb, kid.dep)
    root.attach(verb, label)
    inner.attach(root, "conj")


def _stray_compounds(graph: Graph) -> None:
    """ "X-triggered, Y-dependent killing was blocked": a compound before the subject describes it, not the verb."""
    for node in graph.nodes:
        head = node.head
        if (
            node.dep not in ("amod", "advmod", "dep")
            or "-" not in node.low
            or head is None
            or not (head.is_verb or head.of("cop"))
            or node.i > head.i
        ):
            continue
        noun = next(
            (kid for kid in head.kids if kid.dep in ("nsubj", "nsubjpass") and node.i < kid.i < node.i + 6), None
        )
        if noun is not None:
            node.retag("JJ")
            node.attach(noun, "amod")


def _between(graph: Graph) -> None:
    """ "between A and B C": two things, not a C of A and B."""
    for node in graph.nodes:
        if node.case() != "between" or node.head is None:
            continue
        first = next(
            (kid for kid in node.kids if kid.dep == "compound" and any(one.dep == "conj" for one in kid.kids)), None
        )
        if first is None:
            continue
        case = next((kid for kid in node.kids if kid.low == "between"), None)
        first.attach(node.head, node.dep)
        for kid in [kid for kid in first.kids if kid.dep == "conj"]:
            kid.attach(node, "compound")
        node.attach(first, "conj")
        if case is not None:
            case.attach(first, "case")


def _for_to(graph: Graph) -> None:
    """ "for X to do Y": X does it."""
    for node in graph.nodes:
        if node.tag != "VB" or node.head is None or node.dep not in ("xcomp", "advcl", "ccomp", "acl"):
            continue
        mark = next((kid for kid in node.kids if kid.low == "to" and kid.i < node.i), None)
        if mark is None or mark.i == 0:
            continue
        noun = graph.nodes[mark.i - 1]
        if noun.is_noun and noun.head is node.head and noun.case() == "for":
            node.attach(noun, "acl")


def _two_subjects(graph: Graph, data: Data) -> None:
    """ "A raised, and B lowered, C": a verb with two subjects is the second of two verbs."""
    for node in list(graph.nodes):
        subjects = [kid for kid in node.kids if kid.dep == "nsubj"]
        if not node.is_verb or len(subjects) < 2:
            continue
        first = subjects[0]
        verb = next((
            kid for kid in first.kids
            if kid.dep in ("acl", "amod", "dep") and kid.i > first.i and kid.low.endswith("ed") and data.lemmas.get(kid.low) in data.verbs
        ), None)  # fmt: skip
        if verb is None or subjects[1].i < verb.i or any(kid.dep == "nmod" for kid in verb.kids):
            continue
        above, label = node.head, node.dep
        first.kids.remove(verb)
        node.kids.remove(first)
        verb.head, verb.dep, verb.lemma = above, label, data.lemmas[verb.low]
        verb.retag("VBD")
        if above is not None:
            above.kids[above.kids.index(node)] = verb
        node.head = None
        node.attach(verb, "conj")
        first.head = None
        first.attach(verb, "nsubj")


_STATIVE = frozenset({"stay", "remain", "become", "appear", "seem", "stays", "go"})


def _states(graph: Graph, data: Data) -> None:
    """ "stays bent and …": an adjective of state right after such a verb belongs to it."""
    for node in graph.nodes[1:]:
        before = graph.nodes[node.i - 1]
        if (
            not before.is_verb
            or before.lemma not in _STATIVE
            or node.head is before
            or (node.is_verb and node.tag != "VBN")
        ):
            continue
        known = node.low in data.states or node.low in data.directions or node.low in data.adjectives
        if known and (node in set(before.subtree()) or before not in set(node.subtree())):
            node.attach(before, "xcomp")


def _objects(graph: Graph, data: Data) -> None:
    """A bare noun right after a transitive trigger, or after its comma, is its object, whatever it was called."""
    for node in list(graph.nodes[1:]):
        head = node.head
        if head is None or not node.is_noun:
            continue
        if node.dep == "dep" and head.tag == "JJ" and head.dep == "dobj" and head.i < node.i and head.head is not None:
            # "had little or no influence"
            verb = head.head
            node.attach(verb, "dobj")
            head.attach(node, "amod")
            continue
        if node.dep not in ("xcomp", "advcl", "dep") or not head.is_verb or node.tag in ("DT", "CD"):
            continue
        close = head.i == node.i - 1 or (
            node.dep == "dep"
            and min(one.i for one in node.subtree()) - 1 == head.i + 1
            and graph.nodes[head.i + 1].low == ","
        )
        if (
            close
            and head.lemma in data.verbs
            and not any(kid.dep in ("dobj", "cop") for kid in (*head.kids, *node.kids))
            and not node.case()
        ):
            node.dep = "dobj"


def _gerund_subject(graph: Graph) -> None:
    """ "Adding X back restored Y": a gerund before a finite verb without subject is that verb's subject."""
    for node in list(graph.nodes):
        if node.tag != "VBG" or any(kid.dep in ("aux", "nsubj", "mark") for kid in node.kids):
            continue
        if node.head is None:
            verb = next(
                (
                    kid
                    for kid in node.kids
                    if kid.dep == "conj"
                    and kid.tag in FINITE
                    and not any(one.dep.startswith("nsubj") for one in kid.kids)
                ),
                None,
            )
            if verb is None or any(kid.dep == "cc" and kid.i < verb.i for kid in node.kids):
                continue
            for kid in [kid for kid in node.kids if kid.i > verb.i]:
                kid.attach(verb, kid.dep)
            node.kids.remove(verb)
            verb.head = None
            verb.dep = "root"
            node.attach(verb, "csubj")
        elif node.dep == "conj" and node.head.is_verb and node.head.tag in FINITE:
            verb = next((
                kid for kid in node.head.kids
                if kid.dep == "conj" and kid.i > node.i and kid.tag in FINITE and not any(one.dep in ("nsubj", "nsubjpass") for one in kid.kids)
            ), None)  # fmt: skip
            if verb is not None:
                node.attach(verb, "csubj")
        elif node.dep == "conj" and node.i + 1 < len(graph):
            # "…, and blocking X did prevent Y": what is blocked does nothing
            thing = graph.nodes[node.i + 1]
            told = thing.head
            if thing.dep == "nsubj" and told is not None and told.is_verb and told.i > thing.i and told.of("aux"):
                thing.attach(node, "dobj")
                node.attach(told, "csubj")
                if told.dep == "parataxis":
                    told.dep = "conj"


def _taken_object(graph: Graph) -> None:
    """ "The question of whether X affects Y is open": what the verb lacks was taken for a second subject behind it."""
    for node in graph.nodes:
        sides = node.of("nsubj", "nsubjpass")
        verb = graph.nodes[sides[1].i - 1] if len(sides) > 1 else None
        if (
            verb is not None
            and verb.tag in ("VBZ", "VBP", "VBD")
            and verb.head is sides[0]
            and verb.of("mark")
            and not verb.of("dobj")
        ):
            sides[1].attach(verb, "dobj")
        elif len(sides) > 1 and sides[0].i and node.head is graph.nodes[sides[0].i - 1]:
            # "the former opens X, the latter closes it"
            before, comma = graph.nodes[sides[0].i - 1], graph.nodes[sides[0].i + 1]
            if before.tag in ("VBZ", "VBP", "VBD") and comma.low == "," and not before.of("dobj"):
                sides[0].attach(before, "dobj")


def _coordinated_participle(graph: Graph, data: Data) -> None:
    """ "activated X and increased Y": after a verb in the past, "and" with another past form of a trigger goes on telling."""
    for node in list(graph.nodes):
        if node.dep != "amod" or node.tag not in ("VBN", "VBD", "JJ") or node.i == 0 or node.low not in data.lemmas:
            continue
        base = data.lemmas[node.low]
        entries = data.verbs.get(base)
        noun = node.head
        if (
            not entries
            or base == node.low
            or noun is None
            or graph.nodes[node.i - 1].low not in ("and", "but", "nor", "then", ",")
            or not node.low.endswith("ed")
        ):
            continue
        if (
            noun.dep == "conj"
            and noun.head is not None
            and noun.head.is_verb
            and noun.head.tag == "VBD"
            and noun.head.i < node.i
        ):
            # "inhibited and enhanced adhesion": the noun was hung on the first verb
            node.retag("VBD")
            node.lemma = base
            node.attach(noun.head, "conj")
            noun.attach(node, "dobj")
            continue
        top = noun
        while top.dep == "conj" and top.head is not None:
            top = top.head
        verb = top.head
        if verb is None or top.dep not in ("dobj", "nmod") or verb.tag != "VBD" or verb.i > node.i:
            continue
        if graph.nodes[node.i - 1].low == "," and not (_tells(verb, data) and top.dep == "dobj"):
            continue
        if (
            graph.nodes[node.i - 1].low == "and"
            and not (top.dep == "nmod" and top.case() == "as")
            and (
                any(entry.group.light or entry.preposition for entry in data.verbs.get(verb.lemma, ()))
                or verb.lemma in data.show_verbs
                or verb.lemma not in data.verbs
                or top.dep == "nmod"
                or any(kid.dep == "amod" and kid.low in data.directions and kid is not node for kid in top.kids)
            )
        ):
            continue
        node.retag("VBD")
        node.lemma = base
        node.attach(verb, "conj")
        noun.attach(node, "dobj")


def _questioned_object(graph: Graph) -> None:
    """ "Whether X improves Y remains unknown": Y, between the two verbs, belongs to the first."""
    for node in graph.nodes:
        if not node.is_verb or node.head is None or node.dep not in ("advcl", "csubj", "ccomp", "dep"):
            continue
        if not any(kid.low in ("whether", "how", "if", "that", "what") for kid in node.kids) or any(
            kid.dep in ("dobj", "auxpass") for kid in node.kids
        ):
            continue
        for kid in list(node.head.kids):
            if (
                kid.dep in ("nsubj", "nsubjpass")
                and node.i < kid.i < node.head.i
                and not any(one.low == "," for one in graph.nodes[node.i : kid.i])
            ):
                kid.attach(node, "dobj")


def _leading_clause(graph: Graph) -> None:
    """ "When X did A, Y did B" with A as the root: B is the main verb."""
    root = graph.root()
    if (
        root is None
        or not root.is_verb
        or not graph.nodes
        or graph.nodes[0].low not in ("when", "once", "if", "after", "because", "whenever")
    ):
        return
    opener = graph.nodes[0]
    if (
        opener.head is not None
        and opener.head.head is root
        and opener.head.dep in ("nsubj", "nsubjpass")
        and opener.dep == "case"
    ):
        opener.attach(root, "mark")
    if opener.head is not root:
        return
    for kid in graph.nodes[root.i + 1 :]:
        if kid.dep in ("parataxis", "ccomp", "conj", "dep", "appos") and kid.tag in FINITE and any(
            one.dep in ("nsubj", "nsubjpass") and any(two.low == "," for two in graph.nodes[root.i : one.i]) for one in kid.kids
        ):  # fmt: skip
            if kid.head is not None:
                kid.head.kids.remove(kid)
            kid.head, kid.dep = None, "root"
            root.head = None
            root.attach(kid, "advcl")
            return


def _hung_object(graph: Graph, data: Data) -> None:
    """ "did not raise, but rather lowered, X": a noun coordinated with a verb is what the verbs act on."""
    for node in graph.nodes:
        head = node.head
        if (
            node.dep != "conj"
            or head is None
            or not head.is_verb
            or not node.is_noun
            or node.i < head.i
            or head.lemma not in data.verbs
        ):
            continue
        verbs = [head, *(kid for kid in head.kids if kid.dep == "conj" and kid.is_verb)]
        if (
            len(verbs) < 2
            or any(kid.dep in ("dobj", "nsubjpass", "cop") for verb in verbs for kid in verb.kids)
            or any(kid.dep == "cop" for kid in node.kids)
        ):
            continue
        node.attach(head, "dobj")


def _relative_object(graph: Graph, data: Data) -> None:
    """ "The way X opens Y is unclear": of two subjects the second, right behind the relative clause's verb, is that verb's object."""
    for node in graph.nodes:
        if (
            not node.is_verb
            or node.dep != "acl:relcl"
            or node.head is None
            or node.lemma not in data.verbs
            or any(kid.dep == "dobj" for kid in node.kids)
        ):
            continue
        main = node.head.head
        if main is None or node.head.dep not in ("nsubj", "nsubjpass"):
            continue
        for kid in list(main.kids):
            if (
                kid.dep in ("nsubj", "nsubjpass")
                and kid is not node.head
                and node.i < kid.i <= node.i + 4
                and kid.i < main.i
            ):
                kid.attach(node, "dobj")


def _verb_as_adjective(graph: Graph, data: Data) -> None:
    """A word with a subject of its own is a verb, even where the parse makes it an adjective before its object."""
    for node in graph.nodes:
        noun = node.head
        if (
            node.dep != "amod"
            or not (node.is_verb or (node.low in data.lemmas and node.low.endswith("ed")))
            or noun is None
            or noun.i < node.i
            or not any(kid.dep == "nsubj" for kid in node.kids)
        ):
            continue
        if not node.is_verb:
            node.retag("VBD")
            node.lemma = data.lemmas[node.low]
        above, label = noun.head, noun.dep
        noun.kids.remove(node)
        node.head, node.dep = above, label
        if node.tag == "VBN":
            node.retag("VBD")
        if above is not None:
            above.kids[above.kids.index(noun)] = node
        noun.head = None
        for kid in [kid for kid in noun.kids if kid.dep in ("punct", "nsubj") or kid.i < node.i or kid.dep == "advcl"]:
            kid.attach(node, kid.dep)
        noun.attach(node, "dobj")


def _join(node: Node, wrong: Node, right: Node) -> None:
    """Coordinates a word with another than the one it was hung on, and takes the conjunction along."""
    for kid in [kid for kid in wrong.of("cc") if kid.i < node.i]:
        kid.attach(right, "cc")
    node.attach(right, "conj")


def _listed_by_share(graph: Graph) -> None:
    """ "reduced A by 80% and B by half": B stands beside A, not beside the share."""
    for node in graph.nodes:
        share, verb = _above(node)
        if (
            node.dep != "conj"
            or not node.is_noun
            or share is None
            or verb is None
            or not quantity(share)
            or share.case() != "by"
        ):
            continue
        target = next((kid for kid in verb.of("dobj") if kid.i < share.i), None)
        if target is None or quantity(node):
            continue
        _join(node, share, target)


def _second_gerund(graph: Graph) -> None:
    """ "Blocking X or removing Y reduced Z": two deeds, not a thing and a deed."""
    for node in graph.nodes:
        noun, deed = _above(node)
        if (
            node.tag == "VBG"
            and node.dep == "conj"
            and noun is not None
            and noun.dep == "dobj"
            and deed is not None
            and deed.tag == "VBG"
            and deed.dep in ("csubj", "nsubj", "advcl", "nmod")
            and node.of("dobj")
        ):
            _join(node, noun, deed)


def _without(graph: Graph) -> None:
    """ "raised X without altering Y", "helps X by keeping Y": the clause belongs to the verb, not to X."""
    for node in graph.nodes:
        if (
            node.tag == "VBG"
            and node.dep == "acl"
            and node.head is not None
            and node.head.dep == "dobj"
            and any(kid.dep in ("mark", "case") and kid.low in ("without", "by") for kid in node.kids)
            and node.head.head is not None
        ):
            node.attach(node.head.head, "advcl")


def _coordinated_clause(graph: Graph) -> None:
    """ "lowered A but did not change B": a verb coordinated with an object goes on from that object's verb."""
    for node in graph.nodes:
        noun = node.head
        if (
            noun is not None
            and noun.tag == "JJ"
            and noun.dep == "amod"
            and noun.head is not None
            and noun.i > noun.head.i
        ):
            # "left A intact but prevented B"
            noun = noun.head
        if node.dep != "conj" or noun is None or not noun.is_noun or not node.is_verb or node.tag in ("VBG", "VBN"):
            continue
        while noun.dep == "conj" and noun.head is not None and noun.head.is_noun:
            noun = noun.head
        verb = noun.head
        own = any(kid.dep in ("nsubj", "nsubjpass", "cop") for kid in node.kids)
        if (
            not own
            and verb is not None
            and verb.is_verb
            and noun.dep == "dobj"
            and any(kid.dep == "dobj" for kid in node.kids)
        ):
            node.attach(verb, "conj")


def _parallel_adjective(graph: Graph) -> None:
    """ "was X-dependent in A but Y-independent in B": an adjective goes on from an adjective, not from a noun between."""
    for node in graph.nodes:
        if node.dep != "conj" or node.tag != "JJ" or "-" not in node.low:
            continue
        noun, first = _above(node)
        if noun is None or first is None or not noun.is_noun or noun.dep != "nmod":
            continue
        if first.tag == "JJ" and first.of("cop"):
            _join(node, noun, first)


def _left_as_it_was(graph: Graph, data: Data) -> None:
    """ "raised A, and left B unchanged": the participle before B is one more verb."""
    for node in graph.nodes[1:-2]:
        noun = node.head
        if (
            node.lemma != "leave"
            or node.dep != "amod"
            or noun is None
            or graph.nodes[node.i - 1].low not in ("and", ",", "but")
        ):
            continue
        state = graph.nodes[noun.i + 1] if noun.i + 1 < len(graph) else None
        kept = state is not None and state.low in data.adjectives and data.adjectives[state.low].sign == "0"
        verb = state.head if state is not None else None
        if state is None or not kept or noun.head is not state or verb is None or not verb.is_verb:
            continue
        node.retag("VBD")
        node.attach(verb, "conj")
        noun.attach(node, "dobj")
        state.attach(node, "xcomp")


def _elided_verb(graph: Graph) -> None:
    """ "A raised X but B did not": the noun before an auxiliary that stands for a verb is its subject."""
    for node in graph.nodes[1:]:
        noun = graph.nodes[node.i - 1]
        stands_in = node.lemma in ("do", "can", "could", "may", "might", "will", "would") and node.dep in (
            "conj",
            "advcl",
            "parataxis",
        )
        if not stands_in or noun.dep != "conj" or not noun.is_noun or noun.head is None or node.head is None:
            continue
        if any(kid.dep in ("nsubj", "nsubjpass", "dobj", "xcomp", "ccomp") for kid in node.kids):
            continue
        for kid in [kid for kid in noun.head.kids if kid.dep == "cc" and kid.i < noun.i]:
            kid.attach(node.head, "cc")
        noun.attach(node, "nsubj")


def _verb_after_but(graph: Graph, data: Data) -> None:
    """ "did not affect X but increased Y": the word in -ed after "but" is what was done, not what Y is like."""
    for node in graph.nodes[:-1]:
        but = graph.nodes[node.i - 1] if node.i else None
        noun = node.head
        if (
            node.dep != "amod"
            or but is None
            or but.low != "but"
            or not node.low.endswith("ed")
            or data.lemmas.get(node.low) not in data.verbs
        ):
            continue
        if noun is None or noun.dep != "conj" or noun.head is None or noun.head.i > node.i or noun.head.dep != "dobj":
            continue
        verb = noun.head.head
        if verb is None or not verb.is_verb or not any(kid.dep == "neg" for kid in verb.kids):
            continue
        node.retag("VBD")
        node.lemma = data.lemmas[node.low]
        for kid in [kid for kid in noun.head.kids if kid.dep == "cc"]:
            kid.attach(verb, "cc")
        node.attach(verb, "conj")
        noun.attach(node, "dobj")


def _last_of_list(graph: Graph, data: Data) -> None:
    """ "A, B or lack of X": what follows the last of a list belongs to it where that is a noun that asks for it."""
    for node in graph.nodes:
        head = node.head
        if (
            node.dep != "nmod"
            or node.case() != "of"
            or head is None
            or head.low in data.perturbation_nouns
            or head.low in data.nouns
        ):
            continue
        mark = next((kid.i for kid in node.kids if kid.dep == "case"), 0)
        near = graph.nodes[mark - 1] if mark else None
        if near is not None and near.dep == "conj" and near.head is head and near.low in data.perturbation_nouns:
            node.attach(near, "nmod")


def _far_from(graph: Graph) -> None:
    """ "Far from blocking X, Y activated it": an adverbial that denies, not a subject."""
    if len(graph.nodes) < 4 or graph.nodes[0].low not in ("far", "rather", "instead"):
        return
    first, mark = graph.nodes[0], graph.nodes[1]
    verb = next((node for node in graph.nodes[2:4] if node.tag == "VBG"), None)
    if mark.low not in ("from", "than", "of") or verb is None or first.head is None or not first.head.is_verb:
        return
    verb.attach(first.head, "advcl")
    first.attach(verb, "mark")


def _headless_clause(graph: Graph, data: Data) -> None:
    """A sentence that is a noun with a participle hung on it, but the participle has the verb's place: it is the verb.

    "LFA-1 opened within seconds": a transitive participle would need an object or an agent to be a reduced relative.
    """
    root = graph.root()
    if root is None or not root.is_noun or any(kid.dep in ("cop", "nsubj", "nsubjpass") for kid in root.kids):
        return
    if any(
        node.tag in FINITE
        and node.dep not in ("acl:relcl", "advcl", "ccomp", "aux", "auxpass", "cop")
        and node.head is root
        for node in graph.nodes
    ):
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
        # "no T cell degranulated in the absence of X"
        none = any(inner.low == "no" and inner.i < root.i for inner in root.kids)
        if "by" in cases or not (has_object or particle or ((inchoative or none) and not cases & {"of"})):
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
        kid.retag("VBD")
        return


def _stolen_object(graph: Graph, data: Data) -> None:
    """The object of a subordinate clause taken as the first part of the main clause's subject.

    "When LFA-1 detected high levels of magnesium, A was improved": the comma ends the clause, so what follows the
    subordinate verb directly is its object, and the coordinated noun behind the comma is the subject.
    """
    for node in graph.nodes:
        if (
            not node.is_verb
            or node.dep != "advcl"
            or node.tag not in FINITE
            or any(kid.dep in ("dobj", "auxpass", "ccomp", "xcomp", "cop") for kid in node.kids)
        ):
            continue
        main = node.head
        if (
            main is None
            or main.i < node.i
            or not any(not entry.group.inchoative for entry in data.verbs.get(node.lemma, []))
        ):
            continue
        subject = next((kid for kid in main.kids if kid.dep in ("nsubj", "nsubjpass") and kid.i > node.i), None)
        if subject is None:
            continue
        comma = next(
            (other for other in graph.nodes[node.i : main.i] if other.low == "," and other.i > subject.i), None
        )
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
        listed = any(one.low == "," for one in graph.nodes[thief[0].i : thief[-1].i])
        head = thief[0] if listed else thief[-1]
        subject_label = subject.dep
        subject.attach(node, "dobj")
        for other in thief:
            if other is not head:
                other.attach(head, "conj" if listed else "dep")
        head.attach(main, subject_label)


def _participle_as_verb(graph: Graph) -> None:
    """Past forms that have a by-phrase, no object and no auxiliary, beside a finite verb of the same subject: a participle."""
    for node in graph.nodes:
        if node.tag not in ("VBD", "VBN") or any(
            kid.dep in ("dobj", "aux", "auxpass", "cop", "nsubjpass") for kid in node.kids
        ):
            continue
        agents = [kid for kid in node.kids if kid.dep == "nmod" and kid.case() == "by"]
        if not agents or all(quantity(agent) for agent in agents):
            continue
        subject = next((kid for kid in node.kids if kid.dep == "nsubj"), None)
        if subject is not None:
            subject.dep = "nsubjpass"


def quantity(node: Node) -> bool:
    """ "by half", "by 40 %", "by a factor of two"."""
    return (
        node.tag == "CD"
        or node.lemma in ("half", "third", "quarter", "fold", "percent", "%", "factor", "two-fold", "order")
        or any(kid.tag == "CD" or kid.dep == "nummod" for kid in node.kids)
    )
