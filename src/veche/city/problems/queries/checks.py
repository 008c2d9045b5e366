"""What volunteers are asked to look at, and what they found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from veche.city.problems.models import CheckRound, CheckTask, Problem
from veche.city.problems.procedure import PUBLIC
from veche.core.cases.models import Case
from veche.core.people.models import Person
from veche.errors import NotFound


def found_done(case: Case) -> bool:
    """Whether two volunteers saw that the last answer is true."""
    return CheckRound.objects.filter(case=case, seq=case.seq, verdict="done").exists()


@dataclass(frozen=True)
class Found:
    """What one volunteer said, without who it was."""

    said: str
    text: str
    at: dt.datetime


@dataclass(frozen=True)
class Looked:
    """What volunteers found about one answer."""

    round: CheckRound
    found: Sequence[Found]
    waiting: int
    """How many have been asked and have not answered."""


def looks(case: Case) -> list[Looked]:
    """The rounds of a problem, newest first, as everybody may read them; two queries."""
    rounds = list(CheckRound.objects.filter(case=case).order_by("-seq"))
    if not rounds:
        return []
    tasks = list(CheckTask.objects.filter(round__in=rounds).order_by("ended_at", "id"))
    return [
        Looked(
            one,
            [
                Found(t.said, t.text, t.ended_at)
                for t in tasks
                if t.round_id == one.pk
                and t.ended_at is not None
                and t.said in ("done", "undone", "not_found")
            ],
            sum(t.round_id == one.pk and t.ended_at is None for t in tasks),
        )
        for one in rounds
    ]


@dataclass(frozen=True)
class MyTask:
    """A check as its volunteer sees it."""

    task: CheckTask
    problem: Problem


def _with_problems(tasks: Sequence[CheckTask]) -> list[MyTask]:
    cases = {t.round.case_id for t in tasks}
    # What a moderator has hidden meanwhile is hidden from volunteers too.
    rows = Problem.objects.filter(
        case_id__in=cases, case__hidden_at__isnull=True, case__state__in=PUBLIC
    )
    problems = {
        p.pk: p
        for p in rows.select_related(
            "case", "case__territory", "case__organisation", "category", "category__group"
        )
    }
    return [MyTask(t, problems[t.round.case_id]) for t in tasks if t.round.case_id in problems]


def open_checks(person: Person, at: dt.datetime) -> list[MyTask]:
    """The places that wait for this volunteer, the nearest term first."""
    rows = CheckTask.objects.filter(volunteer=person, ended_at__isnull=True, due_at__gte=at)
    return _with_problems(list(rows.select_related("round").order_by("due_at", "id")[:50]))


def past_checks(person: Person, most: int = 20) -> list[MyTask]:
    """What this volunteer said lately."""
    rows = CheckTask.objects.filter(volunteer=person).exclude(said="")
    return _with_problems(list(rows.select_related("round").order_by("-id")[:most]))


def check_of(person: Person, key: int) -> MyTask:
    """One check of this volunteer.

    Raises:
        NotFound: there is none, or it was given to somebody else.
    """
    rows = CheckTask.objects.filter(volunteer=person, pk=key).select_related("round")
    found = _with_problems(list(rows))
    if not found:
        raise NotFound
    return found[0]


def closed_checks(person: Person, since: dt.datetime, most: int = 20) -> list[CheckTask]:
    """The checks that ended without this volunteer's word since then, with their reasons; of those
    whose matter is hidden nothing but that is told."""
    rows = CheckTask.objects.filter(volunteer=person, ended_at__gte=since).exclude(closed="")
    return list(rows.select_related("round__case").order_by("-ended_at", "-id")[:most])


def closed_check(person: Person, key: int) -> CheckTask | None:
    """A check of this volunteer whose matter is shown to nobody now; None for any other."""
    rows = CheckTask.objects.filter(volunteer=person, pk=key).select_related("round__case")
    found = rows.first()
    return None if found is None or _with_problems([found]) else found


@dataclass(frozen=True)
class Own:
    """What one volunteer did, for themselves."""

    asked: int
    answered: int
    declined: int
    lapsed: int
    decided: int
    """Answers that agree with what two of them found."""


_OWN = """
SELECT count(*), count(*) FILTER (WHERE k.said IN ('done', 'undone', 'not_found')),
    count(*) FILTER (WHERE k.said = 'declined'),
    count(*) FILTER (WHERE k.closed = 'late'),
    count(*) FILTER (WHERE r.verdict <> '' AND k.said = r.verdict)
FROM problems_checktask k JOIN problems_checkround r ON r.id = k.round_id
WHERE k.volunteer_id = %s
"""


def own_numbers(person: Person) -> Own:
    """What this volunteer did so far."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [person.pk])
        return Own(*cursor.fetchone())
