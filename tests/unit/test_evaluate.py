"""Measuring: what a row says, what is absent, what counts as found and as a trap, and the command."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from conftest import ROOT
from mgmine.cli._group import cli
from mgmine.errors import UsageError
from mgmine.evaluate import AbsentError, Outcome, Places, Row, abbreviations, article, evaluate, golden, holds

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = """# A kind

## build

> [Magnesium|magnesium] activates [LFA-1|integrin].
- Magnesium | affects + | LFA-1

> [Magnesium|magnesium] does not bind [VLA-4|integrin].
- Magnesium | binds | VLA-4 | negated

## check

> [Magnesium|magnesium] lowers the Zorblax of cells.
- Magnesium | affects + | Zorblax
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "golden").mkdir()
    (tmp_path / "golden" / "p01_kind.md").write_text(GOLDEN, encoding="utf-8")
    nowhere = tmp_path / "nowhere"
    return Places(
        golden=tmp_path / "golden", gold=nowhere / "gold", shared=nowhere, text=nowhere / "text", model="blank"
    )


def test_a_row_knows_whether_it_reached_its_must() -> None:
    assert Row("s", "w", "F1", 3, 0.8, 0.8).reached is True
    assert Row("s", "w", "F1", 3, 0.7, 0.8).reached is False
    assert Row("s", "w", "sprung", 3, 1, 0, True).reached is False
    assert Row("s", "w", "F1", 3, 0.7).reached is None
    assert holds([Outcome("s", (Row("s", "w", "F1", 3, 0.7),))])
    assert not holds([Outcome("s", (Row("s", "w", "F1", 3, 0.7, 0.8),))])


def test_what_is_missing_is_listed_with_its_place(places: Places) -> None:
    outcomes = {one.set: one for one in evaluate(places=places)}
    assert outcomes["golden"].absent is None
    for name in ("annotation", "scan", "article", "language", "events", "documents", "verdicts", "abbreviations"):
        assert "nowhere" in (outcomes[name].absent or "")
    with pytest.raises(UsageError, match="no set nonsense"):
        list(evaluate(["nonsense"], places))


def test_precision_and_recall_of_golden_sentences(places: Places) -> None:
    rows = {(row.what, row.metric): row for row in golden.golden_rows(places)}
    assert rows["build half", "F1"].value == 1
    assert (rows["build half", "precision"].n, rows["build half", "recall"].n) == (2, 2)
    # The sign wanted in the check half is wrong on purpose.
    assert (rows["check half", "precision"].value, rows["check half", "recall"].value) == (0, 0)


@pytest.mark.parametrize(
    ("value", "must", "at_most", "wanted"),
    [
        (0.84536, 0.845, False, "0.845"),
        (0.84496, 0.845, False, "0.84496"),
        (0.8449999999, 0.845, False, "0.8449999999"),
        (0.0104, 0.01, True, "0.0104"),
        (0.84496, None, False, "0.845"),
    ],
)
def test_a_figure_is_printed_on_its_side_of_the_must(
    monkeypatch: pytest.MonkeyPatch, value: float, must: float | None, at_most: bool, wanted: str
) -> None:
    row = Row("pipeline", "BC5CDR dev", "F1", 9591, value, must, at_most)
    monkeypatch.setattr("mgmine.evaluate.evaluate", lambda *_, **__: iter([Outcome("pipeline", (row,))]))
    table = CliRunner().invoke(cli, ["evaluate", "--pipeline", "--format", "md"]).output
    assert f"| {wanted} |" in table


def test_golden_files_must_quote_their_sentence(tmp_path: Path) -> None:
    (tmp_path / "p01.md").write_text("## build\n\n> A binds B.\n- A | binds | C\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'C' is not in"):
        golden.cases(tmp_path)


def test_a_gold_text_that_was_changed_is_not_measured(tmp_path: Path) -> None:
    changed = tmp_path / "restated.txt"
    changed.write_text("Something else.", encoding="utf-8")
    with pytest.raises(AbsentError, match="not the text that was annotated"):
        article.load(ROOT / "corpora" / "gold" / "restated.gold.json", changed)


@pytest.mark.nlp
def test_the_restated_article() -> None:
    pytest.importorskip("spacy")
    folder = ROOT / "corpora" / "gold"
    gold, _ = article.load(folder / "restated.gold.json", folder / "restated.txt")
    result = article.compare(gold, folder / "restated.txt", None)
    assert sum(name in result.found for name in result.core) >= article.RESTATED_MUST["core"], result.missed
    assert len(result.found) >= article.RESTATED_MUST["all"], result.missed
    assert not result.sprung


def test_the_restated_article_without_a_parser() -> None:
    folder = ROOT / "corpora" / "gold"
    gold, _ = article.load(folder / "restated.gold.json", folder / "restated.txt")
    result = article.compare(gold, folder / "restated.txt", "blank")
    assert len(set(result.core) & set(result.found)) >= 5
    assert len(result.sprung) <= 1


def test_a_faulty_annotation_is_told() -> None:
    folder = ROOT / "corpora" / "gold"
    gold, text = article.load(folder / "restated.gold.json", folder / "restated.txt")
    gold["statements"][1]["mentions"][0]["end"] = len(text)
    gold["statements"][1]["claims"][0]["object"] = "nothing"
    found = list(article.problems(gold, text))
    assert any("outside its statement" in one for one in found)
    assert any("nothing is not annotated" in one for one in found)


def test_abbreviations(tmp_path: Path) -> None:
    folder = tmp_path / "corpora" / "abbreviations"
    folder.mkdir(parents=True)
    records = "1\nA title.\nThe nitric oxide synthase (NOS) was seen. A green frog (XQ) too.\n  NOS|nitric oxide synthase\n  ZZ|zigzag\n\n2\nNo title.\nNothing.\n"
    (folder / "med1250.txt.gz").write_bytes(gzip.compress(records.encode()))
    rows = {row.metric: row for row in abbreviations.rows(Places(shared=tmp_path))}
    assert (rows["precision"].value, rows["recall"].value) == (1, 0.5)


def test_the_command(places: Places) -> None:
    options = [
        "--golden",
        str(places.golden),
        "--gold",
        str(places.gold),
        "--shared",
        str(places.shared),
        "--model",
        "blank",
    ]
    done = CliRunner().invoke(cli, ["evaluate", *options, "--format", "jsonl"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["set"] for row in rows} == {"golden"}
    assert done.exit_code == 1, "the check half misses its must"
    assert "scan: absent" in done.stderr
    assert str(places.gold) in done.stderr
    table = CliRunner().invoke(cli, ["evaluate", *options, "--only", "golden", "--format", "md"]).stdout
    assert table.startswith("| set | what | metric |")
    assert "missed" in table
    assert CliRunner().invoke(cli, ["evaluate", *options, "--only", "scan"]).exit_code == 0
    assert CliRunner().invoke(cli, ["evaluate", *options, "--only", "scan", "--strict"]).exit_code == 1
    assert "golden" in CliRunner().invoke(cli, ["evaluate", "--list"]).stdout
