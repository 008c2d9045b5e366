"""What formulas give now, for all places at once: a statement for each kind of formula."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from veche.city.pulse.models import Indicator
from veche.city.pulse.queries.unusual import unusual
from veche.city.pulse.rules import Formula
from veche.core.cases.counting import Ask, counted
from veche.core.places.queries import atlas


class Measured(NamedTuple):
    """What a formula gives at a place."""

    indicator: int
    territory: int
    thing: int | None
    value: float | None
    data_at: dt.datetime | None
    """The newest reading or matter in it; of matters, of which silence is no fault, the moment."""
    parts: int
    silent: int


RAW_FOR = 2 * 3600
"""Seconds of a window up to which single readings are asked; beyond, the sums of hours."""

# What is made of one stream in the window; the newest number needs no readings at all.
_LAST = "SELECT s.latest AS v"
_RAW = """
SELECT CASE i.measure WHEN 'mean' THEN avg(r.number) WHEN 'min' THEN min(r.number)
    WHEN 'max' THEN max(r.number) WHEN 'sum' THEN coalesce(sum(r.number), 0)
    WHEN 'count' THEN count(r.number)
    WHEN 'rate' THEN ((array_agg(r.number ORDER BY r.at DESC))[1]
        - (array_agg(r.number ORDER BY r.at))[1])
        / nullif(extract(epoch FROM max(r.at) - min(r.at)) / 3600, 0) END::float8 AS v
FROM pulse_reading r WHERE r.stream_id = s.id AND r.number IS NOT NULL
    AND r.at <= %(at)s AND r.at > %(earliest)s AND r.at > %(at)s - make_interval(secs => i.span)
"""
_HOURS = """
SELECT CASE i.measure WHEN 'mean' THEN sum(h.total) / nullif(sum(h.count), 0)
    WHEN 'min' THEN min(h.least) WHEN 'max' THEN max(h.most)
    WHEN 'sum' THEN coalesce(sum(h.total), 0) WHEN 'count' THEN coalesce(sum(h.count), 0)
    WHEN 'rate' THEN (s.latest - (array_agg(h.last ORDER BY h.since))[1])
        / nullif(extract(epoch FROM s.latest_at - min(h.since)) / 3600 - 1, 0) END::float8 AS v
FROM pulse_hourly h WHERE h.stream_id = s.id
    AND h.since <= %(at)s AND h.since > %(at)s - make_interval(secs => i.span)
"""
_MEASURED = """
WITH i AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(properties)s::text[], %(levels)s::text[],
        %(measures)s::text[], %(spans)s::int[], %(across)s::text[], %(thresholds)s::float8[],
        %(scales)s::float8[], %(fresh)s::int[], %(shown)s::boolean[])
        AS i (id, property, level, measure, span, across, threshold, scale, fresh_for, shown)
), v AS (
    SELECT i.id, i.across, i.threshold, i.scale, s.latest_at,
        CASE i.level WHEN 'city' THEN p.city_id WHEN 'district' THEN p.district_id
            WHEN 'neighbourhood' THEN CASE p.kind WHEN 'neighbourhood' THEN p.id END
            ELSE p.id END AS place,
        CASE i.level WHEN 'thing' THEN t.id END AS thing,
        s.latest_at > %(at)s - make_interval(secs => i.fresh_for) AS fresh, x.v
    FROM i JOIN pulse_observedproperty o ON o.code = i.property
    JOIN pulse_stream s ON s.property_id = o.id AND NOT s.multi
    JOIN pulse_thing t ON t.id = s.thing_id JOIN places_territory p ON p.id = t.territory_id
    LEFT JOIN LATERAL ({each}) x ON true
    -- What everybody sees of a single device is no more than what its source tells everybody.
    WHERE i.level <> 'thing' OR NOT i.shown
        OR EXISTS (SELECT FROM pulse_source o WHERE o.id = s.source_id AND o.public)
)
SELECT id, place, thing, scale * CASE across
    WHEN 'mean' THEN avg(v) FILTER (WHERE fresh) WHEN 'sum' THEN sum(v) FILTER (WHERE fresh)
    WHEN 'min' THEN min(v) FILTER (WHERE fresh) WHEN 'max' THEN max(v) FILTER (WHERE fresh)
    WHEN 'share_above' THEN avg((v > threshold)::int) FILTER (WHERE fresh)
    WHEN 'share_below' THEN avg((v < threshold)::int) FILTER (WHERE fresh)
    WHEN 'count_above' THEN count(*) FILTER (WHERE fresh AND v > threshold)
    WHEN 'count_below' THEN count(*) FILTER (WHERE fresh AND v < threshold) END,
    max(latest_at), count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE fresh IS NOT TRUE)
