"""Duty: lists, turns that do not overlap, rotations, exchanges, standing in."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground
from veche.city.dispatch import rules_duty as rules
from veche.city.dispatch.access_duty import NotAKeeper, NotStaff
from veche.city.dispatch.models import DutyList, DutyTurn
from veche.city.dispatch.operations import duty as operations
from veche.city.dispatch.operations import escalation, rotation
from veche.city.dispatch.queries import duty as queries
from veche.core.notices.models import Notice
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SAMARA = ZoneInfo("Europe/Samara")


def district(ground: Ground) -> DutyList:
    """The list of the west's dispatchers."""
    return operations.set_list(
        by=None, at=EARLY, code="west", names={"en": "West on duty"}, territory=ground.town.west,
        telephone="112-2",
    )  # fmt: skip


def office(ground: Ground) -> DutyList:
    """The list of the roads office."""
    return operations.set_list(
        by=None, at=EARLY, code="roads", names={"en": "Roads on duty"},
        organisation=ground.town.roads,
    )  # fmt: skip


def second(ground: Ground) -> Person:
    """Another dispatcher of the west."""
    found = add_person(by=None, at=EARLY, name="Second", email="second@example.org")
    appoint(by=None, at=EARLY, person=found, role="dispatcher", territory=ground.town.west)
    return found


def turn(
    duty: DutyList, person: Person, begins: float, ends: float, *, lead: bool = True
) -> DutyTurn:
    """On duty from so many to so many hours after the start."""
    return operations.add_turn(
        by=None, at=START, duty=duty, person=person, since=START + begins * HOUR,
        until=START + ends * HOUR, lead=lead,
    )  # fmt: skip


def test_who_is_on_duty_the_most_local_first(ground: Ground) -> None:
    west, town = district(ground), ground.town
    whole = operations.set_list(
        by=None, at=EARLY, code="city", names={"en": "The city"}, territory=town.city
    )
    turn(west, town.dispatcher, 0, 12)
    turn(whole, town.watch, 0, 24)
    turn(office(ground), town.officer, 0, 8)
    assert queries.on_duty(territory=town.west, at=START) == [town.dispatcher, town.watch]
    assert queries.on_duty(territory=town.east, at=START) == [town.watch]
    assert queries.on_duty(territory=town.west, at=START + 12 * HOUR) == [town.watch]
    assert queries.on_duty(organisation=town.roads, at=START) == [town.officer]
    assert queries.on_duty(organisation=town.lights, at=START) == []


def test_two_are_never_first_at_once(ground: Ground) -> None:
    west, other = district(ground), second(ground)
    first = turn(west, ground.town.dispatcher, 0, 12)
    with pytest.raises(operations.TurnTaken):
        turn(west, other, 11, 20)
    turn(west, other, 11, 20, lead=False)
    turn(west, other, 12, 20)
    with pytest.raises(IntegrityError, match="dispatch_one_on_duty"), transaction.atomic():
        DutyTurn.objects.create(list=west, person=other, since=first.since, until=first.until)


def test_only_who_can_act_stands_on_a_list(ground: Ground) -> None:
    west = district(ground)
    with pytest.raises(operations.NotForThisList):
        turn(west, ground.town.officer, 0, 12)
    turn(west, ground.town.watch, 0, 12)  # a dispatcher of the whole city may


def test_lists_are_kept_by_those_who_answer(ground: Ground) -> None:
    west, roads = district(ground), office(ground)
    values: dict[str, Any] = {"at": START, "since": START, "until": START + HOUR}
    with pytest.raises(NotAKeeper):
        operations.add_turn(
            by=ground.town.officer, duty=roads, person=ground.town.officer, **values
        )
    operations.add_turn(by=ground.town.head, duty=roads, person=ground.town.officer, **values)
    operations.add_turn(by=ground.town.watch, duty=west, person=ground.town.dispatcher, **values)
    with pytest.raises(NotStaff):
        operations.note_look(by=ground.town.resident, at=START)
    assert operations.note_look(by=ground.town.watch, at=START)
    assert not operations.note_look(by=ground.town.watch, at=START + dt.timedelta(minutes=4))


