"""What words about a statement do to it: denial, doubt, aim, control, who says so.

A cue reaches what it governs in the graph, as in BioScope, and stops at "but", "whereas" and the like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgmine.claims.draft import Draft
    from mgmine.claims.lexical import Data
    from mgmine.nlp.graph import Graph, Node

_RANK = {"fact": 0, "probable": 1, "possible": 2, "doubtful": 3, "conditional": 4, "counterfact": 5, "uncommitted": 6}

_SUPPOSITIONS = frozenset(
    {"hypothesis", "possibility", "idea", "notion", "assumption", "proposal", "speculation", "view"}
)


class Scope:
    """Cues of one graph."""

    def __init__(self, graph: Graph, data: Data) -> None:
        self.graph = graph
        self.data = data
        self.question = bool(graph.nodes) and graph.nodes[-1].low == "?"

    # ------------------------------------------------------------------ negation

    def negated(self, node: Node) -> bool:
        """Whether a word itself is denied: "did not", "never", "no longer", "neither … nor" before its subject."""
        for kid in node.kids:
            if (
                kid.low in ("not", "n't", "never", "nor", "cannot")
                and kid.dep in ("neg", "advmod", "cc", "dep", "aux")
                and kid.i < node.i
            ):
                if (
                    kid.low == "not"
                    and kid.i + 1 < len(self.graph)
                    and self.graph.nodes[kid.i + 1].low in ("only", "just", "merely")
                ):
                    continue
                return True
            if kid.low == "longer" and any(inner.low == "no" for inner in kid.kids):
                return True
            if kid.dep in ("nsubj", "nsubjpass", "dobj") and (kid.low in ("neither", "none") or any(
                inner.low in ("no", "neither") and inner.i < kid.i for inner in kid.kids
            )):  # fmt: skip
                return True
            if kid.dep == "nmod" and kid.i < node.i and any(one.low == "no" and one.i < kid.i for one in kid.kids) and any(
                aux.dep in ("aux", "auxpass") and any(one.dep in ("nsubj", "nsubjpass") and one.i > aux.i for one in node.kids)
                for aux in node.kids
            ):  # fmt: skip
                # "at no dose did X impair Y"
                return True
            if kid.dep == "case" and kid.low == "without" and any(one.dep == "cop" for one in node.kids):
                return True
        if node.i > 0 and node.is_verb and self.graph.nodes[node.i - 1].low in ("neither", "nor", "never"):
            return True
        head = node.head
        if node.dep == "conj" and head is not None and ((node.is_verb and head.is_verb) or node.tag == head.tag):
            own = [kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass", "aux", "auxpass", "cop")]
            joiner = [kid.low for kid in head.kids if kid.dep == "cc" and kid.i < node.i]
            if not own and "but" not in joiner and joiner and joiner[-1] in ("or", "nor") and self.negated(head):
                return True
            if joiner and joiner[-1] == "nor" and own:
                return True
        return False

    def denied(self, node: Node) -> bool:
        """Whether a statement anchored at ``node`` is denied, by itself or by what governs it."""
        flips = self.negated(node)
        cues = self.data.cues["negation"]
        at = node
        steps = 0
        while at.head is not None and steps < 4:
            head, dep = at.head, at.dep
            if dep == "xcomp" or (dep == "ccomp" and head.lemma in ("appear", "seem", "find", "show")):
                if head.lemma == "stop" and at.tag == "VBG" and dep == "xcomp" and not head.of("dobj"):
                    return not flips
                if head.lemma in cues["verbs"] or head.low in cues["adjectives"]:
                    return not (flips or self.negated(head))
                if self.negated(head):
                    return not flips
            elif dep == "nmod" and at.case() == "against" and head.lemma in ("argue", "speak", "militate"):
                return not flips
            elif dep == "ccomp" and head.lemma == "exclude":
                break
            elif (dep in ("nmod", "ccomp", "acl") and head.lemma in ("evidence", "sign", "indication", "proof", "hint", "trace") and any(
                kid.low == "no" for kid in head.kids
            )) or (dep == "acl" and head.low in cues["nouns"]):  # fmt: skip
                return not flips
            elif dep in ("nsubj", "nsubjpass", "dobj") and at.is_noun and head.is_verb:
                if (self.negated(head) and head.lemma not in ("affect", "alter", "change", "influence")) or any(
                    kid.low in cues["determiners"] for kid in at.kids
                ):
                    return not flips
                if head.lemma in cues["verbs"] and dep == "dobj":
                    return not flips
                return flips
            elif dep == "conj":
                if any(kid.dep in ("aux", "auxpass", "neg", "nsubj", "nsubjpass") for kid in at.kids) or (
                    at.is_verb and at.tag != "VB"
                ):
                    break
                at = head
                steps += 1
                if at.lemma in cues["verbs"]:
                    return not flips
                continue
            elif (
                dep in ("advcl", "acl", "nmod")
                and any(kid.low == "without" and kid.dep in ("mark", "case") and kid.i < at.i for kid in at.kids)
            ) or (dep in ("advcl",) and self._rather(at)):
                return not flips
            else:
                break
            at = head
            steps += 1
        if node.is_noun and any(kid.low in cues["determiners"] for kid in node.kids):
            return True
        return flips

    def _rather(self, node: Node) -> bool:
        before = [one.low for one in self.graph.nodes[max(0, node.i - 3) : node.i]]
        return (
            "instead" in before or ("rather" in before and "than" in before) or ("far" in before and "from" in before)
        )

    def neither(self, node: Node) -> bool:
        """Whether "neither" opens a coordination that ``node`` heads."""
        return any(kid.low == "neither" for kid in node.kids)

    # ------------------------------------------------------------------ factuality

    def factuality(self, node: Node) -> tuple[str, str | None, str | None]:
        """The factuality at a word, with the modality and the role that its governors bring, if any."""
        cues = self.data.cues["factuality"]
        interpretation = self.data.cues["modality"]["interpretation_verbs"]
        level = "fact"
        modality: str | None = None
        role: str | None = None

        def raise_to(value: str) -> None:
            nonlocal level
            if _RANK[value] > _RANK[level]:
                level = value

        at: Node | None = node
        steps = 0
        below: Node | None = None
        while at is not None and steps < 8:
            if below is not None and below.is_noun and below.dep == "nsubjpass" and any(
                entry.group.frame == "affects" for entry in self.data.verbs.get(at.lemma, ())
            ):  # fmt: skip
                # "the loss of X by Y could be prevented": that Y does it is not in doubt
                break
            for kid in at.kids:
                if kid is below or (kid.i > at.i and kid.dep not in ("advmod", "amod", "mark")):
                    continue
                if kid.dep == "aux" and kid.low in cues["possible_aux"]:
                    # "could not bind" tells of an inability, which was seen
                    # and what "could be detected" was
                    if kid.low != "could" or not (
                        any(one.dep == "neg" for one in at.kids)
                        or (at.lemma in cues["seen"] and any(one.dep == "auxpass" for one in at.kids))
                    ):
                        raise_to("possible")
                elif kid.dep in ("advmod", "amod") and kid.i < at.i:
                    if at.is_noun and at is not node and kid.dep == "amod":
                        continue
                    if kid.low in cues["possible"]:
                        raise_to("possible")
                    elif kid.low in cues["probable"]:
                        raise_to("probable")
                    elif kid.low in cues["doubtful"]:
                        raise_to("doubtful")
                elif kid.dep in ("mark", "advmod") and kid.low in cues["uncommitted_marks"]:
                    raise_to("uncommitted")
                elif kid.dep == "mark" and kid.low in cues["conditional_marks"] and at.dep == "advcl":
                    asking = at.head is not None and (
                        at.head.lemma in self.data.cues["aim"]["verbs"] or at.head.lemma == "know"
                    )
                    if kid.low == "if" and asking:
                        raise_to("uncommitted")
                        role, modality = "aim", "aim"
                    else:
                        raise_to("conditional")
                elif kid.i == 0 and kid.low == "should" and at.is_verb:
                    # "Should X raise Y, …"
                    raise_to("conditional")
                elif kid.dep == "aux" and kid.low in ("would", "should") and at.is_verb:
                    raise_to(
                        "counterfact"
                        if any(one.dep == "aux" and one.low == "have" for one in at.kids)
                        else "conditional"
                    )
            head = at.head
            if (
                at.dep == "conj"
                and head is not None
                and at.is_verb
                and not any(kid.dep in ("aux", "auxpass", "nsubj", "nsubjpass") for kid in at.kids)
            ):
                for kid in head.kids:
                    if kid.dep == "aux" and kid.low in cues["possible_aux"]:
                        raise_to("possible")
            if head is None:
                break
            if at.dep in ("ccomp", "xcomp", "dobj", "nsubj", "nsubjpass", "acl", "advcl", "csubj", "nmod"):
                lemma = head.lemma
                clausal = at.dep in ("ccomp", "xcomp", "csubj", "acl")
                whether = at.is_verb and any(
                    kid.low in ("whether", "if", "how") and kid.i < at.i
                    for kid in at.kids
                    if kid.dep in ("mark", "advmod")
                )
                if clausal and whether:
                    raise_to("uncommitted")
                    if lemma in self.data.cues["aim"]["verbs"]:
                        role, modality = "aim", "aim"
                if (
                    clausal
                    and lemma in ("aim", "seek", "intend", "want", "attempt", "plan", "hope", "wish", "try")
                    and at.dep == "xcomp"
                ):
                    raise_to("uncommitted")
                    role, modality = "aim", "aim"
                if (
                    clausal
                    and lemma in ("exclude", "rule")
                    and (self.negated(head) or any(kid.low == "cannot" for kid in head.kids))
                ):
                    raise_to("possible")
                if clausal or at.dep == "nsubjpass":
                    if lemma in cues["possible_verbs"]:
                        raise_to("possible")
                        modality = modality or "interpretation"
                    elif lemma in cues["probable_verbs"] and (
                        clausal or (at.dep == "nsubjpass" and lemma in ("think", "believe"))
                    ):
                        raise_to("probable")
                        if lemma in interpretation:
                            modality = modality or "interpretation"
                    elif lemma in cues["doubtful_verbs"]:
                        raise_to("doubtful")
                    elif lemma in interpretation and at.dep == "ccomp":
                        modality = modality or "interpretation"
                    if at.dep == "xcomp" and head.low in ("likely",):
                        raise_to("probable")
                    if at.dep in ("xcomp", "ccomp") and head.low in cues["doubtful"]:
                        raise_to("doubtful")
                if (
                    at.dep in ("ccomp", "csubj", "xcomp", "advcl")
                    and head.low in (cues["possible"] | {"conceivable", "plausible"})
                    and any(kid.dep == "cop" for kid in head.kids)
                ):
                    raise_to("possible")
                if at.dep in ("ccomp", "csubj", "xcomp", "advcl") and head.low in ("likely", "probable"):
                    raise_to("probable")
                if at.dep in ("ccomp", "acl", "nmod") and head.lemma == "evidence" and any(
                    kid.low in ("little", "scant", "weak") for kid in head.kids
                ):  # fmt: skip
                    raise_to("doubtful")
                if at.dep in ("ccomp", "acl") and head.lemma in _SUPPOSITIONS:
                    raise_to("possible")
                    if head.head is not None and head.head.lemma in (
                        "raise",
                        "support",
                        "favor",
                        "favour",
                        "suggest",
                        "open",
                        "propose",
                    ):
                        modality = modality or "interpretation"
                if (
                    at.dep in ("dobj", "nmod", "nsubj")
                    and at.is_noun
                    and lemma in interpretation
                    and lemma in ("suggest", "indicate", "imply", "propose", "hypothesize", "highlight")
                ):
                    if lemma == "propose":
                        raise_to("possible")
                    else:
                        raise_to("probable")
                    modality = modality or "interpretation"
                infinitive = head.tag == "VB" and any(kid.low == "to" for kid in head.kids)
                if at.dep in ("dobj", "nsubjpass") and at.is_noun and lemma in self.data.cues["aim"]["verbs"] and (infinitive or lemma not in (
                    "find", "see", "establish", "set", "want", "plan", "try", "learn", "determine", "clarify", "elucidate", "look",
                )) and at.lemma in self.data.cues["aim"]["carriers"]:  # fmt: skip
                    raise_to("uncommitted")
                    role, modality = "aim", "aim"
                if at.dep == "nmod" and not at.is_verb and at.case() not in ("of", "as", "for", "between", "in"):
                    break
                if at.dep == "nsubj" and not clausal:
                    # a noun that is the subject of a doubted verb is itself presupposed
                    below, at, steps = at, None, steps + 1
                    break
                if (
                    at.dep == "advcl"
                    and any(kid.dep == "mark" and kid.low != "by" for kid in at.kids)
                    and not any(kid.low == "to" for kid in at.kids)
                ):
                    break
            elif (
                at.dep in ("conj", "parataxis")
                and any(kid.dep in ("nsubj", "nsubjpass") for kid in at.kids)
                and at.dep == "parataxis"
            ) or at.dep == "acl:relcl":
                break
            below, at, steps = at, head, steps + 1
        if self.question:
            raise_to("uncommitted")
        return level, modality, role

    # ------------------------------------------------------------------ all together

    def apply(self, draft: Draft) -> None:
        """Sets negation, factuality, modality and role of a draft from the cues that reach its anchor."""
        anchor = draft.anchor
        denied = self.denied(anchor)
        if draft.rule in ("affects/absence", "affects/cause-adverbial", "affects/perturbed-holder", "affects/sensed"):
            denied = False
        if draft.nulled:
            denied = False
        group = draft.group
        for side in (draft.subject, draft.object):
            node = getattr(side, "node", None)
            if node is None or draft.nulled:
                continue
            lead = node
            while lead.dep == "conj" and lead.head is not None:
                lead = lead.head
            if node is not lead and denied and self._taken_back(node, lead):
                denied = False
                break
            if denied:
                continue
            if draft.rule in ("affects/absence", "affects/cause-adverbial", "affects/perturbed-holder"):
                continue
            reached = lead.i in _anchored(anchor) or lead.head is anchor or side is draft.subject
            if reached and any(
                kid.low in ("no", "neither") and kid.i < lead.i and kid.dep in ("det", "neg", "cc:preconj", "cc", "advmod") for kid in lead.kids
            ):  # fmt: skip
                denied = True
        null = any(
            kid.low in self.data.cues["negation"]["null_words"]
            for kid in anchor.kids
            if kid.i < anchor.i and kid.dep in ("amod", "advmod", "det")
        ) or self._little(anchor)
        changing = group is not None and group.change
        if group is not None and draft.sign == "?":
            adjectives = {kid.low for kid in anchor.kids if kid.dep in ("amod", "advmod")}
            if draft.sign == "?":
                if adjectives & {
                    "inhibitory",
                    "negative",
                    "suppressive",
                    "detrimental",
                    "adverse",
                    "deleterious",
                    "harmful",
                    "toxic",
                    "dampening",
                    "negatively",
                    "adversely",
                }:
                    draft.sign = "-"
                elif adjectives & {
                    "stimulatory",
                    "positive",
                    "beneficial",
                    "protective",
                    "favorable",
                    "favourable",
                    "enhancing",
                    "activating",
                    "promoting",
                    "positively",
                }:
                    draft.sign = "+"
        if changing and draft.sign in ("?", "+", "-"):
            target_denied = draft.negated
            if denied or null or target_denied:
                draft.sign = "0"
                draft.negated = False
                denied = False
        if null and not changing:
            denied = True
        if denied:
            draft.negated = not draft.negated
            if draft.necessity == "sufficient":
                draft.necessity = "not_sufficient"
            elif draft.necessity == "necessary":
                draft.necessity = "not_necessary"
        level, modality, role = self.factuality(anchor)
        if _RANK[level] > _RANK[draft.factuality]:
            draft.factuality = level
        if modality is not None and draft.modality == "asserted":
            draft.modality = modality
        if role is not None:
            draft.role = role
        if self._control(anchor):
            draft.role = "control"

    def _taken_back(self, node: Node, lead: Node) -> bool:
        """ "neither X nor Y, but Z": what follows "but" is not denied."""
        if not any(kid.low in ("neither", "not", "no") for kid in lead.kids):
            return False
        return any(
            one.low == "but" and self.graph.nodes[one.i + 1].low != "not"
            for one in self.graph.nodes[max(lead.i, node.i - 4) : node.i]
        )

    def _little(self, anchor: Node) -> bool:
        """ "little or no influence": words of nothing right before a noun, however they were attached."""
        if not anchor.is_noun:
            return False
        for node in reversed(self.graph.nodes[max(0, anchor.i - 4) : anchor.i]):
            if node.low in self.data.cues["negation"]["null_words"]:
                return True
            if node.tag not in ("JJ", "DT", "CC", "RB"):
                return False
        return False

    def _control(self, node: Node) -> bool:
        at: Node | None = node
        steps = 0
        while at is not None and steps < 4:
            for kid in at.kids:
                if kid.dep == "nmod" and kid.lemma == "control" and kid.case() in ("as", "for", "in"):
                    return True
                if kid.dep == "nsubj" and kid.lemma == "control":
                    return True
                if kid.dep in ("nsubj", "nsubjpass") and any(
                    inner.lemma == "control" and (inner.dep == "appos" or (inner.dep == "compound" and _designed(inner, kid)))
                    for inner in kid.kids
                ):  # fmt: skip
                    return True
                if kid.dep in ("nsubj", "nsubjpass") and any(
                    inner.dep == "acl" and any(one.lemma == "control" and one.case() == "as" for one in inner.kids) for inner in kid.kids
                ):  # fmt: skip
                    return True
            at = at.head
            steps += 1
        return False


def _designed(control: Node, name: Node) -> bool:
    """Whether "control" before a name says what it serves as: "the positive control PMA", not "control cells"."""
    return any(
        kid.low in ("positive", "negative", "vehicle", "internal") and kid.i < control.i
        for kid in (*name.kids, *control.kids)
    )


def _anchored(anchor: Node) -> set[int]:
    return {kid.i for kid in anchor.kids}
