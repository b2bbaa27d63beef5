"""NLM's ``.md5`` files. Whatever is not plainly a checksum of this very file is none."""

from __future__ import annotations

import re

from mgmine.update._errors import RefusedError

LIMIT = 1 << 14
_FORMS = (
    re.compile(r"MD5 ?\((?P<name>[^()]+)\) ?= ?(?P<md5>[0-9a-fA-F]{32})\Z"),
    re.compile(r"(?P<md5>[0-9a-fA-F]{32})[ \t]+\*?(?P<name>\S+)\Z"),
)


def parse(content: bytes | None, name: str) -> str:
    """The MD5 that a checksum file gives for ``name``: ``MD5(name)= hash`` or ``hash  name``.

    Raises:
        RefusedError: There is none, or not exactly one.
    """
    if content is None:
        raise RefusedError(f"{name}: no checksum file ({name}.md5) at the source")
    if not content.strip():
        raise RefusedError(f"{name}: its checksum file is empty")
    found = set()
    for line in content.decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        for form in _FORMS:
            if (match := form.match(line.strip())) and match["name"].rpartition("/")[2] == name:
                found.add(match["md5"].lower())
    if len(found) != 1:
        raise RefusedError(f"{name}: its checksum file gives {'no' if not found else 'more than one'} MD5 for it")
    return found.pop()
