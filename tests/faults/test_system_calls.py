"""Every system call by which ``mgmine run`` and ``mgmine update`` write may fail, or be the last: nothing is lost by it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

import faultkit
import storekit
import updatekit
from progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faultkit import Point

SEED = int(os.environ.get("MGMINE_FAULT_SEED", "1"))
IN_CI = 60
"""Points of each of the two commands; a soak takes all that there are."""


@dataclass
class Job:
    """A command that changes a store, the store as it is before, and as it is after an undisturbed run."""

    argv: list[str | Path]
    home: Path
    before: Path
    env: dict[str, str]
    after: dict[str, bytes] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)

    def reset(self) -> None:
        shutil.rmtree(self.home)
        shutil.copytree(self.before, self.home, symlinks=True)

    def plain(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mgmine", *map(str, self.argv)],
            env=self.env, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def state(self) -> dict[str, bytes]:
        store = storekit.content(self.home / "store")
        # Beside manifests and segments nothing belongs to a store.
        assert all(name in ("MANIFEST.json", "NEXT.json") or name.startswith("segments/") for name in store), sorted(
            store
        )
        corpus = self.home / "corpus"
        kept = {
            f"corpus/{path.relative_to(corpus)}": path.read_bytes()
            for path in sorted(corpus.rglob("*.xml.gz"))
            if path.is_file()
        }
        return store | kept


def _prepared(
    folder: Path,
    argv: Callable[[Path], list[str | Path]],
    first: Callable[[Path], list[str | Path]],
    change: Callable[[Path], object],
) -> Job:
    """A job in ``folder``: ``first`` fills the store, ``change`` brings something new, ``argv`` is what is disturbed."""
    home = folder / "home"
    (home / "files").mkdir(parents=True)
    env = {
        **os.environ,
        "MGMINE_CACHE": "",
        "MGMINE_CONFIG": os.devnull,
        "XDG_CONFIG_HOME": str(folder / "config"),
        "HOME": str(folder),
    }
    change_at = home / "files"
    job = Job(first(home), home, folder / "before", env)
    done = job.plain()
    assert done.returncode == 0, done.stderr
    change(change_at)
    shutil.copytree(home, job.before, symlinks=True)
    job.argv = argv(home)
    folders = [home / "store", home / "corpus"]
    job.points = faultkit.points(job.argv, folders, folder / "log", env)
    job.after = job.state()
    return job


def _article(pmid: int, words: str) -> str:
    return updatekit.citation(pmid, title=words)


def _run_job(folder: Path) -> Job:
    """One file of the store is replaced and two are new."""
    lexicon = updatekit.lexicon(folder)
    names = [updatekit.file_name(number) for number in (1, 2, 3)]

    def files(home: Path) -> list[str | Path]:
        return [home / "files" / name for name in names]

    def options(home: Path) -> list[str | Path]:
        return ["--store", home / "store", "--no-claims", "--replace-lexicon", lexicon]

    def first(home: Path) -> list[str | Path]:
        (home / "files" / names[0]).write_bytes(
            updatekit.pubmed_file([_article(1, "Magnesium."), _article(2, "LFA-1.")])
        )
        return ["run", home / "files" / names[0], *options(home)]

    def change(where: Path) -> None:
        (where / names[0]).write_bytes(updatekit.pubmed_file([_article(1, "Magnesium binds LFA-1.")]))
        (where / names[1]).write_bytes(updatekit.pubmed_file([_article(3, "T cell."), _article(4, "LFA-1.")], [2]))
        (where / names[2]).write_bytes(updatekit.pubmed_file([_article(3, "T cell and LFA-1.")], [4]))

    return _prepared(folder, lambda home: ["run", *files(home), *options(home)], first, change)


def _update_job(folder: Path) -> Job:
    """The store holds a baseline and an update file; a new update file came."""
    lexicon = updatekit.lexicon(folder)
    mirror = updatekit.small()
    last = [name for name in mirror.names("updatefiles") if name.endswith(".gz")][-1]

    def argv(home: Path) -> list[str | Path]:
        return [
            "update", "--source", home / "files", "--store", home / "store", "--corpus", home / "corpus", "--no-claims",
            "--replace-lexicon", lexicon, "--pause", "0", "--attempts", "1", "--no-digest",
        ]  # fmt: skip

    def first(home: Path) -> list[str | Path]:
        mirror.write(home / "files")
        for path in (home / "files").rglob(f"{last}*"):
            path.rename(folder / path.name)
        return argv(home)

    def change(where: Path) -> None:
        for path in folder.glob(f"{last}*"):
            path.rename(where / "updatefiles" / path.name)

    return _prepared(folder, argv, first, change)


JOBS = {"run": _run_job, "update": _update_job}


@pytest.fixture(scope="module", params=list(JOBS))
def job(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Job:
    if reason := faultkit.missing():
        pytest.skip(reason)
    # A short name, for strace prints long ones in part.
    return JOBS[request.param](tmp_path_factory.mktemp(request.param))


def test_there_are_points(job: Job) -> None:
    calls = {point.call for point in job.points}
    assert {"fsync", "rename", "write", "openat"} <= calls
    assert len(job.points) >= IN_CI


def test_a_fault_at_any_call_loses_nothing(job: Job, request: pytest.FixtureRequest) -> None:
    soak = bool(request.config.getoption("--soak"))
    chosen = job.points if soak else faultkit.sample(job.points, IN_CI, SEED)
    assert len(chosen) >= IN_CI
    wrong: list[str] = []
    killed = 0
    progress = Progress("fault points", len(chosen))
    for done, point in enumerate(chosen):
        progress.at(done, f"{len(wrong)} wrong")
        job.reset()
        ended = faultkit.run_with(point, job.argv, job.env)
        killed += ended.killed
        if problem := _problem(ended, job):
            wrong.append(f"{point}: {problem}")
            continue
        again = job.plain()
        if again.returncode != 0:
            wrong.append(f"{point}: the run after it ended with {again.returncode}: {again.stderr[-1000:]}")
        elif (state := job.state()) != job.after:
            names = sorted(name for name in {*state, *job.after} if state.get(name) != job.after.get(name))
            wrong.append(f"{point}: another store than without it: {names}")
    print(f"{len(chosen)} of {len(job.points)} fault points")
    assert not wrong, "\n".join(wrong)
    # A thread may come to its call earlier or later than in the clean run, but nearly all kills must have struck.
    assert killed >= 0.9 * sum(point.fault == "signal=KILL" for point in chosen)


def _problem(ended: faultkit.Ended, job: Job) -> str | None:
    """What is wrong with how the disturbed command ended."""
    if ended.killed:
        return None
    if ended.code == 0:
        # The call was one that may fail: then all must be there.
        return None if job.state() == job.after else f"ended with 0 and lost something: {ended.stderr[-500:]}"
    if ended.code not in (1, 65, 75):
        return f"exit code {ended.code}: {ended.stderr[-1500:]}"
    if "Traceback" in ended.stderr or "panicked" in ended.stderr:
        return f"not a message: {ended.stderr[-1500:]}"
    if "mgmine: " not in ended.stderr:
        return f"no message: {ended.stderr!r}"
    return None
