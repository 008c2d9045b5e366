"""Residents who test: what they may be asked of themselves, what may be told of them; pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

CONSENT = "2"
"""The version of the text that testers consent to now; each version stays in
`veche.city.pilots.words.testers.CONSENTS`."""
AGES = ("14-17", "18-24", "25-44", "45-64", "65+")
"""Bands of years that a tester may name. Nobody under fourteen tests."""
MINOR = "14-17"
"""The band in which a parent or guardian must have agreed."""
LEAST = 5
"""The smallest number of people that is told."""
LONGEST_WORDS = 2_000
KEPT = dt.timedelta(days=365)
"""How long after they were told the outcome testers stay linked to their answers."""
KEPT_UNTOLD = dt.timedelta(days=730)
"""The same after the end of a trial whose outcome was never told."""


@dataclass(frozen=True)
class Said:
    """What a tester said of themselves; both may be left out."""

    age: str = ""
    disability: bool | None = None


KINDS: Mapping[str, Callable[[Said], bool]] = {
    "young": lambda said: said.age in ("14-17", "18-24"),
    "old": lambda said: said.age == "65+",
    "disabled": lambda said: said.disability is True,
}
"""Kinds of testers whose number is planned → whether somebody is one of them."""


@dataclass(frozen=True)
class Scale:
    """How residents are asked for an indicator."""

    kind: str
    """``marks`` 1 to 5, ``yes-no`` (kept as 1 and 0), or ``number``."""

    def allows(self, value: float) -> bool:
        """Whether a value can be an answer."""
        if self.kind == "marks":
            return value in (1, 2, 3, 4, 5)
        if self.kind == "yes-no":
            return value in (0, 1)
        return abs(value) <= 1e12  # not infinite, nor what is not a number


_MARKS = re.compile(
    r"(?<![\d.,])1\s*(?:-|–|—|…|\.{2,3}|to|до|по|至|到|/)\s*5(?![\d]|[.,]\d)",
    re.IGNORECASE,
)


def scale_of(unit: str, measure: str) -> Scale:
    """How residents are asked for an indicator: a share is asked as yes or no, a unit that names
    marks from 1 to 5 (“marks 1–5”) as those, anything else as a number."""
    if measure == "share":
        return Scale("yes-no")
    return Scale("marks" if _MARKS.search(unit) else "number")


def floor_of(count: int) -> int:
    """A number that still grows, rounded down to fives: by one that appears nobody is seen to have
    come."""
    return count - count % LEAST


@dataclass(frozen=True)
class Part:
    """How many testers of a kind were wanted, and how many there are."""

    kind: str
    wanted: int | None
    reached: int | None
    """None: it is not told, because it or what is left beside it is fewer than five people."""


@dataclass(frozen=True)
class Mix:
    """Who tests, as far as it may be told."""

    total: int | None
    """None: fewer than five."""
    growing: bool
    """Whether numbers are rounded down, because the trial goes on."""
    parts: tuple[Part, ...]


def mix(said: Iterable[Said], wanted: Mapping[str, int], *, growing: bool) -> Mix:
    """How many testers of each kind there are, without naming one by a small number or by what is
    left when known numbers are taken away.

    A number is told where it is at least five and the rest of all is none or at least five. Young
    and old are told together only where those between are none or at least five as well: else the
    smaller of the two is not told.
    """
    people = list(said)
    total = len(people)
    counts = {kind: sum(map(belongs, people)) for kind, belongs in KINDS.items()}

    def clear(count: int) -> bool:
        return count >= LEAST and (count == total or total - count >= LEAST)

    told = {kind for kind, count in counts.items() if clear(count)}
    between = total - counts["young"] - counts["old"]
    if {"young", "old"} <= told and 0 < between < LEAST:
        told.discard(min(("young", "old"), key=lambda kind: counts[kind]))

    def number(count: int) -> int:
        return floor_of(count) if growing else count

    return Mix(
        number(total) if total >= LEAST else None,
        growing,
        tuple(
            Part(kind, wanted.get(kind), number(counts[kind]) if kind in told else None)
            for kind in KINDS
            if kind in wanted or kind in told
        ),
    )
