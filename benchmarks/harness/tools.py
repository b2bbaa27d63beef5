"""The environment of the harness: what is installed, in which version, and what is absent."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parent

DEBIAN = {"gzip": "gzip", "igzip": "isal", "xtract": "ncbi-entrez-direct", "rg": "ripgrep"}
"""Commands of rivals, and the Debian packages that bring them."""


@dataclass
class Tools:
    """What this run can measure."""

    python: Path
    mgmine: Path | None = None
    rust_scan: Path | None = None
    rust_read: Path | None = None
    versions: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the rival or part called `name` can be run."""
        return name in self.versions


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout or done.stderr).strip()


def _requirements() -> list[str]:
    lines = (HERE / "requirements.txt").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no reason given"


def prepare(
    *, mgmine: Path | None, programs: Path | None, apt: bool, install: bool, log: Callable[[str], None]
) -> Tools:
    """Make `benchmarks/.venv` with the rivals, build mgmine into it (unless `mgmine` names one), find the rest."""
    venv = HERE / ".venv"
    python = venv / "bin" / "python"
    if not python.exists():
        log("making benchmarks/.venv")
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    tools = Tools(python)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    for requirement in _requirements():
        name = re.split(r"[=<>]", requirement, maxsplit=1)[0]
        if install and not _installed(python, name):
            log(f"installing {requirement}")
            done = subprocess.run(
                [*pip, "install", "--quiet", requirement], capture_output=True, text=True, check=False
            )
            if done.returncode:
                tools.absent[name] = f"`pip install {requirement}`: {_last_line(done.stderr)}"
                continue
        version = _installed(python, name)
        if version:
            tools.versions[name] = version
        else:
            tools.absent[name] = "not installed"
    _debian(tools, apt=apt, log=log)
    tools.absent["JensenLab tagger"] = "neither on PyPI nor in Debian"
    _own(tools, mgmine, programs, install=install, log=log)
    return tools


def _installed(python: Path, name: str) -> str:
    code = f"from importlib.metadata import version; print(version({name!r}))"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _debian(tools: Tools, *, apt: bool, log: Callable[[str], None]) -> None:
    missing = [package for command, package in DEBIAN.items() if not shutil.which(command)]
    if missing and apt:
        log(f"apt-get install {' '.join(missing)}")
        subprocess.run(["apt-get", "install", "-y", "-q", *missing], check=False, stdout=subprocess.DEVNULL)
    for command, package in DEBIAN.items():
        if not shutil.which(command):
            tools.absent[command] = f"Debian package `{package}` is not installed (`--apt` installs it)"
            continue
        version = _output(["dpkg-query", "-W", "-f", "${Version}", package])
        tools.versions[command] = version or _output([command, "--version"]).splitlines()[0]


def _own(tools: Tools, given: Path | None, programs: Path | None, *, install: bool, log: Callable[[str], None]) -> None:
    if given is None and install:
        log("building mgmine (release) into benchmarks/.venv")
        command = [str(tools.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)]
        done = subprocess.run([*command, "pyarrow"], capture_output=True, text=True, check=False)
        if done.returncode:
            tools.absent["mgmine"] = _last_line(done.stderr)
    path = given or tools.python.with_name("mgmine")
    if path.exists():
        tools.mgmine = path
        tools.versions["mgmine"] = _output([str(path), "--version"]).removeprefix("mgmine ")
    else:
        tools.absent.setdefault("mgmine", "not built")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    for name, crate, example in (("rust_scan", "mgmine-engine", "scan"), ("rust_read", "mgmine-io", "read")):
        if programs is not None:
            if (programs / example).exists():
                setattr(tools, name, programs / example)
            else:
                tools.absent[f"mgmine ({example}, Rust)"] = "not built"
            continue
        log(f"building the example `{example}` of {crate}")
        build = ["cargo", "build", "--release", "--locked", "--quiet", "-p", crate, "--example", example]
        try:
            done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
        except OSError as error:
            tools.absent[f"mgmine ({example}, Rust)"] = str(error)
            continue
        if done.returncode:
            tools.absent[f"mgmine ({example}, Rust)"] = _last_line(done.stderr)
        else:
            setattr(tools, name, target / "release" / "examples" / example)


def revision() -> str:
    """Commit of the tree, with `+` when mgmine's own sources differ from it."""
    commit = _output(["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"])
    changed = _output(["git", "-C", str(ROOT), "status", "--porcelain", "--", "rust", "python", "Cargo.lock"])
    return (commit + ("+" if changed else "")) or "unknown"


def machine() -> dict[str, str | int | float]:
    """Processor, cores, memory, system: everything the figures depend on and no name of the machine."""
    model, flags, mhz = platform.machine(), "", ""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            match key.strip():
                case "model name":
                    model = value.strip()
                case "flags":
                    flags = value
                case "cpu MHz":
                    mhz = value.strip()
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    simd = [name for name in ("ssse3", "avx2", "bmi2", "avx512bw") if f" {name}" in flags]
    return {
        "processor": model,
        "mhz": mhz,
        "simd": " ".join(simd),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "rustc": _output(["rustc", "--version"]),
        "load_at_start": round(os.getloadavg()[0], 2),
    }
