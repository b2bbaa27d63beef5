"""The plan: order, gaps, files published anew, and the new baseline of each winter. Sources are listings alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mgmine.update import RefusedError, _plan
from mgmine.update._listing import Entry
from mgmine.update._names import FileNumber

if TYPE_CHECKING:
    from collections.abc import Iterable

YEAR = 26


def listed(
    baseline: Iterable[int] = (), updates: Iterable[int] = (), *, year: int = YEAR, folders: bool = True
) -> list[Entry]:  # fmt: skip
    parts = (("baseline", baseline), ("updatefiles", updates))
    return [
        Entry(FileNumber(year, number), folder if folders else "", 1000)
        for folder, numbers in parts
        for number in numbers
    ]


def held(numbers: Iterable[int], year: int = YEAR, md5: str = "same") -> _plan.Held:
    return {FileNumber(year, number): md5 for number in numbers}


def made(
    entries: list[Entry], served: _plan.Held | None = None, building: _plan.Held | None = None, *, before: int = 0,
    changed: Iterable[int] = (),
) -> _plan.Plan:  # fmt: skip
    new = set(changed)
    return _plan.make(
        entries,
        served or {},
        building or {},
        md5=lambda entry: "other" if entry.file.number in new else "same",
        baseline_files=lambda _year: before,
    )


def todo(plan: _plan.Plan, *, beside: bool = False) -> list[tuple[int, int]]:
    return [(item.entry.file.year, item.entry.file.number) for item in plan.items if item.beside == beside]


def test_baseline_first_then_updates_in_order() -> None:
    plan = made(listed([2, 1, 3], [6, 4, 5])[::-1])
    assert todo(plan) == [(26, n) for n in (1, 2, 3, 4, 5, 6)]
    assert [item.entry.folder for item in plan.items] == ["baseline"] * 3 + ["updatefiles"] * 3
    assert (plan.gaps, plan.notes, plan.size) == ([], [], 6000)


def test_only_what_is_new_or_changed() -> None:
    plan = made(listed(range(1, 4), range(4, 9)), held(range(1, 7)), changed=[2, 5, 8])
    assert [(item.entry.file.number, item.why) for item in plan.items] == [
        (2, "changed"), (5, "changed"), (7, "new"), (8, "new"),
    ]  # fmt: skip
    assert made(listed([1], [2]), held([1, 2])).items == []


@pytest.mark.parametrize(
    ("baseline", "updates", "stored", "done", "missing", "waiting"),
    [
        ([1, 3], [4], [], [1], 2, 2),
        ([2, 3], [], [], [], 1, 2),
        ([1, 2], [4, 5], [], [1, 2], 3, 2),
        ([1, 2], [3, 5], [1, 2, 3], [], 4, 1),
        ([], [4, 5], [], [], 1, 2),
        ([], [9, 10], [1, 2, 3], [], 4, 2),
    ],
)
def test_a_gap_stops_it_and_is_named(
    baseline: list[int], updates: list[int], stored: list[int], done: list[int], missing: int, waiting: int
) -> None:
    plan = made(listed(baseline, updates), held(stored))
    assert [number for _, number in todo(plan)] == done
    assert plan.gaps == [f"pubmed26n{missing:04d}.xml.gz is missing from the source; {waiting} later files wait for it"]


def test_files_that_were_taken_from_the_source_need_not_be_there() -> None:
    """NLM removes the year's update files before the new baseline comes."""
    assert made(listed([], [7]), held(range(1, 7))).gaps == []
    plan = made(listed([1, 2], []), held(range(1, 7)))
    assert (plan.items, plan.gaps, plan.notes) == ([], [], [])


def test_a_source_without_folders() -> None:
    plan = made(listed([1, 2, 3, 4], folders=False), held([1, 2]))
    assert todo(plan) == [(26, 3), (26, 4)]


def test_a_new_baseline_is_built_beside() -> None:
    entries = listed([], [5, 6]) + listed([1, 2, 3], [4], year=27)
    plan = made(entries, held(range(1, 6)), before=3)
    assert (todo(plan), todo(plan, beside=True)) == ([(26, 6)], [(27, 1), (27, 2), (27, 3)])
    assert (plan.switch, plan.next_year, plan.gaps) == (False, 27, [])
    plan = made(entries, held(range(1, 7)), held([1, 2], 27), before=3)
    assert (todo(plan, beside=True), plan.switch) == ([(27, 3)], False)
    plan = made(entries, held(range(1, 7)), held([1, 2, 3], 27), before=3)
    assert (plan.items, plan.switch) == ([], True)
    # After the switch the update files follow, as in any year.
    assert todo(made(entries, held([1, 2, 3], 27))) == [(27, 4)]


def test_a_baseline_file_published_anew_before_the_switch() -> None:
    plan = made(listed([1, 2], [3], year=27), held([1, 2]), held([1, 2], 27), changed=[2])
    assert (todo(plan, beside=True), plan.switch) == ([(27, 2)], False)


def test_a_baseline_with_a_gap_is_not_switched_to() -> None:
    plan = made(listed([1, 3], year=27), held([1, 2]), held([1], 27))
    assert not plan.switch
    assert plan.gaps == ["pubmed27n0002.xml.gz is missing from the source; 1 later files wait for it"]
    assert "stays that of 2026" in plan.notes[0]


def test_a_baseline_smaller_than_the_last_one_is_on_its_way() -> None:
    plan = made(listed([1, 2, 3], year=27), held(range(1, 9)), held([1, 2, 3], 27), before=5)
    assert (plan.switch, plan.gaps) == (False, [])
    assert "until pubmed27n0004.xml.gz is listed" in plan.notes[0]
    # The first update file shows where the baseline ends, however small it is.
    assert made(listed([1, 2, 3], [4], year=27), held(range(1, 9)), held([1, 2, 3], 27), before=5).switch
    assert made(listed(range(1, 6), year=27), held(range(1, 9)), held(range(1, 6), 27), before=5).switch


def test_the_first_update_does_not_follow_the_baseline() -> None:
    plan = made(listed([1, 2], [4], year=27), held([1, 2]), held([1, 2], 27))
    assert not plan.switch
    assert plan.gaps == ["pubmed27n0003.xml.gz is missing from the source; 1 later files wait for it"]


def test_updates_of_a_year_whose_baseline_is_not_there() -> None:
    plan = made(listed([], [4, 5], year=27) + listed([1], [2]), held([1, 2]))
    assert (plan.items, plan.gaps, plan.switch) == ([], [], False)
    assert "its baseline" in plan.notes[0]


def test_a_new_store_begins_with_the_newest_whole_year() -> None:
    assert {year for year, _ in todo(made(listed([1, 2]) + listed([2], year=27)))} == {26}
    assert {year for year, _ in todo(made(listed([1, 2]) + listed([1, 2], [3], year=27)))} == {27}


def test_a_stored_file_whose_checksum_is_gone_is_kept() -> None:
    def md5(entry: Entry) -> str:
        raise RefusedError(f"{entry.name}: its checksum file is empty")

    plan = _plan.make(listed([1]), held([1]), {}, md5=md5, baseline_files=lambda _year: 0)
    assert plan.items == []
    assert plan.notes == ["pubmed26n0001.xml.gz: its checksum file is empty; the stored one is kept"]
