"""mgmine: what the biomedical literature claims about magnesium, integrins and T cells, or about any lexicon of yours.

Importing the package does nothing; each public name is loaded when it is first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mgmine.claims import Extractor
    from mgmine.comparison import compare
    from mgmine.mentions import scan
    from mgmine.pipeline import extract, run
    from mgmine.records import Claim
    from mgmine.store import Store

__all__ = ["Claim", "Extractor", "Store", "compare", "extract", "run", "scan"]

_HOMES = {
    "__version__": "mgmine._native",
    "Claim": "mgmine.records",
    "Extractor": "mgmine.claims",
    "Store": "mgmine.store",
    "compare": "mgmine.comparison",
    "extract": "mgmine.pipeline",
    "run": "mgmine.pipeline",
    "scan": "mgmine.mentions",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
