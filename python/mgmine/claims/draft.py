"""Claims in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgmine.claims.lexical import Group, VerbEntry
    from mgmine.claims.phrase import Arg
    from mgmine.nlp.graph import Node


@dataclass(slots=True, eq=False)
class Draft:
    """A claim before it has offsets into the document."""

    subject: Arg | Draft
    predicate: str
    object: Arg | Draft | None
    cue: list[Node]
    rule: str
    score: float
    anchor: Node
    sign: str | None = None
    aspect: str | None = None
    negated: bool = False
    factuality: str = "fact"
    modality: str = "asserted"
    necessity: str | None = None
    role: str = "result"
    via: tuple[Arg, ...] = ()
    perturbation: tuple[str, str | None] | None = None
    derived: Draft | None = None
    unstated: bool = False
    reasons: list[str] = field(default_factory=list)
    group: Group | None = None
    final: bool = False
    nulled: bool = False


@dataclass(slots=True)
class Firing:
    """A trigger word with the group it belongs to and, for verbs, how its object comes."""

    node: Node
    form: str
    group: Group
    entry: VerbEntry | None = None
