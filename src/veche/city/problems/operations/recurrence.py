"""What was called finished and is wrong again at the same place is linked to its past."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.problems import rules
from veche.core.cases.models import Case
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_FIND = """
INSERT INTO problems_recurrence (case_id, past_id, metres, days, ended_at, organisation_id)
SELECT DISTINCT ON (c.id) c.id, was.id, round(far.metres), day.n, was.ended_at, was.organisation_id
FROM cases_case c JOIN problems_problem p ON p.case_id = c.id
JOIN problems_category k ON k.id = p.category_id
LEFT JOIN problems_category g ON g.id = k.group_id
JOIN places_territory t ON t.id = c.territory_id
CROSS JOIN LATERAL (
    SELECT n.came_back_metres AS metres, n.came_back_days AS days FROM problems_nearrule n
    WHERE n.theme IN (k.code, coalesce(g.code, ''), '')
    ORDER BY n.theme = k.code DESC, n.theme <> '' DESC LIMIT 1
) rule
CROSS JOIN LATERAL (
    SELECT x.id, x.opened_at, x.organisation_id, q.longitude, q.latitude,
        coalesce(q.source_closed_at, x.closed_at, CASE WHEN x.state = 'check' THEN x.moved_at END)
            AS ended_at
    FROM problems_problem q JOIN cases_case x ON x.id = q.case_id
    WHERE q.category_id = p.category_id AND q.case_id <> p.case_id
        AND q.latitude BETWEEN p.latitude - rule.metres / %(degree)s
            AND p.latitude + rule.metres / %(degree)s
        AND q.longitude BETWEEN
            p.longitude - rule.metres / (%(degree)s * greatest(cos(radians(p.latitude)), 0.05))
            AND p.longitude + rule.metres / (%(degree)s * greatest(cos(radians(p.latitude)), 0.05))
        AND x.state IN ('check', 'confirmed', 'verified', 'unconfirmed', 'record_closed')
        AND x.hidden_at IS NULL AND q.source = p.source
    -- Kept apart on purpose: asked for each problem by the index of category and longitude. Joined
    -- into the whole, every pair of a category would be compared.
    OFFSET 0
) was
CROSS JOIN LATERAL (SELECT %(degree)s * sqrt(
    ((p.longitude - was.longitude) * cos(radians((p.latitude + was.latitude) / 2))) ^ 2
    + (p.latitude - was.latitude) ^ 2) AS metres) far
CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM c.opened_at - was.ended_at) / 86400)::int AS n)
    day
WHERE c.procedure = 'problem' AND was.opened_at < c.opened_at AND was.ended_at <= c.opened_at
    AND day.n <= rule.days AND far.metres <= rule.metres
    AND c.state NOT IN ('', 'moderation', 'asked', 'rejected', 'appealed', 'appealed_up', 'dropped',
        'silent')
    AND ({which})
ORDER BY c.id, was.ended_at DESC, was.id
ON CONFLICT DO NOTHING RETURNING case_id, past_id
"""


def _link(which: str, values: dict[str, Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(which=which), {**values, "degree": rules.METRES_A_DEGREE})
        return list(cursor.fetchall())


@operation
def note_recurrence(*, by: Person | None, at: dt.datetime, case: Case) -> bool:
    """Link a problem that became public to what was called finished at its place shortly before;
    returns whether it came back. Its author and its followers read it on the page."""
    found = _link("c.id = %(case)s", {"case": case.pk})
    past = Case.objects.filter(pk__in=[pk for _case, pk in found])
    record(
        kind="problems.past-looked-up",
        by=by,
        at=at,
        subject=f"problem:{case.number}",
        public={"came_back": list(past.values_list("number", flat=True))},
    )
    return bool(found)


@operation
def find_recurrences(
    *, by: Person | None, at: dt.datetime, since: dt.datetime, until: dt.datetime
) -> int:
    """Link everything reported from ``since`` to ``until`` to its past, in one statement: for a
    history that was loaded and for imports. Returns how many came back."""
    found = _link(
        "c.opened_at >= %(since)s AND c.opened_at <= %(until)s", {"since": since, "until": until}
    )
    record(
        kind="problems.recurrences-found",
        by=by,
        at=at,
        subject="problems",
        public={"since": since.isoformat(), "until": until.isoformat(), "count": len(found)},
    )
    return len(found)


@inside
def link_imported(*, by: None, at: dt.datetime, source: str, ids: str) -> int:
    """Link what an import has just brought to its past there, in the import's own transaction.

    ``ids`` is a query of our own for the new cases; one statement for all of them, by the index of
    places. Returns how many came back.

    Raises:
        veche.operation.OutsideOperation: no import is under way.
    """
    found = _link(f"c.id IN ({ids})", {})
    if found:
        record(
            kind="problems.recurrences-found",
            by=by,
            at=at,
            subject=f"import:{source}",
            public={"source": source, "count": len(found)},
        )
    return len(found)
