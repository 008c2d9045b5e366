"""An instance of matching: solutions, sites, what counts; and how it can be broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


class Broken(ValueError):
    """An instance cannot be read. ``where`` names the place as ``solutions[3].days``; ``what`` is
    one of `FAULTS`."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {FAULTS[what]}")
        self.where, self.what = where, what


FAULTS = {
    "object": "must be an object",
    "list": "must be a list",
    "text": "must be a text of 1 to 200 characters",
    "number": "must be a finite number of at least 0",
    "flag": "must be true or false, or a number of at least 0",
    "whole": "must be a whole number of at least 1, and not too large",
    "day": "must be a day as 2026-12-31",
    "place": "must be [longitude, latitude] in degrees",
    "window": "must be [first day, last day, places]",
    "backwards": "must not end before it begins",
    "months": "must be a list of months from 1 to 12",
    "missing": "is missing",
    "twice": "stands there twice",
    "unknown": "is not known here",
    "too-many": "holds too much: 5,000 solutions or sites, a million pairs, 200 windows of a site",
    "shape": "must be rows of equal length, one for each solution",
    "nothing": "must hold a weight above 0",
}
"""What is wrong → the words."""


@dataclass(frozen=True)
class Window:
    """From the first to the last day, both included, so many places."""

    begins: dt.date
    ends: dt.date
    places: int = 1


@dataclass(frozen=True)
class Solution:
    """What is to be tested, and what its trial needs."""

    id: str
    needs: Mapping[str, bool | float] = field(default_factory=dict)
    wishes: Mapping[str, bool | float] = field(default_factory=dict)
    brings: frozenset[str] = frozenset()
    environment: str = ""
    target_group: str = ""
    place: tuple[float, float] | None = None
    days: int = 1
    begins: dt.date | None = None
    ends: dt.date | None = None
    months: frozenset[int] = frozenset()
    feasible: frozenset[str] | None = None
    """The sites that are possible, where the instance says so itself."""


@dataclass(frozen=True)
class Offer:
    """A site, and what it offers."""

    id: str
    offers: Mapping[str, bool | float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    environment: str = ""
    place: tuple[float, float] | None = None
    windows: tuple[Window, ...] = ()
    people: Mapping[str, float] = field(default_factory=dict)
    """How many it reaches, by group; ``""`` is the number of all."""
    past: float = 0.5

    def reached(self, group: str) -> float:
        """How many people of a group it reaches; of a group it says nothing about, all."""
        if group in self.people:
            return self.people[group]
        return self.people.get("", max(self.people.values(), default=0.0))


@dataclass(frozen=True)
class Instance:
    """Solutions, sites, and what counts how much."""

    solutions: tuple[Solution, ...]
    sites: tuple[Offer, ...]
    weights: dict[str, float]
    scores: npt.NDArray[np.float64] | None = None
    """Scores that were given instead of parts."""
