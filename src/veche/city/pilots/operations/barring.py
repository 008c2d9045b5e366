"""Keeping what is kept from whom true: whoever is tied to a company knows nothing of what it
applied with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pilots.models import Appeal, Application, Company, ReviewTask
from veche.city.pilots.operations.telling_applications import tell_agency
from veche.core.cases.models import Barred
from veche.core.cases.operations import Bar, set_barred
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.core.notices.operations.untelling import untell
from veche.core.organisations.models import Tie
from veche.core.organisations.operations.ties import recognise_ties
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

WHY = "conflict"
"""Why a case is barred, for all that stands here."""
REASON = "conflict"
"""What stands as the reason of a task that came back so; the tie itself is not written there."""

_WANTED = """
WITH matters AS (
    SELECT a.case_id, a.programme_id, a.company_id FROM pilots_application a
    WHERE %(cases)s::bigint[] IS NULL OR a.case_id = ANY(%(cases)s)
    UNION ALL
    SELECT o.case_id, a.programme_id, a.company_id FROM pilots_appeal o
    JOIN pilots_application a ON a.case_id = o.application_id
    WHERE %(cases)s::bigint[] IS NULL OR a.case_id = ANY(%(cases)s)
)
SELECT a.case_id, c.person_id, min(CASE WHEN h.id IS NOT NULL THEN a.company_id END)
FROM pilots_programme p
CROSS JOIN LATERAL organisations_conflicted(%(at)s, p.cooling_years, %(people)s, %(offices)s) c
JOIN matters a ON a.programme_id = p.id AND a.company_id = c.organisation_id
LEFT JOIN organisations_holding h ON h.person_id = c.person_id
    AND h.organisation_id = a.company_id AND h.role = 'founder'
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
    _recognise(by, at, offices)
    values = {
        "at": at,
        "people": sorted(people) if people is not None else None,
        "offices": offices,
        "cases": sorted(applications) if applications is not None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, values)
        wanted = [Bar(*row) for row in cursor.fetchall()]
    set_barred(
        by=by, at=at, why=WHY, wanted=wanted, cases=_with_appeals(applications), people=people
    )
    fresh = Barred.objects.filter(why=WHY, until__isnull=True, since=at, side__isnull=True)
    untell(list(fresh.values_list("person_id", "case_id")))
    if applications is None and people is None:
        record(kind="pilots.ties-looked-at", by=by, at=at, subject="pilots")
    return _take_back(by, at, applications, people)


def _with_appeals(applications: Collection[int] | None) -> list[int] | None:
    """The cases of these applications and of the appeals about them; none given: all."""
    if applications is None:
        return None
    rows = Appeal.objects.filter(application_id__in=applications)
    return [*applications, *rows.values_list("case_id", flat=True)]


def _recognise(by: Person | None, at: dt.datetime, offices: Sequence[int] | None) -> None:
    """Ties that named a company by its number before the city knew it are its own now."""
    waiting = Tie.objects.filter(organisation__isnull=True).exclude(identifier="")
    rows = Company.objects.filter(identifier__in=waiting.values("identifier"))
    if offices is not None:
        rows = rows.filter(pk__in=offices)
    known = {row.identifier: row.organisation for row in rows.select_related("organisation")}
    if known:
        recognise_ties(by=by, at=at, known=known)


def _take_back(
    by: Person | None,
    at: dt.datetime,
    applications: Collection[int] | None,
    people: Collection[int] | None,
) -> int:
    """Tasks that are not done leave whoever is tied; the agency learns that they came back."""
    open_tasks = ReviewTask.objects.filter(
        standing__in=[ReviewTask.Standing.GIVEN, ReviewTask.Standing.ACCEPTED]
    )
    if applications is not None:
        open_tasks = open_tasks.filter(application_id__in=applications)
    if people is not None:
        open_tasks = open_tasks.filter(expert_id__in=people)
    tied = set(
        Barred.objects.filter(
            why=WHY, until__isnull=True, person_id__in=open_tasks.values("expert_id")
        ).values_list("case_id", "person_id")
    )
    if not tied:
        return 0
    over = [
        task
        for task in open_tasks.select_for_update().order_by("pk")
        if (task.application_id, task.expert_id) in tied
    ]
    if not over:
        return 0
    ReviewTask.objects.filter(pk__in=[task.pk for task in over]).update(
        standing=ReviewTask.Standing.TAKEN_BACK, ended_at=at, reason=REASON
    )
    rows = Application.objects.filter(pk__in={task.application_id for task in over})
    for one in rows.select_related("case", "programme", "company__organisation"):
        tell_agency(by=None, at=at, application=one, kind="pilots.task-came-back")
    # Which task, whose and of what is told to nobody here: the journal is public.
    record(
        kind="pilots.tasks-came-back",
        by=by,
        at=at,
        subject="pilots",
        public={"tasks": len(over), "because": REASON},
    )
    return len(over)


def hear(*, records: Sequence[Record], at: dt.datetime) -> None:
    """The listener: ties have changed. One tie may concern others too, who worked with them, so
    all is looked at anew. A role that is held in no organisation ties nobody."""
    plain = ("organisations.appointed", "organisations.role-ended")
    if all(one.kind in plain and not one.public.get("organisation") for one in records):
        return
    if Application.objects.exists():
        refresh_barred(by=None, at=at)


def sweep(*, at: dt.datetime) -> int:
    """The timer: once a day, since ties cool off by themselves; how many tasks came back."""
    if not Application.objects.exists():
        return 0
    done = Record.objects.filter(kind="pilots.ties-looked-at").order_by("-id").first()
    if done is not None and dt.timedelta() <= at - done.at < dt.timedelta(days=1):
        return 0
    return refresh_barred(by=None, at=at)
