"""The tables of the extension module: Arrow in and out, Parquet, claims."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mgmine import _native
from mgmine.errors import InputError, MgmineError

if TYPE_CHECKING:
    from pathlib import Path


def claim(**changes: Any) -> dict[str, Any]:
    """A claim record, with ``changes``."""
    record = {
        "id": "c1", "doc_id": "pubmed:7", "doc_version": 1, "section": None, "passage": "abstract",
        "sentence": {"index": 3, "start": 412, "end": 442, "text": "Mg2+ switches the integrin on."},
        "subject": {"text": "Mg2+", "start": 412, "end": 416, "type": "magnesium", "ids": ["CHEBI:18420"], "level": "low"},
        "predicate": "affects", "sign": "+", "aspect": "activity", "object": {"claim": "c0"},
        "negated": False, "factuality": "fact", "modality": "asserted", "necessity": None, "via": [],
        "perturbation": {"kind": "removal", "agent": "EDTA"}, "role": "result",
        "context": [{"slot": "dose", "text": "5 µM", "start": 1, "end": 5, "ids": [], "stated": True}],
        "cue": {"text": "switches", "start": 417, "end": 425}, "derived_from": None, "score": 0.5, "rule": "r/one",
        "provenance": {"lexicon": "x"},
    }  # fmt: skip
    return record | changes


def table() -> _native.Table:
    lines = [json.dumps(claim(id=f"c{index}", score=index / 8), ensure_ascii=False) for index in range(1000)]
    return _native.claims_table(lines)


def test_claims_are_flattened() -> None:
    row = _native.claims_table([json.dumps(claim())]).to_pylist()[0]
    assert row["subject_ids"] == ["CHEBI:18420"]
    assert row["subject_level"] == "low"
    assert (row["object_claim"], row["object_text"], row["object_start"], row["object_ids"]) == ("c0", None, None, [])
    assert (row["perturbation_kind"], row["perturbation_agent"]) == ("removal", "EDTA")
    assert json.loads(row["context"])[0]["text"] == "5 µM"
    assert (row["sentence_index"], row["cue_end"], row["score"], row["negated"]) == (3, 425, 0.5, False)
    without = _native.claims_table([json.dumps(claim(object=None, perturbation=None))]).to_pylist()[0]
    assert (without["object_claim"], without["object_ids"], without["perturbation_kind"]) == (None, [], None)


@pytest.mark.parametrize("line", ["", "[]", "{}", json.dumps(claim(score="high")), json.dumps(claim(cue=None))])
def test_what_is_no_claim_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="claim 1: "):
        _native.claims_table([json.dumps(claim()), line])


def test_libraries_read_a_table() -> None:
    ours = table()
    arrow = pa.table(ours)
    assert arrow.num_rows == len(ours) == 1000
    assert arrow.column_names == ours.column_names
    assert arrow.to_pylist() == ours.to_pylist()
    frame = pl.DataFrame(ours)
    assert frame["score"].to_list() == [index / 8 for index in range(1000)]
    assert frame["predicate"].cast(pl.String).unique().to_list() == ["affects"]
    pandas = pd.DataFrame.from_arrow(ours) if hasattr(pd.DataFrame, "from_arrow") else arrow.to_pandas()
    assert list(pandas["id"][:2]) == ["c0", "c1"]


def test_numbers_are_not_copied_on_the_way_out() -> None:
    ours = table()
    addresses = {pa.table(ours)["score"].chunk(0).buffers()[1].address for _ in range(2)}
    assert len(addresses) == 1


def test_tables_outlive_their_maker() -> None:
    arrow = pa.table(table())
    assert arrow["id"][999].as_py() == "c999"


def test_tables_of_others_come_in() -> None:
    given = pa.table({"x": [1, 2, None], "y": ["a", "b", None]}, schema=pa.schema({"x": pa.int64(), "y": pa.string()}))
    assert _native.Table.from_arrow(given).to_pylist() == given.to_pylist()
    with pytest.raises(AttributeError):
        _native.Table.from_arrow([1, 2])  # type: ignore[arg-type]


def test_parquet_is_whole_and_always_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    assert _native.write_parquet(table(), first) == 1000
    _native.write_parquet(pa.table(table()), str(second))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]
    assert first.read_bytes() == second.read_bytes()
    assert pq.read_table(first).to_pylist() == table().to_pylist()
    column = pq.ParquetFile(first).metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.statistics.min == "c0"


def test_parquet_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises((MgmineError, OSError)):
        _native.write_parquet(table(), tmp_path / "missing" / "a.parquet")

    def broken() -> Any:
        yield pa.record_batch({"x": [1]})
        raise ValueError("no more")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"x": pa.int64()}), broken())
    with pytest.raises(MgmineError, match="no more"):
        _native.write_parquet(reader, tmp_path / "b.parquet")
    assert list(tmp_path.iterdir()) == []
