"""How far a long test is: a line on stderr now and then, seen with ``-s``."""

from __future__ import annotations

import sys


class Progress:
    """Tells each twentieth of what a test has to do."""

    def __init__(self, what: str, whole: int) -> None:
        self._what = what
        self._whole = whole
        self._told = 0

    def at(self, done: int, note: str = "") -> None:
        """So many are done."""
        if (part := done * 20 // self._whole) > self._told:
            self._told = part
            print(f"{done:,} of {self._whole:,} {self._what}{note and f', {note}'}", file=sys.stderr, flush=True)
