"""The manifest: which segments make up the store, in which order, with their checksums.

It holds nothing that differs between two runs over the same input (no time, no machine, no running number), so that equal
stores are equal byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mgmine.errors import StoreError
from mgmine.store import _disk

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = "mgmine evidence store"
VERSION = 1
NAME = "MANIFEST.json"

_NLM = re.compile(r"pubmed(?P<year>\d\d)n(?P<number>\d{4,})\.xml(?:\.gz)?\Z")


@dataclass(frozen=True, slots=True)
class SegmentKey:
    """What a segment was made from. Equal keys give equal segments, so a key that is there need not be made again.

    ``source`` is the file's name without folders, ``md5`` the hash of its bytes, the others hashes of the lexicon, the rules
    and the language model (empty where none was used).
    """

    source: str
    md5: str
    lexicon: str = ""
    rules: str = ""
    model: str = ""

    @property
    def id(self) -> str:
        """The segment's id, 32 hexadecimal digits, which is also the name of its folder."""
        parts = ["segment", VERSION, self.source, self.md5, self.lexicon, self.rules, self.model]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()

    @property
    def nlm_order(self) -> tuple[int, int] | None:
        """(year, number) of an NLM baseline or update file, which is the order in which these apply; else None."""
        match = _NLM.match(self.source)
        return (int(match["year"]), int(match["number"])) if match else None

    def replaces(self, other: SegmentKey) -> bool:
        """Whether a segment of this key takes the place of one of the other key.

        It does for the same file read with another lexicon, rules or model, and for an NLM file that was published anew
        under its old name. Two other files that share nothing but a name both stay.
        """
        return self.source == other.source and (self.md5 == other.md5 or self.nlm_order is not None)


@dataclass(frozen=True, slots=True)
class Table:
    """One Parquet file of a segment."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as the manifest lists it. ``stats`` is what the run noted about the file."""

    key: SegmentKey
    tables: Mapping[str, Table]
    stats: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of its key."""
        return self.key.id


@dataclass(frozen=True, slots=True)
class Manifest:
    """The ordered list of segments. ``generation`` counts the baselines from which the store was built anew."""

    segments: tuple[Segment, ...] = ()
    generation: int = 1

    def find(self, key: SegmentKey) -> Segment | None:
        """The segment of this key, or None."""
        return next((segment for segment in self.segments if segment.key == key), None)

    def put(self, segment: Segment) -> Manifest:
        """This manifest with a segment added, in its place in the order.

        The order is that of commits. A segment that replaces another takes its position. A new NLM file stands directly
        before the first NLM file of higher year and number, and so after all of lower ones, whenever it came.
        """
        kept: list[Segment] = []
        position: int | None = None
        for old in self.segments:
            if segment.key.replaces(old.key):
                position = len(kept) if position is None else position
            else:
                kept.append(old)
        if position is None:
            position = len(kept)
            if order := segment.key.nlm_order:
                later = (i for i, old in enumerate(kept) if (other := old.key.nlm_order) and other > order)
                position = next(later, position)
        kept.insert(position, segment)
        return replace(self, segments=tuple(kept))

    def to_bytes(self) -> bytes:
        """The file's content: JSON, keys sorted, a newline at the end."""
        document = {
            "format": FORMAT,
            "version": VERSION,
            "generation": self.generation,
            "segments": [
                {
                    "id": segment.id,
                    "source": segment.key.source,
                    "md5": segment.key.md5,
                    "lexicon": segment.key.lexicon,
                    "rules": segment.key.rules,
                    "model": segment.key.model,
                    "tables": {
                        name: {"rows": table.rows, "bytes": table.bytes, "sha256": table.sha256}
                        for name, table in segment.tables.items()
                    },
                    "stats": dict(segment.stats),
                }
                for segment in self.segments
            ],
        }
        return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes, where: Path) -> Manifest:
        """Read a manifest.

        Raises:
            StoreError: The bytes are no manifest, or one of another version.
        """
        try:
            document = json.loads(data)
            if document["format"] != FORMAT:
                raise StoreError(f"{where}: not the manifest of an evidence store")
            if document["version"] != VERSION:
                raise StoreError(
                    f"{where}: a store of version {document['version']}; this mgmine reads version {VERSION}"
                )
            segments = []
            for entry in document["segments"]:
                key = SegmentKey(entry["source"], entry["md5"], entry["lexicon"], entry["rules"], entry["model"])
                if key.id != entry["id"]:
                    raise StoreError(f"{where}: the id of the segment of {key.source} does not fit its parts")
                tables = {
                    name: Table(int(table["rows"]), int(table["bytes"]), str(table["sha256"]))
                    for name, table in entry["tables"].items()
                }
                segments.append(Segment(key, tables, entry["stats"]))
            return cls(tuple(segments), int(document["generation"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"{where}: damaged: {type(error).__name__}: {error}") from error


def read(folder: Path) -> Manifest | None:
    """The manifest of a store, or None where there is none.

    Raises:
        StoreError: It is damaged, of another version, or cannot be read.
    """
    path = folder / NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
    return Manifest.from_bytes(data, path)


def write(folder: Path, manifest: Manifest) -> None:
    """Switch the store to a manifest: new file, sync, rename, sync of the folder. A reader sees the old or the new one."""
    new = folder / (NAME + ".new")
    _disk.write_file(new, manifest.to_bytes())
    _disk.rename(new, folder / NAME)
    _disk.sync_folder(folder)
