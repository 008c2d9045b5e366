"""What every act of an office on a promise asks first: the right, and no unexplained lateness."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.delivery.models import Promise, Step
from veche.city.delivery.operations.refusals import StepMissed
from veche.city.delivery.procedure import OFFICER
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, role_holding
from veche.core.cases.procedure import PROCEDURES
from veche.core.cases.terms import city_zone
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person


def today(at: dt.datetime) -> dt.date:
    """The day in the city."""
    return at.astimezone(city_zone()).date()


def missed_step(promise: int, at: dt.datetime) -> Step | None:
    """The first step of a promise that is late without a word of why; None where there is none."""
    return (
        Step.objects.filter(
            promise=promise, case__closed_at=None, due_on__lt=today(at), lateness=""
        )
        .order_by("number")
        .first()
    )


def is_missed(case: Case, at: dt.datetime) -> bool:
    """Whether the step of a case is late and nobody has said why."""
    rows = Step.objects.filter(pk=case.pk, case__closed_at=None, due_on__lt=today(at), lateness="")
    return rows.exists()


@inside
def locked(case: Case) -> Promise:
    """The promise of a case with its case, locked until the transaction ends.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    rows = Promise.objects.select_for_update(of=("self", "case"))
    return rows.select_related("case__territory", "case__organisation").get(pk=case.pk)


@inside
def office_acts(
    *,
    by: Person,
    at: dt.datetime,
    promise: Promise,
    case: Case | None = None,
    seen: int | None = None,
    explains: bool = False,
) -> None:
    """Let the office act on a promise or on one of its steps (``case``), as the officer saw it.

    Every operation of an office begins here. ``explains``: it is the one act that is possible while
    a missed step is unexplained.

    Raises:
        veche.core.cases.operations.NoRoleForMove: not an officer of the office.
        veche.core.cases.operations.Changed: somebody moved it after the officer looked.
        StepMissed: a step is late and nobody has said why.
        veche.operation.OutsideOperation: no operation is under way.
    """
    about = case or promise.case
    role_holding(about, OFFICER, "organisation", by, at)
    if seen is not None and seen != about.seq:
        raise Changed(state=PROCEDURES[about.procedure].by_code[about.state].title)
    late = None if explains else missed_step(promise.pk, at)
    if late is not None:
        raise StepMissed(step=late.number, day=late.due_on.isoformat())
