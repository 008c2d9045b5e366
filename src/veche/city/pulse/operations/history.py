"""The course of an indicator before it was reckoned: from the sums of hours that are kept anyway.

A new indicator has a chart and knows what is usual from its first day. What an hour was is taken
for what the indicator was in it: the mean of the hour for the newest reading and for means.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pulse.models import Indicator
from veche.city.pulse.rules import Formula
from veche.core.journal.operations import record
from veche.core.places.queries import atlas
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_PLACE = """CASE i.level WHEN 'city' THEN p.city_id WHEN 'district' THEN p.district_id
    WHEN 'neighbourhood' THEN CASE p.kind WHEN 'neighbourhood' THEN p.id END ELSE p.id END"""
_OF_READINGS = f"""
INSERT INTO pulse_value (indicator_id, territory_id, thing_id, at, value, state)
SELECT id, place, thing, since, scale * CASE across WHEN 'mean' THEN avg(v) WHEN 'sum' THEN sum(v)
    WHEN 'min' THEN min(v) WHEN 'max' THEN max(v)
    WHEN 'share_above' THEN avg((v > threshold)::int)
    WHEN 'share_below' THEN avg((v < threshold)::int)
    WHEN 'count_above' THEN count(*) FILTER (WHERE v > threshold)
    ELSE count(*) FILTER (WHERE v < threshold) END, 'normal'
FROM (
    SELECT i.id, i.across, i.threshold, i.scale, {_PLACE} AS place,
        CASE i.level WHEN 'thing' THEN t.id END AS thing, h.since,
        CASE i.measure WHEN 'min' THEN h.least WHEN 'max' THEN h.most WHEN 'sum' THEN h.total
            WHEN 'count' THEN h.count ELSE h.total / h.count END AS v
    FROM unnest(%(ids)s::bigint[], %(properties)s::text[], %(levels)s::text[],
        %(measures)s::text[], %(across)s::text[], %(thresholds)s::float8[], %(scales)s::float8[],
        %(begins)s::timestamptz[])
        AS i (id, property, level, measure, across, threshold, scale, begin)
    JOIN pulse_observedproperty o ON o.code = i.property
    JOIN pulse_stream s ON s.property_id = o.id AND NOT s.multi
    JOIN pulse_thing t ON t.id = s.thing_id JOIN places_territory p ON p.id = t.territory_id
    JOIN pulse_hourly h ON h.stream_id = s.id AND h.since >= i.begin AND h.count > 0
        AND h.since < date_trunc('hour', %(at)s::timestamptz)
) x WHERE place IS NOT NULL
GROUP BY id, across, scale, place, thing, since
ON CONFLICT (indicator_id, territory_id, thing_id, at) DO NOTHING
"""
_OF_MATTERS = """
INSERT INTO pulse_value (indicator_id, territory_id, at, value, state)
SELECT i.id, p.id, h.at, count(c.id) * i.scale, 'normal'
FROM unnest(%(ids)s::bigint[], %(procedures)s::text[], %(themes)s::text[], %(levels)s::text[],
    %(scales)s::float8[], %(begins)s::timestamptz[])
    AS i (id, procedure, theme, level, scale, begin)
CROSS JOIN LATERAL generate_series(date_trunc('hour', i.begin),
    date_trunc('hour', %(at)s::timestamptz) - interval '1 hour', interval '1 hour') AS h (at)
JOIN places_territory p ON p.kind = i.level AND p.city_id = %(city)s
LEFT JOIN (
    SELECT c.id, c.procedure, c.theme, date_trunc('hour', c.opened_at) AS hour, w.level, w.place
    FROM cases_case c JOIN places_territory t ON t.id = c.territory_id
    CROSS JOIN LATERAL (VALUES ('city', t.city_id), ('district', t.district_id),
        ('neighbourhood', CASE t.kind WHEN 'neighbourhood' THEN t.id END)) AS w (level, place)
    WHERE c.procedure = ANY(%(procedures)s) AND c.state <> '' AND c.parent_id IS NULL
        AND c.opened_at >= %(earliest)s AND c.opened_at <= %(at)s
) c ON c.procedure = i.procedure AND (i.theme = '' OR c.theme = i.theme) AND c.hour = h.at
    AND c.level = i.level AND c.place = p.id
GROUP BY i.id, p.id, h.at, i.scale
ON CONFLICT (indicator_id, territory_id, thing_id, at) DO NOTHING
"""


@operation
def look_back(*, by: Person | None, at: dt.datetime, days: int = 8) -> int:
    """Write the hours of the past that are not written yet; of an indicator with a season as many
    weeks as its season needs, of others so many days. Returns how many hours of places.

    Of matters only what was opened is known of past hours.
    """
    asked = [(one, Formula.of(one.formula)) for one in Indicator.objects.filter(active=True)]
    begin = {
        one.pk: at - dt.timedelta(days=max(days, 7 * int((one.season or {}).get("weeks", 0))))
        for one, _formula in asked
    }
    readings = [(one, f) for one, f in asked if f.over == "readings" and f.measure != "rate"]
    matters = [
        (one, f) for one, f in asked
        if (f.over, f.measure) == ("matters", "opened") and f.window == 3600
    ]  # fmt: skip
    city, made = atlas().home(), 0
    with connection.cursor() as cursor:
        for statement, chosen in ((_OF_READINGS, readings), (_OF_MATTERS, matters)):
            if not chosen or city is None:
                continue
            cursor.execute(
                statement,
                {
                    "at": at,
                    "city": city.pk,
                    "earliest": min(begin[one.pk] for one, _f in chosen),
                    "ids": [one.pk for one, _f in chosen],
                    "begins": [begin[one.pk] for one, _f in chosen],
                    "levels": [one.level for one, _f in chosen],
                    "properties": [f.property for _one, f in chosen],
                    "measures": [f.measure for _one, f in chosen],
                    "across": [f.across for _one, f in chosen],
                    "thresholds": [f.threshold for _one, f in chosen],
                    "scales": [f.scale for _one, f in chosen],
                    "procedures": [f.procedure for _one, f in chosen],
                    "themes": [f.theme for _one, f in chosen],
                },
            )
            made += int(cursor.rowcount)
    record(
        kind="pulse.looked-back", by=by, at=at, subject="indicators", public={"hours": made}
    )  # fmt: skip
    return made
