"""When the next ones come: the timetable, and what vehicles tell of themselves."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from veche.city.spheres.models import Feed, Stop
from veche.errors import NotFound
from veche.languages import here

DELAY = "vehicle-delay"
"""The property whose newest reading says by how many seconds a vehicle is late; the parameters of
the reading name its trip."""
FRESH_MINUTES = 10
"""An older reading says nothing about now."""
AHEAD_MINUTES = 90

# Days of service around now: a trip after midnight belongs to the day before.
_NEXT = """
WITH days AS (
    SELECT s.service, s.day, (s.day + time '12:00') AT TIME ZONE f.time_zone
        - interval '12 hours' AS begins
    FROM spheres_serviceday s JOIN spheres_feed f ON f.id = s.feed_id
    WHERE s.feed_id = %(feed)s
        AND s.day BETWEEN %(today)s::date - 1 AND %(today)s::date + 1
)
SELECT t.code, l.short, l.name, l.mode, t.headsign, c.arrives, d.begins, e.number = c.number,
    e.names
FROM spheres_call c JOIN spheres_trip t ON t.id = c.trip_id
JOIN spheres_line l ON l.id = t.line_id JOIN days d ON d.service = t.service
CROSS JOIN LATERAL (SELECT n.number, s.names FROM spheres_call n
    JOIN spheres_stop s ON s.id = n.stop_id
    WHERE n.trip_id = c.trip_id ORDER BY n.number DESC LIMIT 1) e
WHERE c.stop_id = %(stop)s
    AND d.begins + make_interval(secs => c.arrives) BETWEEN %(since)s AND %(until)s
ORDER BY d.begins + make_interval(secs => c.arrives), l.short LIMIT 200
"""
_LATE = """
SELECT DISTINCT ON (r.parameters->>'trip') r.parameters->>'trip', r.number, r.at
FROM pulse_stream s JOIN pulse_observedproperty p ON p.id = s.property_id
JOIN pulse_reading r ON r.stream_id = s.id AND r.at > %(since)s AND r.at <= %(at)s
WHERE p.code = %(property)s AND r.parameters->>'trip' = ANY(%(trips)s) AND r.number IS NOT NULL
ORDER BY r.parameters->>'trip', r.at DESC
"""
_SEARCH = """
SELECT s.id FROM spheres_stop s WHERE s.feed_id = %s
    AND (s.name ILIKE %s OR EXISTS (
        SELECT FROM jsonb_each_text(s.names) n WHERE n.value ILIKE %s) OR s.code = %s)
ORDER BY s.name, s.code LIMIT 100
"""


@dataclass(frozen=True)
class Arrival:
    """One that comes."""

    line: str
    line_name: str
    mode: int
    headsign: str
    planned: dt.datetime
    at: dt.datetime
    """As it looks now; as planned where the vehicle tells nothing."""
    told: bool
    """Whether the vehicle itself says when."""

    @property
    def minutes(self) -> int:
        """Whole minutes by which it is late; below zero when early."""
        return round((self.at - self.planned).total_seconds() / 60)


def feed() -> Feed | None:
    """The timetable of the city: the one loaded last."""
    return Feed.objects.order_by("-loaded_at").first()


def stop_of(pk: int) -> Stop:
    """A stop with its timetable.

    Raises:
        NotFound: there is none.
    """
    found = Stop.objects.select_related("feed", "territory").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def stops(of: Feed, text: str = "", territory: int | None = None) -> list[Stop]:
    """Stops by name, at most a hundred; ``text`` is a part of a name in any language."""
    if text:
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with connection.cursor() as cursor:
            cursor.execute(_SEARCH, [of.pk, like, like, text])
            found = [row[0] for row in cursor.fetchall()]
        rows = Stop.objects.filter(pk__in=found)
    else:
        rows = Stop.objects.filter(feed=of)
    if territory is not None:
        rows = rows.filter(territory=territory)
    return list(rows.order_by("name", "code")[:100])


def arrivals(stop: Stop, at: dt.datetime, most: int = 12) -> Sequence[Arrival]:
    """The next at a stop, soonest first; those whose trip ends there are left out."""
    zone = ZoneInfo(stop.feed.time_zone)
    values: dict[str, Any] = {
        "feed": stop.feed_id, "stop": stop.pk, "today": at.astimezone(zone).date(),
        # One that is late was planned before: it is still to come.
        "since": at - dt.timedelta(minutes=40), "until": at + dt.timedelta(minutes=AHEAD_MINUTES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, values)
        rows = [row for row in cursor.fetchall() if not row[7]]
        late = {}
        if rows:
            cursor.execute(
                _LATE,
                {
                    "property": DELAY, "trips": [row[0] for row in rows], "at": at,
                    "since": at - dt.timedelta(minutes=FRESH_MINUTES),
                },
            )  # fmt: skip
            late = {trip: seconds for trip, seconds, _at in cursor.fetchall()}
    found = []
    for trip, line, name, mode, headsign, arrives, begins, _last, names in rows:
        planned = begins + dt.timedelta(seconds=arrives)
        told = trip in late
        comes = planned + dt.timedelta(seconds=late[trip]) if told else planned
        if comes >= at - dt.timedelta(seconds=30):
            # Where the city names its stops in several languages, the end of the trip is told so.
            end = here(json.loads(names) if isinstance(names, str) else names) or headsign
            found.append(Arrival(line, name, mode, end, planned, comes, told))
    return sorted(found, key=lambda one: (one.at, one.line))[:most]


@dataclass(frozen=True)
class Fleet:
    """How many vehicles there are, and how many told of themselves lately."""

    vehicles: int
    connected: int

    @property
    def share(self) -> float | None:
        """The connected share."""
        return self.connected / self.vehicles if self.vehicles else None


def fleet(at: dt.datetime) -> Fleet:
    """The fleet: things that tell how late they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT s.thing_id), count(DISTINCT s.thing_id) FILTER ("
            " WHERE s.latest_at > %s AND s.latest_at <= %s) FROM pulse_stream s"
            " JOIN pulse_observedproperty p ON p.id = s.property_id WHERE p.code = %s",
            [at - dt.timedelta(minutes=FRESH_MINUTES), at + dt.timedelta(minutes=5), DELAY],
        )
        vehicles, connected = cursor.fetchone()
    return Fleet(vehicles, connected)
