"""Registering pipeline components with spaCy, and reading the documents they get; claims and mentions bring the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mgmine.nlp.graph import Graph
from mgmine.nlp.pipeline import _tokens
from mgmine.nlp.surface import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable


def factory(
    name: str, *, requires: tuple[str, ...] = (), assigns: tuple[str, ...] = (), **defaults: Any
) -> Callable[[Any], Any]:
    """A decorator that registers ``make(nlp, name, **config)`` as spaCy's factory ``name``."""
    from spacy.language import Language

    decorate: Callable[[Any], Any] = Language.factory(
        name, requires=list(requires), assigns=list(assigns), default_config=defaults
    )
    return decorate


def attribute(name: str, key: str, build: Callable[[Any], Any]) -> None:
    """Adds ``doc._.name``, once: what ``build`` makes of ``doc.user_data[key]``, None before that is set.

    Documents travel between processes and to disk with their user data, which holds nothing but plain values.
    """
    from spacy.tokens import Doc

    if not Doc.has_extension(name):
        Doc.set_extension(name, getter=lambda doc: build(doc.user_data[key]) if key in doc.user_data else None)


def mark(doc: Any, key: str, spans: list[tuple[int, int, str, str]]) -> None:
    """Sets ``doc.spans[key]`` from (start, end, label, id) by characters; a span is widened to whole tokens."""
    made = [
        doc.char_span(start, end, label=label, kb_id=identifier, alignment_mode="expand")
        for start, end, label, identifier in spans
    ]
    doc.spans[key] = [span for span in made if span is not None]


def parsed(doc: Any) -> bool:
    """Whether some component of its pipeline gave the document a dependency parse."""
    return bool(doc.has_annotation("DEP"))


def graph_of(doc: Any, start: int, end: int) -> Graph:
    """The parse of the part of a document between two characters, with offsets from its start."""
    text = doc.text[start:end]
    span = doc.char_span(start, end, alignment_mode="contract")
    if span is None or len(span) == 0:
        return Graph(text, [])
    part = span.as_doc()
    shift = span.start_char - start
    size = len(part.text)
    prepared = Prepared(
        text, part.text, tuple(range(shift, shift + size)), tuple(range(shift + 1, shift + size + 1)),
    )  # fmt: skip
    return Graph.build(prepared, _tokens(part, part.text))
