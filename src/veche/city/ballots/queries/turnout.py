"""The course of the turnout: how many had voted by the end of each hour, and its picture.

Shown where the count itself is shown to everybody, and of every vote that is over. No hour tells of
fewer than `LEAST_PEOPLE`: who came in a quiet one are told with the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from veche.city.ballots.models import TurnoutHour, Vote
from veche.city.ballots.procedure import BEFORE, RUNNING
from veche.city.ballots.queries.votes import config_of
from veche.city.ballots.vote.result import LEAST_PEOPLE

HOUR = dt.timedelta(hours=1)
WIDE, TALL = 1000.0, 100.0
MOST_TICKS = 8
"""Days named under the picture."""


@dataclass(frozen=True)
class Point:
    """How many had voted by a moment."""

    until: dt.datetime
    number: int
    more: int
    """Of them since the point before."""


@dataclass(frozen=True)
class Mark:
    """A line of the picture: where it is, in per cent, and what it says."""

    at: str
    number: int = 0
    day: dt.date | None = None


@dataclass(frozen=True)
class Course:
    """The course of one vote."""

    points: Sequence[Point]
    days: Sequence[Point]
    """The last point of each day of the city's calendar."""
    line: str
    """The letters of the line, in a picture of 1000 by 100."""
    heights: Sequence[Mark]
    ticks: Sequence[Mark]


def course_shown(vote: Vote) -> bool:
    """Whether everybody may see the course: not while the count itself is kept back."""
    if vote.case.state in BEFORE:
        return False
    return vote.case.state not in RUNNING or config_of(vote).live == "live"


def course_points(vote: Vote, at: dt.datetime) -> list[Point]:
    """The points of the course, the first before the others; none before enough have voted."""
    rows = TurnoutHour.objects.filter(vote=vote).order_by("hour")
    return points_of(list(rows.values_list("hour", "number")), min(at, vote.closes_at))


def points_of(rows: Sequence[tuple[dt.datetime, int]], end: dt.datetime) -> list[Point]:
    """Rows of (beginning of the hour, number) as points that tell of enough people each.

    ``end`` is the present or the close: the newest hour is told until then.
    """
    kept: list[tuple[dt.datetime, int]] = []
    for hour, number in rows:
        # The newest row may be of a few, and annulments take from the number: told with the last.
        while kept and number - kept[-1][1] < LEAST_PEOPLE:
            kept.pop()
        if number - (kept[-1][1] if kept else 0) >= LEAST_PEOPLE:
            kept.append((min(hour + HOUR, end), number))
    before = [0, *(number for _until, number in kept)]
    return [Point(until, number, number - before[n]) for n, (until, number) in enumerate(kept)]


def course_of(vote: Vote, at: dt.datetime) -> Course | None:
    """The course with its picture; None where it is not shown, or too few have voted."""
    points = course_points(vote, at) if course_shown(vote) else []
    if not points:
        return None
    days: dict[dt.date, Point] = {}
    for one in points:
        # What ended at midnight was of the day before.
        days[timezone.localdate(one.until - dt.timedelta(microseconds=1))] = one
    last = list(days.values())
    daily = [
        Point(one.until, one.number, one.number - (last[n - 1].number if n else 0))
        for n, one in enumerate(last)
    ]
    top = _round_up(max(one.number for one in points))
    return Course(
        points=points,
        days=daily,
        line=_line(points, vote.opens_at, vote.closes_at, top),
        heights=[Mark(f"{100 * (1 - part / 2):.1f}", top * part // 2) for part in (1, 2)],
        ticks=_ticks(vote.opens_at, vote.closes_at),
    )


def _line(points: Sequence[Point], begin: dt.datetime, end: dt.datetime, top: int) -> str:
    """The letters of the line from the opening on."""
    whole = (end - begin).total_seconds()
    places = [(0.0, TALL)]
    for one in points:
        x = WIDE * (one.until - begin).total_seconds() / whole
        places.append((min(max(x, 0.0), WIDE), TALL * (1 - one.number / top)))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _ticks(begin: dt.datetime, end: dt.datetime) -> list[Mark]:
    """The beginnings of days between the two, not more than are read easily."""
    first, last = timezone.localdate(begin) + dt.timedelta(days=1), timezone.localdate(end)
    number = (last - first).days + 1
    step = max(1, -(-number // MOST_TICKS))
    whole = (end - begin).total_seconds()
    found = []
    for n in range(0, number, step):
        day = first + dt.timedelta(days=n)
        midnight = timezone.make_aware(dt.datetime.combine(day, dt.time()))
        found.append(Mark(f"{100 * (midnight - begin).total_seconds() / whole:.2f}", day=day))
    return found


def _round_up(number: int) -> int:
    """The least of 10, 20, 50, 100, 200, … that is not smaller: what the picture goes up to."""
    top = 10
    while top < number:
        top = top * 5 // 2 if str(top)[0] == "2" else top * 2
    return top
