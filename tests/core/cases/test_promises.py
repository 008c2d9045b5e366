"""Whatever happens to a problem, in whatever order: what was promised holds (property tests)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.city.problems.queries.outcomes import OUTCOMES
from veche.city.problems.queries.statistics import Choice, statistics
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import advance, set_calendar
from veche.core.cases.procedure import PROCEDURES
from veche.core.cases.rules import Term, Unit, WorkCalendar, due, relaid, resumed
from veche.core.cases.terms import calendar, term_of
from veche.errors import Refused

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Europe/Samara")
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
CALENDARS = st.builds(
    WorkCalendar,
    zone=st.just(ZONE),
    holidays=st.frozensets(DAYS, max_size=60),
    moved=st.frozensets(DAYS, max_size=20),
)
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 1), timezones=st.just(dt.UTC))
WORDS = "These are words enough for anybody."


@given(MOMENTS, st.integers(1, 40), CALENDARS)
def test_a_term_of_working_days_ends_on_a_working_day(
    since: dt.datetime, number: int, days: WorkCalendar
) -> None:
    end = due(since, Term(number, Unit.WORKING_DAYS), days)
    assert days.works(end.astimezone(ZONE).date())
    assert end > since
    assert end <= due(since, Term(number + 1, Unit.WORKING_DAYS), days)


@given(MOMENTS, st.integers(1, 20), st.integers(0, 40), CALENDARS, CALENDARS)
def test_another_calendar_never_moves_a_term_earlier(
    since: dt.datetime, number: int, later: int, before: WorkCalendar, now: WorkCalendar
) -> None:
    end = due(since, Term(number, Unit.WORKING_DAYS), before)
    at = since + dt.timedelta(days=later)
    moved = relaid(end, at, before, now)
    assert moved >= end
    if moved > at:
        assert now.works(moved.astimezone(ZONE).date())
    assert relaid(end, at, before, before) == end


@given(
    MOMENTS,
    st.integers(1, 20),
    st.integers(0, 400),
    st.integers(0, 400),
    st.sampled_from(list(Unit)),
    CALENDARS,
)
def test_a_pause_never_shortens_a_term(
    since: dt.datetime, number: int, asked: int, waited: int, unit: Unit, days: WorkCalendar
) -> None:
    end = due(since, Term(number, unit), days)
    paused = since + dt.timedelta(hours=asked)
    at = paused + dt.timedelta(hours=waited)
    assert resumed(end, paused, at, unit, days) >= end


def _steps(town: SmallTown) -> dict[str, Any]:
    """Everything that anybody can try, by a short name."""
    reason = {"reason": "other-office", "text": WORDS}
    last = dt.date(2026, 12, 31)
    return {
        "return": lambda **v: problems.hand_back(by=town.officer, **reason, **v),
        "back": lambda **v: problems.reassign(by=town.dispatcher, organisation=town.roads, **v),
        "other": lambda **v: problems.reassign(by=town.dispatcher, organisation=town.lights, **v),
        "dispute": lambda **v: problems.dispute(by=town.officer, **reason, **v),
        "settle": lambda **v: problems.settle(
            by=town.arbiter, organisation=town.roads, text=WORDS, **v
        ),
        "query": lambda **v: problems.ask_author(by=town.officer, text=WORDS, **v),
        "reply": lambda **v: problems.reply(by=town.resident, text=WORDS, **v),
        "later": lambda **v: problems.ask_prolongation(
            by=town.officer, reason="weather", text=WORDS, until=last, **v
        ),
        "sign": lambda **v: problems.sign_prolongation(by=town.head, **v),
        "answer": lambda **v: problems.answer(by=town.officer, text=WORDS, **v),
        "refuse": lambda **v: problems.refuse(by=town.officer, reason="no-money", text=WORDS, **v),
        "object": lambda **v: problems.object_to_refusal(by=town.resident, text=WORDS, **v),
        "overturn": lambda **v: problems.decide_objection(
            by=town.head, uphold=False, text=WORDS, **v
        ),
        "confirm": lambda **v: problems.confirm(by=town.resident, **v),
        "send back": lambda **v: problems.send_back(by=town.resident, text=WORDS, **v),
        "reopen": lambda **v: problems.reopen(by=town.resident, text=WORDS, **v),
        "withdraw": lambda **v: problems.withdraw(by=town.resident, **v),
    }


NAMES = (
    "return", "back", "other", "dispute", "settle", "query", "reply", "later", "sign", "answer",
    "refuse", "object", "overturn", "confirm", "send back", "reopen", "withdraw", "sweep",
    "holidays",
)  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 60)), max_size=14))
def test_no_order_of_steps_breaks_a_promise(db: None, way: list[tuple[str, int]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        _walk(small_town(), way)
        transaction.set_rollback(True)


def _walk(town: SmallTown, way: list[tuple[str, int]]) -> None:
    steps, days = _steps(town), calendar()
    procedure = PROCEDURES["problem"]
    at = START + dt.timedelta(hours=1)
    case = problems.accept(by=town.moderator, at=at, case=town.report(at=START).case)
    before = Case.objects.get(pk=case.pk)
    for name, hours in way:
        at += dt.timedelta(hours=hours)
        if name == "sweep":
            advance(at=at)
        elif name == "holidays":  # the calendar changes while terms run
            free = {at.date() + dt.timedelta(days=n): (hours % 3 == 0, {}) for n in range(2, 5)}
            set_calendar(by=None, at=at, days=free)
            days = calendar()
        else:
            try:
                steps[name](at=at, case=Case.objects.get(pk=case.pk))
            except Refused:
                continue
        if name == "query" and hours % 2:  # half of the questions are answered
            before = Case.objects.get(pk=case.pk)
            assert before.paused_at == at
            at += dt.timedelta(hours=3 * hours)
            steps["reply"](at=at, case=before)
        now = Case.objects.get(pk=case.pk)
        state = procedure.by_code[now.state]
        # A promise never moves earlier while it lasts, nor does its first date.
        if before.promised_at is not None and now.promised_at is not None:
            assert now.promised_at >= before.promised_at, name
            assert now.first_promised_at is not None and before.first_promised_at is not None
            # Only what the author was waited for moves the date by which lateness is counted.
            if before.paused_at is None:
                assert now.first_promised_at == before.first_promised_at, name
            assert now.first_promised_at >= before.first_promised_at, name
        problem = Problem.objects.get(case=now)
        if problem.answered_at is None and now.first_promised_at is not None:
            assert problem.answer_due_at == now.first_promised_at, name
        # It is owed where the state owes, and stands still only where the author is asked.
        assert (now.promised_at is not None) == (state.owes or now.paused_at is not None), name
        assert now.paused_at is None or state.pauses, name
        # One clock runs while somebody must act, none after the end.
        running = CaseClock.objects.filter(case=now, stopped_at__isnull=True)
        assert running.count() == (0 if state.final else 1), name
        for clock in running:
            assert clock.due_at >= clock.first_due_at
            term = term_of(procedure, now.state, now.theme)
            if term is not None and term.unit is Unit.WORKING_DAYS:
                assert days.works(clock.due_at.astimezone(days.zone).date()), name
        assert (now.closed_at is not None) == state.final, name
        before = now
    # Left alone, it comes to its end or waits for somebody who owns it.
    whole = statistics(Choice(city=town.city, period="all"), at).total.values
    assert sum(whole[one.name] or 0 for one in OUTCOMES) == whole["received"] == 1