def test_gaps_are_found(ground: Ground) -> None:
    west = district(ground)
    turn(west, ground.town.dispatcher, 1, 5)
    turn(west, second(ground), 7, 9)
    turn(west, ground.town.watch, 5, 7, lead=False)
    until = START + 10 * HOUR
    found = queries.gaps(queries.turns_of(west, START, until), START, until)
    hours = [((one.since - START) / HOUR, (one.until - START) / HOUR) for one in found]
    assert hours == [(0, 1), (5, 7), (9, 10)]


def test_slots_follow_the_clock_of_the_city() -> None:
    def begins(**more: object) -> list[tuple[int, str]]:
        values: dict[str, object] = {
            "begins": dt.date(2026, 11, 16), "hour": 8, "hours": 12, "days": [], "zone": SAMARA,
            "since": START, "until": START + 2 * DAY,
        }  # fmt: skip
        found = rules.slots(**{**values, **more})  # type: ignore[arg-type]
        return [
            (one.number, f"{one.since.astimezone(SAMARA):%d %H}-{one.until.astimezone(SAMARA):%H}")
            for one in found
        ]

    assert begins()[:3] == [(0, "16 08-20"), (1, "16 20-08"), (2, "17 08-20")]
    assert begins(hours=24) == [(0, "16 08-08"), (1, "17 08-08"), (2, "18 08-08")]
    assert begins(hours=9, days=[1, 2, 3, 4, 5]) == [
        (0, "16 08-17"), (1, "17 08-17"), (2, "18 08-17"),
    ]  # fmt: skip
    assert begins(hours=48, until=START + 5 * DAY) == [
        (0, "16 08-08"), (1, "18 08-08"), (2, "20 08-08"),
    ]  # fmt: skip
    # Paris puts its clocks forward on 29 March 2026: the turn is an hour shorter by the sun.
    paris = ZoneInfo("Europe/Paris")
    night = next(
        rules.slots(
            begins=dt.date(2026, 3, 28), hour=20, hours=12, days=[], zone=paris,
            since=dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC),
            until=dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC),
        )
    )  # fmt: skip
    assert night.until - night.since == 11 * HOUR


def test_a_rotation_makes_turns_ahead_and_goes_on_by_itself(ground: Ground) -> None:
    west, other = district(ground), second(ground)
    town = ground.town
    rotation.set_rotation(
        by=town.dispatcher, at=START, duty=west, order=[town.dispatcher, other],
        begins=START.date(), hours=12, hour=8, ahead=7,
    )  # fmt: skip
    turns = queries.turns_of(west, START, START + 30 * DAY)
    assert [one.person for one in turns[:4]] == [town.dispatcher, other, town.dispatcher, other]
    assert queries.gaps(turns, START, START + 6 * DAY) == []
    assert rotation.sweep(at=START + HOUR) == 0, "nothing is missing yet"
    operations.remove_turn(by=None, at=START, turn=turns[5])
    assert rotation.sweep(at=START + 2 * DAY) == 4
    after = queries.turns_of(west, START, START + 30 * DAY)
    people = {one.since: one.person for one in after}
    assert turns[5].since not in people, "what was taken out by hand stays out"
    last = after[-1]
    assert last.until >= START + 9 * DAY - 12 * HOUR
    begun = {one.since: one.person for one in turns}
    for one in after:  # the order goes on as it began
        number = round((one.since - turns[0].since) / (12 * HOUR))
        assert one.person == [town.dispatcher, other][number % 2], one.since
        assert begun.get(one.since, one.person) == one.person


def test_a_rotation_leaves_what_was_set_by_hand(ground: Ground) -> None:
    west, other = district(ground), second(ground)
    by_hand = turn(west, ground.town.watch, 30, 34)
    for order in ([ground.town.dispatcher, other], [other]):
        rotation.set_rotation(
            by=None, at=START, duty=west, order=order, begins=START.date(), hours=24, ahead=5
        )
    turns = queries.turns_of(west, START, START + 4 * DAY)
    assert by_hand in turns
    assert turns[0].person == ground.town.dispatcher, "whoever is on duty now stays"
    assert {one.person for one in turns[1:]} == {other, ground.town.watch}
    assert queries.gaps(turns, START, START + 4 * DAY) == []


