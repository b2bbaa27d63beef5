"""The data of the claims stage, read once: triggers, rules, cues, compounds, context words and groundings."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mgmine.nlp.lemma import noun_forms, verb_forms

DATA = Path(__file__).parent.parent / "data" / "claims"


@dataclass(frozen=True, slots=True)
class Group:
    """A set of words that state the same thing the same way."""

    id: str
    frame: str
    predicate: str
    sign: str | None = None
    aspect: str | None = None
    inchoative: bool = False
    change: bool = False
    light: bool = False
    negates: bool = False
    perturbation: str | None = None


@dataclass(frozen=True, slots=True)
class VerbEntry:
    """One verb of a group; ``particle`` stands by it, ``preposition`` brings its object."""

    group: Group
    particle: str | None
    preposition: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of ``rules.toml``: alternatives of paths for subject and object."""

    id: str
    frame: str
    form: str
    voice: str | None
    subject: tuple[str, ...]
    object: tuple[str, ...]
    necessity: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Compound:
    """What an ending of a hyphen compound says."""

    predicate: str | None
    sign: str | None
    subject: str
    negated: bool
    then: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class PerturbationKind:
    """A kind of perturbation; ``flips`` means what is seen speaks for the opposite of the thing itself."""

    kind: str
    flips: bool


