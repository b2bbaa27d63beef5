#!/usr/bin/env python3
"""Measure mgmine and its rivals on the same work; write a dated folder with figures, versions, command lines and plots.

    python benchmarks/run.py [--only read,scan,…] [--quick] [--data DIR] [--lexicons DIR]

Counts are asserted before anything is timed: a subject that finds something else than it must is reported as wrong,
with the difference, and is not timed. See README.md for how to read the result.
"""

from __future__ import annotations

import argparse
import datetime
import fcntl
import json
import os
import re
import shutil
import sys
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import inputs, report, tools
from harness.measure import Remark, Result
from harness.suite import PARTS, Suite


def log(message: str) -> None:
    """Tell what is going on, on standard error."""
    print(f"[{datetime.datetime.now():%H:%M:%S}] {message}", file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=parts, help=f"parts to run, separated by commas: {', '.join(PARTS)}")
    parser.add_argument(
        "--quick", action="store_true", help="fewer repetitions, sizes and rivals: is everything in order?"
    )
    parser.add_argument("--data", type=Path, help="folder with the two NLM files; otherwise they are fetched")
    parser.add_argument(
        "--lexicons", type=Path, help="folder with name lists (*.tsv.gz: name, id); otherwise generated"
    )
    parser.add_argument("--mgmine", type=Path, help="an installed `mgmine` to measure instead of building this tree")
    parser.add_argument("--programs", type=Path, help="folder with the built Rust examples `scan` and `read`")
    parser.add_argument("--repeat", type=int, help="most repetitions of a subject (default 5, with --quick 1)")
    parser.add_argument("--out", type=Path, help="where the dated folder is made (default benchmarks/runs)")
    parser.add_argument("--name", help="name of the machine in the folder's name (default: processor and cores)")
    parser.add_argument("--no-install", action="store_true", help="use benchmarks/.venv as it is")
    parser.add_argument("--apt", action="store_true", help="install missing Debian packages of rivals (needs root)")
    return parser.parse_args()


def parts(text: str) -> list[str]:
    """The parts that `--only` names, in the order in which they run."""
    wanted = text.split(",")
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no part {', '.join(unknown)}: the parts are {', '.join(PARTS)}")
    return [part for part in PARTS if part in wanted]


class Folder:
    """The dated folder: what it held of other parts stays, and a part is written as soon as it is through."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: list[Result] = []
        self.remarks: list[Remark] = []
        path.mkdir(parents=True, exist_ok=True)
        before = path / "results.json"
        if before.exists():
            old = json.loads(before.read_text(encoding="utf-8"))
            self.results = [Result.from_json(record) for record in old["results"]]
            self.remarks = [Remark(**record) for record in old["remarks"]]

    def put(self, part: str, results: list[Result], remarks: list[Remark], about: dict[str, Any]) -> None:
        """Put a part in the place of what the folder held of it, and write everything."""
        merged = [r for r in self.results if r.part != part] + [r for r in results if r.part == part]
        self.results = sorted(merged, key=lambda r: list(PARTS).index(r.part))
        self.remarks = [r for r in self.remarks if r.part != part] + [r for r in remarks if r.part == part]
        run = report.Run(results=self.results, remarks=self.remarks, **about)
        unfinished = self.path / "results.part"
        unfinished.write_text(json.dumps(run.as_json(), indent=1) + "\n", encoding="utf-8")
        unfinished.replace(self.path / "results.json")
        report.write(run, self.path)


def main() -> int:
    given = arguments()
    begin = time.monotonic()
    data = tools.HERE / "data"
    data.mkdir(exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("another run is under way: two would measure each other", file=sys.stderr)
            return 1
        for left in data.glob("out-*"):
            # Of a run that was killed.
            shutil.rmtree(left, ignore_errors=True)
        try:
            files = inputs.real_files(data, given.data, log)
        except inputs.MissingError as error:
            print(error, file=sys.stderr)
            return 1
        found = tools.prepare(
            mgmine=given.mgmine, programs=given.programs, apt=given.apt, install=not given.no_install, log=log
        )
        for name, why in found.absent.items():
            log(f"absent: {name}: {why}")
        machine = tools.machine()
        described = f"{machine['processor']} {machine['cores']} cores".lower()
        label = given.name or re.sub(r"[^a-z0-9]+", "-", described).strip("-")
        # Quick figures never stand among full ones.
        name = f"{datetime.date.today():%Y-%m-%d}-{label}" + ("-quick" if given.quick else "")
        folder = Folder((given.out or tools.HERE / "runs") / name)
        suite = Suite(found, files, data, given.lexicons, quick=given.quick, repeat=given.repeat, log=log)
        about = {
            "date": f"{datetime.datetime.now():%Y-%m-%d %H:%M}",
            "machine": machine,
            "revision": suite.revision,
            "versions": found.versions,
            "absent": found.absent,
            "files": {path.name: {"packed": path.stat().st_size} for path in files},
            "quick": given.quick,
        }
        stopped = False
        for part in given.only or PARTS:
            busy = os.getloadavg()[0]
            log(f"== {part}" + (f" (load {busy:.1f}: something else runs here)" if busy > 1.5 else ""))
            suite.part = part
            started = time.monotonic()
            try:
                PARTS[part](suite)
            except KeyboardInterrupt:
                suite.fault("stopped before its end")
                stopped = True
            except Exception as error:
                # One part that breaks must not lose the figures of the others.
                traceback.print_exc()
                suite.fault(f"{type(error).__name__}: {error}")
            folder.put(part, suite.results, suite.remarks, about)
            log(f"== {part}: {time.monotonic() - started:.0f} s, written to {folder.path}")
            if stopped:
                break
        suite.close()
    wrong = [remark for remark in suite.remarks if remark.wrong]
    for remark in wrong:
        log(f"WRONG: {remark.part}: {remark.text}")
    log(f"{folder.path / 'README.md'}, {(time.monotonic() - begin) / 60:.1f} minutes")
    return 130 if stopped else 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
