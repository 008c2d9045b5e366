"""The sweep of the programme's clock: what took longer than it may is written down, once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pilots.models import Application
from veche.city.pilots.operations.telling_applications import tell_agency
from veche.core.journal.operations import record_many
from veche.core.notices.operations import tell_followers_of_many
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

# The city's own time in a stage adds up over all spans; the term broke in the span in which the sum
# went past it. One breach a stage and one of the whole: more time makes no second one. What ended
# more than a year ago has been looked at before.
_SPANS = """
WITH spans AS (
    SELECT v.application_id, v.stage, v.waiting, v.since, v.until,
        least(coalesce(v.until, %(at)s), %(at)s) - v.since AS lasted, v.seq, a.programme_id
    FROM pilots_stage_span v JOIN pilots_application a ON a.case_id = v.application_id
    JOIN cases_case c ON c.id = v.application_id
    WHERE v.since < %(at)s
        AND (c.closed_at IS NULL OR c.closed_at > %(at)s - make_interval(days => %(back)s))
), sums AS (
    SELECT *, sum(lasted) OVER (PARTITION BY application_id, stage ORDER BY seq) AS so_far
    FROM spans WHERE NOT waiting
), found AS (
    SELECT DISTINCT ON (s.application_id, s.stage) s.application_id, s.stage, t.days,
        s.since + (make_interval(hours => 24 * t.days) - (s.so_far - s.lasted)) AS due_at
    FROM sums s JOIN pilots_stageterm t ON t.programme_id = s.programme_id AND t.stage = s.stage
    WHERE s.so_far > make_interval(hours => 24 * t.days)
    ORDER BY s.application_id, s.stage, s.seq
), whole AS (
    SELECT w.application_id, 'all', p.days, w.began + make_interval(hours => 24 * p.days)
    FROM (SELECT application_id, programme_id, min(since) AS began, max(since + lasted) AS reached
          FROM spans GROUP BY application_id, programme_id) w
    JOIN pilots_programme p ON p.id = w.programme_id
    WHERE w.reached - w.began > make_interval(hours => 24 * p.days)
), broken AS (
    SELECT * FROM (SELECT * FROM found UNION ALL SELECT * FROM whole) b
    WHERE NOT EXISTS (SELECT FROM pilots_breach k
        WHERE k.application_id = b.application_id AND k.stage = b.stage)
)
"""
_ANY = f"{_SPANS} SELECT EXISTS (SELECT FROM broken)"
_WRITE = f"""{_SPANS}
INSERT INTO pilots_breach (application_id, stage, days, due_at, at)
SELECT application_id, stage, days, due_at, %(at)s FROM broken ORDER BY due_at, application_id
RETURNING application_id, stage, days, due_at
"""


LOOKED_BACK = 366


@inside
def put_breaches(
    *, at: dt.datetime, back: int = LOOKED_BACK
) -> list[tuple[int, str, int, dt.datetime]]:
    """Write what was broken and is not written down, of what is open or ended within ``back`` days;
    application, stage, days and moment of each. Nobody is told."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE pilots_breach IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_WRITE, {"at": at, "back": back})
        rows: list[tuple[int, str, int, dt.datetime]] = cursor.fetchall()
        return rows


@operation
def write_breaches(*, by: Person | None, at: dt.datetime) -> int:
    """Write down every term of a stage, and of the whole way, that was broken and is not written
    down yet; returns how many. Whoever follows such an application is told, and the agency.

    Two sweeps at once wait for each other, and the second finds nothing to write.
    """
    rows = put_breaches(at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number FROM cases_case WHERE id = ANY(%s)", [[row[0] for row in rows]]
        )
        numbers = dict(cursor.fetchall())
    record_many(
        kind="pilot.breached",
        by=by,
        at=at,
        about=[
            (f"pilot:{numbers[case]}", {"stage": stage, "days": days, "due": due.isoformat()})
            for case, stage, days, due in rows
        ],
    )
    told = sorted({row[0] for row in rows})
    if told:
        tell_followers_of_many(by=by, at=at, cases=told, kind="pilot.breached")
    late = Application.objects.filter(pk__in=told).select_related("case", "programme")
    for application in late:
        tell_agency(by=by, at=at, application=application, kind="pilot.breached")
    return len(rows)


def sweep_breaches(*, at: dt.datetime) -> None:
    """The timer; it writes nothing while nothing is broken."""
    with connection.cursor() as cursor:
        cursor.execute(_ANY, {"at": at, "back": LOOKED_BACK})
        (found,) = cursor.fetchone() or (False,)
    if found:
        write_breaches(by=None, at=at)
