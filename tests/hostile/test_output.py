"""What comes out: nothing that a title, a label, a file name or a query holds acts on who reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

import storekit
from conftest import run_mgmine
from mgmine.cli import _common, _rows
from mgmine.errors import MgmineError, UsageError
from mgmine.report import render
from mgmine.store import Store

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>{{7*7}}"


class _Page(HTMLParser):
    """Everything in a page that could act."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.acting: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attrs:
            if name.startswith("on") or (
                name in ("src", "href", "action", "formaction")
                and (value or "").lower().strip().startswith(("javascript:", "data:text"))
            ):
                self.acting.append(f"{tag} {name}={value}")
            if tag in ("iframe", "object", "embed", "base", "img") or (tag == "svg" and name == "onload"):
                self.acting.append(tag)


def _acting(page: str) -> _Page:
    parsed = _Page()
    parsed.feed(page)
    return parsed


def _hostile_store(path: Path) -> Store:
    sentence = f"Magnesium {SCRIPT} activates LFA-1 {SCRIPT}."
    subject = storekit.argument(f"Magnesium {SCRIPT}", sentence, ids=[SCRIPT], type=SCRIPT, level=SCRIPT)
    object_ = storekit.argument("LFA-1", sentence, ids=["javascript:alert(1)"])
    store = Store(path, create=True)
    with store.writer() as writer:
        rows = storekit.tables(
            documents=[
                storekit.document("javascript:alert(1)//pubmed:1", title=SCRIPT, journal=SCRIPT, text=f"{SCRIPT}\n{sentence}"),
                storekit.document("pubmed:2", record=1),
            ],
            mentions=[
                storekit.mention("javascript:alert(1)//pubmed:1", "Magnesium", SCRIPT, SCRIPT, 0),
                storekit.mention("pubmed:2", "LFA-1", "integrin", SCRIPT, 0, record=1),
            ],
            sentences=[
                {"doc_id": "javascript:alert(1)//pubmed:1", "doc_version": 1, "record": 0, "sentence": 0, "passage": "abstract", "section": SCRIPT, "start": 0, "end": len(sentence), "text": sentence}
            ],
            claims=[
                storekit.claim(
                    "javascript:alert(1)//pubmed:1", sentence, subject, "affects", object_, "activates", sign="+", aspect=SCRIPT, rule=SCRIPT,
                    context=[{"slot": SCRIPT, "text": SCRIPT, "start": 0, "end": 1, "ids": [], "stated": True}],
                )
            ],
        )  # fmt: skip
        families = [{"id": SCRIPT, "label": SCRIPT, "topic": True}, {"id": "integrin", "label": SCRIPT, "topic": True}]
        writer.commit(storekit.key(SCRIPT + ".xml"), rows, stats={"families": families})
    return store


def test_the_report_shows_markup_and_runs_none(tmp_path: Path) -> None:
    with _hostile_store(tmp_path / "store") as store:
        page = render(store, title=SCRIPT)
    assert "&lt;script&gt;alert(1)" in page
    assert "49" not in page or "{{7*7}}" in page
    parsed = _acting(page)
    with storekit.fill(tmp_path / "plain", documents=[storekit.document("pubmed:1")]) as store:
        assert parsed.scripts == _acting(render(store)).scripts
    assert parsed.acting == []
    assert "default-src 'none'" in page


ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066\x08\r\x00"


