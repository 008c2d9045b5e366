"""What was given to an expert: taken on, refused, taken back, and given to another."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from veche.city.pilots.access.companies import check_agency
from veche.city.pilots.access.conflicts import check_may_see, may_see
from veche.city.pilots.models import Application, Programme, ReviewTask
from veche.city.pilots.operations.assigning import OPEN, fill, waiting
from veche.city.pilots.operations.refusals_experts import (
    NothingToAssign,
    TaskEnded,
    TieKindNeeded,
    UnknownTask,
)
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_people
from veche.core.organisations.models import Tie
from veche.core.organisations.operations.ties import declare_tie
from veche.operation import operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

REFUSALS = ("busy", "field", "conflict", "other")
"""Why an expert does not read something: no time, not their field, tied to the company, else."""
REMIND_DAYS = 3
"""So many days before the day is due they are reminded."""
PATIENCE_DAYS = 7
"""So many days after it what was not done is taken back and given to another."""


def own_task(by: Person, at: dt.datetime, pk: int, *, lock: bool = False) -> ReviewTask:
    """What was given to somebody, under this number.

    Raises:
        UnknownTask: nothing was, it was taken back, or they may no longer know of it.
    """
    rows = ReviewTask.objects.select_related(
        "application__case", "application__company__organisation", "application__call",
        "application__programme",
    )  # fmt: skip
    if lock:
        rows = rows.select_for_update(of=("self",))
    task = rows.filter(pk=pk, expert=by.pk).first()
    if task is None or task.standing == ReviewTask.Standing.TAKEN_BACK:
        raise UnknownTask
    if not may_see(by, task.application, at):
        raise UnknownTask
    return task


@operation
def accept_task(*, by: Person, at: dt.datetime, task: ReviewTask) -> ReviewTask:
    """The expert will read it. Twice is once.

    Raises:
        UnknownTask: it is not theirs.
        TaskEnded: it was done or refused.
    """
    task = own_task(by, at, task.pk, lock=True)
    if task.standing not in OPEN:
        raise TaskEnded
    task.standing = ReviewTask.Standing.ACCEPTED
    task.save(update_fields=["standing"])
    record(kind="pilots.task-accepted", by=by, at=at, subject="pilots")
    return task


@operation
def refuse_task(
    *,
    by: Person,
    at: dt.datetime,
    task: ReviewTask,
    reason: str,
    words: str = "",
    tie: str = "",
    since: dt.datetime | None = None,
) -> ReviewTask:
    """The expert does not read it, for one of `REFUSALS`; another is found at once, and what the
    others have stays theirs. Whoever is tied to the company says how (``tie``, a kind of
    `veche.core.organisations.models.Tie`, and since when): that becomes a tie of their own, and
    here stands only that there is one.

    Raises:
        UnknownTask: it is not theirs.
        TaskEnded: it was done, or refused before.
        TieKindNeeded: they do not say how they are tied.
        veche.texts.UnknownReason: no such reason.
        veche.texts.TextLength: another reason is not said in words.
    """
    task = own_task(by, at, task.pk, lock=True)
    if task.standing not in OPEN:
        raise TaskEnded
    if reason not in REFUSALS:
        raise UnknownReason
    if reason == "conflict" and tie not in Tie.Kind.values:
        raise TieKindNeeded
    said = sized(words, 5 if reason == "other" else 0, 400)
    task.standing, task.ended_at = ReviewTask.Standing.REFUSED, at
    task.reason = reason if reason == "conflict" or not said else f"{reason}: {said}"
    task.save(update_fields=["standing", "ended_at", "reason"])
    record(kind="pilots.task-refused", by=by, at=at, subject="pilots", public={"because": reason})
    if reason == "conflict":
        declare_tie(
            by=by, at=at, kind=Tie.Kind(tie), since=min(since or at, at),
            organisation=task.application.company.organisation, words=said,
        )  # fmt: skip
    fill(by=None, at=at, programme=task.application.programme, applications=[task.application_id])
    return task


@operation
def take_back(*, by: Person, at: dt.datetime, task: ReviewTask, reason: str) -> ReviewTask:
    """The agency takes back what is not done, and another expert is found.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        TaskEnded: it was done, refused or taken back.
        veche.texts.TextLength: no reason is given.
    """
    rows = ReviewTask.objects.select_for_update(of=("self",)).select_related(
        "application__programme", "application__case"
    )
    task = rows.get(pk=task.pk)
    check_agency(by, at, task.application.programme)
    check_may_see(by, task.application, at)
    if task.standing not in OPEN:
        raise TaskEnded
    task.reason = sized(reason, 5, 400)
    task.standing, task.ended_at = ReviewTask.Standing.TAKEN_BACK, at
    task.save(update_fields=["standing", "ended_at", "reason"])
    record(kind="pilots.task-taken-back", by=by, at=at, subject="pilots")
    tell_people(
        by=by, at=at, told=[(task.expert_id, task.application_id)], kind="pilots.review-gone"
    )
    fill(by=None, at=at, programme=task.application.programme, applications=[task.application_id])
    return task


@operation
def remind(*, by: None, at: dt.datetime) -> int:
    """Remind those whose day comes near, once; how many tasks."""
    near = ReviewTask.objects.filter(
        standing__in=OPEN, reminded_at__isnull=True,
        due_at__lte=at + dt.timedelta(days=REMIND_DAYS), application__case__state="review",
    )  # fmt: skip
    rows = list(near.select_for_update(skip_locked=True, of=("self",)))
    ReviewTask.objects.filter(pk__in=[one.pk for one in rows]).update(reminded_at=at)
    record(kind="pilots.tasks-reminded", by=by, at=at, subject="pilots")
    if rows:
        told = [(one.expert_id, one.application_id) for one in rows]
        tell_people(by=by, at=at, told=told, kind="pilots.review-due")
    return len(rows)


@operation
def take_back_late(*, by: None, at: dt.datetime) -> int:
    """Take back what is a week late, or is about what is not read any more; how many tasks."""
    late = ReviewTask.objects.filter(
        standing__in=OPEN, due_at__lte=at - dt.timedelta(days=PATIENCE_DAYS)
    )
    rows = list(late.select_for_update(skip_locked=True, of=("self",)))
    ReviewTask.objects.filter(pk__in=[one.pk for one in rows]).update(
        standing=ReviewTask.Standing.TAKEN_BACK, ended_at=at, reason="late"
    )
    record(kind="pilots.task-taken-back", by=by, at=at, subject="pilots")
    if rows:
        told = [(one.expert_id, one.application_id) for one in rows]
        tell_people(by=by, at=at, told=told, kind="pilots.review-gone")
    return len(rows)


@operation
def fill_vacancy(*, by: None, at: dt.datetime, application: Application) -> bool:
    """Find another reader for an application that lost one: it was taken back because of a tie, or
    late. Whether there is one.

    Raises:
        NothingToAssign: there is none now; nothing is written.
    """
    if not fill(by=by, at=at, programme=application.programme, applications=[application.pk]):
        raise NothingToAssign
    return True


def vacancies(programme: Programme) -> list[Application]:
    """Applications that were given out and have lost a reader; those never given out wait for the
    agency."""
    given = ReviewTask.objects.filter(application=OuterRef("pk"))
    return list(waiting(programme).filter(Exists(given)))


def sweep(*, at: dt.datetime) -> int:
    """The timer: remind, take back what is late, find others; how many tasks it touched."""
    soon = at + dt.timedelta(days=REMIND_DAYS)
    touched = 0
    near = ReviewTask.objects.filter(standing__in=OPEN, due_at__lte=soon)
    if near.filter(reminded_at__isnull=True, application__case__state="review").exists():
        touched += remind(by=None, at=at)
    if near.filter(due_at__lte=at - dt.timedelta(days=PATIENCE_DAYS)).exists():
        touched += take_back_late(by=None, at=at)
    for programme in Programme.objects.all():
        for application in vacancies(programme):
            # Where nobody is free it waits, and the agency sees it among what waits for readers.
            with suppress(NothingToAssign):
                touched += fill_vacancy(by=None, at=at, application=application)
    return touched
