"""From documents to claims: prepares sentences, parses them in batches, reads them, and writes the records."""

from __future__ import annotations

import gc
import hashlib
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mgmine.claims.context import Slot, Surroundings
from mgmine.claims.draft import Draft
from mgmine.claims.lexical import data as shipped_data
from mgmine.claims.phrase import Arg, Memory, Name
from mgmine.claims.reader import Reader
from mgmine.claims.repair import suspects
from mgmine.claims.scorer import features, shipped
from mgmine.nlp.graph import path
from mgmine.nlp.pipeline import Pipeline, load
from mgmine.nlp.surface import Edit, lowered, prepare
from mgmine.records import Argument, Claim, Context, Cue, GatedDocument, Perturbation, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mgmine.nlp.graph import Graph, Node, Step
    from mgmine.nlp.surface import Prepared

MAX_CHARACTERS = 2500
"""Sentences longer than this are tables or lists that lost their markup; they are skipped and reported."""
BATCH = 256
"""A batch of documents ends with so many gated sentences: enough to put those of like length together, and to make it worth to read a few again."""
MAX_SECONDS = 1.0
"""A sentence whose reading takes more processor time is dropped and reported. Not time on the clock: what is read must not depend on load."""
WITHOUT_PARSER = 0.85
"""What a reading without a trained parser is worth beside one with it."""
_SPLIT = re.compile(r";\s+(?=\S)")
_WORDS = re.compile(r"\w+")
_ELLIPSIS = re.compile(
    r"[^;:.?!]{1,60} (?:did|does|do|was|were|is|are|can|could|may|might|will|would|had|has|have)(?: not|n't)?(?:,? (?:so|either|too))?[.;!]?\s*"
)
"""A clause whose verb stands in the one before: "…; B did not"."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A sentence that was not read, and why."""

    doc_id: str
    doc_version: int
    sentence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A claim with what made it: its trigger words, the way from the trigger to either argument, and its score.

    A way is None where the argument is another claim, or is not in the same tree. The score is the logistic function of the sum of the
    ``weights`` (log-odds, the strongest first), times ``factor``, which is below 1 where no trained parser read the sentence.
    """

    claim: Claim
    trigger: tuple[Node, ...]
    subject: tuple[Step, ...] | None
    object: tuple[Step, ...] | None
    weights: tuple[tuple[float, str], ...]
    factor: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A parse, as the rules saw it after repair, with its claims."""

    graph: Graph
    claims: tuple[Explained, ...]


@dataclass(slots=True)
class _Unit:
    """A stretch of a sentence that is parsed on its own."""

    document: int
    sentence: Sentence
    prepared: Prepared
    start: int
    end: int
    last: bool
    edits: tuple[Edit, ...]


