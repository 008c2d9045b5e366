"""Limits of duty, and how the turns of a rotation follow each other. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

TAKE_OVER = dt.timedelta(minutes=15)
"""How long a hand-over may wait for the next shift before the tier above is told."""
LOOK_BACK = dt.timedelta(hours=24)
"""Shifts that ended longer ago are not handed over any more."""
BEFORE_END = dt.timedelta(hours=1)
"""How long before the end of a turn its hand-over may be written."""
LONGEST_TURN = dt.timedelta(days=31)
MOST_IN_ORDER = 60
"""People in one rotation."""
LONGEST_NOTE, LONGEST_WORDS = 500, 4000
ONE_LOOK = dt.timedelta(minutes=5)
"""Reading the same on and on within this time is one look."""
DAY_HOURS = 24


@dataclass(frozen=True)
class Slot:
    """A turn to be made: the how manieth since the rotation began, from when, until when."""

    number: int
    since: dt.datetime
    until: dt.datetime


def slots(
    *,
    begins: dt.date,
    hour: int,
    hours: int,
    days: Sequence[int],
    zone: ZoneInfo,
    since: dt.datetime,
    until: dt.datetime,
) -> Iterator[Slot]:
    """The turns that begin before ``until`` and end after ``since``, in order.

    Hours are those of the city's clock: a turn from eight to eight stays so when clocks are put
    forward. Turns whose length divides a day follow each other round the clock; of another length
    under a day there is one a day; a longer one is followed by the next when it is over, or on the
    next of the days of the week that are chosen.
    """
    a_day = DAY_HOURS // hours if hours < DAY_HOURS and DAY_HOURS % hours == 0 else 1
    stride = -(-hours // DAY_HOURS)
    number = 0
    free_from = begins
    for ahead in count():
        day = begins + dt.timedelta(days=ahead)
        if dt.datetime.combine(day, dt.time(hour), zone) >= until:
            return
        if day < free_from or (days and day.isoweekday() not in days):
            continue
        free_from = day + dt.timedelta(days=stride)
        for turn in range(a_day):
            begin = dt.datetime.combine(day, dt.time(hour)) + dt.timedelta(hours=hours * turn)
            end = begin + dt.timedelta(hours=hours)
            slot = Slot(
                number,
                begin.replace(tzinfo=zone).astimezone(dt.UTC),
                end.replace(tzinfo=zone).astimezone(dt.UTC),
            )
            number += 1
            if slot.until > since and slot.since < until:
                yield slot


def free(
    slot: Slot, taken: Sequence[tuple[dt.datetime, dt.datetime]]
) -> list[tuple[dt.datetime, dt.datetime]]:
    """What of a slot is left when other turns have their time."""
    left = [(slot.since, slot.until)]
    for since, until in taken:
        left = [
            part
            for a, b in left
            for part in ((a, min(b, since)), (max(a, until), b))
            if part[0] < part[1]
        ]
    return left
