"""Readings that were just taken, for whoever tells others of them."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

CHANNEL = "pulse_taken"
"""On which the intake says, at a batch's commit, where its readings lie."""
MOST = 5_000
"""Readings of one batch that are told; of a longer one, the newest."""

_NEW = """
SELECT r.id, r.stream_id, t.multi, r.at, r.until, r.number, r.result, r.result_at, r.valid_from,
    r.valid_until, r.feature_id, r.quality, r.parameters
FROM generate_series(%(first_day)s::bigint, %(last_day)s::bigint) AS day
CROSS JOIN LATERAL (
    SELECT * FROM pulse_reading
    WHERE id BETWEEN (day << 37) | %(first)s::bigint AND (day << 37) | %(last)s::bigint
        AND at >= timestamptz '2000-01-01 00:00+00' + day * interval '1 day'
        AND at < timestamptz '2000-01-01 00:00+00' + (day + 1) * interval '1 day'
) r
JOIN pulse_stream t ON t.id = r.stream_id
JOIN pulse_source s ON s.id = t.source_id
WHERE t.source_id = %(source)s AND s.public
ORDER BY r.at DESC, r.id DESC LIMIT %(most)s
"""
_JSON = ("result", "quality", "parameters")


def new_readings(payload: str) -> list[dict[str, Any]]:
    """The readings of one batch of a public source, the oldest first; none of one that is not.

    ``payload`` is what the intake said on `CHANNEL`.
    """
    source, first, last, first_day, last_day = (int(part) for part in payload.split())
    with connection.cursor() as cursor:
        cursor.execute(
            _NEW,
            {
                "source": source,
                "first": first,
                "last": last,
                "first_day": first_day,
                "last_day": last_day,
                "most": MOST,
            },
        )
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in _JSON:
            if isinstance(row[name], str):
                row[name] = json.loads(row[name])
    return rows[::-1]
