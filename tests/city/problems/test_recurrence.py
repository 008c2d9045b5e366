"""What was called finished and is wrong again at the same place is linked to its past."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.cast import START, SmallTown, small_town
from veche.city.problems import operations, rules
from veche.city.problems.models import NearRule, Problem, Recurrence
from veche.city.problems.queries.recurrence import past_of

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Any) -> SmallTown:
    settings.FILES_DIR = tmp_path
    return small_town()


def ended(town: SmallTown, at: dt.datetime = START, **more: Any) -> Problem:
    """A problem its author confirmed three hours later."""
    problem = town.report(at=at, **more)
    operations.accept(by=town.moderator, at=at + HOUR, case=problem.case)
    operations.answer(
        by=town.officer, at=at + 2 * HOUR, case=problem.case, text="The hole was filled."
    )
    operations.confirm(by=town.resident, at=at + 3 * HOUR, case=problem.case)
    return problem


def again(town: SmallTown, at: dt.datetime, **more: Any) -> Problem:
    problem = town.report(at=at, by=town.neighbour, **more)
    operations.accept(by=town.moderator, at=at + HOUR, case=problem.case)
    return problem


def test_it_came_back_and_both_pages_say_so(town: SmallTown) -> None:
    past = ended(town)
    new = again(town, START + 10 * DAY, latitude=53.5 + 20 / rules.METRES_A_DEGREE)
    link = Recurrence.objects.get(case=new.case)
    assert (link.past_id, link.metres, link.days) == (past.pk, 20, 9)
    assert link.organisation == town.roads
    before = past_of(new).before
    assert before is not None
    assert before.problem == past
    assert [one.problem for one in past_of(past).after] == [new]


def test_not_far_not_late_not_of_another_kind(town: SmallTown) -> None:
    ended(town)
    far = 31 / rules.METRES_A_DEGREE
    again(town, START + 10 * DAY, latitude=53.5 + far)
    again(town, START + 10 * DAY, category="lamp")
    again(town, START + 31 * DAY + 4 * HOUR)
    assert not Recurrence.objects.exists()
    NearRule.objects.create(theme="pothole", metres=100, came_back_metres=40, came_back_days=60)
    again(town, START + 40 * DAY, latitude=53.5 + far)
    assert Recurrence.objects.count() == 1, "how near and how long is data"


def test_a_refusal_is_no_end_and_the_last_end_counts(town: SmallTown) -> None:
    refused = town.report()
    operations.accept(by=town.moderator, at=START + HOUR, case=refused.case)
    operations.refuse(
        by=town.officer,
        at=START + 2 * HOUR,
        case=refused.case,
        reason="no-money",
        text="No money. This year there is none.",
    )
    again(town, START + DAY)
    assert not Recurrence.objects.exists()
    ended(town, START + 2 * DAY)
    last = ended(town, START + 4 * DAY)
    new = again(town, START + 10 * DAY)
    assert Recurrence.objects.get(case=new.case).past_id == last.pk


def test_a_history_is_looked_through_in_one_statement(town: SmallTown) -> None:
    past = ended(town)
    new = again(town, START + 10 * DAY)
    Recurrence.objects.all().delete()
    span = {"since": START, "until": START + 30 * DAY}
    assert operations.find_recurrences(by=None, at=START + 31 * DAY, **span) == 1
    assert operations.find_recurrences(by=None, at=START + 31 * DAY, **span) == 0
    assert Recurrence.objects.get(case=new.case).past_id == past.pk
