"""How unlike its past a stream is now: the measure ``anomaly`` of formulas over readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

from django.db import connection

from veche.city.pulse.models import Indicator
from veche.city.pulse.rules import Formula

DAYS = 21
"""So many days of hours are what a stream is compared with."""

_HOURS = """
SELECT t.id, p.id, p.kind, p.district_id, p.city_id, s.latest_at,
    array_agg(h.total / h.count ORDER BY h.since) FILTER (WHERE h.count > 0)
FROM pulse_stream s JOIN pulse_observedproperty o ON o.id = s.property_id
JOIN pulse_thing t ON t.id = s.thing_id JOIN places_territory p ON p.id = t.territory_id
JOIN pulse_hourly h ON h.stream_id = s.id
WHERE o.code = %(property)s AND NOT s.multi AND h.since > %(since)s AND h.since <= %(at)s
    AND (%(every)s OR EXISTS (SELECT FROM pulse_source f WHERE f.id = s.source_id AND f.public))
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1
"""

Row = tuple[int, int, int | None, float | None, dt.datetime | None, int, int]
"""Indicator, territory, thing, value, newest reading, fresh streams, silent ones."""


def unusual(chosen: Sequence[tuple[Indicator, Formula]], at: dt.datetime) -> Iterator[Row]:
    """What these formulas give at every place: the greatest score (0 … 1, see `engines.anomalies`)
    of a stream's hours in the window, and the streams of a place put together."""
    from veche.city.pulse.engines.anomalies import last_score

    for one, formula in chosen:
        with connection.cursor() as cursor:
            cursor.execute(
                _HOURS,
                {
                    "property": formula.property,
                    "at": at,
                    "since": at - dt.timedelta(DAYS),
                    "every": one.level != "thing" or not one.public,
                },
            )
            rows = cursor.fetchall()
        hours = max(round(formula.window / 3600), 1)
        scores: dict[tuple[int, int | None], list[float]] = {}
        newest: dict[tuple[int, int | None], dt.datetime] = {}
        silent: dict[tuple[int, int | None], int] = {}
        fresh = at - dt.timedelta(seconds=one.fresh_for)
        for thing, place, kind, district, city, latest, values in rows:
            where = {"city": city, "district": district, "thing": place}.get(
                one.level, place if kind == "neighbourhood" else None
            )
            if where is None or latest is None:
                continue
            key = (where, thing if one.level == "thing" else None)
            newest[key] = max(latest, newest.get(key, latest))
            scores.setdefault(key, [])
            if latest > fresh and values:
                scores[key].append(last_score(values, of_the_last=hours))
            else:
                silent[key] = silent.get(key, 0) + 1
        for key, some in scores.items():
            value = _together(formula, some) * formula.scale if some else None
            yield one.pk, *key, value, newest[key], len(some), silent.get(key, 0)


def _together(formula: Formula, scores: Sequence[float]) -> float:
    limit = formula.threshold or 0.0
    ways: dict[str, Callable[[Sequence[float]], float]] = {
        "mean": fmean,
        "sum": sum,
        "min": min,
        "max": max,
        "share_above": lambda some: fmean(one > limit for one in some),
        "share_below": lambda some: fmean(one < limit for one in some),
        "count_above": lambda some: sum(one > limit for one in some),
        "count_below": lambda some: sum(one < limit for one in some),
    }
    return float(ways[formula.across](scores))
