"""``mgmine lexicon`` as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conftest import run_mgmine
from mgmine.lexicon import default_path

if TYPE_CHECKING:
    from pathlib import Path


def test_show_lists_every_written_form_with_its_rule() -> None:
    done = run_mgmine("lexicon", "show", "LFA-1")
    assert done.code == 0
    head, *lines = done.stdout.splitlines()
    assert head.startswith("LFA-1  (integrin)  FPLX:LFA_1")
    forms = {line.split("\t")[0] for line in lines}
    assert len(forms) > 20
    printed = run_mgmine("lexicon", "show", "lfa 1", "--format", "jsonl").stdout.splitlines()
    names = [json.loads(line) for line in printed]
    assert {name["name"] for name in names if name["concept"] == "LFA-1"} == forms
    assert {"name", "hyphen", "plural"} <= {name["rule"] for name in names}
    by_curie = run_mgmine("lexicon", "show", "FPLX:LFA_1", "--format", "jsonl").stdout.splitlines()
    assert {json.loads(line)["concept"] for line in by_curie} == {"LFA-1"}
    unknown = run_mgmine("lexicon", "show", "no such thing")
    assert (unknown.code, unknown.stdout) == (2, "")
    assert "no such thing" in unknown.stderr


def test_list_and_families() -> None:
    families = [json.loads(line) for line in run_mgmine("lexicon", "families", "--format", "jsonl").stdout.splitlines()]
    assert [family["family"] for family in families if family["topic"]] == ["magnesium", "integrin", "t_cell"]
    concepts = [json.loads(line) for line in run_mgmine("lexicon", "list", "--format", "jsonl").stdout.splitlines()]
    assert len(concepts) == sum(family["concepts"] for family in families)
    assert len({concept["concept"] for concept in concepts}) == len(concepts)
    integrins = run_mgmine("lexicon", "list", "--family", "integrin").stdout.splitlines()
    assert len(integrins) == next(family["concepts"] for family in families if family["family"] == "integrin")
    assert run_mgmine("lexicon", "list", "--family", "nothing").code == 2


def test_check(tmp_path: Path) -> None:
    assert run_mgmine("lexicon", "check", default_path()).code == 0
    bad = tmp_path / "bad.toml"
    bad.write_text(
        '[lexicon]\nid = "x"\ntitle = "x"\nversion = "1"\nlicense = "CC0-1.0"\n\n'
        '[[concept]]\nlabel = "y"\nfamily = "f"\nids = ["not a curie"]\nnames = ["y", { text = "z", cse = "exact" }]\n',
        encoding="utf-8",
    )
    done = run_mgmine("lexicon", "check", bad)
    assert done.code == 65
    lines = done.stdout.splitlines()
    assert all(line.startswith(f"{bad}:") for line in lines)
    assert any(": error: " in line for line in lines)
    assert "errors" in done.stderr
    assert run_mgmine("lexicon", "check", tmp_path / "none.toml").code == 2


def test_a_compiled_lexicon_finds_the_same(tmp_path: Path, sample: Path) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("myasthenia gravis\tMESH:D009157\ncells\tX:1\n", encoding="utf-8")
    compiled = tmp_path / "all.lexicon"
    done = run_mgmine("lexicon", "compile", "--lexicon", own, "-o", compiled)
    assert (done.code, done.stdout) == (0, "")
    expected = run_mgmine("scan", sample, "--lexicon", own).stdout
    assert expected
    assert run_mgmine("scan", sample, "--replace-lexicon", compiled).stdout == expected
    compiled.write_bytes(b"something\0else")
    done = run_mgmine("scan", sample, "--replace-lexicon", compiled)
    assert done.code == 65
    assert "compile it again" in done.stderr
