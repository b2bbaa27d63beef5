"""Comentions: documents in which families meet, as the claims stage reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgmine.records import GatedDocument, Mention, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mgmine.mentions import ScanTables

__all__ = ["gated_documents"]


def gated_documents(tables: ScanTables) -> Iterator[GatedDocument]:
    """The documents that passed the gate of a scan, in input order; memory does not grow with their number.

    Args:
        tables: A scan with the tables ``sentences`` and ``mentions``.
    """
    for doc_id, doc_version, sentences, mentions, gated in tables.gated():
        yield GatedDocument(
            doc_id,
            doc_version,
            tuple(Sentence(*row) for row in sentences),
            tuple(Mention(*row) for row in mentions),
            frozenset(gated),
        )
