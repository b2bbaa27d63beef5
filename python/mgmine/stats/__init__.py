"""Small statistics over counts of documents; no library needed."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma

__all__ = ["Association", "association"]


@dataclass(frozen=True, slots=True)
class Association:
    """How often two things meet, against how often they would by chance.

    ``expected`` is the number of documents with both if they were independent, ``lift`` observed / expected (0 where nothing
    is expected), ``p`` the chance of meeting at least as often as observed.
    """

    observed: int
    expected: float
    lift: float
    p: float


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def association(both: int, first: int, second: int, total: int) -> Association:
    """The association of two sets of documents.

    Args:
        both: Documents in both sets.
        first: Documents in the first set.
        second: Documents in the second set.
        total: All documents.

    ``p`` is the upper tail of the hypergeometric distribution (Fisher's exact test, one-sided).

    Raises:
        ValueError: The counts contradict each other.
    """
    low, high = max(0, first + second - total), min(first, second)
    if not (low <= both <= high and max(first, second) <= total):
        raise ValueError(f"no such sets: {both} in both, {first} and {second} of {total}")
    if total == 0:
        return Association(0, 0.0, 0.0, 1.0)
    expected = first * second / total
    if both == low:
        p = 1.0
    else:
        base = _log_choose(total, second)
        tail = (_log_choose(first, k) + _log_choose(total - first, second - k) - base for k in range(both, high + 1))
        p = min(1.0, sum(exp(term) for term in tail))
    return Association(both, expected, both / expected if expected else 0.0, p)
