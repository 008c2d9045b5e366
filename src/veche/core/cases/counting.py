"""Counting matters by place, for many questions at once: what an indicator of the city asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection


class Ask(NamedTuple):
    """One question: of every territory of a kind, how many matters.

    `measure`: ``opened`` and ``closed`` in the last `window` seconds; ``open`` now; ``late``: open
    now, and the author was promised an answer by a moment that has passed; ``answered_share``: of
    those that were closed in the window, the share that was closed by the first promised moment.
    `theme` is empty for all themes; `level` is city, district or neighbourhood.
    """

    key: int
    procedure: str
    theme: str
    measure: str
    window: int
    level: str


class Counted(NamedTuple):
    """The answer for one place; `value` is None where a share has nothing to be a share of."""

    key: int
    territory: int
    value: float | None
    matters: int
    newest: dt.datetime | None
    """When the newest of them was opened."""


_COUNTED = """
WITH i AS (
    SELECT * FROM unnest(%(keys)s::bigint[], %(procedures)s::text[], %(themes)s::text[],
        %(measures)s::text[], %(windows)s::int[], %(levels)s::text[])
        AS i (key, procedure, theme, measure, span, level)
), c AS MATERIALIZED (
    SELECT c.procedure, c.theme, c.opened_at, c.closed_at, c.promised_at, c.first_promised_at,
        w.level, w.place
    FROM cases_case c JOIN places_territory t ON t.id = c.territory_id
    CROSS JOIN LATERAL (VALUES ('city', t.city_id), ('district', t.district_id),
        ('neighbourhood', CASE t.kind WHEN 'neighbourhood' THEN t.id END)) AS w (level, place)
    WHERE c.procedure = ANY(%(procedures)s) AND c.state <> '' AND c.parent_id IS NULL
        AND c.opened_at <= %(at)s AND w.place IS NOT NULL AND w.level = ANY(%(levels)s)
        AND (c.closed_at IS NULL OR c.closed_at > %(earliest)s OR c.opened_at > %(earliest)s)
), m AS (
    SELECT i.key, c.place, c.opened_at,
        c.closed_at <= coalesce(c.first_promised_at, c.closed_at) AS in_time, i.measure
    FROM i JOIN c ON c.procedure = i.procedure AND c.level = i.level
        AND (i.theme = '' OR c.theme = i.theme)
    WHERE CASE i.measure
        WHEN 'opened' THEN c.opened_at > %(at)s - make_interval(secs => i.span)
        WHEN 'open' THEN c.closed_at IS NULL
        WHEN 'late' THEN c.closed_at IS NULL AND c.promised_at < %(at)s
        ELSE c.closed_at > %(at)s - make_interval(secs => i.span) AND c.closed_at <= %(at)s END
)
SELECT i.key, p.id, CASE i.measure WHEN 'answered_share' THEN avg(m.in_time::int)
    ELSE count(m.key) END::float8, count(m.key), max(m.opened_at)
FROM i JOIN places_territory p ON p.kind = i.level AND p.city_id = %(city)s
LEFT JOIN m ON m.key = i.key AND m.place = p.id
GROUP BY i.key, i.measure, p.id
"""


def counted(asks: Sequence[Ask], city: int, at: dt.datetime) -> list[Counted]:
    """The answers for every place of a city, one statement for all questions.

    Places where nothing happened are among them with 0. A matter that was opened or closed after
    `at` is not counted; what was open at a past moment is known only as far as it still is.
    """
    if not asks:
        return []
    longest = max(one.window for one in asks)
    keys, procedures, themes, measures, windows, levels = (
        list(column) for column in zip(*asks, strict=True)
    )
    values: dict[str, Any] = {
        "keys": keys,
        "procedures": procedures,
        "themes": themes,
        "measures": measures,
        "windows": windows,
        "levels": levels,
        "city": city,
        "at": at,
        "earliest": at - dt.timedelta(seconds=longest),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, values)
        return [Counted(*row) for row in cursor.fetchall()]
