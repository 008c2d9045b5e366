"""What a trial came to: one value of each indicator against its threshold; plain reckoning."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LEAST_TESTERS = 5
"""Fewer answers of residents are no value: one could tell who said what."""
CONFIDENCE = 1.959963984540054
"""Of the standard normal distribution, for 95 %."""

_SAME = 1e-9
"""Values nearer than this part of themselves are the same: sums of decimals are not exact."""


@dataclass(frozen=True)
class Outcome:
    """The value of one indicator."""

    value: float | None
    """None: nothing was measured, or too few residents answered."""
    count: int
    """How many values it is of."""
    met: bool | None
    """Whether the threshold is met; None where there is no value."""


def outcome(
    values: Sequence[float],
    *,
    measure: str,
    direction: str,
    threshold: float,
    by_testers: bool = False,
) -> Outcome:
    """Judge an indicator by what was measured, in the order in which it was."""
    count = len(values)
    if not count or (by_testers and count < LEAST_TESTERS):
        return Outcome(None, count, None)
    value = value_of(measure, values)
    return Outcome(value, count, is_met(value, direction, threshold))


def value_of(measure: str, values: Sequence[float]) -> float:
    """One value of many, which are in the order of their moments and at least one.

    ``share`` is the part of the values that are not zero, in percent: yes is 1, no is 0.
    """
    if measure == "share":
        return 100 * sum(1 for value in values if value) / len(values)
    made: dict[str, Callable[[Sequence[float]], float]] = {
        "mean": statistics.fmean,
        "median": statistics.median,
        "sum": math.fsum,
        "last": lambda rows: rows[-1],
        "most": max,
        "least": min,
    }
    return float(made[measure](values))


def is_met(value: float, direction: str, threshold: float) -> bool:
    """Whether a value reaches a threshold: the threshold itself does."""
    if math.isclose(value, threshold, rel_tol=_SAME, abs_tol=_SAME):
        return True
    return value > threshold if direction == "at_least" else value < threshold


@dataclass(frozen=True)
class Share:
    """So many of so many, and between which shares the true one lies in 95 of 100 cases."""

    part: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of nothing."""
        return self.part / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson score interval, 95 % (E. B. Wilson, 1927); None of nothing."""
        return wilson(self.part, self.of) if self.of else None


def wilson(count: int, of: int, z: float = CONFIDENCE) -> tuple[float, float]:
    """The score interval of a share: between which shares the truth lies, at 95 %."""
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def satisfied(answers: Iterable[tuple[int, bool]]) -> Share | None:
    """How many testers are content, of answers ``(tester, whether it reaches the threshold)``.

    Content is who gave at least half of their answers on the good side of the threshold. None
    where fewer than `LEAST_TESTERS` answered.
    """
    told: dict[int, list[bool]] = {}
    for tester, good in answers:
        told.setdefault(tester, []).append(good)
    if len(told) < LEAST_TESTERS:
        return None
    content = sum(1 for rows in told.values() if 2 * sum(rows) >= len(rows))
    return Share(content, len(told))


@dataclass(frozen=True)
class Drawn:
    """Where the three numbers of an indicator stand on one axis, 0 to 100."""

    zero: float
    baseline: float | None
    threshold: float
    value: float | None
    low: float
    """What the left end of the axis stands for."""
    high: float


def drawn(baseline: float | None, threshold: float, value: float | None) -> Drawn:
    """Place the numbers of an indicator on an axis that holds zero and all of them."""
    known = [one for one in (baseline, threshold, value, 0.0) if one is not None]
    low, high = min(known), max(known)
    if low == high:
        high = low + 1
    width = high - low
    low, high = low - (0.04 * width if low < 0 else 0), high + 0.04 * width

    def place(one: float) -> float:
        return round(100 * (one - low) / (high - low), 2)

    return Drawn(
        place(0.0),
        None if baseline is None else place(baseline),
        place(threshold),
        None if value is None else place(value),
        low,
        high,
    )
