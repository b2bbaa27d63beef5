"""The errors mgmine raises, each with the exit code its command ends with."""

from __future__ import annotations


class MgmineError(Exception):
    """Base of all errors of mgmine. ``exit_code`` is what a command ends with when the error ends it."""

    exit_code = 1


class UsageError(MgmineError):
    """Arguments that contradict each other or name something that does not exist."""

    exit_code = 2


class InputError(MgmineError):
    """A file that cannot be read as what it should be; the message names file, place and reason."""

    exit_code = 65


class LexiconError(InputError):
    """A lexicon with faults; ``problems`` lists each as ``file:line: reason``."""

    def __init__(self, message: str, problems: list[str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []


class StoreError(InputError):
    """An evidence store that is missing, damaged or of another version."""


class MissingDependencyError(MgmineError):
    """An optional library that this function needs is not installed; the message says how to install it."""


class LockedError(MgmineError):
    """Another process is writing; try later."""

    exit_code = 75
