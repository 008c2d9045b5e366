"""What is lost between the meter of a zone and the meters of its houses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

ENOUGH = 0.9
"""Share of the house hours that must have been read for anything to be said."""
SURE_MADS = 4.0
LEAST_SHARE = 0.05
"""So much more of what went in must be lost than usual …"""
LEAST_NIGHT = 0.10
"""… and so much more of what goes in at night, when next to nothing is used."""
WEEKS_DAYS = 28
FEWEST_DAYS = 7
"""Usual is the middle of four weeks, and is not known before there is one."""


@dataclass(frozen=True)
class Day:
    """A zone's day."""

    went_in: float
    taken: float
    coverage: float
    night_in: float
    night_taken: float

    @property
    def known(self) -> bool:
        """Whether enough was read."""
        return self.coverage >= ENOUGH and self.went_in > 0

    @property
    def lost(self) -> float:
        """What the houses did not take; below zero where meters disagree."""
        return self.went_in - self.taken

    @property
    def share(self) -> float:
        """The lost share of what went in."""
        return self.lost / self.went_in if self.went_in else 0.0

    @property
    def night(self) -> float:
        """The lost share of what went in at night."""
        return (self.night_in - self.night_taken) / self.night_in if self.night_in else 0.0


def usual(earlier: Sequence[Day]) -> tuple[float, float, float] | None:
    """The middle lost share, its MAD and the middle share at night of days that are known; None
    where there are too few."""
    known = [one for one in earlier if one.known][-WEEKS_DAYS:]
    if len(known) < FEWEST_DAYS:
        return None
    middle = median(one.share for one in known)
    mad = median(abs(one.share - middle) for one in known)
    return middle, mad, median(one.night for one in known)


def state_of(earlier: Sequence[Day], today: Day) -> str:
    """``unknown``, ``usual`` or ``leak``, by the days before, oldest first.

    By day and by night: a leak runs always, while a feast or a watered garden does not run at
    three o'clock.
    """
    if not today.known:
        return "unknown"
    middle = usual(earlier)
    if middle is None:
        return "usual"
    share, mad, night = middle
    by_day = today.share - share > max(LEAST_SHARE, SURE_MADS * mad)
    by_night = today.night - night > LEAST_NIGHT
    return "leak" if by_day and by_night else "usual"
