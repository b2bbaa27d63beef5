"""``mgmine explain`` as a user runs it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

from conftest import run_mgmine

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Patients with myasthenia gravis (MG) got 5 mg of magnesium. MG worsened. T cell receptor signalling held."


def test_text_on_standard_input() -> None:
    done = run_mgmine("explain", stdin=TEXT)
    assert (done.code, done.stderr) == (0, "")
    assert "myasthenia gravis" in done.stdout
    assert "rejected (abbreviation)" in done.stdout
    assert "counted" in done.stdout
    assert "not counted" in done.stdout


def test_records() -> None:
    done = run_mgmine("explain", "-", "--format", "jsonl", stdin=TEXT)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    verdicts = {(row["text"], (row["veto"] or {}).get("reason")) for row in found}
    assert ("MG", "abbreviation") in verdicts
    assert ("magnesium", None) in verdicts
    nested = [row for row in found if row["text"] == "T cell"]
    assert nested[0]["nested_in"] is not None
    assert not nested[0]["counted"]
    for row in found:
        assert TEXT[row["start"] : row["end"]] == row["text"]
        assert row["name"]


def test_a_document_of_a_file(sample: Path) -> None:
    everything = run_mgmine("explain", sample, "--format", "jsonl").stdout.splitlines()
    ids = {json.loads(line)["doc_id"] for line in everything}
    one = sorted(ids)[0]
    for arguments in ([sample, "--doc", one], [sample, one.removeprefix("pubmed:")]):
        lines = run_mgmine("explain", *arguments, "--format", "jsonl").stdout.splitlines()
        assert {json.loads(line)["doc_id"] for line in lines} == {one}
    missing = run_mgmine("explain", sample, "--doc", "99999999")
    assert missing.code == 2
    assert "99999999" in missing.stderr
    assert run_mgmine("explain", "12345678").code == 2


def test_a_document_of_a_store(sample: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run_mgmine("run", sample, "--store", store, "--no-claims").code == 0
    from_file = run_mgmine("explain", sample, "90000001", "--format", "jsonl")
    from_store = run_mgmine("explain", "90000001", "--store", store, "--format", "jsonl")
    assert from_store.code == 0

    def found(output: str) -> list[tuple[str, int, str | None]]:
        rows = map(json.loads, output.splitlines())
        return [(row["text"], row["start"], (row["veto"] or {}).get("reason")) for row in rows]

    assert found(from_store.stdout) == found(from_file.stdout) != []
    missing = run_mgmine("explain", "1", "--store", store)
    assert (missing.code, missing.stdout) == (2, "")
    assert "pubmed:1" in missing.stderr


CLAIMS = "TRPM7 inhibition reduced intracellular Mg2+ in T cells. It may <b> impair adhesion to ICAM-1."


def test_how_claims_were_read() -> None:
    done = run_mgmine("explain", "--model", "blank", stdin=CLAIMS)
    assert done.code == 0
    assert "TRPM7 inhibition affects - Mg2+" in done.stdout
    assert "rule affects/" in done.stdout
    assert "trigger 'reduced'" in done.stdout
    assert "reduced –nsubj→ inhibition" in done.stdout
    assert "no trained parser" in done.stdout
    assert "rule" not in run_mgmine("explain", "--no-claims", stdin=CLAIMS).stdout


def test_claims_as_records() -> None:
    done = run_mgmine("explain", "--model", "blank", "--format", "jsonl", "--claims", stdin=CLAIMS)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    made = [row for row in rows if "claim" in row]
    assert made
    assert any("veto" in row for row in rows)
    for row in made:
        assert row["trigger"]
        odds = sum(part["log_odds"] for part in row["weights"])
        assert row["factor"] < 1
        assert abs(row["factor"] / (1 + math.exp(-odds)) - row["claim"]["score"]) < 0.001
    assert made[0]["subject_path"][-1]["word"] == "inhibition"


@pytest.mark.nlp
def test_the_page_with_the_parse(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    target = tmp_path / "parse.html"
    assert run_mgmine("explain", "--html", target, stdin=CLAIMS).code == 0
    page = target.read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert 'class="displacy-arrow fired"' in page
    assert "affects/verb" in page
    assert "<b> impair" not in page
    assert "<script" not in page