FROM v WHERE place IS NOT NULL GROUP BY id, across, scale, place, thing
"""


def measured(indicators: Sequence[Indicator], at: dt.datetime) -> list[Measured]:
    """What these indicators are at every place they have; a handful of statements in all."""
    asked = [(one, Formula.of(one.formula)) for one in indicators]
    found: list[Measured] = []
    for each, chosen in (
        (_LAST, [pair for pair in asked if _of(pair, 0, 0)]),
        (_RAW, [pair for pair in asked if _of(pair, 1, RAW_FOR)]),
        (_HOURS, [pair for pair in asked if _of(pair, RAW_FOR + 1, 10**9)]),
    ):
        found += _of_readings(each, chosen, at)
    found += [
        Measured(*row) for row in unusual([p for p in asked if p[1].measure == "anomaly"], at)
    ]
    found += _of_matters([pair for pair in asked if pair[1].over == "matters"], at)
    found += _of_sources([pair for pair in asked if pair[1].over == "sources"], at)
    return found


def _of(pair: tuple[Indicator, Formula], least: int, most: int) -> bool:
    over = pair[1].over == "readings" and pair[1].measure != "anomaly"
    return over and least <= pair[1].window <= most


def _of_readings(
    each: str, chosen: Sequence[tuple[Indicator, Formula]], at: dt.datetime
) -> list[Measured]:
    if not chosen:
        return []
    longest = max(formula.window for _one, formula in chosen)
    values: dict[str, Any] = {
        "ids": [one.pk for one, _formula in chosen],
        "properties": [formula.property for _one, formula in chosen],
        "levels": [one.level for one, _formula in chosen],
        "measures": [formula.measure for _one, formula in chosen],
        "spans": [formula.window for _one, formula in chosen],
        "across": [formula.across for _one, formula in chosen],
        "thresholds": [formula.threshold for _one, formula in chosen],
        "scales": [formula.scale for _one, formula in chosen],
        "fresh": [one.fresh_for for one, _formula in chosen],
        "shown": [one.public for one, _formula in chosen],
        "at": at,
        # A constant beside the span of each: only the partitions of these days are looked into.
        "earliest": at - dt.timedelta(seconds=longest),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MEASURED.format(each=each), values)
        return [Measured(*row) for row in cursor.fetchall()]


def _of_matters(
    chosen: Sequence[tuple[Indicator, Formula]], at: dt.datetime
) -> list[Measured]:  # fmt: skip
    home = atlas().home()
    if not chosen or home is None:
        return []
    asks = [
        Ask(one.pk, formula.procedure, formula.theme, formula.measure, formula.window, one.level)
        for one, formula in chosen
    ]
    scale = {one.pk: formula.scale for one, formula in chosen}
    return [
        Measured(
            row.key,
            row.territory,
            None,
            None if row.value is None else row.value * scale[row.key],
            at,
            row.matters,
            0,
        )
        for row in counted(asks, home.pk, at)
    ]


_SOURCES = """
SELECT count(*) FILTER (WHERE state = 'stale'), count(*) FILTER (WHERE state <> 'off'),
    (SELECT coalesce(sum(count), 0) FROM pulse_refusal WHERE day = (%s AT TIME ZONE 'UTC')::date)
FROM pulse_source
"""


def _of_sources(
    chosen: Sequence[tuple[Indicator, Formula]], at: dt.datetime
) -> list[Measured]:  # fmt: skip
    """Of the city as a whole: how many connected systems are silent, what was refused today."""
    home = atlas().home()
    if not chosen or home is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, [at])
        silent, live, refused = cursor.fetchone()
    values = {
        "silent": float(silent),
        "silent_share": silent / live if live else None,
        "refused": float(refused),
    }
    found = []
    for one, formula in chosen:
        value = values[formula.measure]
        if value is not None:
            value *= formula.scale
        found.append(Measured(one.pk, home.pk, None, value, at, live, 0))
    return found
