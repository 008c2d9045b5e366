"""The course of one indicator at one place: an hour each, with what is usual for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from veche.city.pulse import rules
from veche.city.pulse.models import Baseline
from veche.core.cases.terms import city_zone

DAYS = 7
"""The chart of an indicator shows so many."""


@dataclass(frozen=True)
class Hour:
    """One hour of the course."""

    at: dt.datetime
    value: float | None
    low: float | None
    """The edge of what is usual, where anything is."""
    high: float | None


_HOURS = """
SELECT h.at, avg(v.value)
FROM generate_series(%(since)s::timestamptz, %(until)s, '1 hour') AS h (at)
LEFT JOIN pulse_value v ON v.indicator_id = %(indicator)s AND v.territory_id = %(territory)s
    AND v.thing_id IS NOT DISTINCT FROM %(thing)s AND v.at >= h.at AND v.at < h.at + '1 hour'
GROUP BY 1 ORDER BY 1
"""


def course(
    indicator: int,
    territory: int,
    thing: int | None,
    at: dt.datetime,
    *,
    days: int = DAYS,
    steps: float | None = None,
    rule: rules.Rule | None = None,
) -> list[Hour]:
    """The last days, an hour each; `steps`: so many standard deviations, as `rule` counts
    them, are usual."""
    until = at.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            _HOURS,
            {
                "since": until - dt.timedelta(days=days),
                "until": until,
                "indicator": indicator,
                "territory": territory,
                "thing": thing,
            },
        )
        found = cursor.fetchall()
    usual: dict[int, rules.Usual] = {}
    if steps is not None:
        rows = Baseline.objects.filter(indicator=indicator, territory=territory, thing=thing)
        usual = {row.hour: rules.Usual(row.median, row.mad) for row in rows}
    zone, hours = city_zone(), []
    for moment, value in found:
        one = usual.get(rules.hour_of_week(moment.astimezone(zone)))
        reach = (steps or 0) * (rule or rules.Rule()).spread(one) if one else 0
        hours.append(
            Hour(
                moment,
                value,
                one.median - reach if one else None,
                one.median + reach if one else None,
            )
        )
    return hours
