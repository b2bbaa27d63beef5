"""The names of NLM's files, and the order that they give."""

from __future__ import annotations

import re
from dataclasses import dataclass

FOLDERS = ("baseline", "updatefiles")
"""The two folders of a source, in the order in which they apply."""

# Four digits, and more only where four do not suffice, so that each number has one name.
_NAME = re.compile(r"pubmed(?P<year>[0-9]{2})n(?P<number>[0-9]{4}|[1-9][0-9]{4,6})\.xml\.gz\Z")


@dataclass(frozen=True, slots=True, order=True)
class FileNumber:
    """Year and number of a baseline or update file. Files of one year apply in the order of their numbers."""

    year: int
    number: int

    @property
    def name(self) -> str:
        """The file's name, as ``pubmed26n0001.xml.gz``."""
        return f"pubmed{self.year:02d}n{self.number:04d}.xml.gz"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def parse(cls, name: str) -> FileNumber | None:
        """The number that a file name gives, or None where it is not one of NLM's, or number 0."""
        match = _NAME.match(name)
        if match is None:
            return None
        found = cls(int(match["year"]), int(match["number"]))
        return found if found.number else None
