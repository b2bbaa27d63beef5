"""Faults at system calls: a command runs under strace, which makes one chosen call fail or kills the process at it.

First a clean run tells which calls touch the folders that matter, then each of them can be made to fail. strace counts the calls
of each thread by themselves, and so do we.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

CALLS = (
    "write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "renameat2", "unlink", "unlinkat",
    "rmdir", "mkdir", "mkdirat", "openat", "flock", "chmod", "fchmod", "link", "linkat", "sendfile", "copy_file_range",
)  # fmt: skip
"""The calls by which files and folders are made, changed and removed."""
ERRORS = ("error=EIO", "error=ENOSPC", "signal=KILL")

_CALL = re.compile(r"(?P<thread>\d+)\s+(?P<name>\w+)\((?P<rest>.*)")


@dataclass(frozen=True, order=True)
class Point:
    """The ``when``-th call of its name in its thread, and what happens at it."""

    call: str
    when: int
    fault: str

    def __str__(self) -> str:
        return f"{self.call}-{self.when}-{self.fault.rpartition('=')[2]}"


@cache
def missing() -> str | None:
    """Why calls cannot be made to fail here; None if they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    done = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode == 0 else f"strace cannot trace here: {done.stderr.strip()[:200]}"


def _mgmine(argv: Sequence[str | Path]) -> list[str]:
    return [sys.executable, "-B", "-m", "mgmine", *map(str, argv)]


def points(argv: Sequence[str | Path], folders: Iterable[Path], log: Path, env: Mapping[str, str]) -> list[Point]:
    """All points of a clean run of a command, in order, at calls that touch something in ``folders``."""
    trace = [
        "strace",
        "-f",
        "-y",
        "-qq",
        "--seccomp-bpf",
        "-s",
        "4096",
        "-o",
        str(log),
        "-e",
        "trace=" + ",".join(CALLS),
    ]
    done = subprocess.run([*trace, *_mgmine(argv)], capture_output=True, text=True, check=False, env=dict(env))
    assert done.returncode == 0, done.stderr
    roots = [str(folder) for folder in folders]
    counts: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, int], None] = {}
    for line in log.read_text(errors="replace").splitlines():
        match = _CALL.match(line)
        if match is None:
            # The end of a call that was interrupted by another thread's, or the end of a process.
            continue
        name = match["name"]
        counts[match["thread"], name] += 1
        if not any(root in match["rest"] for root in roots):
            continue
        if name == "openat" and "O_RDONLY" in match["rest"] and "O_DIRECTORY" not in match["rest"]:
            continue
        found[name, counts[match["thread"], name]] = None
    return [Point(name, when, fault) for name, when in found for fault in ERRORS]


def sample(of: Sequence[Point], count: int, seed: int) -> list[Point]:
    """That many of the points, spread evenly over them, others with another seed."""
    if count >= len(of):
        return list(of)
    rng = random.Random(seed)
    step = len(of) / count
    return [of[min(len(of) - 1, int((number + rng.random()) * step))] for number in range(count)]


@dataclass(frozen=True)
class Ended:
    """How a command ended; ``killed`` if by the signal."""

    code: int
    stdout: str
    stderr: str

    @property
    def killed(self) -> bool:
        return self.code < 0 or self.code == 137


def run_with(point: Point, argv: Sequence[str | Path], env: Mapping[str, str]) -> Ended:
    """The command with the fault."""
    # With --seccomp-bpf strace 6.1 makes calls fail, but sends no signal.
    inject = [
        "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={point.call}",
        "-e", f"inject={point.call}:{point.fault}:when={point.when}",
    ]  # fmt: skip
    done = subprocess.run(
        [*inject, *_mgmine(argv)], capture_output=True, text=True, check=False, env=dict(env), timeout=300
    )
    return Ended(done.returncode, done.stdout, done.stderr)
