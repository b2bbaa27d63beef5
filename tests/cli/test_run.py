"""``mgmine run``, ``extract`` and ``demo`` as a user calls them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

import mgmine
from conftest import run_mgmine
from mgmine.pipeline import refresh

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.nlp

DOCUMENT = {
    "id": "note-1",
    "title": "Magnesium activates LFA-1 on CD8+ T cells.",
    "abstract": "Zinc was not tested. Magnesium did not activate VLA-4 on regulatory T cells.",
}


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in {".json", ".parquet"}
    }


def test_the_main_job_on_the_sample(sample: Path, tmp_path: Path) -> None:
    store = tmp_path / "evidence"
    first = run_mgmine("run", sample, "--store", store)
    assert (first.code, first.stderr) == (0, "")
    header, row = (line.split("\t") for line in first.stdout.splitlines())
    told = dict(zip(header, row, strict=True))
    assert told["state"] == "stored"
    with mgmine.Store(store) as opened:
        counts = opened.counts()
        assert str(counts["claims"]) <= told["claims"]
        assert counts["mentions"] > 200
        assert counts["claims"] > 30
        # Version 1 of a citation gives way to version 2, and what DeleteCitation names is gone.
        assert opened.sql("SELECT doc_version FROM documents WHERE doc_id = 'pubmed:90000031'").rows == [(2,)]
        deleted = {row["doc_id"] for row in mgmine.scan(sample, documents=True).deletions.to_pylist()}
        live = {doc_id for (doc_id,) in opened.sql("SELECT doc_id FROM documents").rows}
        assert deleted
        assert not deleted & live
    before = _tree(store)
    again = run_mgmine("run", sample, "--store", store)
    assert again.code == 0
    assert "already stored" in again.stdout
    assert _tree(store) == before


def test_refresh_does_no_more_than_it_must(sample: Path, tmp_path: Path) -> None:
    store, plain = tmp_path / "evidence", tmp_path / "plain"
    mgmine.run(sample, store, claims=False)
    mgmine.run(sample, plain, model="blank")
    # Rules and model come to it: the source is not needed, and the store is that of a run with them.
    done = refresh([], store, model="blank")
    assert [run.reason for run in done] == ["rules and model changed: claims read again from the stored sentences"]
    assert _tree(store) == _tree(plain)
    assert [run.known for run in refresh([], store, model="blank")] == [True]
    # Another gate needs the file; without it the old rows stay.
    (missing,) = refresh([], store, model="blank", gate="mention")
    assert missing.failed is not None
    assert "gate changed" in missing.failed
    assert _tree(store) == _tree(plain)
    (again,) = refresh([sample.parent], store, model="blank", gate="mention")
    assert again.reason == "gate changed: file read again"
    with mgmine.Store(store) as opened:
        assert [file.key.gate for file in opened.files()] == ["mention"]
        assert opened.check() == []


def test_every_stored_claim_points_at_its_words(sample: Path, tmp_path: Path) -> None:
    assert run_mgmine("run", sample, "--store", tmp_path / "evidence").code == 0
    with mgmine.Store(tmp_path / "evidence") as store:
        texts = dict(store.sql("SELECT doc_id, text FROM documents").rows)
        claims = list(store.claims())
    assert claims
    for claim in claims:
        text = texts[claim["doc_id"]]
        sentence = claim["sentence"]
        assert text[sentence["start"] : sentence["end"]] == sentence["text"]
        for part in (claim["subject"], claim["object"], claim["cue"], *claim["via"], *claim["context"]):
            if part and "claim" not in part:
                assert text[part["start"] : part["end"]] == part["text"]


def test_a_broken_file_does_not_stop_the_others(sample: Path, tmp_path: Path) -> None:
    broken, empty = tmp_path / "broken.jsonl", tmp_path / "empty.xml"
    broken.write_text(json.dumps(DOCUMENT) + '\n{"id": 2, "title": \n', encoding="utf-8")
    empty.touch()
    done = run_mgmine("run", broken, empty, tmp_path / "missing.xml", sample, "--store", tmp_path / "evidence")
    assert done.code == 1
    states = [line.split("\t")[-1] for line in done.stdout.splitlines()[1:]]
    assert states == ["with losses", "failed", "failed", "stored"]
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert re.search(r"broken\.jsonl: byte \d+, record 1", lines[0])
    assert "empty.xml" in lines[1]
    assert "missing.xml" in lines[2]


def test_extract_reads_documents_from_standard_input() -> None:
    done = run_mgmine("extract", "-", stdin=json.dumps(DOCUMENT) + "\n")
    assert (done.code, done.stderr) == (0, "")
    claims = [json.loads(line) for line in done.stdout.splitlines()]
    assert {claim["doc_id"] for claim in claims} == {"note-1"}
    text = f"{DOCUMENT['title']}\n{DOCUMENT['abstract']}"
    first = claims[0]
    assert (first["predicate"], first["sign"], first["negated"]) == ("affects", "+", False)
    assert first["subject"]["ids"] == ["MESH:D008274"]
    assert first["object"]["ids"][0] == "FPLX:LFA_1"
    denied = [claim for claim in claims if claim["negated"]]
    assert [claim["object"]["text"] for claim in denied] == ["VLA-4"]
    for claim in claims:
        assert text[claim["object"]["start"] : claim["object"]["end"]] == claim["object"]["text"]


def test_extract_tells_what_it_lost() -> None:
    done = run_mgmine("extract", "-", stdin='{"id": "x"\n' + json.dumps(DOCUMENT) + "\n")
    assert done.code == 1
    assert "record 0" in done.stderr
    assert done.stdout


def test_extract_as_parquet_and_tsv(tmp_path: Path) -> None:
    import pyarrow.parquet

    source = tmp_path / "one.jsonl"
    source.write_text(json.dumps(DOCUMENT) + "\n", encoding="utf-8")
    lines = run_mgmine("extract", source).stdout.splitlines()
    assert run_mgmine("extract", source, "--format", "parquet", "-o", tmp_path / "claims.parquet").code == 0
    table = pyarrow.parquet.read_table(tmp_path / "claims.parquet")
    assert [json.loads(line)["id"] for line in lines] == table["id"].to_pylist()
    tsv = run_mgmine("extract", source, "--format", "tsv").stdout.splitlines()
    assert len(tsv) == len(lines) + 1
    assert all(line.count("\t") == tsv[0].count("\t") for line in tsv)
    assert run_mgmine("extract", source, "--format", "parquet").code == 2


def test_another_lexicon(tmp_path: Path) -> None:
    lexicon = tmp_path / "zinc.toml"
    lexicon.write_text(
        """
