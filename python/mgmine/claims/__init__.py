"""What sentences claim: subject, predicate, object, with sign, negation, doubt, role and context.

:class:`Extractor` reads documents whose sentences passed the gate; ``docs/reference/claims.md`` describes the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgmine.claims.extractor import Explained, Extractor, Reading, Skipped

__all__ = ["Explained", "Extractor", "Reading", "Skipped"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from mgmine.claims import extractor

        return getattr(extractor, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
