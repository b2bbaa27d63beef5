"""Options of files and of the environment reach the commands, the nearer one first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conftest import run_mgmine
from mgmine import config
from mgmine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: Path) -> Path:
    """A working folder with two stores, named in different places."""
    for name in ("MGMINE_STORE", "MGMINE_STATUS_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MGMINE_CONFIG", str(tmp_path / "user.toml"))
    assert run_mgmine("run", sample, "--store", tmp_path / "one", "--no-claims").code == 0
    (tmp_path / "one").rename(tmp_path / "two")
    return tmp_path


def store_of_status(home: Path) -> str:
    done = run_mgmine("status", "--json", cwd=home)
    return str(json.loads(done.stdout)["store"]) if done.code != 2 else done.stderr


def test_the_nearer_place_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    names = ["user", "project", "env", "own"]
    for name in names:
        shutil.copytree(home / "two", home / name)
    assert "Missing option '--store'" in store_of_status(home)
    (home / "user.toml").write_text('[defaults]\nstore = "user"\n')
    assert store_of_status(home) == str(home / "user")
    (home / "mgmine.toml").write_text('[defaults]\nstore = "project"\n')
    assert store_of_status(home) == str(home / "project")
    monkeypatch.setenv("MGMINE_STORE", "env")
    assert store_of_status(home) == str(home / "env")
    (home / "mgmine.toml").write_text('[status]\nstore = "own"\n')
    assert store_of_status(home) == str(home / "own")
    monkeypatch.setenv("MGMINE_STATUS_STORE", str(home / "two"))
    assert store_of_status(home) == str(home / "two")
    # A command inside a group has them too.
    (home / "mgmine.toml").unlink()
    assert run_mgmine("store", "check", cwd=home).code == 0


def test_lists_and_unknown_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in config.SHARED:
        monkeypatch.delenv(f"MGMINE_{name.upper()}", raising=False)
    assert config.shared({}) == {}
    monkeypatch.setenv("MGMINE_LEXICON", "a.toml:b.toml")
    assert config.shared({"defaults": {"lexicon": ["c.toml"], "store": "s"}}) == {
        "lexicon": ["a.toml", "b.toml"],
        "store": "s",
    }
    with pytest.raises(InputError, match="and not threads"):
        config.shared({"defaults": {"threads": 2}})
