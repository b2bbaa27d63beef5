"""Graphs without a trained parser (being written)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgmine.nlp.graph import Graph

if TYPE_CHECKING:
    from mgmine.nlp.surface import Prepared


def parse(prepared: Prepared) -> Graph:
    """An empty graph."""
    return Graph(prepared.original, [], False)
