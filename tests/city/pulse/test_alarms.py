"""Alarms: one for a rule, a place and a thing; who knows of it; what can be taken back."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator, minutes
from veche.city.pulse.access import NotAnOperator
from veche.city.pulse.models import Alarm
from veche.city.pulse.operations import alarms, handling
from veche.city.pulse.tasks_alarms import tell_watch
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
RULE = "connector:test"
TEXT = {"en": "Gale", "ru": "Ветер", "zh": "大风"}


def raised(town: SmallTown, at: dt.datetime = START, **more: object) -> Alarm:
    """An alarm in the west."""
    given = {"rule": RULE, "territory": town.west, "level": "warning", "text": TEXT, **more}
    return alarms.raise_alarm(by=None, at=at, **given)  # type: ignore[arg-type]


def story(alarm: Alarm) -> list[str]:
    """What happened to it."""
    return [change.what for change in alarm.changes.order_by("id")]


def test_a_repeat_counts_up_and_never_duplicates(town: SmallTown) -> None:
    first = raised(town)
    again = raised(town, minutes(1))
    other = raised(town, minutes(1), territory=town.east)
    assert again.pk == first.pk != other.pk
    assert (again.count, again.last_at, Alarm.objects.count()) == (2, minutes(1), 2)


@pytest.mark.django_db(transaction=True)
def test_two_that_tell_the_same_at_once_are_one_alarm(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, both = alarms.open_ones, threading.Barrier(2)

    def slowly(identities: object) -> object:
        found = looked(identities)  # type: ignore[arg-type]
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(1)  # whoever looked waits for the other to have looked too
        return found

    monkeypatch.setattr(alarms, "open_ones", slowly)

    def tell() -> None:
        try:
            raised(town)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(tell) for _n in range(2)]:
            done.result()
    assert Alarm.objects.get().count == 2


def test_a_drill_is_another_alarm_and_tells_nobody(town: SmallTown) -> None:
    real, drill = raised(town), raised(town, drill=True)
    assert real.pk != drill.pk
    assert not drill.situation_id


def test_only_a_warning_or_worse_is_an_alarm(town: SmallTown) -> None:
    with pytest.raises(ValueError):
        raised(town, level="watch")


def test_seen_and_over_closes_it_and_the_next_is_a_new_one(town: SmallTown) -> None:
    alarm = raised(town)
    handling.acknowledge(by=town.operator, at=minutes(1), alarms=[alarm.pk])
    back = alarms.return_alarm(by=None, at=minutes(2), rule=RULE, territory=town.west)
    assert back is not None and back.closed_at == minutes(2)
    assert story(alarm) == ["raised", "acknowledged", "returned", "closed"]
    assert raised(town, minutes(30)).pk != alarm.pk


def test_over_and_unseen_stays_until_somebody_sees_it(town: SmallTown) -> None:
    alarm = raised(town)
    back = alarms.return_alarm(by=None, at=minutes(2), rule=RULE, territory=town.west)
    assert back is not None and (back.active, back.closed_at) == (False, None)
    done = handling.acknowledge(by=town.operator, at=minutes(3), alarms=[alarm.pk])
    assert done[0].closed_at == minutes(3)


def test_worse_than_what_was_seen_is_new_again(town: SmallTown) -> None:
    alarm = raised(town)
    handling.acknowledge(by=town.operator, at=minutes(1), alarms=[alarm.pk])
    again = raised(town, minutes(2), level="critical")
    assert (again.handling, again.worst) == ("new", "critical")
    handling.acknowledge(by=town.operator, at=minutes(3), alarms=[alarm.pk])
    milder = raised(town, minutes(4), level="warning")
    assert (milder.handling, milder.level, milder.worst) == ("seen", "warning", "critical")


def test_what_is_shelved_comes_back_by_itself(town: SmallTown) -> None:
    alarm = raised(town)
    until = minutes(60)
    handling.shelve(by=town.operator, at=START, alarms=[alarm.pk], until=until, why="works")
    assert alarms.sweep(at=minutes(59)) == 0
    assert alarms.sweep(at=minutes(60)) == 1
    alarm.refresh_from_db()
    assert (alarm.handling, alarm.active, alarm.shelved_until) == ("new", True, None)


@pytest.mark.parametrize("until", [minutes(0), minutes(60 * 24 * 7 + 1)])
def test_nobody_puts_away_for_ever_or_into_the_past(town: SmallTown, until: dt.datetime) -> None:
    alarm = raised(town)
    with pytest.raises(handling.ShelvedTooLong):
        handling.shelve(by=town.operator, at=START, alarms=[alarm.pk], until=until, why="works")


def test_suppressed_is_not_shelved(town: SmallTown) -> None:
    alarm = raised(town)
    handling.suppress(by=None, at=START, alarms=[alarm.pk], why="the power cut tells it already")
    alarm.refresh_from_db()
    assert (alarm.handling, alarm.shelved_until) == ("suppressed", None)
    assert alarms.sweep(at=minutes(60 * 24)) == 0
    handling.unshelve(by=town.operator, at=minutes(1), alarms=[alarm.pk])
    alarm.refresh_from_db()
    assert alarm.handling == "new"


def test_taking_back_is_for_ones_own_and_only_while_nothing_came_since(town: SmallTown) -> None:
    alarm = raised(town)
    second: Person = add_person(by=None, at=START, name="Second", email="second@example.org")
    appoint(by=None, at=START, person=second, role="operator", territory=town.city)
    handling.acknowledge(by=town.operator, at=START, alarms=[alarm.pk])
    with pytest.raises(handling.NothingToTakeBack):
        handling.take_back(by=second, at=minutes(1), alarms=[alarm.pk])
    handling.take_back(by=town.operator, at=minutes(1), alarms=[alarm.pk])
    alarms.return_alarm(by=None, at=minutes(2), rule=RULE, territory=town.west)
    handling.acknowledge(by=town.operator, at=minutes(3), alarms=[alarm.pk])
    raised(town, minutes(30))  # the same thing, raised anew: the old one stays closed
    with pytest.raises(handling.NothingToTakeBack):
        handling.take_back(by=town.operator, at=minutes(31), alarms=[alarm.pk])


def test_only_operators_of_the_place_handle(town: SmallTown) -> None:
    alarm = raised(town)
    local: Person = add_person(by=None, at=START, name="Local", email="local@example.org")
    appoint(by=None, at=START, person=local, role="operator", territory=town.east)
    for person in (town.resident, town.analyst, town.steward, local):
        with pytest.raises(NotAnOperator):
            handling.acknowledge(by=person, at=minutes(1), alarms=[alarm.pk])


def test_a_situation_becomes_one_incident_by_one_operation(town: SmallTown) -> None:
    alarm = raised(town)
    situation = handling.make_situation(by=town.operator, at=START, alarm=alarm.pk)
    done = handling.hand_on(by=town.operator, at=minutes(1), situation=situation.pk, incident=7)
    assert done.incident == 7
    assert story(alarm) == ["raised", "grouped", "dispatched"]
    with pytest.raises(handling.HandedOnAlready):
        handling.hand_on(by=town.operator, at=minutes(2), situation=situation.pk, incident=8)


def test_the_owners_officers_get_one_letter_for_all_that_came_at_once(town: SmallTown) -> None:
    one = indicator(owner="roads")
    Person.objects.filter(pk=town.officer.pk).update(level="email", language="en")
    made = [
        raised(town, rule=alarms.rule_of(one), indicator=one, territory=place)
        for place in (town.west, town.east)
    ]
    mail.outbox.clear()
    tell_watch(alarms=[alarm.pk for alarm in made])
    mine = [letter for letter in mail.outbox if town.officer.email in letter.to]
    assert len(mine) == 1
    assert mine[0].body.splitlines() == ["Warning: Dust, West", "Warning: Dust, East"]
