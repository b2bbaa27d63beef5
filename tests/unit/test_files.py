"""A file appears when it is whole, and leaves nothing else behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mgmine.errors import UsageError
from mgmine.files import whole

if TYPE_CHECKING:
    from pathlib import Path


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(b"old")
    with whole(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_place_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(b"old")

    def stopped() -> None:
        with whole(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "page.html"
    with pytest.raises(UsageError, match=r"page\.html: No such file"), whole(path):
        pass
