"""The history of indicators grows thin: an hour each after some months, a day each after years.

A minute of two years ago is asked for by nobody, and with ten thousand things a day has more than
a million of them. What an indicator was on average stays, and the worst that it was.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

NIGHT = 4
"""The hour of the city's night in which it is done, after the readings of old days went."""
REACH = dt.timedelta(days=30)
"""Nights that were missed are caught up for so long."""
DAY = dt.timedelta(days=1)


class Grain(NamedTuple):
    """After `after` one value is left of each `each` (UTC)."""

    after: dt.timedelta
    each: str


GRAINS = (Grain(dt.timedelta(days=90), "hour"), Grain(dt.timedelta(days=730), "day"))
"""Whoever reads the history reads hours of it, and no season looks back further than weeks."""

# Between two moments, so that the index of blocks by time is enough.
_OLDEST = """
SELECT min(at) FROM pulse_value WHERE at >= %(since)s AND at < %(until)s
    AND at <> date_trunc(%(each)s, at, 'UTC')
"""
_THIN = """
WITH gone AS (
    DELETE FROM pulse_value WHERE at >= %(since)s AND at < %(until)s
    RETURNING indicator_id, territory_id, thing_id, at, value, state
), left_over AS (
    INSERT INTO pulse_value (indicator_id, territory_id, thing_id, at, value, state)
    SELECT indicator_id, territory_id, thing_id, date_trunc(%(each)s, at, 'UTC'), avg(value),
        (ARRAY['none', 'stale', 'normal', 'watch', 'warning', 'critical'])[
            max(array_position(ARRAY['none', 'stale', 'normal', 'watch', 'warning', 'critical'],
                state::text))]
    FROM gone GROUP BY 1, 2, 3, 4
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM left_over)
"""


def sweep(*, at: dt.datetime) -> int:
    """The timer: in the night one day of each grain a call, while there is any; how many days."""
    if at.astimezone(city_zone()).hour != NIGHT:
        return 0
    done = 0
    for grain in GRAINS:
        day = oldest(grain, at)
        if day is not None:
            thin(by=None, at=at, day=day, each=grain.each)
            done += 1
    return done


def oldest(grain: Grain, at: dt.datetime) -> dt.date | None:
    """The oldest day (UTC) that is finer than it should be; None where there is none."""
    until = _midnight((at - grain.after).astimezone(dt.UTC).date())
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, {"since": until - REACH, "until": until, "each": grain.each})
        found: dt.datetime | None = cursor.fetchone()[0]
    return found.astimezone(dt.UTC).date() if found else None


@operation
def thin(*, by: Person | None, at: dt.datetime, day: dt.date, each: str) -> int:
    """Leave one value of each hour or day (``each``) of a day: the mean, and the worst state; how
    many values went. Done again it changes nothing."""
    since = _midnight(day)
    with connection.cursor() as cursor:
        cursor.execute(_THIN, {"since": since, "until": since + DAY, "each": each})
        before, after = cursor.fetchone()
    record(
        kind="pulse.history-thinned", by=by, at=at, subject="indicators",
        public={"day": day.isoformat(), "each": each, "before": before, "after": after},
    )  # fmt: skip
    return int(before) - int(after)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
