"""Bad inputs through the commands: each is told of, costs nothing but itself, and stays within memory."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import hostileinputs as inputs
import storekit
from mgmine.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostileinputs import Case

MEMORY = 512 << 20
FLOOD = 64 << 20
CASES = list(inputs.cases())

LEXICON = """
[lexicon]
id = "small"
title = "Small"
version = "1"
license = "CC0-1.0"
[[family]]
id = "ion"
label = "ion"
[[family]]
id = "integrin"
label = "integrin"
[[concept]]
label = "magnesium"
family = "ion"
ids = ["MESH:D008274"]
names = ["magnesium", "Mg", "Mg2+"]
[[concept]]
label = "LFA-1"
family = "integrin"
ids = ["FPLX:LFA_1"]
names = ["LFA-1"]
"""


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: str
    stderr: str
    memory: int


class Server:
    """A process that runs commands in forks of itself, so that each is measured and costs no start of Python."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "MGMINE_CACHE": "", "MGMINE_CONFIG": os.devnull, "RUST_BACKTRACE": "0"},
        )

    def run(self, *argv: str | Path) -> Ran:
        stdout, stderr = self._folder / "stdout", self._folder / "stderr"
        job = {"argv": [str(argument) for argument in argv], "stdout": str(stdout), "stderr": str(stderr)}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        out = stdout.read_bytes()
        if len(out) > FLOOD:
            # Of a flood of output the beginning is enough: its whole lines.
            out = out[: out.rindex(b"\n", 0, FLOOD) + 1]
        return Ran(answer["code"], out.decode(), stderr.read_text(errors="replace"), answer["memory"])

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)


@dataclass(frozen=True)
class Bench:
    """What the cases share: the server, a small lexicon, and a store that already holds a file."""

    server: Server
    lexicon: Path
    store: Path
    good: dict[str, Counter[Any]]


def _mentions(store: Store) -> dict[str, Counter[Any]]:
    """The mentions of each of the good records."""
    query = 'SELECT doc_id, passage, start, "end", text, concept, counted FROM mentions'
    found: dict[str, Counter[Any]] = {}
    for doc_id, *rest in store.sql(query).rows:
        found.setdefault(doc_id.partition(":")[2], Counter())[tuple(rest)] += 1
    return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    folder = tmp_path_factory.mktemp("hostile")
    server = Server(folder)
    lexicon = folder / "small.toml"
    lexicon.write_text(LEXICON, encoding="utf-8")
    before, good = folder / "before.jsonl", folder / "good.xml"
    before.write_text('{"id": "earlier", "title": "Mg2+ and LFA-1.", "abstract": "x"}\n', encoding="utf-8")
    good.write_text(inputs.pubmed(), encoding="utf-8")
    options = ("--no-claims", "--replace-lexicon", lexicon, "--store")
    assert server.run("run", before, *options, folder / "store").code == 0
    assert server.run("run", good, *options, folder / "good").code == 0
    with Store(folder / "good") as store:
        mentions = _mentions(store)
    assert set(mentions) == set(inputs.GOOD)
    yield Bench(server, lexicon, folder / "store", mentions)
    server.close()


def _proper(ran: Ran) -> None:
    """What holds of every run: it ended by itself, within memory, and no inside of the program was seen."""
    assert ran.code in (0, 1, 65), ran.stderr[-2000:]
    assert ran.memory <= MEMORY, f"{ran.memory >> 20} MB"
    for word in ("Traceback", "panicked", "mistake in mgmine"):
        assert word not in ran.stderr, ran.stderr[-2000:]
    assert len(ran.stderr) < 100_000
    assert (ran.code == 0) or ran.stderr


