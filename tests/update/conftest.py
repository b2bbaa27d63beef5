"""What the update's tests share: a source, a server for it, and a place to bring up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import updatekit as kit
from updateplace import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def mirror() -> kit.Mirror:
    return kit.small()


@pytest.fixture
def server(mirror: kit.Mirror) -> Iterator[kit.Server]:
    with kit.Server(mirror) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, server: kit.Server, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("MGMINE_CONFIG", str(tmp_path / "none.toml"))
    (tmp_path / "place").mkdir()
    return Place(tmp_path / "place", server.url)


@pytest.fixture(scope="session")
def good_content(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The store that the usual mirror gives when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("good") / "place"
    folder.mkdir()
    place = Place(folder, str(kit.small().write(folder / "mirror")))
    assert place.update().code == 0
    return place.content()


def _count(config: pytest.Config, option: str, usual: int, soak: int) -> int:
    return int(config.getoption(option) or (soak if config.getoption("--soak", default=False) else usual))


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often the update is killed."""
    return _count(request.config, "--kills", 50, 1000)


@pytest.fixture
def snapshots(request: pytest.FixtureRequest) -> int:
    """How many snapshots readers take."""
    return _count(request.config, "--snapshots", 300, 10_000)
