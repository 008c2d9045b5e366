"""Cases of the past, in bulk: whole courses, whose every step is judged as if made alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from veche.core.cases.models import Assignment, Case, CaseClock
from veche.core.cases.procedure import PROCEDURES, Procedure
from veche.operation import inside

Due = Callable[["Course", str, dt.datetime], "dt.datetime | None"]
"""``due(course, state, since)``: when a state that was entered then had to be left."""


class Who(NamedTuple):
    """Somebody in a role: the person's number and the holding's."""

    person: int
    holding: int


class Step(NamedTuple):
    """A step that was made."""

    move: str
    at: dt.datetime
    who: Who | None
    office: int | None
    """Whom the case lies with after it."""
    said: Mapping[str, Any]


@dataclass
class Course:
    """A case of the past and all its steps, in their order."""

    case: Case
    steps: list[Step] = field(default_factory=list)

    @property
    def declared(self) -> Procedure:
        """Its procedure."""
        return PROCEDURES[self.case.procedure]

    def step(
        self, move: str, at: dt.datetime, who: Who | None, office: int | None, **said: Any
    ) -> None:
        """One more step; ``said`` is what it says to everybody."""
        self.steps.append(Step(move, at, who, office, said))

    @property
    def state(self) -> str:
        """Where it stands after its steps.

        Raises:
            ValueError: a step is not possible.
        """
        state = ""
        for one in self.steps:
            state = _target(self.declared, one, state)
        return state


def numbers(count: int) -> tuple[list[int], list[int]]:
    """So many numbers of rows of cases, and as many of those that people read."""
    with connection.cursor() as cursor:
        found = []
        for sequence in ("cases_case_id_seq", "cases_number"):
            cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
            found.append([row[0] for row in cursor.fetchall()])
    return found[0], found[1]


def past_case(
    procedure: str, theme: str, place: int, opened: dt.datetime, pk: int, number: int
) -> Case:
    """A case of a past moment; `born` writes it."""
    return Case(
        pk=pk, number=f"{opened.astimezone(dt.UTC).year}-{number:06d}", procedure=procedure,
        theme=theme, territory_id=place, opened_at=opened,
    )  # fmt: skip


_CASES = """COPY cases_birth (id, number, procedure, theme, territory_id, author_id, opened_at,
    due_at, promised_at, first_promised_at) FROM STDIN"""
_EVENTS = """COPY cases_caseevent (case_id, seq, move, source, target, actor_id, holding_id,
    organisation_id, at, batch, public) FROM STDIN"""


@inside
def born(courses: Sequence[Course], batch: int, now: dt.datetime, due: Due) -> None:
    """Write cases with all their steps. The trigger judges each: one that was not possible refuses
    all, and names the case. ``batch`` is the journal record that speaks for them.

    Raises:
        django.db.IntegrityError: a step was not possible.
    """
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_CASES) as out,
    ):
        for course in courses:
            case = course.case
            next_due = clocks(course, now, due)[1]
            out.write_row(
                (case.pk, case.number, case.procedure, case.theme, case.territory_id, None,
                 case.opened_at, next_due, None, None)
            )  # fmt: skip
    stepped(courses, batch, now, due)


@inside
def stepped(courses: Sequence[Course], batch: int, now: dt.datetime, due: Due) -> None:
    """Write every step, clock and assignment of cases that are there, or are being born."""
    found: list[CaseClock] = []
    assigned: list[Assignment] = []
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_EVENTS) as out,
    ):
        for course in courses:
            state = ""
            for seq, one in enumerate(course.steps, 1):
                target = _target(course.declared, one, state)
                out.write_row(
                    (course.case.pk, seq, one.move, state, target,
                     one.who.person if one.who else None, one.who.holding if one.who else None,
                     one.office, one.at, batch, json.dumps(dict(one.said), ensure_ascii=False))
                )  # fmt: skip
                state = target
    for course in courses:
        found += clocks(course, now, due)[0]
        given = ((one.office, one.at) for one in course.steps if one.office is not None)
        office, since = next(given, (None, None))
        if office is not None and since is not None:
            assigned.append(Assignment(case=course.case, organisation_id=office, since=since))
    CaseClock.objects.bulk_create(found)
    Assignment.objects.bulk_create(assigned)


def clocks(
    course: Course, now: dt.datetime, due: Due
) -> tuple[list[CaseClock], dt.datetime | None]:
    """The clock of every state a case stood in, and when something is due next."""
    found: list[CaseClock] = []
    state, next_due = "", None
    declared = course.declared
    for place, one in enumerate(course.steps):
        entered = _target(declared, one, state)
        stays, state = entered == state, entered
        if stays or declared.by_code[state].final:
            next_due = None if not stays else next_due
            continue
        following = next(
            (n.at for n in course.steps[place + 1 :] if _leaves(declared, n, state)), None
        )
        next_due = due(course, state, one.at)
        if next_due is None:
            continue
        found.append(
            CaseClock(
                case=course.case, state=state, organisation_id=one.office, started_at=one.at,
                first_due_at=next_due, due_at=next_due, stopped_at=following,
                passed_at=next_due if next_due < (following or now) else None,
            )
        )  # fmt: skip
    return found, next_due


def _target(declared: Procedure, step: Step, state: str) -> str:
    move = declared.move(step.move, state)
    if move is None:
        raise ValueError(f"{declared.code}: no {step.move} leaves {state or 'the start'}")
    return move.target


def _leaves(declared: Procedure, step: Step, state: str) -> bool:
    move = declared.move(step.move, state)
    return move is None or move.target != state
