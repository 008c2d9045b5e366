"""Terms on calendars."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche.core.cases.rules import Term, Unit, WorkCalendar, days_left, due, working_days_left

ZONE = ZoneInfo("Europe/Samara")
MONDAY = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)  # 10:00 in Samara
moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1), timezones=st.just(dt.UTC))
days = st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1))
calendars = st.builds(
    WorkCalendar,
    zone=st.just(ZONE),
    holidays=st.frozensets(days, max_size=30),
    moved=st.frozensets(days, max_size=10),
)
terms = st.builds(Term, st.integers(1, 60), st.sampled_from(Unit))


def test_a_day_by_the_clock() -> None:
    assert due(MONDAY, Term(24, Unit.HOURS), WorkCalendar(ZONE)) == MONDAY + dt.timedelta(days=1)


@pytest.mark.parametrize("month", [3, 10])
def test_a_day_by_the_clock_has_24_hours_when_the_clocks_are_changed(month: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    last = max(d for d in range(25, 32) if dt.date(2026, month, d).weekday() == 6)
    since = dt.datetime(2026, month, last - 1, 12, tzinfo=berlin)
    found = due(since, Term(24, Unit.HOURS), WorkCalendar(berlin))
    assert found - since.astimezone(dt.UTC) == dt.timedelta(hours=24)


def test_eight_calendar_days_end_with_the_eighth_day() -> None:
    found = due(MONDAY, Term(8), WorkCalendar(ZONE)).astimezone(ZONE)
    assert found.isoformat() == "2026-11-24T23:59:59+04:00"


def test_working_days_skip_the_weekend() -> None:
    found = due(MONDAY, Term(8, Unit.WORKING_DAYS), WorkCalendar(ZONE)).astimezone(ZONE)
    assert found.date() == dt.date(2026, 11, 26)


def test_a_holiday_is_skipped_and_a_moved_saturday_is_worked() -> None:
    calendar = WorkCalendar(
        ZONE, holidays=frozenset({dt.date(2026, 11, 18)}), moved=frozenset({dt.date(2026, 11, 21)})
    )
    found = [
        due(MONDAY, Term(n, Unit.WORKING_DAYS), calendar).astimezone(ZONE).day for n in range(1, 6)
    ]
    assert found == [17, 19, 20, 21, 23]


def test_a_day_begins_at_the_citys_midnight_not_at_utc() -> None:
    late = dt.datetime(2026, 11, 16, 21, 0, tzinfo=dt.UTC)  # Tuesday 01:00 in Samara
    assert due(late, Term(1), WorkCalendar(ZONE)).astimezone(ZONE).date() == dt.date(2026, 11, 18)


def test_a_calendar_without_working_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="no working days"):
        due(MONDAY, Term(1, Unit.WORKING_DAYS), WorkCalendar(ZONE, weekend=frozenset(range(7))))


def test_a_term_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Term(0)


@given(moments, terms, calendars)
def test_due_is_never_before_the_start(since: dt.datetime, term: Term, cal: WorkCalendar) -> None:
    assert due(since, term, cal) > since


@given(moments, st.integers(1, 40), st.sampled_from(Unit), calendars)
def test_a_longer_term_is_never_due_earlier(
    since: dt.datetime, number: int, unit: Unit, cal: WorkCalendar
) -> None:
    assert due(since, Term(number, unit), cal) <= due(since, Term(number + 1, unit), cal)


@given(moments, st.integers(1, 40), calendars)
def test_working_days_end_on_a_working_day(
    since: dt.datetime, number: int, cal: WorkCalendar
) -> None:
    end = due(since, Term(number, Unit.WORKING_DAYS), cal)
    assert cal.works(end.astimezone(ZONE).date())
    assert working_days_left(since, end, cal) == number


@given(moments, st.integers(1, 60))
def test_days_left_on_the_first_day_are_the_term(since: dt.datetime, number: int) -> None:
    assert days_left(since, due(since, Term(number), WorkCalendar(ZONE)), ZONE) == number
