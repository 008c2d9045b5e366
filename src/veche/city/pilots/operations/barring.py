"""Keeping what is kept from whom true: whoever is tied to a company knows nothing of what it
applied with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pilots.models import Application, ReviewTask
from veche.core.cases.models import Barred
from veche.core.cases.operations import Bar, set_barred
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

WHY = "conflict"
"""Why a case is barred, for all that stands here."""

_WANTED = """
SELECT a.case_id, c.person_id, min(
    CASE WHEN h.id IS NOT NULL THEN a.company_id END
)
FROM pilots_programme p
CROSS JOIN LATERAL organisations_conflicted(%(at)s, p.cooling_years, %(people)s, %(offices)s) c
JOIN pilots_application a ON a.programme_id = p.id AND a.company_id = c.organisation_id
LEFT JOIN organisations_holding h ON h.person_id = c.person_id
    AND h.organisation_id = a.company_id AND h.role = 'founder'
WHERE %(cases)s::bigint[] IS NULL OR a.case_id = ANY(%(cases)s)
GROUP BY a.case_id, c.person_id
"""


@operation
def refresh_barred(
    *,
    by: Person | None,
    at: dt.datetime,
    applications: Collection[int] | None = None,
    people: Collection[int] | None = None,
) -> int:
    """Bring what is kept from whom to what the ties say now, and take back what a conflicted
    expert was given to read; returns how many tasks came back.

    ``applications`` (numbers of their cases) or ``people`` narrow what is looked at; neither: all.
    Called when an application is sent, when a tie becomes known, and every night. Who founded a
    company goes on acting for it: their bar names it as their side.
    """
    offices = None
    if applications is not None:
        rows = Application.objects.filter(pk__in=applications)
        offices = sorted(set(rows.values_list("company_id", flat=True)))
    values = {
        "at": at,
        "people": sorted(people) if people is not None else None,
        "offices": offices,
        "cases": sorted(applications) if applications is not None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, values)
        wanted = [Bar(*row) for row in cursor.fetchall()]
    set_barred(by=by, at=at, why=WHY, wanted=wanted, cases=applications, people=people)
    return _take_back(by, at, applications, people)


REASON = "conflict"
"""What stands as the reason of a task that came back so; the tie itself is not written there."""


def _take_back(
    by: Person | None,
    at: dt.datetime,
    applications: Collection[int] | None,
    people: Collection[int] | None,
) -> int:
    """Tasks that are not done leave whoever is tied; the agency learns that they came back."""
    kept = Barred.objects.filter(why=WHY, until__isnull=True)
    open_tasks = ReviewTask.objects.filter(
        standing__in=[ReviewTask.Standing.GIVEN, ReviewTask.Standing.ACCEPTED]
    )
    if applications is not None:
        open_tasks = open_tasks.filter(application_id__in=applications)
    if people is not None:
        open_tasks = open_tasks.filter(expert_id__in=people)
    pairs = set(
        kept.filter(
            person_id__in=open_tasks.values("expert_id"),
            case_id__in=open_tasks.values("application_id"),
        ).values_list("case_id", "person_id")
    )
    over = [
        task.pk
        for task in open_tasks.select_for_update().order_by("pk")
        if (task.application_id, task.expert_id) in pairs
    ]
    if not over:
        return 0
    ReviewTask.objects.filter(pk__in=over).update(
        standing=ReviewTask.Standing.TAKEN_BACK, ended_at=at, reason=REASON
    )
    # Which task, whose and of what is told to nobody here: the journal is public.
    record(
        kind="pilots.tasks-came-back",
        by=by,
        at=at,
        subject="pilots",
        public={"tasks": len(over), "because": REASON},
    )
    return len(over)
