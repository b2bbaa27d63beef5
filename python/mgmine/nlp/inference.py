"""Running a spaCy pipeline on a batch of texts with less work than ``Language.pipe`` makes of it, and the same result.

Three things are done differently, each only where the pipeline is of the kind it is known to be right for:

- Matrix products are made by the library at hand that knows the processor (:func:`use_fast_products`).
- What a pipeline's embedding makes of a word does not depend on the words around it, so it is kept (:class:`Words`).
- The parser takes its steps one by one for the whole batch. ``Parser.predict`` does so without Python's global lock, but parts of spaCy's
  wheels are built such that every small function takes the lock and gives it back, which costs more than all else it does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_WORDS = 16384
"""So many words' rows are kept; then they are forgotten and gathered anew. 8 MB at a width of 128."""
_UNKNOWN = frozenset({"Prescott"})
"""What OpenBLAS takes an x86 processor for that is younger than itself."""
_WORDWISE = frozenset({
    "extract_features", "list2ragged", "ints-getitem", "hashembed", "static_vectors", "maxout", "layernorm", "dropout", "ragged2list",
})  # fmt: skip
"""Layers that look at each word by itself."""
_WINDOWS = re.compile(r"with_array\((residual\(expand_window>>maxout>>layernorm>>dropout\))(?:>>\1)*\)")
"""The name of spaCy's ``MaxoutWindowEncoder``, made of the names of its layers."""


def fast_ops() -> Any:
    """thinc's operations with NumPy's matrix product, or SciPy's where NumPy's OpenBLAS does not know the processor.

    blis, spaCy's default, chooses generic kernels on many processors: 4 against 15 GFLOPS on one core of an AMD EPYC (Zen 4). The
    OpenBLAS of an old NumPy, which scispaCy pins, does so on new ones, where SciPy's is years younger: 32 against 150 on an Intel Xeon
    of 2023.
    """
    from thinc.api import NumpyOps

    product = _younger_product()
    return NumpyOps(use_blis=False) if product is None else _ops_with(product)


def use_fast_products(nlp: Any) -> None:
    """Gives a pipeline's models :func:`fast_ops`. Models on a GPU are left alone."""
    from thinc.api import Model, NumpyOps

    ops = fast_ops()
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        if isinstance(model, Model):
            for node in model.walk():
                if type(node.ops) is NumpyOps:
                    node.ops = ops


def _younger_product() -> Any:
    """SciPy's product of two matrices of single precision, if its OpenBLAS knows the processor and NumPy's does not."""
    from threadpoolctl import threadpool_info

    def kernels() -> set[str]:
        return {one["architecture"] for one in threadpool_info() if one["internal_api"] == "openblas"}

    if not kernels() & _UNKNOWN:
        return None
    try:
        from scipy.linalg.blas import sgemm
    except ImportError:
        return None
    return sgemm if kernels() - _UNKNOWN else None


def _ops_with(product: Any) -> Any:
    """NumPy's operations with another product; ``product`` has the arguments of BLAS' ``sgemm``."""
    from thinc.api import NumpyOps

    class Ops(NumpyOps):  # type: ignore[misc]
        def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
            if any(one.dtype != "float32" or not one.flags.c_contiguous or not one.size for one in (x, y)):
                return super().gemm(x, y, out=out, trans1=trans1, trans2=trans2)
            # Read by columns, as BLAS does, a matrix is its transpose: (x y)ᵀ = yᵀ xᵀ, with nothing copied.
            if out is None:
                return product(1.0, y.T, x.T, trans_a=trans2, trans_b=trans1).T
            product(1.0, y.T, x.T, c=out.T, trans_a=trans2, trans_b=trans1, overwrite_c=True)
            return out

    return Ops(use_blis=False)


