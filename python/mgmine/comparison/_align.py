"""Reading two texts, pairing their claims, and naming what changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from mgmine.errors import InputError
from mgmine.nlp.lemma import lemma
from mgmine.records import SYMMETRIC, Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mgmine._native import Lexicon
    from mgmine.claims import Extractor
    from mgmine.corpus import Source
    from mgmine.records import Argument

Category = Literal["strengthened", "weakened", "changed", "added", "lost", "unchanged"]
CATEGORIES: tuple[Category, ...] = ("changed", "strengthened", "weakened", "added", "lost", "unchanged")
"""In the order in which they are shown: what may mislead first."""
Direction = Literal["stronger", "weaker", "other"]

SAME_ENOUGH = 0.5
"""How alike an argument of a pair has to be to its counterpart, 0 to 1."""
NEARLY = 0.1
"""How much less alike than the most alike one a counterpart may be and still be taken for its better support."""

# What a predicate says, whichever way round it says it: the group within which claims are compared, whether its object is what acts, and how
# far it goes: 0 asked, 1 somehow connected, 2 goes together, 3 acts.
_GROUPS: dict[str, tuple[str, bool, int]] = {
    "affects": ("effect", False, 3), "requires": ("effect", True, 3), "treats": ("effect", False, 3),
    "senses": ("effect", True, 3), "correlates_with": ("effect", False, 2), "participates_in": ("effect", False, 1),
    "related_to": ("effect", False, 1), "used_in": ("effect", False, 1), "open_question": ("effect", False, 0),
    "target_candidate": ("target", False, 1), "binds": ("contact", False, 3), "interacts_with": ("contact", False, 2),
    "expressed_on": ("place", False, 3), "located_in": ("place", False, 3), "expresses": ("place", True, 3),
    "part_of": ("kind", False, 3), "contains": ("kind", True, 3), "is_a": ("kind", False, 3), "same_as": ("kind", False, 3),
}  # fmt: skip
_KINDS = {0: "an open question", 1: "a connection", 2: "a correlation", 3: "an effect"}
_CERTAINTY = {
    "uncommitted": 0,
    "doubtful": 1,
    "possible": 2,
    "conditional": 2,
    "probable": 3,
    "fact": 4,
    "counterfact": 4,
}
_FLIPS = {"+": "-", "-": "+"}
_HUMANS = "NCBITaxon:9606"
_PEOPLE = re.compile(
    r"\b(?:people|persons?|women|men|adults?|children|volunteers?|participants?|individuals|patients?|humans?)\b",
    re.IGNORECASE,
)
_ANIMALS = re.compile(
    r"\b(?:animals?|rodents?|mice|mouse|murine|rats?|rabbits?|zebrafish|dogs?|pigs?|monkeys?|hamsters?|worms?|flies)\b",
    re.IGNORECASE,
)
_IN_VITRO = re.compile(
    r"\b(?:in vitro|cell lines?|cultured|in culture|cell cultures?|in the dish|petri dish|test tubes?|ex vivo)\b",
    re.IGNORECASE,
)
_GENERIC = frozenset({"cell", "tissue", "patient", "human", "people", "body", "person"})
"""Words that make an argument no narrower."""
_WORD = re.compile(r"[^\W_]+(?:[-+][^\W_]*)*\+?")
_EMPTY = frozenset({
    "a", "an", "the", "of", "in", "on", "by", "for", "to", "and", "or", "with", "from", "at", "its", "their", "his", "her", "our", "this", "these",
    "that", "those", "level", "amount", "rate", "degree", "some", "certain", "such", "new", "more", "less", "high", "low", "higher", "lower",
    "function", "effect", "activity", "process", "formation", "one", "two",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between a claim of the summary and its counterpart."""

    kind: str
    """`cause`, `certainty`, `sign`, `negation`, `necessity`, `species`, `context`, `argument` or `interpretation`."""
    direction: Direction
    before: str
    """What the original says."""
    after: str
    """What the summary says."""

    @property
    def told(self) -> str:
        """The change in words."""
        return f"{self.kind}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim of the summary, one of the original, or both, with what changed from the original to the summary."""

    category: Category
    summary: Claim | None
    original: Claim | None
    changes: tuple[Change, ...] = ()
    likeness: float = 0.0
    """How alike the arguments of the two are, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts beside each other; ``pairs`` is in the order of :data:`CATEGORIES`, then of the text."""

    summary: Text
    original: Text
    pairs: tuple[Pair, ...]

    def counts(self) -> dict[str, int]:
        """How many pairs there are of each category."""
        return {name: sum(pair.category == name for pair in self.pairs) for name in CATEGORIES}

    def records(self) -> list[dict[str, Any]]:
        """The pairs as JSON objects; claims as claim records."""
        return [
            {
                "category": pair.category,
                "changes": [
                    {"kind": one.kind, "direction": one.direction, "before": one.before, "after": one.after}
                    for one in pair.changes
                ],
                "likeness": round(pair.likeness, 3),
                "summary": None if pair.summary is None else pair.summary.to_json(),
                "original": None if pair.original is None else pair.original.to_json(),
            }
            for pair in self.pairs
        ]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its claims."""

    name: str
    words: str
    claims: tuple[Claim, ...]
    by_id: dict[str, Claim] = field(repr=False)


def read(source: Source, lexicon: Lexicon, extractor: Extractor) -> Text:
    """All claims of a text.

    Raises:
        InputError: It cannot be read, or only in part.
    """
    from mgmine import _native
    from mgmine.comentions import gated_documents

    given = source if isinstance(source, tuple) else str(source)
    tables = _native.scan([given], lexicon, tables=["mentions", "sentences"], gate="none")
    if problems := list(map(str, tables.problems)):
        raise InputError("; ".join(problems))
    documents = list(gated_documents(tables))
    claims = [claim for _, found in extractor.extract(documents) for claim in found]
    words = "\n".join(
        sentence.text for document in documents for sentence in document.sentences if sentence.passage != "reference"
    )
    name = source[0] if isinstance(source, tuple) else str(source)
    return Text(name, words, tuple(claims), {claim.id: claim for claim in claims})


# ---------------------------------------------------------------------- arguments


@cache
def _synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], int]]:
    """Words of a phrase, to the words they stand for and the sign this gives (-1: the opposite)."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], int]] = {}
    lines = files("mgmine").joinpath("data", "lay.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("#") or line.startswith("words\t"):
            continue
        words, stands_for, *opposite = line.split("\t")
        found[_lemmas(words)] = (_lemmas(stands_for), -1 if opposite else 1)
    return found


def _lemmas(text: str) -> tuple[str, ...]:
    return tuple(
        lemma(word, "NN" if word.endswith(("ss", "us", "is")) else "NNS") for word in _WORD.findall(text.lower())
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """An argument as it is compared: identifiers, content words with synonyms replaced, and the sign that an opposite gives."""

    ids: frozenset[str]
    words: frozenset[str]
    sign: int
    text: str


def _meaning(text: str, ids: Iterable[str]) -> _Meaning:
    words = list(_lemmas(text))
    sign = 1
    for _ in range(2):
        # Twice, since what a word stands for may stand for something in its turn ("overall survival", "survival", the opposite of "death").
        out: list[str] = []
        at = 0
        while at < len(words):
            for size in (3, 2, 1):
                hit = _synonyms().get(tuple(words[at : at + size]))
                if hit is not None and at + size <= len(words):
                    out += hit[0]
                    sign *= hit[1]
                    at += size
                    break
            else:
                out.append(words[at])
                at += 1
        words = out
    content = frozenset(word for word in words if word not in _EMPTY) or frozenset(words)
    return _Meaning(frozenset(ids), content, sign, text)


def _likeness(one: _Meaning, other: _Meaning) -> float:
    """1 for a shared identifier, else the share of content words that both have (Dice)."""
    if one.ids & other.ids:
        return 1.0
    shared = len(one.words & other.words)
    dice = 2 * shared / (len(one.words) + len(other.words)) if shared else 0.0
    # Two names that the lexicon knows to be different things are at most kinds of each other.
    return dice * (0.9 if one.ids and other.ids else 1.0)


# ---------------------------------------------------------------------- claims


@dataclass(frozen=True, slots=True)
class _Statement:
    """A claim in the form in which two are compared: what acts on what, with which sign, levels and opposites put into the sign."""

    claim: Claim
    group: str
    reach: int
    agents: tuple[_Meaning, ...]
    target: _Meaning | None
    sign: str | None
    symmetric: bool


def _deep(side: Argument, text: Text) -> list[Argument]:
    """The spans that an argument comes down to; of a chain both things its claim is about, what acts first."""
    seen = 0
    sides = [side]
    while sides[0].claim is not None and seen < 5:
        inner = text.by_id.get(sides[0].claim)
        if inner is None:
            return []
        sides = [inner.subject, *([inner.object] if inner.object is not None and inner.object.claim is None else [])]
        seen += 1
    return [one for one in sides if one.claim is None]


def _statement(claim: Claim, text: Text) -> _Statement | None:
    group, turned, reach = _GROUPS[claim.predicate]
    first = _deep(claim.subject, text)
    second = _deep(claim.object, text) if claim.object is not None else []
    if not first or (claim.object is not None and not second):
        return None
    if turned and second:
        first, second = second, first
    agents = tuple(_meaning(one.text, one.ids) for one in [*first, *claim.via])
    target = _meaning(second[0].text, second[0].ids) if second else None
    sign = {"requires": "+", "treats": "-", "senses": "?", "participates_in": "?"}.get(claim.predicate, claim.sign)
    flips = sum(one.level in ("low", "absent") for one in (first[0], *second[:1]))
    flips += sum(one is not None and one.sign < 0 for one in (agents[0], target))
    if flips % 2:
        sign = _FLIPS.get(sign or "", sign)
    return _Statement(claim, group, reach, agents, target, sign, claim.predicate in SYMMETRIC)


def _alike(one: _Statement, other: _Statement) -> float:
    """How alike what two statements are about is; 0 where they cannot be compared."""
    if one.group != other.group or (one.target is None) != (other.target is None):
        return 0.0
    if one.target is None or other.target is None:
        score = max(_likeness(a, b) for a in one.agents for b in other.agents)
        return score if score >= SAME_ENOUGH else 0.0
    best = 0.0
    ways = [(one.agents, one.target, other.agents, other.target)]
    if one.symmetric or other.symmetric:
        ways.append((one.agents, one.target, (other.target,), other.agents[0]))
    for agents, target, others, other_target in ways:
        first = max(_likeness(a, b) for a in agents for b in others)
        second = _likeness(target, other_target)
        if min(first, second) >= SAME_ENOUGH:
            best = max(best, (first + second) / 2)
    return best


# ---------------------------------------------------------------------- changes


def _kind(one: _Statement) -> str:
    return {"requires": "a need", "treats": "a treatment"}.get(one.claim.predicate, _KINDS[one.reach])


def _directed(kind: str, before: float, after: float, words: tuple[str, str]) -> list[Change]:
    if before == after:
        return []
    return [Change(kind, "stronger" if after > before else "weaker", *words)]


def _sign_words(sign: str | None) -> str:
    return {"+": "raises", "-": "lowers", "0": "does not change", "?": "changes somehow", None: "no direction"}[sign]


def _changes(summary: _Statement, original: _Statement, texts: tuple[Text, Text]) -> list[Change]:
    new, old = summary.claim, original.claim
    out: list[Change] = []
    if new.negated != old.negated:
        told = ("denied", "affirmed")
        out.append(
            Change("negation", "other", told[0] if old.negated else told[1], told[0] if new.negated else told[1])
        )
    signs = (original.sign, summary.sign)
    # What a denial would have changed, and how, is not the point of it.
    if None not in signs and signs[0] != signs[1] and new.negated == old.negated:
        words = (_sign_words(signs[0]), _sign_words(signs[1]))
        if "?" in signs:
            # To give a direction that the original leaves open says more; that something changes is no contradiction of a direction.
            out.append(
                Change(
                    "sign",
                    "stronger"
                    if signs[0] == "?" and signs[1] != "0"
                    else "weaker"
                    if signs[1] == "?" and signs[0] != "0"
                    else "other",
                    *words,
                )
            )
        else:
            out.append(Change("sign", "other", *words))
    out += _directed("cause", original.reach, summary.reach, (_kind(original), _kind(summary)))
    if original.reach and summary.reach:
        sure = (_CERTAINTY[old.factuality], _CERTAINTY[new.factuality])
        out += _directed("certainty", *sure, (old.factuality, new.factuality))
    if (old.modality == "interpretation") != (new.modality == "interpretation") and new.modality in (
        "interpretation",
        "asserted",
        "headline",
    ):
        said = ("an interpretation", "a finding")
        out.append(
            Change("interpretation", "stronger", *said)
            if old.modality == "interpretation"
            else Change("interpretation", "weaker", *said[::-1])
        )
    if original.reach == summary.reach == 3:
        needs = [one.predicate == "requires" or one.necessity == "necessary" for one in (old, new)]
        out += _directed(
            "necessity",
            needs[0],
            needs[1],
            ("has an effect" if not needs[0] else "is needed", "is needed" if needs[1] else "has an effect"),
        )
    out += _context_changes(new, old, texts)
    out += _argument_changes(summary, original)
    return out


def _species(claim: Claim, text: Text) -> frozenset[str]:
    """Humans and animals: as the sentence says, else as the whole text does."""
    for words in (claim.sentence.text, text.words):
        found = {"humans"} if _PEOPLE.search(words) else set()
        found |= {"animals"} if _ANIMALS.search(words) else set()
        found |= {"cell culture"} if _IN_VITRO.search(words) else set()
        found |= {
            "humans" if _HUMANS in part.ids else "animals"
            for part in claim.context
            if part.slot == "species" and part.ids
        }
        if found:
            return frozenset(found)
    return frozenset()


_SLOTS = ("cell_type", "disease", "population", "dose", "condition")


def _context_changes(new: Claim, old: Claim, texts: tuple[Text, Text]) -> list[Change]:
    out = []
    now, then = _species(new, texts[0]), _species(old, texts[1])
    if then and "humans" not in then and (not now or "humans" in now):
        out.append(
            Change("species", "stronger", " and ".join(sorted(then)), "humans" if "humans" in now else "not said")
        )
    elif now and "humans" not in now and "humans" in then:
        out.append(Change("species", "weaker", "humans", " and ".join(sorted(now))))
    for slot in _SLOTS:
        had = {part.text for part in old.context if part.slot == slot}
        has = {part.text for part in new.context if part.slot == slot}
        name = slot.replace("_", " ")
        if had and not has and not _elsewhere(had, new):
            out.append(Change("context", "stronger", f"{name} {', '.join(sorted(had))}", f"{name} not said"))
        elif has and not had and not _elsewhere(has, old):
            out.append(Change("context", "weaker", f"{name} not said", f"{name} {', '.join(sorted(has))}"))
        elif has and had and slot in ("cell_type", "disease") and not _akin(has, had):
            out.append(
                Change("context", "other", f"{name} {', '.join(sorted(had))}", f"{name} {', '.join(sorted(has))}")
            )
    return out


def _akin(some: set[str], others: set[str]) -> bool:
    """Whether any of some contexts is a kind of any of others: its words are among that one's, or the other way round."""
    first, second = ([_meaning(one, ()).words for one in words] for words in (some, others))
    return any(one <= other or other <= one for one in first for other in second)


def _elsewhere(words: set[str], claim: Claim) -> bool:
    """Whether a claim says a context in its own arguments instead."""
    sides = [side.text for side in (claim.subject, claim.object) if side is not None]
    return any(_likeness(_meaning(one, ()), _meaning(side, ())) >= SAME_ENOUGH for one in words for side in sides)


def _argument_changes(summary: _Statement, original: _Statement) -> list[Change]:
    """Arguments that are kinds of each other: fewer words say more."""
    out = []
    for now, then in ((summary.agents[0], original.agents[0]), (summary.target, original.target)):
        if now is None or then is None or now.ids & then.ids or now.words == then.words:
            continue
        if now.words ^ then.words <= _GENERIC:
            continue
        if now.words < then.words:
            out.append(Change("argument", "stronger", then.text, now.text))
        elif then.words < now.words:
            out.append(Change("argument", "weaker", then.text, now.text))
    return out


def _category(changes: Sequence[Change]) -> Category:
    directions = {one.direction for one in changes}
    if "other" in directions:
        return "changed"
    if "stronger" in directions:
        return "strengthened"
    return "weakened" if "weaker" in directions else "unchanged"


_WEIGHT = {
    "negation": 8,
    "sign": 8,
    "cause": 4,
    "certainty": 4,
    "species": 2,
    "necessity": 2,
    "interpretation": 1,
    "context": 1,
    "argument": 1,
}


def align(summary: Text, original: Text) -> Comparison:
    """Pair the claims of two texts.

    Each claim of the summary is measured against the claim of the original that is most like it; of several alike ones against that which
    supports it best. What neither text says of itself (aims) is not listed, but a summary that states an aim as a result is.
    """
    texts = (summary, original)
    old = [
        one for claim in original.claims if claim.role != "reagent" and (one := _statement(claim, original)) is not None
    ]
    pairs: dict[tuple[Any, ...], Pair] = {}
    met: set[str] = set()
    for claim in summary.claims:
        if not _listed(claim, summary):
            continue
        # What follows from a claim says the same in other words: "without X less Y" is "X raises Y".
        forms = [claim, *(other for other in summary.claims if other.derived_from == claim.id)]
        said = [one for form in forms if (one := _statement(form, summary)) is not None]
        found = [(score, one, other) for one in said for other in old if (score := _alike(one, other)) > 0]
        best = max((score for score, _, _ in found), default=0.0)
        near = [item for item in found if item[0] >= best - NEARLY]
        for _, _, other in near:
            met |= {other.claim.id, other.claim.derived_from or ""}
        if not near:
            pairs[claim.id, ""] = Pair("added", claim, None)
            continue
        changed = [(_changes(one, other, texts), score, one, other) for score, one, other in near]
        # The fewest and lightest changes; of equal ones what is most alike; of those the first.
        changes, score, one, other = min(
            changed, key=lambda item: (sum(_WEIGHT[each.kind] for each in item[0]), -item[1])
        )
        pair = Pair(_category(changes), one.claim, other.claim, tuple(changes), score)
        # A headline and its sentence that say the same are one.
        key = (other.claim.id, pair.category, tuple(change.told for change in changes), one.sign, one.claim.negated)
        held = pairs.get(key)
        if held is None or held.likeness < score:
            pairs[key] = pair
    for other in old:
        if other.claim.id not in met and _listed(other.claim, original):
            pairs["", other.claim.id] = Pair("lost", None, other.claim)
    ordered = sorted(pairs.values(), key=lambda pair: (CATEGORIES.index(pair.category), _place(pair)))
    return Comparison(summary, original, tuple(ordered))


def _place(pair: Pair) -> tuple[str, int]:
    claim = pair.summary or pair.original
    assert claim is not None
    return claim.doc_id, claim.cue.start


def _listed(claim: Claim, text: Text) -> bool:
    """Whether a claim stands for itself: no aim, no reagent, and not inferred from one that is there as well."""
    return claim.role not in ("aim", "reagent") and claim.modality != "aim" and claim.derived_from not in text.by_id
