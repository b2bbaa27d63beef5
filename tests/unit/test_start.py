"""A command imports no more than it needs, and its end is short."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import mgmine
from mgmine import config
from mgmine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import atexit, gc, sys
# What is left to search when the interpreter does so for the last time, whether it searched at all, and the modules.
atexit.register(lambda: print(len(gc.get_objects()), gc.isenabled(), *sys.modules, file=sys.stderr))
from mgmine.cli import main
main()
"""

DEAR = {
    "asyncio", "dataclasses", "duckdb", "email", "filelock", "http", "importlib.metadata", "jinja2", "json", "logging",
    "multiprocessing", "numpy", "pandas", "platformdirs", "polars", "pyarrow", "rich", "socket", "spacy", "sqlite3", "ssl",
    "subprocess", "tempfile", "tomllib", "urllib.request", "urllib3", "xml", "zipfile",
}  # fmt: skip
"""Modules that some command needs, and that neither the interpreter nor click brings along."""


@pytest.mark.parametrize("command", [["--version"], ["--help"], ["scan"], ["scan", "-o", "tables"]])
def test_imports_and_end(command: list[str], tmp_path: Path, sample: Path) -> None:
    # A project of someone else's, whose tables are not looked into.
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "theirs"\n', encoding="utf-8")
    inputs = [str(sample)] if "scan" in command else []
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command, *inputs],
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False,
        env={**os.environ, "MGMINE_CONFIG": str(tmp_path / "none.toml")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    left, collects, *modules = done.stderr.split()
    assert not DEAR.intersection(modules)
    # Commands that work for hours need their garbage collected; what is there at the end is not searched for any.
    assert collects == "True"
    assert int(left) < 1000


def test_the_version_is_that_of_the_package() -> None:
    assert mgmine.__version__ == importlib.metadata.version("mgmine")


def test_a_project_of_ours_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGMINE_CONFIG", str(tmp_path / "none.toml"))
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.mgmine.scan]\nthreads = 3\n", encoding="utf-8")
    assert config.load(tmp_path) == {"scan": {"threads": 3}}
    project.write_text("[tool.mgmine.scan]\nthreads = \n", encoding="utf-8")
    with pytest.raises(InputError, match="not a readable TOML file"):
        config.load(tmp_path)
    project.write_text("[tool.theirs]\nthreads = \n", encoding="utf-8")
    assert config.load(tmp_path) == {}