class Extractor:
    """Reads the claims of gated sentences.

    ``model`` names the spaCy pipeline (see :func:`mgmine.nlp.load`); claims scored below ``min_score`` are left out;
    ``lexicon`` is what the claims' provenance says the mentions came from. ``skipped`` collects what was not read. Where
    ``traces`` is set to a dictionary it collects the features that each claim was scored by, under the claim's id.
    """

    def __init__(
        self, model: str | None = None, *, min_score: float = 0.0, lexicon: str = "", batch_size: int = 128,
        pipeline: Pipeline | None = None, max_characters: int = MAX_CHARACTERS, max_seconds: float = MAX_SECONDS,
    ) -> None:  # fmt: skip
        self.data = shipped_data()
        self.pipeline = pipeline if pipeline is not None else load(model)
        if not self.pipeline.parses:
            self.pipeline.verbs = self.data.lemmas
        self.min_score = min_score
        self.batch_size = batch_size
        self.max_characters = max_characters
        self.max_seconds = max_seconds
        self.skipped: list[Skipped] = []
        self.scorer = shipped()
        self.traces: dict[object, dict[str, float]] | None = None
        self.provenance: dict[str, str] = {
            "lexicon": lexicon, "rules": self.data.digest, "model": self.pipeline.identity,
        }  # fmt: skip

    def extract(self, documents: Iterable[GatedDocument]) -> Iterator[tuple[GatedDocument, list[Claim]]]:
        """Each document with its claims, in order. No more than ``batch_size`` documents are held at a time, fewer of long ones."""
        for batch in _batches(documents, self.batch_size):
            with _uncollected():
                found = self._batch(batch)
            yield from zip(batch, found, strict=True)

    def read(self, document: GatedDocument, graphs: dict[int, Graph]) -> list[Claim]:
        """The claims of one document whose gated sentences were parsed elsewhere; ``graphs`` by sentence index."""
        found: list[Claim] = []
        for sentence in document.sentences:
            graph = graphs.get(sentence.index)
            read = sentence.passage != "reference" and not self._methodical(sentence)
            if graph is not None and graph.nodes and read:
                reader = self._reader(document, sentence, graph, [])
                found.extend(self._claims(document, sentence, reader, reader.read()))
        return _unique(found)

    def explain(self, document: GatedDocument, sentence: int) -> list[Reading]:
        """How one sentence was read: each parsed unit with the claims drawn from it and the reasons of their scores."""
        one = GatedDocument(
            document.doc_id, document.doc_version, document.sentences, document.mentions, frozenset({sentence})
        )
        units = list(self._units(0, one))
        out: list[Reading] = []
        topics: list[tuple[str, Arg]] = []
        for unit, graph in zip(units, self._parse(units), strict=True):
            reader = self._reader(one, unit.sentence, graph, topics)
            made = self._made(one, unit.sentence, reader, reader.read())
            out.append(
                Reading(graph, tuple(self._explained(unit.sentence, draft, claim, reader) for draft, claim in made))
            )
            topics = reader.topics()
        return out

    def _explained(self, sentence: Sentence, draft: Draft, claim: Claim, reader: Reader) -> Explained:
        trigger = draft.cue[0]

        def way(side: Arg | Draft | None) -> tuple[Step, ...] | None:
            return path(trigger, side.node) if isinstance(side, Arg) else None

        return Explained(
            claim, tuple(draft.cue), way(draft.subject), way(draft.object),
            self.scorer.weigh(features(draft, sentence, reader.graph, reader.phrases.names)),
            1.0 if self.pipeline.parses else WITHOUT_PARSER, tuple(dict.fromkeys(draft.reasons)),
        )  # fmt: skip

    def _batch(self, documents: list[GatedDocument]) -> list[list[Claim]]:
        units = [
            unit
            for number, document in enumerate(documents)
            for silent in [self._silent(document)]
            for unit in self._units(number, document)
            if unit.sentence.index not in silent
        ]
        graphs = self._parse(units)
        claims: list[list[Claim]] = [[] for _ in documents]
        topics: list[tuple[str, Arg]] = []
        previous: Reader | None = None
        spent = 0.0
        pending: list[Claim] = []
        current: tuple[int, int] | None = None
        for unit, graph in zip(units, graphs, strict=True):
            key = (unit.document, unit.sentence.index)
            # Topics are only worked out where a word points back.
            pointing = any(node.low in self.data.pronouns for node in graph)
            if key != current:
                before = current
                topics = []
                if pointing and previous is not None and before == (unit.document, unit.sentence.index - 1):
                    topics = _shifted(previous.topics(), documents[unit.document], unit.sentence)
                current, spent, pending = key, 0.0, []
            elif pointing and previous is not None:
                topics = previous.topics() or topics
            started = time.thread_time()
            document = documents[unit.document]
            try:
                reader = self._reader(document, unit.sentence, graph, topics)
                drafts = reader.read()
                pending.extend(self._claims(document, unit.sentence, reader, drafts))
                previous = reader
            except (RecursionError, ValueError, KeyError, IndexError) as error:
                # One sentence that breaks a rule must not end a run over millions; what it is shows in `skipped`.
                self._skip(document, unit.sentence, f"{type(error).__name__}: {error}")
            spent += time.thread_time() - started
            if unit.last:
                if spent > self.max_seconds:
                    self._skip(document, unit.sentence, f"reading took {spent:.1f} s")
                else:
                    claims[unit.document].extend(pending)
        return [_unique(found) for found in claims]

    def _methodical(self, sentence: Sentence) -> bool:
        """Whether a sentence stands where methods are told, which claims nothing."""
        return (sentence.section or "").upper() in self.data.cues["background"]["method_sections"]

    def _silent(self, document: GatedDocument) -> set[int]:
        """The sentences that claim nothing and that no word of a later one that is read points back to."""
        out: set[int] = set()
        pointing = False
        for sentence in reversed(document.sentences):
            if sentence.index in document.gated and not pointing and self._methodical(sentence):
                out.add(sentence.index)
            pointing = sentence.index in document.gated and sentence.index not in out and not (
                self.data.pronouns.isdisjoint(_WORDS.findall(sentence.text.lower()))
            )  # fmt: skip
        return out

    def _parse(self, units: list[_Unit]) -> list[Graph]:
        """Parses; where a trigger verb was taken for no verb, the unit is read again with a verb that cannot be mistaken."""
        graphs = list(self.pipeline.parse(unit.prepared for unit in units))
        if not self.pipeline.parses:
            return graphs
        again: list[int] = []
        prepared: list[Prepared] = []
        for number, (unit, graph) in enumerate(zip(units, graphs, strict=True)):
            found = suspects(graph, self.data)
            if found:
                edits = list(unit.edits)
                edits += [
                    Edit(*one) for one in found if not any(edit.start < one[1] and one[0] < edit.end for edit in edits)
                ]
                again.append(number)
                prepared.append(prepare(unit.sentence.text, edits, unit.start, unit.end))
        for number, graph in zip(again, self.pipeline.parse(prepared), strict=True):
            root = graph.root()
            verbal = root is not None and (root.is_verb or any(kid.dep == "cop" for kid in root.kids))
            if verbal or any(
                node.tag in ("VBZ", "VBP") and any(kid.dep == "nsubj" for kid in node.kids) for node in graph
            ):
                graphs[number] = graph
        return graphs

    def _units(self, number: int, document: GatedDocument) -> Iterator[_Unit]:
        for sentence in document.sentences:
            if sentence.index not in document.gated or sentence.passage == "reference":
                continue
            if len(sentence.text) > self.max_characters:
                self._skip(document, sentence, f"longer than {self.max_characters} characters")
                continue
            edits = _edits(document, sentence)
            edits += [one for one in lowered(sentence.text) if not _named(document, sentence, one, edits)]
            cuts = _cuts(sentence.text)
            for start, end in cuts:
                yield _Unit(
                    number,
                    sentence,
                    prepare(sentence.text, edits, start, end),
                    start,
                    end,
                    end == cuts[-1][1],
                    tuple(edits),
                )

    def _skip(self, document: GatedDocument, sentence: Sentence, reason: str) -> None:
        self.skipped.append(Skipped(document.doc_id, document.doc_version, sentence.index, reason))

    def _reader(
        self, document: GatedDocument, sentence: Sentence, graph: Graph, topics: list[tuple[str, Arg]]
    ) -> Reader:
        names, earlier = _names(document, sentence)
        memory = Memory(earlier, topics or _earlier_topics(document, sentence, graph))
        return Reader(graph, names, self.data, memory, sentence.passage == "title")

    # ------------------------------------------------------------------ records

    def _claims(self, document: GatedDocument, sentence: Sentence, reader: Reader, drafts: list[Draft]) -> list[Claim]:
        return [claim for _, claim in self._made(document, sentence, reader, drafts)]

    def _made(
        self, document: GatedDocument, sentence: Sentence, reader: Reader, drafts: list[Draft]
    ) -> list[tuple[Draft, Claim]]:
        if self._methodical(sentence):
            return []
        section = (sentence.section or "").upper()
        surroundings = Surroundings(reader) if drafts else None
        built: dict[int, Claim] = {}
        out: list[tuple[Draft, Claim]] = []
        for draft in _ordered(drafts):
            claim = self._claim(document, sentence, draft, built, surroundings, section, reader)
            if claim is None:
                continue
            built[id(draft)] = claim
            if self.traces is not None:
                self.traces[claim.id] = self.traces.pop(id(draft))
            if claim.score >= self.min_score:
                out.append((draft, claim))
        return out

    def _claim(
        self, document: GatedDocument, sentence: Sentence, draft: Draft, built: dict[int, Claim],
        surroundings: Surroundings | None, section: str, reader: Reader,
    ) -> Claim | None:  # fmt: skip
        subject = self._side(document, sentence, draft.subject, built)
        target = self._side(document, sentence, draft.object, built) if draft.object is not None else None
        if subject is None or (draft.object is not None and target is None):
            return None
        cue_start = min(node.start for node in draft.cue)
        cue_end = max(node.end for node in draft.cue)
        if cue_end - cue_start > 40:
            cue_start, cue_end = draft.cue[0].start, draft.cue[0].end
        derived = built[id(draft.derived)].id if draft.derived is not None and id(draft.derived) in built else None
        modality, role = self._modality(sentence, draft, section)
        claim = Claim(
            id="", doc_id=document.doc_id, doc_version=document.doc_version, section=sentence.section, passage=sentence.passage,
            sentence=sentence, subject=subject, predicate=draft.predicate, object=target,  # type: ignore[arg-type]
            cue=Cue(sentence.text[cue_start:cue_end], sentence.start + cue_start, sentence.start + cue_end),
            rule=draft.rule, score=self._score(sentence, draft, reader), sign=draft.sign, aspect=draft.aspect, negated=draft.negated,  # type: ignore[arg-type]
            factuality=draft.factuality, modality=modality, necessity=draft.necessity,  # type: ignore[arg-type]
            via=tuple(side for side in (self._side(document, sentence, one, built) for one in draft.via) if side is not None),
            perturbation=None if draft.perturbation is None else Perturbation(*draft.perturbation),  # type: ignore[arg-type]
            role=role,  # type: ignore[arg-type]
            context=tuple(self._context(document, sentence, slot) for slot in (surroundings.of(draft) if surroundings is not None else [])),
            derived_from=derived, provenance=self.provenance,
        )  # fmt: skip
        if draft.unstated:
            # What was seen with the thing taken away is not printed twice; its id is that of the statement as seen.
            claim = replace(claim, derived_from=_identity(claim, observed=True))
        return replace(claim, id=_identity(claim))

    def _modality(self, sentence: Sentence, draft: Draft, section: str) -> tuple[str, str]:
        modality, role = draft.modality, draft.role
        cues = self.data.cues["background"]
        if modality == "asserted":
            if draft.predicate in ("participates_in", "expressed_on", "located_in", "part_of") or draft.rule in (
                "contains/list",
                "contains/source",
                "contains/adjective",
            ):
                modality = "background"
            elif sentence.passage == "title":
                modality = "headline"
            elif section in cues["sections"]:
                modality = "background"
        if section in cues["sections"] and role == "result":
            role = "background"
        if section in cues["aim_sections"] and role == "result" and draft.factuality == "uncommitted":
            role = "aim"
        return modality, role

    def _side(
        self, document: GatedDocument, sentence: Sentence, side: Arg | Draft | None, built: dict[int, Claim]
    ) -> Argument | None:
        if side is None:
            return None
        if isinstance(side, Draft):
            claim = built.get(id(side))
            return None if claim is None else Argument(claim=claim.id)
        text = _text(document, sentence, side.start, side.end)
        if not text.strip():
            return None
        return Argument(
            text=text, start=sentence.start + side.start, end=sentence.start + side.end, type=side.type, ids=side.ids,
            level=side.level,  # type: ignore[arg-type]
        )  # fmt: skip

    def _context(self, document: GatedDocument, sentence: Sentence, slot: Slot) -> Context:
        return Context(
            slot.slot, _text(document, sentence, slot.start, slot.end), sentence.start + slot.start, sentence.start + slot.end, slot.ids, slot.stated,  # type: ignore[arg-type]
        )  # fmt: skip

    def _score(self, sentence: Sentence, draft: Draft, reader: Reader) -> float:
        """The probability that the claim is right, with what speaks against it in the draft's reasons."""
        found = features(draft, sentence, reader.graph, reader.phrases.names)
        scored = self.scorer.score(found)
        draft.reasons.extend(scored.reasons)
        probability = scored.probability
        if not self.pipeline.parses:
            probability *= WITHOUT_PARSER
            draft.reasons.append("no trained parser")
        if self.traces is not None:
            self.traces[id(draft)] = found
        return round(min(max(probability, 0.01), 0.99), 3)


