"""The report: one HTML page that holds everything and asks nothing of any server.

Charts are drawn here, as inline SVG with a text for each bar, and not by a charting script in the page: the few that there are
need no interaction, the page stays small (a script would add 0.9 MB), it prints, and it reads aloud. The only script is a
page of plain JavaScript that filters the tables. A content security policy in the page forbids any request.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mgmine.files import whole

if TYPE_CHECKING:
    import os

    from mgmine.store import Store

__all__ = ["render", "write_report"]


def render(store: Store, *, title: str | None = None, relations: int = 200, sentences: int = 300) -> str:
    """The report on a store as HTML. The same store gives the same page.

    Args:
        store: An open store.
        title: Heading of the page; the families of the store by default.
        relations: How many relations to show at most; the page says how many there are.
        sentences: How many evidence sentences to show at most.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from mgmine.report import _charts, _data

    environment = Environment(
        loader=PackageLoader("mgmine.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["words"] = lambda value: str(value).replace("_", " ")
    environment.globals["charts"] = _charts
    data = _data.collect(store, relations=relations, sentences=sentences)
    labels = {family.id: family.label for family in data.families}
    environment.filters["family_label"] = lambda family: labels.get(family, family)
    return environment.get_template("report.html").render(data=data, title=title or data.title)


def write_report(
    store: Store,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    relations: int = 200,
    sentences: int = 300,
) -> None:
    """Write :func:`render`'s page to a file, which appears under its name only when it is whole."""
    page = render(store, title=title, relations=relations, sentences=sentences)
    with whole(Path(path)) as file:
        file.write(page.encode())
