"""Small evidence stores for tests: rows as dictionaries in, Arrow tables with the schema's columns out."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from mgmine.store import SegmentKey, Store, _schema, _segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pytest

Row = dict[str, Any]


def parquet_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write Parquet with pyarrow where the Rust core has not been built."""
    try:
        from mgmine import _native  # noqa: F401
    except ImportError:
        monkeypatch.setattr(_segment, "write_parquet", write_with_pyarrow)


def write_with_pyarrow(table: Any, path: Path, constant: tuple[str, int] | None = None) -> int:
    import pyarrow
    import pyarrow.parquet

    rows = pyarrow.table(table)
    if constant:
        rows = rows.append_column(constant[0], pyarrow.array([constant[1]] * rows.num_rows, pyarrow.int64()))
    pyarrow.parquet.write_table(rows, path, compression="zstd")
    return int(rows.num_rows)


def arrow(name: str, rows: Iterable[Mapping[str, Any]], *, without: tuple[str, ...] = ()) -> Any:
    """Rows of one of the store's tables as a pyarrow table; missing values are null."""
    import pyarrow

    schema = pyarrow.schema([field for field in _arrow_schema(name) if field.name not in without])
    return pyarrow.Table.from_pylist(
        [{column: row.get(column) for column in schema.names} for row in rows], schema=schema
    )


@cache
def _arrow_schema(name: str) -> Any:
    import duckdb

    query = "SELECT " + ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in _schema.columns()[name].items())
    with duckdb.connect() as connection:
        return connection.sql(query).to_arrow_table().schema


def document(doc_id: str, version: int = 1, record: int = 0, **more: Any) -> Row:
    row: Row = {
        "doc_id": doc_id, "doc_version": version, "record": record, "kind": "article", "title": f"Title of {doc_id}",
        "has_abstract": True, "year": 2015, "date": "2015-03", "journal": "A Journal", "journal_abbreviation": "A J",
        "languages": ["eng"], "publication_types": ["Journal Article"], "mesh": [], "chemicals": [], "keywords": [],
        "links": [], "other_abstracts": [], "status": "MEDLINE",
    }  # fmt: skip
    return {**row, **more}


def mention(doc_id: str, text: str, family: str, concept: str, start: int, *, version: int = 1, **more: Any) -> Row:
    row: Row = {
        "doc_id": doc_id, "doc_version": version, "record": 0, "passage": "abstract", "section": None, "sentence": 0,
        "start": start, "end": start + len(text), "text": text, "family": family, "concept": concept,
        "ids": [f"TEST:{concept}"], "counted": True, "nested_in": None, "source_start": None, "source_end": None,
    }  # fmt: skip
    return {**row, **more}


def argument(words: str, sentence: str, offset: int = 0, **more: Any) -> Row:
    start = sentence.index(words) + offset
    return {"text": words, "start": start, "end": start + len(words), "type": None, "ids": [], "level": None, **more}


def claim(doc_id: str, sentence: str, subject: Row, predicate: str, object_: Row | None, cue: str, **more: Any) -> Row:
    """A claim record (nested, as ``mgmine extract`` prints it)."""
    offset = more.pop("offset", 0)
    start = sentence.index(cue) + offset
    row: Row = {
        "doc_id": doc_id, "doc_version": 1, "section": None, "passage": "abstract",
        "sentence": {"index": 0, "start": offset, "end": offset + len(sentence), "text": sentence},
        "subject": subject, "predicate": predicate, "sign": None, "aspect": None, "object": object_, "negated": False,
        "factuality": "fact", "modality": "asserted", "necessity": None, "via": [], "perturbation": None,
        "role": "result", "context": [], "cue": {"text": cue, "start": start, "end": start + len(cue)},
        "derived_from": None, "score": 0.8, "rule": "test", "provenance": {"lexicon": "l", "rules": "r", "model": "m"},
    }  # fmt: skip
    row.update(more)
    row.setdefault("id", hashlib.md5(json.dumps(row, sort_keys=True).encode()).hexdigest())
    return row


def flat(record: Mapping[str, Any]) -> Row:
    """A claim record as a row of the claims table."""
    row: Row = {
        key: record[key]
        for key in (
            "id", "doc_id", "doc_version", "section", "passage", "predicate", "sign", "aspect", "negated", "factuality",
            "modality", "necessity", "role", "derived_from", "score", "rule",
        )
    }  # fmt: skip
    row["record"] = record.get("record", 0)
    for part in ("index", "start", "end", "text"):
        row[f"sentence_{part}"] = record["sentence"][part]
    for name in ("subject", "object"):
        value = record[name] or {}
        row |= {f"{name}_{part}": value.get(part) for part in ("text", "start", "end", "type", "level", "claim")}
        row[f"{name}_ids"] = value.get("ids", [])
    for name in ("via", "context", "provenance"):
        row[name] = json.dumps(record[name], sort_keys=True, ensure_ascii=False)
    for part in ("kind", "agent"):
        row[f"perturbation_{part}"] = (record["perturbation"] or {}).get(part)
    row |= {f"cue_{part}": record["cue"][part] for part in ("text", "start", "end")}
    return row


def tables(**rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Arrow tables by name; claims may be given as claim records."""
    rows = {"documents": [], **rows}
    made = {}
    for name, given in rows.items():
        flattened = [flat(row) if name == "claims" and "sentence" in row else row for row in given]
        made[name] = arrow(name, flattened)
    return made


def key(source: str = "a.xml", md5: str = "0" * 32, **more: str) -> SegmentKey:
    return SegmentKey(source, md5, **{"lexicon": "l", "rules": "r", "model": "m", "gate": "comention", **more})


def fill(path: Path, **rows: Iterable[Mapping[str, Any]]) -> Store:
    """A store of one segment."""
    store = Store(path, create=True)
    with store.writer() as writer:
        writer.commit(key(), tables(**rows))
    return store


def content(path: Path) -> dict[str, bytes]:
    """Every file of a store that belongs to it: the manifest and the segments."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != "LOCK" and file.parent.name != "readers"
    }
