"""The training project's scripts, where a mistake would not show until a model is trained."""

from __future__ import annotations

import gzip
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

spacy = pytest.importorskip("spacy")
pytest.importorskip("scispacy")
pytestmark = pytest.mark.nlp


def lists(folder: Path) -> Path:
    """Name lists in the layout of the public ones, with a few names."""
    (folder / "large").mkdir(parents=True)
    large = dict.fromkeys(
        (
            "mesh-disease",
            "PubChem",
            "ProteinFamilies",
            "CellOntology",
            "Cellosaurus",
            "bio_process",
            "Uberon",
            "Species",
        ),
        "",
    )
    large["chebi"] = "CDDP\tCHEBI:1\nplatinol\tCHEBI:1\noxaliplatin\tCHEBI:2\nmagnesium\tCHEBI:3\n"
    files = {f"large/{name}": text for name, text in large.items()}
    files["mesh_labels_synonyms"] = "D1\tAnaemia\tAnemia\tC15.1\n"
    files["hgnc_entries"] = (
        "header\n" + "\t".join(["1", "IL2", "interleukin 2", "x", "IL-2", "", "", "", "", "TCGF"]) + "\n"
    )
    for name, text in files.items():
        (folder / f"{name}.tsv.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_a_word_has_its_vector_however_it_is_written(tmp_path: Path) -> None:
    """Looked up in the saved table, by form: spaCy does not keep another way of looking up."""
    text, vectors = tmp_path / "text", tmp_path / "w2v"
    text.write_text("Magnesium raised IL-2 .\nIL-2 and mRNA .\nmRNA and magnesium MAGNESIUM .\n", encoding="utf-8")
    vectors.write_text("4 3\nil-2 1 0 0\nmagnesium 0 1 0\nmrna 0 0 1\nand 1 1 0\n", encoding="utf-8")
    script = ROOT / "training" / "scripts" / "lexicon.py"
    paths = [script, text, vectors, lists(tmp_path / "lists"), tmp_path / "out"]
    subprocess.run([sys.executable, *map(str, paths)], check=True, capture_output=True)
    table = spacy.load(tmp_path / "out").vocab.vectors

    def row(word: str) -> int:
        return int(table.find(key=word))

    assert row("IL-2") == row("il-2") != row("mRNA") == row("mrna") >= 0
    assert row("Magnesium") == row("magnesium") >= 0
    assert row("And") == row("and"), "as a sentence begins, though the text has it not"
    assert row("MAGNESIUM") == -1, "seen once"
    assert row("CDDP") == row("platinol") == row("Platinol") >= 0, "by the lists alone"
    assert row("cddp") == -1, "nobody writes it so"
    assert row("TCGF") == -1, "a pattern of fewer than three words has no row"
    assert table.data[row("IL-2")].tolist() == table.data[row("il-2")].tolist()
    assert list(map(bool, table.data[row("CDDP")][3:])) == [False, False, True] + [False] * 13


def test_every_step_is_one_command_with_a_script_that_is_there() -> None:
    """The variables put in: one at the end of a line swallows the lines that follow."""
    weasel = pytest.importorskip("weasel.util.config")
    folder = ROOT / "training"
    project = weasel.load_project_config(folder)
    commands = {command["name"]: command["script"] for command in project["commands"]}
    assert set(project["workflows"]["all"]) == set(commands) - {"seeds"}
    for line in (line for lines in commands.values() for line in lines):
        program, *arguments = line.split()
        if program == "python":
            assert arguments.count("python") == 0, line
            assert all((folder / word).exists() for word in arguments if word.startswith(("scripts/", "configs/"))), (
                line
            )
        else:
            assert program in ("mkdir", "tar"), line
