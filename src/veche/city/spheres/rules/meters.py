"""What a meter's new number says beside its last ones, and what the use costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

FITS, BELOW, FAR, NONE_USED, TOO_LONG = "fits", "below", "far", "none", "digits"
"""Verdicts: it fits; it is below the last; far more than usual; nothing was used; too many
digits for this meter."""
TIMES = 3
"""So many times the usual use is asked about."""
MONTH = dt.timedelta(days=30)
USUAL = {
    "cold_water": Decimal(8),
    "hot_water": Decimal(6),
    "electricity": Decimal(250),
    "gas": Decimal(60),
    "heat": Decimal("2.5"),
}
"""What a home uses in thirty days, for whom there is nothing earlier to compare with."""
LEAST_SPAN = dt.timedelta(days=1)
FIRST_DAY, LAST_DAY = 15, 25
"""Days of the month between which numbers are to be given."""


@dataclass(frozen=True)
class Given:
    """A number at a moment."""

    number: Decimal
    at: dt.datetime


@dataclass(frozen=True)
class Verdict:
    """How a new number looks beside the earlier ones."""

    what: str
    used: Decimal | None = None
    """Units since the last number; None where there is none."""
    usual: Decimal | None = None
    """What would have been usual for that time."""

    @property
    def plausible(self) -> bool:
        """Whether nobody need be asked."""
        return self.what == FITS


def turned(before: Decimal, after: Decimal, digits: int, usual: Decimal) -> bool:
    """Whether a smaller number is a meter that began at nought again: it stood near its end, and
    what was used so is no more than would be asked about."""
    whole = Decimal(10) ** digits
    return after < before and whole - before + after <= usual * TIMES


def used_between(before: Decimal, after: Decimal, digits: int) -> Decimal:
    """Units between two numbers of a meter; a smaller second one has begun at nought again."""
    return after - before if after >= before else Decimal(10) ** digits - before + after


def usual_in(kind: str, earlier: Sequence[Given], digits: int, span: dt.timedelta) -> Decimal:
    """What is usual for a time, by the earlier numbers (oldest first), or by a home like others.

    A year of numbers at most counts: the middle one of the uses a day, so that one odd month does
    not become the usual.
    """
    rates = []
    for first, second in pairwise(earlier):
        took = second.at - first.at
        if took >= LEAST_SPAN:
            used = used_between(first.number, second.number, digits)
            rates.append(used / Decimal(took / dt.timedelta(days=1)))
    days = Decimal(max(span, LEAST_SPAN) / dt.timedelta(days=1))
    if len(rates) < 2:
        return USUAL[kind] / 30 * days
    middle = sorted(rates[-12:])[len(rates[-12:]) // 2]
    return max(middle, USUAL[kind] / 300) * days


def judge(kind: str, digits: int, earlier: Sequence[Given], new: Given) -> Verdict:
    """How a new number looks beside the earlier ones, oldest first."""
    if new.number >= Decimal(10) ** digits:
        return Verdict(TOO_LONG)
    if not earlier:
        return Verdict(FITS)
    last = earlier[-1]
    usual = usual_in(kind, earlier, digits, new.at - last.at)
    if new.number < last.number and not turned(last.number, new.number, digits, usual):
        return Verdict(BELOW, None, usual)
    used = used_between(last.number, new.number, digits)
    # A day's first look is small: below a tenth of a month's use nothing is far.
    if used > usual * TIMES and used > USUAL[kind] / 10:
        return Verdict(FAR, used, usual)
    if used == 0 and new.at - last.at >= 2 * MONTH:
        return Verdict(NONE_USED, used, usual)
    return Verdict(FITS, used, usual)


@dataclass(frozen=True)
class Price:
    """What a unit costs from a day to before another."""

    since: dt.date
    until: dt.date | None
    price: Decimal
    norm: Decimal | None = None
    price_above: Decimal | None = None


@dataclass(frozen=True)
class Part:
    """A part of a bill: so many units at a price."""

    since: dt.date
    until: dt.date
    units: Decimal
    price: Decimal

    @property
    def cost(self) -> Decimal:
        """What this part costs."""
        return (self.units * self.price).quantize(Decimal("0.01"))


def bill(
    used: Decimal, since: dt.date, until: dt.date, prices: Sequence[Price]
) -> tuple[list[Part], Decimal | None]:
    """The parts of an estimate and its sum, for what was used from a day to before another.

    The use is spread evenly over the days, each part at the price of its days; the norm of a month
    is that of thirty days. The sum is None where a day has no price.
    """
    days = max((until - since).days, 1)
    end = since + dt.timedelta(days=days)
    parts: list[Part] = []
    covered = 0
    for price in sorted(prices, key=lambda one: one.since):
        first, last = max(since, price.since), min(end, price.until or end)
        span = (last - first).days
        if span <= 0:
            continue
        covered += span
        units = used * span / days
        if price.norm is None or price.price_above is None:
            parts.append(Part(first, last, units, price.price))
            continue
        below = min(units, price.norm * span / 30)
        parts.append(Part(first, last, below, price.price))
        if units > below:
            parts.append(Part(first, last, units - below, price.price_above))
    if covered < days:
        return parts, None
    return parts, sum((part.cost for part in parts), Decimal(0))


def due(day: dt.date, given: bool) -> str:
    """Whether numbers are to be given now: ``given``, ``soon``, ``now`` or ``late``."""
    if given:
        return "given"
    if day.day < FIRST_DAY:
        return "soon"
    return "now" if day.day <= LAST_DAY else "late"
