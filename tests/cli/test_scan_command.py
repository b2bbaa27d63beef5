"""``mgmine scan`` as a user runs it."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from conftest import run_mgmine

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [
    "doc_id", "doc_version", "passage", "section", "sentence", "start", "end", "text", "family", "concept", "ids", "counted",
    "nested_in", "veto",
]  # fmt: skip

TEXTS = {
    "one": "Magnesium switches the integrin LFA-1 on CD8+ T cells. The patient had myasthenia gravis (MG).",
    "two": "Nothing to see. CTL (control) animals were fed.",
}


def rows(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "two.jsonl"
    lines = (json.dumps({"id": name, "text": text}) for name, text in TEXTS.items())
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_mentions_on_standard_output(corpus: Path) -> None:
    done = run_mgmine("scan", corpus)
    assert (done.code, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert all(list(row) == KEYS for row in found)
    assert {row["family"] for row in found} >= {"magnesium", "integrin", "t_cell"}
    assert all(row["veto"] is None for row in found)
    for row in found:
        assert TEXTS[row["doc_id"]][row["start"] : row["end"]] == row["text"]
    assert not any(row["text"] in {"MG", "CTL"} for row in found)


def test_vetoed_and_comentions_come_on_request(corpus: Path) -> None:
    plain = rows(run_mgmine("scan", corpus).stdout)
    vetoed = rows(run_mgmine("scan", "--vetoed", corpus).stdout)
    assert [row for row in vetoed if row["veto"] is None] == plain
    rejected = {row["text"]: row["veto"]["reason"] for row in vetoed if row["veto"]}
    assert rejected.keys() >= {"MG", "CTL"}
    both = rows(run_mgmine("scan", "--comentions", corpus).stdout)
    assert [row for row in both if "level" not in row] == plain
    comentions = [row for row in both if "level" in row]
    assert list(comentions[0]) == ["doc_id", "doc_version", "level", "passage", "sentence", "families", "concepts"]
    assert {(row["doc_id"], row["level"]) for row in comentions} == {
        ("one", "sentence"), ("one", "passage"), ("one", "document"),
    }  # fmt: skip
    assert all(row["families"] == ["magnesium", "integrin", "t_cell"] for row in comentions)


def test_standard_input_and_packed_files(corpus: Path, tmp_path: Path) -> None:
    expected = run_mgmine("scan", corpus).stdout
    assert run_mgmine("scan", "-", stdin=corpus.read_text(encoding="utf-8")).stdout == expected
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(corpus.read_bytes()))
    assert run_mgmine("scan", packed).stdout == expected
    assert run_mgmine("scan", corpus, packed, "--threads", "2").stdout == expected * 2
    assert run_mgmine("scan", corpus, packed, "--threads", "1").stdout == expected * 2


def test_tsv(corpus: Path) -> None:
    lines = run_mgmine("scan", "--format", "tsv", "--vetoed", corpus).stdout.splitlines()
    header = lines[0].split("\t")
    assert header == [*KEYS, "veto_detail"]
    table = [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]
    assert [row["text"] for row in table] == [
        row["text"] for row in rows(run_mgmine("scan", "--vetoed", corpus).stdout)
    ]
    comentions = run_mgmine("scan", "--format", "tsv", "--comentions", corpus).stdout.splitlines()
    assert comentions[0].split("\t")[:3] == ["doc_id", "doc_version", "level"]
    assert comentions[1].split("\t")[5] == "magnesium|integrin|t_cell"


def test_output_to_files(corpus: Path, tmp_path: Path) -> None:
    expected = run_mgmine("scan", corpus).stdout
    done = run_mgmine("scan", corpus, "-o", tmp_path / "out.jsonl")
    assert (done.code, done.stdout) == (0, "")
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == expected
    run_mgmine("scan", corpus, "-o", tmp_path / "out.tsv")
    assert (tmp_path / "out.tsv").read_text(encoding="utf-8").startswith("doc_id\t")
    done = run_mgmine("scan", corpus, "--vetoed", "-o", tmp_path / "tables")
    assert (done.code, done.stdout) == (0, "")
    folder = tmp_path / "tables"
    assert sorted(path.name for path in folder.iterdir()) == [
        "comentions.parquet",
        "mentions.parquet",
        "vetoes.parquet",
    ]
    stored = pq.read_table(folder / "mentions.parquet").to_pylist()
    printed = rows(expected)
    assert [{key: row[key] for key in KEYS[:-1]} for row in stored] == [
        {key: row[key] for key in KEYS[:-1]} for row in printed
    ]
    before = (folder / "mentions.parquet").read_bytes()
    run_mgmine("scan", corpus, "--format", "parquet", "-o", folder)
    assert (folder / "mentions.parquet").read_bytes() == before


def test_losses_are_told(corpus: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "a", "text": "magnesium"}\n{"id": \n{"id": "b", "text": "zinc"}\n', encoding="utf-8")
    done = run_mgmine("scan", broken)
    assert done.code == 1
    assert [row["doc_id"] for row in rows(done.stdout)] == ["a"]
    assert re.search(r"broken\.jsonl: byte (3[3-9]|4\d), record 1: ", done.stderr)
    packed = tmp_path / "cut.gz"
    packed.write_bytes(gzip.compress(corpus.read_bytes())[:-9])
    done = run_mgmine("scan", packed, corpus)
    assert done.code in {1, 65}
    assert "cut.gz" in done.stderr
    assert {"one"} == {row["doc_id"] for row in rows(done.stdout)}
    empty = tmp_path / "empty.xml"
    empty.touch()
    done = run_mgmine("scan", empty, corpus)
    assert done.code == 65
    assert "empty.xml" in done.stderr
    assert rows(done.stdout)


def test_usage(corpus: Path, tmp_path: Path) -> None:
    cases: list[tuple[list[str | Path], str]] = [
        ([tmp_path / "missing.xml"], "missing.xml"),
        ([tmp_path], "folder"),
        ([corpus, "--format", "parquet"], "-o DIR"),
        ([corpus, "--format", "yaml"], "yaml"),
        ([corpus, "--threads", "0"], "threads"),
        ([corpus, "--lexicon", tmp_path / "no.toml"], "no.toml"),
        ([], "INPUT"),
    ]
    for arguments, told in cases:
        done = run_mgmine("scan", *arguments)
        assert (done.code, done.stdout) == (2, ""), arguments
        assert told in done.stderr
    bad = tmp_path / "bad.toml"
    bad.write_text("[lexicon]\nid = 3\n", encoding="utf-8")
    done = run_mgmine("scan", corpus, "--lexicon", bad)
    assert done.code == 65
    assert "bad.toml:2" in done.stderr


def test_own_lexicon(corpus: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("myasthenia gravis\tMESH:D009157\ncontrol\tX:1\n", encoding="utf-8")
    added = rows(run_mgmine("scan", corpus, "--lexicon", own).stdout)
    assert {"myasthenia gravis", "Magnesium"} <= {row["text"] for row in added}
    alone = rows(run_mgmine("scan", corpus, "--replace-lexicon", own).stdout)
    assert [(row["text"], row["ids"]) for row in alone] == [
        ("myasthenia gravis", ["MESH:D009157"]), ("control", ["X:1"]),
    ]  # fmt: skip


@pytest.mark.parametrize("option", ["--lexicon", "--replace-lexicon"])
def test_own_lexicon_from_a_pipe(corpus: Path, tmp_path: Path, option: str) -> None:
    # As `--lexicon <(…)` gives it: what is read once is gone.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = "text\tcurie\nanimals\tX:1\n"
    writer = threading.Thread(target=pipe.write_text, args=(text,), daemon=True)
    writer.start()
    done = run_mgmine("scan", corpus, option, pipe)
    writer.join()
    assert done.code == 0, done.stderr
    assert "animals" in {row["text"] for row in rows(done.stdout)}


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    big = tmp_path / "big.jsonl"
    big.write_text(json.dumps({"id": "x", "text": "Magnesium. " * 50}) + "\n", encoding="utf-8")
    big.write_text(big.read_text(encoding="utf-8") * 2000, encoding="utf-8")
    scan = subprocess.Popen(
        [sys.executable, "-m", "mgmine", "scan", str(big)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert scan.stdout is not None
    assert scan.stderr is not None
    scan.stdout.readline()
    scan.stdout.close()
    assert scan.stderr.read() == b""
    scan.stderr.close()
    assert scan.wait(timeout=60) == 0
