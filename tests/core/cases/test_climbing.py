"""Overdue promises climb; sweeps are not blocked; a new calendar moves terms later only."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.core.cases import operations as cases
from veche.core.cases.models import Case, CaseClock, Climb
from veche.core.cases.rules import Unit
from veche.core.notices.holders import sweep_overdue
from veche.core.notices.models import Notice
from veche.core.organisations.models import Holding

pytestmark = pytest.mark.django_db
HOUR, DAY, SECOND = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(seconds=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def in_work(town: SmallTown) -> Case:
    return problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)


def test_it_climbs_to_the_head_to_control_and_to_the_list(town: SmallTown) -> None:
    case = in_work(town)
    due = case.promised_at
    assert due is not None
    assert sweep_overdue(at=due) == 0
    assert sweep_overdue(at=due + SECOND) == 1
    case.refresh_from_db()
    assert case.climbed == 1
    assert [n.kind for n in Notice.objects.filter(person=town.head)] == ["notices.climbed"]
    assert sweep_overdue(at=due + 2 * SECOND) == 0  # nobody is told twice
    sweep_overdue(at=due + 2 * DAY + SECOND)
    assert Notice.objects.filter(person=town.controller).count() == 1
    sweep_overdue(at=due + 5 * DAY + SECOND)
    case.refresh_from_db()
    assert case.climbed == 3
    assert list(Climb.objects.values_list("level", flat=True).order_by("level")) == [1, 2, 3]
    assert "notices.listed" in Notice.objects.filter(person=town.resident).values_list(
        "kind", flat=True
    )


def test_after_a_long_silence_every_level_is_noted(town: SmallTown) -> None:
    case = in_work(town)
    assert case.promised_at is not None
    assert sweep_overdue(at=case.promised_at + 30 * DAY) == 3


def test_a_question_to_the_author_does_not_climb(town: SmallTown) -> None:
    case = in_work(town)
    due = case.promised_at
    assert due is not None
    problems.ask_author(by=town.officer, at=due - HOUR, case=case, text="Which of the two holes?")
    assert sweep_overdue(at=due + DAY) == 0


def test_the_days_are_data(town: SmallTown) -> None:
    cases.set_climb_step(by=None, at=START, level=1, days=3, role="head")
    case = in_work(town)
    assert case.promised_at is not None
    assert sweep_overdue(at=case.promised_at + DAY) == 0


def test_a_role_that_expired_is_not_told(town: SmallTown) -> None:
    case = in_work(town)
    assert case.promised_at is not None
    Holding.objects.filter(person=town.head).update(until=case.promised_at)
    sweep_overdue(at=case.promised_at + SECOND)
    assert not Notice.objects.filter(person=town.head).exists()


def test_faults_do_not_fill_the_sweep(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [town.report().case for _ in range(3)]
    good = town.report(at=START + HOUR).case
    real = problems.pass_unmoderated

    def broken(*, by: None, at: dt.datetime, case: Case) -> Case:
        if case.pk in {one.pk for one in bad}:
            raise RuntimeError("a fault")
        return real(by=by, at=at, case=case)

    monkeypatch.setattr(problems, "pass_unmoderated", broken)
    late = START + 2 * DAY
    with pytest.raises(RuntimeError):
        cases.advance(at=late, limit=3)
    assert cases.advance(at=late, limit=3) == 1  # the three that failed wait
    good.refresh_from_db()
    assert good.state != "moderation"
    monkeypatch.undo()
    assert cases.advance(at=late + 2 * HOUR, limit=3) == 3


def test_a_holiday_that_is_added_moves_open_terms_later(town: SmallTown) -> None:
    case = in_work(town)
    case = problems.answer(by=town.officer, at=START + DAY, case=case, text="The hole is filled.")
    case = problems.send_back(
        by=town.resident, at=START + 2 * DAY, case=case, text="It is open again."
    )
    case.refresh_from_db()
    was = case.promised_at
    assert was is not None and was.date() == dt.date(2026, 11, 24)  # Wednesday and four days
    holiday = {dt.date(2026, 11, 20): (False, {"en": "Day of the River"})}
    cases.set_calendar(by=None, at=START + 2 * DAY + HOUR, days=holiday)
    case.refresh_from_db()
    assert case.promised_at == was + DAY
    assert case.first_promised_at == was
    clock = CaseClock.objects.get(case=case, stopped_at__isnull=True)
    assert (clock.due_at, clock.first_due_at) == (was + DAY, was)
    worked = {dt.date(2026, 11, 21): (True, {"en": "Working Saturday"})}
    cases.set_calendar(by=None, at=START + 2 * DAY + 2 * HOUR, days=worked)
    case.refresh_from_db()
    assert case.promised_at == was + DAY  # never earlier


def test_a_new_term_holds_for_what_begins_now(town: SmallTown) -> None:
    before = in_work(town)
    cases.set_term(
        by=None, at=START, procedure="problem", state="work", number=3, unit=Unit.WORKING_DAYS
    )
    after = in_work(town)
    assert before.promised_at is not None and after.promised_at is not None
    assert after.promised_at.date() == dt.date(2026, 11, 19)
    with pytest.raises(cases.UnknownTerm):
        cases.set_term(
            by=None, at=START, procedure="problem", state="nowhere", number=3, unit=Unit.HOURS
        )


def test_nothing_becomes_part_of_what_has_ended(town: SmallTown) -> None:
    parent = in_work(town)
    problems.withdraw(by=town.resident, at=START + 2 * HOUR, case=parent)
    with pytest.raises(cases.ParentEnded):
        cases.open_case(
            by=town.resident, at=START + 3 * HOUR, procedure="problem", move="report",
            theme="pothole", territory=town.west, parent=parent,
        )  # fmt: skip
