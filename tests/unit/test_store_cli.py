"""The commands that read a store, and the reference page."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import storekit as kit
from mgmine.cli._group import cli
from mgmine.store import Store, reference

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = "Zinc activates LFA-1\ton T cells."


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Any:
    record = kit.claim(
        "pubmed:1", SENTENCE, kit.argument("Zinc", SENTENCE, ids=["TEST:Zn"], type="mineral"), "affects",
        kit.argument("LFA-1", SENTENCE), "activates", sign="+", context=[{"slot": "cell_type", "text": "T cells", "start": 1}],
    )  # fmt: skip
    denied = kit.claim(
        "pubmed:2", SENTENCE, kit.argument("Zinc", SENTENCE), "binds", None, "activates", negated=True, record=1
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        kit.parquet_stand_in(monkeypatch)
        folder = tmp_path_factory.mktemp("cli") / "s"
        kit.fill(
            folder,
            documents=[kit.document("pubmed:1", year=2001), kit.document("pubmed:2", 1, 1, year=2011)],
            mentions=[kit.mention("pubmed:1", "Zinc", "mineral", "zinc metal", 0, ids=["TEST:Zn"])],
            comentions=[{"doc_id": "pubmed:1", "doc_version": 1, "record": 0, "level": "sentence", "sentence": 0,
                         "families": ["mineral", "t_cell"], "concepts": ["zinc metal", "T cell"]}],
            sentences=[{"doc_id": "pubmed:1", "doc_version": 1, "record": 0, "sentence": 0, "start": 0,
                        "end": len(SENTENCE), "text": SENTENCE}],
            claims=[record, denied],
        ).close()  # fmt: skip
        yield folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_sql_formats(path: Path, tmp_path: Path) -> None:
    query = "SELECT doc_id, ids, counted, nested_in, 'a\tb' AS t FROM mentions"
    done = run("sql", query, "--store", path)
    assert done.exit_code == 0
    assert done.stdout == 'doc_id\tids\tcounted\tnested_in\tt\npubmed:1\t["TEST:Zn"]\ttrue\t\ta\\tb\n'
    assert json.loads(run("sql", query, "--store", path, "--format", "jsonl").stdout) == {
        "doc_id": "pubmed:1", "ids": ["TEST:Zn"], "counted": True, "nested_in": None, "t": "a\tb",
    }  # fmt: skip
    rows = list(csv.reader(io.StringIO(run("sql", query, "--store", path, "--format", "csv").stdout)))
    assert rows == [["doc_id", "ids", "counted", "nested_in", "t"], ["pubmed:1", '["TEST:Zn"]', "true", "", "a\tb"]]
    assert "TEST:Zn" in run("sql", query, "--store", path, "--format", "table").stdout
    target = tmp_path / "out.csv"
    assert run("sql", query, "--store", path, "--format", "csv", "-o", target).stdout == ""
    assert target.read_text() == run("sql", query, "--store", path, "--format", "csv").stdout


def test_csv_for_spreadsheets(path: Path) -> None:
    query = "SELECT '=1+1' AS a, '-x' AS b, '@x' AS c, '+' AS sign, -1.5 AS number, 'a\rb' AS lone, 'x=1' AS plain"
    printed = CliRunner().invoke(cli, ["sql", query, "--store", str(path), "--format", "csv"]).stdout_bytes
    assert printed == b"a,b,c,sign,number,lone,plain\n'=1+1,'-x,'@x,+,-1.5,\"a\rb\",x=1\n"


def test_sql_inputs(path: Path, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("SELECT ? || ?\n")
    done = run("sql", "--store", path, "-f", tmp_path / "q.sql", "-p", "a", "-p", "b")
    assert done.stdout.splitlines()[1:] == ["ab"]
    assert run("sql", "SELECT 1", "--store", path, "-f", tmp_path / "q.sql").exit_code == 2
    assert "mentions\t" in run("sql", "--store", path).stdout
    numbers = run("sql", "SELECT 1.50::DECIMAL(9,2), 7::HUGEINT, DATE '2020-01-02', 'nan'::DOUBLE, MAP {'a': 1}", "--store", path,
                  "--format", "jsonl")  # fmt: skip
    assert list(json.loads(numbers.stdout).values()) == [1.5, 7, "2020-01-02", None, {"a": 1}]


def test_exit_codes(path: Path, tmp_path: Path, mgmine: Any) -> None:
    assert mgmine("sql", "--store", tmp_path / "none", "SELECT 1").code == 65
    wrong = mgmine("sql", "--store", path, "DROP VIEW mentions")
    assert wrong.code == 2
    assert "only statements that read" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_query(path: Path) -> None:
    def found(*arguments: object) -> list[dict[str, Any]]:
        done = run("query", *arguments, "--store", path, "--format", "jsonl")
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    with Store(path) as store:
        assert found() == list(store.claims("true ORDER BY score DESC, doc_id"))
    assert list(found()[0]["context"][0]) == ["slot", "text", "start"]
    for wanted in ("zinc", "ZINC METAL", "TEST:Zn", "mineral"):
        assert [row["doc_id"] for row in found("--subject", wanted, "--object", "lfa")] == ["pubmed:1"]
    assert found("--subject", "lfa") == []
    assert len(found("--about", "lfa-1")) == 1
    assert len(found("--predicate", "binds")) == 1
    assert len(found("--sign", "+")) == 1
    assert [row["doc_id"] for row in found("--from", "2005")] == ["pubmed:2"]
    assert [row["doc_id"] for row in found("--to", "2005")] == ["pubmed:1"]
    assert [row["doc_id"] for row in found("--affirmed")] == ["pubmed:1"]
    assert [row["predicate"] for row in found("relations", "--affirmed")] == ["affects"]
    assert len(found("relations", "--about", "mineral")) == 1
    assert len(found("relations", "--limit", 1)) == 1
    assert found("sentences", "--about", "T_cell".lower())[0]["sentence"] == SENTENCE
    assert found("sentences", "--about", "integrin") == []
    assert run("query", "sentences", "--sign", "+", "--store", path).exit_code == 2
    assert "zinc" in run("query", "--store", path).stdout.lower()


def test_status_and_store(path: Path, tmp_path: Path) -> None:
    status = json.loads(run("status", "--store", path, "--json").stdout)
    assert status["rows"]["claims"] == 2
    assert status["lexicon"] == ["l"]
    told = dict(line.split(maxsplit=1) for line in run("status", "--store", path).stdout.splitlines())
    assert (told["documents"], told["claims"], told["files"]) == ("2", "2", "1, the last in order a.xml")
    assert run("store", "check", "--store", path).exit_code == 0
    assert run("store", "files", "--store", path).stdout.splitlines()[1].startswith("0\ta.xml\t2\t2\t")
    assert "CREATE VIEW relations" in run("store", "schema").stdout
    assert run("report", "--store", path, "-o", tmp_path / "r.html").exit_code == 0
    assert (tmp_path / "r.html").read_text() == run("report", "--store", path, "-o", "-").stdout


def test_check_tells_of_damage(path: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(path, copy)
    next(copy.glob("segments/*/claims.parquet")).write_bytes(b"")
    done = run("store", "check", "--store", copy)
    assert done.exit_code == 1
    assert "claims.parquet" in done.stdout


def test_repair_compact_gc_export(path: Path, tmp_path: Path) -> None:
    import shutil
    import sqlite3

    copy = tmp_path / "copy"
    shutil.copytree(path, copy)
    assert run("store", "compact", "--store", copy).exit_code == 0
    assert run("store", "gc", "--store", copy, "--dry-run").stdout == ""
    (copy / "segments" / "new-x").mkdir()
    assert run("store", "gc", "--store", copy, "--dry-run").stdout == "segments/new-x\t0\n"
    assert run("store", "gc", "--store", copy).stdout == "segments/new-x\t0\n"
    assert run("store", "export", "--store", copy).exit_code == 2
    done = run("store", "export", "--store", copy, "--sqlite", tmp_path / "out.sqlite")
    assert done.exit_code == 0
    with sqlite3.connect(tmp_path / "out.sqlite") as database:
        assert database.execute("SELECT count(*) FROM claims").fetchall() == [(2,)]
    assert run("store", "repair", "--store", copy).exit_code == 0
    next(copy.glob("segments/*/claims.parquet")).write_bytes(b"")
    done = run("store", "repair", "--store", copy)
    assert done.exit_code == 1
    assert "lost: a.xml" in done.stdout
    assert run("store", "repair", "--store", tmp_path / "none").exit_code != 0


def test_the_reference_page_is_current() -> None:
    page = ROOT / "docs" / "reference" / "store.md"
    assert page.read_text(encoding="utf-8") == reference(), (
        "run: mgmine store schema --format md -o docs/reference/store.md"
    )


def test_query_of_relations_and_contradictions(path: Path, tmp_path: Path) -> None:
    done = run("query", "relations", "--store", path, "--format", "jsonl", "--evidence", 1)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows
    assert all(0 <= row["belief"] <= 0.95 for row in rows)
    assert all(set(row["evidence"][0]) >= {"doc_id", "sentence", "stance", "weight"} for row in rows)
    assert {"years", "factualities", "study_types", "contexts"} <= set(rows[0])
    told = run("query", "relations", "--store", path, "--format", "table", "--evidence", 1).stdout
    assert "belief" in told
    assert SENTENCE in told
    target = tmp_path / "r.parquet"
    assert run("query", "relations", "--store", path, "--format", "parquet", "-o", target).exit_code == 0
    import pyarrow.parquet

    assert pyarrow.parquet.read_table(target).num_rows == len(rows)
    assert run("query", "relations", "--store", path, "--format", "parquet").exit_code == 2
    assert run("query", "relations", "--store", path, "--format", "tsv", "--evidence", 1).exit_code == 2
    assert run("query", "--store", path, "--min-belief", 0.5).exit_code == 2
    most = run("query", "relations", "--store", path, "--format", "jsonl", "--min-belief", 0.96)
    assert (most.stdout, most.exit_code) == ("", 0)
    contested = run("query", "--contradictions", "--store", path, "--format", "table")
    assert contested.exit_code == 0
    assert run("query", "--contradictions", "--sign", "+", "--store", path).exit_code == 2
