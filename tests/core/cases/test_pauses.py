"""No office is late for the days its author was asked: words, page and figure agree."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.city.problems.datasets import FIGURES, PROBLEMS
from veche.city.problems.models import Problem
from veche.city.problems.queries.statistics import Choice, statistics
from veche.core.cases.models import Case, Prolongation
from veche.core.cases.rules import WorkCalendar
from veche.core.cases.terms import city_zone
from veche.figures import compute

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WORDS = "These are words enough for anybody."
TERM = 8
"""Calendar days, as `docs/policy/answers.md` promises them."""


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def in_work(town: SmallTown) -> Case:
    made = town.report(at=START)
    return problems.accept(by=town.moderator, at=START + HOUR, case=made.case)


def _allowed(begun: dt.datetime, pauses: list[tuple[dt.datetime, dt.datetime]]) -> dt.datetime:
    """The policy in plain arithmetic: eight days, and one more for every day of waiting that began
    before they were over."""
    days = WorkCalendar(city_zone())
    last = begun.astimezone(days.zone).date() + TERM * DAY
    for asked, replied in pauses:
        if asked <= days.end_of(last):
            last += (
                replied.astimezone(days.zone).date() - asked.astimezone(days.zone).date()
            ).days * DAY
    return days.end_of(last)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(1, 150), st.integers(1, 160)), max_size=3), st.integers(1, 240)
)
@example([(24, 120)], 24 * 8)  # in time by the days of waiting only
@example([(24 * 9, 48)], 12)  # late before it was asked: stays late
@example([], 24 * 9)
def test_the_days_of_waiting_are_not_the_offices(
    db: None, pauses: list[tuple[int, int]], worked: int
) -> None:
    with transaction.atomic():
        _judge(small_town(), pauses, worked)
        transaction.set_rollback(True)


def _judge(town: SmallTown, pauses: list[tuple[int, int]], worked: int) -> None:
    at, case, waited = START + HOUR, in_work(town), []
    for before, waiting in pauses:
        asked = at + before * HOUR
        at = asked + waiting * HOUR
        problems.ask_author(by=town.officer, at=asked, case=case, text=WORDS)
        # While it waits nobody is late, whatever day it is.
        assert _counts(town, at)["late_now"] == 0
        problems.reply(by=town.resident, at=at, case=case, text=WORDS)
        waited.append((asked, at))
    at += worked * HOUR
    due = _allowed(START + HOUR, waited)
    assert _counts(town, at)["late_now"] == int(due < at)
    problems.answer(by=town.officer, at=at, case=case, text=WORDS)
    problem = Problem.objects.get(case=case)
    assert problem.answer_due_at == due
    found = _counts(town, at + HOUR)
    assert (found["answered_in_time"], found["answered_late"]) == (int(at <= due), int(at > due))


def _counts(town: SmallTown, at: dt.datetime) -> dict[str, int]:
    """The page's numbers, which must be the published figure's."""
    figure = next(one for one in FIGURES if one.name == "problems")
    with connection.cursor() as cursor:
        (cell,) = compute(cursor, figure, PROBLEMS, at)
    published = dict(zip([m.name for m in figure.measures], cell["values"], strict=True))  # type: ignore[call-overload, arg-type]
    shown = statistics(Choice(city=town.city, period="all"), at).total.values
    names = ("answered_in_time", "answered_late", "late_now", "received")
    assert {n: published[n] for n in names} == {n: shown[n] for n in names}
    return {n: shown[n] or 0 for n in names}


def test_a_pause_in_another_office_is_no_time_of_the_first(town: SmallTown) -> None:
    case = in_work(town)
    case = problems.hand_back(
        by=town.officer, at=START + 2 * HOUR, case=case, reason="other-office", text=WORDS
    )
    case = problems.reassign(
        by=town.dispatcher, at=START + 3 * HOUR, case=case, organisation=town.lights
    )
    case = problems.ask_author(by=town.light_officer, at=START + DAY, case=case, text=WORDS)
    case = problems.reply(by=town.resident, at=START + 4 * DAY, case=case, text=WORDS)
    case = problems.hand_back(
        by=town.light_officer, at=START + 4 * DAY, case=case, reason="other-office", text=WORDS
    )
    case = problems.reassign(
        by=town.dispatcher, at=START + 5 * DAY, case=case, organisation=town.roads
    )
    first = _allowed(START + HOUR, [(START + DAY, START + 4 * DAY)])
    assert case.promised_at == case.first_promised_at == case.due_at == first


def test_a_later_date_is_measured_by_the_promise_with_its_pauses(town: SmallTown) -> None:
    case = in_work(town)
    was = case.first_promised_at
    assert was is not None
    problems.ask_prolongation(
        by=town.officer, at=START + DAY, case=case, reason="weather", text=WORDS,
        until=dt.date(2026, 12, 18),
    )  # fmt: skip
    case = problems.ask_author(by=town.officer, at=START + 2 * DAY, case=case, text=WORDS)
    case = problems.reply(by=town.resident, at=START + 4 * DAY, case=case, text=WORDS)
    case = problems.sign_prolongation(by=town.head, at=START + 5 * DAY, case=case)
    asked = Prolongation.objects.get(case=case)
    assert asked.signed and asked.first_promised_at == was + 2 * DAY == case.first_promised_at
    assert Problem.objects.get(case=case).answer_due_at == was + 2 * DAY


def test_after_the_first_answer_a_pause_changes_no_statistics(town: SmallTown) -> None:
    case = in_work(town)
    case = problems.answer(by=town.officer, at=START + DAY, case=case, text=WORDS)
    due = Problem.objects.get(case=case).answer_due_at
    case = problems.send_back(by=town.resident, at=START + 2 * DAY, case=case, text=WORDS)
    case = problems.ask_author(by=town.officer, at=START + 3 * DAY, case=case, text=WORDS)
    problems.reply(by=town.resident, at=START + 5 * DAY, case=case, text=WORDS)
    assert Problem.objects.get(case=case).answer_due_at == due