class Words:
    """What the embedding of a ``tok2vec`` component makes of words, kept by what the embedding sees of a word.

    ``limit`` words are kept; with one more all are forgotten, and gathered anew.
    """

    def __init__(self, component: Any, limit: int = MAX_WORDS) -> None:
        from spacy.attrs import ORTH

        self._component = component
        self._embed = component.model.get_ref("embed")
        encode = component.model.get_ref("encode")
        self._encode = Windows(encode) if _WINDOWS.fullmatch(encode.name) else _Plain(encode)
        self._columns = [getattr(component.vocab.vectors, "attr", ORTH)]
        for node in self._embed.walk():
            self._columns += node.attrs["columns"] if node.name == "extract_features" else ()
        self._limit = limit
        self._places: dict[bytes, int] = {}
        self._rows: Any = None

    @classmethod
    def of(cls, component: Any) -> Words | None:
        """For a component of a pipeline; none where its embedding may look at more than the word."""
        from spacy.pipeline import Tok2Vec
        from thinc.api import NumpyOps

        if type(component) is not Tok2Vec or not isinstance(component.model.ops, NumpyOps):
            return None
        if not (component.model.has_ref("embed") and component.model.has_ref("encode")):
            return None
        leaves = {node.name for node in component.model.get_ref("embed").walk() if not node.layers}
        return cls(component) if "extract_features" in leaves and leaves <= _WORDWISE else None

    def predict(self, docs: Sequence[Any]) -> Any:
        """What ``component.predict`` gives, up to the last digit of a sum."""
        import numpy

        lengths = [len(doc) for doc in docs]
        if not any(lengths):
            return self._component.predict(docs)
        seen = numpy.concatenate([doc.to_array(self._columns) for doc in docs if len(doc)])
        keys: list[bytes] = seen.view(f"V{seen.shape[1] * seen.itemsize}").ravel().tolist()
        first = {key: place for place, key in enumerate(keys) if key not in self._places}
        if len(self._places) + len(first) > self._limit:
            self._places.clear()
            first = {key: place for place, key in enumerate(keys)}
            if len(first) > self._limit:
                return self._component.predict(docs)
        if first:
            words = _Words(docs[0].vocab, self._columns, seen[list(first.values())])
            made = self._embed.predict([words])[0]
            if self._rows is None:
                self._rows = numpy.empty((self._limit, made.shape[1]), made.dtype)
            start = len(self._places)
            self._rows[start : start + len(first)] = made
            self._places.update(zip(first, range(start, start + len(first)), strict=True))
        return self._encode.predict(self._rows[[self._places[key] for key in keys]], lengths)


