"""The generated pages of the reference are current, the documents' links lead somewhere, and the README's first screen is what one sees."""

from __future__ import annotations

import gzip
import importlib.util
import re
from typing import TYPE_CHECKING

import pytest

from conftest import ROOT, run_mgmine

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("corpora/**/*.md")])


def _pages() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, str] = module.pages()
    return pages


@pytest.mark.parametrize("name", ["cli.md", "store.md"])
def test_current(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == _pages()[name], "stale: run `python docs/generate.py`"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name}: {target} leads nowhere"


@pytest.mark.nlp
def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    shown = [line.split() for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()]
    printed = run_mgmine("demo", "-o", tmp_path / "demo").stdout.splitlines()
    table = [line.split("\t") for line in printed if "\t" in line]
    assert len(table) == 2
    assert all(row in shown for row in table)


def _figures(text: str, name: str) -> dict[tuple[str, ...], float]:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if f"| {name} |" in line
    ]
    return {
        (what, metric, must.removesuffix(" missed")): float(value.replace(",", ""))
        for _, what, metric, _, value, must in rows
    }


@pytest.mark.nlp
@pytest.mark.parametrize("name", ["article", "language", "golden", "events", "verdicts"])
def test_the_readme_quotes_what_is_measured(name: str, shared: Path) -> None:
    """To a hundredth: a parse that hangs in the balance may fall otherwise with another processor's matrix products."""
    quoted = _figures((ROOT / "README.md").read_text(encoding="utf-8"), name)
    measured = _figures(run_mgmine("evaluate", "--shared", shared, "--only", name, "--format", "md").stdout, name)
    assert quoted
    assert quoted == {row: pytest.approx(measured.get(row), rel=0.01) for row in quoted}


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", ROOT / "docs" / "tutorial" / "first-report.md"], ids=lambda path: path.name
)
def test_the_document_to_explain_is_in_the_files_read_before(path: Path, shared: Path) -> None:
    (pmid,) = re.findall(r"mgmine explain (\d+)", path.read_text(encoding="utf-8"))
    with gzip.open(shared / "pubmed" / "pubmed21n1298.xml.gz") as file:
        assert f'<PMID Version="1">{pmid}</PMID>'.encode() in file.read()
