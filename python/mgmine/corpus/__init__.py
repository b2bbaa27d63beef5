"""Documents: reading corpus files of any of the formats, and documents made in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from mgmine._native import Document, DocumentReader, Problem
from mgmine.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

__all__ = ["Document", "DocumentReader", "Problem", "Source", "as_source", "read"]

Source: TypeAlias = "str | PathLike[str] | tuple[str, bytes | BinaryIO]"
"""A path, or a name for messages together with bytes or a binary file."""


def read(source: Source, *, metadata: bool = True, source_map: bool = False) -> DocumentReader:
    """The documents of a corpus file, one after another; the format is recognised by content.

    Deleted ids (PubMed's ``DeleteCitation``) come as documents with ``deleted`` set. What could not be read is
    collected in the reader's ``problems`` and the rest goes on.

    Args:
        source: The file.
        metadata: Fill in the bibliographic record.
        source_map: Fill in the map from the text to bytes of the uncompressed file (``Document.source_range``).

    Raises:
        InputError: Nothing of the file can be read.
    """
    from mgmine._native import read_documents

    return read_documents(source, metadata=metadata, source_map=source_map)


def as_source(documents: Iterable[Mapping[str, str | None] | tuple[str, ...]], name: str = "<documents>") -> Source:
    """Documents in memory as an input for :func:`read` and for a scan.

    Args:
        documents: Mappings with ``id`` and ``text``, or ``id``, ``title`` and ``abstract``; or tuples of id and text,
            or of id, title and abstract.
        name: What they are called in messages.

    Raises:
        UsageError: A tuple of another length.
        InputError: A document that JSON cannot hold.
    """
    lines = []
    for document in documents:
        if isinstance(document, tuple):
            if len(document) not in (2, 3):
                raise UsageError("a document is (id, text) or (id, title, abstract)")
            keys = ("id", "text") if len(document) == 2 else ("id", "title", "abstract")
            record: Mapping[str, str | None] = dict(zip(keys, document, strict=True))
        else:
            record = document
        try:
            lines.append(json.dumps(dict(record), ensure_ascii=False))
        except TypeError as error:
            raise InputError(f"{name}: document {len(lines)}: {error}") from error
    return name, "".join(line + "\n" for line in lines).encode("utf-8", "replace")
