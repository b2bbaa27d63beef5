"""``mgmine status``: the last run, the lag, what is wrong."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import updatekit as kit
from conftest import run_mgmine
from mgmine.store import Store
from mgmine.update import Patience, _history, _status

if TYPE_CHECKING:
    from updateplace import Place

# The mirror's files are listed with dates from 2026-01-10 on.
NOW = _history.seconds("2026-01-12T00:00:00Z")


def updated(place: Place, now: float = NOW, **more: Any) -> None:
    place.update(patience=Patience(attempts=1, base=0.0, now=lambda: now), digest=False, **more)


def standing(place: Place, days: float = 0.0, *, max_lag: float = 3.0) -> _status.Standing:
    with Store(place.store) as store:
        return _status.standing(store, NOW + days * 86400, max_lag=max_lag)


def test_a_store_that_is_current(place: Place) -> None:
    updated(place)
    found = standing(place, 1.0)
    assert (found.state, found.code, found.behind, found.lag_days, found.stale) == ("ok", 0, 0, 1.0, False)
    assert (found.files, found.started, found.health) == (7, "2026-01-12T00:00:00Z", [])


def test_a_day_without_news_is_not_stale(place: Place) -> None:
    updated(place)
    updated(place, NOW + 20 * 86400)
    assert not standing(place, 21).stale


def test_no_run_for_days(place: Place) -> None:
    updated(place)
    assert standing(place, 3.5).stale
    assert not standing(place, 3.5, max_lag=4).stale


def test_files_that_wait(place: Place, server: kit.Server) -> None:
    """The oldest file that waits says how far the store is behind, however often it is tried."""
    server.mirror.files["updatefiles/pubmed26n0005.xml.gz.md5"] = b""
    updated(place, NOW + 5 * 86400)
    found = standing(place, 5.0)
    assert (found.state, found.code, found.behind, found.stale) == ("failed", 1, 3, True)
    assert found.lag_days is not None
    assert 6.9 < found.lag_days < 7.1
    assert "checksum file is empty" in found.health[0]


def test_a_run_that_was_stopped(place: Place) -> None:
    updated(place, max_files=2)
    history = _history.History(_history.folder_of(place.store))
    history.append({"event": "started", "time": "2026-01-12T01:00:00Z", "source": "x", "pid": 2**22 + 5})
    history.append({"event": "reading", "time": "2026-01-12T01:00:01Z", "file": "pubmed26n0003.xml.gz"})
    with history.path.open("ab") as file:
        file.write(b'{"event": "sto')
    found = standing(place)
    assert found.state == "stopped on the way"
    assert "while it read pubmed26n0003.xml.gz" in found.health[0]
    # The next run closes the line that was begun.
    updated(place)
    assert standing(place).state == "ok"
    history.append({"event": "started", "time": "2026-01-13T01:00:00Z", "source": "x", "pid": os.getpid()})
    assert standing(place).state == "running"


def test_a_generation_that_is_being_built(place: Place, mirror: kit.Mirror) -> None:
    updated(place)
    kit.small(year=27, baseline=4, updates=0, mirror=mirror)
    updated(place, max_files=2)
    assert standing(place).building == 2


def test_on_the_command_line(place: Place) -> None:
    updated(place)
    done = run_mgmine("status", "--store", place.store, "--json")
    assert done.code == 1
    found = json.loads(done.stdout)
    assert (found["files"], found["update"]["state"], found["update"]["stale"]) == (7, "ok", True)
    done = run_mgmine("status", "--store", place.store, "--max-lag", "1e9")
    assert done.code == 0, done.stderr
    assert "health       good" in done.stdout
    assert run_mgmine("status", "--store", place.store).code == 1


def test_a_store_that_was_never_updated(place: Place, sample: Any) -> None:
    assert run_mgmine("run", sample, "--store", place.store, "--no-claims").code == 0
    done = run_mgmine("status", "--store", place.store)
    assert done.code == 0
    assert "update       never updated" in done.stdout
