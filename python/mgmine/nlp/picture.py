"""A parse as a picture, through spaCy's displaCy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mgmine.errors import MissingDependencyError

if TYPE_CHECKING:
    from mgmine.nlp.graph import Graph


def arcs(graph: Graph) -> dict[str, Any]:
    """The graph in displaCy's manual form: ``words`` with ``text`` and ``tag``, ``arcs`` with start, end, label, dir."""
    drawn = []
    for node in graph:
        if node.head is not None:
            left, right = sorted((node.i, node.head.i))
            drawn.append(
                {"start": left, "end": right, "label": node.dep, "dir": "left" if node.i < node.head.i else "right"}
            )
    return {"words": [{"text": node.text, "tag": node.tag} for node in graph], "arcs": drawn}


def draw(graph: Graph, *, page: bool = False) -> str:
    """The graph as SVG, or as a whole HTML page. Needs spaCy."""
    try:
        from spacy import displacy
    except ImportError as error:
        raise MissingDependencyError("drawing a parse needs spaCy: pip install 'mgmine[nlp]'") from error
    out: str = displacy.render(
        arcs(graph), style="dep", manual=True, page=page, jupyter=False, options={"compact": True}
    )
    return out
