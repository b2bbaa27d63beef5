"""The gold texts: the source article and its restatement, with what the scan and the claims have to find in them.

The annotation (``corpora/gold/*.gold.json``) is stand-off; a text is compared with its checksum first, so that a changed text is never
measured with old offsets. The source article itself is not part of the project: its sets are absent where its text is.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from mgmine.evaluate import AbsentError, Row
from mgmine.records import SYMMETRIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mgmine.evaluate import Places
    from mgmine.records import Argument, Claim

TOPICS = ("magnesium", "integrin", "t_cell")
CLAIMS_MUST = 40
"""How many of the article's 42 claims have to be found."""
RESTATED_MUST = {"core": 14, "all": 32}
"""How many of the restatement's 16 core claims and of all its 40 have to be found with the parser."""

Annotation = dict[str, Any]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def load(annotation: Path, text: Path) -> tuple[Annotation, str]:
    """An annotation and the text it is of.

    Raises:
        AbsentError: One of them is missing, or the text is another one.
    """
    for path in (annotation, text):
        if not path.is_file():
            raise AbsentError(f"{path} is not there")
    gold = json.loads(annotation.read_text(encoding="utf-8"))
    words = text.read_bytes().decode("utf-8")
    if _sha256(words) != gold["sha256"]:
        raise AbsentError(f"{text} is not the text that was annotated")
    return gold, words


def texts(places: Places) -> Iterator[tuple[str, Path, Path]]:
    """Name, annotation and text of the gold texts that are there."""
    places.need(places.gold)
    yield "restated", places.gold / "restated.gold.json", places.gold / "restated.txt"
    if places.article.is_file():
        yield "source article", places.gold / "source_article.gold.json", places.article


# ---------------------------------------------------------------------- the annotation


def _spans(value: Any) -> Iterator[tuple[int, int]]:
    """All ``[start, end]`` pairs in nested lists."""
    if isinstance(value, list):
        if len(value) == 2 and all(isinstance(x, int) for x in value):
            yield value[0], value[1]
        else:
            for item in value:
                yield from _spans(item)


def problems(gold: dict[str, Any], text: str) -> Iterator[str]:
    """What is wrong with an annotation, one line each."""
    extent = {"reference": tuple(gold["reference"])}
    last = 0
    for statement in gold["statements"]:
        name, start, end = statement["statement"], statement["start"], statement["end"]
        extent[name] = (start, end)
        if not last <= start < end:
            yield f"{name}: statements overlap or are out of order"
        last = end
        if _sha256(text[start:end]) != statement["sha256"]:
            yield f"{name}: the span does not hold the statement"
        known = {mention["id"] for mention in statement["mentions"]}
        for mention in statement["mentions"]:
            if not start <= mention["start"] < mention["end"] <= end:
                yield f"{mention['id']}: outside its statement"
            else:
                words = text[mention["start"] : mention["end"]]
                if words != words.strip():
                    yield f"{mention['id']}: begins or ends in a space"
                if any(text[at - 1 : at + 1].isalnum() for at in (mention["start"],) if at > 0):
                    yield f"{mention['id']}: begins inside a word"
        for claim in statement["claims"]:
            for role in ("subject", "object"):
                if claim[role] is not None and claim[role] not in known:
                    yield f"{claim['id']}: {role} {claim[role]} is not annotated"
            for mediator in claim["via"]:
                if mediator not in known:
                    yield f"{claim['id']}: mediator {mediator} is not annotated"
            for low, high in _spans(claim["context"].get("population", [])):
                if not start <= low < high <= end:
                    yield f"{claim['id']}: population outside its statement"
            known.add(claim["id"])
    if set(gold["counts"]) != {s["statement"] for s in gold["statements"]}:
        yield "counts: not one entry a statement"
    for families, where in gold["comentions"].items():
        names = families.split("+")
        wanted = [
            name for name, count in gold["counts"].items() if name != "S0" and all(count[family] for family in names)
        ]
        if wanted != where["sentences"]:
            yield f"comentions: {families} should be {wanted}"
    for trap in gold["traps"]:
        low, high = extent[trap["statement"]]
        for key in ("subject", "object"):
            if any(not low <= start < end <= high for start, end in _spans(trap.get(key, []))):
                yield f"{trap['id']}: {key} outside its statement"


