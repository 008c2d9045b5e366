"""Bulk is no way round the procedure, and tells the same as the operations would."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import START, small_town
from veche.city.problems import operations
from veche.city.problems.bulk import Life, Terms, load_history
from veche.city.problems.models import Problem
from veche.core.cases.models import Assignment, CaseClock, CaseEvent
from veche.core.organisations.models import Holding

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def facts(problem: Problem) -> dict[str, Any]:
    """Everything that follows from the steps of a problem."""
    case = problem.case
    case.refresh_from_db()
    problem.refresh_from_db()
    return {
        "case": (
            case.theme, case.territory_id, case.author_id, case.state, case.seq, case.moved_at,
            case.closed_at, case.organisation_id, case.due_at, case.promised_at,
            case.first_promised_at,
        ),
        "events": list(
            CaseEvent.objects.filter(case=case).order_by("seq").values_list(
                "seq", "move", "source", "target", "actor", "holding", "organisation", "at",
                "public",
            )
        ),
        "clocks": list(
            CaseClock.objects.filter(case=case).order_by("id").values_list(
                "state", "organisation", "started_at", "first_due_at", "due_at", "stopped_at"
            )
        ),
        "assignments": list(
            Assignment.objects.filter(case=case).order_by("id").values_list(
                "organisation", "since", "until"
            )
        ),
        "problem": (
            problem.accepted_at, problem.assigned_at, problem.answered_at, problem.answer_due_at,
            problem.confirmed_at, problem.returns, problem.text,
        ),
    }  # fmt: skip


def test_a_life_in_bulk_equals_the_same_life_by_operations() -> None:
    town = small_town()
    at = START
    one = town.report(at=at)
    operations.accept(by=town.moderator, at=at + HOUR, case=one.case)
    operations.answer(by=town.officer, at=at + 2 * DAY, case=one.case, text="It was filled.")
    operations.send_back(by=town.resident, at=at + 3 * DAY, case=one.case, text="It is open again.")
    operations.answer(by=town.officer, at=at + 5 * DAY, case=one.case, text="Filled once more.")
    operations.confirm(by=town.resident, at=at + 6 * DAY, case=one.case)

    def held(person: Any) -> int:
        return Holding.objects.get(person=person).pk

    terms, case = Terms(), one.case
    life = Life(
        category=one.category_id,
        theme=case.theme,
        territory=case.territory_id,
        opened_at=at,
        text=one.text,
        longitude=one.longitude,
        latitude=one.latitude,
        author=town.resident.pk,
    )
    resident, officer = town.resident.pk, town.officer.pk
    post = held(town.officer)
    life.step("report", at, terms, actor=resident, public={"category": case.theme})
    moderator = town.moderator.pk
    life.step("accept", at + HOUR, terms, actor=moderator, holding=held(town.moderator))
    life.step("route", at + HOUR, terms, office=town.roads.pk)
    said = {"text": "It was filled."}
    life.step("answer", at + 2 * DAY, terms, actor=officer, holding=post, public=said)
    said = {"text": "It is open again."}
    life.step("return", at + 3 * DAY, terms, actor=resident, public=said)
    said = {"text": "Filled once more."}
    life.step("answer", at + 5 * DAY, terms, actor=officer, holding=post, public=said)
    life.step("confirm", at + 6 * DAY, terms, actor=resident)
    assert load_history(by=None, at=at + 7 * DAY, lives=[life], public={}) == 1
    other = Problem.objects.exclude(pk=one.pk).select_related("case").get()
    assert facts(other) == facts(one)


def test_a_step_that_is_not_possible_undoes_the_whole_load() -> None:
    town = small_town()
    problem = town.report()
    lives = []
    for actor in (town.resident.pk, town.neighbour.pk):
        life = Life(
            category=problem.category_id,
            theme=problem.case.theme,
            territory=problem.case.territory_id,
            opened_at=START,
            text="One line\twith a tab, a \\ and\na second line",
            longitude=49.2,
            latitude=53.5,
            author=town.resident.pk,
        )
        life.step("report", START, Terms(), actor=actor)
        lives.append(life)
    with pytest.raises(IntegrityError, match="only its author"), transaction.atomic():
        load_history(by=None, at=START, lives=lives, public={})
    assert Problem.objects.count() == 1
    load_history(by=None, at=START, lives=lives[:1], public={})
    other = Problem.objects.exclude(pk=problem.pk).get()
    assert other.text == "One line\twith a tab, a \\ and\na second line"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case WHERE state = ''")
        assert cursor.fetchone() == (0,)


def test_a_move_the_procedure_does_not_have_cannot_be_told() -> None:
    life = Life(
        category=1, theme="x", territory=1, opened_at=START, text="", longitude=0, latitude=0
    )
    with pytest.raises(KeyError):
        life.step("answer", START, Terms())
