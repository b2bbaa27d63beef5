"""The report's charts as SVG, drawn with the page's own colours so that they follow its light and dark dress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mgmine.report._data import Family


def _text(x: float, y: float, words: object, *, anchor: str = "middle", kind: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" class="{}">{}</text>').format(x, y, anchor, kind, words)


def _step(largest: int, parts: int) -> int:
    """A round step (1, 2 or 5 times a power of ten) that cuts ``largest`` into at most ``parts``."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if largest <= factor * power * parts:
                return factor * power
        power *= 10


def by_year(
    families: Sequence[Family], years: dict[str, dict[int, int]], year_range: tuple[int, int], width: int = 920
) -> Markup:
    """Documents by year of publication, a row of bars for each family, all on one time axis."""
    left, right, row, gap, foot = 46, 8, 74, 30, 24
    first, last = year_range
    count = last - first + 1
    slot = (width - left - right) / count
    height = len(families) * (row + gap) + foot
    parts = [
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}" class="chart">').format(
            width, height, f"Documents with a mention by year, {first} to {last}, for {len(families)} families"
        )
    ]
    for i, family in enumerate(families):
        base = i * (row + gap) + gap + row - 6
        counts = years.get(family.id, {})
        largest = max(counts.values(), default=1)
        step = _step(largest, 2)
        top = max(largest, step)
        parts.append(_text(left, base - row + 2, family.label, anchor="start", kind="name"))
        for value in range(0, top + 1, step):
            y = base - value / top * (row - 14)
            parts.append(
                Markup('<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" class="grid"/>').format(left, width - right, y, y)
            )
            parts.append(_text(left - 6, y + 4, f"{value:,}", anchor="end"))
        for year, value in counts.items():
            size = max(1.0, value / top * (row - 14))
            x = left + (year - first) * slot
            parts.append(
                Markup('<rect x="{:.2f}" y="{:.1f}" width="{:.2f}" height="{:.1f}" class="f{}"><title>{}</title></rect>').format(
                    x + slot * 0.08, base - size, max(min(slot * 0.84, 60), 0.8), size, family.colour,
                    f"{family.label}, {year}: {value:,} documents",
                )
            )  # fmt: skip
    axis = len(families) * (row + gap) + 12
    step = max(1, _step(count, 10))
    parts.extend(
        _text(left + (year - first) * slot + min(slot / 2, 30), axis, year)
        for year in range(first, last + 1)
        if year % step == 0 or count <= 10
    )
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def venn(families: Sequence[Family], overlap: Sequence[tuple[tuple[str, ...], int]], width: int = 420) -> Markup:
    """Three circles with the number of documents in each of the seven regions. The areas are not to scale."""
    counts = {frozenset(group): count for group, count in overlap}
    a, b, c = families
    height = 392
    centres = {a.id: (152, 150), b.id: (268, 150), c.id: (210, 248)}
    regions = {
        (a.id,): (106, 132), (b.id,): (314, 132), (c.id,): (210, 306), (a.id, b.id): (210, 118),
        (a.id, c.id): (152, 216), (b.id, c.id): (268, 216), (a.id, b.id, c.id): (210, 182),
    }  # fmt: skip
    spoken = "; ".join(f"{' and '.join(group)}: {counts.get(frozenset(group), 0)}" for group in regions)
    parts = [
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}" class="chart venn">').format(
            width, height, "Documents by the families they mention. " + spoken
        )
    ]
    for family in families:
        x, y = centres[family.id]
        parts.append(Markup('<circle cx="{}" cy="{}" r="106" class="f{}"/>').format(x, y, family.colour))
    for group, (x, y) in regions.items():
        value = counts.get(frozenset(group), 0)
        kind = "count all" if len(group) == len(families) else "count"
        parts.append(_text(x, y + 6, f"{value:,}", kind=kind))
    parts.append(_text(110, 34, a.label, kind="name"))
    parts.append(_text(310, 34, b.label, kind="name"))
    parts.append(_text(210, 378, c.label, kind="name"))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def bar(value: int, largest: int, colour: int) -> Markup:
    """A bar for a table cell; the number stands beside it as text."""
    share = 100 * value / largest if largest else 0
    return Markup('<span class="bar f{}" style="width:{:.1f}%" aria-hidden="true"></span>').format(
        colour, max(share, 0.8)
    )
