"""Reading one's own meters, and what their use costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from veche.city.spheres.models import Meter, MeterEntry, Tariff
from veche.city.spheres.rules import meters as rules
from veche.core.cases.terms import city_zone

if TYPE_CHECKING:
    from veche.core.people.models import Person


def standing_entries() -> QuerySet[MeterEntry]:
    """The numbers that stand: neither undone nor corrected; oldest first."""
    newer = MeterEntry.objects.filter(corrects=OuterRef("pk"), undone_at__isnull=True)
    return (
        MeterEntry.objects.filter(undone_at__isnull=True)
        .filter(~Exists(newer))
        .order_by("at", "pk")
    )


def standing(meter: Meter) -> QuerySet[MeterEntry]:
    """The numbers of a meter that stand, oldest first."""
    return standing_entries().filter(meter=meter)


def tariffs() -> list[Tariff]:
    """All tariffs, by what they are for and when they began, newest first."""
    return list(Tariff.objects.order_by("kind", "-since"))


def prices_of(kind: str, rows: Iterable[Tariff]) -> list[rules.Price]:
    """The prices of one kind."""
    return [
        rules.Price(one.since, one.until, one.price, one.norm, one.price_above)
        for one in rows
        if one.kind == kind
    ]


@dataclass(frozen=True)
class Use:
    """What was used between two numbers, and what it costs by the tariffs of those days."""

    entry: MeterEntry
    used: Decimal | None
    cost: Decimal | None
    parts: Sequence[rules.Part] = ()
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Mine:
    """A meter with its numbers, newest first, and whether one is due."""

    meter: Meter
    uses: Sequence[Use]
    due: str
    """given, soon, now or late."""

    @property
    def last(self) -> Use | None:
        """The newest number."""
        return self.uses[0] if self.uses else None

    @property
    def most(self) -> Decimal:
        """The greatest use, for the bars of a chart."""
        return max((use.used for use in self.uses if use.used is not None), default=Decimal(0))


def _uses(meter: Meter, entries: Sequence[MeterEntry], prices: Sequence[rules.Price]) -> list[Use]:
    zone, found = city_zone(), []
    before: MeterEntry | None = None
    for entry in entries:
        if before is None:
            found.append(Use(entry, None, None))
        else:
            used = rules.used_between(before.number, entry.number, meter.digits)
            first, last = before.at.astimezone(zone).date(), entry.at.astimezone(zone).date()
            parts, cost = rules.bill(used, first, last, prices)
            found.append(Use(entry, used, cost if prices else None, parts, first, last))
        before = entry
    return found[::-1]


def mine(person: Person, at: dt.datetime, meter: int | None = None) -> list[Mine]:
    """The meters of a person with their numbers, those in use first; three queries."""
    rows = Meter.objects.filter(person=person).order_by("ended_at", "kind", "pk")
    if meter is not None:
        rows = rows.filter(pk=meter)
    meters = sorted(rows, key=lambda one: (one.ended_at is not None, one.kind, one.pk))
    by_meter: dict[int, list[MeterEntry]] = {one.pk: [] for one in meters}
    entries = standing_entries().filter(meter__in=list(by_meter)).select_related("photograph")
    for entry in entries:
        by_meter[entry.meter_id].append(entry)
    known = tariffs() if meters else []
    today = at.astimezone(city_zone()).date()
    found = []
    for one in meters:
        uses = _uses(one, by_meter[one.pk], prices_of(one.kind, known))
        given = bool(uses) and _month(uses[0].entry.at) == (today.year, today.month)
        found.append(Mine(one, uses, rules.due(today, given)))
    return found


def _month(at: dt.datetime) -> tuple[int, int]:
    day = at.astimezone(city_zone())
    return day.year, day.month


def waits(person: Person, at: dt.datetime) -> int:
    """How many meters of a person still need a number this month."""
    today = at.astimezone(city_zone())
    first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    given = standing_entries().filter(meter=OuterRef("pk"), at__gte=first)
    return Meter.objects.filter(person=person, ended_at__isnull=True).exclude(Exists(given)).count()
