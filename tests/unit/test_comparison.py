"""A summary against its abstract: what is told of written pairs, how claims are aligned, and the command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import mgmine
from conftest import ROOT
from mgmine.cli._group import cli
from mgmine.comparison import Comparison, Pair, _align, _show, compare
from mgmine.errors import InputError
from mgmine.lexicon import load

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "tests" / "golden" / "compare"


@dataclass(frozen=True)
class Case:
    name: str
    summary: str
    original: str
    wanted: tuple[tuple[str, str, str, frozenset[str]], ...]


def cases() -> list[Case]:
    found = []
    for block in (FOLDER / "pairs.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        name, *lines = block.splitlines()
        texts = {line[2:].partition(": ")[0]: line.partition(": ")[2] for line in lines if line.startswith("> ")}
        wanted = []
        for line in lines:
            if line.startswith("- "):
                category, one, other, *kinds = (part.strip() for part in line[2:].split("|"))
                wanted.append((category, one, other, frozenset(kinds[0].split(", ") if kinds else ())))
        found.append(Case(name, texts["summary"], texts["original"], tuple(wanted)))
    return found


@cache
def told(case: Case) -> Comparison:
    compiled = load([FOLDER / "vitamins.toml"]) if "vitamins.toml" in case.name else load()
    return compare(("summary", case.summary.encode()), ("original", case.original.encode()), lexicon=compiled)


def meets(pair: Pair, comparison: Comparison, one: str, other: str) -> bool:
    claim, text = (pair.summary, comparison.summary) if pair.summary else (pair.original, comparison.original)
    assert claim is not None
    words = _show.statement(claim, text).lower()
    return one.lower() in words and other.lower() in words


@pytest.mark.nlp
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_written_pairs(case: Case) -> None:
    pytest.importorskip("spacy")
    result = told(case)
    seen = "\n".join(
        f"{row['category']} {row['summary']} {row['original']} {row['changes']}" for row in _show.rows(result)
    )
    for category, one, other, kinds in case.wanted:
        hits = [pair for pair in result.pairs if pair.category == category and meets(pair, result, one, other)]
        assert hits, f"{category} {one} {other}: not among\n{seen}"
        assert any(kinds <= {change.kind for change in pair.changes} for pair in hits), seen
    assert len(result.pairs) <= len(case.wanted) + 3, seen


def test_there_are_pairs_of_more_than_one_topic() -> None:
    assert len(cases()) >= 8
    assert sum("vitamins.toml" in case.name for case in cases()) >= 2


def blank(summary: str, original: str) -> Comparison:
    return mgmine.compare(("s", summary.encode()), ("o", original.encode()), model="blank")


def test_a_text_against_itself_is_unchanged() -> None:
    text = "Magnesium activates LFA-1. EDTA did not inhibit adhesion. Low serum magnesium was associated with shorter survival."
    result = blank(text, text)
    assert result.pairs
    assert {pair.category for pair in result.pairs} == {"unchanged"}
    assert all(pair.likeness == 1 for pair in result.pairs)


def test_nothing_against_something() -> None:
    assert blank("Nothing.", "Nothing at all.").pairs == ()
    assert {pair.category for pair in blank("Nothing.", "Magnesium activates LFA-1.").pairs} == {"lost"}
    assert {pair.category for pair in blank("Magnesium activates LFA-1.", "Nothing.").pairs} == {"added"}


@pytest.mark.parametrize(
    ("summary", "original", "category", "kinds"),
    [
        ("Magnesium activates LFA-1.", "Magnesium may activate LFA-1.", "strengthened", {"certainty"}),
        ("Magnesium may activate LFA-1.", "Magnesium activates LFA-1.", "weakened", {"certainty"}),
        ("Magnesium activates LFA-1.", "Magnesium inhibits LFA-1.", "changed", {"sign"}),
        ("Magnesium activates LFA-1.", "Magnesium did not activate LFA-1.", "changed", set()),
        ("Magnesium increases adhesion.", "Magnesium correlated with adhesion.", "strengthened", {"cause"}),
        ("Magnesium correlated with adhesion.", "Magnesium increases adhesion.", "weakened", {"cause"}),
        ("Magnesium increases survival.", "Magnesium reduces mortality.", "unchanged", set()),
        ("Magnesium increases mortality.", "Magnesium increases survival.", "changed", {"sign"}),
        ("Magnesium reduces heart attacks.", "Magnesium reduces myocardial infarction.", "unchanged", set()),
        ("Adhesion requires magnesium.", "Magnesium increases adhesion.", "strengthened", {"necessity"}),
        ("Magnesium activates LFA-1.", "In mice, magnesium activates LFA-1.", "strengthened", {"species"}),
    ],
)  # fmt: skip
def test_kinds_of_change(summary: str, original: str, category: str, kinds: set[str]) -> None:
    result = blank(summary, original)
    assert [pair.category for pair in result.pairs] == [category], result.records()
    assert kinds <= {change.kind for change in result.pairs[0].changes}


def test_swapping_the_texts_mirrors_the_comparison() -> None:
    one = "Magnesium activates LFA-1. TRPM7 inhibits adhesion."
    other = "Magnesium may activate LFA-1. EDTA lowers spreading."
    forth, back = blank(one, other).counts(), blank(other, one).counts()
    assert (forth["added"], forth["strengthened"]) == (back["lost"], back["weakened"])
    assert (forth["lost"], forth["weakened"]) == (back["added"], back["strengthened"])


def test_a_claim_is_measured_against_its_best_support() -> None:
    original = "Magnesium may activate LFA-1. Taken together, magnesium activates LFA-1."
    assert {pair.category for pair in blank("Magnesium activates LFA-1.", original).pairs} == {"unchanged"}


def test_what_was_done_to_see_an_effect_is_no_other_effect() -> None:
    seen, said = "TRPM7 inhibition reduced intracellular Mg2+.", "TRPM7 increases intracellular Mg2+."
    assert blank(seen, said).counts()["unchanged"] == 1
    assert blank(said, seen).counts()["unchanged"] == 1
    assert {pair.category for pair in [*blank(seen, said).pairs, *blank(said, seen).pairs]} == {"unchanged"}


def test_an_unreadable_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        mgmine.compare(tmp_path / "nothing.txt", ("o", b"Magnesium activates LFA-1."), model="blank")


def test_likeness_is_symmetric_and_bounded() -> None:
    words = ["T cells", "CD8+ T cells", "magnesium", "serum magnesium", "formation of the immune synapse", "tumour killing",
             "killing of tumor cells", ""]  # fmt: skip
    meanings = [_align._meaning(word, ()) for word in words]
    for one in meanings:
        for other in meanings:
            assert _align._likeness(one, other) == _align._likeness(other, one)
            assert 0 <= _align._likeness(one, other) <= 1
    assert _align._likeness(meanings[5], meanings[6]) >= _align.SAME_ENOUGH
    assert _align._likeness(meanings[2], meanings[0]) == 0


def test_the_command(tmp_path: Path) -> None:
    press, abstract = tmp_path / "press.txt", tmp_path / "abstract.jsonl"
    press.write_text("Magnesium activates LFA-1.", encoding="utf-8")
    abstract.write_text(json.dumps({"id": "1", "text": "Magnesium may activate LFA-1."}) + "\n", encoding="utf-8")

    def run(*more: str, stdin: str | None = None) -> str:
        done = CliRunner().invoke(cli, ["compare", *more, "--model", "blank"], input=stdin)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "1 strengthened" in run(str(press), str(abstract))
    (record,) = map(json.loads, run(str(press), str(abstract), "--format", "jsonl").splitlines())
    assert record["category"] == "strengthened"
    assert record["changes"] == [{"kind": "certainty", "direction": "stronger", "before": "possible", "after": "fact"}]
    assert record["original"]["factuality"] == "possible"
    assert "## Strengthened" in run("-", str(abstract), "--format", "md", stdin="Magnesium activates LFA-1.")
    target = tmp_path / "c.html"
    run(str(press), str(abstract), "--format", "html", "-o", str(target))
    page = target.read_text(encoding="utf-8")
    assert "certainty: possible → fact" in page
    assert "<script" not in page
    assert "http://" not in page
    assert CliRunner().invoke(cli, ["compare", "-", "-"]).exit_code == 2
