"""Reading the register of cameras, and what waits for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet

from veche.city.spheres.models import Camera, CameraEvent
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.errors import NotFound


def any_told(at: dt.datetime) -> bool:
    """Whether a camera told what it was registered for in the last days, and it is not yet before
    a person."""
    newest = CameraEvent.objects.order_by("-pk").values_list("at", flat=True).first()
    since = max(newest, at - dt.timedelta(hours=96)) if newest else at - dt.timedelta(hours=96)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM spheres_camera c JOIN pulse_stream s"
            " ON s.thing_id = c.thing_id JOIN pulse_reading r ON r.stream_id = s.id"
            " AND r.at > %s AND r.at <= %s AND c.notices ? CASE jsonb_typeof(r.result)"
            " WHEN 'object' THEN r.result->>'kind' WHEN 'string' THEN r.result #>> '{}' END"
            " AND (c.until IS NULL OR c.until > r.at::date) AND NOT EXISTS ("
            " SELECT FROM spheres_cameraevent e WHERE e.reading = r.id))",
            [since - dt.timedelta(minutes=10), at],
        )
        return bool(cursor.fetchone()[0])


def cameras(day: dt.date, *, ended: bool = False) -> QuerySet[Camera]:
    """The cameras that stand on a day, or those taken down before."""
    over = Q(until__isnull=False, until__lte=day)
    rows = Camera.objects.filter(over) if ended else Camera.objects.exclude(over)
    return rows.select_related("owner", "territory").defer("territory__outline").order_by("code")


def camera_of(code: str) -> Camera:
    """The camera of this code.

    Raises:
        NotFound: there is none.
    """
    found = Camera.objects.select_related("owner", "territory").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


class Numbers(NamedTuple):
    """How many events of a camera or of all ended how."""

    confirmed: int
    refuted: int
    lapsed: int
    waiting: int

    @property
    def looked(self) -> int:
        """How many a person looked at."""
        return self.confirmed + self.refuted

    @property
    def right(self) -> float | None:
        """The share of those a person looked at that was right."""
        return self.confirmed / self.looked if self.looked else None


def numbers(since: dt.datetime, camera: Camera | None = None) -> Numbers:
    """How the events since a moment ended."""
    rows = CameraEvent.objects.filter(at__gte=since)
    if camera is not None:
        rows = rows.filter(camera=camera)
    found = dict(rows.values_list("state").annotate(Count("pk")))
    return Numbers(*(found.get(state, 0) for state in ("confirmed", "refuted", "lapsed", "new")))


def waiting(at: dt.datetime, within: Collection[int] | None) -> Sequence[CameraEvent]:
    """What waits for a person, the oldest first; ``within``: territories, None for all."""
    rows = CameraEvent.objects.filter(state="new", until__gt=at).select_related(
        "camera__territory", "camera__owner"
    )
    if within is not None:
        places = Territory.objects.filter(
            Q(pk__in=within) | Q(district__in=within) | Q(city__in=within)
        )
        rows = rows.filter(camera__territory__in=places)
    return list(rows.defer("camera__territory__outline").order_by("until", "pk")[:100])


def decided_by(person: Person, at: dt.datetime) -> Sequence[CameraEvent]:
    """What a person decided and may still take back, newest first."""
    rows = CameraEvent.objects.filter(decided_by=person, until__gt=at).select_related("camera")
    return list(rows.order_by("-decided_at")[:10])
