"""The clock that the five stages share: reckoned, written down when it is broken, and kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import START
from tests.city.pilots.world import DAY, World
from veche.city.pilots.models import Breach
from veche.city.pilots.operations.stages import sweep_breaches
from veche.city.pilots.procedure import PILOT
from veche.city.pilots.queries.stages import course_of
from veche.city.pilots.rules.stages import STAGES, WAITING, course, spans, stage_of
from veche.core.cases.models import CaseEvent
from veche.core.notices.models import Notice

T = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def steps(*told: tuple[float, str]) -> list[tuple[dt.datetime, str]]:
    return [(T + days * DAY, state) for days, state in told]


def test_every_state_between_sending_and_report_belongs_to_one_stage() -> None:
    inner = {one.code for one in PILOT.states if not one.final} - {"draft", "answering"}
    assert {state for states in STAGES.values() for state in states} == inner
    assert WAITING in inner


def test_what_the_company_took_is_told_apart() -> None:
    way = steps((0, "draft"), (5, "screening"), (8, "more_info"), (18, "screening"), (20, "review"))
    found = course(way, terms={"application": 6, "selection": 30}, limit=183, now=T + 25 * DAY)
    first, second, *rest = found.stages
    assert (first.spent, first.waiting, first.took) == (5 * DAY, 10 * DAY, 15 * DAY)
    assert not first.broken and not first.open and first.due_at is None
    assert second.open and second.due_at == T + 50 * DAY and found.standing == second
    assert all(one.began is None for one in rest)
    assert (found.began, found.ended) == (T + 5 * DAY, None)
    assert (found.total, found.left, found.due_at) == (20 * DAY, 163 * DAY, T + 188 * DAY)


def test_a_term_breaks_in_the_span_in_which_its_days_are_used_up() -> None:
    way = steps(
        (0, "screening"), (1, "review"), (2, "panel"), (3, "matching"), (6, "methodology"),
        (9, "agreement"), (12, "running"), (20, "matching"), (26, "methodology"),
    )  # fmt: skip
    found = course(way, terms={"agreement": 12}, limit=183, now=T + 40 * DAY)
    agreement = next(one for one in found.stages if one.code == "agreement")
    assert agreement.spent == 29 * DAY and agreement.open and agreement.broken
    assert agreement.due_at == T + 23 * DAY  # nine days before the trial, three after its site


def test_the_clock_ends_with_the_report_and_an_extension_does_not_start_it() -> None:
    way = steps(
        (0, "screening"), (90, "running"), (180, "evaluating"), (190, "answering"),
        (200, "methodology"), (300, "running"),
    )  # fmt: skip
    found = course(way, terms={}, limit=183, now=T + 400 * DAY)
    assert (found.ended, found.total) == (T + 190 * DAY, 190 * DAY)
    assert found.broken and found.left == -7 * DAY and found.standing is None


def test_one_turned_down_stands_still_until_it_comes_back() -> None:
    way = steps((0, "screening"), (10, "rejected"))
    assert course(way, terms={}, limit=183, now=T + 400 * DAY).total == 10 * DAY
    back = [*way, *steps((30, "screening"))]
    assert course(back, terms={}, limit=183, now=T + 40 * DAY).total == 40 * DAY
    assert course(back, terms={}, limit=183, now=T + 40 * DAY).stages[0].spent == 20 * DAY
    assert course(steps((0, "draft")), terms={}, limit=183, now=T).began is None


def test_a_breach_is_found_once_and_never_erased(world: World) -> None:
    slow = world.application("screening", at=START)
    reported = world.application("answering", at=START)
    world.application("draft", at=START)
    sweep_breaches(at=START + 30 * DAY)
    assert not Breach.objects.exists()

    at = START + 40 * DAY
    sweep_breaches(at=at)
    sweep_breaches(at=at + DAY)
    breach = Breach.objects.get()
    sent = CaseEvent.objects.get(case=slow.pk, move="submit").at
    assert (breach.application, breach.stage, breach.days) == (slow, "application", 31)
    assert (breach.due_at, breach.at) == (sent + 31 * DAY, at)
    assert breach.due_at == course_of(slow, at).stages[0].due_at
    told = Notice.objects.filter(kind="pilot.breached", case=slow.pk)
    assert {one.reader.person_id for one in told} == {world.agent.pk}

    late = START + 200 * DAY
    sweep_breaches(at=late)
    whole = Breach.objects.get(stage="all")
    assert (whole.application, whole.days, whole.due_at) == (slow, 183, sent + 183 * DAY)
    assert course_of(slow, late).broken and not course_of(reported, late).broken
    for statement in ("DELETE FROM pilots_breach", "UPDATE pilots_breach SET days = 999"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_reckons_as_the_rules_do(world: World) -> None:
    made = [world.application(stage, at=START) for stage in ("more_info", "rejected", "answering")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_id, state, stage, since, until FROM pilots_stage_span ORDER BY"
            " application_id, seq"
        )
        rows = cursor.fetchall()
    for one in made:
        events = CaseEvent.objects.filter(case=one.pk).order_by("seq")
        expected = [
            (one.pk, s.state, stage_of(s.state), s.since, s.until)
            for s in spans(list(events.values_list("at", "target")))
        ]
        assert [row for row in rows if row[0] == one.pk] == expected
