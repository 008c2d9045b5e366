"""A later date: asked, signed by somebody else, and never hiding the first one."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.core.cases import operations as cases
from veche.core.cases.models import Case, CaseClock, Prolongation
from veche.core.cases.terms import calendar

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LATER = dt.date(2026, 12, 1)
WHY = "The mixture cannot be laid in frost."


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def in_work(town: SmallTown) -> Case:
    return problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)


def asked(town: SmallTown, case: Case, until: dt.date = LATER, **more: object) -> Prolongation:
    values = {"by": town.officer, "at": START + DAY, "reason": "weather", "text": WHY, **more}
    return problems.ask_prolongation(case=case, until=until, **values)


def test_signed_the_promise_moves_and_the_first_one_stays(town: SmallTown) -> None:
    case = in_work(town)
    first = case.promised_at
    asked(town, case)
    case.refresh_from_db()
    assert case.promised_at == first  # asking moves nothing
    case = problems.sign_prolongation(by=town.head, at=START + DAY + HOUR, case=case)
    case.refresh_from_db()
    end = calendar().end_of(LATER)
    assert (case.promised_at, case.due_at, case.first_promised_at) == (end, end, first)
    clock = CaseClock.objects.get(case=case, stopped_at__isnull=True)
    assert (clock.due_at, clock.first_due_at) == (end, first)
    problem = case.problem
    assert problem.answer_due_at == first


def test_refused_nothing_moves(town: SmallTown) -> None:
    case = in_work(town)
    asked(town, case)
    case = problems.refuse_prolongation(
        by=town.head, at=START + DAY + HOUR, case=case, text="There is no frost."
    )
    case.refresh_from_db()
    assert case.promised_at == case.first_promised_at
    assert Prolongation.objects.get(case=case).signed is False
    asked(town, case)  # and can be asked anew


@pytest.mark.parametrize(
    ("until", "fault"),
    [
        (dt.date(2026, 11, 24), cases.NotLater),
        (dt.date(2026, 11, 28), cases.NotAWorkingDay),
        (dt.date(2027, 6, 1), cases.TooFar),
    ],
)
def test_a_date_that_cannot_be_promised(
    town: SmallTown, until: dt.date, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        asked(town, in_work(town), until)


def test_only_one_request_waits_and_only_the_head_of_the_office_signs(town: SmallTown) -> None:
    case = in_work(town)
    with pytest.raises(cases.NoRoleForMove):
        asked(town, case, by=town.light_officer)
    asked(town, case)
    with pytest.raises(cases.AlreadyAsked):
        asked(town, case)
    with pytest.raises(cases.NoRoleForMove):
        problems.sign_prolongation(by=town.officer, at=START + 2 * DAY, case=case)


def test_a_request_that_was_answered_meanwhile_is_none(town: SmallTown) -> None:
    case = in_work(town)
    asked(town, case)
    case = problems.answer(by=town.officer, at=START + 2 * DAY, case=case, text="It is filled now.")
    case = problems.send_back(by=town.resident, at=START + 3 * DAY, case=case, text="Still a hole.")
    with pytest.raises(cases.AlreadyDecided):
        problems.sign_prolongation(by=town.head, at=START + 3 * DAY, case=case)
    asked(town, case, dt.date(2026, 12, 8), at=START + 3 * DAY)
    assert Prolongation.objects.filter(case=case).count() == 2


def test_nothing_moves_earlier_even_by_hand(town: SmallTown) -> None:
    from django.db import DatabaseError, transaction

    case = in_work(town)
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(promised_at=START)
