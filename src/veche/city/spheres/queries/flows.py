"""Reading where people ride, in numbers that speak of nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from veche.city.spheres.models import RideCount
from veche.city.spheres.rules import flows
from veche.core.places.models import Territory
from veche.core.places.queries import atlas


@dataclass(frozen=True)
class Line:
    """A row of the table; None where a number is left out."""

    name: str
    cells: Sequence[int | None]
    total: int


@dataclass(frozen=True)
class Table:
    """A day's table of rides between districts."""

    day: dt.date
    columns: Sequence[str]
    lines: Sequence[Line]
    totals: Sequence[int]
    total: int
    left_out: int
    """How many numbers are left out."""
    shown: bool = True
    """False: nothing could hide the small numbers, so that nothing is shown but the sum."""

    @property
    def most(self) -> int:
        """The greatest number in it."""
        return max((cell or 0 for line in self.lines for cell in line.cells), default=0)


def days() -> list[dt.date]:
    """The days of which there are counts, newest first; at most two months."""
    rows = RideCount.objects.order_by("-day").values_list("day", flat=True).distinct()
    return list(rows[:62])


def _district(territory: Territory) -> int:
    return territory.district_id or territory.pk


def table(day: dt.date) -> Table:
    """The rides of a whole day between districts, all kinds together.

    One table a day and no other by place: two that speak of the same rides could be subtracted.
    """
    places = atlas().by_id
    counted: dict[flows.Cell, int] = {}
    rows = RideCount.objects.filter(day=day).values_list("origin", "destination")
    for origin, destination, rides in rows.annotate(rides=Sum("rides")):
        cell = (_district(places[origin]), _district(places[destination]))
        counted[cell] = counted.get(cell, 0) + rides
    total = sum(counted.values())
    if total < flows.LEAST:
        return Table(day, [], [], [], 0, 0, shown=False)
    by_row, by_column = flows.joined(counted)
    cells: dict[flows.Cell, int] = {}
    for (row, column), rides in counted.items():
        cell = (by_row[row], by_column[column])
        cells[cell] = cells.get(cell, 0) + rides
    gaps = flows.suppressed(cells)
    if gaps is None:
        return Table(day, [], [], [], total, len(cells), shown=False)
    rows_ = sorted({row for row, _column in cells}, key=lambda pk: places[pk].code)
    columns = sorted({column for _row, column in cells}, key=lambda pk: places[pk].code)
    return Table(
        day=day,
        columns=[_name(pk, by_column) for pk in columns],
        lines=[
            Line(
                _name(row, by_row),
                [None if (row, c) in gaps else cells.get((row, c), 0) for c in columns],
                sum(rides for (r, _c), rides in cells.items() if r == row),
            )
            for row in rows_
        ],
        totals=[
            sum(rides for (_r, c), rides in cells.items() if c == column) for column in columns
        ],
        total=total,
        left_out=len(gaps),
    )


def _name(pk: int, joined: dict[int, int]) -> str:
    places = atlas().by_id
    members = sorted(one for one, into in joined.items() if into == pk)
    return " + ".join(str(places[one]) for one in members)


@dataclass(frozen=True)
class Hour:
    """The rides of an hour in the whole city; None where fewer than five."""

    hour: int
    rides: int | None


def hours(day: dt.date) -> list[Hour]:
    """The rides of a day by the hour, in the whole city.

    The day's sum is published beside it, so that one hour alone is never left out: the next
    smallest goes with it.
    """
    rows = RideCount.objects.filter(day=day).values_list("hour").annotate(rides=Sum("rides"))
    found = dict(rows)
    hidden = {hour for hour, rides in found.items() if rides < flows.LEAST}
    rest = sorted((rides, hour) for hour, rides in found.items() if hour not in hidden)
    while (
        hidden
        and rest
        and (len(hidden) < 2 or sum(found[hour] for hour in hidden) < 2 * flows.LEAST)
    ):
        hidden.add(rest.pop(0)[1])
    return [Hour(hour, None if hour in hidden else found.get(hour, 0)) for hour in range(24)]
