"""Reading what zones lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from veche.city.spheres.models import Zone, ZoneDay
from veche.city.spheres.rules import losses
from veche.errors import NotFound

DAYS = 28


@dataclass(frozen=True)
class Row:
    """A day of a zone, as pages show it."""

    day: dt.date
    state: str
    reckoned: losses.Day


@dataclass(frozen=True)
class Stand:
    """A zone and its days, newest first."""

    zone: Zone
    days: Sequence[Row]

    @property
    def last(self) -> Row | None:
        """The newest day."""
        return self.days[0] if self.days else None

    @property
    def most(self) -> float:
        """The greatest amount that went in on a day, for the bars of a chart."""
        return max((one.reckoned.went_in for one in self.days), default=0.0)


def zones(code: str = "", days: int = DAYS) -> list[Stand]:
    """The zones with their newest days, those with a leak first.

    Raises:
        NotFound: a zone was asked for that does not exist.
    """
    rows = Zone.objects.select_related("territory", "owner").defer("territory__outline")
    rows = rows.filter(code=code) if code else rows.order_by("code")
    by_zone: dict[int, list[Row]] = {one.pk: [] for one in rows}
    if code and not by_zone:
        raise NotFound
    newest = ZoneDay.objects.order_by("-day").values_list("day", flat=True).first()
    if newest is not None:
        since = newest - dt.timedelta(days=days)
        for one in ZoneDay.objects.filter(zone__in=list(by_zone), day__gt=since).order_by("-day"):
            day = losses.Day(one.went_in, one.taken, one.coverage, one.night_in, one.night_taken)
            by_zone[one.zone_id].append(Row(one.day, one.state, day))
    found = [Stand(one, by_zone[one.pk]) for one in rows]
    return sorted(found, key=lambda stand: not (stand.last and stand.last.state == "leak"))


def leaks(kind: str) -> list[Stand]:
    """The zones of one kind in which a leak shows on the newest day."""
    if not Zone.objects.filter(kind=kind).exists():
        return []
    return [
        one
        for one in zones(days=1)
        if one.zone.kind == kind and one.last is not None and one.last.state == "leak"
    ]
