"""The database refuses what the procedure does not know, whoever asks and however."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.core.cases.models import Assignment, Case, CaseClock, CaseEvent
from veche.core.cases.operations import (
    Changed,
    ChildOpen,
    MoveNotPossible,
    NoRoleForMove,
    advance,
    move_case,
    open_case,
)
from veche.core.cases.procedure import PROCEDURES
from veche.core.organisations.models import Holding

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@contextmanager
def refused_by_database(words: str) -> Iterator[None]:
    with pytest.raises((DatabaseError, psycopg.Error), match=words), transaction.atomic():
        yield


def event(case: Case, move: str, source: str, target: str, **more: object) -> CaseEvent:
    values = {"seq": case.seq + 1, "at": START + HOUR, **more}
    return CaseEvent(case=case, move=move, source=source, target=target, **values)


def test_a_report_stands_with_a_moderator_for_a_day(town: SmallTown) -> None:
    case = town.report().case
    case.refresh_from_db()
    assert (case.state, case.seq, case.author) == ("moderation", 1, town.resident)
    assert case.due_at == START + dt.timedelta(hours=24)
    clock = CaseClock.objects.get(case=case)
    assert (clock.started_at, clock.due_at, clock.stopped_at) == (START, case.due_at, None)


def test_accepting_routes_by_category_and_place(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", town.roads)
    assert case.due_at is not None
    assert case.due_at.isoformat() == "2026-11-24T19:59:59+00:00"  # end of the eighth day there
    assert Assignment.objects.get(case=case).organisation == town.roads
    assert CaseClock.objects.filter(case=case, stopped_at__isnull=True).count() == 1


def test_what_nobody_answers_for_waits_for_a_dispatcher(town: SmallTown) -> None:
    case = town.report(category="orphan").case
    case = problems.accept(by=town.moderator, at=START + HOUR, case=case)
    assert case.state == "routing"
    with pytest.raises(NoRoleForMove):
        problems.assign(by=town.officer, at=START + HOUR, case=case, organisation=town.roads)
    case = problems.assign(
        by=town.dispatcher, at=START + 2 * HOUR, case=case, organisation=town.lights
    )
    assert (case.state, case.organisation) == ("work", town.lights)


def test_a_dispatcher_of_another_district_is_refused(town: SmallTown) -> None:
    case = town.report(category="orphan", longitude=49.75).case
    case = problems.accept(by=town.moderator, at=START + HOUR, case=case)
    with pytest.raises(NoRoleForMove):
        problems.assign(by=town.dispatcher, at=START + HOUR, case=case, organisation=town.roads)


def test_an_officer_of_another_office_is_refused(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    with pytest.raises(NoRoleForMove, match="office it lies with"):
        problems.answer(by=town.light_officer, at=START + HOUR, case=case, text="Not my hole.")


def test_a_role_that_has_ended_moves_nothing(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    Holding.objects.filter(person=town.officer).update(until=START + HOUR)
    with pytest.raises(NoRoleForMove):
        problems.answer(by=town.officer, at=START + 2 * HOUR, case=case, text="Filled the hole.")


def test_two_at_once_one_is_told(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    seen = case.seq
    problems.answer(by=town.officer, at=START + HOUR, case=case, text="Filled it.", seen=seen)
    with pytest.raises(Changed):
        problems.refuse(
            by=town.officer,
            at=START + HOUR,
            case=case,
            reason="no-money",
            text="There is no money.",
            seen=seen,
        )


def test_a_move_that_does_not_leave_the_state(town: SmallTown) -> None:
    with pytest.raises(MoveNotPossible):
        problems.confirm(by=town.resident, at=START, case=town.report().case)


def test_the_trigger_refuses_an_undeclared_move(town: SmallTown) -> None:
    case = town.report().case
    with refused_by_database("no such move"):
        event(case, "confirm", "moderation", "confirmed", actor=town.resident).save()


def test_the_trigger_refuses_a_gap_and_a_wrong_state(town: SmallTown) -> None:
    case = town.report().case
    with refused_by_database("a step is missing"):
        event(case, "withdraw", "moderation", "dropped", actor=town.resident, seq=5).save()
    with refused_by_database("stands at"):
        event(case, "confirm", "check", "confirmed", actor=town.resident).save()


def test_the_trigger_refuses_time_running_back(town: SmallTown) -> None:
    case = town.report().case
    with refused_by_database("earlier"):
        event(
            case, "withdraw", "moderation", "dropped", actor=town.resident, at=START - HOUR
        ).save()


@pytest.mark.parametrize("who", ["neighbour", None])
def test_the_trigger_refuses_another_author(town: SmallTown, who: str | None) -> None:
    case = town.report().case
    with refused_by_database("only its author"):
        event(
            case,
            "withdraw",
            "moderation",
            "dropped",
            actor=getattr(town, who) if who else None,
        ).save()


def test_the_trigger_refuses_a_borrowed_or_foreign_role(town: SmallTown) -> None:
    case = town.report().case
    officers = Holding.objects.get(person=town.officer)
    with refused_by_database("holds no role"):
        event(case, "accept", "moderation", "routing", actor=town.officer, holding=officers).save()
    moderators = Holding.objects.get(person=town.moderator)
    with refused_by_database("holds no role"):
        event(
            case, "accept", "moderation", "routing", actor=town.officer, holding=moderators
        ).save()
    case = problems.accept(by=town.moderator, at=START + HOUR, case=case)
    lamplighter = Holding.objects.get(person=town.light_officer)
    with refused_by_database("another office"):
        event(
            case,
            "answer",
            "work",
            "check",
            actor=town.light_officer,
            holding=lamplighter,
            organisation=town.roads,
        ).save()


def test_only_an_import_makes_records_and_only_the_system_lapses(town: SmallTown) -> None:
    case = town.report().case
    with refused_by_database("only the system"):
        event(case, "pass", "moderation", "routing", actor=town.moderator).save()
    bare = Case.objects.create(
        number="x-1", procedure="problem", theme="pothole", territory=town.west, opened_at=START
    )
    with refused_by_database("only an import"):
        event(bare, "record_open", "", "record_open").save()
    event(bare, "record_open", "", "record_open", batch=1).save()
    bare.refresh_from_db()
    assert bare.state == "record_open"


def test_copy_is_checked_too(town: SmallTown) -> None:
    """Bulk loading goes through the same trigger: a chain passes, a broken one does not."""
    holding = Holding.objects.get(person=town.moderator)
    cases = [
        Case.objects.create(
            number=f"y-{n}", procedure="problem", theme="pothole", territory=town.west,
            opened_at=START, author=town.resident,
        )
        for n in range(20)
    ]  # fmt: skip

    def copy(last: str) -> None:
        columns = "case_id, seq, move, source, target, actor_id, holding_id, at, public"
        with (
            connection.cursor() as cursor,
            cursor.copy(  # type: ignore[attr-defined]
                f"COPY cases_caseevent ({columns}) FROM STDIN"
            ) as rows,
        ):
            for case in cases:
                rows.write_row(
                    (case.pk, 1, "report", "", "moderation", town.resident.pk, None, START, "{}")
                )
                rows.write_row(
                    (case.pk, 2, last, "moderation", "rejected", town.moderator.pk, holding.pk,
                     START + HOUR, json.dumps({}))
                )  # fmt: skip

    with refused_by_database("no such move"):
        copy("confirm")
    assert not CaseEvent.objects.filter(case__in=cases).exists()
    copy("reject")
    moved = Case.objects.filter(pk__in=[c.pk for c in cases])
    assert set(moved.values_list("state", "seq", "closed_at")) == {("rejected", 2, START + HOUR)}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE cases_case SET state = 'confirmed'",
        "UPDATE cases_case SET closed_at = now()",
        "UPDATE cases_caseevent SET public = '{}'",
        "DELETE FROM cases_caseevent",
        "TRUNCATE cases_caseevent",
        "INSERT INTO cases_case (number, procedure, theme, territory_id, blocking, opened_at,"
        " state, seq) SELECT 'z', 'problem', 'x', territory_id, true, now(), 'work', 1"
        " FROM cases_case",
    ],
)
def test_history_cannot_be_written_around(town: SmallTown, sql: str) -> None:
    town.report()
    with refused_by_database("cases_"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


def test_an_event_does_not_come_before_its_case(town: SmallTown) -> None:
    case = Case(pk=10**9, seq=0)
    with refused_by_database("there is no such case"):
        event(case, "answer", "work", "check", actor=town.resident).save(force_insert=True)


def test_a_parent_waits_for_its_blocking_child(town: SmallTown) -> None:
    parent = town.report().case
    child = open_case(
        by=town.resident, at=START, procedure="problem", move="report", theme="pothole",
        territory=town.west, parent=parent,
    )  # fmt: skip
    with pytest.raises(ChildOpen, match=child.number):
        problems.withdraw(by=town.resident, at=START + HOUR, case=parent)
    with refused_by_database("child"):
        event(parent, "withdraw", "moderation", "dropped", actor=town.resident).save()
    problems.withdraw(by=town.resident, at=START + HOUR, case=child)
    assert problems.withdraw(by=town.resident, at=START + HOUR, case=parent).state == "dropped"


def test_the_sweep_passes_what_nobody_moderated_and_counts_the_lateness(town: SmallTown) -> None:
    case = town.report().case
    assert advance(at=START + 24 * HOUR) == 0
    assert advance(at=START + 25 * HOUR) == 1
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", town.roads)
    assert CaseClock.objects.get(case=case, state="moderation").passed_at == START + 25 * HOUR
    assert advance(at=START + 25 * HOUR) == 0


def test_a_late_office_is_marked_once_and_keeps_the_case(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    late = START + dt.timedelta(days=10)
    assert advance(at=late) == 1
    assert advance(at=late) == 0
    case.refresh_from_db()
    assert case.state == "work"


def test_silence_after_an_answer_is_never_called_confirmed(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    problems.answer(by=town.officer, at=START + 2 * HOUR, case=case, text="Filled the hole.")
    advance(at=START + dt.timedelta(days=14))
    case.refresh_from_db()
    assert case.state == "check"
    advance(at=START + dt.timedelta(days=16))
    case.refresh_from_db()
    assert case.state == "unconfirmed"


def test_a_moved_term_is_data(town: SmallTown) -> None:
    from veche.core.cases.models import TermRule

    TermRule.objects.filter(procedure="problem", state="work").update(number=3, unit="working_days")
    TermRule.objects.create(
        procedure="problem", state="work", theme="lamp", number=48, unit="hours"
    )
    hole = problems.accept(by=town.moderator, at=START, case=town.report().case)
    lamp = problems.accept(by=town.moderator, at=START, case=town.report(category="lamp").case)
    assert hole.due_at == dt.datetime(2026, 11, 19, 19, 59, 59, tzinfo=dt.UTC)
    assert lamp.due_at == START + 48 * HOUR


def test_nobody_moves_as_an_importer_by_hand(town: SmallTown) -> None:
    bare = Case.objects.create(
        number="x-2", procedure="problem", theme="pothole", territory=town.west, opened_at=START
    )
    with pytest.raises(NoRoleForMove):
        move_case(by=town.moderator, at=START, case=bare, move="record_open")


def test_the_declared_moves_are_those_in_the_database() -> None:
    from veche.core.cases.models import AllowedMove

    stored = set(AllowedMove.objects.values_list("procedure", "move", "source", "target", "role"))
    declared = {
        (p.code, m.name, s, m.target, m.role)
        for p in PROCEDURES.values()
        for m in p.moves
        for s in m.sources
    }
    assert stored == declared


@pytest.mark.parametrize(
    ("part", "words"),
    [("organisation_id", "no such office"), ("actor_id", "no such person"),
     ("holding_id", "no such role"), ("case_id", "no such case")],
)  # fmt: skip
def test_an_event_names_what_exists(town: SmallTown, part: str, words: str) -> None:
    case = town.report().case
    with refused_by_database(words):
        given = {"actor": town.resident, part: 999_999_999}
        if part == "actor_id":
            del given["actor"]
        event(case, "withdraw", "moderation", "withdrawn", **given).save()


def test_a_case_is_never_deleted(town: SmallTown) -> None:
    town.report()
    bare = Case.objects.create(
        number="x-3", procedure="problem", theme="pothole", territory=town.west, opened_at=START
    )
    with refused_by_database("never deleted"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_case WHERE id = %s", [bare.pk])


def test_a_slow_sweep_stops_early_and_never_stands_still(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the look-up takes one term is handled, and the rest is left to the next."""
    from veche.core.cases.operations import sweep

    for _n in range(3):
        town.report()
    ticking = iter(range(0, 10_000, 10))
    monkeypatch.setattr(sweep.time, "monotonic", lambda: float(next(ticking)))
    late = START + 25 * HOUR
    assert [advance(at=late) for _n in range(4)] == [1, 1, 1, 0]
