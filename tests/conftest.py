"""What all tests share: the measuring data beside the repository, the samples, and the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MGMINE_SHARED", ROOT.parent / "shared"))
SAMPLE = ROOT / "python" / "mgmine" / "data" / "sample" / "sample.xml"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the long property, fuzz and whole-file tests")
    parser.addoption("--kills", type=int, help="how often the update is killed; 50, in a soak 1000")
    parser.addoption("--snapshots", type=int, help="how many snapshots readers take meanwhile; 300, in a soak 10000")
    parser.addoption(
        "--soak", action="store_true", help="run kills, faults and readers until every point was met; hours"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="long run: give --long")
    for item in items:
        if "long" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measuring data beside the repository; tests that ask for it are skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("the measuring data (../shared) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def sample() -> Path:
    """The built-in sample: a small PubMed file of our own."""
    return SAMPLE


@dataclass(frozen=True)
class Finished:
    """A finished command: what it printed and its exit code."""

    stdout: str
    stderr: str
    code: int


def run_mgmine(*arguments: str | Path, stdin: str | None = None, cwd: Path | None = None) -> Finished:
    """Run ``mgmine`` in a process of its own, as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "mgmine", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
        timeout=600,
    )
    return Finished(done.stdout, done.stderr, done.returncode)


@pytest.fixture(scope="session")
def mgmine() -> object:
    """The command line as a function: ``mgmine("scan", path)`` gives what it printed and its exit code."""
    return run_mgmine
