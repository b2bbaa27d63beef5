"""Watches: statements that a person wants to hear about, one a line in a text file.

A line says subject, predicate and object, as in ``magnesium affects LFA-1``; ``*`` stands for anything, a family's name for all of
its concepts. A verb such as ``activates`` or ``inhibits`` asks for that direction. A line without a predicate is looked for in the
words of sentences. What follows ``#`` is a remark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mgmine import config
from mgmine.errors import InputError, UsageError
from mgmine.files import whole
from mgmine.records import SYMMETRIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mgmine.store import Store

PREDICATES = (
    "affects", "requires", "senses", "binds", "interacts_with", "expressed_on", "located_in", "expresses", "part_of", "contains",
    "is_a", "same_as", "participates_in", "correlates_with", "treats", "used_in", "target_candidate", "related_to", "open_question",
)  # fmt: skip
_VERBS = {
    "+": "activates increases enhances promotes stimulates induces raises improves augments triggers upregulates",
    "-": "inhibits decreases reduces blocks suppresses lowers impairs prevents diminishes downregulates",
}
_SAID: dict[str, tuple[str, str | None]] = {
    **{name.replace("_", " "): (name, None) for name in PREDICATES},
    **{name: (name, None) for name in PREDICATES},
    **{verb: ("affects", sign) for sign, verbs in _VERBS.items() for verb in verbs.split()},
    "does not affect": ("affects", "0"),
    "has no effect on": ("affects", "0"),
    "does not change": ("affects", "0"),
}
_SIGNS = r"(?:\s*(?P<sign>[+\-−0?])(?=\s|$))?"
_STATEMENT = re.compile(
    r"(?P<subject>.*?)(?:^|\s)(?P<predicate>" + "|".join(sorted(map(re.escape, _SAID), key=len, reverse=True)) + r")" + _SIGNS
    + r"(?:\s+(?P<object>.*))?\Z",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_ANYTHING = frozenset({"", "*", "anything", "something", "any"})


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch. ``predicate`` is None for words alone, which then stand in ``words``; an argument that is None is any."""

    text: str
    subject: str | None = None
    predicate: str | None = None
    sign: str | None = None
    object: str | None = None
    words: tuple[str, ...] = ()


def parse(text: str) -> Watch:
    """Read a watch.

    Raises:
        UsageError: It asks for nothing.
    """
    text = " ".join(text.split("#", 1)[0].split())
    if match := _STATEMENT.match(text):
        subject, object_ = (_argument(match[name]) for name in ("subject", "object"))
        predicate, sign = _SAID[match["predicate"].lower()]
        sign = (match["sign"] or "").replace("−", "-") or sign
        if subject is None and object_ is None:
            raise UsageError(f"{text!r} watches everything; name a subject or an object")
        return Watch(text, subject, predicate, sign, object_)
    words = tuple(dict.fromkeys(re.findall(r"[\w+-]+", text.lower())))
    if not words:
        raise UsageError("an empty watch; say what to watch, as in `magnesium affects LFA-1`")
    return Watch(text, words=words)


def _argument(text: str | None) -> str | None:
    text = (text or "").strip()
    return None if text.lower() in _ANYTHING else text


# ── The file ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def default_file() -> Path:
    """``watches.txt`` beside the user's configuration file."""
    return config.user_file().with_name("watches.txt")


def read(path: Path) -> list[Watch]:
    """The watches of a file; none where it does not exist.

    Raises:
        InputError: It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a readable list of watches: {error}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.split("#", 1)[0].strip():
            try:
                found.append(parse(line))
            except UsageError as error:
                raise InputError(f"{path}:{number}: {error}") from error
    return found


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as file:
        file.writelines(f"{line}\n".encode() for line in lines)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def add(path: Path, text: str) -> tuple[Watch, bool]:
    """Add a watch to a file, unless it is there; the watch and whether it was added."""
    watch = parse(text)
    if any(old.text.lower() == watch.text.lower() for old in read(path)):
        return watch, False
    _write(path, [*_lines(path), watch.text])
    return watch, True


def remove(path: Path, which: str) -> Watch | None:
    """Remove a watch by its words or its number in the list (from 1); it, or None where there is none such."""
    watches = read(path)
    number = int(which) if which.isascii() and which.isdigit() else 0
    text = " ".join(which.split()).lower()
    gone = next((w for n, w in enumerate(watches, 1) if n == number or w.text.lower() == text), None)
    if gone is not None:
        _write(path, [line for line in _lines(path) if " ".join(line.split("#", 1)[0].split()) != gone.text])
    return gone


# ── What they match ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Term:
    """An argument of a watch as a store knows it: identifiers and families that its words stand for, and the words."""

    words: str
    ids: frozenset[str]
    families: frozenset[str]

    def fits(self, relation: Mapping[str, Any], side: str) -> bool:
        """Whether an argument of a relation is meant."""
        if relation[f"{side}_family"] in self.families or relation[f"{side}_key"] in self.ids:
            return True
        pattern = rf"(?<!\w){re.escape(self.words)}(?!\w)"
        return any(re.search(pattern, str(relation[name] or "").lower()) for name in (side, f"{side}_key"))


@dataclass(slots=True)
class Matcher:
    """The watches, with their words looked up in a store."""

    watches: list[Watch]
    _terms: dict[str, _Term] = field(default_factory=dict)

    @classmethod
    def over(cls, store: Store, watches: Iterable[Watch]) -> Matcher:
        """Look the arguments up: a name as it stands in any file of the store, a concept's label, an identifier, a family."""
        matcher = cls(list(watches))
        families = {
            name.lower(): family["id"]
            for file in store.files()
            for family in file.stats.get("families", ())
            for name in (family["id"], family["label"])
        }
        for words in {argument for watch in matcher.watches for argument in (watch.subject, watch.object) if argument}:
            low = words.lower()
            query = "SELECT DISTINCT ids[1] FROM segment.mentions WHERE lower(text) = $low OR lower(concept) = $low OR list_contains(ids, $words)"
            ids = {row[0] for row in store.sql(query, {"low": low, "words": words}).rows if row[0]}
            family = families.get(low)
            matcher._terms[words] = _Term(low, frozenset(ids), frozenset([family] if family else []))
        return matcher

    def matching(self, relation: Mapping[str, Any], sentences: Iterable[str] = ()) -> list[str]:
        """The texts of the watches that a relation, or a sentence behind it, is about."""
        return [watch.text for watch in self.watches if self._meets(watch, relation, sentences)]

    def _meets(self, watch: Watch, relation: Mapping[str, Any], sentences: Iterable[str]) -> bool:
        if watch.predicate is None:
            said = [" ".join(str(relation[name] or "") for name in ("subject", "predicate", "object")), *sentences]
            return any(
                all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.lower()) for word in watch.words)
                for text in said
            )
        # A question about the very thing is news for who watches it.
        if relation["predicate"] not in (watch.predicate, "open_question"):
            return False
        if watch.sign is not None and relation["predicate"] == watch.predicate and relation["sign"] != watch.sign:
            return False
        sides = [("subject", "object")]
        if watch.predicate in SYMMETRIC:
            sides.append(("object", "subject"))
        return any(
            self._side(watch.subject, relation, one) and self._side(watch.object, relation, other)
            for one, other in sides
        )

    def _side(self, argument: str | None, relation: Mapping[str, Any], side: str) -> bool:
        return argument is None or self._terms[argument].fits(relation, side)