# ---------------------------------------------------------------------- helpers


@contextmanager
def _uncollected() -> Iterator[None]:
    """Puts the collector of cycles off to the end of a batch: a parse is full of cycles, and none is garbage before.

    Without this every batch's parses outlive a collection or two, and the whole model is walked through again and again.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _ordered(drafts: list[Draft]) -> list[Draft]:
    """Claims that others refer to come first."""
    placed: list[Draft] = []
    seen: set[int] = set()
    waiting = list(drafts)
    everything = {id(draft) for draft in drafts}
    while waiting:
        rest = []
        for draft in waiting:
            needs = [one for one in (draft.subject, draft.object, draft.derived) if isinstance(one, Draft)]
            if all(id(one) in seen or id(one) not in everything for one in needs):
                placed.append(draft)
                seen.add(id(draft))
            else:
                rest.append(draft)
        if len(rest) == len(waiting):
            return placed
        waiting = rest
    return placed


def _cuts(text: str) -> list[tuple[int, int]]:
    """Splits a sentence at semicolons outside brackets, where both sides are long enough to be clauses."""
    cuts = [0]
    for match in _SPLIT.finditer(text):
        at = match.start()
        if text.count("(", 0, at) != text.count(")", 0, at) or text.count("[", 0, at) != text.count("]", 0, at):
            continue
        if _ELLIPSIS.fullmatch(text, match.end()):
            continue
        if len(_WORDS.findall(text, cuts[-1], at)) >= 3 and len(_WORDS.findall(text, match.end())) >= 3:
            cuts.append(match.end())
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _edits(document: GatedDocument, sentence: Sentence) -> list[Edit]:
    """How the parser shall read the mentions: one word where the name is written as many, and no bracketed synonym."""
    edits: list[Edit] = []
    text = sentence.text
    previous: Any = None
    for mention in document.mentions:
        if mention.sentence != sentence.index:
            continue
        start, end = mention.start - sentence.start, mention.end - sentence.start
        if start < 0 or end > len(text) or (edits and start < edits[-1].end):
            continue
        if (
            previous is not None
            and (previous.concept == mention.concept or _abbreviates(mention.text, previous.text))
            and text[previous.end - sentence.start : start] in (" (", " [")
            and text[end : end + 1] in (")", "]")
        ):
            edits.append(Edit(start - 2, end + 1, ""))
            continue
        previous = mention
        edit = _rewrite(text, start, end, mention.family)
        if edit is not None:
            edits.append(edit)
    return edits


def _named(document: GatedDocument, sentence: Sentence, edit: Edit, others: list[Edit]) -> bool:
    """Whether an edit falls on a mention or on another edit."""
    start, end = sentence.start + edit.start, sentence.start + edit.end
    return any(one.start < edit.end and edit.start < one.end for one in others) or any(
        mention.start < end and start < mention.end for mention in document.mentions
    )


def _abbreviates(short: str, long: str) -> bool:
    """Whether one of two names is the other's short form: its letters follow in order, from the beginning of a word."""
    if len(short) > len(long):
        short, long = long, short
    letters = [character for character in short.lower() if character.isalnum()]
    if len(letters) < 2 or len(letters) * 2 > len(long) or " " in short.strip():
        return False
    at = len(long)
    low = long.lower()
    for place in range(len(letters) - 1, -1, -1):
        at = low.rfind(letters[place], 0, at)
        while place == 0 and at > 0 and low[at - 1].isalnum():
            at = low.rfind(letters[0], 0, at)
        if at < 0:
            return False
    return True


