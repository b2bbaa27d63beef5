"""The stages as spaCy components: ``nlp.add_pipe("mgmine_mentions")``, ``nlp.add_pipe("mgmine_claims")``.

The first puts the mentions into ``doc.spans["mgmine"]`` and the document as the stages read it into ``doc._.mgmine``; the second
reads claims off the parse that the pipeline made, by rule alone where it made none, and puts them into ``doc._.claims``. Both keep plain
values in ``doc.user_data``, so that documents go through ``n_process``, ``DocBin`` and ``to_disk`` whole.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgmine.nlp.components import attribute, factory, graph_of, mark, parsed
from mgmine.records import Claim, GatedDocument, Mention, Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mgmine._native import Lexicon

_DOCUMENT = "mgmine"
_CLAIMS = "mgmine_claims"


def _plain(document: GatedDocument) -> dict[str, Any]:
    return {
        "sentences": [asdict(sentence) for sentence in document.sentences],
        "mentions": [asdict(mention) for mention in document.mentions],
        "gated": sorted(document.gated),
    }


def _document(plain: dict[str, Any]) -> GatedDocument:
    return GatedDocument(
        "doc",
        1,
        tuple(Sentence(**row) for row in plain["sentences"]),
        tuple(Mention(**{**row, "ids": tuple(row["ids"])}) for row in plain["mentions"]),
        frozenset(plain["gated"]),
    )


def _claims(records: Sequence[dict[str, Any]]) -> list[Claim]:
    return [Claim.from_json(record) for record in records]


def _register() -> None:
    attribute("mgmine", _DOCUMENT, _document)
    attribute("claims", _CLAIMS, _claims)


class MentionsComponent:
    """Finds the lexicon's names in a document.

    The lexicon is compiled at the first document, or read from the saved pipeline, which holds a copy: a pipeline that was saved needs
    the lexicon's files no more.
    """

    def __init__(self, lexicon: Sequence[str] = (), replace_lexicon: Sequence[str] = ()) -> None:
        self._sources = (list(lexicon), list(replace_lexicon))
        self._compiled: Lexicon | None = None
        _register()

    @property
    def lexicon(self) -> Lexicon:
        """The compiled lexicon."""
        if self._compiled is None:
            from mgmine.lexicon import load

            self._compiled = load(self._sources[0], replace=self._sources[1])
        return self._compiled

    def __call__(self, doc: Any) -> Any:
        """Sets ``doc.spans["mgmine"]`` and ``doc._.mgmine``."""
        from mgmine import _native
        from mgmine.comentions import gated_documents

        line = json.dumps({"id": "doc", "text": doc.text}).encode()
        tables = _native.scan([("doc.jsonl", line)], self.lexicon, tables=["mentions", "sentences"], gate="none")
        found = next(iter(gated_documents(tables)), GatedDocument("doc", 1, (), (), frozenset()))
        doc.user_data[_DOCUMENT] = _plain(found)
        mark(doc, "mgmine", [(one.start, one.end, one.family, one.ids[0] if one.ids else "") for one in found.mentions])
        return doc

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:  # noqa: ARG002  spaCy's protocol
        """The compiled lexicon."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lexicon"
            self.lexicon.save(path)
            return path.read_bytes()

    def from_bytes(self, data: bytes, *, exclude: Collection[str] = ()) -> MentionsComponent:  # noqa: ARG002
        """Take over the lexicon that :meth:`to_bytes` gave."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lexicon"
            path.write_bytes(data)
            self._open(path)
        return self

    def to_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> None:  # noqa: ARG002
        """Write the compiled lexicon into a folder."""
        Path(path).mkdir(parents=True, exist_ok=True)
        self.lexicon.save(Path(path) / "lexicon")

    def from_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> MentionsComponent:  # noqa: ARG002
        """Take over the lexicon that :meth:`to_disk` wrote."""
        self._open(Path(path) / "lexicon")
        return self

    def _open(self, path: Path) -> None:
        from mgmine.lexicon import load

        self._compiled = load(replace=[path])

    def __getstate__(self) -> dict[str, Any]:
        return {"sources": self._sources, "lexicon": None if self._compiled is None else self.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(*state["sources"])  # type: ignore[misc]
        if state["lexicon"] is not None:
            self.from_bytes(state["lexicon"])


class ClaimsComponent:
    """Reads the claims of a document that has mentions."""

    def __init__(self, min_score: float = 0.0) -> None:
        from mgmine.claims.extractor import Extractor

        # The document comes parsed or is read by rule alone, so no pipeline of ours is loaded.
        self.extractor = Extractor("blank", min_score=min_score)
        _register()

    def __call__(self, doc: Any) -> Any:
        """Sets ``doc._.claims``.

        Raises:
            UsageError: ``mgmine_mentions`` did not run before.
        """
        if _DOCUMENT not in doc.user_data:
            from mgmine.errors import UsageError

            raise UsageError("mgmine_claims needs the mentions: add mgmine_mentions to the pipeline before it")
        document = _document(doc.user_data[_DOCUMENT])
        if parsed(doc):
            graphs = {
                sentence.index: graph_of(doc, sentence.start, sentence.end)
                for sentence in document.sentences if sentence.index in document.gated
            }  # fmt: skip
            claims = self.extractor.read(document, graphs)
        else:
            [(_, claims)] = self.extractor.extract([document])
        doc.user_data[_CLAIMS] = [claim.to_json() for claim in claims]
        return doc


@factory("mgmine_mentions", assigns=("doc.spans", "doc._.mgmine"), lexicon=[], replace_lexicon=[])
def make_mentions(nlp: Any, name: str, lexicon: list[str], replace_lexicon: list[str]) -> MentionsComponent:  # noqa: ARG001
    """The factory of ``mgmine_mentions``.

    ``lexicon`` are files added to the built-in lexicon, ``replace_lexicon`` files that stand in its place.
    """
    return MentionsComponent(lexicon, replace_lexicon)


@factory("mgmine_claims", requires=("doc._.mgmine",), assigns=("doc._.claims",), min_score=0.0)
def make_claims(nlp: Any, name: str, min_score: float) -> ClaimsComponent:  # noqa: ARG001
    """The factory of ``mgmine_claims``; claims scored below ``min_score`` are left out."""
    return ClaimsComponent(min_score)
