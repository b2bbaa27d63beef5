#!/usr/bin/env python3
"""Measure mgmine and its rivals on the same work; write a dated folder with figures, versions, command lines and plots.

    python benchmarks/run.py [--only read,scan,…] [--quick] [--data DIR] [--lexicons DIR]

Counts are asserted before anything is timed: a subject that finds something else than it must is reported as wrong,
with the difference, and is not timed. See README.md for how to read the result.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import inputs, report, tools
from harness.measure import Result
from harness.suite import PARTS, TASKS, Suite


def log(message: str) -> None:
    """Tell what is going on, on standard error."""
    print(f"[{datetime.datetime.now():%H:%M:%S}] {message}", file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help=f"parts to run, separated by commas: {', '.join(PARTS)}")
    parser.add_argument(
        "--quick", action="store_true", help="fewer repetitions, sizes and rivals: is everything in order?"
    )
    parser.add_argument("--data", type=Path, help="folder with the two NLM files; otherwise they are fetched")
    parser.add_argument(
        "--lexicons", type=Path, help="folder with name lists (*.tsv.gz: name, id); otherwise generated"
    )
    parser.add_argument("--mgmine", type=Path, help="an installed `mgmine` to measure instead of building this tree")
    parser.add_argument("--programs", type=Path, help="folder with the built Rust examples `scan` and `read`")
    parser.add_argument("--repeat", type=int, help="repetitions of each subject (default 7, with --quick 3)")
    parser.add_argument("--out", type=Path, help="where the dated folder is made (default benchmarks/runs)")
    parser.add_argument("--name", help="name of the machine in the folder's name (default: processor and cores)")
    parser.add_argument("--no-install", action="store_true", help="use benchmarks/.venv as it is")
    parser.add_argument("--apt", action="store_true", help="install missing Debian packages of rivals (needs root)")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    wanted = given.only.split(",") if given.only else list(PARTS)
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        print(f"no part {', '.join(unknown)}: the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    data = tools.HERE / "data"
    data.mkdir(exist_ok=True)
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
    suite = Suite(found, files, data, given.lexicons, quick=given.quick, repeat=given.repeat, log=log)
    for part in wanted:
        log(f"== {part}")
        try:
            PARTS[part](suite)
        except KeyboardInterrupt:
            suite.notes.append(f"{part}: stopped before its end")
            break
        except Exception as error:
            # One part that breaks must not lose the figures of the others.
            traceback.print_exc()
            suite.wrong.append(f"{part}: {type(error).__name__}: {error}")
    described = f"{machine['processor']} {machine['cores']} cores".lower()
    label = given.name or re.sub(r"[^a-z0-9]+", "-", described).strip("-")
    folder = (given.out or tools.HERE / "runs") / f"{datetime.date.today():%Y-%m-%d}-{label}"
    folder.mkdir(parents=True, exist_ok=True)
    # A run of some parts replaces these in today's folder and keeps the others.
    again = {task for part in wanted for task in TASKS.get(part, (part,))}
    before = folder / "results.json"
    kept, wrong, notes = [], [], []
    if before.exists():
        old = json.loads(before.read_text(encoding="utf-8"))
        kept = [Result.from_json(record) for record in old["results"] if record["task"] not in again]
        wrong = [line for line in old["wrong"] if line.split(",")[0].split(":")[0] not in again]
        notes = [line for line in old["notes"] if line.split(",")[0].split(":")[0] not in again]
    whole = report.Run(
        date=f"{datetime.datetime.now():%Y-%m-%d %H:%M}",
        machine=machine,
        revision=tools.revision(),
        versions=found.versions,
        absent=found.absent,
        results=kept + suite.results,
        wrong=wrong + suite.wrong,
        notes=notes + suite.notes,
        files={path.name: {"packed": path.stat().st_size} for path in files},
        quick=given.quick,
    )
    (folder / "results.json").write_text(json.dumps(whole.as_json(), indent=1) + "\n", encoding="utf-8")
    report.write(whole, folder)
    log(f"written: {folder}")
    for line in suite.wrong:
        log(f"WRONG: {line}")
    return 1 if suite.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
