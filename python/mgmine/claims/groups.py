"""Comparisons of groups of people: "patients in the lowest third of X progressed sooner than those in the highest".

Read from the order of the words, because such sentences are long and their parses unreliable: a group noun, the level that
defines the group, what is measured, and an outcome with a comparative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgmine.claims.phrase import Arg

if TYPE_CHECKING:
    from mgmine.claims.draft import Draft
    from mgmine.claims.lexical import Data
    from mgmine.claims.reader import Reader
    from mgmine.nlp.graph import Node

_UP = frozenset(
    {
        "sooner",
        "earlier",
        "faster",
        "longer",
        "more",
        "better",
        "higher",
        "greater",
        "quicker",
        "stronger",
        "rapidly",
        "frequently",
        "larger",
        "longest",
        "greatest",
        "fastest",
        "best",
        "strongest",
    }
)
_DOWN = frozenset(
    {
        "later",
        "slower",
        "shorter",
        "less",
        "worse",
        "lower",
        "fewer",
        "weaker",
        "poorer",
        "smaller",
        "slowly",
        "rarely",
        "shortest",
        "slowest",
        "worst",
        "weakest",
        "fewest",
    }
)
_GROUPED = frozenset({
    "tertile", "quartile", "quintile", "decile", "stratum", "tercile", "tumor", "tumour", "lesion", "sample", "specimen", "clone", "cell",
    "biopsy", "infiltrate", "region", "strain", "family", "household",
})  # fmt: skip
"""What else than people is compared by how much of something it has."""
_OUTCOME_GROUPS = frozenset({
    "responder", "survivor", "progressor", "relapser", "smoker", "diabetic", "carrier", "case", "decedent", "centenarian", "converter",
})  # fmt: skip
_LEVEL_ENDINGS = {"high": 1, "hi": 1, "rich": 1, "replete": 1, "low": -1, "lo": -1, "poor": -1, "dim": -1, "bright": 1}
_TIMES = frozenset({"twice", "thrice", "times", "two-fold", "threefold", "twofold", "fold"})
_PARTS = frozenset({"half", "third", "quarter"})
_STOPS = frozenset({"than", "compared", "whereas", "while", "versus", "but"})


def compared(reader: Reader) -> list[Draft]:
    """One correlation for each measure and outcome that a comparison of groups brings together."""
    nodes = reader.graph.nodes
    out: list[Draft] = []
    proportion = _the_more(reader)
    if proportion is not None:
        return [proportion]
    for cohort in nodes:
        if not cohort.is_noun or cohort.lemma not in reader.data.cohorts | _GROUPED:
            continue
        measured = _measure(reader, cohort)
        if measured is None:
            continue
        measure, level, last = measured
        outcome = _outcome(reader, cohort, last)
        if outcome is None:
            continue
        if outcome[0].node.i < cohort.i and any(one.low == "than" for one in nodes[outcome[0].node.i : cohort.i]):
            # "longer in others than in those with low X": these are the ones compared with
            level = -level
        from mgmine.claims.draft import Draft

        found = [outcome]
        rest = nodes[max(outcome[0].node.i, *(one.i for one in outcome[2])) + 1 :]
        if len(rest) > 2 and rest[0].low in ("and", ",") and rest[1].tag in ("JJR", "JJ"):
            # "had faster progression and shorter survival"
            second = _comparative(reader, rest[1:5])
            found += [second] if second is not None else []
        for target, direction, cue in found:
            out.append(Draft(
                measure, "correlates_with", target, cue, "correlates/groups", reader.data.scores["correlates/groups"], cue[0],
                sign="+" if level * direction > 0 else "-", aspect=target.aspect, modality="correlational",
            ))  # fmt: skip
        break
    return out or _defined(reader)


def _defined(reader: Reader) -> list[Draft]:
    """Groups told apart by something else: "X was lower in patients with Y than in controls", "responders had more X"."""
    from mgmine.claims.draft import Draft

    nodes = reader.graph.nodes
    against = next(
        (node for node in nodes if node.low in ("than", "versus", "vs", "vs.") or (node.low == "compared")), None
    )
    end = against.i if against is not None else len(nodes)
    for node in nodes[:end]:
        if against is None and node.tag not in ("JJR", "RBR"):
            continue
        direction = _direction(reader.data, node.low)
        if not direction:
            continue
        if (
            node.low in ("more", "less")
            and node.head is not None
            and node.head.tag == "JJ"
            and node.head.i == node.i + 1
        ):
            # "were more frequent in"
            node = node.head
        measure: Node | None = None
        cohort: Node | None = None
        if any(kid.dep in ("cop", "auxpass") for kid in node.kids):
            measure = next((kid for kid in node.kids if kid.dep in ("nsubj", "nsubjpass")), None)
            between = nodes[node.i + 1 : end]
            cohort = next((one for one in between if _told_apart(reader, one, end) is not None), None)
            if any(one.tag in ("VBD", "VBZ", "VBP") and one.dep != "acl:relcl" for one in between) or any(
                one.case() == "by" for one in between if one.dep == "nmod"
            ):  # fmt: skip
                continue
        elif node.dep in ("amod", "compound") and node.head is not None and node.head.dep == "nsubjpass" and node.head.head is not None and (
            node.head.head.lemma in ("see", "observe", "find", "detect", "note", "record", "measure")
        ):  # fmt: skip
            measure = node.head
            cohort = next(
                (one for one in nodes[node.head.head.i + 1 : end] if _told_apart(reader, one, end) is not None), None
            )
        elif node.dep == "amod" and node.head is not None and node.head.dep == "dobj" and node.head.head is not None and (
            node.head.head.lemma in ("have", "show", "display", "exhibit", "present", "possess", "carry", "contain")
        ):  # fmt: skip
            measure = node.head
            cohort = next((kid for kid in node.head.head.kids if kid.dep == "nsubj"), None)
        if measure is None or cohort is None:
            continue
        sides = [arg for arg in reader.phrases.subjects(measure) if arg.name is not None]
        told = _told_apart(reader, cohort, end)
        if not sides or told is None:
            continue
        target, turned = told
        if any(kid.low == "less" for kid in node.kids):
            direction = -direction
        return [
            Draft(
                side, "correlates_with", target, [node], "correlates/groups", reader.data.scores["correlates/groups"], node,
                sign="+" if direction * turned > 0 else "-", aspect=target.aspect, modality="correlational",
            )
            for side in sides
        ]  # fmt: skip
    return []


def _told_apart(reader: Reader, cohort: Node, end: int) -> tuple[Arg, int] | None:
    """What sets a group of people apart, and −1 where it is the lack of it."""
    phrases = reader.phrases
    if not cohort.is_noun:
        return None
    base = cohort.lemma.removeprefix("non-").removeprefix("non")
    if base in _OUTCOME_GROUPS:
        start, end = phrases.span(cohort)
        return Arg(cohort, start, end, "outcome"), 1
    if cohort.lemma not in reader.data.cohorts | {"control"}:
        return None
    for kid in cohort.kids:
        if cohort.i < kid.i < end:
            if kid.dep == "nmod" and kid.case() in ("with", "without"):
                found = phrases.objects(kid)
                if found and found[0].type != "magnesium":
                    return found[0], 1 if kid.case() == "with" else -1
            if kid.dep == "acl:relcl" and kid.is_verb and not any(one.dep == "dobj" for one in kid.kids):
                return Arg(kid, kid.start, kid.end, "outcome"), -1 if reader.scope.negated(kid) else 1
    before = [
        kid
        for kid in cohort.kids
        if kid.i < cohort.i
        and kid.dep in ("compound", "amod")
        and kid.low not in ("healthy", "control", "all", "normal", "old", "young", "older", "younger")
    ]
    if before and not any(reader.data.levels.get(kid.low) or kid.i in phrases.at for kid in before):
        start, end = phrases.span(cohort)
        return Arg(cohort, start, end, "population"), 1
    return None


def _the_more(reader: Reader) -> Draft | None:
    """ "The more X, the longer Y": they go together."""
    from mgmine.claims.draft import Draft

    nodes = reader.graph.nodes
    if len(nodes) < 6 or nodes[0].low != "the":
        return None
    first = sharpened(reader.data, nodes[1:3])
    comma = next(
        (node for node in nodes if node.low == "," and nodes[min(node.i + 1, len(nodes) - 1)].low == "the"), None
    )
    if not first or comma is None:
        return None
    second = sharpened(reader.data, nodes[comma.i + 2 : comma.i + 4])
    measure = next((node for node in nodes[: comma.i] if node.i in reader.phrases.at), None)
    measure = measure or next((node for node in nodes[2 : comma.i] if node.is_noun and node.dep != "compound"), None)
    rest = [node for node in nodes[comma.i + 3 :] if node.tag not in (".", "DT", ",")]
    if not second or measure is None or not rest:
        return None
    nouns = [
        node
        for node in rest
        if node.is_noun and node.lemma not in reader.data.cohorts and node.tag != "PRP" and node.dep != "compound"
    ]
    verb = next((node for node in rest if node.is_verb and node.dep not in ("aux", "auxpass", "cop")), None)
    if nouns:
        target = reader.phrases._plain(nouns[0])
    elif verb is not None:
        target = Arg(verb, verb.start, verb.end, "outcome")
    else:
        return None
    subject = _argument(reader, measure) if measure.i in reader.phrases.at else reader.phrases._plain(measure)
    return Draft(
        subject, "correlates_with", target, [nodes[comma.i + 2]], "correlates/groups", reader.data.scores["correlates/groups"],
        nodes[comma.i + 2], sign="+" if first * second > 0 else "-", aspect=target.aspect, modality="correlational",
    )  # fmt: skip


def _direction(data: Data, word: str) -> int:
    """+1 or −1 for a word that compares, 0 for another."""
    return 1 if word in _UP else -1 if word in _DOWN else data.directions.get(word, 0)


def sharpened(data: Data, nodes: list[Node]) -> int:
    """+1 or −1 for a comparative at the start of these words, 0 for none."""
    if not nodes:
        return 0
    first = nodes[0].low
    direction = _direction(data, first)
    if first == "more" and len(nodes) > 1 and (data.base_directions.get(nodes[1].low) == -1 or nodes[1].low in _DOWN):
        return -1
    return direction


def _level(reader: Reader, node: Node) -> int:
    found = reader.data.levels.get(node.low) or {
        "more": "high",
        "most": "high",
        "least": "low",
        "less": "low",
        "fewer": "low",
        "little": "low",
        "plenty": "high",
        "abundant": "high",
    }.get(node.low)
    if found is None:
        return 0
    return 1 if found == "high" else -1


def _measure(reader: Reader, cohort: Node) -> tuple[Arg, int, int] | None:
    """What defines the group, whether the group is high or low in it, and where its words end."""
    nodes = reader.graph.nodes
    window = nodes[cohort.i + 1 : cohort.i + 12]
    before = nodes[max(0, cohort.i - 4) : cohort.i]
    for node in before:
        level = _level(reader, node)
        if level and node.head is cohort:
            for other in nodes[node.i + 1 : cohort.i]:
                if other.i in reader.phrases.at:
                    return _argument(reader, other), level, cohort.i
        ending = node.low.rsplit("-", 1)[-1]
        if node.head is cohort and ending in _LEVEL_ENDINGS and reader.phrases.within.get(node.i):
            name = reader.phrases.within[node.i][0]
            return reader.phrases._name_arg(node, name), _LEVEL_ENDINGS[ending], cohort.i
        if "-" in node.low and node.low.split("-")[0] in ("low", "high") and reader.phrases.within.get(node.i):
            name = reader.phrases.within[node.i][0]
            return reader.phrases._name_arg(node, name), 1 if node.low.startswith("high") else -1, cohort.i
    if not window or window[0].low not in (
        "in",
        "with",
        "whose",
        "who",
        "from",
        "having",
        "within",
        ",",
        "at",
        "of",
        "below",
        "above",
        "under",
        "over",
    ):
        return None
    level_at: Node | None = None
    for node in window:
        if node.low in _STOPS or (node.low == "," and node.i > cohort.i + 1):
            break
        if _level(reader, node) and level_at is None:
            level_at = node
        if (
            level_at is None
            and node.is_verb
            and node.tag in ("VBD", "VBZ", "VBP")
            and node.lemma not in ("be", "have", "fall", "lie")
            and window[0].low not in ("whose", "who")
        ):
            break
    if level_at is None:
        # "patients with hypomagnesaemia": to have it is the level
        if window[0].low == "with":
            for node in window[1:4]:
                condition = reader.phrases.at.get(node.i)
                if condition is not None and condition.text.lower().startswith(("hypo", "hyper")):
                    return _argument(reader, node), 1, node.i
                behind = nodes[node.i + 1] if node.i + 1 < len(nodes) else node
                if (
                    node.head is cohort
                    and behind.lemma in reader.data.outcome_verbs
                    and any(one.low == "than" for one in nodes[behind.i :])
                ):
                    # "patients with diabetes relapsed earlier than"
                    return reader.phrases._plain(node), 1, node.i
        return None
    for node in nodes[max(cohort.i + 1, level_at.i - 6) : level_at.i + 8]:
        if node.i in reader.phrases.at and node.low not in _STOPS:
            if any(one.low in _STOPS for one in nodes[min(node.i, level_at.i) : max(node.i, level_at.i)]):
                continue
            between = nodes[level_at.i + 1 : node.i]
            if any(one.is_verb and one.tag in ("VBD", "VBZ", "VBP") for one in between):
                continue
            last = max(node.i, level_at.i)
            while last + 1 < len(nodes) and (
                nodes[last + 1].lemma in reader.data.cohort_groups
                or nodes[last + 1].lemma in ("level", "concentration", "status", "value", "intake")
            ):
                last += 1
            return _argument(reader, node), _level(reader, level_at), last
    return None


def _argument(reader: Reader, node: Node) -> Arg:
    name = reader.phrases.at[node.i]
    arg = reader.phrases._name_arg(node, name)
    start = arg.start
    index = next((one.i for one in reader.graph.nodes if one.start <= start < one.end), node.i)
    if index > 0 and reader.graph.nodes[index - 1].low in ("serum", "plasma", "dietary", "blood"):
        start = reader.graph.nodes[index - 1].start
    return Arg(node, start, arg.end, arg.type, arg.ids, name)


def _outcome(reader: Reader, cohort: Node, last: int) -> tuple[Arg, int, list[Node]] | None:
    nodes = reader.graph.nodes
    after = []
    for node in nodes[last + 1 :]:
        if node.low in _STOPS:
            break
        after.append(node)
    found = _comparative(reader, after)
    if found is not None:
        return found
    return _comparative(reader, nodes[: cohort.i])


def _comparative(reader: Reader, nodes: list[Node]) -> tuple[Arg, int, list[Node]] | None:
    for place, node in enumerate(nodes):
        direction = _direction(reader.data, node.low)
        if node.low == "as" and place and nodes[place - 1].low in _TIMES | _PARTS:
            # "twice as frequent", "half as often"
            direction = 1 if nodes[place - 1].low in _TIMES else -1
            if place + 1 < len(nodes) and (
                reader.data.base_directions.get(nodes[place + 1].low) == -1 or nodes[place + 1].low == "rare"
            ):
                direction = -direction
        if not direction:
            continue
        if node.is_verb and node.tag not in ("VBN", "JJ"):
            continue
        # the word that the comparative sharpens: "more slowly", "less often"
        following = nodes[place + 1] if place + 1 < len(nodes) else None
        end = node
        if node.low in ("more", "less") and following is not None and following.tag in ("RB", "JJ"):
            if following.low in _DOWN or reader.data.base_directions.get(following.low) == -1:
                direction = -direction
            end = following
            following = nodes[place + 2] if place + 2 < len(nodes) else None
        verb = next(
            (
                one
                for one in reversed(nodes[max(0, place - 3) : place])
                if (one.is_verb or one.low in reader.data.lemmas)
                and reader.data.lemma(one.low, one.lemma) in reader.data.outcome_verbs
            ),
            None,
        )
        if verb is not None:
            return Arg(verb, verb.start, end.end, "outcome"), direction, [verb, node]
        # "shorter progression-free survival": the noun it stands before
        noun = None
        for one in nodes[end.i - nodes[0].i + 1 : end.i - nodes[0].i + 6]:
            if one.is_noun or one.tag in ("JJ", "VBG", "HYPH") or one.low == "-":
                if one.is_noun:
                    noun = one
            else:
                break
        if noun is not None:
            first = nodes[end.i - nodes[0].i + 1]
            text = reader.graph.text[first.start : noun.end].lower()
            ids, kind = reader.data.groundings.get(text, ((), "outcome"))
            return (
                Arg(noun, first.start, noun.end, kind, ids, aspect=reader.data.aspects.get(noun.lemma)),
                direction,
                [node],
            )
        # "survival was longer": the subject before
        for one in reversed(nodes[:place]):
            if (
                one.is_noun
                and one.lemma not in reader.data.cohorts
                and (one.dep in ("nsubj", "nsubjpass") or one.i + 2 >= node.i - 2)
            ):
                start, stop = reader.phrases.span(one)
                text = reader.graph.text[start:stop].lower()
                ids, kind = reader.data.groundings.get(text, ((), "outcome"))
                return Arg(one, start, stop, kind, ids, aspect=reader.data.aspects.get(one.lemma)), direction, [node]
        return None
    return None
