"""Text as the parser likes it, with the way back to the text as it is.

Parsers are trained on edited text. Citation markers glued to words, statistics in brackets, no-break spaces and ions
written ``Mg(2+)`` derail them, so these are rewritten before parsing; every character of the rewritten text knows the
span of the original it stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_CITATION = re.compile(
    r"(?<=[\w.,;)’'])\s?\[(?:\d{1,3}(?:\s?[-–,]\s?\d{1,3})*)\]|\[(?:\d{1,3}(?:\s?[-–,]\s?\d{1,3})*)\]"
)
_STATISTICS = re.compile(
    r"\s?[(\[](?=[^()\[\]]{0,160}[)\]])(?:"
    r"(?:[^()\[\]]*\b(?:[Pp]|n|N|HR|OR|RR|CI|aHR|aOR|SD|SEM|IQR|r|R2)\b\s*[=<>≤≥,:][^()\[\]]*)|"
    r"(?:[^()\[\]]*\b(?:HR|OR|CI|hazard ratio|odds ratio)\b[^()\[\]]*\d[^()\[\]]*)|"
    r"(?:(?:see\s+)?(?:[Ff]ig(?:ure|s)?\.?|[Tt]able|[Rr]ef\.?|[Ss]upplement\w*)\b[^()\[\]]*)|"
    r"(?:\s*[-+±~<>≤≥=]*\s*\d[\d.,\s]*(?:%|-fold|fold|[µμ]M|mM|nM|mg|ml|min|h|days?|years?)?"
    r"(?:\s*(?:vs\.?|versus|to|and|±|-|–|/|of|,)\s*\d[\d.,\s]*(?:%|-fold|fold|[µμ]M|mM|nM|mg|ml|min|h|days?|years?)?)*\s*)"
    r")[)\]]"
)
_ION = re.compile(
    r"(?<![\w])\[?(Mg|Ca|Mn|Zn|Fe|Cu|Co|Ni|Na|K|Cl|Ba|Sr|Cd)"
    r"(?:\(?\s?[1-4²³]?\s?[+⁺]{1,2}\)?|\^\{?[1-4]?\+\}?|\s?\(?II\)?)\]?(?:[io]\b)?(?!\w)"
)
_METALS = {
    "Mg": "magnesium", "Ca": "calcium", "Mn": "manganese", "Zn": "zinc", "Fe": "iron", "Cu": "copper", "Co": "cobalt",
    "Ni": "nickel", "Na": "sodium", "K": "potassium", "Cl": "chloride", "Ba": "barium", "Sr": "strontium",
    "Cd": "cadmium",
}  # fmt: skip
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t\r\n]")
_DASHES = re.compile(r"[\u2010-\u2013\u2212]")
_LONG_DASH = re.compile(r"\s?\u2014\s?")
_QUOTES = re.compile(r"[\u2018\u2019\u02bc]")
_DOUBLE = re.compile(r"[\u201c\u201d]")
_LETTER_STOP = re.compile(r"(?<=\b[A-Za-z])\.(?=[\s\"')\]]*$)")
"""The full stop of a sentence that ends in a lone letter ("granzyme B."), which tokenizers take for an initial."""
_BULLET = re.compile(r"^[\s\u2022\u25cf\u25aa*-]+(?=\S)")

# A pattern, what it is read as (none: the metal's name), and signs without which it cannot match; a pattern without signs
# only matches outside ASCII or is cheap.
_REWRITES: tuple[tuple[re.Pattern[str], str | None, str], ...] = (
    (_BULLET, "", "•●▪*- "),
    (_CITATION, "", "["),
    (_STATISTICS, "", "(["),
    (_ION, None, "+⁺I"),
    (_LONG_DASH, " - ", ""),
    (_SPACES, " ", "\u00a0\t\r\n\u2009\u202f\u2002\u2003\u2005\u2008\u200a\u205f\u3000\u2000\u2001\u2004\u2006\u2007"),
    (_DASHES, "-", ""),
    (_LETTER_STOP, " .", "."),
    (_QUOTES, "'", ""),
    (_DOUBLE, '"', ""),
)


class Edit(NamedTuple):
    """Read ``text[start:end]`` as ``text``; an empty text drops it."""

    start: int
    end: int
    text: str


_TITLE_WORD = re.compile(r"(?<![\w-])[A-Z][a-z]{2,}(?:-[a-z]+)*(?![\w-])")
_ANY_WORD = re.compile(r"(?<![\w-])[A-Za-z][a-z]{3,}(?![\w-])")


def lowered(text: str) -> list[Edit]:
    """Edits that put a headline in title case into small letters; none for other text.

    Parsers take every capitalised word for a name. Words with digits or inner capitals are left as they are.
    """
    words = _ANY_WORD.findall(text)
    capital = sum(word[0].isupper() for word in words)
    if len(words) < 4 or capital < 0.7 * len(words):
        return []
    return [Edit(match.start(), match.end(), match.group().lower()) for match in _TITLE_WORD.finditer(text, 1)]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sentence rewritten for the parser.

    ``starts[i]`` and ``ends[i]`` are the span in ``original`` that character ``i`` of ``text`` stands for.
    """

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def prepare(text: str, edits: tuple[Edit, ...] | list[Edit] = (), start: int = 0, end: int | None = None) -> Prepared:
    """Rewrites a sentence, or its part from ``start`` to ``end``, for parsing; offsets count from the whole's start.

    ``edits`` are the caller's, first in rank; ours fill the rest.
    """
    stop = len(text) if end is None else end
    taken = sorted(edits)
    ours: list[Edit] = []
    plain = text.isascii()
    for pattern, value, signs in _REWRITES:
        if (plain and not signs) or (signs and not any(sign in text for sign in signs)):
            continue
        for match in pattern.finditer(text):
            first, last = match.span()
            if first == last or any(edit.start < last and first < edit.end for edit in (*taken, *ours)):
                continue
            ours.append(Edit(first, last, _METALS[match.group(1)] if value is None else value))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = start
    for edit in (*sorted((*taken, *ours)), Edit(stop, stop, "")):
        if edit.start < position or edit.end > stop:
            continue
        pieces.append(text[position : edit.start])
        starts.extend(range(position, edit.start))
        ends.extend(range(position + 1, edit.start + 1))
        pieces.append(edit.text)
        starts.extend([edit.start] * len(edit.text))
        ends.extend([edit.end] * len(edit.text))
        position = edit.end
    return Prepared(text, "".join(pieces), tuple(starts), tuple(ends))
