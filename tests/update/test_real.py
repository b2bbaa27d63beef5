"""Real records of NLM, cut into a baseline and sixty update files with revisions and deletions: all of it, killed on the way.

By default a part of the two files that lie beside the repository; with ``--long`` all of their records, and as many kills as asked for.
"""

from __future__ import annotations

import gzip
import random
import re
from typing import TYPE_CHECKING

import pytest

import updatekit as kit
from updateplace import Place, check, lives, never_stopped, run_time

if TYPE_CHECKING:
    from pathlib import Path

UPDATES = 60
_PMID = re.compile(r'(<PMID Version=")(\d+)(">)(\d+)')

pytestmark = pytest.mark.shared


def records(path: Path, most: int | None) -> list[str]:
    """The citations of a file as they stand in it, the first so many."""
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines: list[str] | None = None
        for line in file:
            if line.lstrip().startswith("<PubmedArticle>"):
                lines = []
            if lines is not None:
                lines.append(line)
                if "</PubmedArticle>" in line:
                    found.append("".join(lines))
                    lines = None
                    if len(found) == most:
                        break
    return found


def revised(record: str) -> str:
    """A record as its next version."""
    return _PMID.sub(lambda match: f"{match[1]}{int(match[2]) + 1}{match[3]}{match[4]}", record, count=1)


def identity(record: str) -> tuple[str, int]:
    match = _PMID.search(record)
    assert match
    return f"pubmed:{match[4]}", int(match[2])


def cut(shared: Path, most: int | None) -> tuple[kit.Mirror, dict[str, int]]:
    """A source with the records of both files, and what must be live in the end: documents and their versions."""
    old = records(shared / "pubmed" / "pubmed20n0014.xml.gz", most)
    new = records(shared / "pubmed" / "pubmed21n1298.xml.gz", most)
    chance = random.Random(60)
    mirror = kit.Mirror()
    live: dict[str, int] = {}
    current: dict[str, str] = {}

    def publish(number: int, citations: list[str], deleted: list[str], folder: str) -> None:
        pmids = [int(name.partition(":")[2]) for name in deleted]
        mirror.put(number, kit.pubmed_file(citations, pmids), folder=folder)
        here: dict[str, int] = {}
        for record in citations:
            name, version = identity(record)
            # Of several versions in one file the highest counts.
            if version >= here.get(name, 0):
                here[name], current[name] = version, record
        live.update(here)
        for name in deleted:
            live.pop(name, None)
            current.pop(name, None)

    for number in range(1, 5):
        publish(number, old[number - 1 :: 4], [], "baseline")
    for step in range(UPDATES):
        known = sorted(live)
        again = chance.sample(known, 3)
        gone = chance.sample([name for name in known if name not in again], 2)
        publish(5 + step, new[step::UPDATES] + [revised(current[name]) for name in again], gone, "updatefiles")
    return mirror, live


def test_sixty_files_of_real_records(shared: Path, place: Place, kills: int, request: pytest.FixtureRequest) -> None:
    whole = bool(request.config.getoption("--long"))
    mirror, live = cut(shared, None if whole else 300)
    with kit.Server(mirror) as server:
        place.source = server.url
        seconds = run_time(place)
        first = place.folder / "whole0"
        lives(place, kills if whole else 6, seconds, 1)
    good = never_stopped(place, mirror)
    check(place, good)
    assert first.is_dir()
    assert {doc_id: version for doc_id, version, _ in place.live()} == live
