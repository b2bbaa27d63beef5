"""Runs ``tests/golden/lexicon.md``: what the default lexicon finds, keeps and rejects. The grammar stands in that file."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from conftest import ROOT
from mgmine.lexicon import load
from mgmine.mentions import scan_documents

PAGE = ROOT / "tests" / "golden" / "lexicon.md"
TOPICS = {"magnesium", "integrin", "t_cell"}
BLOCKS = re.compile(r"^```text\n(?P<text>.*?)\n```\s*?(?P<between>.*?)^```mentions\n(?P<wanted>.*?)^```", re.S | re.M)


@dataclass(frozen=True)
class Case:
    """A snippet and the lines that say what must be found in it."""

    line: int
    text: str
    wanted: list[tuple[str, str, str, str]]


def cases() -> list[Case]:
    page = PAGE.read_text(encoding="utf-8")
    found = []
    for match in BLOCKS.finditer(page):
        assert "```" not in match["between"], "a text block without its mentions block"
        lines = [line for line in match["wanted"].splitlines() if line.strip() and not line.startswith("#")]
        wanted = [] if lines == ["none"] else [tuple(part.strip() for part in line.split(" | ")) for line in lines]
        assert all(len(parts) == 4 for parts in wanted), f"not four fields: {lines}"
        found.append(Case(page[: match.start()].count("\n") + 1, match["text"], wanted))  # type: ignore[arg-type]
    return found


CASES = cases()


def test_the_page_has_cases() -> None:
    assert len(CASES) == PAGE.read_text(encoding="utf-8").count("```text\n")
    assert len(CASES) > 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"line{case.line}")
def test_golden(case: Case) -> None:
    def plain(text: str) -> str:
        return re.sub(r"\s", " ", text)

    tables = scan_documents([("doc", case.text)], lexicon=load(), vetoed=True)
    families = TOPICS | {family for _, family, _, fate in case.wanted if not fate.startswith("veto")}
    kept = [
        (
            plain(row["text"]),
            row["family"],
            row["concept"],
            "counted" if row["counted"] else f"nested_in {row['nested_in']}",
        )
        for row in tables.mentions.to_pylist()
        if not case.wanted or row["family"] in families
    ]
    assert kept == [line for line in case.wanted if not line[3].startswith("veto")]
    vetoed = [
        (plain(row["text"]), row["family"], row["concept"], f"veto {row['veto']}") for row in tables.vetoes.to_pylist()
    ]
    for line in case.wanted:
        assert not line[3].startswith("veto") or line in vetoed
