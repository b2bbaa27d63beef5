"""Looking after a store: merging, checking, mending, collecting, handing on, and readers meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import storekit as kit
from mgmine.errors import LockedError, StoreError, UsageError
from mgmine.store import Store, _manifest, _writer, repair

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Mg2+ binds LFA-1."


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    kit.parquet_stand_in(monkeypatch)


def commit(writer: Any, name: str, *docs: int, deleted: tuple[int, ...] = (), **key: str) -> None:
    """A file with documents of one claim each."""
    ids = [f"pubmed:{doc}" for doc in docs]
    claims = []
    for index, doc_id in enumerate(ids):
        claim = kit.claim(
            doc_id, TEXT, kit.argument("Mg2+", TEXT, ids=["TEST:Mg"]), "binds", kit.argument("LFA-1", TEXT), "binds"
        )
        claims.append({**claim, "record": index, "id": f"{name}:{doc_id}"})
    writer.commit(
        kit.key(name, **key),
        kit.tables(
            documents=[kit.document(doc_id, record=index, text=TEXT) for index, doc_id in enumerate(ids)],
            mentions=[
                kit.mention(doc_id, "Mg2+", "magnesium", "Mg", 0, record=index) for index, doc_id in enumerate(ids)
            ],
            sentences=[
                {
                    "doc_id": doc_id,
                    "doc_version": 1,
                    "record": index,
                    "sentence": 0,
                    "start": 0,
                    "end": len(TEXT),
                    "text": TEXT,
                }
                for index, doc_id in enumerate(ids)
            ],
            claims=claims,
            touched=[{"doc_id": f"pubmed:{doc}", "deleted": True} for doc in deleted],
        ),
        stats={"name": name},
    )


def nlm(number: int) -> str:
    return f"pubmed25n{number:04d}.xml.gz"


def year(path: Path, files: int = 6, *, compact: bool = False) -> Store:
    """A store of so many files, each of which revises one document of the file before and deletes one of an earlier one."""
    store = Store(path, create=True)
    with store.writer() as writer:
        commit(writer, "own.xml", 1, 9001)
        for number in range(1, files + 1):
            commit(writer, nlm(number), 10 * number, 10 * number + 1, 10 * number - 9, deleted=(10 * number - 20,))
        if compact:
            writer.compact()
    return store


def live(store: Store) -> list[tuple[Any, ...]]:
    return store.sql("SELECT doc_id, id FROM claims JOIN documents USING (doc_id) ORDER BY ALL").rows


# ── Merging ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_merging_changes_no_answer(tmp_path: Path) -> None:
    with year(tmp_path / "s", 18) as store, Store(store.path) as reader, store.writer() as writer:
        before, size = live(store), store.counts()
        assert writer.compact() == 1
        assert live(store) == live(reader) == live(Store(store.path)) == before
        assert store.counts() == size
        # Sixteen in one, two and the user's own.
        assert [len(segment.files) for segment in store.segments()] == [1, 16, 1, 1]
        assert store.check() == []
        assert all(writer.has(file.key) for file in store.files())
        assert writer.has(kit.key(nlm(3)))
        # What does not count was left out.
        (held,) = store.sql(
            f"SELECT count(*) FROM segment.documents WHERE file IN (SELECT file FROM files WHERE source < '{nlm(17)}')"
        ).rows
        assert held[0] < 3 * 16 + 2
        assert writer.compact() == 0


def test_the_largest_segments_are_merged_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_writer, "LARGEST", 4)
    with year(tmp_path / "s", 18, compact=True) as store:
        assert [len(segment.files) for segment in store.segments()] == [1, 4, 4, 4, 4, 1, 1]


def test_a_year_has_few_segments() -> None:
    """Whenever it is asked: so query times do not grow with the number of updates."""
    files = [_manifest.File(kit.key(nlm(number + 1)), "") for number in range(1700)]
    most = 0
    for count in range(1, len(files) + 1, 3):
        blocks = _writer.blocks_of(files[:count])
        most = max(most, count - sum(map(len, blocks)) + len(blocks))
    assert most <= 20


def test_merging_bit_by_bit_or_at_once(tmp_path: Path) -> None:
    with year(tmp_path / "once", 17, compact=True) as once:
        pass
    with Store(tmp_path / "often", create=True) as often:
        for number in range(18):
            with often.writer() as writer:
                if number:
                    commit(
                        writer, nlm(number), 10 * number, 10 * number + 1, 10 * number - 9, deleted=(10 * number - 20,)
                    )
                else:
                    commit(writer, "own.xml", 1, 9001)
                writer.compact()
    assert kit.content(tmp_path / "often") == kit.content(once.path)


def test_new_claims_only(tmp_path: Path) -> None:
    for compact in (False, True):
        with year(tmp_path / f"s{compact}", 4, compact=compact) as store, store.writer() as writer:
            before = live(store)
            new = kit.key(nlm(2), rules="r2")
            claim = kit.claim("pubmed:11", TEXT, kit.argument("Mg2+", TEXT), "binds", None, "binds", id="new")
            claims = kit.arrow("claims", [kit.flat(claim)], without=("record",))
            with pytest.raises(UsageError, match="another lexicon"):
                writer.reread(kit.key(nlm(2), lexicon="l2"), claims)
            writer.reread(new, claims, stats={"skipped": 1})
            assert writer.has(new)
            assert not writer.has(kit.key(nlm(2)))
            assert store.check() == []
            (file,) = [file for file in store.files() if file.key == new]
            assert file.stats == {"name": nlm(2), "skipped": 1}
            kept = [row for row in before if not row[1].startswith(nlm(2))]
            assert live(store) == sorted([*kept, ("pubmed:11", "new")])
            writer.compact()
            assert live(store) == sorted([*kept, ("pubmed:11", "new")])


# ── Checking and mending ────────────────────────────────────────────────────────────────────────────────────────────


def test_check_reads_the_rows(tmp_path: Path) -> None:
    store = Store(tmp_path / "s", create=True)
    with store.writer() as writer:
        writer.commit(
            kit.key(),
            kit.tables(
                documents=[kit.document("pubmed:1", text="Mg")],
                mentions=[
                    kit.mention("pubmed:1", "Ca", "magnesium", "Mg", 0), kit.mention("pubmed:7", "Mg", "magnesium", "Mg", 0, record=5),
                ],
            ),
        )  # fmt: skip
    assert [(fault.path, fault.problem) for fault in store.check()] == [
        ("mentions of a.xml", "1 rows of documents that do not count or are not there, the first of pubmed:7"),
        ("mentions of a.xml", "1 rows whose span does not hold their words, the first of pubmed:1"),
    ]


@pytest.mark.parametrize("damage", ["cut", "gone", "flipped", "empty"])
def test_repair_takes_off_what_is_damaged(tmp_path: Path, damage: str) -> None:
    with year(tmp_path / "s", 5) as store:
        whole = live(store)
    assert repair(store.path).done == []
    (file,) = [file for file in store.files() if file.key.source == nlm(3)]
    path = store.path / "segments" / file.segment / "claims.parquet"
    content = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(content[:-9])
        case "gone":
            path.unlink()
        case "flipped":
            path.write_bytes(bytes([content[0], content[1] ^ 1]) + content[2:])
        case "empty":
            path.write_bytes(b"")
    assert Store(store.path).check()
    result = repair(store.path)
    assert [lost.key for lost in result.lost] == [file.key]
    assert file.segment in " ".join(result.done)
    assert (store.path / "lost" / file.segment).is_dir()
    with Store(store.path) as mended, mended.writer() as writer:
        assert mended.check() == []
        assert not writer.has(file.key)
        # Without the file the document that it revised counts as it was before.
        assert ("pubmed:21", f"{nlm(2)}:pubmed:21") in live(mended)
        commit(writer, nlm(3), 30, 31, 21, deleted=(10,))
        assert live(mended) == whole


@pytest.mark.parametrize("content", [b"", b"{", None])
@pytest.mark.parametrize("compact", [False, True])
def test_a_lost_manifest_is_made_again(tmp_path: Path, content: bytes | None, compact: bool) -> None:
    with year(tmp_path / "s", 6, compact=compact) as store:
        with store.writer("next") as writer:
            commit(writer, "pubmed26n0001.xml.gz", 1)
        before, manifest = live(store), (store.path / "MANIFEST.json").read_bytes()
    if content is None:
        (store.path / "MANIFEST.json").unlink()
    else:
        (store.path / "MANIFEST.json").write_bytes(content)
    with pytest.raises(StoreError):
        Store(store.path)
    result = repair(store.path)
    assert result.lost == []
    assert any("made again" in line for line in result.done)
    assert (store.path / "MANIFEST.json").read_bytes() == manifest
    with Store(store.path) as mended:
        assert live(mended) == before
        assert mended.check() == []
        assert mended.next_files()


def test_repair_of_the_rest(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no evidence store"):
        repair(tmp_path)
    with year(tmp_path / "s", 5, compact=True) as store:
        before = kit.content(store.path)
        with store.writer(), pytest.raises(LockedError):
            repair(store.path)
    (superseded,) = store.path.glob("segments/*/superseded.parquet")
    superseded.write_bytes(b"PAR1")
    described = next(store.path.glob("segments/*/SEGMENT.json"))
    described.write_bytes(b"{}")
    assert len(store.check()) == 2
    result = repair(store.path)
    assert result.lost == []
    assert len(result.done) == 2
    assert kit.content(store.path) == before
    (store.path / "NEXT.json").write_bytes(b"[]")
    assert "NEXT.json" in repair(store.path).done[0]
    assert Store(store.path).next_files() is None


def test_a_file_published_anew_brings_back_what_was_left_out(tmp_path: Path) -> None:
    with year(tmp_path / "s", 4, compact=True) as store, store.writer() as writer:
        # The fourth file revised a document of the third; it no longer does.
        commit(writer, nlm(4), 40, md5="1" * 32)
        assert {file.key.source for file in store.files() if not file.whole} >= {nlm(3)}
        for file in store.files():
            if not file.whole:
                number = int(file.key.source[9:13])
                commit(
                    writer, file.key.source, 10 * number, 10 * number + 1, 10 * number - 9, deleted=(10 * number - 20,)
                )
        assert all(file.whole for file in store.files())
        assert ("pubmed:31", f"{nlm(3)}:pubmed:31") in live(store)
        assert store.check() == []


def test_garbage(tmp_path: Path) -> None:
    with year(tmp_path / "s", 4) as store:
        (store.path / "segments" / "new-x").mkdir()
        (store.path / "segments" / "new-x" / "claims.parquet").write_bytes(b"12345")
        assert list(store.garbage().values()) == [5]
        with Store(store.path) as reader, store.writer() as writer:
            writer.compact()
            assert store.garbage() == {}  # still read
            assert live(reader)
        assert len(store.garbage()) == 4
        with store.writer():
            pass
        assert store.garbage() == {}


# ── Handing on ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_export(tmp_path: Path) -> None:
    import duckdb

    with year(tmp_path / "s", 5, compact=True) as store:
        counts = {**store.counts(), "files": 6}
        before = kit.content(store.path)
        for kind in ("sqlite", "duckdb", "parquet"):
            assert store.export(tmp_path / f"out.{kind}", kind) == counts
        with pytest.raises(StoreError, match="exists"):
            store.export(tmp_path / "out.parquet", "parquet")
        store.export(tmp_path / "out.sqlite", "sqlite")
        with pytest.raises(StoreError):
            store.export(tmp_path / "none" / "out.sqlite", "sqlite")
        with pytest.raises(UsageError):
            store.export(tmp_path / "x", "csv")  # type: ignore[arg-type]
        assert kit.content(store.path) == before
        ids = store.sql("SELECT doc_id FROM documents ORDER BY ALL").rows
        relations = store.sql("SELECT count(*) FROM relations").rows
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.duckdb", "out.parquet", "out.sqlite", "s"]
    with sqlite3.connect(tmp_path / "out.sqlite") as database:
        assert database.execute("SELECT doc_id FROM documents ORDER BY 1").fetchall() == ids
        assert database.execute("SELECT DISTINCT ids, counted FROM mentions").fetchall() == [('["TEST:Mg"]', 1)]
        assert database.execute("SELECT count(*) FROM relations").fetchall() == relations
        (made,) = database.execute("SELECT sql FROM sqlite_schema WHERE name = 'claims'").fetchone()
        assert "-- From the closed list of predicates." in made
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with duckdb.connect(str(tmp_path / "out.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT doc_id FROM documents ORDER BY 1").fetchall() == ids
        assert connection.execute("SELECT DISTINCT ids FROM mentions").fetchall() == [(["TEST:Mg"],)]
        query = "SELECT comment FROM duckdb_columns() WHERE table_name = 'claims' AND column_name = 'predicate'"
        assert connection.execute(query).fetchall() == [("From the closed list of predicates.",)]
    if shutil.which("sqlite3"):
        asked = ["sqlite3", "-readonly", str(tmp_path / "out.sqlite"), "SELECT count(*) FROM claims"]
        assert subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip() == str(counts["claims"])
    with duckdb.connect() as connection:
        path = tmp_path / "out.parquet" / "documents.parquet"
        assert connection.execute(f"SELECT doc_id FROM '{path}' ORDER BY 1").fetchall() == ids
    assert "closed list" in (tmp_path / "out.parquet" / "README.md").read_text()


# ── Readers meanwhile ───────────────────────────────────────────────────────────────────────────────────────────────

READER = """
import json, sys, time
from mgmine.store import Store
seen, slowest = 0, 0.0
print("ready", flush=True)
while seen < int(sys.argv[2]):
    begun = time.perf_counter()
    with Store(sys.argv[1]) as store:
        files = {file.key.source for file in store.files()}
        # Each file holds a document of its own that no other touches, and the state of the last one.
        rows = store.sql("SELECT doc_id, file FROM documents ORDER BY doc_id").rows
        claims = store.sql("SELECT doc_id FROM claims ORDER BY doc_id").rows
        assert [row[0] for row in rows] == [row[0] for row in claims], (rows, claims)
        last = max((name for name in files if name.startswith("pubmed")), default="")
        own = sorted(row[0] for row in rows if int(row[0][7:]) >= 1000)
        assert own == sorted(f"pubmed:{1000 + int(name[9:13])}" for name in files), (own, files)
        shared = store.sql("SELECT source FROM documents JOIN files USING (file) WHERE doc_id = 'pubmed:1'").rows
        assert shared == ([(last,)] if last else []), (shared, last)
    seen += 1
