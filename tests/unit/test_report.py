"""The report: what is on the page, that nothing breaks out of it, and that it works in a browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

import storekit as kit
from mgmine.report import _charts, _data, render, write_report
from mgmine.stats import association
from mgmine.store import Store

if TYPE_CHECKING:
    from pathlib import Path

FAMILIES = [
    {"id": "mineral", "label": "Mineral", "topic": True},
    {"id": "t_cell", "label": "T cell", "topic": True},
    {"id": "integrin", "label": "integrin", "topic": True},
    {"id": "ligand", "label": "ligand", "topic": False},
]
EVIL = "<script>alert(1)</script>\"'&<b>"
SENTENCE = f"Zinc did not activate LFA-1 receptors on T cells {EVIL}."


@pytest.fixture(autouse=True)
def _writer_of_parquet(monkeypatch: pytest.MonkeyPatch) -> None:
    kit.parquet_stand_in(monkeypatch)


def world(path: Path, *, claims: bool = True, stats: Any = None) -> Store:
    """Three documents: one with all three families and claims, one retracted, one without any mention."""
    texts = {"Zinc": "mineral", "LFA-1": "integrin", "T cells": "t_cell"}
    offset = 20
    mentions = [
        kit.mention("pubmed:1", text, family, text, offset + SENTENCE.index(text)) for text, family in texts.items()
    ]
    nested = kit.mention(
        "pubmed:1",
        "LFA-1 receptors",
        "ligand",
        "LFA receptor",
        offset + SENTENCE.index("LFA-1"),
        counted=False,
        nested_in="x",
    )
    documents = [
        kit.document("pubmed:1", title=f"Title {EVIL}", year=2019, date="2019-04"),
        kit.document("pubmed:2", record=1, publication_types=["Retracted Publication"], year=1998, date="1998"),
        kit.document("notes", record=2, year=None, date=None, title=None),
    ]
    made = kit.claim(
        "pubmed:1", SENTENCE, kit.argument("Zinc", SENTENCE, offset, ids=["TEST:Zinc"], type="mineral"), "affects",
        kit.argument("LFA-1", SENTENCE, offset, type="integrin"), "activate", sign="+", negated=True, factuality="possible",
        context=[{"slot": "cell_type", "text": "T cells", "stated": False}], offset=offset,
    )  # fmt: skip
    chain = kit.claim(
        "pubmed:1", SENTENCE, {"claim": made["id"]}, "affects", kit.argument("T cells", SENTENCE, offset), "on", sign="-",
        offset=offset, perturbation={"kind": "chelation", "agent": "EDTA"}, derived_from="y", necessity="not_sufficient",
    )  # fmt: skip
    other = "Zinc binds cells."
    retracted = kit.claim(
        "pubmed:2", other, kit.argument("Zinc", other, ids=["TEST:Zinc"], type="mineral"), "binds",
        kit.argument("cells", other), "binds", record=1,
    )  # fmt: skip
    rows = {
        "documents": documents,
        "mentions": [nested, *mentions, kit.mention("pubmed:2", "Zinc", "mineral", "Zinc", 0, record=1)],
        "vetoes": [{**mentions[0], "veto": "not_after", "veto_detail": "x"}],
        "comentions": [
            {"doc_id": "pubmed:1", "doc_version": 1, "record": 0, "level": level, "families": ["mineral", "t_cell", "integrin"],
             "sentence": 0 if level == "sentence" else None, "concepts": ["Zinc"]}
            for level in ("sentence", "passage", "document")
        ],
        "sentences": [{"doc_id": "pubmed:1", "doc_version": 1, "record": 0, "sentence": 0, "passage": "abstract",
                       "section": "RESULTS", "start": offset, "end": offset + len(SENTENCE), "text": SENTENCE, "gated": True}],
        "claims": [made, chain, retracted] if claims else [],
    }  # fmt: skip
    store = Store(path, create=True)
    with store.writer() as writer:
        writer.commit(kit.key(), kit.tables(**rows), stats={"families": FAMILIES} if stats is None else stats)
    return store


class Page(HTMLParser):
    """The elements of a page, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []
        self.scripts = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.scripts += tag == "script"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        elif tag == "link":
            self.fetched += [str(given["href"])] if given["href"] != "data:," else []
        self.fetched += [str(given[name]) for name in ("src", "srcset", "data", "action", "poster") if name in given]
        if tag not in {"meta", "link", "input", "br", "line", "rect", "circle"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"line", "circle", "rect"}:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{tag} at {self.getpos()}")


