"""What a store said at one time: its relations and claims, small enough to be kept for every day.

A digest compares two of these. Segments themselves are cleared away when they are replaced or compacted, so they could not be held
for as long as someone may want to look back.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mgmine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from mgmine.store import Store

Row = dict[str, Any]
Claim = tuple[str, str]
"""Document and id of a claim."""

COLUMNS = (
    "relation_id", "pair_id", "subject_key", "subject", "subject_family", "subject_level", "predicate", "sign", "object_key", "object",
    "object_family", "object_level", "belief", "disbelief", "claims", "documents", "affirmed", "certain", "negated", "opposed",
    "retracted_claims",
)  # fmt: skip
_FORMAT = "mgmine snapshot 1"


@dataclass(slots=True)
class Snapshot:
    """A state of a store. ``files`` has, for each source file, its MD5 and what it was read with."""

    taken: str
    generation: int
    files: dict[str, list[str]]
    relations: dict[str, Row] = field(default_factory=dict)
    claims: dict[Claim, tuple[str, bool, bool]] = field(default_factory=dict)
    """The relation of each claim, whether its document is retracted, and whether the claim denies the relation."""

    @property
    def readers(self) -> set[tuple[str, ...]]:
        """What the files were read with: lexicon, rules, model."""
        return {tuple(parts[1:]) for parts in self.files.values()}


def files_of(store: Store) -> dict[str, list[str]]:
    """The files of a store as a snapshot has them."""
    return {file.key.source: [file.key.md5, file.key.lexicon, file.key.rules, file.key.model] for file in store.files()}


def take(store: Store, taken: str) -> Snapshot:
    """The state of an open store."""
    snapshot = Snapshot(taken, store.generation, files_of(store))
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    for row in store.sql(f"SELECT {names} FROM relations ORDER BY relation_id").dicts():
        snapshot.relations[row["relation_id"]] = row
    query = "SELECT doc_id, claim_id, relation_id, withdrawn, denies FROM evidence WHERE NOT is_aim ORDER BY doc_id, claim_id"
    for doc_id, claim_id, relation_id, withdrawn, denies in store.sql(query):
        snapshot.claims[doc_id, claim_id] = (relation_id, bool(withdrawn), bool(denies))
    return snapshot


def write(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot: packed JSON lines, always the same bytes for the same state."""
    head = {"format": _FORMAT, "taken": snapshot.taken, "generation": snapshot.generation, "files": snapshot.files}
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        packed.write(json.dumps(head).encode() + b"\n")
        for relation in snapshot.relations.values():
            packed.write(json.dumps([relation[name] for name in COLUMNS], ensure_ascii=False).encode() + b"\n")
        for (doc_id, claim_id), rest in snapshot.claims.items():
            packed.write(json.dumps([doc_id, claim_id, *rest]).encode() + b"\n")


def read(path: Path, *, head: bool = False) -> Snapshot:
    """Read a snapshot, or only its head.

    Raises:
        InputError: It is none, or damaged.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            first = json.loads(next(file))
            if first["format"] != _FORMAT:
                raise InputError(f"{path}: not a snapshot of a store")
            snapshot = Snapshot(first["taken"], first["generation"], first["files"])
            if head:
                return snapshot
            for line in file:
                values = json.loads(line)
                if len(values) == len(COLUMNS):
                    snapshot.relations[values[0]] = dict(zip(COLUMNS, values, strict=True))
                else:
                    snapshot.claims[values[0], values[1]] = (values[2], values[3], values[4])
            return snapshot
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise InputError(f"{path}: a damaged snapshot: {error}") from error
