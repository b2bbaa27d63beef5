"""A comparison to be read: as Markdown and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mgmine.comparison._align import CATEGORIES, Category, Comparison, Pair, Text

if TYPE_CHECKING:
    from mgmine.records import Argument, Claim

TOLD: dict[Category, str] = {
    "changed": "says something else",
    "strengthened": "says more than the original",
    "weakened": "says less than the original",
    "added": "not in the original",
    "lost": "not in the summary",
    "unchanged": "says the same",
}
"""What each category means for the summary."""


def statement(claim: Claim, text: Text) -> str:
    """A claim in one line: subject, predicate, sign, object and what is not plain about it."""

    def side(argument: Argument) -> str:
        if argument.claim is None:
            return " ".join(filter(None, (argument.level, argument.text)))
        inner = text.by_id.get(argument.claim)
        return "(…)" if inner is None else f"({plain(inner)})"

    def plain(one: Claim) -> str:
        words = [side(one.subject), one.predicate.replace("_", " "), one.sign or ""]
        words.append(side(one.object) if one.object is not None else "")
        return " ".join(filter(None, words))

    notes = ["denied"] if claim.negated else []
    notes += [claim.factuality] if claim.factuality != "fact" else []
    notes += [claim.modality] if claim.modality in ("interpretation", "background", "unknown") else []
    notes += [f"{part.slot.replace('_', ' ')}: {part.text}{'' if part.stated else ' *'}" for part in claim.context]
    return plain(claim) + (f" [{'; '.join(notes)}]" if notes else "")


def rows(comparison: Comparison) -> list[dict[str, Any]]:
    """For each pair its category, the two statements with their sentences, and the changes in words."""

    def shown(claim: Claim | None, text: Text) -> tuple[str, str]:
        return ("", "") if claim is None else (statement(claim, text), claim.sentence.text)

    return [
        {
            "category": pair.category,
            "summary": shown(pair.summary, comparison.summary),
            "original": shown(pair.original, comparison.original),
            "changes": changes(pair),
        }
        for pair in comparison.pairs
    ]


def changes(pair: Pair) -> list[tuple[str, str]]:
    """Direction and words of each change."""
    return [(change.direction, change.told) for change in pair.changes]


def markdown(comparison: Comparison) -> str:
    """The comparison as Markdown."""
    counts = comparison.counts()
    lines = [
        f"# {comparison.summary.name} against {comparison.original.name}", "",
        ", ".join(f"{counts[name]} {name}" for name in CATEGORIES if counts[name]) or "No claims.", "",
    ]  # fmt: skip
    for category in CATEGORIES:
        chosen = [row for row in rows(comparison) if row["category"] == category]
        if not chosen:
            continue
        lines += [f"## {category.capitalize()}: {TOLD[category]}", ""]
        for row in chosen:
            for name in ("summary", "original"):
                said, sentence = row[name]
                if said:
                    lines += [f"- {name}: **{said}**", f"  > {sentence}"]
            lines += [f"  - {told} ({direction})" for direction, told in row["changes"]]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def html(comparison: Comparison) -> str:
    """The comparison as one page that asks nothing of any server."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mgmine.comparison", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("comparison.html").render(
        comparison=comparison, counts=comparison.counts(), rows=rows(comparison), categories=CATEGORIES, told=TOLD
    )
