"""Zones of a network, and what is lost in them day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.models import Alarm
from veche.city.pulse.operations.alarms import raise_alarm, return_alarm
from veche.city.spheres.models import Zone, ZoneDay, ZoneMeter
from veche.city.spheres.rules import losses
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.pulse.models import Stream
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

NIGHT = (2, 5)
"""Hours of the city between which next to nothing is used."""
LATE_DAYS = 2
"""So many days are reckoned again: readings come late."""

# A meter tells what runs through it in an hour (m³/h), of which the middle counts, or what ran
# through since the last reading, of which the sum does.
_AMOUNT = "CASE WHEN s.unit->>'symbol' LIKE '%%/h' THEN h.total / h.count ELSE h.total END"
# Hours in which the inlet was read; what house meters took in them, and how many house hours of
# those that should be there were read. What was not read is taken to be like what was.
_DAYS = f"""
WITH hours AS (
    SELECT z.id AS zone, h.since, {_AMOUNT} AS inlet,
        (h.since AT TIME ZONE %(zone)s)::date AS day,
        extract(hour FROM h.since AT TIME ZONE %(zone)s) AS hour,
        (SELECT count(*) FROM spheres_zonemeter m WHERE m.zone_id = z.id) AS meters
    FROM spheres_zone z JOIN pulse_stream s ON s.id = z.inlet_id
    JOIN pulse_hourly h ON h.stream_id = s.id
    WHERE h.since >= %(since)s AND h.since < %(until)s
), houses AS (
    SELECT o.zone, o.since, sum({_AMOUNT}) AS taken, count(*) AS read
    FROM hours o JOIN spheres_zonemeter m ON m.zone_id = o.zone
    JOIN pulse_stream s ON s.id = m.stream_id
    JOIN pulse_hourly h ON h.stream_id = s.id AND h.since = o.since
    GROUP BY 1, 2
)
SELECT o.zone, o.day, sum(o.inlet), coalesce(sum(w.taken), 0),
    coalesce(sum(w.read), 0)::float / greatest(sum(o.meters), 1),
    coalesce(sum(o.inlet) FILTER (WHERE o.hour >= %(night)s AND o.hour < %(dawn)s), 0),
    coalesce(sum(w.taken) FILTER (WHERE o.hour >= %(night)s AND o.hour < %(dawn)s), 0),
    coalesce((sum(w.read) FILTER (WHERE o.hour >= %(night)s AND o.hour < %(dawn)s))::float
        / greatest(sum(o.meters) FILTER (WHERE o.hour >= %(night)s AND o.hour < %(dawn)s), 1), 0)
