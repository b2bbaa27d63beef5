"""The manifest, fuzzed: whatever stands in the file, reading it gives a manifest or a StoreError, and nothing else.

The other five targets are in ``rust/fuzz``; ``make fuzz`` runs all six. ``MGMINE_FUZZ_SECONDS`` gives this one more time.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mgmine.errors import StoreError
from mgmine.store._manifest import File, Manifest, Segment, SegmentKey, Table

WHERE = Path("MANIFEST.json")
SECONDS = float(os.environ.get("MGMINE_FUZZ_SECONDS", "2"))


def _good() -> Manifest:
    manifest = Manifest()
    for number in range(1, 4):
        key = SegmentKey(
            f"pubmed26n{number:04d}.xml.gz", f"{number:032x}", "l" * 32, "r" * 32, "en_core@1", "comention"
        )
        tables = {name: Table(number, 1000 + number, f"{number:064x}") for name in ("documents", "mentions", "touched")}
        stats = {"documents": number, "families": [{"id": "ion", "label": "Ion µ", "topic": True}]}
        manifest = manifest.put(File(key, key.id, stats), Segment(key.id, (key.file,), tables))
    return manifest


GOOD = _good().to_bytes()
ODD: list[Any] = [
    None, True, -1, 0, 2**70, 1.5, 1e308, "", "../../etc/passwd", "\x00", "\ud800", "a" * 5000, [], {}, [[]], {"a": {}}, "1", float("nan"), float("inf"),
]  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in _places(part, (*path, key)))]


def _changed(rng: random.Random) -> bytes:
    """The good manifest with some of its parts replaced, removed, doubled or renamed, or some bytes changed."""
    document = json.loads(GOOD)
    for _ in range(rng.randint(0, 3)):
        *path, last = rng.choice(_places(document)[1:])
        holder = document
        for key in path:
            holder = holder[key]
        what = rng.randrange(5)
        if what == 0:
            del holder[last]
        elif what == 1 and isinstance(holder, list):
            holder.insert(last, holder[last])
        elif what == 2 and isinstance(holder, dict):
            holder[rng.choice(["../x", "", "documents", "\udfff"])] = holder.pop(last)
        else:
            holder[last] = rng.choice(ODD)
        if not _places(document)[1:]:
            break
    data = bytearray(json.dumps(document).encode())
    if rng.random() < 0.3:
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(data))
            what = rng.randrange(3)
            if what == 0:
                data[at] = rng.randrange(256)
            elif what == 1:
                del data[at : at + rng.randint(1, 40)]
            else:
                data[at:at] = rng.choice(
                    [
                        b"[" * 2000,
                        b"\x00",
                        b"\xff",
                        b"1e999",
                        b"Infinity",
                        b"9" * 5000,
                        b'"\\ud800"',
                        data[at : at + 100],
                    ]
                )
            if not data:
                break
    return bytes(data)


def _check(data: bytes) -> None:
    try:
        manifest = Manifest.from_bytes(data, WHERE)
    except StoreError:
        return
    written = manifest.to_bytes()
    again = Manifest.from_bytes(written, WHERE)
    assert again == manifest
    assert again.to_bytes() == written


def test_a_good_manifest_is_written_as_it_was_read() -> None:
    manifest = Manifest.from_bytes(GOOD, WHERE)
    assert manifest == _good()
    assert manifest.to_bytes() == GOOD


def test_changed_manifests() -> None:
    seed = int(os.environ.get("MGMINE_FUZZ_SEED", "1"))
    end = time.monotonic() + SECONDS
    count = 0
    while time.monotonic() < end or count < 300:
        data = _changed(random.Random(seed * 1_000_003 + count))
        try:
            _check(data)
        except BaseException:
            print(f"seed {seed}, input {count}: {data[:3000]!r}")
            raise
        count += 1
    print(f"{count} manifests")


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_bytes_that_are_no_manifest(data: bytes) -> None:
    with pytest.raises(StoreError):
        Manifest.from_bytes(data, WHERE)
