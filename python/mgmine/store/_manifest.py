"""The manifest: which source files the store holds, in which order, in which segments, with their checksums.

It holds nothing that differs between two runs over the same input (no time, no machine, no running number), so that equal
stores are equal byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mgmine.errors import StoreError
from mgmine.store import _disk, _schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FORMAT = "mgmine evidence store"
VERSION = 1
NAME = "MANIFEST.json"
NEXT = "NEXT.json"
"""The manifest of a generation that is being built beside the current one."""

SEGMENT = "SEGMENT.json"
"""In each segment's folder: what it is."""

_PARTS = ("source", "md5", "lexicon", "rules", "model", "gate")
_NLM = re.compile(r"pubmed(?P<year>\d\d)n(?P<number>\d{4,})\.xml(?:\.gz)?\Z")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _hash(*parts: object, size: int = 16) -> str:
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=size).hexdigest()


@lru_cache(maxsize=1 << 14)
def _file_number(source: str, md5: str) -> int:
    return int(_hash("file", source, md5, size=8), 16) >> 12


@dataclass(frozen=True, slots=True)
class SegmentKey:
    """What a source file was read with. Equal keys give equal rows, so a key that is there need not be read again.

    ``source`` is the file's name without folders, ``md5`` the hash of its bytes; ``lexicon``, ``rules`` and ``model`` are
    hashes of what it was read with (empty where none was used), ``gate`` says which sentences were read for claims.
    """

    source: str
    md5: str
    lexicon: str = ""
    rules: str = ""
    model: str = ""
    gate: str = ""

    @property
    def id(self) -> str:
        """The id of the file's own segment, 32 hexadecimal digits, which is also the name of its folder."""
        return _hash("segment", VERSION, self.source, self.md5, self.lexicon, self.rules, self.model, self.gate)

    @property
    def file(self) -> int:
        """Number of the file, from its name and bytes only: the same however it was read. Exact as a double."""
        return _file_number(self.source, self.md5)

    @property
    def nlm_order(self) -> tuple[int, int] | None:
        """(year, number) of an NLM baseline or update file, which is the order in which these apply; else None."""
        match = _NLM.match(self.source)
        return (int(match["year"]), int(match["number"])) if match else None

    def replaces(self, other: SegmentKey) -> bool:
        """Whether a file of this key takes the place of one of the other key.

        It does for the same file read with another lexicon, rules, model or gate, and for an NLM file that was published
        anew under its old name. Two other files that share nothing but a name both stay.
        """
        return self.source == other.source and (self.md5 == other.md5 or self.nlm_order is not None)


@dataclass(frozen=True, slots=True)
class Table:
    """One Parquet file of a segment."""

    rows: int
    bytes: int
    sha256: str

    @property
    def id(self) -> str:
        """A name made from its content, as that of a folder."""
        return self.sha256[:32]

    def to_json(self) -> dict[str, Any]:
        """The JSON object of a manifest."""
        return {"rows": self.rows, "bytes": self.bytes, "sha256": self.sha256}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Table:
        """Read it again."""
        if not re.fullmatch(r"[0-9a-f]{64}", value["sha256"]):
            raise ValueError(f"{value['sha256']!r} is not a checksum")
        return cls(int(value["rows"]), int(value["bytes"]), value["sha256"])


