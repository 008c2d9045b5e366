"""Where matters of the city were: events for the forecast of places, without anybody's name."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from veche.core.cases.terms import city_zone
from veche.core.notices.matters import placed
from veche.core.people.models import Residence
from veche.core.places.queries import atlas

if TYPE_CHECKING:
    from veche.city.pulse.engines.hotspots import Events, Grid
    from veche.city.pulse.models import Forecast
    from veche.core.places.models import Territory

FEWEST_RESIDENTS = 100
"""Reports per resident are reckoned for districts with so many registered residents."""
EVEN = 2.0
"""No district counts for more than so many times what it reported, or less than that part."""


@dataclass(frozen=True)
class Known:
    """The events of a city by kind, and how its degrees become metres."""

    kinds: dict[str, Events]
    districts: dict[str, list[int]]
    """The district of each event, in the order of `kinds`; 0 where it lies in none."""
    scale: tuple[float, float]
    """Metres of a degree of longitude and of latitude."""
    area: float
    """Of the city, in square metres."""

    def bounds(self, grid: Grid, number: int) -> tuple[float, float, float, float]:
        """West, south, east, north of a square in degrees."""
        x, y = grid.corner(number)
        side, (wide, tall) = grid.side, self.scale
        return x / wide, y / tall, (x + side) / wide, (y + side) / tall

    def squares(self, row: Forecast) -> tuple[Counter[int], Counter[int]]:
        """The events of a forecast's days by the number of their square, and by district.

        The squares of a forecast are found again by the corners of one of them.
        """
        from veche.city.pulse.models import ForecastCell

        events = self.kinds.get(row.kind)
        came: Counter[int] = Counter()
        where: Counter[int] = Counter()
        if events is None:
            return came, where
        first = row.since.toordinal()
        wide, tall = self.scale
        by_corner = {
            (round(one.west * wide / row.cell), round(one.south * tall / row.cell)): one.number
            for one in ForecastCell.objects.filter(forecast=row)
        }
        for day, x, y, district in zip(
            events.day.tolist(), events.x.tolist(), events.y.tolist(),
            self.districts[row.kind], strict=True,
        ):  # fmt: skip
            if first <= day < first + row.days:
                corner = int(x // row.cell), int(y // row.cell)
                # A square that was not chosen has no number here: its corner stands for it.
                came[by_corner.get(corner, -(corner[0] * 10**6 + corner[1]) - 1)] += 1
                where[district] += 1
        return came, where


def events(city: Territory, since: dt.date, until: dt.date) -> Known:
    """The public matters of a city opened from one day to another, by kind.

    Days are those of the city. A matter has a place and a day here, and nothing else.
    """
    import numpy as np

    from veche.city.pulse.engines.hotspots import Events
    from veche.city.pulse.engines.hotspots.events import DEGREE

    zone, places = city_zone(), atlas()
    begin, end = (dt.datetime.combine(day, dt.time(), zone) for day in (since, until))
    inside = set(places.inside(city))
    middle = round((city.south + city.north) / 2, 1)
    scale = DEGREE * float(np.cos(np.radians(middle))), DEGREE
    kinds: dict[str, list[tuple[int, float, float, int]]] = {}
    for one in placed(begin, end):
        if one.territory in inside:
            day = one.at.astimezone(zone).date().toordinal()
            where = places.by_id[one.territory].district_id or 0
            kinds.setdefault(one.theme, []).append(
                (day, one.longitude * scale[0], one.latitude * scale[1], where)
            )
    found, districts = {}, {}
    for kind, rows in sorted(kinds.items()):
        table = np.array([row[:3] for row in rows])
        found[kind] = Events(table[:, 0].astype(int), table[:, 1], table[:, 2])
        districts[kind] = [row[3] for row in rows]
    return Known(found, districts, scale, _area(city, scale))


def _area(city: Territory, scale: tuple[float, float]) -> float:
    from veche.core.places.ground import rings_of

    doubled = 0.0
    for ring in rings_of(city.outline):
        corners = [(x * scale[0], y * scale[1]) for x, y in ring]
        turned = corners[1:] + corners[:1]
        doubled += sum(a * d - b * c for (a, b), (c, d) in zip(corners, turned, strict=True))
    return abs(doubled) / 2


def residents(city: Territory, at: dt.datetime) -> dict[int, int]:
    """How many people are registered in each district, where they are enough to be counted."""
    places = atlas()
    rows = (
        Residence.objects.filter(
            territory__in=places.inside(city), since__lte=at, until__gt=at
        )
        .values_list("territory")
        .annotate(n=Count("person", distinct=True))
    )  # fmt: skip
    found: Counter[int] = Counter()
    for territory, n in rows:
        found[places.by_id[territory].district_id or 0] += n
    return {district: n for district, n in found.items() if district and n >= FEWEST_RESIDENTS}


def reports(known: Known, since: dt.date) -> Counter[int]:
    """Events of all kinds in the year before a day, by district."""
    found: Counter[int] = Counter()
    first = since.toordinal() - 365
    for kind, events_ in known.kinds.items():
        for day, where in zip(events_.day.tolist(), known.districts[kind], strict=True):
            if first <= day < since.toordinal():
                found[where] += 1
    return found


def reported(
    known: Known, city: Territory, since: dt.date, at: dt.datetime
) -> dict[str, tuple[int, float | None]]:
    """By the code of each district: the reports of the year before a day, and so many for a
    thousand registered residents; None where too few are registered."""
    people, said = residents(city, at), reports(known, since)
    return {
        one.code: (said[one.pk], 1000 * said[one.pk] / people[one.pk] if one.pk in people else None)
        for one in atlas().children(city)
    }


def evenness(known: Known, city: Territory, since: dt.date, at: dt.datetime) -> dict[int, float]:
    """By what to multiply what is expected in a district, were all to report alike.

    The city's reports a resident over the district's, within `EVEN`; 1 where too few residents are
    registered to say.
    """
    people, said = residents(city, at), reports(known, since)
    total = sum(said[district] for district in people)
    if not total:
        return {}
    usual = total / sum(people.values())
    return {
        district: min(max(usual * n / said[district], 1 / EVEN), EVEN) if said[district] else EVEN
        for district, n in people.items()
    }
