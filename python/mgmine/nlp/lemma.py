"""Lemmas by rule: enough for looking words up, the same for every pipeline, and fast.

A pipeline's own lemmatiser is not used: what it says differs from model to model, and lookups must not.
"""

from __future__ import annotations

from functools import lru_cache

IRREGULAR: dict[str, tuple[str, ...]] = {
    "rise": ("rose", "risen"), "fall": ("fell", "fallen"), "hold": ("held",), "bind": ("bound",), "keep": ("kept",),
    "drive": ("drove", "driven"), "lose": ("lost",), "shut": ("shut", "shutting"), "set": ("set", "setting"),
    "let": ("let", "letting"), "make": ("made",), "give": ("gave", "given"), "take": ("took", "taken"),
    "lead": ("led",), "build": ("built",), "break": ("broke", "broken"), "grow": ("grew", "grown"),
    "find": ("found",), "know": ("knew", "known"), "bring": ("brought",), "think": ("thought",), "see": ("saw", "seen"),
    "show": ("showed", "shown"), "put": ("put", "putting"), "cut": ("cut", "cutting"), "swell": ("swelled", "swollen"),
    "have": ("has", "had", "having"), "be": ("is", "are", "was", "were", "been", "being", "am"),
    "do": ("does", "did", "done", "doing"), "go": ("goes", "went", "gone", "going"), "read": ("read",),
    "stick": ("stuck",), "undo": ("undid", "undone"), "withdraw": ("withdrew", "withdrawn"),
    "withhold": ("withheld",), "seek": ("sought",), "leave": ("left",), "feed": ("fed",), "speed": ("sped", "speeded"),
    "freeze": ("froze", "frozen"), "die": ("died", "dying", "dies"), "become": ("became",), "begin": ("began", "begun", "beginning"),
    "spread": ("spread",), "feel": ("felt",), "stay": ("stayed",), "fare": ("fared",), "underlie": ("underlay", "underlain", "underlying"),
    "arise": ("arose", "arisen"), "choose": ("chose", "chosen"), "strike": ("struck",), "sit": ("sat", "sitting"),
    "lie": ("lay", "lain", "lying"), "bear": ("bore", "born", "borne"), "understand": ("understood",),
    "control": ("controlled", "controlling"), "tie": ("tied", "tying"), "unbind": ("unbound",), "foretell": ("foretold",), "hit": ("hit",),
    "forget": ("forgot", "forgotten"), "stop": ("stopped", "stopping"), "drop": ("dropped", "dropping"), "eat": ("ate", "eaten"),
    "trap": ("trapped", "trapping"), "step": ("stepped", "stepping"), "upset": ("upset",), "run": ("ran", "run", "running"),
    "curb": ("curbed", "curbing"), "dip": ("dipped", "dipping"), "trim": ("trimmed", "trimming"), "get": ("got", "gotten", "getting"),
    "confer": ("conferred", "conferring"), "spur": ("spurred", "spurring"), "occur": ("occurred", "occurring"),
    "strip": ("stripped", "stripping"), "rescue": ("rescued", "rescuing"), "benefit": ("benefited", "benefiting"), "plan": ("planned", "planning"),
    "transfer": ("transferred", "transferring"), "recur": ("recurred", "recurring"), "prefer": ("preferred",), "refer": ("referred", "referring"),
    "grip": ("gripped", "gripping"), "ebb": ("ebbed",), "omit": ("omitted", "omitting"), "permit": ("permitted", "permitting"),
    "cancel": ("cancelled", "canceled", "cancelling", "canceling"), "label": ("labelled", "labeled"), "compel": ("compelled", "compelling"),
    "wane": ("waned", "waning"), "upkeep": ("upkept",), "mimic": ("mimicked",), "crosstalk": ("crosstalks",), "hinge": ("hinged", "hinging"),
    "fine-tune": ("fine-tuned", "fine-tuning"), "propel": ("propelled", "propelling"), "impair": ("impaired",), "equip": ("equipped", "equipping"), "fuel": ("fuelled", "fuelling"), "signal": ("signalled", "signalling"),
    "channel": ("channelled", "channelling"), "dispel": ("dispelled", "dispelling"), "quell": ("quelled",), "pulse": ("pulsed",), "abet": ("abetted",),
    "steer": ("steered",), "slay": ("slew", "slain"), "cling": ("clung",), "stand": ("stood",), "draw": ("drew", "drawn"),
    "wear": ("wore", "worn"), "tear": ("tore", "torn"), "spring": ("sprang", "sprung"), "sink": ("sank", "sunk"), "shrink": ("shrank", "shrunk"),
    "wake": ("woke", "woken"), "beget": ("begot", "begotten"), "overcome": ("overcame",), "override": ("overrode", "overridden"), "send": ("sent",),
}  # fmt: skip
IRREGULAR_NOUNS: dict[str, tuple[str, ...]] = {
    "man": ("men",), "woman": ("women",), "child": ("children",), "mouse": ("mice",), "analysis": ("analyses",),
    "hypothesis": ("hypotheses",), "medium": ("media",), "datum": ("data",), "stratum": ("strata",), "half": ("halves",),
    "synthesis": ("syntheses",), "mitochondrion": ("mitochondria",), "basis": ("bases",), "nucleus": ("nuclei",),
    "person": ("persons",), "axis": ("axes",), "virus": ("viruses",), "those": ("those",), "stimulus": ("stimuli",),
    "calculus": ("calculi",), "loss": ("losses",), "metastasis": ("metastases",), "thrombosis": ("thromboses",), "diagnosis": ("diagnoses",),
    "prognosis": ("prognoses",), "crisis": ("crises",),
}  # fmt: skip
_IRREGULAR_FORM = {form: lemma for lemma, forms in IRREGULAR.items() for form in forms}
_IRREGULAR_NOUN_FORM = {form: lemma for lemma, forms in IRREGULAR_NOUNS.items() for form in forms}
_VOWELS = "aeiou"