def test_control_characters_are_spelled_out() -> None:
    shown = _common.visible(f"Mg{ESCAPES}µ 2+ α\u2009β")
    assert shown.isprintable() or "\u2009" in shown
    assert not set(shown) & set("\x1b\x07\x9b\x08\r\x00\u202e\u2066")
    assert shown.startswith("Mg\\x1b[2J")
    assert shown.endswith("µ 2+ α\u2009β")
    for cell in (_rows.tsv_cell(ESCAPES), _rows.tsv_cell("a\tb\nc\\d")):
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in cell)
    assert _rows.tsv_cell("a\tb\nc\\d") == r"a\tb\nc\\d"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_terminal_sees_no_escape_of_a_title(tmp_path: Path) -> None:
    sentence = "Magnesium activates LFA-1."
    subject = storekit.argument("Magnesium", sentence)
    store = storekit.fill(
        tmp_path / "store",
        documents=[storekit.document("pubmed:1", title=ESCAPES)],
        claims=[storekit.claim("pubmed:1", sentence, {**subject, "text": ESCAPES}, "affects", subject, "activates")],
    )
    store.close()
    for argv in (["sql", "SELECT title FROM documents"], ["query", "claims"]):
        seen = _on_terminal([*argv, "--store", str(tmp_path / "store")], tmp_path)
        assert "owned" in seen
        assert not any(stolen in seen for stolen in ("\x1b[2J", "\x1b]0;", "\x07", "\x9b", "\u202e"))
    source = tmp_path / "notes\x1b[2J\n.jsonl"
    source.write_text(
        "{broken\n" + json.dumps({"id": "1", "title": "Magnesium \x1b]0;owned\x07"}) + "\n", encoding="utf-8"
    )
    for command in ("scan", "explain"):
        seen = _on_terminal([command, str(source)], tmp_path)
        assert "\x1b[2J" not in seen
        assert "\x1b]0;" not in seen
        assert "\\n.jsonl" in seen or command == "explain"


