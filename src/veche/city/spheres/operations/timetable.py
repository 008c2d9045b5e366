"""Bringing a timetable in: the whole of it, instead of the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

from veche.city.spheres.gtfs import Timetable
from veche.city.spheres.models import Call, Feed, Line, ServiceDay, Stop, Trip
from veche.core.journal.operations import record
from veche.core.places.queries import atlas
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out,
    ):
        for row in rows:
            out.write_row(row)


@operation
def load_timetable(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    told: Timetable,
    stop_names: Mapping[str, Mapping[str, str]] | None = None,
) -> Feed:
    """Put a timetable in the place of the one of the same code; stops keep their numbers, and so
    their addresses. ``stop_names``: names in several languages, where the feed has them."""
    feed, _made = Feed.objects.select_for_update().update_or_create(
        code=code,
        defaults={
            "names": dict(names), "time_zone": told.time_zone, "digest": told.digest,
            "loaded_at": at,
        },
    )  # fmt: skip
    for model in (Trip, Line, ServiceDay):
        model.objects.filter(feed=feed).delete()
    _stops(feed, told, stop_names or {})
    Line.objects.bulk_create(
        [
            Line(feed=feed, code=line, short=short[:40], name=name[:200], mode=mode)
            for line, short, name, mode in told.lines
        ]
    )
    lines = dict(Line.objects.filter(feed=feed).values_list("code", "pk"))
    _copy(
        "spheres_trip", "feed_id, code, line_id, service, headsign",
        ((feed.pk, trip, lines[line], service, headsign[:200])
         for trip, line, service, headsign in told.trips if line in lines),
    )  # fmt: skip
    trips = dict(Trip.objects.filter(feed=feed).values_list("code", "pk"))
    stops = dict(Stop.objects.filter(feed=feed).values_list("code", "pk"))
    _copy(
        "spheres_call", "trip_id, stop_id, number, arrives, leaves",
        ((trips[trip], stops[stop], number, arrives, leaves)
         for trip, stop, number, arrives, leaves in told.calls if trip in trips),
    )  # fmt: skip
    _copy(
        "spheres_serviceday", "feed_id, service, day",
        ((feed.pk, service, day) for service, day in sorted(told.days)),
    )  # fmt: skip
    gone = Stop.objects.filter(feed=feed).exclude(code__in=[one[0] for one in told.stops])
    gone.exclude(pk__in=Call.objects.values("stop")).delete()
    record(
        kind="spheres.timetable-loaded", by=by, at=at, subject=f"timetable:{code}",
        public={
            "stops": len(told.stops), "lines": len(told.lines), "trips": len(told.trips),
            "calls": len(told.calls), "left_out": told.left_out, "sha256": told.digest,
        },
    )  # fmt: skip
    return feed


def _stops(feed: Feed, told: Timetable, names: Mapping[str, Mapping[str, str]]) -> None:
    places = atlas()
    found = places.locate(
        np.array([one[2] for one in told.stops], dtype=np.float64),
        np.array([one[3] for one in told.stops], dtype=np.float64),
    )
    Stop.objects.bulk_create(
        [
            Stop(
                feed=feed, code=code, name=name[:200], names=dict(names.get(code, {})),
                longitude=longitude, latitude=latitude, territory_id=int(where) or None,
            )
            for (code, name, longitude, latitude), where in zip(told.stops, found, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["feed", "code"],
        update_fields=["name", "names", "longitude", "latitude", "territory"],
    )  # fmt: skip
