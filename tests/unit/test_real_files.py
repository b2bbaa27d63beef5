"""Whole real NLM files, counted and located by a plain XML library beside mgmine. Needs ``../shared/pubmed``."""

from __future__ import annotations

import gzip
import html
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

import mgmine
from mgmine import _native
from mgmine.lexicon import load

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("pubmed20n0014.xml.gz", "pubmed21n1298.xml.gz")


@dataclass
class Count:
    """What a plain reader finds in a file."""

    citations: list[tuple[str, int]] = field(default_factory=list)
    abstracts: int = 0
    deleted: list[str] = field(default_factory=list)
    titles: dict[tuple[str, int], str] = field(default_factory=dict)


def _plain(element: ElementTree.Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def count(path: Path) -> Count:
    found = Count()
    with gzip.open(path) as stream:
        for _, element in ElementTree.iterparse(stream):
            if element.tag == "PubmedArticle":
                citation = element.find("MedlineCitation")
                assert citation is not None
                pmid = citation.find("PMID")
                assert pmid is not None
                key = (f"pubmed:{pmid.text}", int(pmid.get("Version", "1")))
                found.citations.append(key)
                found.titles[key] = _plain(citation.find("Article/ArticleTitle"))
                found.abstracts += citation.find("Article/Abstract") is not None
                element.clear()
            elif element.tag == "DeleteCitation":
                found.deleted = [f"pubmed:{pmid.text}" for pmid in element.iterfind("PMID")]
    return found


@pytest.fixture(scope="module")
def files(shared: Path) -> list[Path]:
    return [shared / "pubmed" / name for name in FILES]


@pytest.fixture(scope="module")
def counts(files: list[Path]) -> list[Count]:
    return [count(path) for path in files]


def test_no_record_is_lost(files: list[Path], counts: list[Count]) -> None:
    for path, wanted in zip(files, counts, strict=True):
        tables = mgmine.scan(path, documents=True)
        rows = tables.documents.to_pylist()
        assert [(row["doc_id"], row["doc_version"]) for row in rows] == wanted.citations
        assert sum(row["has_abstract"] for row in rows) == wanted.abstracts
        assert [row["doc_id"] for row in tables.deletions.to_pylist()] == wanted.deleted
        assert list(tables.problems) == []
        for row in rows:
            title = wanted.titles[row["doc_id"], row["doc_version"]]
            assert re.sub(r"\s+", "", row["title"] or "") == re.sub(r"\s+", "", title), row["doc_id"]
    assert sum(len(wanted.citations) for wanted in counts) == 50_788
    assert sum(wanted.abstracts for wanted in counts) == 33_278
    assert sum(len(wanted.deleted) for wanted in counts) == 20


def _unmarked(source: bytes) -> str:
    """The text of a stretch of XML: markup dropped, entities decoded, white space as one space."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", source.decode())))


def test_every_mention_points_at_its_text(files: list[Path]) -> None:
    lexicon = load()
    for path in files:
        tables = _native.scan([str(path)], lexicon, tables=["mentions", "documents"])
        texts = {(row["doc_id"], row["doc_version"]): row["text"] for row in tables.documents.to_pylist()}
        source = gzip.decompress(path.read_bytes())
        rows = tables.mentions.to_pylist()
        assert len(rows) > 500
        for row in rows:
            text = texts[row["doc_id"], row["doc_version"]]
            assert text[row["start"] : row["end"]] == row["text"]
            in_source = _unmarked(source[row["source_start"] : row["source_end"]])
            assert in_source == re.sub(r"\s", " ", row["text"]), (row["doc_id"], in_source)


@pytest.mark.parametrize("names", [FILES, FILES[1:]], ids=["two files", "one file"])
def test_any_number_of_threads_gives_the_same_rows(shared: Path, names: tuple[str, ...]) -> None:
    """With more threads than files a file is unpacked on a thread of its own."""
    lexicon = load()
    kinds = ["mentions", "vetoes", "comentions", "sentences", "documents", "deletions"]

    def scan(threads: int) -> dict[str, pa.Table]:
        inputs = [str(shared / "pubmed" / name) for name in names]
        tables = _native.scan(inputs, lexicon, tables=kinds, threads=threads)
        return {kind: pa.table(getattr(tables, kind)) for kind in kinds}

    one = scan(1)
    assert one["mentions"].num_rows > 3000
    for threads in (2, 3, 4, 7):
        assert {kind: table.equals(one[kind]) for kind, table in scan(threads).items()} == dict.fromkeys(kinds, True)


@pytest.mark.nlp
def test_the_main_job(files: list[Path], counts: list[Count], tmp_path: Path) -> None:
    results = mgmine.run([*files], tmp_path / "evidence", claims=False)
    assert not any(result.lost for result in results)
    assert sum(result.documents for result in results) == 50_788
    deleted = {doc_id for wanted in counts for doc_id in wanted.deleted}
    live = {doc_id for wanted in counts for doc_id, _ in wanted.citations} - deleted
    newest = {doc_id: version for wanted in counts for doc_id, version in sorted(wanted.citations)}
    with mgmine.Store(tmp_path / "evidence") as store:
        rows = store.sql("SELECT doc_id, doc_version FROM documents").rows
        assert len(rows) == len(live)
        assert {doc_id for doc_id, _ in rows} == live
        assert all(version == newest[doc_id] for doc_id, version in rows)
        before = (tmp_path / "evidence" / "MANIFEST.json").read_bytes()
    again = mgmine.run([*files], tmp_path / "evidence", claims=False)
    assert all(result.known for result in again)
    assert (tmp_path / "evidence" / "MANIFEST.json").read_bytes() == before
