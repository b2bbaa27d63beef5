"""The command line: ``mgmine`` begins and ends here."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and end the process with the documented exit code."""
    # What importing makes lives as long as the process, so it is not searched for garbage: neither while it is made nor,
    # with all that the command has made, at the end. Searching it is a seventh of a short command.
    gc.disable()
    from mgmine.cli._group import run

    gc.freeze()
    gc.enable()
    code = run()
    gc.freeze()
    sys.exit(code)
