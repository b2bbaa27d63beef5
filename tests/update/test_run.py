"""The update on a server that behaves: order, revisions, deletions, retractions, a second day, a new year."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import updatekit as kit
from mgmine.errors import LockedError
from mgmine.store import Store
from mgmine.update import UnavailableError, Updater
from updateplace import Place

if TYPE_CHECKING:
    from pathlib import Path

ALL = [kit.file_name(number) for number in range(1, 8)]


def test_everything_in_order(place: Place, server: kit.Server, good_content: dict[str, bytes]) -> None:
    outcome = place.update()
    assert (outcome.code, outcome.trouble, outcome.behind) == (0, [], 0)
    assert [file.name for file in outcome.files] == ALL
    assert place.files() == ALL
    assert place.content() == good_content
    # Each file came once, with its checksum.
    asked = [path for path, _ in server.requests if path.endswith(".gz")]
    assert asked == [f"baseline/{name}" for name in ALL[:3]] + [f"updatefiles/{name}" for name in ALL[3:]]


def test_revisions_deletions_and_retractions(place: Place) -> None:
    place.update()
    live = {doc_id: (version, retracted) for doc_id, version, retracted in place.live()}
    # Update files 4 to 7 revise 1004, 1005, 1006 and 1000, and delete 1011, 1007, 1008 and 1009.
    assert {f"pubmed:{1000 + n}" for n in (7, 8, 9, 11)}.isdisjoint(live)
    assert [live[f"pubmed:{1000 + n}"][0] for n in (4, 5, 6, 0, 1)] == [2, 2, 2, 2, 1]
    # File 6 holds the notice that retracts 1000.
    assert live["pubmed:1000"][1]
    assert not live["pubmed:1001"][1]
    with Store(place.store) as store:
        texts = [row[0] for row in store.sql("SELECT text FROM documents WHERE doc_id = 'pubmed:1004'").rows]
        assert texts == ["Magnesium inhibits LFA-1 on T cells.\nRevised in 4."]


def test_again_does_nothing(place: Place, server: kit.Server) -> None:
    place.update()
    before = place.content()
    server.requests.clear()
    outcome = place.update()
    assert (outcome.code, outcome.files) == (0, [])
    assert place.content() == before
    assert not [path for path, _ in server.requests if path.endswith(".gz")]


def test_the_next_day_several_files(place: Place, mirror: kit.Mirror, server: kit.Server) -> None:
    place.update()
    for number in (8, 9, 10):
        mirror.put(number, kit.update(number, 2000 + number))
    assert [file.name for file in place.update().files] == [kit.file_name(number) for number in (8, 9, 10)]
    assert place.files() == [*ALL, *(kit.file_name(number) for number in (8, 9, 10))]


def test_day_by_day_is_the_same_as_at_once(place: Place, good_content: dict[str, bytes]) -> None:
    for _ in range(len(ALL)):
        outcome = place.update(max_files=1)
        assert (outcome.code, len(outcome.files)) == (0, 1)
    assert place.content() == good_content


def test_max_files(place: Place) -> None:
    outcome = place.update(max_files=2)
    assert ([file.name for file in outcome.files], outcome.behind, outcome.code) == (ALL[:2], 5, 0)


@pytest.mark.parametrize("folder", ["updatefiles", "baseline"])
def test_a_file_published_anew_is_read_anew(place: Place, mirror: kit.Mirror, folder: str) -> None:
    place.update()
    number = 5 if folder == "updatefiles" else 2
    mirror.put(number, kit.pubmed_file([kit.citation(3000, "Put right.")]), folder=folder)
    outcome = place.update()
    assert ([file.name for file in outcome.files], outcome.code) == ([kit.file_name(number)], 0)
    assert place.files() == ALL
    assert ("pubmed:3000", 1, False) in place.live()
    # A second run has nothing more to do, and a store built from the new files at once is the same.
    assert place.update().files == []
    assert place.content() == _fresh(place, mirror)


def _fresh(place: Place, mirror: kit.Mirror) -> dict[str, bytes]:
    folder = place.folder / "fresh"
    folder.mkdir(exist_ok=True)
    other = Place(folder, str(mirror.write(folder / "mirror")))
    assert other.update().code == 0
    return other.content()


def test_a_file_published_anew_when_segments_are_merged(place: Place, mirror: kit.Mirror) -> None:
    """What it no longer revises counts again in files that were merged without it: these are read again."""
    kit.small(baseline=12, updates=6, per_file=2, mirror=mirror)
    place.update()
    with Store(place.store) as store:
        assert len(store.segments()) < len(store.files())
    mirror.put(14, kit.pubmed_file([kit.citation(3000, "It revises and deletes nothing.")]))
    outcome = place.update()
    assert (outcome.code, outcome.behind) == (0, 0)
    assert place.update().files == []
    assert place.content() == _fresh(place, mirror)


@pytest.mark.parametrize("keep", [True, False])
def test_what_stays_in_the_corpus_folder(place: Place, keep: bool) -> None:
    place.update(keep=keep)
    names = sorted(path.name for path in place.corpus.rglob("*") if path.is_file() and path.name != ".lock")
    assert names == sorted([f"{name}.md5" for name in ALL] + (ALL if keep else []))
    assert place.update(keep=keep).files == []


def test_a_local_folder_is_the_same(place: Place, mirror: kit.Mirror, good_content: dict[str, bytes]) -> None:
    source = mirror.write(place.folder / "mirror")
    assert place.update(source=str(source)).code == 0
    assert place.content() == good_content
    # What was fetched is itself such a folder.
    place.store.rename(place.folder / "first")
    assert place.update(source=str(place.corpus)).code == 0
    assert place.content() == good_content


def test_a_folder_without_folders(place: Place, mirror: kit.Mirror, good_content: dict[str, bytes]) -> None:
    flat = place.folder / "flat"
    flat.mkdir()
    for path, data in mirror.files.items():
        (flat / path.rpartition("/")[2]).write_bytes(data)
    assert place.update(source=str(flat)).code == 0
    assert place.content() == good_content


def test_offline(place: Place, mirror: kit.Mirror, server: kit.Server, good_content: dict[str, bytes]) -> None:
    source = mirror.write(place.folder / "mirror")
    before = sorted(source.rglob("*"))
    assert place.update(offline=source, keep=False).code == 0
    assert place.content() == good_content
    assert server.requests == []
    assert sorted(source.rglob("*")) == before
    assert not place.corpus.exists()
    (source / "baseline" / ALL[1]).write_bytes(b"changed")
    place.store.rename(place.folder / "first")
    outcome = place.update(offline=source)
    assert (outcome.code, place.files()) == (1, ALL[:1])
    assert f"{ALL[1]}: its MD5 is not" in outcome.trouble[0]


def test_the_plan_changes_nothing(place: Place, mirror: kit.Mirror) -> None:
    plan = Updater(place.settings()).plan()
    assert [item.entry.name for item in plan.items] == ALL
    assert list(place.folder.iterdir()) == []
    done = place.command("--plan", "--json")
    assert done.returncode == 0, done.stderr
    assert [file["file"] for file in json.loads(done.stdout)["files"]] == ALL
    del mirror.files["updatefiles/" + ALL[4]]
    done = place.command("--plan")
    assert done.returncode == 1
    assert f"{ALL[4]} is missing" in done.stderr
    assert [line.split("\t")[0] for line in done.stdout.splitlines()[1:]] == ALL[:4]


def test_locked(place: Place) -> None:
    place.update(max_files=1)
    before = sorted(place.folder.rglob("*"))
    with Store(place.store) as store, store.writer(), pytest.raises(LockedError):
        place.update()
    with Store(place.store) as store, store.writer():
        done = place.command()
    assert done.returncode == 75
    assert "another process is writing" in done.stderr
    assert sorted(place.folder.rglob("*")) == before


def test_no_source(place: Place, tmp_path: Path) -> None:
    assert place.update(source="http://127.0.0.1:1/pubmed/").code == 75
    assert place.update(source=str(tmp_path / "none")).code == 75
    (tmp_path / "empty").mkdir()
    outcome = place.update(source=str(tmp_path / "empty"))
    assert outcome.code == 75
    assert "no PubMed file is listed" in outcome.trouble[0]
    with pytest.raises(UnavailableError, match="Connection refused"):
        Updater(place.settings(source="http://127.0.0.1:1/")).plan()


def test_no_room(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(100, 90, 1000))
    outcome = place.update()
    assert (outcome.code, place.files()) == (75, [])
    assert "are needed for 7 files" in outcome.trouble[0]


def test_files_read_with_other_settings_are_told(place: Place) -> None:
    assert place.update(max_files=2).notes == []
    outcome = place.update(max_files=1, gate="mention")
    assert outcome.notes == [
        f"2 files were read with another gate: {ALL[0]}, {ALL[1]}; `mgmine run --refresh` reads again what that can change"
    ]
    assert place.update(max_files=1, gate="mention").notes == outcome.notes
    with Store(place.store) as store:
        assert len(store.files()) == 4


def test_on_the_command_line(place: Place) -> None:
    done = place.command()
    assert done.returncode == 0, done.stderr
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["file", *ALL]
    assert "7 of 7 listed files to read" in done.stderr
    again = place.command("--json")
    assert (again.returncode, again.stderr) == (0, "")
    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert [event["event"] for event in events] == ["started", "planned", "ended"]
    assert (events[-1]["code"], events[-1]["behind"]) == (0, 0)


# ── The year ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_year(place: Place, mirror: kit.Mirror) -> None:
    place.update()
    with Store(place.store) as reader:
        old = reader.counts()
        # NLM takes away the update files, then the new baseline comes in piece by piece.
        mirror.drop(year=26, folder="updatefiles")
        assert (place.update().code, place.files()) == (0, ALL)
        mirror.drop(year=26, folder="baseline")
        kit.small(year=27, baseline=4, updates=0, mirror=mirror)
        held = mirror.files.pop("baseline/pubmed27n0002.xml.gz")
        outcome = place.update()
        assert (outcome.code, outcome.switched, place.files()) == (1, False, ALL)
        assert "pubmed27n0002.xml.gz is missing" in outcome.trouble[0]
        mirror.files["baseline/pubmed27n0002.xml.gz"] = held
        outcome = place.update(max_files=2)
        assert (outcome.code, outcome.switched, place.files()) == (0, False, ALL)
        assert reader.counts() == old
        outcome = place.update()
        assert (outcome.code, outcome.switched) == (0, True)
        new = [kit.file_name(number, 27) for number in range(1, 5)]
        assert place.files() == new
        # Who opened the old generation still reads it whole.
        assert reader.counts() == old
        assert reader.check() == []
    mirror.put(5, kit.update(5, 4000, year=27), year=27)
    assert [file.name for file in place.update().files] == [kit.file_name(5, 27)]
    with Store(place.store) as store:
        assert store.generation == 2
        assert store.check() == []


def test_a_new_year_while_the_run_is_on_its_way(place: Place, mirror: kit.Mirror, server: kit.Server) -> None:
    """The folders change between the listing and the files: what was listed is gone, and the new year is found at once."""
    place.update(max_files=4)

    def roll() -> None:
        mirror.drop(year=26, folder="updatefiles")
        mirror.drop(year=26, folder="baseline")
        kit.small(year=27, baseline=3, updates=1, mirror=mirror)

    server.fail("updatefiles/" + ALL[5], kit.then(roll))
    outcome = place.update()
    assert (outcome.code, outcome.switched, outcome.behind) == (0, True, 0)
    assert [file.name for file in outcome.files] == [*ALL[4:6], *(kit.file_name(number, 27) for number in range(1, 5))]
    assert place.files() == [kit.file_name(number, 27) for number in range(1, 5)]
    assert f"{ALL[6]}: no checksum file" in outcome.notes[-1]
    assert "no longer listed" in outcome.notes[-1]


def test_a_generation_begun_for_a_year_that_went_by(place: Place, mirror: kit.Mirror) -> None:
    place.update()
    mirror.drop(year=26, folder="updatefiles")
    mirror.drop(year=26, folder="baseline")
    kit.small(year=27, baseline=3, updates=1, mirror=mirror)
    assert not place.update(max_files=2).switched
    mirror.drop(year=27, folder="updatefiles")
    mirror.drop(year=27, folder="baseline")
    kit.small(year=28, baseline=3, updates=1, mirror=mirror)
    assert place.update().switched
    assert place.files() == [kit.file_name(number, 28) for number in range(1, 5)]
