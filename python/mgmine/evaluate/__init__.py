"""Measuring mgmine against annotated text: every gold set that is at hand, as one table.

A set is a module with a function that yields :class:`Row` objects, or raises :class:`AbsentError` where its data is missing. Nothing is
downloaded and nothing is shipped: the sets lie in the source tree (``tests/golden``, ``corpora/gold``) and in a folder of public
corpora (``--shared``). ``mgmine evaluate`` prints the table and says where it looked.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mgmine.errors import MgmineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["SETS", "AbsentError", "Outcome", "Places", "Row", "evaluate", "holds"]

SETS: dict[str, tuple[str, str, str]] = {
    "annotation": ("article", "annotation_rows", "the gold texts' annotation, checked in itself and against the texts"),
    "scan": ("article", "scan_rows", "mentions and comentions of the gold texts, statement by statement"),
    "article": ("article", "claim_rows", "claims of the gold texts, with what must never come out of them"),
    "language": ("golden", "language_rows", "twelve hard constructions, two sentences each"),
    "golden": ("golden", "golden_rows", "own sentences of the same kinds, in a half built on and a half only scored"),
    "events": (
        "events",
        "rows",
        "regulation, modification and binding events of BioNLP-ST 2013, given the gold entities",
    ),
    "documents": ("documents", "rows", "document-level relations of BioRED and BC5CDR, given the gold entities"),
    "verdicts": ("verdicts", "rows", "claims of real abstracts, judged by hand"),
    "abbreviations": ("abbreviations", "rows", "abbreviation definitions of 1,250 MEDLINE records (Ab3P)"),
    "pipeline": ("pipeline", "rows", "the spaCy pipeline on held-out treebanks and entity corpora (minutes)"),
}
"""Name of each set, the module and function that measure it, and what it is."""


class AbsentError(MgmineError):
    """A set's data, or something it needs, is not there; the message says where it was looked for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: ``value`` of ``metric`` for ``what``, over ``n`` things; ``must`` is what it has to reach (or stay under)."""

    set: str
    what: str
    metric: str
    n: int
    value: float
    must: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the must is reached; None where there is none."""
        if self.must is None:
            return None
        return self.value <= self.must if self.at_most else self.value >= self.must


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one set: its rows, and what of it is missing."""

    set: str
    rows: tuple[Row, ...] = ()
    absent: str | None = None


def _tree() -> tuple[Path, ...]:
    """Where the source tree may be: around the package, and where the program was called."""
    return tuple(dict.fromkeys((Path(__file__).resolve().parents[3], Path.cwd())))


def _first(candidates: Iterable[Path]) -> Path:
    tried = list(candidates)
    return next((path for path in tried if path.exists()), tried[0])


@dataclass(frozen=True, slots=True)
class Places:
    """Where the sets are looked for, and what they are measured with.

    ``golden`` holds the own sentences, ``gold`` the annotation of the gold texts, ``shared`` the public corpora; ``text`` is the source
    article. Paths need not exist: a set whose data is missing is listed as absent. ``model`` names a spaCy pipeline; ``trees`` and
    ``entities`` are files to measure it on instead of the public ones.
    """

    golden: Path = field(default_factory=lambda: _first(root / "tests" / "golden" / "claims" for root in _tree()))
    gold: Path = field(default_factory=lambda: _first(root / "corpora" / "gold" for root in _tree()))
    shared: Path = field(
        default_factory=lambda: (
            Path(os.environ["MGMINE_SHARED"])
            if os.environ.get("MGMINE_SHARED")
            else _first(root.parent / "shared" for root in _tree())
        )
    )
    text: Path | None = None
    model: str | None = None
    trees: tuple[Path, ...] = ()
    entities: tuple[Path, ...] = ()

    def need(self, path: Path) -> Path:
        """The path, if it is there.

        Raises:
            AbsentError: It is not.
        """
        if not path.exists():
            raise AbsentError(f"{path} is not there")
        return path

    @property
    def article(self) -> Path:
        """The text of the source article, whether or not it is there."""
        return self.text if self.text is not None else self.shared / "gold" / "source_article.txt"


def evaluate(
    only: Sequence[str] = (), places: Places | None = None, *, begun: Callable[[str], object] | None = None
) -> Iterator[Outcome]:
    """Measure the sets, all or those named, one after the other.

    Raises:
        UsageError: There is no set of that name.
    """
    from mgmine.errors import MissingDependencyError

    where = places or Places()
    if unknown := [name for name in only if name not in SETS]:
        raise UsageError(f"no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    for name in only or SETS:
        if begun:
            begun(name)
        module, function, _ = SETS[name]
        measure = getattr(import_module(f"mgmine.evaluate.{module}"), function)
        rows: list[Row] = []
        absent = None
        try:
            rows.extend(measure(where))
        except (AbsentError, MissingDependencyError) as error:
            absent = str(error)
        yield Outcome(name, tuple(rows), absent)


def holds(outcomes: Iterable[Outcome]) -> bool:
    """Whether every must that was measured is reached."""
    return all(row.reached is not False for outcome in outcomes for row in outcome.rows)