@dataclass(slots=True)
class Data:
    """Everything the rules look words up in."""

    verbs: dict[str, list[VerbEntry]] = field(default_factory=dict)
    nouns: dict[str, Group] = field(default_factory=dict)
    agents: dict[str, Group] = field(default_factory=dict)
    adjectives: dict[str, Group] = field(default_factory=dict)
    rules: dict[tuple[str, str], list[Rule]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    compounds: dict[str, Compound] = field(default_factory=dict)
    lemmas: dict[str, str] = field(default_factory=dict)
    aspects: dict[str, str] = field(default_factory=dict)
    measures: frozenset[str] = frozenset()
    molecular_measures: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    generic: frozenset[str] = frozenset()
    anaphors: dict[str, str] = field(default_factory=dict)
    pronouns: frozenset[str] = frozenset()
    perturbation_nouns: dict[str, PerturbationKind] = field(default_factory=dict)
    perturbation_verbs: dict[str, PerturbationKind] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    directions: dict[str, int] = field(default_factory=dict)
    base_directions: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    state_nouns: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    cohorts: frozenset[str] = frozenset()
    cohort_groups: frozenset[str] = frozenset()
    outcome_verbs: frozenset[str] = frozenset()
    show_verbs: frozenset[str] = frozenset()
    report_verbs: frozenset[str] = frozenset()
    harms: frozenset[str] = frozenset()
    threats: frozenset[str] = frozenset()
    restraining: frozenset[str] = frozenset()
    cues: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    compartments: dict[str, str] = field(default_factory=dict)
    species: dict[str, str] = field(default_factory=dict)
    cells: frozenset[str] = frozenset()
    no_parts: frozenset[str] = frozenset()
    disease_endings: tuple[str, ...] = ()
    groundings: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    digest: str = ""

    def lemma(self, low: str, fallback: str) -> str:
        """The base form of a known verb form, else what was given."""
        return self.lemmas.get(low, fallback)


@cache
def data() -> Data:
    """The shipped data, read on first use."""
    return read(DATA)


def read(folder: Path) -> Data:
    """Reads a folder of rule data. The digest is over the files' bytes, so a changed rule changes the provenance."""
    names = ("triggers.toml", "rules.toml", "words.toml", "cues.toml", "compounds.toml", "context.toml")
    content = {name: (folder / name).read_bytes() for name in (*names, "groundings.tsv", "scorer.json")}
    tables = {name: tomllib.loads(content[name].decode()) for name in names}
    out = Data()
    out.digest = hashlib.sha256(b"\0".join(content[name] for name in sorted(content))).hexdigest()[:12]
    _read_triggers(out, tables["triggers.toml"])
    _read_rules(out, tables["rules.toml"])
    _read_words(out, tables["words.toml"])
    out.cues = {
        section: {key: frozenset(values) for key, values in entries.items()}
        for section, entries in tables["cues.toml"].items()
    }
    for section in out.cues.values():
        for key in (
            "verbs",
            "interpretation_verbs",
            "possible_verbs",
            "probable_verbs",
            "doubtful_verbs",
            "background_verbs",
        ):
            for verb in section.get(key, ()):
                _learn(out, verb.split()[0])
    for row in tables["compounds.toml"]["compound"]:
        compound = Compound(
            row.get("predicate"), row.get("sign"), row.get("subject", "part"), row.get("negated", False),
            row.get("then", "claim"), row.get("kind"),
        )  # fmt: skip
        for ending in row["endings"]:
            out.compounds[ending] = compound
    out.no_parts = frozenset(tables["compounds.toml"]["no_part"]["words"])
    context = tables["context.toml"]
    out.compartments = context["compartment"]
    out.species = context["species"]
    out.cells = frozenset(context["cells"]["nouns"])
    out.disease_endings = tuple(context["disease"]["endings"])
    for line in content["groundings.tsv"].decode().splitlines()[1:]:
        if line.strip():
            text, ids, kind = line.split("\t")
            out.groundings[text] = (tuple(part for part in ids.split(",") if part), kind)
    return out


def _learn(out: Data, verb: str) -> None:
    for form in verb_forms(verb):
        # A form that is another verb's base form stays that verb's: "found", "felt".
        if form == verb or form not in out.lemmas:
            out.lemmas[form] = verb


def _read_triggers(out: Data, table: dict[str, Any]) -> None:
    for row in table["group"]:
        group = Group(
            row["id"], row["frame"], row["predicate"], row.get("sign"), row.get("aspect"), row.get("inchoative", False),
            row.get("change", False), row.get("light", False), row.get("negates", False), row.get("perturbation"),
        )  # fmt: skip
        for text in row.get("verbs", ()):
            parts = text.split()
            particle = next((part for part in parts[1:] if not part.startswith(">")), None)
            preposition = next((part[1:] for part in parts[1:] if part.startswith(">")), None)
            _learn(out, parts[0])
            out.verbs.setdefault(parts[0], []).append(VerbEntry(group, particle, preposition))
        for kind, target in (("nouns", out.nouns), ("agents", out.agents)):
            for text in row.get(kind, ()):
                for form in (*noun_forms(text), *noun_forms(text.replace("ization", "isation"))):
                    target.setdefault(form, group)
        for text in row.get("adjectives", ()):
            out.adjectives.setdefault(text, group)
    for entries in out.verbs.values():
        entries.sort(key=lambda entry: (
            entry.preposition is None, entry.particle is None, entry.group.frame != "resultative",
        ))  # fmt: skip


def _read_rules(out: Data, table: dict[str, Any]) -> None:
    for row in table["rule"]:
        out.scores[row["id"]] = row["score"]
        if row["frame"] == "procedure":
            continue
        rule = Rule(
            row["id"], row["frame"], row["form"], row.get("voice"), _paths(row["subject"]), _paths(row["object"]),
            row.get("necessity"), row["score"],
        )  # fmt: skip
        out.rules.setdefault((rule.frame, rule.form), []).append(rule)


def _paths(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


def _nouns(words: list[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in noun_forms(word))


def _read_words(out: Data, table: dict[str, Any]) -> None:
    for aspect, words in table["aspect"].items():
        for word in words:
            for form in noun_forms(word):
                out.aspects.setdefault(form, aspect)
    out.measures = _nouns(table["measure"]["nouns"])
    out.molecular_measures = _nouns(table["measure"]["molecular"])
    out.holders = _nouns(table["holder"]["nouns"])
    out.empty = _nouns(table["empty"]["nouns"])
    out.generic = _nouns(table["generic"]["nouns"])
    for family in ("magnesium", "integrin", "t_cell", "transporter", "any"):
        for noun in table["anaphor"][family]:
            for form in noun_forms(noun):
                out.anaphors.setdefault(form, family)
    out.harms = _nouns(table["harm"]["nouns"])
    out.threats = _nouns(table["threat"]["nouns"])
    out.restraining = frozenset(table["threat"]["verbs"])
    out.pronouns = frozenset(table["anaphor"]["pronouns"])
    for row in table["perturbation"]:
        kind = PerturbationKind(row["kind"], row["flips"])
        for noun in row["nouns"]:
            for form in noun_forms(noun):
                out.perturbation_nouns.setdefault(form, kind)
        for verb in row["verbs"]:
            _learn(out, verb.split()[0])
            out.perturbation_verbs.setdefault(verb, kind)
    for level, words in table["level"].items():
        for word in words:
            out.levels[word] = level
    for words, value, target in (
        (table["direction"]["up"], 1, out.directions), (table["direction"]["down"], -1, out.directions),
        (table["direction"]["up_base"], 1, out.base_directions), (table["direction"]["down_base"], -1, out.base_directions),
        (table["state"]["up"], 1, out.states), (table["state"]["down"], -1, out.states),
    ):  # fmt: skip
        for word in words:
            target.setdefault(word, value)
    out.state_nouns = _nouns(table["state"]["nouns"])
    out.people = _nouns(table["cohort"]["people"])
    out.cohorts = out.people | _nouns(table["cohort"]["nouns"])
    out.cohort_groups = _nouns(table["cohort"]["groups"])
    for key, words in (
        ("outcome", table["outcome"]["verbs"]),
        ("show", table["outcome"]["show"]),
        ("report", table["report"]["fact"]),
    ):
        for verb in words:
            _learn(out, verb)
        setattr(
            out, {"outcome": "outcome_verbs", "show": "show_verbs", "report": "report_verbs"}[key], frozenset(words)
        )
    for verb in table["state"]["verbs"]:
        _learn(out, verb)
    for verb in table["plain"]["verbs"]:
        _learn(out, verb)
