"""Sentences to dependency graphs: the only package that knows spaCy and scispaCy.

:func:`load` gives a :class:`Pipeline`; its :meth:`~Pipeline.parse` turns prepared sentences into :class:`Graph` values
that the claims stage reads. A sentence is always parsed as one document, so the parser can never cut it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgmine.nlp.graph import Graph, Node
    from mgmine.nlp.picture import draw
    from mgmine.nlp.pipeline import Pipeline, load
    from mgmine.nlp.surface import Edit, Prepared, prepare

__all__ = ["Edit", "Graph", "Node", "Pipeline", "Prepared", "draw", "load", "prepare"]

_HOMES = {
    "Graph": "graph", "draw": "picture", "Node": "graph", "Pipeline": "pipeline", "load": "pipeline", "Edit": "surface",
    "Prepared": "surface", "prepare": "surface",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"mgmine.nlp.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
