"""A dispatcher who is silent: at the term the matter goes to an office all the same."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.cast import START, SmallTown, small_town
from tests.city.appeals.cast import Letters, letters
from veche.city.appeals import operations as appeals
from veche.city.problems import operations as problems
from veche.core.cases.models import Case, CaseClock, CaseEvent
from veche.core.cases.operations import LAST_RESORT, advance
from veche.core.notices.models import Notice
from veche.core.organisations.operations import make_responsible

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


def waiting(town: SmallTown) -> Case:
    """A problem of a category nobody answers for."""
    case = problems.accept(by=town.moderator, at=START, case=town.report(category="orphan").case)
    assert case.state == "routing"
    return case


def test_whoever_answers_by_now_gets_it() -> None:
    town = small_town()
    case = waiting(town)
    make_responsible(
        by=None, at=START + HOUR, organisation=town.roads, theme="orphan", territory=town.city
    )
    assert case.due_at is not None
    advance(at=case.due_at)
    assert Case.objects.get(pk=case.pk).state == "routing", "the dispatcher has all of the term"
    advance(at=case.due_at + HOUR)
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", town.roads)
    event = CaseEvent.objects.get(case=case, seq=case.seq)
    assert (event.move, event.actor_id) == ("route_late", None)
    assert CaseClock.objects.get(case=case, state="routing").passed_at is not None, "counted"
    told = set(Notice.objects.filter(case=case).values_list("reader__person", "kind"))
    assert (town.resident.pk, "problems.assigned") in told
    assert (town.dispatcher.pk, "problems.routed-late") in told
    assert (town.officer.pk, "problems.routed-late") in told
    assert case.promised_at is not None and case.promised_at > case.moved_at  # type: ignore[operator]


def test_the_owner_of_last_resort_gets_what_nobody_answers_for() -> None:
    town = small_town()
    make_responsible(
        by=None, at=START, organisation=town.lights, theme=LAST_RESORT, territory=town.city
    )
    case = waiting(town)
    advance(at=START + 5 * DAY)
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", town.lights)
    assert CaseEvent.objects.get(case=case, seq=case.seq).move == "last_resort"
    kinds = Notice.objects.filter(case=case, reader__person=town.resident)
    assert kinds.filter(kind="problems.last-resort").exists()


def test_where_there_is_nobody_it_stays_late_with_the_dispatchers() -> None:
    town = small_town()
    case = waiting(town)
    assert advance(at=START + 5 * DAY) == 1
    case.refresh_from_db()
    assert case.state == "routing"
    assert CaseClock.objects.get(case=case, state="routing").passed_at is not None


def test_a_letter_goes_the_same_way() -> None:
    cast: Letters = letters()
    topics = [("about-roads", {"en": "Roads"}), ("about-nothing", {"en": "Nothing"})]
    appeals.set_topics(by=None, at=START, topics=topics)
    make_responsible(
        by=None, at=START, organisation=cast.town.lights, theme=LAST_RESORT,
        territory=cast.town.city,
    )  # fmt: skip
    letter = cast.write(topic="about-nothing")
    case = appeals.accept(by=cast.town.moderator, at=START + HOUR, case=letter.case)
    assert case.state == "routing"
    advance(at=START + 5 * DAY)
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", cast.town.lights)
    assert CaseEvent.objects.get(case=case, seq=case.seq).public["late"] == "last-resort"
    assert Notice.objects.filter(case=case, kind="appeals.routed-late").exists()
