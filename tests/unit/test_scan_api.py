"""``mgmine.scan`` and what stands behind it: inputs, tables, progress, documents one by one, explanations."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest

import mgmine
from mgmine import _native
from mgmine.comentions import gated_documents
from mgmine.corpus import as_source, read
from mgmine.errors import InputError, LexiconError, UsageError
from mgmine.lexicon import Lexicon, load
from mgmine.mentions import scan_documents, scan_file

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = """
[lexicon]
id = "small"
title = "Small"
version = "1"
license = "CC0-1.0"

[[family]]
id = "metal"
label = "metals"

[[family]]
id = "receptor"
label = "receptors"

[[concept]]
label = "zinc"
family = "metal"
ids = ["CHEBI:27363"]
names = ["zinc", { text = "Zn", case = "exact", needs = ["ion"] }]

[[concept]]
label = "CD99"
family = "receptor"
ids = ["HGNC:7082"]
names = ["CD99"]
"""

DOCUMENTS = [
    ("a", "Zinc meets CD99 – at 4 °C.", "Nothing else. Zn was high. 𝒵 zinc α."),
    ("b", "Silence.", "More of it."),
    ("c", "CD99 alone.", "And again: CD99."),
]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.parse(LEXICON, "small.toml")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "three.jsonl"
    path.write_bytes(as_source(DOCUMENTS)[1])  # type: ignore[index, arg-type]
    return path


def test_tables_and_summary(lexicon: Lexicon, corpus: Path) -> None:
    found = mgmine.scan(corpus, lexicon=lexicon, vetoed=True, documents=True, sentences=True)
    assert found.names == ["mentions", "vetoes", "comentions", "sentences", "documents", "deletions"]
    rows = found.mentions.to_pylist()
    assert [(row["doc_id"], row["text"], row["sentence"]) for row in rows] == [
        ("a", "Zinc", 0), ("a", "CD99", 0), ("a", "zinc", 3), ("c", "CD99", 0), ("c", "CD99", 1),
    ]  # fmt: skip
    assert {row["ids"][0] for row in rows} == {"CHEBI:27363", "HGNC:7082"}
    assert [(row["text"], row["veto"]) for row in found.vetoes.to_pylist()] == [("Zn", "needs")]
    assert {row["level"] for row in found.comentions.to_pylist()} == {"sentence", "passage", "document"}
    assert [row["text"] is None for row in found.documents.to_pylist()] == [False, True, False]
    assert {row["doc_id"] for row in found.sentences.to_pylist()} == {"a"}
    summary = found.summary
    assert (summary.documents, summary.abstracts, summary.matched, summary.mentions) == (3, 3, 2, 5)
    assert (summary.counted, summary.vetoes, summary.unread) == (5, 1, 0)
    assert len(found.problems) == 0
    with pytest.raises(AttributeError, match="documents"):
        _ = mgmine.scan(corpus, lexicon=lexicon).documents


def test_offsets_are_code_points(lexicon: Lexicon, corpus: Path) -> None:
    found = mgmine.scan(corpus, lexicon=lexicon, documents=True, sentences=True, gate="none")
    texts = {row["doc_id"]: row["text"] for row in found.documents.to_pylist()}
    for row in found.mentions.to_pylist():
        assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]
        source = corpus.read_bytes()[row["source_start"] : row["source_end"]]
        assert source.decode() == row["text"]
    for row in found.sentences.to_pylist():
        if texts[row["doc_id"]] is not None:
            assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]


def test_all_kinds_of_input_are_the_same(lexicon: Lexicon, corpus: Path) -> None:
    expected = mgmine.scan(corpus, lexicon=lexicon).mentions.to_pylist()
    data = corpus.read_bytes()
    packed = corpus.with_name("packed")
    packed.write_bytes(gzip.compress(data[:100]) + gzip.compress(data[100:]))

    def inputs() -> list[Any]:
        return [str(corpus), ("x", data), ("y", io.BytesIO(data)), packed, ("z", gzip.compress(data))]

    for given in inputs():
        assert mgmine.scan(given, lexicon=lexicon).mentions.to_pylist() == expected
    together = mgmine.scan(inputs(), lexicon=lexicon, threads=3).mentions.to_pylist()
    assert together == expected * 5
    assert scan_documents(DOCUMENTS, lexicon=lexicon).mentions.to_pylist() == expected


def test_arrow_libraries_read_the_tables(lexicon: Lexicon, corpus: Path) -> None:
    found = mgmine.scan([corpus, corpus], lexicon=lexicon, vetoed=True, documents=True, sentences=True)
    for name in found.names:
        table = getattr(found, name)
        assert pa.table(table).to_pylist() == table.to_pylist()
        assert pl.DataFrame(table).height == len(table)
    counts = pl.DataFrame(found.mentions).group_by(pl.col("family").cast(pl.String)).len().sort("family")
    assert counts.rows() == [("metal", 4), ("receptor", 6)]


def test_problems_are_records_and_a_table(lexicon: Lexicon) -> None:
    broken = b'{"id": "a", "text": "zinc"}\n{"id": "b", "text": \n{"id": "c", "text": "zinc"}\n'
    found = mgmine.scan(("broken", broken), lexicon=lexicon)
    assert [row["doc_id"] for row in found.mentions.to_pylist()] == ["a", "c"]
    assert len(found.problems) == 1
    problem = found.problems[0]
    assert (problem.file, problem.record, problem.fatal, problem.repaired) == ("broken", 1, False, False)
    assert broken.index(b'{"id": "b"') <= problem.offset < broken.index(b'{"id": "c"')
    assert str(problem).startswith("broken: byte ")
    assert pa.table(found.problems).to_pylist()[0]["message"] == problem.message
    assert [str(one) for one in found.problems] == [str(found.problems[-1])]
    with pytest.raises(IndexError):
        _ = found.problems[1]


def test_what_cannot_be_read_is_told(lexicon: Lexicon, corpus: Path, tmp_path: Path) -> None:
    found = mgmine.scan([tmp_path / "missing", corpus], lexicon=lexicon)
    assert found.summary.unread == 1
    assert len(found.mentions) == 5
    assert found.problems[0].fatal
    with pytest.raises(InputError, match="missing"):
        read(tmp_path / "missing")
    with pytest.raises(UsageError, match="no table"):
        scan_file(corpus, lexicon, tables=["mentions", "nothing"])
    with pytest.raises(UsageError, match="no gate"):
        scan_file(corpus, lexicon, gate="all")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no such lexicon file"):
        load([tmp_path / "missing.toml"])
    with pytest.raises(LexiconError, match=r"bad\.toml") as caught:
        Lexicon.parse("[lexicon", "bad.toml")
    assert caught.value.problems


def test_an_input_that_raises(lexicon: Lexicon) -> None:
    class Breaks(io.RawIOBase):
        def __init__(self) -> None:
            self.left = [b'{"id": "a", "text": "zinc"}\n']

        def read(self, size: int = -1) -> bytes:
            if not self.left:
                raise OSError("the line is dead")
            return self.left.pop()

    found = mgmine.scan(("dead", Breaks()), lexicon=lexicon)  # type: ignore[arg-type]
    assert "the line is dead" in str(found.problems[len(found.problems) - 1])


def test_gated_documents(lexicon: Lexicon, corpus: Path) -> None:
    tables = mgmine.scan([corpus, corpus], lexicon=lexicon, sentences=True)
    first, second = gated_documents(tables)
    assert first == second
    assert (first.doc_id, first.doc_version, first.gated) == ("a", 1, frozenset({0}))
    assert [sentence.text for sentence in first.sentences] == [
        "Zinc meets CD99 – at 4 °C.", "Nothing else.", "Zn was high.", "𝒵 zinc α.",
    ]  # fmt: skip
    assert [sentence.index for sentence in first.sentences] == [0, 1, 2, 3]
    assert {sentence.passage for sentence in first.sentences} == {"title", "abstract"}
    assert [(mention.text, mention.concept, mention.ids) for mention in first.mentions] == [
        ("Zinc", "zinc", ("CHEBI:27363",)), ("CD99", "CD99", ("HGNC:7082",)), ("zinc", "zinc", ("CHEBI:27363",)),
    ]  # fmt: skip
    every = list(gated_documents(mgmine.scan(corpus, lexicon=lexicon, sentences=True, gate="none")))
    assert [document.doc_id for document in every] == ["a", "b", "c"]
    assert [len(document.mentions) for document in every] == [3, 0, 2]
    assert all(document.gated == frozenset(range(len(document.sentences))) for document in every)
    some = list(gated_documents(mgmine.scan(corpus, lexicon=lexicon, sentences=True, gate="mention")))
    assert [document.doc_id for document in some] == ["a", "c"]
    with pytest.raises(AttributeError):
        next(gated_documents(mgmine.scan(corpus, lexicon=lexicon)))


def test_documents_one_by_one(sample: Path) -> None:
    reader = read(sample, source_map=True)
    documents = [document for document in reader if not document.deleted]
    assert reader.format == "pubmed"
    source = sample.read_bytes()
    assert len(documents) > 3
    for document in documents:
        assert document.id.startswith("pubmed:")
        assert document.text.startswith(document.title)
        assert document.metadata["year"] is None or document.metadata["date"].startswith(str(document.metadata["year"]))
        for kind, _section, start, end in document.passages:
            assert kind in {"title", "abstract"}
            assert 0 <= start <= end <= len(document.text)
        found = document.source_range(0, 4)
        assert found is not None
        assert found[0] >= document.source_offset
        if document.text[:4].isascii() and document.text[:4].isalnum():
            assert document.text[:4].encode() in source[found[0] : found[1]]
        with pytest.raises(ValueError, match="no such span"):
            document.source_range(0, len(document.text) + 1)
        with pytest.raises(ValueError, match="no such span"):
            document.source_range(2, 1)
    assert next(iter(read(sample))).source_range(0, 1) is None


def test_documents_in_memory() -> None:
    given: list[Any] = [("1", "whole text"), {"id": "2", "title": "T.", "abstract": "A."}, ("3", "T.", "")]
    documents = list(read(as_source(given)))
    assert [document.id for document in documents] == ["1", "2", "3"]
    assert [document.text for document in documents] == ["whole text", "T.\nA.", "T."]
    assert [document.has_abstract for document in documents] == [False, True, False]
    with pytest.raises(UsageError):
        as_source([("alone",)])
    with pytest.raises(InputError, match="document 0"):
        as_source([{"id": "x", "text": object()}])  # type: ignore[dict-item]


def test_explanations(lexicon: Lexicon) -> None:
    text = "Zinc naphthenate (ZN) and Zn in the CD99 test. A nuclear zone (Zn) was seen."
    document = next(iter(read(as_source([("x", text)]))))
    explanation = _native.explain(lexicon, document)
    told = [(found.text, found.concept, found.veto) for found in explanation.candidates]
    assert told[0] == ("Zinc", "zinc", None)
    assert ("CD99", "CD99", None) in told
    assert all(veto is not None for text, _, veto in told if text == "Zn")
    for found in explanation.candidates:
        assert text[found.start : found.end] == found.text
        assert found.name
    for definition in explanation.definitions:
        assert text[definition.short_start :].startswith(definition.short)
        assert text[definition.long_start :].startswith(definition.long)


def test_progress_reaches_the_end(lexicon: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    line = json.dumps({"id": "d", "title": "Zinc meets CD99.", "abstract": "Nothing else. " * 20}) + "\n"
    path.write_text(line * 20_000, encoding="utf-8")
    heard: list[int] = []
    mgmine.scan(path, lexicon=lexicon, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == path.stat().st_size

    def stop(_done: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        mgmine.scan(path, lexicon=lexicon, progress=stop)


@pytest.mark.skipif(os.name == "nt", reason="signals are another thing on Windows")
def test_ctrl_c_ends_a_scan() -> None:
    program = textwrap.dedent(
        """
        import io, sys, mgmine
        from mgmine.lexicon import Lexicon

        class Endless(io.RawIOBase):
            def read(self, size=-1):
                return b'{"id": "a", "text": "nothing"}\\n' * 1000

        lexicon = Lexicon.parse(sys.argv[1])
        try:
            print("ready", flush=True)
            mgmine.scan(("endless", Endless()), lexicon=lexicon)
        except KeyboardInterrupt:
            print("stopped", flush=True)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", program, LEXICON], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0] == "stopped\n"
    finally:
        process.kill()