FROM hours o LEFT JOIN houses w USING (zone, since) GROUP BY 1, 2 ORDER BY 1, 2
"""


class MeterOfTwoZones(Invalid):
    """A house meter counts in one zone."""

    code = "meter-of-two-zones"
    sentence = _("A house meter belongs to one zone: {name}.")
    field = "meters"


@operation
def add_zone(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    kind: str,
    unit: str,
    territory: Territory,
    owner: Organisation,
    inlet: Stream,
    meters: Sequence[Stream],
) -> Zone:
    """A meter feeds a zone whose houses have meters of their own; amounts in one unit.

    Raises:
        MeterOfTwoZones: one of them is in a zone already.
    """
    taken = ZoneMeter.objects.filter(stream__in=meters).select_related("stream").first()
    if taken is not None:
        raise MeterOfTwoZones(name=taken.stream.name)
    zone = Zone.objects.create(
        code=code, names=dict(names), kind=kind, unit=unit, territory=territory, owner=owner,
        inlet=inlet,
    )  # fmt: skip
    ZoneMeter.objects.bulk_create([ZoneMeter(zone=zone, stream=one) for one in meters])
    record(
        kind="spheres.zone-added", by=by, at=at, subject=f"zone:{code}",
        public={"kind": kind, "meters": len(meters)},
    )  # fmt: skip
    return zone


@operation
def reckon_losses(*, by: Person | None, at: dt.datetime, days: int = LATE_DAYS) -> list[ZoneDay]:
    """Reckon the last whole days of all zones anew; returns those in which a leak began to show.

    A day is a leak by the days before it (`rules.losses`); days of a leak do not become the usual.
    """
    zone = city_zone()
    today = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - dt.timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(
            _DAYS,
            {
                "zone": settings.TIME_ZONE, "since": since, "until": today,
                "night": NIGHT[0], "dawn": NIGHT[1],
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    kept: dict[int, list[ZoneDay]] = {}
    before = today.date() - dt.timedelta(days=days + 2 * losses.WEEKS_DAYS)
    for one in ZoneDay.objects.filter(day__gte=before, day__lt=since.date()).order_by("day"):
        kept.setdefault(one.zone_id, []).append(one)
    was = {(one.zone_id, one.day) for one in ZoneDay.objects.filter(state="leak")}
    made = []
    for number, day, went_in, taken, coverage, night_in, night_taken, night_coverage in rows:
        reckoned = losses.Day(
            went_in, taken / coverage if coverage else 0.0, coverage, night_in,
            night_taken / night_coverage if night_coverage else 0.0,
        )  # fmt: skip
        earlier = [_day(one) for one in kept.get(number, ()) if one.state == "usual"]
        new = ZoneDay(
            zone_id=number, day=day, went_in=went_in, taken=reckoned.taken, coverage=coverage,
            night_in=night_in, night_taken=reckoned.night_taken,
            state=losses.state_of(earlier, reckoned), reckoned_at=at,
        )  # fmt: skip
        kept.setdefault(number, []).append(new)
        made.append(new)
    ZoneDay.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["zone", "day"],
        update_fields=[
            "went_in", "taken", "coverage", "night_in", "night_taken", "state", "reckoned_at",
        ],
    )  # fmt: skip
    leaks = [one for one in made if one.state == "leak"]
    yesterday = dt.timedelta(days=1)
    bad = {(one.zone_id, one.day) for one in leaks} | was
    begun = [
        one
        for one in leaks
        if (one.zone_id, one.day) not in was and (one.zone_id, one.day - yesterday) not in bad
    ]
    _warn(begun, made, at)
    record(
        kind="spheres.losses-reckoned", by=by, at=at, subject="zones",
        public={"days": len(made), "leaks": len(leaks)},
    )  # fmt: skip
    return begun


TEXT = {
    "en": "Much more water, heat or power is lost here than usual: probably a leak.",
    "ru": "Здесь теряется намного больше обычного: вероятно, утечка.",
    "zh": "此处损失明显高于平常，可能发生泄漏。",
}


def _warn(begun: Sequence[ZoneDay], made: Sequence[ZoneDay], at: dt.datetime) -> None:
    """A leak that goes on and has no alarm raises one, on whatever day it was first seen: the days
    after it may have been unknown. A zone that is as usual again lets its alarm return."""
    newest = {one.zone_id: one for one in made}
    zones = {
        one.pk: one
        for one in Zone.objects.filter(pk__in=list(newest)).select_related(
            "territory", "inlet__thing"
        )
    }
    rules = [f"zone:{zone.code}" for zone in zones.values()]
    told = set(
        Alarm.objects.filter(rule__in=rules, active=True, drill=False).values_list(
            "rule", flat=True
        )
    )
    again = {one.zone_id for one in begun}
    for zone in zones.values():
        if newest[zone.pk].state == "leak" and (
            zone.pk in again or f"zone:{zone.code}" not in told
        ):
            raise_alarm(
                by=None, at=at, rule=f"zone:{zone.code}", territory=zone.territory,
                thing=zone.inlet.thing, level="warning", text=TEXT,
                value=round(100 * _day(newest[zone.pk]).share, 1),
            )  # fmt: skip
    for zone in zones.values():
        if newest[zone.pk].state == "usual" and f"zone:{zone.code}" in told:
            return_alarm(
                by=None, at=at, rule=f"zone:{zone.code}", territory=zone.territory,
                thing=zone.inlet.thing,
            )  # fmt: skip


def _day(one: ZoneDay) -> losses.Day:
    return losses.Day(one.went_in, one.taken, one.coverage, one.night_in, one.night_taken)