_METAL_WORDS = re.compile(r"\[?Mg[^A-Za-z]*\]?[io]?$")


def _rewrite(text: str, start: int, end: int, family: str) -> Edit | None:
    name = text[start:end]
    if family == "magnesium" and _METAL_WORDS.fullmatch(name):
        return Edit(start, end, "magnesium")
    if family == "t_cell":
        return None if name.isascii() else Edit(start, end, re.sub(r"\s+", " ", name)) if "\u00a0" in name else None
    if any(character in name for character in " ()[]\u00a0") and family not in ("magnesium", "t_cell"):
        return Edit(start, end, re.sub(r"[\s()\[\]\u00a0]+", "-", name).strip("-"))
    return None


def _batches(documents: Iterable[GatedDocument], most: int) -> Iterator[list[GatedDocument]]:
    """Runs of at most ``most`` documents that end where :data:`BATCH` gated sentences are reached."""
    batch: list[GatedDocument] = []
    sentences = 0
    for document in documents:
        batch.append(document)
        sentences += len(document.gated)
        if len(batch) == most or sentences >= BATCH:
            yield batch
            batch, sentences = [], 0
    if batch:
        yield batch


def _names(document: GatedDocument, sentence: Sentence) -> tuple[list[Name], list[Name]]:
    """The counted mentions of the sentence, and those of the sentence before with negative offsets."""
    here: list[Name] = []
    before: list[Name] = []
    for mention in document.mentions:
        if not mention.counted or mention.sentence not in (sentence.index, sentence.index - 1):
            continue
        name = Name(
            mention.start - sentence.start,
            mention.end - sentence.start,
            mention.text,
            mention.family,
            mention.concept,
            mention.ids,
        )
        (here if mention.sentence == sentence.index else before).append(name)
    return here, before


