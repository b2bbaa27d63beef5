"""Relations: claims of the same subject, predicate, object and sign, assembled over documents.

They are computed from the live claims whenever they are asked for, as views of the evidence store (``evidence``,
``relations``, ``contradictions`` and what these are made of), so they cannot fall behind the claims. The belief in a
relation is explained in ``docs/reference/relations.md``.
"""

from __future__ import annotations

from importlib.resources import files

__all__ = ["sql"]


def sql() -> str:
    """The statements that define the views; they need the views ``claims``, ``documents`` and ``mentions``."""
    return files("mgmine.relations").joinpath("relations.sql").read_text(encoding="utf-8")
