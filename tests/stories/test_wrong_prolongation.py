"""A prolongation that turns out wrong: the later date is not kept either, and nothing hides it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.core.cases.models import Climb
from veche.core.cases.terms import calendar
from veche.core.notices.holders import sweep_overdue

pytestmark = pytest.mark.django_db
HOUR, DAY, SECOND = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(seconds=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def test_a_prolongation_that_turns_out_wrong(town: SmallTown) -> None:
    # Promised by Tuesday 24 November.
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report(at=START).case)
    first = case.promised_at
    assert first == calendar().end_of(dt.date(2026, 11, 24))

    # On Friday the officer asks for the first of December, and the head signs.
    problems.ask_prolongation(
        by=town.officer, at=START + 4 * DAY, case=case, reason="weather",
        text="The mixture cannot be laid in rain, we wait for a dry week.",
        until=dt.date(2026, 12, 1),
    )  # fmt: skip
    case = problems.sign_prolongation(by=town.head, at=START + 4 * DAY + HOUR, case=case)
    assert sweep_overdue(at=first + SECOND) == 0  # it does not climb while the new date runs

    # The week is dry and nothing happens. On the second of December it climbs.
    later = calendar().end_of(dt.date(2026, 12, 1))
    assert sweep_overdue(at=later + SECOND) == 1
    assert sweep_overdue(at=later + 2 * DAY + SECOND) == 1

    # On the fourth it is done: three days after the later date, ten after the first.
    done = dt.datetime(2026, 12, 4, 10, 0, tzinfo=dt.UTC)
    case = problems.answer(
        by=town.officer, at=done, case=case, text="The pavement was mended today, too late."
    )
    case = problems.confirm(by=town.resident, at=done + DAY, case=case)

    # The lateness against the first term is counted and shown, whatever was signed.
    case.refresh_from_db()
    problem = case.problem
    assert problem.answer_due_at == first and problem.answered_at == done > first
    assert (case.first_promised_at, case.climbed) == (first, 2)
    assert [climb.level for climb in Climb.objects.order_by("level")] == [1, 2]
    page = Client().get(f"/en/problems/{case.number}/").content.decode()
    assert "Promised by 24 Nov, prolonged to 1 Dec, late against the first term by 10 days." in page
    assert "The mixture cannot be laid in rain" in page