def _earlier_topics(document: GatedDocument, sentence: Sentence, graph: Graph) -> list[tuple[str, Arg]]:
    """Without a parse of the sentence before, its first name is what a pronoun at the start most likely means."""
    _, before = _names(document, sentence)
    if not before or not graph.nodes:
        return []
    first = before[0]
    node = graph.nodes[0]
    return [("subject", Arg(node, first.start, first.end, first.family, first.ids, first, inherited=True))]


def _shifted(topics: list[tuple[str, Arg]], document: GatedDocument, sentence: Sentence) -> list[tuple[str, Arg]]:
    """Topics of the sentence before, with offsets that count from this one's start."""
    before = next((other for other in document.sentences if other.index == sentence.index - 1), None)
    if before is None:
        return []
    shift = before.start - sentence.start
    return [
        (part, replace(topic, start=topic.start + shift, end=topic.end + shift, inherited=True))
        for part, topic in topics if topic.start >= 0
    ]  # fmt: skip


def _text(document: GatedDocument, sentence: Sentence, start: int, end: int) -> str:
    if start >= 0:
        return sentence.text[start:end]
    at = sentence.start + start
    for other in document.sentences:
        if other.start <= at < other.end:
            return other.text[at - other.start : at - other.start + end - start]
    return ""


def _identity(claim: Claim, observed: bool = False) -> str:
    """A stable hash of what is claimed and where. The same sentence read again gives the same id."""
    sign = {"+": "-", "-": "+"}.get(claim.sign or "", claim.sign) if observed else claim.sign
    parts: list[object] = [
        claim.doc_id, claim.doc_version, claim.sentence.start, claim.subject.start, claim.subject.end, claim.subject.claim,
        claim.predicate, sign, claim.negated, observed or claim.derived_from is not None,
    ]  # fmt: skip
    if claim.object is not None:
        parts += [claim.object.start, claim.object.end, claim.object.claim]
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:20]


def _unique(claims: list[Claim]) -> list[Claim]:
    seen: set[str] = set()
    out = []
    for claim in claims:
        if claim.id not in seen:
            seen.add(claim.id)
            out.append(claim)
    return out
