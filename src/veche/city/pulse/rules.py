"""What a value means, and when a state changes: pure, the same for the engine and for its tests.

A value is compared with fixed limits and, where an indicator has a season, with what is usual for
the hour of the week. Each of the three levels is a latch of its own: it closes when the value has
been beyond its limit for so many samples and so long, and opens when the value has been back
behind the limit, less a margin, for as long. What a latch waits for is kept in the database, so
that "above 100 for ten minutes" goes on counting after a restart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

NORMAL: Final = "normal"
STALE: Final = "stale"
NO_DATA: Final = "none"
LEVELS: Final = ("watch", "warning", "critical")
"""The levels of what is not as it should be, the mildest first."""
ALARMING: Final = ("warning", "critical")
"""The levels that raise an alarm."""
RANK: Final = {NORMAL: 0, **{level: place for place, level in enumerate(LEVELS, 1)}}
"""How bad a state is; a silent place has no rank: it is not known how it stands."""
SPREAD: Final = 1.4826
"""A MAD times this is the standard deviation of a normal distribution."""

MEASURES: Final = ("last", "mean", "sum", "min", "max", "count", "rate", "anomaly")
"""What is made of the readings of one stream in the window; ``last`` needs none, and ``anomaly``
tells how unlike the past weeks it is, 0 to 1."""
ACROSS: Final = ("mean", "sum", "min", "max", "share_above", "share_below", "count_above",
                 "count_below")  # fmt: skip
"""How the streams of one place become one value."""
OF_MATTERS: Final = ("opened", "closed", "open", "late", "answered_share")
OF_SOURCES: Final = ("silent", "silent_share", "refused")
PLACES: Final = ("city", "district", "neighbourhood", "thing")
LONGEST_WINDOW: Final = 35 * 86_400
"""Seconds a formula may look back."""

FLAPS: Final = 5
CALM: Final = dt.timedelta(minutes=10)
"""An alarm that came back so often within this time is held until it has been calm for as long."""


@dataclass(frozen=True)
class Formula:
    """What an indicator is made from.

    ``over`` is readings, matters or sources. Of readings: the `property` by its code, what is made
    of each stream (`measure`) in `window` seconds, and how streams become one value (`across`,
    with a `threshold` for shares and counts). Of matters: the `procedure`, the `theme` (empty: all)
    and the measure. `scale` multiplies the result (100 makes a share a percentage).
    """

    over: str
    measure: str
    property: str = ""
    window: int = 0
    across: str = "mean"
    threshold: float | None = None
    procedure: str = ""
    theme: str = ""
    scale: float = 1.0

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Formula:
        """The formula that a mapping says.

        Raises:
            ValueError: it says something that cannot be reckoned, and what.
        """
        unknown = given.keys() - cls.__dataclass_fields__.keys()
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        numbers = {  # files and pages write 90 as often as 90.0
            name: float(given[name])
            for name in ("threshold", "scale")
            if given.get(name) is not None
        }
        made = cls(**{**given, **numbers})
        known = {"readings": MEASURES, "matters": OF_MATTERS, "sources": OF_SOURCES}.get(made.over)
        if known is None:
            raise ValueError(f"over: {made.over}")
        if made.measure not in known:
            raise ValueError(f"measure: {made.measure}")
        if not 0 <= made.window <= LONGEST_WINDOW:
            raise ValueError(f"window: {made.window}")
        if made.over == "readings":
            if not made.property:
                raise ValueError("property")
            if made.across not in ACROSS:
                raise ValueError(f"across: {made.across}")
            if made.across.endswith(("above", "below")) and made.threshold is None:
                raise ValueError("threshold")
            if (made.measure == "last") != (made.window == 0):
                raise ValueError("window")
        return made


@dataclass(frozen=True)
class Limits:
    """Fixed limits: watch, warning and critical, above and below; None where there is none."""

    high: tuple[float | None, ...] = (None, None, None)
    low: tuple[float | None, ...] = (None, None, None)

    @classmethod
    def of(cls, given: Mapping[str, Sequence[float | None]]) -> Limits:
        """The limits that a mapping says.

        Raises:
            ValueError: they are not three numbers each, in order, or high ones lie below low ones.
        """
        sides = []
        for side in ("high", "low"):
            three = tuple(given.get(side) or (None, None, None))
            if len(three) != 3 or any(v is not None and not math.isfinite(v) for v in three):
                raise ValueError(side)
            there = [v for v in three if v is not None]
            if there != sorted(there, reverse=side == "low"):
                raise ValueError(side)
            sides.append(three)
        high, low = ([v for v in side if v is not None] for side in sides)
        if high and low and min(high) <= max(low):
            raise ValueError("high")
        return cls(*sides)


@dataclass(frozen=True)
class Season:
    """How many standard deviations from what is usual are too many; None: never."""

    watch: float | None = None
    warning: float | None = None
    critical: float | None = None

    @property
    def steps(self) -> tuple[float | None, ...]:
        """The three, the mildest first."""
        return (self.watch, self.warning, self.critical)


@dataclass(frozen=True)
class Usual:
    """What is usual for this hour of the week at a place."""

    median: float
    mad: float

    @property
    def spread(self) -> float:
        """The standard deviation that the MAD stands for; at least a fiftieth of the median, so
        that a place where nothing ever changed is not alarmed by the first change."""
        return max(self.mad * SPREAD, abs(self.median) / 50, 1e-9)


@dataclass(frozen=True)
class Rule:
    """Everything of an indicator that decides about its state."""

    limits: Limits = field(default_factory=Limits)
    direction: str = "high"
    season: Season | None = None
    margin: float = 0.0
    hold_samples: int = 1
    hold_seconds: int = 0
    least_spread: float = 0.0
    """A standard deviation is never smaller: where two calls an hour are usual, a third is not
    five deviations away, however often it was exactly two."""

    def spread(self, usual: Usual) -> float:
        """The standard deviation that a season counts in."""
        return max(usual.spread, self.least_spread)


def bounds(rule: Rule, level: int, usual: Usual | None) -> list[tuple[str, float]]:
    """The limits of one level (0 watch … 2 critical), fixed and of the season: (side, limit)."""
    found: list[tuple[str, float]] = []
    for side, three in (("high", rule.limits.high), ("low", rule.limits.low)):
        limit = three[level]
        if limit is not None:
            found.append((side, limit))
    steps = rule.season.steps[level] if rule.season else None
    if steps is not None and usual is not None:
        if rule.direction in ("high", "both"):
            found.append(("high", usual.median + steps * rule.spread(usual)))
        if rule.direction in ("low", "both"):
            found.append(("low", usual.median - steps * rule.spread(usual)))
    return found


def beyond(
    value: float, rule: Rule, level: int, usual: Usual | None, *, closed: bool = False
) -> bool:
    """Whether a value is beyond a level; a latch that is closed lets go only behind the margin."""
    back = rule.margin if closed else 0.0
    return any(
        value >= limit - back if side == "high" else value <= limit + back
        for side, limit in bounds(rule, level, usual)
    )


def level_of(value: float | None, rule: Rule, usual: Usual | None = None) -> str:
    """What a value alone says, without any memory."""
    if value is None or not math.isfinite(value):
        return NO_DATA
    for place in (2, 1, 0):
        if beyond(value, rule, place, usual):
            return LEVELS[place]
    return NORMAL


@dataclass(frozen=True)
class Standing:
    """How an indicator stands at a place, with what its latches wait for.

    `runs` has, for each level whose latch is about to change, since when and for how many samples
    the value has been on the other side.
    """

    state: str
    since: dt.datetime
    runs: Mapping[str, tuple[dt.datetime, int]] = field(default_factory=dict)

    @property
    def coming(self) -> str:
        """The state it is about to have; empty when it is about to change nothing."""
        if not self.runs or self.state not in RANK:
            return ""
        now = RANK[self.state]
        worse = [level for level in LEVELS if level in self.runs and RANK[level] > now]
        if worse:
            return worse[-1]
        better = min(RANK[level] for level in self.runs)
        return (NORMAL, *LEVELS)[better - 1]


def step(
    last: Standing | None,
    value: float | None,
    rule: Rule,
    usual: Usual | None,
    at: dt.datetime,
    *,
    stale: bool = False,
    new: bool = True,
) -> Standing:
    """How it stands after a value.

    `stale`: what the value is made from is too old; `new`: the value has data in it that the last
    step had not, so that it counts as a sample.
    """
    if stale or value is None or not math.isfinite(value):
        state = STALE if stale else NO_DATA
        return last if last and last.state == state else Standing(state, at)
    closed = RANK.get(last.state, 0) if last else 0
    runs: dict[str, tuple[dt.datetime, int]] = {}
    rank = closed
    for place, level in enumerate(LEVELS):
        on = closed > place
        if beyond(value, rule, place, usual, closed=on) == on:
            continue
        since, count = (last.runs.get(level) if last else None) or (at, 0)
        count += 1 if new or count == 0 else 0
        held = (at - since).total_seconds() >= rule.hold_seconds
        if count >= rule.hold_samples and held:
            rank = max(rank, place + 1) if not on else min(rank, place)
        else:
            runs[level] = (since, count)
    state = (NORMAL, *LEVELS)[rank]
    if last is not None and last.state == state:
        return Standing(state, last.since, runs)
    return Standing(state, at, runs)


def calls_for(last: str, now: Standing, coming: str = "") -> str:
    """What a step asks of the alarm of its place: raise, return, or nothing (empty).

    Only a warning and what is worse is an alarm: what is to be watched stands on the page. Silence
    neither raises nor returns one, for nobody knows; what was beyond a limit before a silence and
    is about to be so again is not returned in between, but when it turns out not to be
    (`coming`: what it was about to be before this step).
    """
    if now.state in ALARMING:
        return "raise" if now.state != last else ""
    if now.state in RANK and (last in (*ALARMING, STALE, NO_DATA) or coming in ALARMING):
        return "" if now.coming in ALARMING else "return"
    return ""


def flapping(comings: Sequence[dt.datetime], at: dt.datetime) -> bool:
    """Whether an alarm that came at these moments comes and goes too often to be believed."""
    return sum(1 for one in comings if at - one <= CALM) >= FLAPS


def worse(one: str, other: str) -> str:
    """The worse of two levels."""
    return one if RANK.get(one, 0) >= RANK.get(other, 0) else other


def hour_of_week(at: dt.datetime) -> int:
    """The hour of the week of a moment in the city's own time: 0 is Monday, midnight to one."""
    return at.weekday() * 24 + at.hour