def test_two_exchange_turns_when_both_agree(ground: Ground) -> None:
    west, other = district(ground), second(ground)
    mine = turn(west, ground.town.dispatcher, 24, 36)
    theirs = turn(west, other, 48, 60)
    with pytest.raises(operations.NotYourTurn):
        operations.ask_swap(by=other, at=START, mine=mine, theirs=theirs)
    swap = operations.ask_swap(by=ground.town.dispatcher, at=START, mine=mine, theirs=theirs)
    assert queries.asked_of(other, START) == [swap]
    with pytest.raises(operations.NotYourTurn):
        operations.answer_swap(by=ground.town.dispatcher, at=START, swap=swap, agreed=True)
    operations.answer_swap(by=other, at=START, swap=swap, agreed=True)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.person, mine.instead_of) == (other, ground.town.dispatcher)
    assert (theirs.person, theirs.instead_of) == (ground.town.dispatcher, other)
    with pytest.raises(operations.TurnOver):
        operations.answer_swap(by=other, at=START, swap=swap, agreed=True)


def test_an_exchange_that_came_too_late(ground: Ground) -> None:
    west, other = district(ground), second(ground)
    mine = turn(west, ground.town.dispatcher, 24, 36)
    theirs = turn(west, other, 48, 60)
    swap = operations.ask_swap(by=ground.town.dispatcher, at=START, mine=mine, theirs=theirs)
    operations.stand_in(by=None, at=START, turn=mine, person=ground.town.watch, why="Ill")
    assert queries.asked_of(other, START) == []
    with pytest.raises(operations.TurnOver):
        operations.answer_swap(by=other, at=START, swap=swap, agreed=True)
    again = operations.ask_swap(by=other, at=START, mine=theirs, theirs=mine)
    with pytest.raises(operations.TurnOver):
        operations.answer_swap(by=ground.town.watch, at=START + 25 * HOUR, swap=again, agreed=True)


@pytest.mark.django_db(transaction=True)
def test_an_exchange_and_a_stand_in_at_once_go_one_after_the_other(ground: Ground) -> None:
    from threading import Event, Thread

    from django.db import connection

    west, other = district(ground), second(ground)
    mine = turn(west, ground.town.dispatcher, 24, 36)
    theirs = turn(west, other, 48, 60)
    swap = operations.ask_swap(by=ground.town.dispatcher, at=START, mine=mine, theirs=theirs)
    begun, failed = Event(), []

    def stands_in() -> None:
        begun.set()
        try:
            operations.stand_in(by=None, at=START, turn=mine, person=ground.town.watch)
        except Exception as fault:
            failed.append(fault)
        finally:
            connection.close()

    thread = Thread(target=stands_in)
    with transaction.atomic():
        operations.answer_swap(by=other, at=START, swap=swap, agreed=True)
        thread.start()
        assert begun.wait(10)
        thread.join(0.5)  # it waits for the exchange, and then sees what that made of the turn
        assert thread.is_alive()
    thread.join(30)
    assert failed == []
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.person == ground.town.watch
    assert theirs.person == ground.town.dispatcher
    swap.refresh_from_db()
    assert swap.agreed, "what was agreed stays agreed"


def test_somebody_stands_in_from_now_on(ground: Ground) -> None:
    from veche.city.dispatch.tasks_duty import tell_turn

    west, other = district(ground), second(ground)
    ill = turn(west, ground.town.dispatcher, 0, 12)
    stands = operations.stand_in(
        by=ground.town.dispatcher, at=START + 3 * HOUR, turn=ill, person=other, why="Fever"
    )
    ill.refresh_from_db()
    assert ill.until == stands.since == START + 3 * HOUR
    assert stands.until == START + 12 * HOUR
    assert stands.instead_of == ground.town.dispatcher
    assert queries.on_duty(territory=ground.town.west, at=START + 4 * HOUR) == [other]
    Person.objects.update(level="email")
    tell_turn(turn=stands.pk)
    assert sorted(one.to[0] for one in mail.outbox) == [
        "dispatcher@example.org", "second@example.org",
    ]  # fmt: skip


def test_what_waits_is_told_to_whoever_is_on_duty(ground: Ground) -> None:
    west, other = district(ground), second(ground)
    turn(west, other, -1, 12)
    ground.report()
    escalation.sweep(at=START + dt.timedelta(minutes=5))
    told = Notice.objects.filter(kind="dispatch.waits").values_list("person__name", flat=True)
    assert list(told) == ["Second"], "and not the other dispatchers of the district"