def annotation_rows(places: Places) -> Iterator[Row]:
    """Problems of each annotation; there must be none."""
    for name, annotation, text in texts(places):
        gold, words = load(annotation, text)
        yield Row("annotation", name, "problems", len(gold["statements"]), len(list(problems(gold, words))), 0, True)


# ---------------------------------------------------------------------- the scan


def statement_of(gold: Annotation, start: int, end: int) -> str | None:
    """The statement that holds a span."""
    for statement in gold["statements"]:
        if statement["start"] <= start and end <= statement["end"]:
            return str(statement["statement"])
    return None


def mention_counts(gold: Annotation, path: Path) -> dict[str, dict[str, int]]:
    """For each statement the counted mentions of the topic families and the nested T-cell strings that the scan finds."""
    from mgmine.mentions import scan

    rows = scan(path).mentions.to_pylist()
    counted: Counter[tuple[str | None, str]] = Counter()
    for row in rows:
        place = statement_of(gold, row["start"], row["end"])
        if row["counted"]:
            counted[place, row["family"]] += 1
        elif row["family"] == "t_cell" and row["nested_in"] is not None:
            counted[place, "t_cell_nested"] += 1
    return {name: {family: counted[name, family] for family in (*TOPICS, "t_cell_nested")} for name in gold["counts"]}


def comention_places(gold: Annotation, path: Path) -> dict[str, list[str]]:
    """For each combination of families that the annotation names, the statements with a sentence that holds them."""
    from mgmine.mentions import scan

    found = scan(path, sentences=True, gate="none")
    place = {row["sentence"]: statement_of(gold, row["start"], row["end"]) for row in found.sentences.to_pylist()}
    rows = [
        (place[row["sentence"]], set(row["families"]))
        for row in found.comentions.to_pylist()
        if row["level"] == "sentence" and place[row["sentence"]] != "S0"
    ]
    return {pair: [str(name) for name, have in rows if set(pair.split("+")) <= have] for pair in gold["comentions"]}


def scan_rows(places: Places) -> Iterator[Row]:
    """The share of counts that are met exactly; all must be."""
    for name, annotation, text in texts(places):
        gold, _ = load(annotation, text)
        counts = mention_counts(gold, text)
        cells = [
            counts[statement][family] == wanted
            for statement, row in gold["counts"].items()
            for family, wanted in row.items()
        ]
        yield Row("scan", name, "mention counts met", len(cells), sum(cells) / len(cells), 1.0)
        met = comention_places(gold, text)
        pairs = [met[pair] == wanted["sentences"] for pair, wanted in gold["comentions"].items()]
        yield Row("scan", name, "comentions met", len(pairs), sum(pairs) / len(pairs), 1.0)


# ---------------------------------------------------------------------- the claims


