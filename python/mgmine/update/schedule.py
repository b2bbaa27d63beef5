"""Schedules for ``mgmine update``: the files that a system's own scheduler wants, written, installed and taken away again.

There is no daemon of ours. Each scheduler gets one job a day at a given time, with a random delay so that not everyone asks NLM at
once, and makes up for runs that were missed while the machine was off as far as it can.
"""

from __future__ import annotations

import json
import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape

from mgmine.errors import MissingDependencyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["systemd", "cron", "launchd", "windows", "github"]
KINDS: tuple[Kind, ...] = ("systemd", "cron", "launchd", "windows", "github")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
# Seconds up to a bound, from the one source of chance that every POSIX shell has at hand.
_DELAY = "sleep $(( $(od -An -N2 -tu2 /dev/urandom) % {seconds} ))"


@dataclass(frozen=True, slots=True)
class Job:
    """A daily run.

    ``command`` is the program with its arguments, ``folder`` where it is started, so that its ``mgmine.toml`` is found. It starts
    at ``hour``:``minute``, local time (on GitHub: UTC), and up to ``delay`` minutes later.
    """

    command: tuple[str, ...]
    folder: Path
    hour: int = 5
    minute: int = 30
    delay: int = 30
    name: str = "mgmine-update"

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise UsageError(f"{self.name!r} is no name for a job: letters, digits, - and _")
        if any(ord(letter) < 32 for part in (*self.command, str(self.folder)) for letter in part):
            raise UsageError("a path or argument with a line break or control character cannot be scheduled")


def job(
    arguments: tuple[str, ...],
    *,
    at: str = "05:30",
    delay: int = 30,
    name: str = "mgmine-update",
    folder: Path | None = None,
) -> Job:
    """The job that runs ``mgmine update`` with these arguments, by the Python that runs now.

    Raises:
        UsageError: The time is none, or something in it no scheduler could be told.
    """
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at, re.ASCII)
    if not found:
        raise UsageError(f"{at!r} is no time of day, as 05:30")
    if not 0 <= delay <= 720:
        raise UsageError("the random delay is 0 to 720 minutes")
    command = (sys.executable, "-m", "mgmine", "update", *arguments)
    return Job(command, folder or Path.cwd(), int(found[1]), int(found[2]), delay, name)


def usual() -> Kind:
    """The scheduler of this system."""
    if sys.platform == "darwin":
        return "launchd"
    if sys.platform == "win32":
        return "windows"
    return "systemd" if shutil.which("systemctl") else "cron"


# ── What each scheduler wants ───────────────────────────────────────────────────────────────────────────────────────────


def render(kind: Kind, job: Job) -> dict[str, bytes]:
    """The files for a scheduler, by name. For cron: the lines of a crontab."""
    return _RENDERERS[kind](job)


def _systemd_word(word: str) -> str:
    """A word of a command line in a unit: quoted, and with what systemd would replace in it doubled."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{quoted}"'


def _systemd(job: Job) -> dict[str, bytes]:
    service = f"""\
