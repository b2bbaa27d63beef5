"""Find all names of a lexicon in lines of text with a matcher of others, and print the counts as JSON.

`python match.py MATCHER LEXICON TEXTS`. The rule that all are asked for: every place of every name, nested and
overlapping ones included, where no letter or digit touches either end (`str.isalnum`). Text and names come with their
ASCII letters lower-cased. Matchers that cannot follow the rule (flashtext: longest name from the left only; spaCy: its
own tokens) say so in `rule`, and their counts are compared with what that rule leaves.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Span = tuple[int, int, int]
"""Start, end, number of the name."""


def free(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the span."""
    return not (start > 0 and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())


def ahocorasick_rs(names: list[str]) -> Callable[[str], Iterable[Span]]:
    import ahocorasick_rs as library

    automaton = library.AhoCorasick(names, matchkind=library.MatchKind.Standard)

    def find(text: str) -> Iterator[Span]:
        for number, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            if free(text, start, end):
                yield start, end, number

    return find


def daachorse(names: list[str]) -> Callable[[str], Iterable[Span]]:
    import daachorse as library

    automaton = library.CharwiseDoubleArrayAhoCorasick(names)

    def find(text: str) -> Iterator[Span]:
        for start, end, number in automaton.find_overlapping(text):
            if free(text, start, end):
                yield start, end, number

    return find


def pyahocorasick(names: list[str]) -> Callable[[str], Iterable[Span]]:
    import ahocorasick as library

    automaton = library.Automaton()
    for number, name in enumerate(names):
        automaton.add_word(name, (number, len(name)))
    automaton.make_automaton()

    def find(text: str) -> Iterator[Span]:
        for last, (number, length) in automaton.iter(text):
            if free(text, last + 1 - length, last + 1):
                yield last + 1 - length, last + 1, number

    return find


def hyperscan(names: list[str]) -> Callable[[str], Iterable[Span]]:
    import hyperscan as library

    lengths = [len(name.encode()) for name in names]
    database = library.Database(mode=library.HS_MODE_BLOCK)
    database.compile(
        expressions=[name.encode() for name in names],
        ids=list(range(len(names))),
        elements=len(names),
        literal=True,
        flags=0,
    )

    def find(text: str) -> list[Span]:
        raw = text.encode()
        found: list[Span] = []

        def hit(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            start = end - lengths[number]
            # Bytes here: a letter of another script beside the name is seen by decoding the code point it belongs to.
            before, after = raw[max(0, start - 4) : start], raw[end : end + 4]
            if before and before.decode(errors="ignore")[-1:].isalnum():
                return
            if after and after.decode(errors="ignore")[:1].isalnum():
                return
            found.append((start, end, number))

        database.scan(raw, match_event_handler=hit)
        return found

    return find


def flashtext(names: list[str]) -> Callable[[str], Iterable[Span]]:
    from flashtext import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=True)
    for number, name in enumerate(names):
        processor.add_keyword(name, str(number))

    def find(text: str) -> Iterator[Span]:
        for number, start, end in processor.extract_keywords(text, span_info=True):
            yield start, end, int(number)

    return find


def spacy(names: list[str]) -> Callable[[str], Iterable[Span]]:
    import spacy as library
    from spacy.matcher import PhraseMatcher

    nlp = library.blank("en")
    matcher = PhraseMatcher(nlp.vocab)
    for number, name in enumerate(names):
        matcher.add(str(number), [nlp.make_doc(name)])

    def find(text: str) -> Iterator[Span]:
        doc = nlp.make_doc(text)
        for key, first, end in matcher(doc):
            span = doc[first:end]
            yield span.start_char, span.end_char, int(nlp.vocab.strings[key])

    return find


def words(names: list[str]) -> Callable[[str], Iterable[Span]]:
    """Plain Python, no automaton: at every place where a name may begin, look up each length that begins like this."""
    lengths: dict[str, set[int]] = {}
    numbers = {name: number for number, name in enumerate(names)}
    for name in names:
        lengths.setdefault(name[:4], set()).add(len(name))

    def find(text: str) -> Iterator[Span]:
        for start in range(len(text)):
            if start and text[start - 1].isalnum():
                continue
            for width in range(1, 5):
                for length in lengths.get(text[start : start + width], ()):
                    # A head shorter than four characters is a whole name.
                    if (width < 4 and length != width) or not free(text, start, start + length):
                        continue
                    number = numbers.get(text[start : start + length])
                    if number is not None and start + length <= len(text):
                        yield start, start + length, number

    return find


MATCHERS = {
    "oracle": words,
    "ahocorasick-rs": ahocorasick_rs,
    "daachorse": daachorse,
    "pyahocorasick": pyahocorasick,
    "hyperscan": hyperscan,
    "flashtext": flashtext,
    "spacy": spacy,
}
BYTES = {"hyperscan"}
"""Matchers whose offsets are bytes; those of the others are code points."""
RULES = {"flashtext": "leftmost longest", "spacy": "tokens"}


def leftmost_longest(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of `spans` when the longest from each leftmost start wins."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def longest_first(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What mgmine keeps of names of one family: the longest anywhere wins, of equal ones the leftmost."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= other or start >= stop for other, stop in kept):
            kept.append((start, end))
    return sorted(kept)


def read_names(path: Path) -> list[str]:
    """The distinct names of a lexicon of the harness, ASCII letters lower-cased, in its order."""
    with path.open(encoding="utf-8") as lines:
        next(lines)
        names = (line.rstrip("\n").split("\t")[1].encode().lower().decode() for line in lines)
        return list(dict.fromkeys(names))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("matcher", choices=[*MATCHERS])
    parser.add_argument("lexicon", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--limit", type=int, help="stop after so many texts")
    parser.add_argument("--spans", type=Path, help="also write all spans as JSON lines, for comparing")
    given = parser.parse_args()
    names = read_names(given.lexicon)
    begin = time.process_time()
    find = MATCHERS[given.matcher](names)
    built = time.process_time() - begin
    documents = matches = characters = left = longest = 0
    out = given.spans.open("w", encoding="utf-8") if given.spans else None
    searching = 0.0
    with given.texts.open(encoding="utf-8") as lines:
        for line in lines:
            if given.limit is not None and documents >= given.limit:
                break
            record = json.loads(line)
            text = record["text"]
            documents += 1
            characters += len(text)
            begin = time.process_time()
            spans = list(find(text))
            searching += time.process_time() - begin
            matches += len(spans)
            if out is not None:
                places = [(start, end) for start, end, _ in spans]
                if given.matcher in BYTES:
                    raw = text.encode()
                    places = [(len(raw[:start].decode()), len(raw[:end].decode())) for start, end in places]
                left += len(leftmost_longest(places))
                longest += len(longest_first(places))
                out.write(json.dumps([record["id"], sorted(places)]) + "\n")
    if out is not None:
        out.close()
    counts = {"documents": documents, "names": len(names), "characters": characters, "matches": matches}
    if out is not None:
        counts |= {"leftmost_longest": left, "longest_first": longest}
    cost = {"build_cpu_ms": round(built * 1e3), "search_cpu_ms": round(searching * 1e3)}
    print(json.dumps({**counts, **cost, "rule": RULES.get(given.matcher, "all")}))


if __name__ == "__main__":
    main()
