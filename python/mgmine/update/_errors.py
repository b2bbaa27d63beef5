"""What may go wrong between a source and the corpus folder, by what is to be done about it."""

from __future__ import annotations

from mgmine.errors import MgmineError


class UnavailableError(MgmineError):
    """The source does not answer, answers with an error, or breaks off; or the disk has no room. Try later."""

    exit_code = 75


class RefusedError(MgmineError):
    """What the source gave must not be used: no or a wrong checksum, another host, a file too large, a gap in the numbers."""

    exit_code = 1
