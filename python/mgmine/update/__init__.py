"""Keeping a store current: what is published is fetched, verified, read and committed, in order, and told of in a digest.

Only this package knows the calendar: baseline files, the update files that go on counting from them, and the new baseline of
each winter, which is built as a generation beside the one that readers see.
"""

from __future__ import annotations

from mgmine.update._errors import RefusedError, UnavailableError
from mgmine.update._http import Patience
from mgmine.update._run import Outcome, Settings, Updater
from mgmine.update._source import NLM

__all__ = ["NLM", "Outcome", "Patience", "RefusedError", "Settings", "UnavailableError", "Updater"]
