"""What the measured cost means for a whole PubMed baseline.

The 2026 baseline has 1,334 files with about 40 million citations: 30,000 a file. Cost grows with citations and with
their length, and the two files measured stand near both ends: one of 1979 and 1980, where half the records have no
abstract, one of 2021, where nine of ten have one and they are long. So each projection is a range: citations × CPU per
citation of the one and of the other file.

Cores: files are independent, so the work of n cores is CPU ÷ n, times what two threads were measured to lose against
one. The loss is taken as the share of the work that does not spread (Amdahl): with wall2 ÷ wall1 = r, share s = 2r - 1
(never below 0), and wall on n cores = CPU × (s + (1 - s) ÷ n). Whatever 16 or 64 cores contend for (memory bandwidth,
the disk) is not in it: no machine of that size was measured. The packed files also have to be read: the disk's floor is
given beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

CITATIONS = 40_000_000
FILES = 1_334


@dataclass(frozen=True)
class Projection:
    """Seconds for the whole baseline on so many cores, from the cheaper and from the dearer of the files."""

    cores: int
    low: float
    high: float


def project(
    cpu_per_citation: list[float], wall_ratio: float | None, cores: tuple[int, ...] = (1, 2, 16, 64)
) -> list[Projection]:
    """Wall-clock seconds for `CITATIONS` citations.

    `wall_ratio` is two threads' wall over one's, None when not measured.
    """
    share = 0.0 if wall_ratio is None else max(0.0, 2 * wall_ratio - 1)
    low, high = min(cpu_per_citation) * CITATIONS, max(cpu_per_citation) * CITATIONS
    return [Projection(n, low * (share + (1 - share) / n), high * (share + (1 - share) / n)) for n in cores]


def packed_bytes(bytes_per_citation: list[float]) -> tuple[float, float]:
    """Packed size of the baseline, from the two files."""
    return min(bytes_per_citation) * CITATIONS, max(bytes_per_citation) * CITATIONS


def clock(seconds: float) -> str:
    """`4 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
