"""The stub of the extension module says what the module has."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT


def test_stub_fits_the_module() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "mgmine._native", "--mypy-config-file", "pyproject.toml"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
