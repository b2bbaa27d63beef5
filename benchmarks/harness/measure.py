"""Measure commands: CPU, wall and peak memory of each, and as ratios to a reference run next to it.

A shared or throttled machine drifts by tens of per cent within minutes, so no figure stands alone: every repetition of
a subject is preceded by one of its reference (mostly `gzip -dc FILE > /dev/null`), and the ratio is taken pair by pair.
The median of the pairs is what the tables show; every single measurement is in `results.json`.
"""

from __future__ import annotations

import os
import shlex
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

LAUNCH = Path(__file__).with_name("launch.py")


class SubjectError(Exception):
    """The command failed, ran out of time or printed something that is no result."""


@dataclass(frozen=True)
class Sample:
    """One run of one command. Seconds; bytes."""

    cpu: float
    user: float
    system: float
    wall: float
    peak: int
    output: str = field(default="", repr=False, compare=False)


def run(command: list[str], *, timeout: float = 1800, env: dict[str, str] | None = None) -> Sample:
    """Run `command` to its end. CPU is user plus system time of it and of all children it waited for.

    `output` is its standard output (subjects print their counts there, nothing else). Raises `SubjectError` with the
    end of standard error when the command fails or takes longer than `timeout` seconds.
    """
    read_end, write_end = os.pipe()
    try:
        launcher = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCH), str(write_end), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(write_end,),
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    finally:
        os.close(write_end)
    try:
        out, err = launcher.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(launcher.pid, signal.SIGKILL)
        launcher.communicate()
        os.close(read_end)
        raise SubjectError(f"stopped after {timeout:.0f} s: {shlex.join(command)[:200]}") from None
    with os.fdopen(read_end) as pipe:
        line = pipe.read().split()
    tail = err.decode(errors="replace").strip()[-600:]
    if len(line) != 5:
        raise SubjectError(f"could not be started: {tail}")
    code, (wall, user, system) = int(line[0]), map(float, line[1:4])
    if code != 0:
        raise SubjectError(f"exit code {code}: {tail}")
    return Sample(user + system, user, system, wall, int(line[4]) * 1024, out.decode(errors="replace"))


@dataclass
class Result:
    """All repetitions of a subject on one piece of work, each with the reference that ran just before it."""

    task: str
    subject: str
    work: str
    command: str
    samples: list[Sample]
    against: str
    """What the reference is; empty without one."""
    reference: list[Sample]
    counts: dict[str, int]
    parameters: dict[str, float | int | str]
    note: str = ""
    part: str = ""
    measured: str = ""
    revision: str = ""
    load: float = 0.0
    """Load average of the machine when the last repetition ended; the subject itself adds up to one a thread to it."""

    @property
    def cpu(self) -> float:
        """Median CPU seconds."""
        return statistics.median(sample.cpu for sample in self.samples)

    @property
    def wall(self) -> float:
        """Median wall-clock seconds."""
        return statistics.median(sample.wall for sample in self.samples)

    @property
    def peak(self) -> int:
        """Largest resident size seen, bytes."""
        return max(sample.peak for sample in self.samples)

    @property
    def ratios(self) -> list[float]:
        """CPU of each repetition over CPU of the reference just before it."""
        return [own.cpu / other.cpu for own, other in zip(self.samples, self.reference, strict=False) if other.cpu]

    @property
    def ratio(self) -> float | None:
        """Median of the paired ratios of CPU, or None without a reference."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def spread(self) -> float:
        """Half the range of the paired ratios over their median: how far to trust the second digit."""
        return (max(self.ratios) - min(self.ratios)) / 2 / self.ratio if self.ratio else 0.0

    @property
    def wall_ratio(self) -> float | None:
        """Median of the paired ratios of wall-clock time."""
        pairs = zip(self.samples, self.reference, strict=False)
        ratios = [own.wall / other.wall for own, other in pairs]
        return statistics.median(ratios) if ratios else None

    def as_json(self) -> dict[str, object]:
        """Everything, with the medians spelled out."""
        samples = [{k: v for k, v in asdict(s).items() if k != "output"} for s in self.samples]
        reference = [{k: v for k, v in asdict(s).items() if k != "output"} for s in self.reference]
        return {
            "part": self.part,
            "task": self.task,
            "subject": self.subject,
            "work": self.work,
            "command": self.command,
            "parameters": self.parameters,
            "counts": self.counts,
            "note": self.note,
            "measured": self.measured,
            "revision": self.revision,
            "load": self.load,
            "cpu_s": round(self.cpu, 4),
            "wall_s": round(self.wall, 4),
            "peak_bytes": self.peak,
            "against": self.against,
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "wall_ratio": None if self.wall_ratio is None else round(self.wall_ratio, 4),
            "ratio_spread": round(self.spread, 4),
            "samples": samples,
            "reference_samples": reference,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Result:
        """What `as_json` wrote."""
        samples, reference = ([Sample(**s) for s in record[key]] for key in ("samples", "reference_samples"))
        names = [field.name for field in fields(cls) if field.name not in ("samples", "reference")]
        return cls(samples=samples, reference=reference, **{name: record[name] for name in names})


@dataclass(frozen=True)
class Remark:
    """What a part has to say besides figures; `wrong` when a subject did not find what it must."""

    part: str
    text: str
    wrong: bool = False


def repeat(
    command: list[str],
    reference: list[str] | None,
    *,
    times: int,
    budget: float,
    timeout: float,
) -> tuple[list[Sample], list[Sample]]:
    """Run reference and command by turns, `times` times, or fewer once `budget` seconds are spent (never fewer than
    one).

    The run that checked the counts has warmed the page cache before.
    """
    samples: list[Sample] = []
    others: list[Sample] = []
    begin = time.monotonic()
    while len(samples) < times and (not samples or time.monotonic() - begin < budget):
        if reference is not None:
            others.append(run(reference, timeout=timeout))
        samples.append(run(command, timeout=timeout))
    return samples, others
