"""What an update file of 20,000 citations costs, everything included except download, against scan and extract alone.

    python benchmarks/update.py --out benchmarks/runs
    python benchmarks/update.py --citations 2000 --repeat 1       # is everything in order?

A real NLM file is parted into an update file and two small ones before it; the other is the baseline. The store holds all but
the update file, which is the fourth, so that its commit also ends in the largest merge that four files can need. By turns:
`mgmine update` of the one file (checksum, scan, extract, commit, merge, digest), `mgmine scan` and `mgmine extract` of the same
file. Figures are CPU of each command with its start, and ratios within one turn. Ends with 1 where the goal is not met.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import hashlib
import json
import shutil
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import inputs, measure, tools

if TYPE_CHECKING:
    from collections.abc import Sequence

GOAL = 1.5
HERE = Path(__file__).resolve().parent
HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n'
TAIL = b"</PubmedArticleSet>\n"


def put(folder: Path, number: int, data: bytes) -> None:
    """A file as NLM publishes it, with its checksum."""
    folder.mkdir(exist_ok=True)
    name = f"pubmed25n{number:04d}.xml.gz"
    (folder / name).write_bytes(data)
    (folder / f"{name}.md5").write_text(f"MD5({name})= {hashlib.md5(data).hexdigest()}\n", encoding="ascii")


def parted(path: Path, sizes: Sequence[int]) -> list[bytes]:
    """Packed files of so many citations each, from the citations of one."""
    end = b"</PubmedArticle>"
    xml = gzip.decompress(path.read_bytes())
    citations = xml[xml.index(b"<PubmedArticle>") : xml.rindex(end)].split(end)
    made = []
    for size in sizes:
        taken, citations = citations[:size], citations[size:]
        assert len(taken) == size
        made.append(gzip.compress(HEAD + b"".join(part + end for part in taken) + b"\n" + TAIL, 6, mtime=0))
    return made


def main() -> int:
    """Run it, print Markdown, and write it with `--out`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citations", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, help="folder with the two NLM files; otherwise they are fetched")
    parser.add_argument("--out", type=Path, help="where the dated folder is made")
    options = parser.parse_args()
    machine = tools.machine()
    turns: list[dict[str, measure.Sample]] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        baseline, daily = inputs.real_files(HERE / "data", options.data, lambda line: print(line, file=sys.stderr))
        mirror = place / "mirror"
        mirror.mkdir()
        *small, big = parted(daily, (200, 200, options.citations))
        put(mirror / "baseline", 1, baseline.read_bytes())
        for number, data in enumerate(small, 2):
            put(mirror / "updatefiles", number, data)
        home = place / "home"
        command = [sys.executable, "-m", "mgmine"]
        update = [*command, "update", "--offline", str(mirror), "--store", str(home / "evidence")]
        measure.run(update)
        put(mirror / "updatefiles", 4, big)
        file = str(mirror / "updatefiles" / "pubmed25n0004.xml.gz")
        shutil.copytree(home, place / "before")
        for _ in range(options.repeat):
            turns.append({
                "update": measure.run(update),
                "scan": measure.run([*command, "scan", file, "-o", str(place / "scanned")]),
                "extract": measure.run([*command, "extract", file, "-o", str(place / "claims.jsonl")]),
            })  # fmt: skip
            print({name: round(sample.cpu, 2) for name, sample in turns[-1].items()}, file=sys.stderr, flush=True)
            for made in (home, place / "scanned"):
                shutil.rmtree(made)
            shutil.copytree(place / "before", home)
    text, met = report(turns, options, machine)
    print(text)
    if options.out:
        made = options.out / f"{datetime.date.today()}-update"
        made.mkdir(parents=True, exist_ok=True)
        (made / "README.md").write_text(text, encoding="utf-8")
        found = [{name: {**asdict(sample), "output": None} for name, sample in turn.items()} for turn in turns]
        result = {"machine": machine, "mgmine": tools.revision(), "turns": found}
        (made / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0 if met else 1


def report(
    turns: list[dict[str, measure.Sample]], options: argparse.Namespace, machine: dict[str, Any]
) -> tuple[str, bool]:
    """The figures as Markdown, and whether the goal is met."""
    ratios = {
        "scan and extract": [turn["update"].cpu / (turn["scan"].cpu + turn["extract"].cpu) for turn in turns],
        "extract, which scans as well": [turn["update"].cpu / turn["extract"].cpu for turn in turns],
    }
    met = statistics.median(ratios["scan and extract"]) <= GOAL
    lines = [
        "# An update file", "",
        f"`python benchmarks/update.py --citations {options.citations}` at mgmine `{tools.revision()}`, {len(turns)} turns.", "",
        f"| {options.citations:,} citations | CPU s, median | peak MB |", "|---|---:|---:|",
    ]  # fmt: skip
    for name in turns[0]:
        cpu = statistics.median(turn[name].cpu for turn in turns)
        peak = max(turn[name].peak for turn in turns) / 1e6
        lines.append(f"| `mgmine {name}` | {cpu:.2f} | {peak:,.0f} |")
    lines += ["", "| `mgmine update` against | CPU, ratio (median; least to most) | goal |", "|---|---:|---:|"]
    for name, found in ratios.items():
        goal = f"≤ {GOAL}" if name == "scan and extract" else ""
        lines.append(f"| {name} | {statistics.median(found):.2f}; {min(found):.2f} to {max(found):.2f} | {goal} |")
    lines += ["", "| machine |  |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in machine.items()]
    return "\n".join(lines) + "\n", met


if __name__ == "__main__":
    sys.exit(main())
