"""The stages as spaCy components: ``nlp.add_pipe("mgmine_mentions")``, ``nlp.add_pipe("mgmine_claims")``.

The first puts the mentions into ``doc.spans["mgmine"]`` and the document as the stages read it into ``doc._.mgmine``; the second
reads claims off the parse that the pipeline made and puts them into ``doc._.claims``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mgmine.nlp.components import attribute, factory, graph_of, mark

if TYPE_CHECKING:
    from mgmine.records import Claim, GatedDocument


class MentionsComponent:
    """Finds the lexicon's names in a document."""

    def __init__(self, lexicon: str | None = None) -> None:
        from mgmine.lexicon import load

        self.lexicon = load([lexicon] if lexicon else None)
        attribute("mgmine")

    def __call__(self, doc: Any) -> Any:
        """Sets ``doc.spans["mgmine"]`` and ``doc._.mgmine``."""
        from mgmine import _native
        from mgmine.comentions import gated_documents

        line = json.dumps({"id": "doc", "text": doc.text}).encode()
        tables = _native.scan([("doc.jsonl", line)], self.lexicon, tables=["mentions", "sentences"], gate="none")
        found: GatedDocument | None = next(iter(gated_documents(tables)), None)
        doc._.mgmine = found
        mentions = found.mentions if found is not None else ()
        mark(doc, "mgmine", [(one.start, one.end, one.family, one.ids[0] if one.ids else "") for one in mentions])
        return doc


class ClaimsComponent:
    """Reads the claims of a document that has mentions and a parse."""

    def __init__(self, min_score: float = 0.0) -> None:
        from mgmine.claims.extractor import Extractor

        # The document comes parsed, so no pipeline of ours is loaded.
        self.extractor = Extractor("blank", min_score=min_score)
        attribute("claims")

    def __call__(self, doc: Any) -> Any:
        """Sets ``doc._.claims``."""
        document: GatedDocument | None = doc._.mgmine if doc.has_extension("mgmine") else None
        claims: list[Claim] = []
        if document is not None:
            graphs = {
                sentence.index: graph_of(doc, sentence.start, sentence.end)
                for sentence in document.sentences if sentence.index in document.gated
            }  # fmt: skip
            claims = self.extractor.read(document, graphs)
        doc._.claims = claims
        return doc


@factory("mgmine_mentions", lexicon=None)
def make_mentions(nlp: Any, name: str, lexicon: str | None) -> MentionsComponent:  # noqa: ARG001
    """The factory of ``mgmine_mentions``; ``lexicon`` is a file, none for the built-in one."""
    return MentionsComponent(lexicon)


@factory("mgmine_claims", requires=("token.dep", "token.head", "token.tag"), min_score=0.0)
def make_claims(nlp: Any, name: str, min_score: float) -> ClaimsComponent:  # noqa: ARG001
    """The factory of ``mgmine_claims``; claims scored below ``min_score`` are left out."""
    return ClaimsComponent(min_score)