def test_there_are_enough() -> None:
    counts = Counter(case.kind for case in CASES)
    assert len(counts) >= 15
    assert min(counts.values()) >= 10
    assert len(CASES) >= 150
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [case for case in CASES if case.command == "documents"], ids=lambda case: case.id)
def test_documents(case: Case, bench: Bench, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    ran = bench.server.run("scan", path, "--replace-lexicon", bench.lexicon)
    _proper(ran)
    assert ran.code == case.code, ran.stderr[-2000:]
    assert re.search(case.says, ran.stderr), ran.stderr[-2000:]
    if case.code:
        assert str(path) in ran.stderr
    read = {json.loads(line)["doc_id"].partition(":")[2] for line in ran.stdout.splitlines()}
    assert set(case.reads) <= read
    assert case.more or read <= {*case.reads}

    store = tmp_path / "store"
    shutil.copytree(bench.store, store)
    earlier = storekit.content(store)
    ran = bench.server.run("run", path, "--no-claims", "--replace-lexicon", bench.lexicon, "--store", store)
    _proper(ran)
    # The main job also reads bibliographic data, in which there may be more to tell.
    assert ran.code == case.code or (case.code, ran.code) in ((1, 65), (0, 1)), ran.stderr[-2000:]
    assert re.search(case.says, ran.stderr), ran.stderr[-2000:]
    path.unlink()
    later = storekit.content(store)
    assert {name: data for name, data in later.items() if name in earlier and name != "MANIFEST.json"} == {
        name: data for name, data in earlier.items() if name != "MANIFEST.json"
    }
    if "failed" in ran.stdout:
        assert later == earlier, "nothing of a file that could not be read to its end is kept"
        return
    with Store(store) as opened:
        assert not opened.check()
        assert opened.sql("SELECT count(*) FROM mentions WHERE doc_id = 'earlier'").rows == [(2,)]
        found = _mentions(opened)
    for pmid in case.reads:
        # A record that is given again may say less.
        if case.kind != "duplicates" and pmid in found:
            assert found[pmid] == bench.good[pmid] or not case.file.startswith("bad.xml")
    assert set(case.reads) <= set(found) or case.kind == "duplicates"


@pytest.mark.parametrize("case", [case for case in CASES if case.command == "lexicon"], ids=lambda case: case.id)
def test_lexicons(case: Case, bench: Bench, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    good = tmp_path / "good.xml"
    good.write_text(inputs.pubmed(), encoding="utf-8")
    if case.file != "bad.lexicon":
        ran = bench.server.run("lexicon", "check", path)
        _proper(ran)
        # A lexicon that lacks a family is no fault in itself: it may be meant to be added to another one.
        assert ran.code == (0 if case.name == "no_family" else case.code), ran.stdout[:2000]
        assert re.search(case.says, ran.stdout + ran.stderr), ran.stdout[:2000]
        assert len(ran.stdout) < 100_000
    for command in (
        ("scan", good, "--replace-lexicon", path),
        ("run", good, "--no-claims", "--replace-lexicon", path, "--store", tmp_path / "store"),
    ):
        ran = bench.server.run(*command)
        _proper(ran)
        assert ran.code == case.code, ran.stderr[:2000]
        if case.code:
            assert re.search(case.says, ran.stderr), ran.stderr[:2000]
            assert not ran.stdout
    assert (tmp_path / "store").exists() == (case.code == 0)


@pytest.mark.nlp
def test_claims_of_hostile_sentences(bench: Bench, tmp_path: Path) -> None:
    """A sentence of every bad kind through the language pass: one file of each class that is read at all."""
    sentences = [
        "Mg2+ activates LFA-1 " + "and LFA-1 " * 3000 + ".",
        "Mg2+ activates LFA-1 " + "(" * 5000 + ".",
        "Mg2+ activates LFA-1" + "\u0301" * 5000 + ".",
        "Mg2+ activates LFA-1 \u202e\u200b\ufeff\x9b[2J.",
        "Mg2+ activates LFA-1 " + "x" * 200_000 + ".",
        "Mg2+, " * 3000 + "activates LFA-1.",
        '<script>alert("Mg2+ activates LFA-1")</script>',
    ]
    path = tmp_path / "bad.jsonl"
    path.write_text(
        "".join(json.dumps({"id": f"s{n}", "text": text}) + "\n" for n, text in enumerate(sentences)), encoding="utf-8"
    )
    ran = bench.server.run("extract", path, "--model", "blank", "--replace-lexicon", bench.lexicon)
    _proper(ran)
    for line in ran.stdout.splitlines():
        claim = json.loads(line)
        text = sentences[int(claim["doc_id"][1:])]
        assert text[claim["cue"]["start"] : claim["cue"]["end"]] == claim["cue"]["text"]
