"""Sums of hours and of days: only those that changed are reckoned again, late readings included."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pulse.models import Owed
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

BLOCK = 20_000
"""Days of streams that are summed in one transaction."""
ROUNDS = 20
"""So many blocks a minute at most: what is left waits for the next."""

# What is owed is taken away first, by those who come first; a reading that comes meanwhile waits
# for this transaction and owes anew. Only then are the readings looked at, in a statement of its
# own that sees everything that had been committed.
_TAKE = """
CREATE TEMP TABLE pulse_due ON COMMIT DROP AS
WITH gone AS (
    DELETE FROM pulse_owed o USING (
        SELECT stream_id, day FROM pulse_owed ORDER BY day, stream_id LIMIT %s
        FOR UPDATE SKIP LOCKED
    ) part WHERE o.stream_id = part.stream_id AND o.day = part.day
    RETURNING o.stream_id, o.day, o.hours
) SELECT * FROM gone
"""
_DAYS = "SELECT DISTINCT day FROM pulse_due ORDER BY day"
# Day by day, so that each statement looks into one partition.
_HOURS = """
WITH due AS (SELECT stream_id, hours FROM pulse_due WHERE day = %(day)s),
found AS (
    SELECT r.stream_id, date_trunc('hour', r.at, 'UTC') AS since, count(*) AS count,
        sum(r.number) AS total, min(r.number) AS least, max(r.number) AS most,
        (array_agg(r.number ORDER BY r.at DESC, r.nth DESC))[1] AS last
    FROM due JOIN pulse_reading r ON r.stream_id = due.stream_id
    WHERE r.at >= %(since)s AND r.at < %(until)s AND r.number IS NOT NULL
      AND due.hours & (1 << extract(hour FROM r.at AT TIME ZONE 'UTC')::int) <> 0
    GROUP BY 1, 2
), put AS (
    INSERT INTO pulse_hourly AS h (stream_id, since, count, total, least, most, last)
    SELECT * FROM found
    ON CONFLICT (stream_id, since) DO UPDATE SET count = excluded.count, total = excluded.total,
        least = excluded.least, most = excluded.most, last = excluded.last
    RETURNING 1
), emptied AS (
    DELETE FROM pulse_hourly h USING due
    WHERE h.stream_id = due.stream_id AND h.since >= %(since)s AND h.since < %(until)s
      AND due.hours & (1 << extract(hour FROM h.since AT TIME ZONE 'UTC')::int) <> 0
      AND NOT EXISTS (SELECT FROM found f WHERE f.stream_id = h.stream_id AND f.since = h.since)
    RETURNING 1
)
SELECT (SELECT count(*) FROM put) + (SELECT count(*) FROM emptied)
"""
_OF_DAYS = """
WITH due AS (SELECT stream_id FROM pulse_due WHERE day = %(day)s),
found AS (
    SELECT h.stream_id, %(since)s::timestamptz AS since, sum(h.count) AS count,
        sum(h.total) AS total, min(h.least) AS least, max(h.most) AS most,
        (array_agg(h.last ORDER BY h.since DESC))[1] AS last
    FROM due JOIN pulse_hourly h ON h.stream_id = due.stream_id
    WHERE h.since >= %(since)s AND h.since < %(until)s
    GROUP BY 1
), put AS (
    INSERT INTO pulse_daily AS d (stream_id, since, count, total, least, most, last)
    SELECT * FROM found
    ON CONFLICT (stream_id, since) DO UPDATE SET count = excluded.count, total = excluded.total,
        least = excluded.least, most = excluded.most, last = excluded.last
)
DELETE FROM pulse_daily d USING due
WHERE d.stream_id = due.stream_id AND d.since = %(since)s
  AND NOT EXISTS (SELECT FROM found f WHERE f.stream_id = d.stream_id)
"""


def sweep(*, at: dt.datetime) -> int:
    """The timer: reckon what is owed again; returns how many hours of streams were."""
    done = 0
    for _round in range(ROUNDS):
        if not Owed.objects.exists():
            break
        done += sum_up(by=None, at=at)
    return done


@operation
def sum_up(*, by: Person | None, at: dt.datetime, most: int = BLOCK) -> int:
    """Reckon the sums of at most so many days of streams again, the oldest first; how many hours.

    Sums of a day come from its hours: they stay true when its single readings have been put away.
    """
    hours = days = 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pulse_due")
        cursor.execute(_TAKE, [most])
        cursor.execute(_DAYS)
        for (day,) in cursor.fetchall():
            since = dt.datetime.combine(day, dt.time(), dt.UTC)
            given = {"day": day, "since": since, "until": since + dt.timedelta(days=1)}
            cursor.execute(_HOURS, given)
            hours += int(cursor.fetchone()[0])
            cursor.execute(_OF_DAYS, given)
            days += 1
    record(
        kind="pulse.readings-summed", by=by, at=at, subject="readings",
        public={"hours": hours, "days": days},
    )  # fmt: skip
    return hours
