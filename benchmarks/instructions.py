#!/usr/bin/env python3
"""Count the instructions of the micro-benchmarks under valgrind and compare them with the counts on file.

    python benchmarks/instructions.py            # check; exit code 1 when a part costs more than it may
    python benchmarks/instructions.py --update   # write the counts of today into instructions.json

Instructions, unlike seconds, are the same on a busy machine, so they can guard a change. They are not the same for another
compiler or other SIMD instructions: with those on file a part may cost `TOLERANCE` more, with another compiler `OTHER_COMPILER`
more, and on a processor that takes other code paths the counts are printed and nothing is checked. Each part works on 500
made-up abstracts; what is made ready before (texts, lexicons, automata) is not counted.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
STORED = HERE / "instructions.json"
TOLERANCE = 0.03
OTHER_COMPILER = 0.10
WORK = "*measured_work"
"""The function in which instructions count: see `rust/mgmine-core/benches/support/mod.rs`."""


def built() -> list[Path]:
    """The benches, built: paths of their programs."""
    command = [
        "cargo",
        "bench",
        "--no-run",
        "--locked",
        "--message-format=json",
        "-p",
        "mgmine-core",
        "-p",
        "mgmine-io",
    ]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    programs = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        target = message.get("target", {})
        if message.get("executable") and target.get("kind") == ["bench"]:
            programs[target["name"]] = Path(message["executable"])
    return [programs[name] for name in sorted(programs)]


def count(program: Path) -> dict[str, int]:
    """Instructions of each part of a bench."""
    with tempfile.TemporaryDirectory() as folder:
        options = [f"--toggle-collect={WORK}", f"--dump-after={WORK}", f"--callgrind-out-file={folder}/out"]
        command = ["valgrind", "--tool=callgrind", "--quiet", *options, str(program), "--once"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{program.name} under valgrind: {done.stderr.strip()[-800:]}")
        parts = [line.split("\t")[0] for line in done.stdout.splitlines()]
        counts = []
        for number in range(1, len(parts) + 1):
            dump = (Path(folder) / f"out.{number}").read_text(errors="replace")
            found = re.search(r"^(?:summary|totals): (\d+)", dump, re.MULTILINE)
            counts.append(int(found[1]) if found else 0)
    return dict(zip(parts, counts, strict=True))


def setting() -> dict[str, str]:
    """What the counts depend on besides the code."""
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    flags = Path("/proc/cpuinfo").read_text().split("flags", 1)[-1].split("\n", 1)[0].split()
    # Valgrind shows a program no AVX-512, whatever the processor has.
    simd = " ".join(name for name in ("ssse3", "sse4_2", "avx2", "bmi2") if name in flags)
    machine = subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip()
    return {"rustc": rustc, "processor": f"{machine} {simd}".strip()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write today's counts to instructions.json")
    given = parser.parse_args()
    if not shutil.which("valgrind"):
        print("valgrind is not installed: no instructions counted", file=sys.stderr)
        return 0
    now = {part: number for program in built() for part, number in count(program).items()}
    here = setting()
    if given.update:
        STORED.write_text(json.dumps({**here, "tolerance": TOLERANCE, "instructions": now}, indent=1) + "\n")
    stored = json.loads(STORED.read_text())
    comparable = stored["processor"] == here["processor"]
    allowed = TOLERANCE if stored["rustc"] == here["rustc"] else OTHER_COMPILER
    failed = 0
    for part, number in now.items():
        before = stored["instructions"].get(part)
        change = "" if not before else f"{number / before - 1:+8.2%}"
        too_many = comparable and before is not None and number > before * (1 + allowed)
        failed += too_many
        print(f"{part:34}{number:16,}{change:>10}{'  more than allowed' if too_many else ''}")
    if not comparable:
        print(f"not compared: counted on {stored['processor']}, this is {here['processor']}")
    elif set(now) != set(stored["instructions"]):
        print("instructions.json does not list the same parts: run with --update")
        failed += 1
    # The closing line that says how many parts were checked.
    print(f"instructions: {len(now) - failed} passed, {failed} failed (allowed: {allowed:+.0%})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
