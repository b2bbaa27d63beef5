"""SIGKILL at any instant, again and again: the store becomes, byte for byte, that of a run that was never stopped.

Each life of the update is killed at a random instant of the time that a whole run takes; what the killed ones got done is not undone,
so a store is whole after some lives, and the next begins anew. Fifty kills in every test run; a soak has a thousand.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import storekit
import updatekit as kit
from mgmine.store import Store
from progress import Progress
from updateplace import Place, check, environment, lives, never_stopped, run_time

if TYPE_CHECKING:
    from pathlib import Path


def test_killed_at_any_instant(place: Place, kills: int) -> None:
    """Enough files for segments to be merged at the end."""
    mirror = kit.small(baseline=12, updates=6, per_file=2)
    with kit.Server(mirror) as server:
        place.source = server.url
        lives(place, kills, run_time(place), 6)
        check(place, never_stopped(place, mirror))
    with Store(place.store) as store:
        assert len(store.segments()) == 3
        assert len(store.files()) == 18


def test_killed_while_a_new_year_is_built(place: Place, server: kit.Server, kills: int, tmp_path: Path) -> None:
    """Beside the store that is served, through the switch."""
    place.update()
    kit.small(year=27, baseline=4, updates=2, mirror=server.mirror)
    server.mirror.drop(year=26, folder="updatefiles")
    (tmp_path / "never").mkdir()
    other = Place(tmp_path / "never", place.source)
    old = kit.small().write(tmp_path / "old")
    assert other.update(source=str(old)).code == 0
    assert other.update().switched
    chance = random.Random(27)
    seen = set()
    for _ in range(max(10, kills // 5)):
        process = subprocess.Popen(
            place.arguments(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(place.folder)
        )
        try:
            process.wait(chance.uniform(0.2, 2.5))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        files = place.files()
        assert {name[6:8] for name in files} in ({"26"}, {"27"})
        seen.add(files[0][6:8])
        if seen == {"26", "27"}:
            break
    assert place.update().code == 0
    assert place.content() == other.content()


@pytest.mark.nlp
def test_killed_while_claims_are_read(place: Place, kills: int) -> None:
    """The whole way, with the blank pipeline, so that its import does not take all of the time."""
    place.source = str(kit.small(baseline=2, updates=2).write(place.folder / "mirror"))
    arguments = ("--claims", "--model", "blank")
    seconds = run_time(place, *arguments)
    lives(place, max(4, kills // 12), seconds, 9, *arguments)
    check(place, storekit.content(place.folder / "whole0"))
    with Store(place.store) as store:
        assert store.counts()["claims"] > 0


READER = """
import sys
from mgmine.store import Store
seen = {}
while sys.stdin.readline().strip() == "go":
    for _ in range(16):
        with Store(sys.argv[1]) as store:
            state = tuple((file.key.source, file.key.md5) for file in store.files())
            names = [name for name, _ in state]
            assert names == sorted(set(names)) and len(names) >= 3, names
            rows = store.sql("SELECT count(*), count(DISTINCT doc_id), sum(hash(doc_id, doc_version)) FROM documents").rows[0]
            assert rows[0] == rows[1], rows
            # The same files are the same documents, whenever they are looked at.
            assert seen.setdefault(state, rows) == rows, (names, rows, seen[state])
    print(len(seen), flush=True)
"""


def test_readers_while_it_runs(place: Place, server: kit.Server, snapshots: int) -> None:
    """Each snapshot is whole, and that of a state between two files; none waits, none fails."""
    place.update(max_files=3)
    command = [sys.executable, "-c", READER, str(place.store)]
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipe = subprocess.PIPE
    readers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=path) for _ in range(2)]
    stop, codes = threading.Event(), []

    def write() -> None:
        day = 0
        while not stop.is_set():
            # The update files are published anew each time, so each run goes through all their states.
            codes.append(place.update().code)
            day += 1
            for number in (4, 5, 6, 7):
                server.mirror.put(number, kit.update(number, 2000 + 10 * day))

    writer = threading.Thread(target=write)
    writer.start()
    progress = Progress("snapshots", snapshots)
    taken, states = 0, 0
    try:
        while taken < snapshots:
            for reader in readers:
                assert reader.stdin
                reader.stdin.write("go\n")
                reader.stdin.flush()
            for reader in readers:
                assert reader.stdout
                line = reader.stdout.readline()
                assert line, reader.communicate()[1]
                taken, states = taken + 16, max(states, int(line))
            progress.at(taken, f"{states} states")
    finally:
        stop.set()
        writer.join()
        for reader in readers:
            reader.communicate()
    assert set(codes) == {0}
    assert states > 1
