"""How a document was read: each sentence with its parse, its claims, the ways the rules took and the scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mgmine.records import GatedDocument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mgmine._native import Document, Lexicon
    from mgmine.claims import Explained, Extractor, Reading
    from mgmine.nlp.graph import Graph, Step
    from mgmine.records import Argument, Sentence

_TRIGGER, _SUBJECT, _OBJECT = "#c2410c", "#1d4ed8", "#15803d"


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence with its readings: one for each part that was parsed on its own."""

    sentence: Sentence
    readings: tuple[Reading, ...]


def read(document: Document, lexicon: Lexicon, extractor: Extractor) -> Iterator[ReadSentence]:
    """Every sentence of a document that can make claims, as the claims stage reads it."""
    from mgmine import _native
    from mgmine.comentions import gated_documents
    from mgmine.corpus import as_source

    title, text = document.title or "", document.text
    body = text[len(title) + 1 :] if title and text.startswith(title) else text
    source = as_source([(document.id, title, body) if title else (document.id, body)])
    tables = _native.scan([source], lexicon, tables=["mentions", "sentences"], gate="none")
    for found in gated_documents(tables):
        # The text alone does not say which sections and references it has; the document does.
        placed = tuple(_placed(one, document) for one in found.sentences)
        whole = GatedDocument(found.doc_id, document.version, placed, found.mentions, found.gated)
        for sentence in placed:
            if sentence.index in whole.gated:
                yield ReadSentence(sentence, tuple(extractor.explain(whole, sentence.index)))


def _placed(sentence: Sentence, document: Document) -> Sentence:
    for kind, section, start, end in document.passages:
        if start <= sentence.start < end:
            return replace(sentence, passage=kind, section=section)
    return sentence


# ---------------------------------------------------------------------- words


def statement(one: Explained) -> str:
    """A claim in one line."""

    def side(argument: Argument | None) -> str:
        if argument is None:
            return ""
        return "(another claim)" if argument.claim else " ".join(filter(None, (argument.level, argument.text)))

    claim = one.claim
    notes = ["denied"] if claim.negated else []
    notes += [
        word for word in (claim.factuality, claim.modality, claim.role) if word not in ("fact", "asserted", "result")
    ]
    notes += ["inferred"] if claim.derived_from else []
    words = [side(claim.subject), claim.predicate, claim.sign or "", side(claim.object)]
    return " ".join(filter(None, words)) + (f" [{', '.join(notes)}]" if notes else "")


def way(one: Explained, steps: tuple[Step, ...] | None) -> str:
    """The way from the trigger to an argument: ``activates –dobj→ LFA-1``; ``←`` leads up to the head."""
    if steps is None:
        return "another claim"
    arrows = (f"←{step.label}– {step.node.text}" if step.up else f"–{step.label}→ {step.node.text}" for step in steps)
    return " ".join([one.trigger[0].text, *arrows])


def score(one: Explained) -> str:
    """How the score came about: ``0.82: log-odds +1.10 any claim, +0.52 the rule affects/verb, -0.20 a long sentence, +0.08 the rest``."""
    strong = [part for part in one.weights if abs(part[0]) >= 0.15][:6]
    rest = sum(weight for weight, _ in one.weights) - sum(weight for weight, _ in strong)
    parts = [f"{weight:+.2f} {said}" for weight, said in strong]
    parts += [f"{rest:+.2f} the rest"] if abs(rest) >= 0.005 else []
    factor = f"; × {one.factor:.2f} no trained parser" if one.factor != 1 else ""
    return f"{one.claim.score:.2f}: log-odds {', '.join(parts)}{factor}"


def contexts(one: Explained) -> list[str]:
    """Where the claim holds; a star where an earlier sentence says so."""
    return [f"{part.slot.replace('_', ' ')}: {part.text}{'' if part.stated else ' *'}" for part in one.claim.context]


# ---------------------------------------------------------------------- the page


def _arcs(start: int, steps: tuple[Step, ...] | None) -> list[tuple[int, int]]:
    out = []
    at = start
    for step in steps or ():
        out.append((at, step.node.i))
        at = step.node.i
    return out


def picture(graph: Graph, claims: tuple[Explained, ...]) -> str:
    """The parse as SVG, the triggers, arguments and ways of its claims set off."""
    from mgmine.nlp import draw

    colours: dict[int, str] = {}
    fired: list[tuple[int, int]] = []
    for one in claims:
        for steps, colour in ((one.subject, _SUBJECT), (one.object, _OBJECT)):
            if steps:
                colours[steps[-1].node.i] = colour
            fired += _arcs(one.trigger[0].i, steps)
    for one in claims:
        colours |= {node.i: _TRIGGER for node in one.trigger}
    return draw(graph, colours=colours, arcs_on=fired)


def page(documents: list[tuple[Document, list[ReadSentence]]]) -> str:
    """All of it as one HTML page that asks nothing of any server."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("mgmine.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip

    def drawn(reading: Reading) -> Markup:
        # displaCy escapes the words it draws.
        return Markup(picture(reading.graph, reading.claims))

    return environment.get_template("explain.html").render(
        documents=documents, statement=statement, way=way, score=score, contexts=contexts, drawn=drawn,
        colours={"trigger": _TRIGGER, "subject": _SUBJECT, "object": _OBJECT},
    )  # fmt: skip
