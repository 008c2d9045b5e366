"""Looking at readings: the course of a stream, from single readings or their sums as fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from veche.city.pulse.models import Stream

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Point:
    """The readings of a stream in one step of time."""

    at: dt.datetime
    """The beginning of the step."""
    mean: float
    least: float
    most: float
    count: int


class Newest(NamedTuple):
    """The newest number of a stream and when it was read."""

    number: float
    at: dt.datetime


# Hours whose sums are not reckoned again yet are summed from their readings here and now.
_HOURS = """
owed AS (
    SELECT (day + make_interval(hours => h)) AT TIME ZONE 'UTC' AS hour
    FROM pulse_owed, generate_series(0, 23) AS h
    WHERE stream_id = %(stream)s AND hours & (1 << h) <> 0
      AND day BETWEEN (%(since)s AT TIME ZONE 'UTC')::date AND (%(until)s AT TIME ZONE 'UTC')::date
), parts AS (
    SELECT since, count, total, least, most FROM pulse_hourly
    WHERE stream_id = %(stream)s AND since >= %(since)s AND since < %(until)s
      AND since NOT IN (SELECT hour FROM owed)
    UNION ALL
    SELECT hour, count(*), sum(number), min(number), max(number)
    FROM owed JOIN pulse_reading r ON r.stream_id = %(stream)s AND r.at >= hour
        AND r.at < hour + interval '1 hour' AND r.number IS NOT NULL
    WHERE hour >= %(since)s AND hour < %(until)s
    GROUP BY hour
)"""
_RAW = """
parts AS (
    SELECT at AS since, 1 AS count, number AS total, number AS least, number AS most
    FROM pulse_reading
    WHERE stream_id = %(stream)s AND at >= %(since)s AND at < %(until)s AND number IS NOT NULL
)"""
_DAYS = """
parts AS (
    SELECT since, count, total, least, most FROM pulse_daily
    WHERE stream_id = %(stream)s AND since >= %(since)s AND since < %(until)s
)"""
_STEPS = """
SELECT date_bin(%(step)s, since, %(since)s) AS step, sum(total) / sum(count), min(least), max(most),
    sum(count)
FROM parts GROUP BY step ORDER BY step
"""


def series(
    stream: Stream | int, since: dt.datetime, until: dt.datetime, step: dt.timedelta
) -> list[Point]:
    """The course of a stream from `since` to before `until`, a point a step that has readings.

    Steps below an hour are made from single readings while there are any; below ten days from the
    sums of hours, which are true to the newest reading; longer ones from the sums of days. Steps
    of an hour or more begin at whole hours (UTC), of ten days or more at whole days.
    """
    given: dict[str, Any] = {
        "stream": stream if isinstance(stream, int) else stream.pk,
        "since": since.astimezone(dt.UTC),
        "until": until.astimezone(dt.UTC),
        "step": step,
    }
    if step < HOUR:
        found = _ask(_RAW, given)
        if found:
            return found
        step = HOUR
    given["step"] = step
    midnight = given["since"].replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= 10 * DAY:
        return _ask(_DAYS, given | {"since": midnight})
    return _ask(
        _HOURS, given | {"since": given["since"].replace(minute=0, second=0, microsecond=0)}
    )


def _ask(parts: str, given: dict[str, Any]) -> list[Point]:
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} {_STEPS}", given)
        return [Point(*row) for row in cursor.fetchall()]


def latest(streams: Iterable[Stream | int]) -> dict[int, Newest]:
    """The newest number of each of these streams that has any, by the number of the stream."""
    numbers = [one if isinstance(one, int) else one.pk for one in streams]
    rows = Stream.objects.filter(pk__in=numbers, latest__isnull=False, latest_at__isnull=False)
    return {
        pk: Newest(number, at)
        for pk, number, at in rows.values_list("pk", "latest", "latest_at")
        if number is not None and at is not None
    }