[Unit]
Description=Keep an mgmine evidence store current
Documentation=man:systemd.timer(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={str(job.folder).replace("%", "%%")}
ExecStart={" ".join(map(_systemd_word, job.command))}
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=infinity
# What is tried again after a while: a locked store or a source that does not answer (75), or a crash.
Restart=on-failure
RestartPreventExitStatus=1 2 65 130
RestartSec=30min
"""
    timer = f"""\
[Unit]
Description=Daily run of {job.name}

[Timer]
OnCalendar=*-*-* {job.hour:02d}:{job.minute:02d}:00
RandomizedDelaySec={job.delay}min
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{job.name}.service": service.encode(), f"{job.name}.timer": timer.encode()}


def _cron(job: Job) -> dict[str, bytes]:
    run = f"cd {shlex.quote(str(job.folder))} && exec nice {shlex.join(job.command)}"
    delay = _DELAY.format(seconds=job.delay * 60) + "; " if job.delay else ""
    # To cron a % ends the command; the job of @reboot makes up for days on which the machine was off at that time.
    line = (delay + run).replace("%", r"\%")
    at_boot = ("sleep 300; " + run).replace("%", r"\%")
    lines = [
        _begin(job.name), f"{job.minute} {job.hour} * * * {line}", f"@reboot {at_boot}", _end(job.name),
    ]  # fmt: skip
    return {"crontab": ("\n".join(lines) + "\n").encode()}


def _begin(name: str) -> str:
    return f"# {name}: begin (written by mgmine schedule)"


def _end(name: str) -> str:
    return f"# {name}: end"


def _label(name: str) -> str:
    return f"org.mgmine.{name}"


def _launchd(job: Job) -> dict[str, bytes]:
    arguments = list(job.command)
    if job.delay:
        arguments = ["/bin/sh", "-c", _DELAY.format(seconds=job.delay * 60) + '; exec "$@"', "sh", *arguments]
    log = str(Path.home() / "Library" / "Logs" / f"{job.name}.log")
    content = {
        "Label": _label(job.name),
        "ProgramArguments": arguments,
        "WorkingDirectory": str(job.folder),
        "StartCalendarInterval": {"Hour": job.hour, "Minute": job.minute},
        # What was missed while the machine slept is run on waking; what was missed while it was off, at the next login.
        "RunAtLoad": True,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Nice": 10,
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    return {f"{_label(job.name)}.plist": plistlib.dumps(content)}


def _windows(job: Job) -> dict[str, bytes]:
    for word in (*job.command, str(job.folder)):
        if re.search(r"%[^%\s]+%", word):
            raise UsageError(f"{word}: Task Scheduler would read a variable in it")
    xml = f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Keep an mgmine evidence store current</Description>
    <URI>\\{job.name}</URI>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{job.hour:02d}:{job.minute:02d}:00</StartBoundary>
      <Enabled>true</Enabled>
      <RandomDelay>PT{job.delay}M</RandomDelay>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>true</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(job.command[0])}</Command>
      <Arguments>{escape(subprocess.list2cmdline(job.command[1:]))}</Arguments>
      <WorkingDirectory>{escape(str(job.folder))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
    return {f"{job.name}.xml": xml.replace("\n", "\r\n").encode("utf-16")}


def _github(job: Job) -> dict[str, bytes]:
    # The runner has a checkout of its own; the program is the installed one, and arguments are as they would be there.
    arguments = job.command[job.command.index("update") :]
    command = shlex.join(("mgmine", *arguments, "--json"))
    if "${{" in command:
        raise UsageError("GitHub would read an expression in the arguments")
    delay = f"sleep $(( RANDOM % {job.delay * 60} ))\n          " if job.delay else ""
    text = f"""\
name: {job.name}
on:
  schedule:
    # UTC
    - cron: {json.dumps(f"{job.minute} {job.hour} * * *")}
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: {job.name}
  cancel-in-progress: false
jobs:
  update:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install "mgmine[nlp]"
      - uses: actions/cache/restore@v4
        with:
          path: |
            evidence
            evidence.corpus
            evidence.log
          key: {job.name}-${{{{ github.run_id }}}}
          restore-keys: {job.name}-
      - shell: bash
        run: |
          {delay}{command}
      - uses: actions/cache/save@v4
        if: always()
        with:
          path: |
            evidence
            evidence.corpus
            evidence.log
          key: {job.name}-${{{{ github.run_id }}}}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: evidence
          path: |
            evidence
            evidence.log
"""
    return {f"{job.name}.yml": text.encode()}


_RENDERERS: dict[str, Callable[[Job], dict[str, bytes]]] = {
    "systemd": _systemd, "cron": _cron, "launchd": _launchd, "windows": _windows, "github": _github,
}  # fmt: skip


# ── Installed, asked, removed ───────────────────────────────────────────────────────────────────────────────────────────


def _run(*command: str, given: bytes | None = None, may_fail: bool = False) -> str:
    """Run a scheduler's own program; what it printed."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=False)
    except FileNotFoundError:
        raise MissingDependencyError(
            f"{command[0]} is not on this system; `mgmine schedule show` prints what it would get"
        ) from None
    if done.returncode and not may_fail:
        words = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise UsageError(f"{' '.join(command)}: {words}")
    return done.stdout.decode("utf-8", "replace") if not done.returncode else ""


def _place(kind: Kind, folder: Path) -> Path:
    """Where a scheduler's files belong."""
    if kind == "systemd":
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    if kind == "launchd":
        return Path.home() / "Library" / "LaunchAgents"
    if kind == "github":
        return folder / ".github" / "workflows"
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "mgmine"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(content)
    new.replace(path)


def _without(crontab: str, name: str) -> str:
    """A crontab without our lines in it."""
    kept, ours = [], False
    for line in crontab.splitlines():
        if line == _begin(name):
            ours = True
        elif line == _end(name):
            ours = False
        elif not ours:
            kept.append(line)
    return "".join(line + "\n" for line in kept)


def install(kind: Kind, job: Job) -> list[str]:
    """Hand the job to the scheduler; a job of the same name is replaced. What was written, a line each.

    Raises:
        MissingDependencyError: The scheduler is not on this system.
        UsageError: It refuses; the message is its own.
    """
    files = render(kind, job)
    if kind == "cron":
        old = _run("crontab", "-l", may_fail=True)
        _run("crontab", "-", given=_without(old, job.name).encode() + files["crontab"])
        return ["the user's crontab"]
    places = {_place(kind, job.folder) / name: content for name, content in files.items()}
    for path, content in places.items():
        _write(path, content)
    if kind == "systemd":
        _run("systemctl", "--user", "daemon-reload")
        _run("systemctl", "--user", "enable", "--now", f"{job.name}.timer")
    elif kind == "launchd":
        (path,) = places
        _run("launchctl", "bootout", f"gui/{os.getuid()}/{_label(job.name)}", may_fail=True)
        _run("launchctl", "bootstrap", f"gui/{os.getuid()}", str(path))
    elif kind == "windows":
        (path,) = places
        _run("schtasks", "/Create", "/TN", job.name, "/XML", str(path), "/F")
    return list(map(str, places))


def _files(kind: Kind, name: str, folder: Path) -> list[Path]:
    names = {
        "systemd": [f"{name}.timer", f"{name}.service"], "launchd": [f"{_label(name)}.plist"], "windows": [f"{name}.xml"],
        "github": [f"{name}.yml"], "cron": [],
    }[kind]  # fmt: skip
    return [_place(kind, folder) / file for file in names]


def remove(kind: Kind, name: str = "mgmine-update", folder: Path | None = None) -> bool:
    """Take the job away again; whether there was one."""
    if kind == "cron":
        old = _run("crontab", "-l", may_fail=True)
        new = _without(old, name)
        if new == old:
            return False
        if new.strip():
            _run("crontab", "-", given=new.encode())
        else:
            _run("crontab", "-r")
        return True
    files = [path for path in _files(kind, name, folder or Path.cwd()) if path.exists()]
    if not files:
        return False
    if kind == "systemd":
        _run("systemctl", "--user", "disable", "--now", f"{name}.timer", may_fail=True)
    elif kind == "launchd":
        _run("launchctl", "bootout", f"gui/{os.getuid()}/{_label(name)}", may_fail=True)
    elif kind == "windows":
        _run("schtasks", "/Delete", "/TN", name, "/F", may_fail=True)
    for path in files:
        path.unlink()
    if kind == "systemd":
        _run("systemctl", "--user", "daemon-reload", may_fail=True)
    return True


@dataclass(frozen=True, slots=True)
class State:
    """What a scheduler says of a job. ``next`` is its next run in the scheduler's own words, where it tells."""

    kind: Kind
    installed: bool
    next: str | None = None
    told: str = ""


def state(kind: Kind, name: str = "mgmine-update", folder: Path | None = None) -> State:
    """Ask a scheduler for a job. Without the scheduler's program, as far as files tell."""
    try:
        return _asked(kind, name, folder or Path.cwd())
    except (MissingDependencyError, UsageError):
        return State(kind, any(path.exists() for path in _files(kind, name, folder or Path.cwd())))


def _asked(kind: Kind, name: str, folder: Path) -> State:
    if kind == "cron":
        lines = _run("crontab", "-l", may_fail=True).splitlines()
        if _begin(name) not in lines:
            return State(kind, False)
        minute, hour = lines[lines.index(_begin(name)) + 1].split()[:2]
        return State(kind, True, f"{int(hour):02d}:{int(minute):02d} every day")
    if not all(path.exists() for path in _files(kind, name, folder)):
        return State(kind, False)
    if kind == "systemd":
        properties = "--property=ActiveState,NextElapseUSecRealtime,UnitFileState"
        told = _run("systemctl", "--user", "show", f"{name}.timer", properties)
        found = dict(line.partition("=")[::2] for line in told.splitlines())
        return State(kind, True, found.get("NextElapseUSecRealtime") or None, found.get("ActiveState", ""))
    if kind == "launchd":
        return State(kind, True, told=_run("launchctl", "print", f"gui/{os.getuid()}/{_label(name)}"))
    if kind == "windows":
        told = _run("schtasks", "/Query", "/TN", name, "/FO", "LIST")
        pairs = (line.partition(":") for line in told.splitlines())
        found = {key.strip(): value.strip() for key, _, value in pairs}
        return State(kind, True, found.get("Next Run Time"), found.get("Status", ""))
    text = _files(kind, name, folder)[0].read_text(encoding="utf-8")
    times = re.search(r'cron: "(\d+) (\d+) ', text)
    return State(kind, True, f"{int(times[2]):02d}:{int(times[1]):02d} UTC every day" if times else None)
