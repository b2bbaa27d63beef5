"""The pipeline's tokenizer: scispaCy's rules with changes measured on GENIA and CRAFT.

The rules are plain spaCy regular expressions, so the tokenizer is serialised with the model and needs neither this file
nor scispaCy when the model is loaded.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokenizer import Tokenizer

# What follows the hyphen in compounds whose first part can be an argument ("LPS-induced", "Mg2+-dependent").
RELATIONAL = (
    "activated|activating|arrested|associated|augmented|based|binding|blocked|bound|catalysed|catalyzed|"
    "challenged|chelated|coated|competent|conjugated|containing|coupled|defective|deficient|deleted|dependant|"
    "dependent|depleted|deprived|derived|directed|driven|elicited|enhanced|enriched|evoked|exposed|expressing|"
    "free|gated|generated|immunoreactive|impermeable|independent|induced|inducible|inducing|infected|inhibitable|"
    "inhibited|inhibiting|inhibitory|injected|insensitive|knockout|lesioned|linked|loaded|mediated|mutant|"
    "negative|null|overexpressing|permeable|positive|potentiated|primed|producing|promoted|pulsed|reactive|"
    "regulated|related|releasing|replete|resistant|responsive|restricted|rich|secreting|selective|sensitive|"
    "sensitized|sparing|specific|stabilised|stabilized|stimulated|sufficient|supplemented|suppressed|targeted|"
    "transduced|transfected|transporting|treated|triggered|unresponsive"
)
# Bound first parts that make one word with what follows.
PREFIXES = [
    "anti",
    "auto",
    "bi",
    "co",
    "counter",
    "cross",
    "de",
    "down",
    "extra",
    "hetero",
    "homo",
    "hyper",
    "hypo",
    "in",
    "inter",
    "intra",
    "macro",
    "micro",
    "mid",
    "mono",
    "multi",
    "neo",
    "non",
    "out",
    "over",
    "para",
    "peri",
    "poly",
    "post",
    "pre",
    "pro",
    "pseudo",
    "re",
    "self",
    "semi",
    "sub",
    "super",
    "trans",
    "tri",
    "ultra",
    "un",
    "under",
    "up",
    "well",
]
GREEK = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "kappa", "lambda", "theta", "sigma", "omega"]
# Units that may stand below a slash; "ng/ml" stays one token, as in GENIA.
UNITS = "m?[lL]|[dckmunpμµ]?[gLlmM]|mol|kg|cells?|h|hr|min|sec|s|day|d|week|wk|year|yr|m2|cm2|mm2|mm3|tube|well|dose|or"


def _not_after(words: list[str]) -> str:
    """Fixed-width lookbehinds: none of `words` as a whole word ends here."""
    return "".join(rf"(?<!\b[{w[0].upper()}{w[0]}]{w[1:]})" for w in words)


def infixes() -> list[str]:
    """Patterns of hyphens and slashes inside a chunk that are tokens of their own."""
    hyphen = "[-‐‑–]"
    left = r"(?<=[A-Za-z0-9α-ωΑ-Ω+)\]])"
    caps = _not_after([w for w in PREFIXES if len(w) >= 5] + GREEK)
    inner = "".join(rf"(?<![A-Za-z0-9][(\[][^()\[\]]{{{n}}})" for n in range(1, 9))  # not in Ca(2+), poly(A)
    return [
        rf"(?<=[A-Za-z0-9α-ωΑ-Ω+]){inner}[)\]](?={hyphen}(?:{RELATIONAL})(?![A-Za-z]))",  # (TNF)-mediated
        rf"{left}{_not_after(PREFIXES)}{hyphen}(?=(?:{RELATIONAL})(?![A-Za-z]))",
        rf"(?:(?<=\+)|(?<=\+\))){hyphen}(?=[A-Za-zα-ω])",  # Mg2+-ATP
        rf"(?<=[a-z]{{5}}){caps}{hyphen}(?=[A-Z]{{2}})",  # magnesium-LFA-1
        rf"(?<=[a-z]{{4}}ium){hyphen}(?=[A-Za-z]{{2}})",  # magnesium-integrin
        rf"(?:(?<=[A-Za-z]-[0-9])|(?<=[a-zα-ω][0-9])){hyphen}(?=[A-Z]{{2}})",  # LFA-1-ICAM-1, α4β1-VCAM-1
        (
            rf"(?:(?<=[A-Za-z0-9α-ω)-][A-Za-z0-9α-ω)])|(?<=[A-Za-z0-9)]\+))(?<!\band)(?<![0-9]g)(?<![munp]g)(?<!mol)/"
            rf"(?=[A-Z]\+|(?!(?:{UNITS})(?![A-Za-z0-9]))[A-Za-zα-ω][A-Za-z0-9α-ω-])"
        ),  # CD11a/CD18, Na+/K+
    ]


def bio_tokenizer(nlp: Language) -> Tokenizer:
    """scispaCy's combined rules with these changes.

    - a final `+` after a digit is kept (`Ca2+`, `CD4+`);
    - a sentence's full stop is split from `NF-kappaB.`, `NF-Y.`, `G2/M.` and from one-letter units (`24 h.`);
    - hyphens before relational words, after ions and between names, and slashes between names, are tokens.
    """
    from scispacy.custom_tokenizer import combined_rule_tokenizer
    from spacy.symbols import ORTH
    from spacy.util import compile_infix_regex

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokenizer = combined_rule_tokenizer(nlp)
        suffix = tokenizer.suffix_search.__self__.pattern
        plus = r"|(?<=[0-9])\+$"
        if plus not in suffix:
            raise ValueError("scispaCy's suffix rules have changed: the rule for a final '+' was not found")
        suffix = suffix.replace("||", "|")  # a doubled "|" in a set, of which Python warns at every load
        suffix = suffix.replace(plus, "", 1) + r"|(?<=[a-z/-][A-Z])\.$"
        tokenizer.suffix_search = re.compile(suffix).search
        prefix = tokenizer.prefix_search.__self__.pattern
        opened = rf"|^[(\[](?=[^()\[\]\s]*\w[^()\[\]\s]*[)\]][-‐‑–](?:{RELATIONAL})(?![A-Za-z]))"
        tokenizer.prefix_search = re.compile(prefix + opened).search
    inner = tokenizer.infix_finditer.__self__.pattern
    between = r"(?<=[0-9])[+\-\*^](?=[0-9-])"
    if between not in inner:
        raise ValueError("scispaCy's infix rules have changed: the rule for signs after a digit was not found")
    inner = inner.replace(between, r"(?<=[0-9])[+\-\*^](?=[0-9])|(?<=[0-9])[\-\*^](?=-)", 1)
    tokenizer.infix_finditer = re.compile(inner + "|" + compile_infix_regex(infixes()).pattern).finditer
    tokenizer.rules = {k: v for k, v in tokenizer.rules.items() if not re.fullmatch(r"[a-z]\.", k)}
    for sign in ("+/-", "-/-", "+/+", "-/+"):
        tokenizer.add_special_case(sign, [{ORTH: sign}])
    return tokenizer