def _on_terminal(argv: list[str], cwd: Path) -> str:
    """What a command writes to a terminal, standard output and standard error."""
    terminal, end = os.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "mgmine", *argv],
            stdin=end,
            stdout=end,
            stderr=end,
            cwd=cwd,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        )
        os.close(end)
        seen = b""
        while True:
            try:
                piece = os.read(terminal, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        process.wait(60)
    finally:
        os.close(terminal)
    return seen.decode("utf-8", "replace")


READING = [
    "SELECT * FROM read_csv('{file}')", "SELECT * FROM read_text('{file}')", "SELECT * FROM read_blob('{file}')", "SELECT * FROM '{file}'",
    "SELECT * FROM glob('/etc/*')", "SELECT * FROM read_json_auto('{file}')", "SELECT * FROM read_parquet('/tmp/*.parquet')", "FROM '{file}'",
    "SELECT * FROM sniff_csv('{file}')", "SELECT * FROM parquet_metadata('{file}')", "SELECT * FROM read_csv('http://127.0.0.1:9/x')",
    "SELECT getenv('HOME')", "SELECT * FROM query('SELECT * FROM read_text(''{file}'')')", "SELECT * FROM query_table('{file}')",
    "SELECT * FROM sqlite_scan('{file}', 'x')", "SELECT * FROM postgres_scan('x', 'y', 'z')", "SELECT * FROM which_secret('s3://x', 's3')",
    "SELECT content FROM read_text('{store}/segments/../../secret.txt')", "SELECT * FROM read_text('{store}/MANIFEST.json')",
]  # fmt: skip
CHANGING = [
    "COPY (SELECT 1) TO '{out}'", "COPY documents FROM '{file}'", "ATTACH '{out}'", "ATTACH ':memory:' AS m", "INSTALL httpfs", "LOAD httpfs",
    "LOAD '{file}'", "PRAGMA enable_external_access", "PRAGMA database_list; SELECT 1", "SET enable_external_access = true", "RESET ALL", "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{out}'", "CREATE TABLE x AS SELECT 1", "CREATE TEMP TABLE x AS SELECT 1", "CREATE MACRO f() AS 1", "DROP VIEW documents", "INSERT INTO segments VALUES (1)",
    "DELETE FROM segments", "UPDATE segments SET source = 'x'", "CALL pragma_version()", "CHECKPOINT", "VACUUM", "BEGIN", "SELECT 1; DROP VIEW documents",
    "WITH x AS (INSERT INTO segments VALUES (1) RETURNING *) SELECT * FROM x", "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'", "CREATE SECRET (TYPE s3)",
    "DETACH memory", "USE memory", "PREPARE p AS SELECT 1", "EXECUTE p", "SET VARIABLE x = 1", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    folder = tmp_path_factory.mktemp("sql")
    (folder / "secret.txt").write_text("secret\n", encoding="utf-8")
    return storekit.fill(folder / "store", documents=[storekit.document("pubmed:1")]), folder


@pytest.mark.parametrize("query", READING)
def test_a_query_reads_nothing_but_the_store(query: str, asked: tuple[Store, Path]) -> None:
    store, folder = asked
    text = query.format(file=folder / "secret.txt", store=folder / "store", out=folder / "out")
    rows: list[Any] = []
    try:
        rows = store.sql(text).rows
    except MgmineError:
        return
    assert "secret" not in str(rows)
    assert "mgmine evidence store" not in str(rows)
    assert str(folder) not in str(rows)
    assert not rows


@pytest.mark.parametrize("query", CHANGING)
def test_a_query_changes_nothing(query: str, asked: tuple[Store, Path]) -> None:
    store, folder = asked
    before = storekit.content(folder / "store")
    names = sorted(path.name for path in folder.iterdir())
    with pytest.raises(UsageError):
        _ = store.sql(query.format(file=folder / "secret.txt", store=folder / "store", out=folder / "out")).rows
    assert storekit.content(folder / "store") == before
    assert sorted(path.name for path in folder.iterdir()) == names
    assert store.sql("SELECT doc_id FROM documents").rows == [("pubmed:1",)]


def test_output_files_are_whole_or_not_there(tmp_path: Path) -> None:
    """``-o`` never leaves half a file, nor writes through a link, nor over a file when the work fails."""
    bad = tmp_path / "bad.toml"
    bad.write_text("x = =", encoding="utf-8")
    source, kept = tmp_path / "a.jsonl", tmp_path / "kept.jsonl"
    source.write_text('{"id": "1", "text": "Magnesium."}\n', encoding="utf-8")
    kept.write_text("mine", encoding="utf-8")
    assert run_mgmine("scan", source, "--replace-lexicon", bad, "-o", kept).code == 65
    assert kept.read_text(encoding="utf-8") == "mine"
    target, link = tmp_path / "target", tmp_path / "link.jsonl"
    target.write_text("mine", encoding="utf-8")
    link.symlink_to(target)
    assert run_mgmine("scan", source, "-o", link).code == 0
    assert target.read_text(encoding="utf-8") == "mine"
    assert "Magnesium" in link.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.jsonl",
        "bad.toml",
        "kept.jsonl",
        "link.jsonl",
        "target",
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs owners of files")
def test_a_cache_that_others_can_write_to_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mgmine.lexicon import load

    big = tmp_path / "big.tsv"
    big.write_text("text\tcurie\n" + "".join(f"factor {n}\tX:{n}\n" for n in range(2500)), encoding="utf-8")
    monkeypatch.setenv("MGMINE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "lexicons"
    expected = load(replace=[big]).hash
    (kept,) = folder.iterdir()
    assert not folder.stat().st_mode & 0o077
    # Somebody else's folder, or one that all may write to, is passed over, whatever lies there.
    kept.write_bytes(b"planted")
    folder.chmod(0o777)
    assert load(replace=[big]).hash == expected
    assert kept.read_bytes() == b"planted"
    folder.chmod(0o700)
    # In our own, a damaged file is made anew.
    assert load(replace=[big]).hash == expected
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-100] + b"x" + whole[-99:])
    assert load(replace=[big]).hash == expected
    assert kept.read_bytes() == whole
    # A home that cannot be written to costs the cache and nothing else.
    monkeypatch.setenv("MGMINE_CACHE", "/proc/nowhere")
    assert load(replace=[big]).hash == expected
