"""The demo town plays along: its vehicles and its switched things, by the doors others use."""

from __future__ import annotations

import datetime as dt
import hashlib
from zoneinfo import ZoneInfo

from django.db import connection

from veche.city.pulse.models import Stream
from veche.city.pulse.operations.intake import Row, take
from veche.city.spheres.models import Task
from veche.city.spheres.operations.tasks import tell_task
from veche.city.spheres.queries.transport import DELAY, feed

_RUNNING = """
SELECT t.code FROM spheres_trip t JOIN spheres_serviceday d
    ON d.feed_id = t.feed_id AND d.service = t.service AND d.day = %(day)s
JOIN LATERAL (SELECT min(arrives) AS first, max(arrives) AS last FROM spheres_call c
    WHERE c.trip_id = t.id) c ON true
WHERE t.feed_id = %(feed)s AND c.first <= %(now)s + 300 AND c.last >= %(now)s ORDER BY t.code
"""


def _luck(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


def drive(at: dt.datetime) -> int:
    """Every vehicle on its way says by how many seconds it is late; how many did."""
    timetable = feed()
    if timetable is None:
        return 0
    streams = list(Stream.objects.filter(property__code=DELAY).order_by("pk"))
    if not streams:
        return 0
    here = at.astimezone(ZoneInfo(timetable.time_zone))
    now = here.hour * 3600 + here.minute * 60 + here.second
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, {"day": here.date(), "feed": timetable.pk, "now": now})
        trips = [code for (code,) in cursor.fetchall()]
    rows = [
        Row(stream.pk, at, number=round(420 * _luck(trip) - 60), parameters={"trip": trip})
        # One in twelve says nothing today: a fleet is never whole.
        for stream, trip in zip(streams, trips, strict=False)
        if stream.pk % 12
    ]
    if rows:
        take(by=None, at=at, source=streams[0].source_id, rows=rows)
    return len(rows)


def carry_out(at: dt.datetime) -> int:
    """Things do what they were told a few seconds ago, and say so; how many did."""
    waiting = list(
        Task.objects.filter(
            state=Task.State.CREATED, until__gt=at, created_at__lte=at
        ).select_related("capability")
    )
    for task in waiting:
        tell_task(
            by=None, at=at, task=task.pk, source=task.capability.source_id,
            state=Task.State.COMPLETED, answer="ok",
        )  # fmt: skip
    return len(waiting)
