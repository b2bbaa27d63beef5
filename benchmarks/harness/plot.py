"""Line charts as SVG, by hand: nothing to install, text stays text, and both light and dark pages can show them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#a0522d", "#6a3d9a")
"""Distinguishable with any kind of colour vision (Okabe and Ito's, and a few more)."""

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 76, 210, 46, 58


@dataclass(frozen=True)
class Line:
    """A named series of points, with positive coordinates."""

    name: str
    points: list[tuple[float, float]]
    dashed: bool = False


def _number(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:.3g} M"
    if value >= 1e3:
        return f"{value / 1e3:.3g} k"
    return f"{value:g}"


def _ticks(low: float, high: float) -> list[float]:
    """Powers of ten, with 2 and 5 between them where few fit."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    every = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    return [tick for tick in every if low <= tick * 1.0001 and tick <= high * 1.0001]


def chart(path: Path, title: str, x_label: str, y_label: str, lines: list[Line]) -> None:
    """Write a chart with two logarithmic axes to `path`. Lines without points are left out."""
    lines = [line for line in lines if line.points]
    if not lines:
        return
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    x_low, x_high = min(xs) / 1.15, max(xs) * 1.15
    y_low, y_high = min(ys) / 1.3, max(ys) * 1.3

    def across(x: float) -> float:
        return LEFT + (math.log(x / x_low) / math.log(x_high / x_low)) * (WIDTH - LEFT - RIGHT)

    def down(y: float) -> float:
        return HEIGHT - BOTTOM - (math.log(y / y_low) / math.log(y_high / y_low)) * (HEIGHT - TOP - BOTTOM)

    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    font = 'font-family="system-ui, sans-serif" font-size="12"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    labelled = -math.inf
    for tick in sorted(set(xs)):
        # What was measured is what the axis names, unless two labels would touch.
        x = across(tick)
        if x - labelled < 36:
            continue
        labelled = x
        out.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#e4e4e4"/>')
        out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{_number(tick)}</text>')
    for tick in _ticks(y_low, y_high):
        y = down(tick)
        out.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#e4e4e4"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(tick)}</text>')
    middle_x, middle_y = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    out.append(f'<text x="{middle_x}" y="{HEIGHT - 16}" text-anchor="middle">{escape(x_label)}</text>')
    out.append(
        f'<text x="18" y="{middle_y}" text-anchor="middle" transform="rotate(-90 18 {middle_y})">'
        f"{escape(y_label)}</text>"
    )
    ends: list[tuple[float, str, str]] = []
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        points = sorted(line.points)
        where = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        out.append(f'<polyline points="{where}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        for x, y in points:
            tip = f"{line.name}: {_number(x)}, {y:.4g}"
            dot = f'<circle cx="{across(x):.1f}" cy="{down(y):.1f}" r="3" fill="{colour}">'
            out.append(f"{dot}<title>{escape(tip)}</title></circle>")
        ends.append((down(points[-1][1]), line.name, colour))
    # Names stand at the ends of their lines, pushed apart where they would overlap.
    last = -math.inf
    for y, name, colour in sorted(ends):
        last = max(y, last + 15)
        out.append(f'<text x="{WIDTH - RIGHT + 10}" y="{last + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    out.append("</svg>")
    path.write_text("\n".join(out) + "\n", encoding="utf-8")
