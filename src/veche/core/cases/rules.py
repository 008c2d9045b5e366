"""Terms on calendars: when something is due. Pure Python.

A term of hours runs by the clock. A term of days ends at the end of its last day, local time of
the city: a problem passed on Monday with eight calendar days is due on Tuesday of the next week
at 23:59:59. Working days are counted on a calendar that knows holidays *and* working days moved
to a weekend (as Russia and China move them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """What a term is counted in."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Term:
    """How long somebody has: a number and its unit."""

    number: int
    unit: Unit = Unit.CALENDAR_DAYS

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError("a term is at least one")


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: weekends, holidays, and working days moved to a weekend."""

    zone: ZoneInfo
    weekend: AbstractSet[int] = frozenset({5, 6})
    """Days of the week that are free, Monday being 0."""
    holidays: AbstractSet[dt.date] = frozenset()
    moved: AbstractSet[dt.date] = frozenset()
    """Days that are worked although they fall on a weekend or a holiday."""

    def works(self, day: dt.date) -> bool:
        """Whether the day is worked."""
        if day in self.moved:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def end_of(self, day: dt.date) -> dt.datetime:
        """The last second of a day in the city, in UTC."""
        return dt.datetime.combine(day, dt.time(23, 59, 59), self.zone).astimezone(dt.UTC)


LONGEST_CALENDAR = 3660
"""Days searched for the next working day before giving up: ten years."""


def due(since: dt.datetime, term: Term, calendar: WorkCalendar) -> dt.datetime:
    """When a term that begins at ``since`` ends, in UTC.

    The day it begins on does not count. Never earlier than ``since``; never earlier for a longer
    term.

    Raises:
        ValueError: the calendar has no working days.
    """
    if term.unit is Unit.HOURS:
        # In UTC: a local clock skips or repeats an hour in spring and autumn.
        return since.astimezone(dt.UTC) + dt.timedelta(hours=term.number)
    day = since.astimezone(calendar.zone).date()
    if term.unit is Unit.CALENDAR_DAYS:
        return calendar.end_of(day + dt.timedelta(days=term.number))
    left = term.number
    for _step in range(LONGEST_CALENDAR):
        day += dt.timedelta(days=1)
        if calendar.works(day):
            left -= 1
            if left == 0:
                return calendar.end_of(day)
    raise ValueError("the calendar has no working days")


def days_left(at: dt.datetime, due_at: dt.datetime, zone: ZoneInfo) -> int:
    """Whole days of the city's calendar until the due day; negative when it has passed."""
    return (due_at.astimezone(zone).date() - at.astimezone(zone).date()).days


def working_days_left(at: dt.datetime, due_at: dt.datetime, calendar: WorkCalendar) -> int:
    """Working days after today up to and with the due day; negative when it has passed."""
    today = at.astimezone(calendar.zone).date()
    end = due_at.astimezone(calendar.zone).date()
    first, last, sign = (today, end, 1) if end >= today else (end, today, -1)
    span = (last - first).days
    return sign * sum(
        calendar.works(first + dt.timedelta(days=step)) for step in range(1, span + 1)
    )


def resumed(
    due_at: dt.datetime,
    paused_at: dt.datetime,
    at: dt.datetime,
    unit: Unit,
    calendar: WorkCalendar,
) -> dt.datetime:
    """When a term that stood still from ``paused_at`` to ``at`` is due: as many days after the
    pause as were left when it began.

    Never earlier than it was; what was late before the pause stays late by as much.
    """
    if paused_at >= due_at:
        return due_at
    if unit is Unit.HOURS:
        return due_at + (at - paused_at)
    if unit is Unit.WORKING_DAYS:
        left = working_days_left(paused_at, due_at, calendar)
    else:
        left = days_left(paused_at, due_at, calendar.zone)
    if left < 1:  # the pause began on the last day: the day of the reply is the last day
        today = at.astimezone(calendar.zone).date()
        while unit is Unit.WORKING_DAYS and not calendar.works(today):
            today += dt.timedelta(days=1)
        return max(due_at, calendar.end_of(today))
    return max(due_at, due(at, Term(left, unit), calendar))


def relaid(
    due_at: dt.datetime, at: dt.datetime, before: WorkCalendar, now: WorkCalendar
) -> dt.datetime:
    """When a term of working days that was due at ``due_at`` by one calendar is due by another:
    it keeps the working days it had left at ``at``.

    Never earlier than it was; what is late already stays as it is.

    Raises:
        ValueError: the calendar has no working days.
    """
    left = working_days_left(at, due_at, before)
    if due_at <= at:
        return due_at
    if left >= 1:
        found = max(due_at, due(at, Term(left, Unit.WORKING_DAYS), now))
        if now.works(found.astimezone(now.zone).date()):
            return found
    # Due today, or on a day that is free now: the next day that is worked.
    day = due_at.astimezone(now.zone).date()
    for _step in range(LONGEST_CALENDAR):
        if now.works(day):
            return max(due_at, now.end_of(day))
        day += dt.timedelta(days=1)
    raise ValueError("the calendar has no working days")


MOST_DISPUTES = 2
"""How often offices may say that a case is not theirs, before the owner of last resort has it."""
LEVELS = ((1, 0, "head"), (2, 2, "controller"), (3, 5, ""))
"""Level, days after the promise, whose holders are told: what a city begins with."""
PROLONGATION_REASONS = (
    "weather",
    "parts-ordered",
    "works-planned",
    "contract",
    "other-works",
    "permission",
)
"""Why an office may ask for a later date."""
MOST_PROLONGED = dt.timedelta(days=60)
"""How much later than the promise a new date may be."""


def wrong(office: int, decided_for: int) -> str:
    """Who was wrong in a dispute that somebody judged: ``office``, which returned what is its own,
    or ``routing``, which had sent it to the wrong office."""
    return "office" if office == decided_for else "routing"


def days_late(promised_at: dt.datetime, done_at: dt.datetime, zone: ZoneInfo) -> int:
    """Whole days of the city's calendar after a promise; 0 where it was kept."""
    return max(0, days_left(promised_at, done_at, zone)) if done_at > promised_at else 0


def by_contract(
    due_at: dt.datetime,
    promised_at: dt.datetime | None,
    at: dt.datetime,
    unit: Unit,
    calendar: WorkCalendar,
) -> dt.datetime:
    """When an office must be done by its contract: never later than what its author was promised.

    A contract of working days that ends with the promise ends on the last day before it that is
    worked. What was given to it after the promise had passed is late already: then the contract
    alone says how long the office has.
    """
    if promised_at is None or promised_at <= at or due_at <= promised_at:
        return due_at
    day = promised_at.astimezone(calendar.zone).date()
    if unit is not Unit.WORKING_DAYS or calendar.works(day):
        return promised_at
    while not calendar.works(day) and calendar.end_of(day) > at:
        day -= dt.timedelta(days=1)
    return calendar.end_of(day) if calendar.end_of(day) > at else promised_at
