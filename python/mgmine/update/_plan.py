"""What is to be done: which files, in which order, into which generation of the store, and what stands in the way.

The plan is made from the listing, the manifests and nothing else, so a run that was stopped is taken up by planning again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mgmine.update._errors import RefusedError
from mgmine.update._names import FOLDERS, FileNumber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mgmine.update._listing import Entry

Held = dict[FileNumber, str]
"""NLM's files in a generation of the store, each with the MD5 it was read with."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file to be read. ``beside``: into the generation that is being built, not the one that is served."""

    entry: Entry
    why: Literal["new", "changed"]
    beside: bool = False


@dataclass(slots=True)
class Plan:
    """What a run will do. ``gaps`` are numbers that are missing: the files behind them wait."""

    items: list[Item] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    year: int | None = None
    next_year: int | None = None
    switch: bool = False
    files: frozenset[FileNumber] = frozenset()

    @property
    def size(self) -> int:
        """Bytes of the files to be read, as far as the listing says."""
        return sum(item.entry.size or 0 for item in self.items)


def make(
    entries: Iterable[Entry],
    served: Held,
    building: Held,
    *,
    md5: Callable[[Entry], str],
    baseline_files: Callable[[int], int],
) -> Plan:
    """Plan a run.

    Args:
        entries: The listing.
        served: The files of the generation that readers see.
        building: Those of the one that is being built beside it; empty where none is.
        md5: The checksum that the source gives for a file now.
        baseline_files: How many files the baseline of a year had.
    """
    years: dict[int, dict[int, Entry]] = defaultdict(dict)
    for entry in entries:
        years[entry.file.year][entry.file.number] = entry
    plan = Plan(files=frozenset(entry.file for listed in years.values() for entry in listed.values()))
    current = max((file.year for file in served), default=None)
    if current is None:
        plan.year = _first_year(years)
        _sequence(plan, plan.year, years[plan.year], served, md5, beside=False)
    else:
        plan.year = current
        _sequence(plan, current, years.get(current, {}), served, md5, beside=False)
        if newer := [year for year in years if year > current]:
            _next(plan, max(newer), years[max(newer)], current, building, md5, baseline_files)
    return plan


def _baseline(listed: Mapping[int, Entry]) -> list[int]:
    """The numbers of a year's baseline. A source without folders has all in one sequence."""
    return sorted(number for number, entry in listed.items() if entry.folder != FOLDERS[1])


def _missing(numbers: Iterable[int]) -> int | None:
    """The first number that is missing from 1 to the highest."""
    there = set(numbers)
    return next((number for number in range(1, max(there, default=0) + 1) if number not in there), None)


def _first_year(years: Mapping[int, Mapping[int, Entry]]) -> int:
    """With which year a new store begins: the newest whose files have no gap, or else the newest."""
    whole = [year for year, listed in years.items() if _baseline(listed) and _missing(listed) is None]
    return max(whole or years)


def _sequence(
    plan: Plan, year: int, listed: Mapping[int, Entry], held: Held, md5: Callable[[Entry], str], *, beside: bool,
    end: int | None = None,
) -> bool:  # fmt: skip
    """Plan the files of one year in the order of their numbers, up to the first gap; whether there is none."""
    for number in range(1, (max(listed, default=0) if end is None else end) + 1):
        file, entry = FileNumber(year, number), listed.get(number)
        if file in held:
            if entry is not None and _changed(plan, entry, held[file], md5):
                plan.items.append(Item(entry, "changed", beside))
        elif entry is not None:
            plan.items.append(Item(entry, "new", beside))
        else:
            waiting = sum(1 for other in listed if other > number)
            plan.gaps.append(f"{file.name} is missing from the source; {waiting} later files wait for it")
            return False
    return True


def _changed(plan: Plan, entry: Entry, held: str, md5: Callable[[Entry], str]) -> bool:
    try:
        return md5(entry) != held
    except RefusedError as error:
        plan.notes.append(f"{error}; the stored one is kept")
        return False


def _next(
    plan: Plan, year: int, listed: Mapping[int, Entry], current: int, building: Held, md5: Callable[[Entry], str],
    baseline_files: Callable[[int], int],
) -> None:  # fmt: skip
    """Plan the generation of a newer year, beside the one that is served until its baseline is whole."""
    baseline = _baseline(listed)
    if not baseline:
        plan.notes.append(
            f"updates of 20{year} are listed but not its baseline; what is served stays that of 20{current}"
        )
        return
    plan.next_year = year
    held = {file: value for file, value in building.items() if file.year == year}
    end = baseline[-1]
    before = len(plan.items)
    whole = _sequence(plan, year, {n: listed[n] for n in baseline}, held, md5, beside=True, end=end)
    updates = [number for number in listed if number > end]
    if not whole:
        plan.notes.append(f"the baseline of 20{year} is not complete; what is served stays that of 20{current}")
        return
    if updates and min(updates) != end + 1:
        plan.gaps.append(
            f"{FileNumber(year, end + 1).name} is missing from the source; {len(updates)} later files wait for it"
        )
        plan.notes.append(f"the baseline of 20{year} is not complete; what is served stays that of 20{current}")
        return
    if not updates and end < (earlier := baseline_files(current)):
        # A baseline is put up file by file, and each is larger than the last year's. The first update shows where it ends.
        plan.notes.append(
            f"the baseline of 20{year} has {end} files so far and that of 20{current} had {earlier}: it is taken for "
            f"incomplete until {FileNumber(year, end + 1).name} is listed; what is served stays that of 20{current}"
        )
        return
    plan.switch = len(plan.items) == before