[lexicon]
id = "zinc"
title = "Zinc and granzymes"
version = "1"
license = "CC0-1.0"
[[family]]
id = "zinc"
label = "zinc"
[[family]]
id = "granzyme"
label = "granzyme"
[[concept]]
label = "zinc"
family = "zinc"
ids = ["MESH:D015032"]
names = ["zinc"]
[[concept]]
label = "granzyme B"
family = "granzyme"
ids = ["MESH:D053804"]
names = ["granzyme B"]
""",
        encoding="utf-8",
    )
    document = json.dumps({"id": "z", "title": "Zinc inhibits granzyme B.", "abstract": "Magnesium activates LFA-1."})
    done = run_mgmine("extract", "-", "--replace-lexicon", lexicon, stdin=document)
    (claim,) = map(json.loads, done.stdout.splitlines())
    assert (claim["subject"]["ids"], claim["predicate"], claim["sign"]) == (["MESH:D015032"], "affects", "-")
    assert claim["object"]["ids"] == ["MESH:D053804"]
    both = run_mgmine("extract", "-", "--lexicon", lexicon, stdin=document).stdout.splitlines()
    assert len(both) == 2


def test_demo(tmp_path: Path) -> None:
    done = run_mgmine("demo", "-o", "out", cwd=tmp_path)
    assert done.code == 0, done.stderr
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert 'src="http' not in page
    assert "https://pubmed.ncbi.nlm.nih.gov/90000001/" in page