def verb_forms(verb: str) -> tuple[str, ...]:
    """All inflected forms of a verb, the base form first."""
    forms = [verb]
    if verb.endswith(("s", "x", "z", "ch", "sh")):
        forms.append(verb + "es")
    elif verb.endswith("y") and verb[-2] not in _VOWELS:
        forms.append(verb[:-1] + "ies")
    else:
        forms.append(verb + "s")
    irregular = IRREGULAR.get(verb, ())
    if verb.endswith("e"):
        forms += [verb[:-1] + "ing", verb + "d"]
    elif verb.endswith("y") and verb[-2] not in _VOWELS:
        forms += [verb + "ing", verb[:-1] + "ied"]
    else:
        forms += [verb + "ing", verb + "ed"]
    forms += irregular
    if "ize" in verb[-3:]:
        british = verb[:-3] + "ise"
        forms += [british, british + "s", british[:-1] + "ing", british + "d"]
    elif verb.endswith("yze"):
        british = verb[:-3] + "yse"
        forms += [british, british + "s", british[:-1] + "ing", british + "d"]
    return tuple(dict.fromkeys(forms))


def noun_forms(noun: str) -> tuple[str, ...]:
    """Singular and plural of a noun."""
    if noun in IRREGULAR_NOUNS:
        return (noun, *IRREGULAR_NOUNS[noun])
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun, noun + "es"
    if noun.endswith("y") and len(noun) > 1 and noun[-2] not in _VOWELS:
        return noun, noun[:-1] + "ies"
    return noun, noun + "s"


@lru_cache(maxsize=65536)
def lemma(word: str, tag: str) -> str:
    """The lemma of a word with a Penn tag. ``word`` may be of any case."""
    low = word.lower()
    if tag.startswith("VB") or tag == "MD":
        return _verb(low)
    if tag.startswith("NN") or tag in ("CD", "FW", "DT", "PRP"):
        return _noun(low)
    return low


def _noun(low: str) -> str:
    if low in _IRREGULAR_NOUN_FORM:
        return _IRREGULAR_NOUN_FORM[low]
    if len(low) < 4 or not low.endswith("s") or low.endswith(("ss", "us", "is")):
        return low
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith(("sses", "xes", "ches", "shes", "zes")):
        return low[:-2]
    return low[:-1]


def _verb(low: str) -> str:
    if low in _IRREGULAR_FORM:
        return _IRREGULAR_FORM[low]
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return low[:-2]
    if low.endswith("s") and not low.endswith(("ss", "us", "is")) and len(low) > 3:
        return low[:-1]
    for ending in ("ing", "ied", "ed"):
        if low.endswith(ending) and len(low) > len(ending) + 2:
            return _stem(low[: -len(ending)] + ("y" if ending == "ied" else ""))
    return low


def _stem(stem: str) -> str:
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    if stem.endswith(
        ("at", "iz", "v", "is", "us", "uc", "ag", "rg", "ur", "ut", "let", "ys", "iat", "nc", "c", "ir", "u")
    ):
        return stem + "e"
    if stem.endswith(("bl", "pl", "tl", "dl", "gl")):
        return stem + "e"
    return stem
