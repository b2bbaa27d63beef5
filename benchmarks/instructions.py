#!/usr/bin/env python3
"""Count the instructions of the micro-benchmarks under valgrind and compare them with the counts on file.

    python benchmarks/instructions.py            # check; exit code 1 when a part costs more than it may
    python benchmarks/instructions.py --update   # write the counts of today into instructions.json

Instructions, unlike seconds, are the same on a busy machine, so they can guard a change. They are not the same for another
compiler, C library or valgrind, other SIMD instructions or another built-in lexicon: with those on file a part may cost
`TOLERANCE` more, with another of the first three `OTHER_TOOLS` more, with another lexicon the parts that use it `OTHER_TOOLS`
more, and on a processor that takes other code paths the counts are printed and nothing is checked. Each part works on 500
made-up abstracts; what is made ready before (texts, lexicons, automata) is not counted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
STORED = HERE / "instructions.json"
LEXICON = ROOT / "python" / "mgmine" / "data" / "lexicon" / "default.toml"
TOLERANCE = 0.03
OTHER_TOOLS = 0.10
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


def _first_line(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[0]


def setting() -> dict[str, str]:
    """What the counts depend on besides the code."""
    flags = Path("/proc/cpuinfo").read_text().split("flags", 1)[-1].split("\n", 1)[0].split()
    # Valgrind shows a program no AVX-512, whatever the processor has.
    simd = " ".join(name for name in ("ssse3", "sse4_2", "avx2", "bmi2") if name in flags)
    return {
        "rustc": _first_line(["rustc", "--version"]),
        "valgrind": _first_line(["valgrind", "--version"]),
        "libc": " ".join(platform.libc_ver()),
        "processor": f"{platform.machine()} {simd}".strip(),
        "lexicon": hashlib.sha256(LEXICON.read_bytes()).hexdigest()[:16],
    }


def allowed(part: str, stored: dict[str, str], here: dict[str, str]) -> float | None:
    """By which share a part may cost more than on file; None when the two cannot be compared."""
    if stored["processor"] != here["processor"]:
        return None
    own_lexicon = "default lexicon" in part and stored["lexicon"] != here["lexicon"]
    other_tools = any(stored[key] != here[key] for key in ("rustc", "valgrind", "libc"))
    return OTHER_TOOLS if own_lexicon or other_tools else TOLERANCE


def compare(now: dict[str, int], before: dict[str, int], stored: dict[str, str], here: dict[str, str]) -> int:
    """Print every part with its count, the count on file, the difference and what is allowed; how many cost too much."""
    print(f"{'instructions of':34}{'now':>14}{'on file':>14}{'change':>9}{'allowed':>9}")
    failed = 0
    for part, number in now.items():
        known, most = before.get(part), allowed(part, stored, here)
        change = f"{number / known - 1:+.2%}" if known else ""
        limit = f"{most:+.0%}" if known and most is not None else ""
        too_many = known is not None and most is not None and number > known * (1 + most)
        failed += too_many
        shown = f"{known:,}" if known else ""
        print(f"{part:34}{number:14,}{shown:>14}{change:>9}{limit:>9}{'  TOO MANY' if too_many else ''}")
    for key, value in here.items():
        if stored[key] != value:
            print(f"{key} is {value}, on file {stored[key]}")
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write today's counts to instructions.json")
    given = parser.parse_args()
    if not shutil.which("valgrind"):
        print("instructions: skipped, valgrind is not installed (Debian package `valgrind`)")
        return 0
    now = {part: number for program in built() for part, number in count(program).items()}
    here = setting()
    if given.update or not STORED.exists():
        STORED.write_text(json.dumps({**here, "instructions": now}, indent=1) + "\n")
    stored = json.loads(STORED.read_text())
    before = stored.pop("instructions")
    failed = compare(now, before, stored, here)
    if set(now) != set(before):
        print(f"instructions.json lists other parts ({', '.join(sorted(set(now) ^ set(before)))}): run with --update")
        failed += 1
    if stored["processor"] != here["processor"]:
        print(f"instructions: {len(now)} parts counted, not compared: another processor")
    else:
        print(
            f"instructions: {len(now) - failed} parts as cheap as on file or cheaper, within what is allowed; {failed} not"
        )
    if failed:
        print(
            "A change that is meant to cost more: run benchmarks/instructions.py --update and commit instructions.json."
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