@dataclass(frozen=True, slots=True)
class File:
    """A source file as the store holds it: its key, the segment its rows are in, what the run noted about it.

    ``whole`` is false where records of it that were left out when segments were merged count again, since the file that
    overrode them was published anew; then it must be read again.
    """

    key: SegmentKey
    segment: str
    stats: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True

    def to_json(self) -> dict[str, Any]:
        """The JSON object of a manifest."""
        return {
            "file": self.key.file,
            **{part: getattr(self.key, part) for part in _PARTS},
            "segment": self.segment,
            "stats": dict(self.stats),
            "whole": self.whole,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> File:
        """Read it again."""
        key = SegmentKey(*(str(value[part]) for part in _PARTS))
        if key.file != value["file"]:
            raise ValueError(f"the number of the file {key.source} does not fit its name and MD5")
        return cls(key, str(value["segment"]), dict(value["stats"]), bool(value["whole"]))


@dataclass(frozen=True, slots=True)
class Segment:
    """A folder of Parquet files, written once: the rows of the files with these numbers, in this order."""

    id: str
    files: tuple[int, ...]
    tables: Mapping[str, Table]

    def to_json(self) -> dict[str, Any]:
        """The JSON object of a manifest."""
        tables = {name: table.to_json() for name, table in self.tables.items()}
        return {"id": self.id, "files": list(self.files), "tables": tables}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Segment:
        """Read it again."""
        if not re.fullmatch(r"[0-9a-f]{32}", value["id"]):
            raise ValueError(f"{value['id']!r} is not the id of a segment")
        tables = {name: Table.from_json(table) for name, table in value["tables"].items()}
        if not tables.keys() <= set(_schema.TABLES):
            raise ValueError(f"the segment {value['id']} lists a table that no store has")
        return cls(value["id"], tuple(map(int, value["files"])), tables)


def segment_id(keys: Sequence[SegmentKey]) -> str:
    """The id of a segment with the rows of several files; of one file, its own."""
    return keys[0].id if len(keys) == 1 else _hash("segment", VERSION, [key.id for key in keys])


@dataclass(frozen=True, slots=True)
class Manifest:
    """The source files in their order, the segments that hold them, and the list of the records that do not count.

    ``generation`` counts the baselines from which the store was built anew.
    """

    files: tuple[File, ...] = ()
    segments: tuple[Segment, ...] = ()
    superseded: Table | None = None
    generation: int = 1

    def find(self, key: SegmentKey) -> File | None:
        """The file of this key, or None."""
        return next((file for file in self.files if file.key == key), None)

    def ids(self) -> set[str]:
        """The names of the folders that this manifest needs."""
        return {segment.id for segment in self.segments} | ({self.superseded.id} if self.superseded else set())

    def put(self, file: File, segment: Segment) -> Manifest:
        """This manifest with a file added, in its place in the order.

        The order is that of commits. A file that replaces another takes its position. A new NLM file stands directly
        before the first NLM file of higher year and number, and so after all of lower ones, whenever it came.
        """
        kept: list[File] = []
        position: int | None = None
        for old in self.files:
            if file.key.replaces(old.key):
                position = len(kept) if position is None else position
            else:
                kept.append(old)
        if position is None:
            position = len(kept)
            if order := file.key.nlm_order:
                later = (i for i, old in enumerate(kept) if (other := old.key.nlm_order) and other > order)
                position = next(later, position)
        kept.insert(position, file)
        return self.arranged(kept, [*self.segments, segment])

    def arranged(self, files: Iterable[File], segments: Iterable[Segment]) -> Manifest:
        """A manifest of these files and of those of the segments that hold them, in the order of their first files."""
        files = tuple(files)
        known = {segment.id: segment for segment in segments}
        return replace(self, files=files, segments=tuple(known[id_] for id_ in dict.fromkeys(f.segment for f in files)))

    def to_bytes(self) -> bytes:
        """The file's content: JSON, keys sorted, a newline at the end."""
        document = {
            "format": FORMAT,
            "version": VERSION,
            "generation": self.generation,
            "files": [file.to_json() for file in self.files],
            "segments": [segment.to_json() for segment in self.segments],
            "superseded": self.superseded.to_json() if self.superseded else None,
        }
        return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes, where: Path) -> Manifest:
        """Read a manifest.

        Raises:
            StoreError: The bytes are no manifest, or one of another version.
        """
        try:
            document = json.loads(data, parse_constant=_no_number)
            if document["format"] != FORMAT:
                raise StoreError(f"{where}: not the manifest of an evidence store")
            if document["version"] != VERSION:
                raise StoreError(
                    f"{where}: a store of version {document['version']}; this mgmine reads version {VERSION}"
                )
            files = tuple(map(File.from_json, document["files"]))
            segments = tuple(map(Segment.from_json, document["segments"]))
            held = {(segment.id, number) for segment in segments for number in segment.files}
            for file in files:
                if (file.segment, file.key.file) not in held:
                    raise ValueError(f"the segment of {file.key.source} is not listed")
            if len({file.key.file for file in files}) < len(files):
                raise ValueError("a file is listed twice")
            listed = document["superseded"]
            superseded = None if listed is None else Table.from_json(listed)
            generation = int(document["generation"])
            # What cannot be written again, such as half of a surrogate pair, would stop a later commit.
            json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
            return cls(files, segments, superseded, generation)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise StoreError(f"{where}: damaged: {type(error).__name__}: {error}") from error


def describe(segment: Segment, files: Iterable[File], generation: int) -> bytes:
    """What a segment's own folder says of it, so that a manifest that was lost can be made again."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "generation": generation,
        "files": [replace(file, segment=segment.id).to_json() for file in files],
        "segment": segment.to_json(),
    }
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read(folder: Path, name: str = NAME) -> Manifest | None:
    """A manifest of a store, or None where there is none.

    Raises:
        StoreError: It is damaged, of another version, or cannot be read.
    """
    path = folder / name
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
    return Manifest.from_bytes(data, path)


def write(folder: Path, manifest: Manifest, name: str = NAME) -> None:
    """Switch to a manifest: new file, sync, rename, sync of the folder. A reader sees the old or the new one."""
    new = folder / (name + ".new")
    _disk.write_file(new, manifest.to_bytes())
    _disk.rename(new, folder / name)
    _disk.sync_folder(folder)
