"""The past of the town's readings, reckoned by the database: sums of weeks, readings of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from django.db import connection

from veche.operation import inside
from veche.town import sensors

WEEKS = 4
RAW = dt.timedelta(days=2)
STEP = dt.timedelta(minutes=15)
"""Between two single readings of the past."""

# A number from -1 to 1 for a stream and a moment: the same every time, and like any other.
_NUMBER = """
SELECT c.stream, g.at, c.counts, c.low, c.high, c.spread,
    least(greatest(round(CASE c.kind
        WHEN 'rare' THEN CASE WHEN g.wet THEN c.usual + c.swing * abs(u.u) ELSE 0 END
        WHEN 'count' THEN c.usual + c.swing * k.value + u.u * 1.7
            * sqrt(greatest(c.usual + c.swing * k.value, 0))
        ELSE c.usual + c.swing * k.value + c.season * g.season + c.noise * (1.7 * u.u + c.own)
    END * c.shift) / c.shift, c.low), c.high) AS number
FROM unnest(%(streams)s::bigint[], %(curves)s::int[], %(kinds)s::text[], %(usual)s::float8[],
        %(swing)s::float8[], %(seasons)s::float8[], %(noise)s::float8[], %(own)s::float8[],
        %(low)s::float8[], %(high)s::float8[], %(shift)s::float8[], %(counts)s::int[],
        %(spread)s::float8[], %(ends)s::timestamptz[])
    AS c (stream, curve, kind, usual, swing, season, noise, own, low, high, shift, counts, spread,
        ends)
JOIN unnest(%(at)s::timestamptz[], %(minute)s::bigint[], %(slot)s::int[], %(season)s::float8[],
        %(wet)s::bool[]) AS g (at, minute, slot, season, wet) ON g.at <= c.ends
-- Looked up, not joined: no plan can then compare every moment with every value of every curve.
CROSS JOIN LATERAL (SELECT (%(values)s::float8[])[c.curve * 336 + g.slot + 1] AS value) k
CROSS JOIN LATERAL (
    SELECT (hashint8extended(c.stream * 100003 + g.minute, 7) & 65535) / 32768.0::float8 - 1 AS u
) u
"""
_HOURS = f"""
INSERT INTO pulse_hourly (stream_id, since, count, total, least, most, last)
SELECT stream, at, counts, number * counts, greatest(number - spread, low),
    least(number + spread, high), number
FROM ({_NUMBER}) x
"""
_DAYS = """
INSERT INTO pulse_daily (stream_id, since, count, total, least, most, last)
SELECT stream_id, date_trunc('day', since, 'UTC') AS day, sum(count), sum(total), min(least),
    max(most), (array_agg(last ORDER BY since DESC))[1]
FROM pulse_hourly WHERE stream_id = ANY(%(streams)s::bigint[]) GROUP BY 1, 2
"""
_RAW = f"""
INSERT INTO pulse_reading (id, stream_id, at, number, recorded_at)
SELECT pulse_reading_id(at, nextval('pulse_reading_number')), stream, at, number, at
FROM ({_NUMBER}) x
"""
_LATEST = """
UPDATE pulse_stream t SET latest = r.number, latest_at = r.at, phenomenon_from = r.first,
    phenomenon_until = r.at
FROM (
    SELECT DISTINCT ON (stream_id) stream_id, at, number,
        min(at) OVER (PARTITION BY stream_id) AS first
    FROM pulse_reading WHERE stream_id = ANY(%(streams)s::bigint[]) AND at >= %(since)s
    ORDER BY stream_id, at DESC
) r WHERE r.stream_id = t.id
"""


@inside
def write_past(
    streams: Sequence[tuple[int, sensors.Measure, int, int, dt.datetime]],
    *,
    at: dt.datetime,
    zone: tzinfo,
) -> int:
    """Write what the streams have read until now; how many single readings.

    Each stream is given with its measure, the number of its thing within the kind, the seconds
    between two readings, and the moment after which it said no more.
    """
    hour = at.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    measures = [measure for _s, measure, _p, _c, _e in streams]
    numbers = {name: number for number, name in enumerate(sensors.CURVES)}
    given: dict[str, Any] = {
        "streams": [stream for stream, *_rest in streams],
        "curves": [numbers[m.curve] for m in measures],
        "kinds": [m.curve for m in measures],
        "usual": [m.usual for m in measures],
        "swing": [m.swing for m in measures],
        "seasons": [m.season for m in measures],
        "noise": [m.noise for m in measures],
        "own": [sensors.scatter(m.code, place) for _s, m, place, _c, _e in streams],
        "low": [m.low for m in measures],
        "high": [m.high for m in measures],
        "shift": [10.0**m.digits for m in measures],
        "counts": [3600 // cadence for _s, _m, _p, cadence, _e in streams],
        "spread": [0.0 if m.curve in ("rare", "count") else m.noise for m in measures],
        "ends": [ends for *_rest, ends in streams],
        "values": [
            curve(slot % 48 / 2 + 0.25, slot // 48)
            for curve in sensors.CURVES.values()
            for slot in range(336)
        ],
    }
    hours = _moments(hour - dt.timedelta(weeks=WEEKS), hour, dt.timedelta(hours=1), zone)
    raw = _moments(hour - RAW, at, STEP, zone)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '32MB'")
        cursor.execute(
            "SELECT pulse_make_day(d::date) FROM generate_series(%s::date, %s::date, '1 day') AS d",
            [raw["at"][0].date(), at.date() + dt.timedelta(days=1)],
        )
        cursor.execute(_HOURS, given | hours)
        cursor.execute(_DAYS, given)
        cursor.execute(_RAW, given | raw)
        count = int(cursor.rowcount)
        cursor.execute(_LATEST, given | {"since": raw["at"][0]})
        cursor.execute("ANALYZE pulse_hourly, pulse_reading, pulse_stream")
    return count


def _moments(
    since: dt.datetime, until: dt.datetime, step: dt.timedelta, zone: tzinfo
) -> dict[str, list[Any]]:
    """The moments from `since` to before `until`, and what is the same then for all streams."""
    times = [since + step * n for n in range(-((since - until) // step))]
    local = [at.astimezone(zone) for at in times]
    stamps = [int(at.timestamp()) for at in times]
    return {
        "at": times,
        "minute": [stamp // 60 for stamp in stamps],
        "slot": [at.weekday() * 48 + at.hour * 2 + at.minute // 30 for at in local],
        "season": [sensors.season(at.date()) for at in local],
        "wet": [sensors.rains(stamp // 10_800) for stamp in stamps],
    }
