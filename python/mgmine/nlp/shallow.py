"""Graphs without a trained parser: words get their class from endings and neighbours, phrases are chunked, chunks attached.

Good for short declarative sentences, which is what abstracts' key sentences mostly are; a trained parser is better at everything
else. The labels are those of :mod:`mgmine.nlp.graph`, so that the same rules read both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mgmine.nlp.graph import Graph, Token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mgmine.nlp.surface import Prepared

_TOKEN = re.compile(
    r"[(\[{]|[)\]}]|[,;:.?!\"](?=\s|$|[)\]])|'s\b|(?:[^\s,;:?!\"()\[\].]|[.,:](?=\S)|\((?=[^)\s]*\)\S))+(?<!'s)|\S"
)
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "am"})
_HAVE = frozenset({"has", "have", "had", "having"})
_DO = frozenset({"do", "does", "did"})
_CLOSED: dict[str, str] = {}
for _class, _list in {
    "DT": "the a an this these those each every no any some both all either neither another",
    "IN": "of in on at by with without for from into onto via through during after before between among under over within upon against "
    "toward towards outside inside across along following including despite as like than since because although whereas while if whether unless until per "
    "above below near throughout beyond",
    "TO": "to",
    "MD": "may might can could will would shall should must cannot",
    "CC": "and or but nor",
    "PRP": "it they we he she them him us i you itself themselves",
    "PRP$": "its their our his her my",
    "WDT": "which who whom whose",
    "WRB": "when where how why once",
    "EX": "there",
    "RB": "not also thereby thus hence therefore only then never however moreover further again still even well back together "
    "too very more most less least so almost nearly respectively longer yet here instead rather furthermore previously ever soon sooner later once",
    "JJR": "higher lower greater stronger weaker longer shorter faster slower better worse larger smaller fewer",
    "JJ": "high low new important necessary essential sufficient unknown unclear open same similar normal human able unable rapid strong weak free "
    "independent dependent due such other several many few much positive negative indispensable dispensable vital crucial critical intact stable constant "
    "rich healthy artificial early late long short full poor good inactive active bent closed",
    "CD": "one two three four five six seven eight nine ten",
}.items():
    for _one in _list.split():
        _CLOSED.setdefault(_one, _class)
_ADJECTIVE = ("ic", "al", "ous", "ive", "ent", "ant", "ble", "ary", "lar", "less", "ful", "ian", "oid", "-free", "-dependent", "-mediated", "-induced",
              "-independent", "-sensing", "-specific", "-deficient", "-like", "-rich", "-binding", "-blocking", "-derived", "+")  # fmt: skip
_NOT_ADJECTIVES = frozenset(
    [
        "survival",
        "removal",
        "arrival",
        "trial",
        "signal",
        "animal",
        "interval",
        "proposal",
        "withdrawal",
        "reversal",
        "renewal",
        "potential",
        "individual",
        "material",
        "hospital",
        "metal",
        "mineral",
        "chemical",
        "total",
        "manual",
        "integral",
        "agent",
        "component",
        "content",
        "percent",
        "antioxidant",
        "inhibitant",
        "event",
        "patient",
        "treatment",
        "cement",
        "nutrient",
        "reagent",
        "solvent",
        "gradient",
        "parent",
        "accident",
        "incident",
        "moment",
        "plant",
        "variant",
        "mutant",
        "transplant",
        "infant",
        "constant",
        "restaurant",
        "table",
        "cable",
        "library",
        "summary",
        "boundary",
        "secretary",
        "vocabulary",
        "cellular",
        "music",
        "topic",
        "clinic",
        "antibiotic",
        "drive",
        "motive",
        "relative",
        "derivative",
        "alternative",
        "perspective",
        "objective",
        "archive",
    ]
)
_NOUN_TAGS = ("NN", "NNS", "CD", "PRP", "DT", "WDT")
_FINITE = ("VBD", "VBZ", "VBP", "MD")
_COMPLEX = {
    ("in", "response", "to"),
    ("in", "regards", "to"),
    ("due", "to"),
    ("such", "as"),
    ("because", "of"),
    ("owing", "to"),
}


class _Word:
    __slots__ = ("dep", "end", "head", "i", "low", "start", "tag", "text")

    def __init__(self, i: int, text: str, start: int, end: int) -> None:
        self.i = i
        self.text = text
        self.low = text.lower()
        self.start = start
        self.end = end
        self.tag = ""
        self.dep = "dep"
        self.head = i

    def to(self, head: int, dep: str) -> None:
        if head != self.i:
            self.head = head
            self.dep = dep


def parse(prepared: Prepared, verbs: Mapping[str, str] | None = None) -> Graph:
    """The graph of a sentence. ``verbs`` maps the forms of known verbs to their base forms."""
    words = [
        _Word(i, match.group(), match.start(), match.end()) for i, match in enumerate(_TOKEN.finditer(prepared.text))
    ]
    if not words:
        return Graph(prepared.original, [], False)
    _tag(words, verbs or {})
    _attach(words, _chunks(words))
    _sound(words)
    tokens = [Token(word.text, word.tag, word.dep, word.head, word.start, word.end) for word in words]
    return Graph.build(prepared, tokens, parsed=False)


# ---------------------------------------------------------------------- word classes


def _tag(words: list[_Word], verbs: Mapping[str, str]) -> None:
    finite = False
    for word in words:
        i = word.i
        before = words[i - 1] if i else None
        low = word.low
        following = words[i + 1].low if i + 1 < len(words) else "."
        if not any(character.isalnum() for character in low):
            word.tag = {"(": "-LRB-", ")": "-RRB-"}.get(low, low if low in ",.:;" else "SYM")
            if low in ";":
                finite = False
            continue
        if low == "'s":
            word.tag = "POS"
            continue
        if low == "that":
            word.tag = (
                "WDT"
                if before is not None
                and before.tag[:2] == "NN"
                and (
                    following in verbs
                    or following in _BE | _HAVE
                    or (following in _CLOSED and _CLOSED[following] == "MD")
                )
                else "IN"
            )
            continue
        if low in _BE | _HAVE | _DO:
            word.tag = (
                "VBZ"
                if low in ("is", "has", "does")
                else "VBP"
                if low in ("are", "have", "do")
                else "VBN"
                if low == "been"
                else "VB"
                if low == "be"
                else "VBG"
                if low.endswith("ing")
                else "VBD"
            )
            finite = finite or word.tag in _FINITE
            continue
        if low in _CLOSED:
            word.tag = _CLOSED[low]
            finite = finite or word.tag == "MD"
            if word.tag in ("CC", "WRB", "WDT") or low in ("because", "although", "whereas", "while", "if", "whether"):
                finite = False
            continue
        if low[0].isdigit() and not any(character.isalpha() for character in low):
            word.tag = "CD"
            continue
        if low.endswith("ly") and len(low) > 4:
            word.tag = "RB"
            continue
        if low in verbs:
            word.tag = _verb_tag(words, i, verbs, finite)
            finite = finite or word.tag in _FINITE
            continue
        if (
            ("-" in low and low.endswith(("ed", "ing", "ent", "free", "null", "specific", "rich")))
            or (low.endswith(_ADJECTIVE) and len(low) > 4 and low[0] == word.text[0] and low not in _NOT_ADJECTIVES)
            or low.endswith("+")
        ):
            word.tag = "JJ"
        elif low.endswith("s") and not low.endswith(("ss", "us", "is")) and len(low) > 3:
            word.tag = "NNS"
        else:
            word.tag = "NN"
    # an adjective that ends a phrase is a noun, unless a form of "be" stands before
    for word in words:
        if word.tag == "JJ" and word.low not in _CLOSED and "-" not in word.low:
            following_word = words[word.i + 1] if word.i + 1 < len(words) else None
            before = words[word.i - 1] if word.i else None
            if (
                (following_word is None or following_word.tag not in ("NN", "NNS", "JJ", "CC", "VBG", "CD", ","))
                and before is not None
                and before.tag in ("DT", "JJ", "IN", "NN")
                and before.low not in _BE
            ):
                word.tag = "NN"


def _verb_tag(words: list[_Word], i: int, verbs: Mapping[str, str], finite: bool) -> str:
    low = words[i].low
    base = verbs[low]
    back = i - 1
    while back >= 0 and words[back].tag == "RB":
        back -= 1
    before = words[back] if back >= 0 else None
    after = words[i + 1].low if i + 1 < len(words) else "."
    nouny_after = after in ("the", "a", "an", "both", "its", "their", "it", "this", "these", "no") or (
        after not in _CLOSED and after.isalnum()
    )
    nominal = before is not None and before.tag in ("NN", "NNS", "PRP", "CD", "WDT", ",", ")", "-RRB-")
    if low == base and not low.endswith("ed"):
        if before is not None and (before.tag in ("TO", "MD") or before.low in _DO or before.low == "not"):
            return "VB"
        if (
            nominal
            and before is not None
            and (before.tag in ("NNS", "WDT") or before.low in ("they", "we"))
            and not finite
            and nouny_after
        ):
            return "VBP"
        if before is not None and before.low in ("and", "or", "but") and (nouny_after or after == "to") and back >= 1:
            earlier = [word.tag for word in words[:i] if word.tag in (*_FINITE, "VB")]
            if (
                earlier
                and earlier[-1] in ("VB", "VBP")
                and (words[back - 1].tag in ("VB", "VBP", ",") or earlier[-1] == "VB")
            ):
                return earlier[-1]
        if (
            finite
            and nominal
            and nouny_after
            and before is not None
            and any(word.tag == "WDT" for word in words[:i])
            and low in ("include", "comprise", "require", "contain")
        ):
            return "VBP"
        return "NN"
    if low.endswith("ing"):
        if (before is not None and before.tag in ("DT", "JJ")) or after == "of":
            return "NN"
        if before is not None and before.low in _BE:
            return "VBG"
        if (
            before is not None
            and before.tag in ("NN", "JJ")
            and (after in _CLOSED or not after.isalnum())
            and back == i - 1
        ):
            return "NN"
        return "VBG"
    if low.endswith("s") and not low.endswith("ss") and low != base:
        return (
            "VBZ" if nominal or (before is not None and before.low in ("and", "but", "that", "which", "nor")) else "NNS"
        )
    if before is not None and (
        before.low in _BE
        or before.low in _HAVE
        or before.low in ("remains", "remain", "remained")
        or (before.tag == "VBN" and back == i - 2)
    ):
        return "VBN"
    if after == "by":
        return "VBN"
    if before is None or before.tag in ("DT", "IN", "JJ", "TO", "PRP$", "JJR"):
        return "VBN"
    if before.tag == "CC":
        told_before = [word for word in words[:i] if word.tag in _FINITE]
        return (
            "VBD"
            if told_before and told_before[-1].tag == "VBD" and told_before[-1].low not in _BE and nouny_after
            else "VBN"
        )
    if nominal and not finite:
        told = any(word.tag in _FINITE for word in words[:i])
        return "VBN" if told and after in ("with", "for", "from", "as", "to") else "VBD"
    return "VBN"


# ---------------------------------------------------------------------- chunks


class _Chunk:
    """A noun phrase (``NP``), a verb group (``VP``), a predicate adjective (``AP``), or one other word."""

    __slots__ = ("case", "first", "head", "kind", "last")

    def __init__(self, kind: str, first: int, last: int, head: int) -> None:
        self.kind = kind
        self.first = first
        self.last = last
        self.head = head
        self.case: list[int] = []


def _chunks(words: list[_Word]) -> list[_Chunk]:
    out: list[_Chunk] = []
    i = 0
    while i < len(words):
        tag = words[i].tag
        if tag in ("DT", "JJ", "JJR", "NN", "NNS", "CD", "PRP$", "PRP", "VBN", "WDT", "EX") or (
            tag == "RB" and i + 1 < len(words) and words[i + 1].tag in ("JJ",)
        ):
            chunk = _noun_phrase(words, i)
            if chunk is not None:
                out.append(chunk)
                i = chunk.last + 1
                continue
        if tag in ("MD", "VBD", "VBZ", "VBP", "VB", "VBN", "VBG"):
            chunk = _verb_group(words, i)
            out.append(chunk)
            i = chunk.last + 1
            continue
        if tag in ("JJ", "JJR"):
            out.append(_Chunk("AP", i, i, i))
        else:
            out.append(_Chunk("O", i, i, i))
        i += 1
    return out


def _noun_phrase(words: list[_Word], i: int) -> _Chunk | None:
    if words[i].tag in ("PRP", "WDT", "EX"):
        return _Chunk("NP", i, i, i)
    at = i
    head = -1
    while at < len(words):
        tag = words[at].tag
        if tag in ("NN", "NNS"):
            head = at
        elif (tag == "VBN" and (at + 1 >= len(words) or words[at + 1].tag not in ("NN", "NNS", "JJ"))) or (
            tag == "VBN" and head >= 0
        ):
            break
        elif tag == "CD" and head < 0 and (at + 1 >= len(words) or words[at + 1].tag not in ("NN", "NNS", "JJ", "CD")):
            head = at
        elif tag == "POS" and head >= 0:
            pass
        elif (tag in ("DT", "PRP$") and at > i and words[at - 1].tag != "DT") or (
            tag == "RB" and not (at + 1 < len(words) and words[at + 1].tag == "JJ")
        ):
            break
        elif (
            tag == "VBG"
            and 0 < at < len(words) - 1
            and words[at + 1].tag in ("NN", "NNS")
            and words[at - 1].tag in ("DT", "JJ", "NN")
            and not (head >= 0 and words[i].tag == "DT")
        ):
            pass
        elif tag not in ("DT", "JJ", "JJR", "CD", "PRP$", "VBN", "RB"):
            break
        at += 1
    if head < 0:
        if words[i].tag == "DT" and words[i].low in ("this", "these", "those", "both", "that"):
            return _Chunk("NP", i, i, i)
        return None
    for other in range(i, head):
        word = words[other]
        if word.tag == "POS":
            word.to(other - 1, "case")
            words[other - 1].to(head, "nmod:poss")
        elif word.dep != "nmod:poss":
            word.to(head, {
                "DT": "det", "PRP$": "nmod:poss", "JJ": "amod", "JJR": "amod", "VBN": "amod", "VBG": "amod", "CD": "nummod", "RB": "advmod",
            }.get(word.tag, "compound"))  # fmt: skip
    return _Chunk("NP", i, head, head)


def _verb_group(words: list[_Word], i: int) -> _Chunk:
    at = i
    head = i
    while at < len(words) and (
        words[at].tag in ("MD", "VBD", "VBZ", "VBP", "VB", "VBN", "VBG") or words[at].tag == "RB"
    ):
        if words[at].tag != "RB":
            light = words[head].low in _BE | _HAVE | _DO or words[head].tag == "MD"
            if at > i and not light:
                break
            head = at
        at += 1
    last = max(head, i)
    copula = words[head].low in _BE
    for other in range(i, last):
        word = words[other]
        if word.tag == "MD" or word.low in _HAVE | _DO:
            word.to(head, "aux")
        elif word.low in _BE:
            word.to(head, "auxpass" if words[head].tag == "VBN" and not copula else "aux")
        elif word.tag == "RB":
            word.to(head, "neg" if word.low in ("not", "never") else "advmod")
    while last + 1 < len(words) and words[last + 1].low in ("not", "never"):
        last += 1
        words[last].to(head, "neg")
    return _Chunk("VP", i, last, head)


# ---------------------------------------------------------------------- attachment

_DEEDS = (
    "ion", "ing", "ity", "ment", "ance", "effect", "role", "influence", "impact", "requirement", "increase", "decrease", "loss", "lysis",
)  # fmt: skip
"""Endings of nouns that say what is done."""
_OF_DEEDS = ("on", "in", "to", "for", "by", "with")
"""Prepositions that such nouns bring with them."""


def _attach(words: list[_Word], chunks: list[_Chunk]) -> None:
    """One pass from left to right with the clause's verb, its subject and the last noun phrase in hand."""
    main = -1  # the first finite verb
    verb = -1  # the verb of the clause at hand
    subject: int | None = None
    noun = -1  # the last noun
    pending: list[int] = []  # prepositions waiting for their noun
    marks: list[int] = []  # subordinators waiting for their verb
    leading: list[int] = []  # prepositional phrases before the verb
    coordinate = False  # a conjunction or comma stands right before
    joiner = -1
    relative: int | None = None
    first_of_list = -1
    subordinate = False
    closes = False
    outer: int | None = None

    def is_finite(place: int) -> bool:
        inside = False
        for chunk in chunks[place + 1 : place + 8]:
            if chunk.kind == "VP":
                return any(words[one].tag in _FINITE for one in range(chunk.first, chunk.last + 1))
            tag = words[chunk.head].tag
            if (chunk.kind == "NP" and not inside) or tag in ("WDT", ",", "WRB", "CC") or chunk.kind == "AP":
                return False
            inside = chunk.kind == "O" and tag in ("IN", "TO")
        return False

    for place, chunk in enumerate(chunks):
        word = words[chunk.head]
        if chunk.kind == "O":
            tag = word.tag
            if tag in ("IN", "TO"):
                following = chunks[place + 1] if place + 1 < len(chunks) else None
                clausal = word.low in (
                    "because",
                    "although",
                    "whereas",
                    "while",
                    "if",
                    "whether",
                    "since",
                    "unless",
                    "that",
                ) or (following is not None and (following.kind == "VP"))
                if clausal:
                    marks.append(chunk.head)
                    if word.low not in (
                        "to",
                        "by",
                        "without",
                        "for",
                        "in",
                        "after",
                        "upon",
                        "on",
                        "before",
                        "from",
                        "of",
                        "with",
                    ):
                        subject, subordinate = None, True
                        closes = main < 0 and word.low != "that"
                else:
                    pending.append(chunk.head)
                coordinate = False
            elif tag in ("WRB",):
                marks.append(chunk.head)
                subject, subordinate = None, True
                closes = main < 0
            elif tag == "CC" or word.text == ",":
                coordinate = True
                if tag == "CC":
                    joiner = chunk.head
                if word.text == "," and subordinate and closes and verb >= 0:
                    # a clause that opens the sentence ends at its comma and waits for the main verb
                    leading.append(-1 - verb)
                    subject, subordinate, closes, coordinate = None, False, False, False
                    verb, noun = -1, -1
            elif tag == "RB":
                following = chunks[place + 1] if place + 1 < len(chunks) else None
                if word.low == "not" and coordinate:
                    if following is not None and following.kind == "NP":
                        # "X but not Y": it denies Y, not the verb
                        word.to(following.head, "neg")
                    continue
                word.to(verb if verb >= 0 else word.i, "advmod")
                if verb < 0:
                    leading.append(chunk.head)
            continue
        if chunk.kind == "AP":
            if verb >= 0:
                copula = words[verb]
                if (copula.low in _BE and main in (verb, -1)) or copula.low in _BE:
                    _predicate(words, verb, chunk.head)
                    if main == verb:
                        main = chunk.head
                    verb = chunk.head
                else:
                    word.to(verb, "xcomp")
            coordinate = False
            continue
        if chunk.kind == "NP":
            if pending:
                for one in pending:
                    words[one].to(chunk.head, "case")
                preposition = words[pending[0]].low
                pending = []
                if preposition in ("of", "between") and noun >= 0:
                    word.to(noun, "nmod")
                elif verb >= 0:
                    last = words[noun] if noun >= 0 else None
                    to_noun = (
                        last is not None and noun > verb and last.low.endswith(_DEEDS) and preposition in _OF_DEEDS
                    )
                    word.to(noun if to_noun else verb, "nmod")
                elif noun >= 0:
                    # "the opening of X by Y is …": who does it hangs on the deed
                    deed = subject is not None and words[subject].low.endswith(_DEEDS) and preposition in _OF_DEEDS
                    word.to(subject if deed and subject is not None else noun, "nmod")
                else:
                    leading.append(chunk.head)
                noun = chunk.head
                first_of_list = chunk.head
                coordinate = False
                continue
            if words[chunk.head].tag == "WDT" and noun >= 0:
                relative, outer = noun, subject if subject is not None else noun
                subject = chunk.head
                coordinate = False
                continue
            if coordinate and first_of_list >= 0 and not is_finite(place):
                word.to(first_of_list, "conj")
                if joiner >= 0:
                    words[joiner].to(first_of_list, "cc")
                noun = chunk.head
                coordinate, joiner = False, -1
                continue
            governor = words[verb] if verb >= 0 else None
            if outer is not None and main < 0 and verb >= 0 and is_finite(place):
                # the object that ends a relative clause; the verb behind it is the main one
                word.to(verb, "dobj")
                subject, outer, noun = outer, None, chunk.head
                continue
            if subject is None or (is_finite(place) and verb >= 0):
                if coordinate and subject is not None and verb < 0 and first_of_list >= 0:
                    word.to(first_of_list, "conj")
                else:
                    subject = chunk.head
            elif governor is not None and governor.low in _BE:
                _predicate(words, verb, chunk.head)
                if main == verb:
                    main = chunk.head
                verb = chunk.head
            elif verb >= 0:
                word.to(verb, "dobj")
            elif first_of_list >= 0 and coordinate:
                word.to(first_of_list, "conj")
            noun = chunk.head
            first_of_list = chunk.head
            coordinate = False
            continue
        # a verb group
        tags = {words[one].tag for one in range(chunk.first, chunk.last + 1)}
        finite = bool(tags & set(_FINITE))
        passive = any(words[one].dep == "auxpass" for one in range(chunk.first, chunk.last + 1))
        marks.extend(pending)
        pending = []
        for one in marks:
            words[one].to(chunk.head, "mark" if words[one].tag != "WRB" else "advmod")
        marked = [words[one].low for one in marks]
        marks = []
        if relative is not None and finite:
            word.to(relative, "acl:relcl")
            if subject is not None:
                words[subject].to(chunk.head, "nsubjpass" if passive else "nsubj")
            verb, relative = chunk.head, None
            first_of_list = -1
        elif finite:
            has_subject = subject is not None and words[subject].dep not in ("nsubj", "nsubjpass")
            if main < 0 and not (subordinate and marked):
                main = chunk.head
                for one in leading:
                    if one < 0:
                        words[-1 - one].to(main, "advcl")
                    else:
                        words[one].to(main, "nmod" if words[one].tag in _NOUN_TAGS else "advmod")
                leading = []
            elif subordinate and marked:
                if main >= 0:
                    word.to(main, "ccomp" if marked[0] == "that" else "advcl")
            elif verb >= 0:
                word.to(main, "ccomp" if "that" in marked else "conj")
                if joiner >= 0:
                    words[joiner].to(main, "cc")
            if has_subject and subject is not None:
                words[subject].to(chunk.head, "nsubjpass" if passive else "nsubj")
            verb = chunk.head
            first_of_list, joiner = -1, -1
        elif word.tag == "VBG":
            if verb >= 0:
                word.to(main if main >= 0 else verb, "advcl")
                verb = chunk.head
            elif noun >= 0:
                word.to(noun, "acl")
                verb = chunk.head
            else:
                subject = chunk.head
                verb = chunk.head
                words[chunk.head].dep = "csubj"
        elif word.tag == "VB":
            if verb >= 0:
                word.to(verb, "xcomp")
            elif noun >= 0:
                word.to(noun, "acl")
            verb = chunk.head
        else:
            if joiner >= 0 and main >= 0 and words[main].tag == "VBN":
                word.to(main, "conj")
                words[joiner].to(main, "cc")
                joiner = -1
            elif noun >= 0:
                word.to(noun, "acl")
            elif verb >= 0:
                word.to(verb, "xcomp")
            verb = chunk.head
        noun_before = noun
        first_of_list = -1
        noun = noun_before if word.tag == "VBN" else -1
        coordinate = False
    if main < 0:
        main = next((chunk.head for chunk in chunks if chunk.kind == "NP"), chunks[0].head)
    for word in words:
        if word.head == word.i and word.i != main:
            word.to(
                main,
                "punct"
                if not word.low.isalnum() and word.tag in (",", ".", ":", ";", "SYM", "-LRB-", "-RRB-")
                else word.dep
                if word.dep != "dep"
                else "dep",
            )


def _predicate(words: list[_Word], copula: int, predicate: int) -> None:
    """Makes a noun or adjective after "is" the head of its clause."""
    old = words[copula]
    new = words[predicate]
    for word in words:
        if word.head == copula and word.i != copula and word.i != predicate:
            word.head = predicate
    new.head = predicate if old.head == copula else old.head
    new.dep = old.dep
    old.to(predicate, "cop")


def _sound(words: list[_Word]) -> None:
    """No cycles: a word that reaches itself hangs on the root instead."""
    root = next((word.i for word in words if word.head == word.i), 0)
    words[root].head = root
    for word in words:
        seen = {word.i}
        at = word.head
        while words[at].head != at:
            if at in seen:
                words[at].head = root if at != root else at
                break
            seen.add(at)
            at = words[at].head
