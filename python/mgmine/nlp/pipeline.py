"""Loading a pipeline, and parsing in batches."""

from __future__ import annotations

import hashlib
import json
import warnings
from functools import cached_property
from importlib import import_module
from itertools import accumulate, islice
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgmine.errors import MissingDependencyError, UsageError
from mgmine.nlp.graph import Graph, Token
from mgmine.nlp.inference import Runner, use_fast_products

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from threadpoolctl import ThreadpoolController

    from mgmine.nlp.surface import Prepared

SHIPPED = Path(__file__).parent.parent / "data" / "model"
"""Where the pipeline that comes with the package lies."""
AHEAD = 8
"""So many batches of sentences are looked at to put those of like length together."""
NOT_NEEDED = ("lemmatizer", "attribute_ruler", "ner", "entity_linker", "senter")
"""Components that the claims stage does without; leaving them out makes parsing faster."""
_SCISPACY = {
    "abbreviation_detector": "scispacy.abbreviation", "hyponym_detector": "scispacy.hyponym_detector",
    "scispacy_linker": "scispacy.linking",
}  # fmt: skip
"""scispaCy's factories and the modules that register them."""


class Pipeline:
    """A parser for prepared sentences. ``name``, ``version`` and ``digest`` identify the model in a claim's provenance."""

    def __init__(self, nlp: Any, name: str, version: str, digest: str) -> None:
        self.nlp = nlp
        self.name = name
        self.version = version
        self.digest = digest
        self.verbs: Mapping[str, str] = {}
        """Forms of known verbs with their base forms, for reading without a trained parser."""

    @property
    def parses(self) -> bool:
        """Whether a trained parser makes the graphs; otherwise they are made by rule from the words alone."""
        return self.nlp is not None

    @property
    def identity(self) -> str:
        """Name, version and content hash in one string."""
        return f"{self.name} {self.version} {self.digest}"

    @cached_property
    def _threads(self) -> ThreadpoolController:
        """What limits the threads of the matrix products: these are too small to gain anything from a second one."""
        from threadpoolctl import ThreadpoolController

        return ThreadpoolController()

    @cached_property
    def _runner(self) -> Runner:
        return Runner(self.nlp)

    def parse(self, sentences: Iterable[Prepared], batch_size: int = 32) -> Iterator[Graph]:
        """The graph of each sentence, in order. Never splits a sentence. Matrix products run on one thread meanwhile.

        Sentences are parsed ``batch_size`` at a time, those of like length together: a batch takes as many steps as its longest.
        """
        if self.nlp is None:
            from mgmine.nlp.shallow import parse

            for prepared in sentences:
                yield parse(prepared, self.verbs)
            return
        iterator = iter(sentences)
        while ahead := list(islice(iterator, AHEAD * batch_size)):
            order = sorted(range(len(ahead)), key=lambda number: len(ahead[number].text))
            docs: list[Any] = [None] * len(ahead)
            # Only while parsing: the number of threads is the whole process's, and what runs between two graphs is the caller's.
            with self._threads.limit(limits=1, user_api="blas"):
                for batch in _shares(order, batch_size):
                    made = self._runner.run([ahead[number].text for number in batch])
                    for number, doc in zip(batch, made, strict=True):
                        docs[number] = doc
            for doc, prepared in zip(docs, ahead, strict=True):
                yield Graph.build(prepared, _tokens(doc, prepared.text))