def test_a_whole_page(tmp_path: Path) -> None:
    with world(tmp_path / "s") as store:
        text = render(store)
        assert text == render(store)
    page = Page(text)
    assert page.wrong == page.open == page.fetched == []
    assert len(page.ids) == len(set(page.ids))
    assert page.scripts == 1
    assert set(page.links) - {link for link in page.links if link.startswith("#")} == {
        "https://pubmed.ncbi.nlm.nih.gov/1/", "https://pubmed.ncbi.nlm.nih.gov/2/",
    }  # fmt: skip
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert "http" not in re.sub(r'href="https://pubmed\.ncbi\.nlm\.nih\.gov/\d+/"', "", text).replace("http-equiv", "")
    assert "alert(1)" in text
    assert "<script>alert" not in text
    assert "Mineral, T cell and integrin" in text
    assert "denied" in text
    assert "only denied" in text
    assert "chelation by EDTA" in text
    assert "(Zinc affects + LFA-1)" in text
    assert "1 retracted" in text
    assert "cell type: T cells *" in text


def test_marks(tmp_path: Path) -> None:
    with world(tmp_path / "s") as store:
        data = _data.collect(store, relations=10, sentences=10)
    assert [family.label for family in data.families] == ["Mineral", "T cell", "integrin"]
    evidence = data.evidence[0]
    assert "".join(piece.text for piece in evidence.pieces) == SENTENCE
    marked = {piece.text: piece.classes for piece in evidence.pieces if piece.classes}
    assert marked == {
        "Zinc": "m f0", "activate": "cue", "LFA-1": "m f2", " receptors": "m f7 nested", "on": "cue", "T cells": "m f1",
    }  # fmt: skip
    assert evidence.families == ["mineral", "t_cell", "integrin"]
    assert evidence.section == "RESULTS"
    claim = next(claim for claim in evidence.claims if claim["subject"] == "Zinc")
    assert claim["badges"] == [("denied", "no"), ("possible", "doubt")]
    assert [item.retracted for item in data.evidence] == [False, True]


def test_counts(tmp_path: Path) -> None:
    with world(tmp_path / "s") as store:
        data = _data.collect(store, relations=10, sentences=10)
    assert (data.totals["documents"], data.totals["retracted"], data.totals["with_mention"]) == (3, 1, 2)
    assert (data.totals["mentions"], data.totals["nested"], data.totals["rejected"]) == (4, 1, 1)
    assert data.matrix["mineral", "integrin"] == data.matrix["integrin", "mineral"]
    assert data.matrix["mineral", "integrin"].documents == 1
    assert data.matrix["mineral", "integrin"].lift == pytest.approx(1.5)
    assert data.overlap == [(("mineral", "t_cell", "integrin"), 1), (("mineral",), 1)]
    assert data.years["mineral"] == {1998: 1, 2019: 1}
    assert data.year_range == (1998, 2019)
    assert data.vetoes == [("not_after", 1)]


def test_limits_are_told(tmp_path: Path) -> None:
    with world(tmp_path / "s") as store:
        text = render(store, relations=1, sentences=1, title="Mine & yours")
        assert "The 1 best supported of 3" in text
        assert "1 of 2 sentences" in text
        assert "<title>Mine &amp; yours" in text
        assert text.count('data-ids="') == 1


@pytest.mark.parametrize("claims", [True, False])
def test_without_notes_of_the_run(tmp_path: Path, claims: bool) -> None:
    with world(tmp_path / "s", claims=claims, stats={}) as store:
        text = render(store)
    assert Page(text).wrong == []
    assert "Mineral, t cell and integrin" in text
    assert ("no claim read" in text) is not claims


def test_an_empty_store(tmp_path: Path) -> None:
    with Store(tmp_path / "s", create=True) as store:
        text = render(store)
    page = Page(text)
    assert page.wrong == []
    assert "No claim was read." in text


