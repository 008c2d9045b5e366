"""The demo town's sensors go on reading: what they would have told since the last time."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.conf import settings

from veche.city.pulse.demo_today import TODAY
from veche.city.pulse.models import Source, Stream
from veche.city.pulse.operations.intake import Row, take
from veche.city.pulse.operations.playing import PLAYED
from veche.city.pulse.operations.town_sensors import SILENT
from veche.core.cases.terms import city_zone
from veche.town import sensors

SOON = dt.timedelta(minutes=10)
"""A gap that is longer is filled hour by hour: somebody has turned the clock."""
LONGEST = dt.timedelta(days=2)


def sweep(*, at: dt.datetime) -> int:
    """The timer, in the demo only: readings of every system whose time has come; how many."""
    if not settings.DEMO:
        return 0
    due = []
    for source in Source.objects.filter(code__in=_cadences(), state__in=("new", "fresh", "stale")):
        cadence = dt.timedelta(seconds=_cadences()[source.code])
        if source.code in SILENT or source.settings.get(PLAYED, "") > at.isoformat():
            continue
        if source.seen_at is None or at - source.seen_at >= cadence:
            due.append(source)
    taken = 0
    for source in due:
        rows = _rows(source, at)
        if rows:
            taken += take(by=None, at=at, source=source, rows=rows).taken
    return taken


@cache
def _cadences() -> dict[str, int]:
    return {one.code: one.cadence for one in sensors.systems()}


@cache
def _measures() -> dict[str, sensors.Measure]:
    return {m.code: m for kind in sensors.kinds() for m in kind.measures}


def moments(since: dt.datetime | None, at: dt.datetime) -> list[dt.datetime]:
    """The moments of which readings are missing: now; after a long silence each hour before too."""
    if since is None or at - since <= SOON:
        return [at]
    hours = min(at - since, LONGEST) // dt.timedelta(hours=1)
    return [at - dt.timedelta(hours=n) for n in range(hours, -1, -1)]


def _rows(source: Source, at: dt.datetime) -> list[Row]:
    zone = city_zone()
    times = moments(source.seen_at, at.replace(microsecond=0))
    streams = Stream.objects.filter(source=source, code__isnull=False).values_list("pk", "code")
    rows = []
    for pk, code in streams:
        thing, _slash, what = str(code).partition("/")
        measure = _measures().get(what)
        place = thing.rpartition("-")[2]
        if measure is not None and place.isdigit():
            out_of_order = TODAY.get((what, int(place)))
            rows += [
                Row(
                    pk,
                    time,
                    sensors.value(measure, int(place) - 1, time.astimezone(zone))
                    if out_of_order is None
                    else out_of_order,
                )
                for time in times
            ]
    return rows