def _shares(numbers: list[int], most: int) -> Iterator[list[int]]:
    """The numbers in as few runs of at most ``most`` as will do, of like length."""
    runs = -(-len(numbers) // most)
    size = -(-len(numbers) // runs)
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


def load(
    model: str | Path | None = None,
    *,
    exclude: Iterable[str] = NOT_NEEDED,
    components: Iterable[str | tuple[str, Mapping[str, Any]]] = (),
) -> Pipeline:
    """Loads a pipeline.

    ``model`` is none for the one shipped with the package, the name of an installed spaCy or scispaCy model, a path, or
    ``blank`` for no trained parser at all. ``components`` are registered factories added at the end, with their settings if they
    have any: ``("scispacy_linker", {"linker_name": "mesh"})``; scispaCy's are registered here. Raises
    :class:`MissingDependencyError` without spaCy and :class:`UsageError` for a model that is not there or does not parse.
    """
    if model == "blank":
        return Pipeline(None, "blank", "1", "rules")
    try:
        import spacy
    except ImportError as error:
        raise MissingDependencyError("reading claims needs spaCy: pip install 'mgmine[nlp]'") from error
    source = str(_shipped() if model is None else model)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nlp = spacy.load(str(unpacked(Path(source))), exclude=list(exclude))
    except OSError as error:
        raise UsageError(f"no spaCy pipeline {source!r}: give an installed model's name or a path") from error
    use_fast_products(nlp)
    for component in components:
        name, settings = (component, {}) if isinstance(component, str) else component
        if name in _SCISPACY:
            try:
                import_module(_SCISPACY[name])
            except ImportError as error:
                raise MissingDependencyError(f"{name} is scispaCy's: pip install scispacy") from error
        nlp.add_pipe(name, config=dict(settings))
    if not nlp.has_pipe("parser"):
        raise UsageError(f"the pipeline {source!r} has no parser; use 'blank' to read without one")
    return Pipeline(
        nlp, f"{nlp.lang}_{nlp.meta.get('name', 'unnamed')}", str(nlp.meta.get("version", "0")), _digest(nlp)
    )


def _shipped() -> Path:
    found = sorted(path.parent for path in SHIPPED.glob("*/meta.json"))
    if not found:
        raise UsageError("this installation has no pipeline of its own; name a model")
    return found[-1]


def unpacked(path: Path) -> Path:
    """The folder of the pipeline at ``path``: itself, or the only one in it where a model's archive (``NAME/NAME-VERSION``) was unpacked."""
    for pattern in ("config.cfg", "*/config.cfg", "*/*/config.cfg"):
        found = sorted(path.glob(pattern))
        if found:
            return found[0].parent if len(found) == 1 else path
    return path


def _digest(nlp: Any) -> str:
    """Twelve hex digits of a hash over the model's weights and settings; the same wherever it is installed."""
    digest = hashlib.sha256()
    path = getattr(nlp, "path", None)
    if path is None:
        digest.update(json.dumps(nlp.meta, sort_keys=True, default=str).encode())
    else:
        for file in sorted(Path(path).rglob("*")):
            if file.is_file() and file.suffix not in (".md", ".pyc"):
                digest.update(file.relative_to(path).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _tokens(doc: Any, text: str) -> list[Token]:
    """A spaCy document of ``text`` as plain tokens. White-space tokens go; what hung on them hangs on their head."""
    if not len(doc):
        return []
    values = doc.to_array(["HEAD", "DEP", "TAG", "POS", "LENGTH", "SPACY"])
    heads = [index + offset for index, offset in enumerate(values[:, 0].astype("int64").tolist())]
    deps, tags, parts, lengths, spaces = values[:, 1:].T.tolist()
    strings = doc.vocab.strings
    labels = {dep: strings[dep] if dep else "dep" for dep in set(deps)}
    penn = {
        (tag, part): strings[tag] if tag else _PENN.get(strings[part] if part else "", "NN")
        for tag, part in set(zip(tags, parts, strict=True))
    }
    starts = list(accumulate(map(add, lengths, spaces), initial=0))[:-1]
    ends = list(map(add, starts, lengths))
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    kinds = [penn[both] for both in zip(tags, parts, strict=True)]
    relations = [labels[dep] for dep in deps]
    tokens = list(map(Token._make, zip(texts, kinds, relations, heads, starts, ends, strict=True)))
    keep = [index for index, word in enumerate(texts) if not word.isspace()]
    if len(keep) == len(texts):
        return tokens
    place = {index: number for number, index in enumerate(keep)}
    out = []
    for number, index in enumerate(keep):
        head = heads[index]
        while head not in place and heads[head] != head:
            head = heads[head]
        out.append(tokens[index]._replace(head=place.get(head, number)))
    return out


_PENN = {"VERB": "VB", "AUX": "VB", "ADJ": "JJ", "ADV": "RB", "ADP": "IN", "DET": "DT", "PRON": "PRP", "NUM": "CD"}