def test_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    with world(tmp_path / "s") as store:
        write_report(store, target)
        assert target.read_text(encoding="utf-8") == render(store)
        store.close()
        (store.path / "MANIFEST.json").write_text("{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "s"]


def test_links() -> None:
    assert _data.link("pubmed:12") == "https://pubmed.ncbi.nlm.nih.gov/12/"
    assert _data.link("pmc:PMC7") == "https://pmc.ncbi.nlm.nih.gov/articles/PMC7/"
    for other in ("pubmed:12/x", "pubmed:", "notes", "javascript:alert(1)", "pubmed:1\n"):
        assert _data.link(other) is None


def test_chart_of_one_year_and_of_many() -> None:
    family = _data.Family("x", "X & Y", True, 0, 1, 1, ())
    assert "X &amp; Y, 2001: 5 documents" in _charts.by_year([family], {"x": {2001: 5}}, (2001, 2001))
    many = _charts.by_year([family], {"x": {1850: 1, 2020: 12345}}, (1850, 2020))
    assert "12,345 documents" in many
    assert "-" not in re.sub(r"[a-z]-[a-z]", "", re.sub(r'aria-label="[^"]*"', "", many))  # no negative size


def test_association() -> None:
    found = association(2, 3, 4, 10)
    assert found.observed == 2
    assert found.expected == pytest.approx(1.2)
    assert found.lift == pytest.approx(2 / 1.2)
    assert found.p == pytest.approx((3 * 21 + 1 * 7) / 210)
    assert association(20, 290, 111, 50848).p < 1e-20
    assert association(0, 3, 4, 10).p == 1.0
    assert association(0, 0, 0, 0).lift == 0.0
    with pytest.raises(ValueError, match="no such sets"):
        association(5, 3, 4, 10)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
STEPS = """
const seen = () => [...document.querySelectorAll('.relations tbody tr:not([hidden])')].length + '/' +
  [...document.querySelectorAll('.evidence > li:not([hidden])')].length;
const form = document.getElementById('filter');
const set = (name, value) => { form.elements[name].value = value; form.dispatchEvent(new Event('input')); };
const told = [seen()];
set('predicate', 'binds'); told.push(seen());
set('predicate', ''); set('family', 'integrin'); told.push(seen());
set('family', ''); set('from', '2010'); told.push(seen());
set('from', ''); set('to', '2000'); told.push(seen());
set('to', ''); set('text', 'lfa-1'); told.push(seen());
set('text', 'no such word'); told.push(seen());
set('text', ''); document.querySelector('.relations .relation').click(); told.push(seen());
document.querySelector('#only button').click(); told.push(seen());
document.title = told.join(' ');
"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_in_a_browser(tmp_path: Path) -> None:
    with world(tmp_path / "s") as store:
        text = render(store)
    target = tmp_path / "report.html"
    target.write_text(text.replace("</body>", f"<script>{STEPS}</script></body>"), encoding="utf-8")
    done = subprocess.run(
        [str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
         f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", target.as_uri()],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr
    title = re.search(r"<title>(.*?)</title>", done.stdout)
    assert title is not None
    assert title[1].split() == ["3/2", "1/1", "1/1", "2/1", "0/1", "2/1", "0/0", "3/1", "3/2"]


def test_belief_and_contradictions(tmp_path: Path) -> None:
    sentence = "Zinc raises and lowers LFA-1 in cells."
    zinc = kit.argument("Zinc", sentence, 50, ids=["TEST:Zinc"], type="mineral")
    lfa = kit.argument("LFA-1", sentence, 50, type="integrin")
    back = {**zinc, "start": 3, "end": 7}

    def said(doc: int, subject: kit.Row, sign: str, cell: str) -> kit.Row:
        context = [{"slot": "cell_type", "text": cell, "start": 1, "end": 2, "ids": [], "stated": doc != 2}]
        return kit.claim(
            f"pubmed:{doc}",
            sentence,
            subject,
            "affects",
            lfa,
            "raises",
            sign=sign,
            context=context,
            offset=50,
            record=doc,
        )

    documents = [
        kit.document(f"pubmed:{doc}", record=doc, publication_types=["Review"] if doc == 1 else []) for doc in (1, 2)
    ]
    claims = [said(1, zinc, "+", f"T cells {EVIL}"), said(2, back, "-", "B cells")]
    with kit.fill(tmp_path / "s", documents=documents, claims=claims) as store:
        text = render(store)
        data = _data.collect(store, relations=10, sentences=10)
    page = Page(text)
    assert page.wrong == page.open == page.fetched == []
    assert "<script>alert" not in text
    (row,) = data.contradictions
    assert row["explained_by"] == ["cell_type"]
    assert [side["sign"] for side in row["sides"]] == ["-", "+"]
    assert "the sides differ in this" in text
    assert text.count('class="side"') == 2
    for side in row["sides"]:
        assert f'data-id="{side["relation_id"]}"' in text
    assert "review 1" in text
    assert "subject from an earlier sentence" in text
    assert "cell type: B cells *" in text
    beliefs = {relation["sign"]: relation["belief"] for relation in data.relations}
    assert beliefs["-"] > beliefs["+"] > 0
    assert f"belief {beliefs['-']:.2f}, against" in text