class _Plain:
    """Any encoder, as thinc runs it."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, rows: Any, lengths: list[int]) -> list[Any]:
        """The rows of all documents, one after the other, encoded, a document an array."""
        import numpy

        made: list[Any] = self._model.predict(numpy.split(rows, numpy.cumsum(lengths)[:-1]))
        return made


class Windows:
    """spaCy's ``MaxoutWindowEncoder`` with less moving of memory.

    In thinc the pieces of a maxout lie side by side, so that their maximum is taken number by number, with the place of each; and each step
    of a layer makes an array. Here the columns of the weights are sorted such that each piece is a block, and the windows of all layers
    are the same array: its middle columns are the rows, to which each layer adds.
    """

    def __init__(self, model: Any) -> None:
        import numpy

        named: dict[str, list[Any]] = {"expand_window": [], "maxout": [], "layernorm": []}
        for node in model.walk():
            if node.name in named:
                named[node.name].append(node)
        self._pad = model.attrs["pad"]
        self._size = named["expand_window"][0].attrs["window_size"]
        self._layers = [
            (
                maxout.ops,
                numpy.ascontiguousarray(maxout.get_param("W").transpose(1, 0, 2)).reshape(-1, maxout.get_dim("nI")),
                numpy.ascontiguousarray(maxout.get_param("b").T).ravel(),
                norm.get_param("G"),
                norm.get_param("b"),
            )
            for maxout, norm in zip(named["maxout"], named["layernorm"], strict=True)
        ]

    def predict(self, rows: Any, lengths: list[int]) -> list[Any]:
        """The rows of all documents, one after the other, encoded, a document an array."""
        import numpy

        width, size = rows.shape[1], self._size
        ends = numpy.cumsum(lengths)
        # An empty document is given no room of its own.
        room = self._pad * numpy.cumsum([length > 0 for length in lengths])
        places = numpy.arange(len(rows)) + numpy.repeat(room, lengths)
        windows = numpy.zeros((len(rows) + room[-1] + self._pad, (2 * size + 1) * width), rows.dtype)
        blocks = [windows[:, start : start + width] for start in range(0, windows.shape[1], width)]
        middle = blocks[size]
        middle[places] = rows
        for number, (ops, weights, bias, scale, shift) in enumerate(self._layers, 1):
            for distance in range(1, size + 1):
                blocks[size - distance][distance:] = middle[:-distance]
                blocks[size + distance][:-distance] = middle[distance:]
            if number == len(self._layers):
                # Behind the last layer nobody looks at the room between documents.
                windows = windows[places]
                middle = windows[:, size * width : (size + 1) * width]
            pieces = ops.gemm(windows, weights, trans2=True)
            pieces += bias
            best = pieces[:, :width]
            for start in range(width, pieces.shape[1], width):
                best = numpy.maximum(best, pieces[:, start : start + width])
            best -= best.mean(axis=1, keepdims=True)
            spread = numpy.einsum("ij,ij->i", best, best)
            spread /= width
            spread += 1e-08
            best *= (spread**-0.5)[:, None]
            best *= scale
            best += shift
            middle += best
        return numpy.split(numpy.ascontiguousarray(middle), ends[:-1])


class _Words:
    """Words as an embedding asks a document for them."""

    def __init__(self, vocab: Any, columns: list[Any], values: Any) -> None:
        self.vocab = vocab
        self._columns = columns
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def to_array(self, columns: Any) -> Any:
        """The values of these attributes, as ``Doc.to_array`` gives them."""
        if isinstance(columns, list):
            return self._values[:, [self._columns.index(column) for column in columns]]
        return self._values[:, self._columns.index(columns)]


class Runner:
    """Runs a pipeline's components over batches of texts."""

    def __init__(self, nlp: Any) -> None:
        from spacy.pipeline import DependencyParser

        self._nlp = nlp
        self._words = {name: words for name, component in nlp.pipeline if (words := Words.of(component)) is not None}
        self._greedy = {
            name for name, component in nlp.pipeline
            if type(component) is DependencyParser and component.cfg["beam_width"] == 1
        }  # fmt: skip

    def run(self, texts: Sequence[str]) -> list[Any]:
        """The texts as spaCy documents with what the components say of them. All are one batch."""
        docs = [self._nlp.make_doc(text) for text in texts]
        for name, component in self._nlp.pipeline:
            if name in self._words:
                component.set_annotations(docs, self._words[name].predict(docs))
            elif name in self._greedy:
                component.set_annotations(docs, _steps(component, docs))
            elif hasattr(component, "pipe"):
                docs = list(component.pipe(docs, batch_size=len(docs)))
            else:
                docs = [component(doc) for doc in docs]
        return docs


def _steps(parser: Any, docs: Sequence[Any]) -> list[Any]:
    """The parser's final states: what ``Parser.predict`` gives, up to the last digit of a sum."""
    states: list[Any] = parser.moves.init_batch(docs)
    going = [state for state in states if not state.is_final()]
    if going:
        model = parser.model.predict(docs)
        score = _scoring(model)
        while going:
            going = parser.transition_states(going, score(going))
        model.clear_memory()
    return states


def _scoring(model: Any) -> Any:
    """The ``predict`` of a parser's step model, straight where nothing but a sum and a linear layer are between states and scores."""
    upper = model.vec2scores
    if upper is None or upper.name != "linear" or not model._class_mask.all():
        return model.predict
    product, weights, bias = upper.ops.gemm, upper.get_param("W"), upper.get_param("b")

    def score(states: list[Any]) -> Any:
        scores = product(model.state2vec.predict(model.get_token_ids(states)), weights, trans2=True)
        scores += bias
        return scores

    return score
