"""A spaCy pipeline measured against annotated documents: dependencies, tags, sentences, arguments of verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ARGUMENTS = frozenset({"nsubj", "nsubjpass", "dobj"})
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "am", "'s", "'re"})


class Word(NamedTuple):
    """A token of a treebank; ``head`` is its index in the sentence, its own at the root; ``space`` whether white space follows."""

    text: str
    tag: str
    head: int
    dep: str
    space: bool


def prf(gold: set[Any], found: set[Any]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    hit = len(gold & found)
    precision, recall = hit / max(1, len(found)), hit / max(1, len(gold))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def verb_arguments(doc: Any) -> set[tuple[int, int, str]]:
    """(end of the verb, end of the argument, label) in characters: subjects and objects of verbs other than forms of *be*."""
    return {
        (token.head.idx + len(token.head), token.idx + len(token), token.dep_)
        for token in doc
        if token.dep_ in ARGUMENTS and token.head.tag_[:2] == "VB" and token.head.lower_ not in _BE
    }


def score_trees(pairs: Sequence[tuple[Any, Any]]) -> dict[str, float]:
    """``UAS``, ``LAS``, ``TAG`` and ``subject/object F1`` of (predicted, gold) documents of the same tokens."""
    from spacy.scorer import Scorer
    from spacy.training import Example

    def getter(token: Any, name: str) -> Any:
        return getattr(token, name + "_").lower() if name == "dep" else getattr(token, name)

    examples = [Example(predicted, gold) for predicted, gold in pairs]
    scores = Scorer.score_deps(examples, "dep", getter=getter, ignore_labels=("p", "punct"))
    scores |= Scorer.score_token_attr(examples, "tag")
    gold = {(i, *pair[:2]) for i, (_, doc) in enumerate(pairs) for pair in verb_arguments(doc)}
    found = {(i, *pair[:2]) for i, (doc, _) in enumerate(pairs) for pair in verb_arguments(doc)}
    return {
        "UAS": scores["dep_uas"],
        "LAS": scores["dep_las"],
        "TAG": scores["tag_acc"],
        "subject/object F1": prf(gold, found)[2],
    }


def score_sentences(pairs: Sequence[tuple[Any, Any]]) -> float:
    """F1 of sentences, by character offset."""
    gold = {(i, s.start_char, s.end_char) for i, (_, doc) in enumerate(pairs) for s in doc.sents}
    found = {(i, s.start_char, s.end_char) for i, (doc, _) in enumerate(pairs) for s in doc.sents}
    return prf(gold, found)[2]


def run(nlp: Any, docs: list[Any]) -> list[Any]:
    """The pipeline's components on documents that already have tokens."""
    for _, component in nlp.pipeline:
        docs = (
            list(component.pipe(docs, batch_size=64))
            if hasattr(component, "pipe")
            else [component(doc) for doc in docs]
        )
    return docs


def gold_documents(nlp: Any, documents: Iterable[list[list[Word]]]) -> list[Any]:
    """Annotated documents, from the sentences of each; sentences are a space apart."""
    from spacy.tokens import Doc

    gold = []
    for sentences in documents:
        words: list[str] = []
        spaces, tags, heads, deps, starts = [], [], [], [], []
        for sentence in sentences:
            base = len(words)
            for index, word in enumerate(sentence):
                words.append(word.text)
                spaces.append(word.space or index + 1 == len(sentence))
                tags.append(word.tag)
                heads.append(base + word.head)
                deps.append(word.dep)
                starts.append(index == 0)
        gold.append(Doc(nlp.vocab, words=words, spaces=spaces, tags=tags, heads=heads, deps=deps, sent_starts=starts))
    return gold


def bare(nlp: Any, doc: Any) -> Any:
    """A document's tokens without annotation."""
    from spacy.tokens import Doc

    return Doc(nlp.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc])
