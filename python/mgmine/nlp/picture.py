"""A parse as a picture, through spaCy's displaCy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mgmine.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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


def draw(graph: Graph, *, colours: Mapping[int, str] | None = None, arcs_on: Collection[tuple[int, int]] = ()) -> str:
    """The graph as SVG. Needs spaCy.

    Args:
        graph: The graph.
        colours: Colours of words, by their index.
        arcs_on: Pairs (head, child) of the arcs to draw bold.
    """
    try:
        from spacy import displacy
    except ImportError as error:
        raise MissingDependencyError("drawing a parse needs spaCy: pip install 'mgmine[nlp]'") from error
    drawing = arcs(graph)
    options = {"compact": True, "distance": 110, "bg": "transparent"}
    out: str = displacy.render(drawing, style="dep", manual=True, page=False, jupyter=False, options=options)
    for done, (i, colour) in enumerate(sorted((colours or {}).items())):
        out = _nth(
            out,
            'class="displacy-word" fill="currentColor"',
            i - done,
            f'class="displacy-word" font-weight="bold" fill="{colour}"',
        )
    # Arcs are drawn in the order in which they are given.
    wanted = {tuple(sorted(pair)) for pair in arcs_on}
    bold = [i for i, arc in enumerate(drawing["arcs"]) if (arc["start"], arc["end"]) in wanted]
    for done, i in enumerate(bold):
        out = _nth(
            out,
            'class="displacy-arrow"',
            i - done,
            'class="displacy-arrow fired" style="stroke-width: 3; color: #c2410c"',
        )
    return _cropped(out)


def _cropped(svg: str) -> str:
    """The drawing without the empty space that displaCy leaves above and below it."""
    arcs_at = [float(y) for path in re.findall(r' d="([^"]*)"', svg) for y in re.findall(r",([\d.]+)", path)]
    words_at = [float(y) for y in re.findall(r'text-anchor="middle" y="([\d.]+)"', svg)]
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    if size is None or not words_at:
        return svg
    top = max(min([*arcs_at, words_at[0] - 30]) - 12, 0.0)
    height = words_at[0] + 48 - top
    svg = svg.replace(
        size[0], f'width="{size[1]}" height="{height:.0f}" viewBox="0 {top:.0f} {size[1]} {height:.0f}"', 1
    )
    return re.sub(r"height: [\d.]+px", f"height: {height:.0f}px", svg, count=1)


def _nth(text: str, words: str, n: int, instead: str) -> str:
    """The text with the n-th of these words replaced, counted from 0 among those that are left."""
    at = -1
    for _ in range(n + 1):
        at = text.find(words, at + 1)
        if at < 0:
            return text
    return text[:at] + instead + text[at + len(words) :]