print(seen, flush=True)
"""


@pytest.mark.parametrize(
    ("readers", "snapshots"), [(3, 60), pytest.param(10, 1000, marks=pytest.mark.long)], ids=["180", "10000"]
)
def test_readers_see_whole_snapshots(tmp_path: Path, readers: int, snapshots: int) -> None:
    """Readers in processes of their own, while one writer commits, merges, collects and changes generations."""
    path = tmp_path / "s"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    with Store(path, create=True) as store, store.writer():
        pass
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(path), str(snapshots)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=environment,
        )
        for _ in range(readers)
    ]  # fmt: skip
    try:
        generation = 20
        while any(process.poll() is None for process in processes):
            with store.writer("next") as writer:
                for number in range(1, 7):
                    commit(writer, f"pubmed{generation}n{number:04d}.xml.gz", 1, 1000 + number)
                writer.switch_generation()
                for number in range(7, 12):
                    commit(writer, f"pubmed{generation}n{number:04d}.xml.gz", 1, 1000 + number)
                    writer.compact()
            generation = 20 + (generation - 19) % 70
    finally:
        for process in processes:
            process.wait(timeout=600)
    for process in processes:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.returncode == 0, process.stderr.read()
        assert process.stdout.read().split()[-1] == str(snapshots)
        process.stdout.close()
        process.stderr.close()
    with store.writer():
        pass
    assert {part.name for part in (path / "segments").iterdir()} == store._manifest.ids()
    assert list((path / "readers").iterdir()) == []
    assert json.loads((path / "MANIFEST.json").read_bytes())["generation"] > 1
    store.close()
