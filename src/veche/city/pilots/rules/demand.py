"""How much a city asks for a solution: one number from its problems, vital signs and ideas.

Of a theme at a place, over the last twelve months:

* pressure of problems: the square root of how many there were, so that a large district does not
  hide a small one, times one plus the shares of them that are unresolved, came back after an answer
  and were not answered in time: ``sqrt(n) * (1 + unresolved/n + returned/n + late/n)``;
* days on which a vital sign of the theme was out of its bounds there, at most every day;
* support of ideas: the square root of how many people support ideas of the theme there.

Each is divided by the largest of its kind in the city, and the score is the weighted sum of the
three, times a hundred: a place that is worst in everything has 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DAYS = 365
"""Over how many days it is counted."""
WEIGHTS = {"problems": 0.6, "indicator": 0.2, "ideas": 0.2}
"""What each kind of evidence weighs; together one."""


@dataclass(frozen=True)
class Counted:
    """What was counted of a theme at a place."""

    theme: str
    place: int
    """Number of the territory."""
    problems: int = 0
    unresolved: int = 0
    """Not ended, refused, or closed without the author's word."""
    returned: int = 0
    """Sent back by the author at least once."""
    late: int = 0
    """Answered after the first term, or past it without an answer."""
    days: int = 0
    """Days on which a vital sign was out of bounds."""
    signs: tuple[str, ...] = ()
    """Which ones, by code."""
    ideas: int = 0
    supporters: int = 0


@dataclass(frozen=True)
class Scored:
    """One row of what is in demand; the parts add up to the score."""

    counted: Counted
    score: float
    """0 to 100."""
    problems: float
    indicator: float
    ideas: float


def pressure(one: Counted) -> float:
    """The pressure of problems, without a unit."""
    if one.problems <= 0:
        return 0.0
    shares = (one.unresolved + one.returned + one.late) / one.problems
    return math.sqrt(one.problems) * (1 + shares)


def scored(rows: Iterable[Counted], days: int = DAYS) -> list[Scored]:
    """Rows with their scores, the highest first; ties by theme and place, so that the order is the
    same each time. Rows of nothing are left out."""
    kept = [one for one in rows if one.problems or one.days or one.ideas]
    raw = [
        (
            pressure(one),
            float(min(one.days, days)),
            math.sqrt(max(one.supporters, 0)) if one.ideas else 0.0,
        )
        for one in kept
    ]
    most = [max((parts[place] for parts in raw), default=0.0) for place in range(3)]
    found = []
    for one, parts in zip(kept, raw, strict=True):
        shares = [
            100 * weight * (part / top if top else 0.0)
            for weight, part, top in zip(WEIGHTS.values(), parts, most, strict=True)
        ]
        found.append(Scored(one, sum(shares), *shares))
    return sorted(found, key=lambda row: (-row.score, row.counted.theme, row.counted.place))


@dataclass(frozen=True)
class Offered:
    """A solution that could be tested, by what it is for."""

    number: int
    technologies: frozenset[int]
    targets: frozenset[int]


@dataclass(frozen=True)
class Wanted:
    """A row of demand with what solves it, by the city's own table."""

    score: float
    technologies: frozenset[int]
    targets: frozenset[int]


def fits(offered: Offered, wanted: Wanted) -> float:
    """How well a solution fits a row of demand: one by technology and target, half by one of them,
    nothing by none."""
    return 0.5 * bool(offered.technologies & wanted.technologies) + 0.5 * bool(
        offered.targets & wanted.targets
    )


def met(offered: Offered, rows: Sequence[Wanted]) -> float:
    """The demand that a solution meets: the scores of all rows, each as far as it fits."""
    return sum(row.score * fits(offered, row) for row in rows)
