"""What every store must do: commits that are whole or nothing, live rows, snapshots, one writer, closed queries."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import storekit as kit
from mgmine.errors import InputError, LockedError, StoreError, UsageError
from mgmine.store import Store, _disk, _lease, _schema, _segment, _writer

MG = ("magnesium", "Mg")


@pytest.fixture(autouse=True)
def _writer_of_parquet(monkeypatch: pytest.MonkeyPatch) -> None:
    kit.parquet_stand_in(monkeypatch)


def versions(store: Store) -> list[tuple[str, int]]:
    return store.sql("SELECT doc_id, doc_version FROM documents ORDER BY ALL").rows


def texts(store: Store) -> list[tuple[str, str]]:
    return store.sql("SELECT doc_id, text FROM mentions ORDER BY ALL").rows


def folders(store: Store) -> set[str]:
    return {path.name for path in (store.path / "segments").iterdir()}


def mg(doc_id: str, text: str = "Mg2+", version: int = 1, record: int = 0) -> kit.Row:
    return kit.mention(doc_id, text, *MG, 0, version=version, record=record)


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no evidence store"):
        Store(tmp_path / "none")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("x")
    with pytest.raises(StoreError, match=r"thesis\.txt"):
        Store(tmp_path / "other", create=True)
    with Store(tmp_path / "new", create=True) as store:
        assert store.counts() == dict.fromkeys(store.counts(), 0)
        assert store.table("claims").rows == []
        with pytest.raises(UsageError):
            store.table("touched")
        with store.writer():
            pass
    assert Store(tmp_path / "new").segments() == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"format": "mgmine evidence store", "version": 99, "segments": []}',
        b'{"format": 1}',
    ],
)
def test_damaged_manifest(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "MANIFEST.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"MANIFEST\.json"):
        Store(tmp_path)


def test_commit_and_again(tmp_path: Path) -> None:
    with kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1")]) as store:
        assert versions(store) == [("pubmed:1", 1)]
        assert store.counts()["mentions"] == 1
        assert store.check() == []
        assert store.size() > 0
        before = kit.content(store.path)
        with store.writer() as writer:
            assert writer.has(kit.key())
            writer.commit(kit.key(), {})
        assert kit.content(store.path) == before
    with kit.fill(tmp_path / "t", documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1")]) as other:
        assert kit.content(other.path) == before


def test_rows_survive(tmp_path: Path) -> None:
    row = kit.document(
        "pubmed:1", year=None, mesh=[{"id": "D008274", "label": "Magnesium", "major": True, "qualifiers": ["Q000378"]}],
        links=[{"kind": "CommentOn", "pmid": "7", "source": "x"}], text="a\nb", keywords=["k", "l"],
    )  # fmt: skip
    sentence = "Mg2+ did not activate LFA-1 in T cells."
    record = kit.claim(
        "pubmed:1", sentence, kit.argument("Mg2+", sentence, ids=["X:1"], type="magnesium", level="low"), "affects",
        kit.argument("LFA-1", sentence), "activate", sign="+", negated=True, via=[{"text": "α4"}],
        perturbation={"kind": "removal", "agent": None}, context=[{"slot": "cell_type", "text": "T cells"}],
    )  # fmt: skip
    chain = kit.claim("pubmed:1", sentence, {"claim": record["id"]}, "affects", None, "activate")
    with kit.fill(tmp_path / "s", documents=[row], claims=[record, chain]) as store:
        (read,) = store.sql("SELECT * EXCLUDE (retracted, file) FROM documents").dicts()
        assert read == {column: row.get(column) for column in read}
        assert list(store.claims()) == [record, chain]
        assert list(store.claims("negated AND doc_id = ?", ["pubmed:1"])) == [record]


def test_missing_and_unknown_columns(tmp_path: Path) -> None:
    with Store(tmp_path / "s", create=True) as store, store.writer() as writer:
        good = kit.tables(documents=[kit.document("pubmed:1")])
        with pytest.raises(InputError, match="no such table: notes"):
            writer.commit(kit.key(), {**good, "notes": good["documents"]})
        with pytest.raises(InputError, match="no documents"):
            writer.commit(kit.key(), {"mentions": kit.arrow("mentions", [])})
        with pytest.raises(InputError, match=r"mentions lacks the column ids"):
            writer.commit(kit.key(), {**good, "mentions": kit.arrow("mentions", [mg("pubmed:1")], without=("ids",))})
        extra = kit.arrow("vetoes", [{**mg("pubmed:1"), "veto": "needs"}])
        with pytest.raises(InputError, match=r"column veto, which"):
            writer.commit(kit.key(), {**good, "mentions": extra})
        with pytest.raises(InputError, match="pubmed:2, which is not among the documents"):
            writer.commit(kit.key(), {**good, "mentions": kit.arrow("mentions", [mg("pubmed:2")], without=("record",))})
        assert store.segments() == ()
        # Columns of nothing but nulls may be there; a missing record is filled in.
        writer.commit(kit.key(), {**good, "mentions": kit.arrow("vetoes", [mg("pubmed:1")], without=("record",))})
        assert texts(store) == [("pubmed:1", "Mg2+")]
        assert sorted(path.name for path in (store.path / "segments").iterdir()) == [kit.key().id]


def test_later_file_revises_and_deletes(tmp_path: Path) -> None:
    with Store(tmp_path / "s", create=True) as store, store.writer() as writer:
        writer.commit(
            kit.key("a.xml"),
            kit.tables(
                documents=[kit.document(f"pubmed:{n}", record=n) for n in range(4)],
                mentions=[mg(f"pubmed:{n}", record=n) for n in range(4)],
            ),
        )
        writer.commit(
            kit.key("b.xml"),
            kit.tables(
                documents=[kit.document("pubmed:1", 2), kit.document("pubmed:2", 1, 1)],
                mentions=[mg("pubmed:1", "Mg", 2)],
                touched=[{"doc_id": "pubmed:3", "deleted": True}, {"doc_id": "pubmed:99", "deleted": True}],
            ),
        )
        assert versions(store) == [("pubmed:0", 1), ("pubmed:1", 2), ("pubmed:2", 1)]
        assert texts(store) == [("pubmed:0", "Mg2+"), ("pubmed:1", "Mg")]
        # What is not live is still there to be asked for.
        assert store.sql("SELECT count(*) FROM segment.mentions").rows == [(5,)]
        writer.commit(kit.key("c.xml"), kit.tables(documents=[kit.document("pubmed:3", 2)]))
        assert versions(store)[-1] == ("pubmed:3", 2)


def test_versions_in_one_file(tmp_path: Path) -> None:
    documents = [
        kit.document("pubmed:1", 2, 0), kit.document("pubmed:1", 1, 1), kit.document("pubmed:2", 1, 2, title="first"),
        kit.document("pubmed:2", 1, 3, title="second"), kit.document("pubmed:3", 1, 4),
    ]  # fmt: skip
    mentions = [
        mg("pubmed:1", "new", 2, 0), mg("pubmed:1", "old", 1, 1), mg("pubmed:2", "first", 1, 2),
        mg("pubmed:2", "second", 1, 3), mg("pubmed:3", "gone", 1, 4),
    ]  # fmt: skip
    touched = [{"doc_id": "pubmed:3", "doc_version": 1, "deleted": True}]
    with kit.fill(tmp_path / "s", documents=documents, mentions=mentions, touched=touched) as store:
        assert texts(store) == [("pubmed:1", "new"), ("pubmed:2", "second")]
        assert store.sql("SELECT title FROM documents WHERE doc_id = 'pubmed:2'").rows == [("second",)]


def test_a_record_given_again_in_one_file(tmp_path: Path) -> None:
    """Claims come without their record; those of a text that was given again differently do not count."""
    same, old, new = "Mg2+ binds LFA-1.", "Mg2+ binds VLA-4.", "Mg2+ binds Mac-1."

    def said(text: str, index: int) -> kit.Row:
        claim = kit.claim("pubmed:1", text, kit.argument("Mg2+", text), "binds", None, "binds")
        return {**claim, "sentence": {**claim["sentence"], "index": index}}

    def sentence(text: str, index: int, record: int) -> kit.Row:
        return {"doc_id": "pubmed:1", "doc_version": 1, "record": record, "sentence": index, "text": text}

    claims = [said(same, 0), said(old, 1), said(same, 0), said(new, 1)]
    tables = kit.tables(
        documents=[kit.document("pubmed:1", 1, 0), kit.document("pubmed:1", 1, 1)],
        sentences=[sentence(same, 0, 0), sentence(old, 1, 0), sentence(same, 0, 1), sentence(new, 1, 1)],
    )
    tables["claims"] = kit.arrow("claims", [kit.flat(claim) for claim in claims], without=("record",))
    with Store(tmp_path / "s", create=True) as store, store.writer() as writer:
        writer.commit(kit.key(), tables)
        assert store.sql("SELECT sentence_text FROM claims ORDER BY ALL").rows == [(same,), (new,)]


def test_another_lexicon_replaces_in_place(tmp_path: Path) -> None:
    with Store(tmp_path / "s", create=True) as store, store.writer() as writer:
        for name, text in (("a.xml", "from a"), ("b.xml", "from b")):
            writer.commit(
                kit.key(name), kit.tables(documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1", text)])
            )
        assert texts(store) == [("pubmed:1", "from b")]
        writer.commit(
            kit.key("a.xml", lexicon="l2"),
            kit.tables(documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1", "from a anew")]),
        )
        assert texts(store) == [("pubmed:1", "from b")]
        assert [file.key.source for file in store.files()] == ["a.xml", "b.xml"]
        assert folders(store) == store._manifest.ids()
        # Another file that happens to have the same name takes nothing away.
        writer.commit(kit.key("b.xml", md5="1" * 32), kit.tables(documents=[kit.document("pubmed:2")]))
        assert versions(store) == [("pubmed:1", 1), ("pubmed:2", 1)]


def test_nlm_files_stand_in_their_own_order(tmp_path: Path) -> None:
    order = [
        "pubmed21n0009.xml.gz",
        "notes.txt",
        "pubmed21n0010.xml.gz",
        "pubmed20n1000.xml.gz",
        "pubmed21n0002.xml.gz",
    ]
    with Store(tmp_path / "s", create=True) as store, store.writer() as writer:
        for name in order:
            writer.commit(
                kit.key(name), kit.tables(documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1", name)])
            )
        assert [file.key.source for file in store.files()] == [
            "pubmed20n1000.xml.gz", "pubmed21n0002.xml.gz", "pubmed21n0009.xml.gz", "notes.txt", "pubmed21n0010.xml.gz",
        ]  # fmt: skip
        assert texts(store) == [("pubmed:1", "pubmed21n0010.xml.gz")]
        # Published anew under the same name: the old content is gone.
        writer.commit(kit.key(order[2], md5="1" * 32), kit.tables(documents=[kit.document("pubmed:7")]))
        assert len(store.segments()) == 5
        assert texts(store) == [("pubmed:1", "notes.txt")]


def _nlm(writer: Any, name: str, text: str, *docs: int, deleted: tuple[int, ...] = ()) -> None:
    writer.commit(
        kit.key(name),
        kit.tables(
            documents=[kit.document(f"pubmed:{doc}", record=index) for index, doc in enumerate(docs)],
            mentions=[mg(f"pubmed:{doc}", text, record=index) for index, doc in enumerate(docs)],
            touched=[{"doc_id": f"pubmed:{doc}", "deleted": True} for doc in deleted],
        ),
    )


def test_next_generation(tmp_path: Path) -> None:
    with Store(tmp_path / "s", create=True) as store:
        with store.writer() as writer:
            _nlm(writer, "pubmed24n0001.xml.gz", "old", 1, 2, 3)
            _nlm(writer, "own.xml", "own", 2, 7)
            _nlm(writer, "pubmed24n0002.xml.gz", "old", 3)
            with pytest.raises(UsageError):
                writer.switch_generation()
            with pytest.raises(UsageError):
                writer.abandon_generation()
        before = texts(store)
        assert store.next_files() is None
        with Store(store.path) as reader, store.writer("next") as writer:
            assert (store.generation, writer.generation) == (1, 2)
            _nlm(writer, "pubmed25n0001.xml.gz", "new", 1, 2)
            assert writer.has(kit.key("pubmed25n0001.xml.gz"))
            assert not writer.has(kit.key("pubmed24n0001.xml.gz"))
            assert texts(store) == texts(reader) == texts(Store(store.path)) == before
        # Meanwhile the current one can be written to; what belongs to the next one is not cleared away.
        with store.writer() as writer:
            _nlm(writer, "pubmed24n0003.xml.gz", "late", 3)
            assert [file.key.source for file in store.next_files() or ()] == ["pubmed25n0001.xml.gz"]
        with Store(store.path) as reader, store.writer("next") as writer:
            _nlm(writer, "pubmed25n0002.xml.gz", "new", 4)
            writer.switch_generation()
            assert store.generation == writer.generation == 2
            assert store.next_files() is None
            expected = [("pubmed:1", "new"), ("pubmed:2", "new"), ("pubmed:4", "new"), ("pubmed:7", "own")]
            assert texts(store) == texts(Store(store.path)) == expected
            assert texts(reader) == [
                ("pubmed:1", "old"),
                ("pubmed:2", "own"),
                ("pubmed:3", "late"),
                ("pubmed:7", "own"),
            ]
            _nlm(writer, "pubmed25n0003.xml.gz", "newer", 4, deleted=(1,))
            assert [file.key.source for file in store.files()] == [
                "own.xml", "pubmed25n0001.xml.gz", "pubmed25n0002.xml.gz", "pubmed25n0003.xml.gz",
            ]  # fmt: skip
        assert texts(store) == [("pubmed:2", "new"), ("pubmed:4", "newer"), ("pubmed:7", "own")]
        with store.writer():
            pass
        assert folders(store) == store._manifest.ids()


def test_abandoned_generation(tmp_path: Path) -> None:
    with Store(tmp_path / "s", create=True) as store:
        with store.writer() as writer:
            _nlm(writer, "pubmed24n0001.xml.gz", "old", 1)
        before = kit.content(store.path)
        with store.writer("next") as writer:
            _nlm(writer, "pubmed25n0001.xml.gz", "new", 1)
            writer.abandon_generation()
            assert kit.content(store.path) == before
            _nlm(writer, "pubmed24n0002.xml.gz", "newer", 1)
        assert texts(store) == [("pubmed:1", "newer")]
        assert store.generation == 1


def test_another_gate_reads_anew(tmp_path: Path) -> None:
    with kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")]) as store, store.writer() as writer:
        assert not writer.has(kit.key(gate="mention"))
        writer.commit(kit.key(gate="mention"), kit.tables(documents=[kit.document("pubmed:1")]))
        assert [file.key.gate for file in store.files()] == ["mention"]


def test_retracted(tmp_path: Path) -> None:
    documents = [
        kit.document("pubmed:1", publication_types=["Journal Article", "Retracted Publication"]),
        kit.document("pubmed:2", record=1, links=[{"kind": "RetractionIn", "pmid": "9", "source": ""}]),
        kit.document("pubmed:3", record=2, links=[{"kind": "ErratumIn", "pmid": "9", "source": ""}]),
        kit.document("pubmed:4", record=3, links=None, publication_types=None),
        kit.document("pubmed:5", record=4, links=[{"kind": "RetractionOf", "pmid": "4", "source": ""}]),
    ]
    with kit.fill(tmp_path / "s", documents=documents) as store:
        found = store.sql("SELECT doc_id FROM documents WHERE retracted ORDER BY ALL").rows
        assert found == [("pubmed:1",), ("pubmed:2",), ("pubmed:4",)]
        assert store.sql("SELECT count(*) FROM documents WHERE retracted IS NULL").rows == [(0,)]


def test_a_reader_keeps_its_snapshot(tmp_path: Path) -> None:
    with Store(tmp_path / "s", create=True) as store, store.writer() as writer:
        writer.commit(kit.key(), kit.tables(documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1", "old")]))
        old = store.segments()[0].id
        reader, second = Store(store.path), Store(store.path)
        writer.commit(
            kit.key(lexicon="l2"), kit.tables(documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1", "new")])
        )
        # The first question is asked only after the switch: the files must still be there.
        assert texts(reader) == [("pubmed:1", "old")]
        assert texts(second) == [("pubmed:1", "old")]
        assert texts(store) == texts(Store(store.path)) == [("pubmed:1", "new")]
        reader.close()
        reader.close()
        assert (store.path / "segments" / old).is_dir()
        second.close()
    with store.writer():
        assert not (store.path / "segments" / old).exists()


def test_the_lease_of_a_dead_reader_holds_nothing(tmp_path: Path) -> None:
    store = kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")])
    old = store.segments()[0].id
    script = "import sys, time; from mgmine.store import Store; s = Store(sys.argv[1]); print('open', flush=True); time.sleep(600)"
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(store.path)], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    with store.writer() as writer:
        writer.commit(kit.key(lexicon="l2"), kit.tables(documents=[kit.document("pubmed:1")]))
        assert (store.path / "segments" / old).is_dir()
    reader.kill()
    reader.wait()
    with store.writer():
        assert not (store.path / "segments" / old).exists()
    assert len([path for path in (store.path / "readers").iterdir() if path.suffix == ".lock"]) == 1
    store.close()
    assert list((store.path / "readers").iterdir()) == []


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_one_writer(tmp_path: Path) -> None:
    store = kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")])
    with store.writer():
        with pytest.raises(LockedError) as caught, Store(store.path).writer():
            pass
        assert caught.value.exit_code == 75
        assert versions(Store(store.path)) == [("pubmed:1", 1)]
    with Store(store.path).writer():
        pass


def test_any_folder_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "it's a [1] *st?re*"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with kit.fill(Path("here"), documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1")]) as store:
        assert texts(store) == [("pubmed:1", "Mg2+")]
        assert store.check() == []
    with Store("here") as store:
        monkeypatch.chdir(tmp_path)
        assert texts(store) == [("pubmed:1", "Mg2+")]


def test_check_finds_damage(tmp_path: Path) -> None:
    store = kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1")])
    folder = store.path / "segments" / store.segments()[0].id
    (folder / "vetoes.parquet").unlink()
    flipped = bytearray((folder / "mentions.parquet").read_bytes())
    flipped[len(flipped) // 2] ^= 1
    (folder / "mentions.parquet").write_bytes(flipped)
    (folder / "claims.parquet").write_bytes(b"PAR1")
    assert {fault.path.rsplit("/")[-1]: fault.problem.split()[0] for fault in store.check()} == {
        "vetoes.parquet": "No", "mentions.parquet": "its", "claims.parquet": "is",
    }  # fmt: skip
    (folder / "documents.parquet").unlink()
    with pytest.raises((StoreError, UsageError)):
        versions(Store(store.path))


# ── Queries are closed ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as monkeypatch:
        kit.parquet_stand_in(monkeypatch)
        path = tmp_path_factory.mktemp("asked") / "s"
        with kit.fill(path, documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1")]) as store:
            yield store


@pytest.mark.parametrize(
    "query",
    [
        "COPY mentions TO '{store}/segments/x.parquet'",
        "WITH a AS (COPY (SELECT 1) TO '{store}/segments/x.parquet') SELECT * FROM a",
        "SELECT * FROM (WITH a AS (COPY (SELECT 1) TO '{store}/segments/x.parquet') SELECT * FROM a)",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{store}/segments/x.parquet'",
        "explain /* c */ analyze COPY (SELECT 1) TO '{store}/segments/x.parquet'",
        "EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO '{store}/segments/x.parquet'",
        "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{store}/segments/x.parquet'",
        "WITH a AS (DELETE FROM segment.superseded RETURNING *) SELECT * FROM a",
        "INSERT INTO files VALUES (1)",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW mentions",
        "SET threads = 1",
        "RESET lock_configuration",
        "ATTACH '{store}/segments/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE '{store}/segments/x'",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO '{store}/segments/x.parquet'",
        "PRAGMA threads=1",
        "CALL pragma_version()",
        "",
        "-- nothing",
        "SELECT FROM WHERE",
        "SELECT nothing_of_that_name FROM mentions",
        "SELECT * FROM read_csv('{outside}')",
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM '{outside}'",
        "SELECT * FROM glob('{outside}')",
        "SELECT * FROM read_text('{store}/segments/../../outside.csv')",
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SELECT getenv('HOME')",
        "SELECT * FROM secret_of_the_caller",
    ],
)
def test_what_a_query_cannot_do(asked: Store, query: str) -> None:
    secret_of_the_caller = kit.arrow("mentions", [])  # DuckDB would find a local variable of this name
    outside = asked.path.parent / "outside.csv"
    outside.write_text("a,b\n1,2\n")
    before = kit.content(asked.path)
    with pytest.raises((UsageError, StoreError)):
        assert asked.sql(query.format(store=asked.path, outside=outside)).rows != secret_of_the_caller
    assert kit.content(asked.path) == before
    assert asked.sql("SELECT count(*) FROM mentions").rows == [(1,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 -- a comment",
        "SELECT 'copy; insert' AS \"delete\";",
        "FROM mentions",
        "DESCRIBE mentions",
        "SHOW TABLES",
        "SUMMARIZE mentions",
        "EXPLAIN SELECT * FROM mentions",
        "EXPLAIN ANALYZE SELECT * FROM mentions",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n",
        "SELECT family, count(*) FROM mentions GROUP BY ALL UNION ALL SELECT concept, 2 FROM mentions",
        "VALUES (1), (2)",
        "SELECT * FROM files",
        "SELECT * FROM relations",
    ],
)
def test_what_a_query_can_do(asked: Store, query: str) -> None:
    assert asked.sql(query).columns
    assert isinstance(asked.sql(query).rows, list)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT count(*) FROM "CLAIMS"',
        "SELECT count(*) FROM query_table('rela' || 'tions')",
        "SELECT count(*) FROM main.claims JOIN segment.claims USING (id)",
        "SELECT argument_key(['A'], 'b')",
        "SELECT count(*) FROM files",
    ],
)
def test_what_a_query_names_is_there(asked: Store, query: str) -> None:
    """However it is written, in a store of which nothing was asked before."""
    with Store(asked.path) as store:
        assert len(store.sql(query).rows) == 1


def test_the_catalog_is_whole(asked: Store) -> None:
    with Store(asked.path) as store:
        store.sql("FROM claims")
        shown = {row[0] for row in store.sql("SHOW TABLES").rows}
        assert {"claims", "evidence", "contradictions", "files"} <= shown
        (comment,) = store.sql("SELECT comment FROM duckdb_views() WHERE view_name = 'contradictions'").rows
        assert comment[0]


def test_a_wrong_name_is_told(asked: Store) -> None:
    with Store(asked.path) as store, pytest.raises(UsageError, match="relations"):
        store.sql("FROM relation")


def test_asked_in_several_threads_at_once(asked: Store) -> None:
    names = ["claims", "relations", "documents", "contradictions", "claim_contexts", "vetoes", "evidence", "mentions"]
    with Store(asked.path) as store, ThreadPoolExecutor(4) as threads:
        asks = [f"SELECT count(*) FROM {name}" for name in names]
        counts = list(threads.map(lambda query: store.sql(query).rows[0][0], asks))
        assert counts == [store.sql(query).rows[0][0] for query in asks]


def test_the_schema_is_parted_as_the_database_does_it() -> None:
    import duckdb

    found = _schema.statements()
    with duckdb.connect() as connection:
        for statement in found:
            if statement.kind in ("SCHEMA", "TABLE"):
                connection.execute(statement.sql)
        kinds = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'segment' ORDER BY column_index"
        ).fetchall()
    columns = {name: {column: kind for table, column, kind in kinds if table == name} for name in _schema.TABLES}
    assert columns == _schema.columns()
    whole = ";".join(statement.sql for statement in found)
    with duckdb.connect() as connection:
        parts = connection.extract_statements(whole)
    assert [part.query.strip("; \n") for part in parts] == [part.sql for part in found]


def test_parameters(asked: Store) -> None:
    assert asked.sql("SELECT ? + 1", [1]).rows == [(2,)]
    assert asked.sql("SELECT $a || $b", {"a": "x", "b": "'; DROP"}).rows == [("x'; DROP",)]
    assert asked.sql("SELECT count(*) FROM mentions WHERE text = ?", ["Mg2+"]).rows == [(1,)]


def test_arrow_out(asked: Store) -> None:
    import pandas
    import polars
    import pyarrow

    result = asked.sql('SELECT doc_id, ids, "start" FROM mentions')
    assert polars.DataFrame(result).rows() == [("pubmed:1", ["TEST:Mg"], 0)]
    assert pyarrow.table(result).column_names == ["doc_id", "ids", "start"]
    assert result.rows == [("pubmed:1", ["TEST:Mg"], 0)]
    assert result.rows == list(result) == list(result)
    assert pyarrow.table(asked.table("mentions")).num_rows == 1
    assert pandas.DataFrame.from_arrow(result)["doc_id"].tolist() == ["pubmed:1"]
    assert next(result.dicts()) == {"doc_id": "pubmed:1", "ids": ["TEST:Mg"], "start": 0}


def test_results_side_by_side(asked: Store) -> None:
    first, second = iter(asked.sql("FROM range(10000)")), iter(asked.sql("FROM range(10000)"))
    assert all(next(first) == next(second) for _ in range(10000))


def test_a_result_of_a_closed_store(tmp_path: Path) -> None:
    store = kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")])
    result = store.table("documents")
    store.close()
    with pytest.raises(StoreError, match="closed"):
        assert result.rows
    assert store.counts()["documents"] == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_does_not_give_back_its_parents_hold(tmp_path: Path) -> None:
    store = kit.fill(tmp_path / "s", documents=[kit.document("pubmed:1")])
    before = sorted((store.path / "readers").iterdir())
    child = os.fork()
    if child == 0:
        store.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert sorted((store.path / "readers").iterdir()) == before


def test_nothing_is_left_in_the_working_folder(asked: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store(asked.path) as store:
        assert len(store.sql("SELECT range FROM range(100000) ORDER BY hash(range)").rows) == 100000
    assert list(tmp_path.iterdir()) == []


# ── Crashes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

STEPS = ("make_folder", "write_file", "copy_file", "sync_folder", "rename", "remove_tree")


@pytest.fixture
def merging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files are merged, and not sixteen."""
    monkeypatch.setattr(_writer, "FANOUT", 2)