class Comparison:
    """The claims read from a gold text beside those annotated: ``found`` and ``missed`` ids, and the ``sprung`` traps."""

    def __init__(self, gold: Annotation, claims: Sequence[Claim]) -> None:
        self.gold = gold
        self.claims = claims
        self._by_id = {claim.id: claim for claim in claims}
        self._mentions = {one["id"]: one for statement in gold["statements"] for one in statement["mentions"]}
        self._wanted = {one["id"]: one for statement in gold["statements"] for one in statement["claims"]}
        self.found = [
            name for name, wanted in self._wanted.items() if any(self._agrees(claim, wanted) for claim in claims)
        ]
        self.missed = [name for name in self._wanted if name not in self.found]
        self.sprung = [trap["id"] for trap in gold["traps"] if any(self.springs(claim, trap) for claim in claims)]

    @property
    def core(self) -> list[str]:
        """The ids of the claims that must be found."""
        return [name for name, wanted in self._wanted.items() if wanted["core"]]

    def _agrees(self, claim: Claim, wanted: dict[str, Any]) -> bool:
        if (claim.predicate, claim.sign, claim.negated) != (wanted["predicate"], wanted["sign"], wanted["negated"]):
            return False
        sides = [(claim.subject, claim.object)]
        if claim.predicate in SYMMETRIC:
            sides.append((claim.object or claim.subject, claim.subject))
        return any(self._is(first, wanted["subject"]) and self._is(second, wanted["object"]) for first, second in sides)

    def _is(self, side: Argument | None, wanted: str | None) -> bool:
        if side is None or wanted is None:
            return side is None and wanted is None
        if wanted in self._wanted:
            said = self._by_id.get(side.claim or "")
            return said is not None and self._agrees(said, self._wanted[wanted])
        if side.claim is not None:
            # An interaction may be annotated as one mention.
            said = self._by_id.get(side.claim)
            return said is not None and self._is(said.subject, wanted)
        mention = self._mentions[wanted]
        return bool(side.start < mention["end"] and mention["start"] < side.end)

    def springs(self, claim: Claim, trap: dict[str, Any]) -> bool:
        """Whether a claim is one that must not come out; each field that the trap states has to match."""
        start = claim.sentence.start
        if "region" in trap:
            return bool(trap["region"][0] <= start < trap["region"][1])
        place = next(one for one in self.gold["statements"] if one["statement"] == trap["statement"])
        if not place["start"] <= claim.cue.start < place["end"]:
            return False
        if "predicates" in trap and claim.predicate not in trap["predicates"]:
            return False
        subject = self._by_id[claim.subject.claim].subject if claim.subject.claim in self._by_id else claim.subject
        for side, name in ((subject, "subject"), (claim.object, "object")):
            if name in trap and not self._touches(side, trap[name], bool(trap.get(f"{name}_exact"))):
                return False
            ids = trap.get(f"{name}_ids")
            if ids and not (side is not None and set(side.ids) & set(ids)):
                mediated = {one for via in claim.via for one in via.ids}
                if not mediated & set(trap.get("or_via", ())):
                    return False
        return True

    @staticmethod
    def _touches(side: Argument | None, spans: list[list[int]], exact: bool) -> bool:
        if side is None or side.claim is not None:
            return False
        if exact:
            return any((side.start, side.end) == (start, end) for start, end in spans)
        return any(side.start < end and start < side.end for start, end in spans)


def compare(gold: Annotation, text: Path, model: str | None) -> Comparison:
    """The text read with the shipped lexicon, all its sentences, beside its annotation."""
    from mgmine.claims import Extractor
    from mgmine.lexicon import load as load_lexicon
    from mgmine.pipeline import Claims

    compiled = load_lexicon()
    return Comparison(gold, list(Claims([text], Extractor(model), compiled, gate="none")))


def claim_rows(places: Places) -> Iterator[Row]:
    """The claims found in each gold text, those that must be, and the traps, with the model and without a parser."""
    for name, annotation, text in texts(places):
        gold, _ = load(annotation, text)
        for model, told in ((places.model, ""), ("blank", ", no parser")):
            result = compare(gold, text, model)
            core = sum(one in result.found for one in result.core)
            found = len(result.found)
            strict = name == "source article"
            core_must: int | None = len(result.core) if strict else None if told else RESTATED_MUST["core"]
            all_must: int | None = None if told else CLAIMS_MUST if strict else RESTATED_MUST["all"]
            yield Row("article", f"{name}: core claims{told}", "found", len(result.core), core, core_must)
            yield Row("article", f"{name}: all claims{told}", "found", found + len(result.missed), found, all_must)
            yield Row(
                "article", f"{name}: traps{told}", "sprung", len(gold["traps"]), len(result.sprung), 0 if not told else None, True,
            )  # fmt: skip
    if not places.article.is_file():
        raise AbsentError(f"the source article itself: {places.article} is not there")
