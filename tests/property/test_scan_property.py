"""Generated documents: whatever container, order of bytes, and number of threads they come in, the scan finds the same."""

from __future__ import annotations

import gzip
import json
from functools import cache
from html import escape, unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mgmine
from mgmine.lexicon import load

if TYPE_CHECKING:
    from mgmine._native import ScanTables
    from mgmine.lexicon import Lexicon

NAMES = (
    "magnesium",
    "Mg2+",
    "Mg²⁺",
    "LFA-1",
    "αLβ2",
    "CD8+ T cells",
    "T-cells",
    "integrins",
    "lymphocyte function-associated antigen-1",
)
"""Names of the built-in lexicon, some with characters outside ASCII."""

WORDS = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(
        [
            "the",
            "of 4 mM",
            "serum İ",
            "ſ",
            "K",
            "ß",
            "σς",
            "e\u0301",
            "𝛼",
            "שלום",
            "مرحبا",
            "naïve",
            "a < b",
            "R&D",
            "“x”",
            "]]>",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=6),
)


@st.composite
def passages(draw: st.DrawFn) -> str:
    """Words with one space between them, which no format changes."""
    words = draw(st.lists(WORDS, min_size=1, max_size=25))
    return " ".join(" ".join(words).split()) or "x"


@st.composite
def corpora(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Title and abstract of a few documents."""
    return draw(st.lists(st.tuples(passages(), passages()), min_size=1, max_size=6))


@cache
def lexicon() -> Lexicon:
    return load()


def rows(
    tables: ScanTables, *, leave_out: tuple[str, ...] = ("source_start", "source_end")
) -> dict[str, list[dict[str, Any]]]:
    """The rows of all tables, without the places in the source, which differ from format to format."""
    kinds = {"mentions": tables.mentions, "vetoes": tables.vetoes, "comentions": tables.comentions}
    return {
        kind: [{key: value for key, value in row.items() if key not in leave_out} for row in table.to_pylist()]
        for kind, table in kinds.items()
    }


def scan(*streams: bytes, threads: int = 1) -> ScanTables:
    tables = mgmine.scan([("generated", stream) for stream in streams], lexicon=lexicon(), threads=threads, vetoed=True)
    assert list(tables.problems) == []
    return tables


def jsonl(corpus: list[tuple[str, str]]) -> bytes:
    records = (
        {"id": f"pubmed:{number}", "title": title, "abstract": abstract}
        for number, (title, abstract) in enumerate(corpus, 1)
    )
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def pubmed(corpus: list[tuple[str, str]], dress: str = "") -> bytes:
    """PubMed XML; ``dress`` is put where markup may stand and means nothing."""
    records = "".join(
        f"<PubmedArticle>{dress}<MedlineCitation Owner='NLM' Status=\"MEDLINE\"><PMID Version='1'>{number}</PMID>{dress}<Article>"
        f"<ArticleTitle>{escape(title)}{dress}</ArticleTitle>\n<Abstract>{dress}<AbstractText>{escape(abstract)}</AbstractText></Abstract>"
        f"</Article></MedlineCitation></PubmedArticle>\n"
        for number, (title, abstract) in enumerate(corpus, 1)
    )
    return f"<?xml version='1.0' encoding='utf-8'?>\n<PubmedArticleSet>\n{records}</PubmedArticleSet>\n".encode()


@settings(max_examples=120, deadline=None)
@given(corpora(), st.sampled_from(["", "<!-- <ArticleTitle>Mg2+</ArticleTitle> -->", "<?pi Mg2+ > ?>"]))
def test_formats_give_the_same_rows(corpus: list[tuple[str, str]], dress: str) -> None:
    plain = scan(jsonl(corpus))
    dressed = pubmed(corpus, dress)
    found = scan(dressed)
    assert rows(found) == rows(plain)
    texts = {f"pubmed:{number}": f"{title}\n{abstract}" for number, (title, abstract) in enumerate(corpus, 1)}
    for row in (*found.mentions.to_pylist(), *found.vetoes.to_pylist()):
        assert texts[row["doc_id"]][row["start"] : row["end"]] == row["text"]
        # The bytes that the mention was read from.
        assert unescape(dressed[row["source_start"] : row["source_end"]].decode()) == row["text"]


@settings(max_examples=60, deadline=None)
@given(corpora(), st.lists(st.integers(0, 100), max_size=4), st.integers(0, 700), st.sampled_from([1, 2, 3, 7]))
def test_members_and_threads_change_nothing(
    corpus: list[tuple[str, str]], cuts: list[int], zeros: int, threads: int
) -> None:
    xml = pubmed(corpus)
    at = [0, *sorted(cut * len(xml) // 100 for cut in cuts), len(xml)]
    members = b"".join(gzip.compress(xml[start:end]) for start, end in pairwise(at))
    streams = [xml, members + bytes(zeros), jsonl(corpus)]
    apart = [rows(scan(stream)) for stream in streams]
    together = rows(scan(*streams, threads=threads))
    assert together == {kind: [row for part in apart for row in part[kind]] for kind in together}
    assert apart[0] == apart[1] == apart[2]


@pytest.mark.parametrize("trail", [b"x", b"\x1f\x8b", bytes(9) + b"junk", gzip.compress(b"more")[:-9]])
def test_what_trails_a_gzip_file_is_told(trail: bytes) -> None:
    whole = gzip.compress(pubmed([("Mg2+ and LFA-1", "Of T cells.")]))
    tables = mgmine.scan([("trailed", whole + trail)], lexicon=lexicon(), vetoed=True)
    assert rows(tables) == rows(scan(whole))
    *_, last = tables.problems
    assert last.kind in {"trailing_data", "truncated_gzip"}