class CrashError(Exception):
    """Stands for the end of the process."""


def _history(path: Path) -> None:
    """A life of a store: a file, one that revises and deletes, the first anew with other rules, a new generation."""
    with Store(path, create=True) as store:
        # What was done before the switch is not done again after it.
        if store.generation == 1:
            with store.writer() as writer:
                writer.commit(kit.key("a"), kit.tables(documents=[kit.document("pubmed:1")], mentions=[mg("pubmed:1")]))
                deleted = [{"doc_id": "pubmed:2", "deleted": True}]
                writer.commit(kit.key("b"), kit.tables(documents=[kit.document("pubmed:1", 2)], touched=deleted))
            with store.writer() as writer:
                writer.commit(
                    kit.key("a", rules="r2"), kit.tables(documents=[kit.document("pubmed:1")]), stats={"n": 1}
                )
            with store.writer("next") as writer:
                _nlm(writer, "pubmed25n0001.xml.gz", "new", 1)
                _nlm(writer, "pubmed25n0002.xml.gz", "new", 2, deleted=(1,))
                writer.compact()
                writer.switch_generation()
        with store.writer() as writer:
            writer.compact()


@pytest.mark.parametrize(
    ("error", "stride"),
    [
        (CrashError(), 11),
        (OSError(28, "No space left on device"), 29),
        pytest.param(CrashError(), 1, marks=pytest.mark.long),
        pytest.param(OSError(28, "No space left on device"), 1, marks=pytest.mark.long),
    ],
    ids=["crash", "full disk", "crash at each", "full disk at each"],
)
@pytest.mark.usefixtures("merging")
def test_stopped_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, stride: int) -> None:
    _history(tmp_path / "whole")
    whole = kit.content(tmp_path / "whole")
    calls = 0
    fatal = -1

    def failing(step: Any) -> Any:
        def call(*arguments: Any) -> Any:
            nonlocal calls
            if step is not write or arguments[1].name in ("documents.parquet", "touched.parquet"):
                calls += 1
                if calls == fatal:
                    raise error
            return step(*arguments)

        return call

    write = _segment.write_parquet
    monkeypatch.setattr(_segment, "write_parquet", failing(write))
    for name in STEPS:
        monkeypatch.setattr(_disk, name, failing(getattr(_disk, name)))

    _history(tmp_path / "counted")
    total = calls
    assert total > 40
    states: set[tuple[int | str, ...]] = set()
    for step in range(1, total + 1, stride):
        path = tmp_path / str(step)
        calls, fatal = 0, step
        try:
            _history(path)
        except (CrashError, StoreError):
            pass
        else:
            assert isinstance(error, OSError)  # clearing away may fail without harm
        fatal = -1
        if (path / "MANIFEST.json").exists():
            with Store(path) as store:
                assert store.check() == []
                states.add((store.generation, *(file.segment for file in store.files())))
        _history(path)
        assert kit.content(path) == whole, f"stopped at step {step}"
    # The empty store, the store after each commit, the switch and the merge have been seen, and nothing else.
    assert len(states) <= 6
    assert len(states) == 6 or stride > 1


