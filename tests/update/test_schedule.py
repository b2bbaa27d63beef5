"""Schedules: each in the form that its scheduler takes, whatever the paths hold; installed twice and removed twice."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mgmine.errors import MissingDependencyError, UsageError
from mgmine.update import schedule
from mgmine.update.schedule import Job, Kind

FOLDERS = ["plain", "with space", "100% sure", 'it\'s "quoted"', "ünï $HOME `x` \\n", "a & b < c > d; e"]
ARGUMENTS = ("update", "--store", "my evidence/100%", "--lexicon", 'it\'s $mine "here".toml')


def made(folder: Path, *, delay: int = 30, name: str = "mgmine-update") -> Job:
    return Job((sys.executable, "-m", "mgmine", *ARGUMENTS), folder, 5, 30, delay, name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and programs of the schedulers that write down how they were called."""
    (tmp_path / "bin").mkdir()
    for name in ("HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def program(home: Path, name: str, script: str = "") -> Path:
    log = home / f"{name}.calls"
    shell = shutil.which("sh", path="/bin:/usr/bin") or "/bin/sh"
    (home / "bin" / name).write_text(f'#!{shell}\nPATH=/bin:/usr/bin\necho "$@" >> {shlex.quote(str(log))}\n{script}\n')
    (home / "bin" / name).chmod(0o755)
    return log


def calls(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


@pytest.mark.parametrize("at", ["25:00", "5", "05:60", "", "noon", "05:30:00", "٠٥:٣٠"])
def test_times_that_are_none(at: str) -> None:
    with pytest.raises(UsageError, match="no time of day"):
        schedule.job((), at=at)


def test_what_no_scheduler_can_be_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line break"):
        schedule.job(("--store", "a\nb"))
    for name in ("", "a b", "../x", "-x", "x;y", "x" * 80):
        with pytest.raises(UsageError, match="no name for a job"):
            schedule.job((), name=name)
    with pytest.raises(UsageError, match="variable"):
        schedule.render("windows", Job(("mgmine", "update", "--store", "%TEMP%"), tmp_path))
    with pytest.raises(UsageError, match="expression"):
        schedule.render("github", Job(("mgmine", "update", "--store", "${{ x }}"), tmp_path))


@pytest.mark.parametrize("folder", FOLDERS)
def test_systemd_units(tmp_path: Path, folder: str) -> None:
    job = made(tmp_path / folder)
    files = schedule.render("systemd", job)
    service, timer = files["mgmine-update.service"].decode(), files["mgmine-update.timer"].decode()
    assert "OnCalendar=*-*-* 05:30:00\nRandomizedDelaySec=30min\nPersistent=true\n" in timer
    (line,) = re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)
    # What systemd does to it: specifiers and variables are undoubled, then the words are unquoted.
    words = [
        re.sub(r"\\(.)", r"\1", word).replace("%%", "%").replace("$$", "$")
        for word in re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    ]
    assert tuple(words) == job.command


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
@pytest.mark.parametrize("folder", FOLDERS)
def test_systemd_accepts_them(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    units = tmp_path / "units"
    units.mkdir()
    for name, content in schedule.render("systemd", made(place)).items():
        (units / name).write_bytes(content)
    for name in ("mgmine-update.service", "mgmine-update.timer"):
        done = subprocess.run(
            ["systemd-analyze", "--user", "verify", str(units / name)], capture_output=True, text=True, check=False,
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
        )  # fmt: skip
        about_ours = [line for line in done.stderr.splitlines() if "mgmine-update" in line]
        assert (done.returncode, about_ours) == (0, []), done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_reads_the_time() -> None:
    timer = schedule.render("systemd", made(Path("/x")))["mgmine-update.timer"].decode()
    (calendar,) = re.findall(r"OnCalendar=(.*)", timer)
    done = subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, text=True, check=True)
    assert "Normalized form: *-*-* 05:30:00" in done.stdout


@pytest.mark.parametrize("folder", FOLDERS)
def test_crontab_lines(tmp_path: Path, folder: str) -> None:
    """A shell must see the words again after cron has cut at each unescaped % and taken away the backslashes."""
    place = tmp_path / folder
    place.mkdir()
    probe = tmp_path / "probe.py"
    probe.write_text("import json, os, sys; print(json.dumps([os.getcwd(), *sys.argv[1:]]))")
    job = Job((sys.executable, str(probe), *ARGUMENTS), place, 5, 30, 0)
    begin, daily, boot, end = schedule.render("cron", job)["crontab"].decode().splitlines()
    assert (begin[0], end[0]) == ("#", "#")
    assert daily.startswith("30 5 * * * ")
    assert boot.startswith("@reboot sleep 300; ")
    command = re.split(r"(?<!\\)%", daily.removeprefix("30 5 * * * "))
    assert len(command) == 1
    done = subprocess.run(
        ["/bin/sh", "-c", command[0].replace(r"\%", "%")], capture_output=True, text=True, check=True, timeout=60
    )
    import json

    assert json.loads(done.stdout) == [str(place), *ARGUMENTS]


def test_the_random_delay_of_a_shell(tmp_path: Path) -> None:
    line = schedule.render("cron", made(tmp_path, delay=2))["crontab"].decode().splitlines()[1]
    delay = line.removeprefix("30 5 * * * ").partition(";")[0].replace(r"\%", "%").replace("sleep", "echo")
    found = {int(subprocess.run(["/bin/sh", "-c", delay], capture_output=True, check=True).stdout) for _ in range(8)}
    assert len(found) > 1
    assert all(0 <= seconds < 120 for seconds in found)


def test_cron_is_installed_and_removed(home: Path) -> None:
    table = home / "table"
    program(
        home, "crontab",
        f'T={shlex.quote(str(table))}\ncase "$1" in -l) cat "$T" 2>/dev/null || {{ echo "no crontab" >&2; exit 1; }};; '
        '-r) rm "$T";; -) cat > "$T";; esac',
    )  # fmt: skip
    job = made(home)
    assert not schedule.state("cron").installed
    schedule.install("cron", job)
    alone = table.read_text()
    assert schedule.remove("cron")
    assert not table.exists()
    table.write_text("MAILTO=me\n0 1 * * * backup 100\\%\n")
    schedule.install("cron", job)
    schedule.install("cron", made(home, name="other"))
    schedule.install("cron", job)
    text = table.read_text()
    assert text.startswith("MAILTO=me\n0 1 * * * backup 100\\%\n")
    assert text.count(alone) == 1
    assert schedule.state("cron") == schedule.State("cron", True, "05:30 every day")
    assert schedule.remove("cron")
    assert schedule.remove("cron", "other")
    assert not schedule.remove("cron")
    assert table.read_text() == "MAILTO=me\n0 1 * * * backup 100\\%\n"


@pytest.mark.skipif(not shutil.which("crontab"), reason="cron is not on this machine")
def test_cron_accepts_it(tmp_path: Path) -> None:
    asked = subprocess.run(["crontab", "-T", "/dev/null"], capture_output=True, check=False)
    if asked.returncode:
        pytest.skip("this crontab has no check of its own (-T)")
    for index, folder in enumerate(FOLDERS):
        file = tmp_path / f"table{index}"
        file.write_bytes(schedule.render("cron", made(tmp_path / folder))["crontab"])
        done = subprocess.run(["crontab", "-T", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_systemd_is_installed_and_removed(home: Path) -> None:
    log = program(
        home,
        "systemctl",
        'case "$2" in show) echo ActiveState=active; echo "NextElapseUSecRealtime=Fri 2026-11-27";; esac',
    )
    units = home / "home" / ".config" / "systemd" / "user"
    assert not schedule.state("systemd").installed
    for _ in range(2):
        schedule.install("systemd", made(home))
        assert sorted(path.name for path in units.iterdir()) == ["mgmine-update.service", "mgmine-update.timer"]
    assert calls(log)[:2] == ["--user daemon-reload", "--user enable --now mgmine-update.timer"]
    assert schedule.state("systemd") == schedule.State("systemd", True, "Fri 2026-11-27", "active")
    assert schedule.remove("systemd")
    assert not schedule.remove("systemd")
    assert list(units.iterdir()) == []
    assert calls(log)[-2:] == ["--user disable --now mgmine-update.timer", "--user daemon-reload"]


def test_a_scheduler_that_refuses(home: Path) -> None:
    program(home, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    with pytest.raises(UsageError, match="Failed to connect to bus"):
        schedule.install("systemd", made(home))


@pytest.mark.parametrize("kind", ["systemd", "cron", "launchd", "windows"])
def test_a_scheduler_that_is_not_there(home: Path, kind: Kind) -> None:
    with pytest.raises(MissingDependencyError, match="not on this system"):
        schedule.install(kind, made(home))


@pytest.mark.parametrize("folder", FOLDERS)
def test_launchd(home: Path, folder: str) -> None:
    log = program(home, "launchctl", 'case "$1" in bootout) exit 3;; esac')
    job = made(home / folder)
    for _ in range(2):
        (name,) = schedule.install("launchd", job)
    path = Path(name)
    assert path.parent == home / "home" / "Library" / "LaunchAgents"
    if shutil.which("plutil", path="/usr/bin"):
        subprocess.run(["/usr/bin/plutil", "-lint", str(path)], check=True)
    found: dict[str, Any] = plistlib.loads(path.read_bytes())
    assert found["StartCalendarInterval"] == {"Hour": 5, "Minute": 30}
    assert found["WorkingDirectory"] == str(home / folder)
    assert tuple(found["ProgramArguments"][4:]) == job.command
    assert found["Label"] == path.stem
    target = f"gui/{os.getuid()}"
    assert calls(log)[:2] == [f"bootout {target}/{path.stem}", f"bootstrap {target} {path}"]
    assert schedule.remove("launchd")
    assert not schedule.remove("launchd")
    assert not path.exists()


@pytest.mark.parametrize("folder", FOLDERS)
def test_windows(home: Path, folder: str) -> None:
    lxml = pytest.importorskip("lxml.etree")
    log = program(
        home,
        "schtasks",
        'case "$1" in /Query) echo "Next Run Time: 11/28/2026 5:30:00 AM"; echo "Status: Ready";; esac',
    )
    job = made(home / folder)
    (name,) = schedule.install("windows", job)
    content = Path(name).read_bytes()
    assert content.startswith((b"\xff\xfe", b"\xfe\xff"))
    root = lxml.fromstring(content)
    ns = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert root.tag == "{{{}}}Task".format(ns["t"])
    # The schema of Task Scheduler is a sequence: each element in its place.
    assert [lxml.QName(part).localname for part in root] == [
        "RegistrationInfo", "Triggers", "Principals", "Settings", "Actions",
    ]  # fmt: skip
    trigger = root.find("t:Triggers/t:CalendarTrigger", ns)
    assert [lxml.QName(part).localname for part in trigger] == [
        "StartBoundary", "Enabled", "RandomDelay", "ScheduleByDay",
    ]  # fmt: skip
    assert trigger.findtext("t:StartBoundary", namespaces=ns) == "2026-01-01T05:30:00"
    assert trigger.findtext("t:RandomDelay", namespaces=ns) == "PT30M"
    assert root.findtext("t:Settings/t:StartWhenAvailable", namespaces=ns) == "true"
    action = root.find("t:Actions/t:Exec", ns)
    assert action.findtext("t:Command", namespaces=ns) == sys.executable
    assert action.findtext("t:WorkingDirectory", namespaces=ns) == str(home / folder)
    assert action.findtext("t:Arguments", namespaces=ns) == subprocess.list2cmdline(job.command[1:])
    assert calls(log) == [f"/Create /TN mgmine-update /XML {name} /F"]
    assert schedule.state("windows").next == "11/28/2026 5:30:00 AM"
    assert schedule.remove("windows")
    assert not schedule.remove("windows")


def test_github(home: Path) -> None:
    yaml = pytest.importorskip("yaml")
    for _ in range(2):
        (name,) = schedule.install("github", made(home))
    path = Path(name)
    assert path == home / ".github" / "workflows" / "mgmine-update.yml"
    found = yaml.safe_load(path.read_text())
    # YAML 1.1 reads the key `on` as true.
    triggers = found.get("on", found.get(True))
    assert triggers["schedule"] == [{"cron": "30 5 * * *"}]
    steps = found["jobs"]["update"]["steps"]
    (script,) = [step["run"] for step in steps if step.get("shell") == "bash"]
    delay, command = script.splitlines()
    assert delay == "sleep $(( RANDOM % 1800 ))"
    assert tuple(shlex.split(command)) == ("mgmine", *ARGUMENTS, "--json")
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert schedule.state("github", folder=home).next == "05:30 UTC every day"
    assert schedule.remove("github", folder=home)
    assert not schedule.remove("github", folder=home)


def test_on_the_command_line(home: Path) -> None:
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}

    def mgmine(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mgmine", "schedule", *arguments], capture_output=True, text=True, check=False,
            cwd=home, env=environment,
        )  # fmt: skip

    shown = mgmine("show", "--kind", "systemd", "--at", "4:05", "--delay", "0", "--", "--store", "my store")
    assert shown.returncode == 0, shown.stderr
    assert "OnCalendar=*-*-* 04:05:00" in shown.stdout
    assert '"--store" "my store"' in shown.stdout
    assert f"WorkingDirectory={home}" in shown.stdout
    assert mgmine("status", "--kind", "github").returncode == 1
    assert mgmine("install", "--kind", "github", "--", "--store", "evidence").returncode == 0
    asked = mgmine("status", "--kind", "github")
    assert (asked.returncode, asked.stdout) == (0, "mgmine-update: installed (github)\nnext run: 05:30 UTC every day\n")
    assert mgmine("remove", "--kind", "github").returncode == 0
    assert mgmine("show", "--at", "soon", "--", "--store", "evidence").returncode == 2


def test_options_are_read_when_the_job_is_made(home: Path) -> None:
    environment = {**os.environ, "PATH": "/usr/bin:/bin", "MGMINE_STORE": "not the scheduler's"}

    def show(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mgmine", "schedule", "show", "--kind", "cron", "--", *arguments],
            capture_output=True, text=True, check=False, cwd=home, env=environment,
        )  # fmt: skip

    for arguments, told in [
        ((), "--store"),
        (("--store", "evidence", "--max-file", "3"), "--max-file"),
        (("--store", "evidence", "--max-files", "many"), "many"),
    ]:
        done = show(*arguments)
        assert done.returncode == 2
        assert told in done.stderr
    (home / "mgmine.toml").write_text('[defaults]\nstore = "evidence"\n')
    assert show("--max-files", "3").returncode == 0