@pytest.mark.parametrize("after_seconds", [0.0, 0.05, 0.2, 0.5])
def test_killed(tmp_path: Path, after_seconds: float) -> None:
    script = (
        "import sys; from pathlib import Path; import pytest, test_store as t\n"
        "import storekit as kit\n"
        "kit.parquet_stand_in(pytest.MonkeyPatch())\n"
        "print('go', flush=True)\n"
        "while True:\n"
        "    t._history(Path(sys.argv[1]))\n"
    )
    path = tmp_path / "s"
    here = {**environment()}
    here["PYTHONPATH"] += os.pathsep + str(Path(__file__).parent)
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True, env=here)
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    time.sleep(after_seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if (path / "MANIFEST.json").exists():
        with Store(path) as store:
            assert store.check() == []
    _history(path)
    _history(path)
    _history(tmp_path / "whole")
    # The life is lived in a circle: the last commits of one round replace those of the one before.
    assert set(kit.content(path)) == set(kit.content(tmp_path / "whole"))


# ── Against a model ─────────────────────────────────────────────────────────────────────────────────────────────────

FILES = [*(f"pubmed20n000{n}.xml.gz" for n in (1, 2, 3, 4)), "pubmed21n0001.xml.gz", "notes.txt", "more.txt"]
record = st.tuples(st.integers(1, 4), st.integers(1, 3))
Content = tuple[list[tuple[int, int]], list[int]]
Key = tuple[str, str, str]
commit = st.tuples(
    st.just("commit"), st.sampled_from(FILES), st.sampled_from(["m1", "m2"]), st.sampled_from(["l1", "l2"]),
)  # fmt: skip
other = st.tuples(st.sampled_from(["compact", "compact", "reopen", "next", "current", "switch", "abandon"]))
contents = st.dictionaries(
    st.tuples(st.sampled_from(FILES), st.sampled_from(["m1", "m2"])),
    st.tuples(st.lists(record, max_size=4), st.lists(st.integers(1, 4), max_size=2)),
)


class Naive:
    """Which rows count, found the slow way."""

    def __init__(self) -> None:
        self.order: list[tuple[Key, Content]] = []

    def put(self, key: Key, content: Content) -> None:
        if key in [old for old, _ in self.order]:
            return
        name, md5, _ = key
        nlm = name.startswith("pubmed")
        same = [i for i, (old, _) in enumerate(self.order) if old[0] == name and (nlm or old[1] == md5)]
        later = [i for i, (old, _) in enumerate(self.order) if nlm and old[0].startswith("pubmed") and old[0] > name]
        if same:
            self.order[same[0]] = (key, content)
            self.order = [old for i, old in enumerate(self.order) if i not in same[1:]]
        else:
            self.order.insert(later[0] if later else len(self.order), (key, content))

    def live(self) -> dict[str, str]:
        """The text of the mention of each live document."""
        live: dict[str, str] = {}
        for key, (records, deleted) in self.order:
            best: dict[int, tuple[int, int]] = {}
            for index, (doc, version) in enumerate(records):
                best[doc] = max(best.get(doc, (0, -1)), (version, index))
            live |= {f"pubmed:{doc}": f"{'/'.join(key)}#{index}" for doc, (_, index) in best.items()}
            for doc in deleted:
                live.pop(f"pubmed:{doc}", None)
        return live


def _commit(writer: Any, key: Key, content: Content) -> None:
    records, deleted = content
    name, md5, lexicon = key
    writer.commit(
        kit.key(name, md5=md5, lexicon=lexicon),
        kit.tables(
            documents=[kit.document(f"pubmed:{doc}", version, index) for index, (doc, version) in enumerate(records)],
            mentions=[
                mg(f"pubmed:{doc}", f"{'/'.join(key)}#{index}", version, index)
                for index, (doc, version) in enumerate(records)
            ],
            touched=[{"doc_id": f"pubmed:{doc}", "deleted": True} for doc in deleted],
        ),
    )


@pytest.mark.parametrize("examples", [25, pytest.param(500, marks=pytest.mark.long)])
def test_like_the_model(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    """Commits, revisions, deletions, files published anew, other lexicons, merges and generations in any order."""
    monkeypatch.setattr(_writer, "FANOUT", 2)

    @settings(max_examples=examples, deadline=None)
    @given(contents, st.lists(st.one_of(commit, commit, other), max_size=14))
    def follow(content: dict[tuple[str, str], Content], steps: list[tuple[str, ...]]) -> None:
        path = tmp_path_factory.mktemp("model") / "s"
        current, pending = Naive(), None
        written: dict[Key, Content] = {}
        target: Any = "current"
        with Store(path, create=True) as store, ExitStack() as stack:
            writer = stack.enter_context(store.writer())

            def reopen() -> Any:
                stack.close()
                return stack.enter_context(store.writer(target))

            for step in steps:
                match step:
                    case ("commit", name, md5, lexicon):
                        key, given_content = (name, md5, lexicon), content.get((name, md5), ([], []))
                        written[key] = given_content
                        _commit(writer, key, given_content)
                        (pending if target == "next" and pending else current).put(key, given_content)
                    case ("compact",):
                        writer.compact()
                        assert writer.compact() == 0
                    case ("next",) | ("current",):
                        target = step[0]
                        writer = reopen()
                        if target == "next" and pending is None:
                            pending = Naive()
                    case ("switch",) if target == "next" and pending:
                        writer.switch_generation()
                        own = [entry for entry in current.order if not entry[0][0].startswith("pubmed")]
                        taken = {key[:2] for key, _ in own}
                        pending.order = own + [entry for entry in pending.order if entry[0][:2] not in taken]
                        current, pending, target = pending, None, "current"
                    case ("abandon",) if target == "next":
                        writer.abandon_generation()
                        pending, target = None, "current"
                    case ("reopen",):
                        writer = reopen()
            target = "current"
            writer = reopen()
            for file in [file for file in store.files() if not file.whole]:
                _commit(
                    writer,
                    (file.key.source, file.key.md5, file.key.lexicon),
                    written[(file.key.source, file.key.md5, file.key.lexicon)],
                )
            assert all(file.whole for file in store.files())
            expected = current.live()
            assert texts(store) == sorted(expected.items())
            assert [doc for doc, _ in versions(store)] == sorted(expected)
            assert store.check() == []
            writer.compact()
            writer = reopen()
            assert texts(store) == texts(Store(path)) == sorted(expected.items())
            assert store.check() == []
            assert folders(store) >= store._manifest.ids()
            # It is the store of one who read the files in order and merged them at the end.
            if store.generation == 1 and pending is None:
                with Store(path.parent / "plain", create=True) as plain, plain.writer() as straight:
                    for key, given_content in current.order:
                        _commit(straight, key, given_content)
                    straight.compact()
                assert kit.content(path) == kit.content(plain.path)

    follow()


def test_a_lease_is_renewed_where_the_first_try_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "readers").mkdir()
    lease = _lease.take(tmp_path)
    assert lease is not None
    lease.hold(["old"])
    replace = Path.replace
    failed: list[Path] = []

    def once(self: Path, target: Path) -> Path:
        if not failed:
            failed.append(target)
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", once)
    lease.hold(["new"])
    assert failed
    assert _lease.held(tmp_path) == {"new"}
    lease.release()
    assert _lease.held(tmp_path) == set()
