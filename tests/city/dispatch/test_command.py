"""Command in a crisis: who acts for the mayor, with which powers, and that they end."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.cast import START, SmallTown
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.access import NotADispatcher
from veche.city.dispatch.models import Command, CommandAct, Secondment
from veche.city.dispatch.operations import command, incidents, modes, seconding
from veche.city.dispatch.operations.tiers import OnlyFromAbove
from veche.city.dispatch.queries import command as queries
from veche.core.journal.models import Record
from veche.core.organisations.models import Holding
from veche.core.organisations.queries import holdings
from veche.errors import Refused

pytestmark = pytest.mark.django_db
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
WHY = "The river has come over the dam; the mayor is at the dam."
UNTIL = START + 48 * HOUR


@pytest.fixture
def town(ground: Ground) -> SmallTown:
    """The town of the ground."""
    return ground.town


def name(town: SmallTown, **more: Any) -> Command:
    """The head of the roads office commands for two days, with every power."""
    values: dict[str, Any] = {
        "by": town.mayor,
        "at": START,
        "person": town.head,
        "powers": ["modes", "tiers", "orders", "seconding"],
        "reason": WHY,
        "until": UNTIL,
    }
    return command.name_commander(**(values | more))


def lend(town: SmallTown, **more: Any) -> Secondment:
    """The lamplighter watches the west for a day."""
    values: dict[str, Any] = {
        "by": town.mayor,
        "at": START,
        "person": town.light_officer,
        "origin": town.lights,
        "role": "dispatcher",
        "territory": town.west,
        "until": START + 24 * HOUR,
        "reason": "The dispatchers of the district have been up for a night.",
    }
    return seconding.second(**(values | more))


def test_only_the_mayor_names_one_person_with_powers_and_an_end(town: SmallTown) -> None:
    """Nobody names themselves; nothing is left open; one commands at a time."""
    for by in (town.watch, town.head, town.controller):
        with pytest.raises(command.NotTheMayor):
            name(town, by=by)
    with pytest.raises(command.CommandReasonNeeded):
        name(town, reason="dam")
    with pytest.raises(command.CommandEndWrong):
        name(town, until=START + dt.timedelta(days=30, seconds=1))
    for powers in ([], ["modes", "money"]):
        with pytest.raises(command.PowersNeeded):
            name(town, powers=powers)
    for person in (town.mayor, town.resident):
        with pytest.raises(command.NotACommander):
            name(town, person=person)
    made = name(town)
    assert made.organisation == town.roads
    with pytest.raises(command.CommanderThere):
        name(town, person=town.watch)
    with pytest.raises(IntegrityError), transaction.atomic():
        Command.objects.create(
            person=town.watch, territory=town.city, powers=["modes"], reason=WHY,
            since=START + HOUR, until=UNTIL, holding=made.holding,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Command.objects.filter(pk=made.pk).update(powers=["modes"])
    with pytest.raises(IntegrityError), transaction.atomic():
        CommandAct.objects.filter(command=made).delete()


def test_the_commander_acts_for_the_mayor_and_every_act_says_so(town: SmallTown) -> None:
    """What only the mayor may do is marked: in the acts everybody reads and in the city's log."""
    with pytest.raises(modes.ModeIsGrave):
        modes.enter_mode(
            by=town.head, at=START, territory=town.city, level=4, reason=WHY, until=UNTIL
        )
    name(town)
    made = modes.enter_mode(
        by=town.head, at=START + HOUR, territory=town.city, level=4, reason=WHY, until=UNTIL
    )
    act = made.acts.get()
    assert act.role == "commander"
    assert act.command is not None
    marked = CommandAct.objects.get(kind="acted")
    assert (marked.what, marked.subject, marked.by) == ("mode-entered", "town", town.head)
    assert Record.objects.get(kind="mode.entered").public["for"] == "mayor"
    modes.end_mode(by=town.mayor, at=START + 2 * HOUR, mode=made.pk, reason="The dam holds.")
    assert CommandAct.objects.filter(kind="acted").count() == 1
    assert "for" not in Record.objects.get(kind="mode.ended").public


def test_a_power_that_was_not_given_is_not_there(town: SmallTown) -> None:
    """One who commands incidents enters no mode 4, seconds nobody, and gives no orders."""
    name(town, powers=["tiers"])
    with pytest.raises(modes.ModeIsGrave):
        modes.enter_mode(
            by=town.head, at=START, territory=town.city, level=4, reason=WHY, until=UNTIL
        )
    with pytest.raises(seconding.MayNotSecond):
        lend(town, by=town.head)
    assert not queries.orders(town.head, START)
    assert queries.orders(town.mayor, START)


def test_the_power_over_incidents_is_that_of_the_citys_dispatcher(ground: Ground) -> None:
    """What has climbed to the city is taken up by the commander, and marked."""
    town = ground.town
    found = ground.verified()
    found = incidents.raise_tier(by=town.watch, at=START + minutes(3), incident=found, text=WHY)
    with pytest.raises(OnlyFromAbove):
        incidents.take_up(by=town.head, at=START + minutes(4), incident=found)
    name(town, at=START + minutes(5))
    taken = incidents.take_up(by=town.head, at=START + minutes(6), incident=found)
    assert taken.claimed_at == START + minutes(6)
    marked = CommandAct.objects.get(kind="acted")
    assert (marked.what, marked.subject) == ("take-up", found.case.number)


def test_it_ends_by_itself_in_the_moment_that_was_written(ground: Ground) -> None:
    """A second before every power is there, at the moment none; no timer has to come first."""
    town = ground.town
    made = name(town)
    assert queries.commander(UNTIL - SECOND) == made
    assert queries.acting(town.head, "modes", UNTIL - SECOND) == made
    assert {one.role for one in holdings(town.head, UNTIL - SECOND)} == {
        "head", "commander", "dispatcher",
    }  # fmt: skip
    assert queries.commander(UNTIL) is None
    assert {one.role for one in holdings(town.head, UNTIL)} == {"head"}
    with pytest.raises(modes.ModeIsGrave):
        modes.enter_mode(
            by=town.head, at=UNTIL, territory=town.city, level=5, reason=WHY, until=UNTIL + HOUR
        )
    assert command.sweep(at=UNTIL - SECOND) == 0
    assert command.sweep(at=UNTIL + SECOND) == 1
    assert command.sweep(at=UNTIL + 2 * SECOND) == 0
    made.refresh_from_db()
    assert made.ended_at == UNTIL
    assert made.acts.get(kind="over").at == UNTIL
    name(town, at=UNTIL + HOUR, until=UNTIL + 2 * HOUR)


def test_it_is_extended_by_the_mayor_alone(town: SmallTown) -> None:
    """Nobody lengthens their own powers; an extension is an act of its own; the roles go along."""
    made = name(town)
    later = UNTIL + 24 * HOUR
    with pytest.raises(command.NotTheMayor):
        command.extend_command(
            by=town.head, at=START + HOUR, command=made.pk, until=later, reason=WHY
        )
    with pytest.raises(command.EndsNoLater):
        command.extend_command(
            by=town.mayor, at=START + HOUR, command=made.pk, until=UNTIL - HOUR, reason=WHY
        )
    command.extend_command(by=town.mayor, at=START + HOUR, command=made.pk, until=later, reason=WHY)
    assert queries.acting(town.head, "tiers", later - SECOND) == made
    assert queries.acting(town.head, "tiers", later) is None
    assert list(made.acts.order_by("at", "pk").values_list("kind", flat=True)) == [
        "named", "extended",
    ]  # fmt: skip
    assert Record.objects.filter(kind="organisations.term-set").count() == 2
    with pytest.raises(command.NoSuchCommand):
        command.extend_command(
            by=town.mayor, at=later, command=made.pk, until=later + HOUR, reason=WHY
        )


def test_taken_back_it_is_gone_at_once_with_whoever_was_seconded(ground: Ground) -> None:
    """The mayor, or the commander themselves, ends it; an act begun a moment later is refused."""
    town = ground.town
    made = name(town)
    lent = lend(town, by=town.head, at=START + HOUR)
    kept = lend(town, at=START + HOUR, person=town.officer, origin=town.roads, territory=town.east)
    with pytest.raises(command.NotTheMayor):
        command.end_command(by=town.watch, at=START + 2 * HOUR, command=made.pk, reason=WHY)
    command.end_command(
        by=town.mayor, at=START + 2 * HOUR, command=made.pk, reason="The dam holds."
    )
    assert queries.acting(town.head, "modes", START + 2 * HOUR) is None
    lent.refresh_from_db()
    kept.refresh_from_db()
    assert (lent.ended_at, kept.ended_at) == (START + 2 * HOUR, None)
    assert {one.role for one in holdings(town.light_officer, START + 2 * HOUR)} == {"officer"}
    assert {one.role for one in holdings(town.officer, START + 2 * HOUR)} == {
        "officer", "dispatcher",
    }  # fmt: skip
    with pytest.raises(command.NoSuchCommand):
        command.end_command(by=town.mayor, at=START + 3 * HOUR, command=made.pk, reason=WHY)
    second = name(town, at=START + 3 * HOUR)
    command.end_command(by=town.head, at=START + 4 * HOUR, command=second.pk, reason="I am ill.")
    assert queries.commander(START + 4 * HOUR) is None


def test_seconded_people_hold_a_role_until_a_moment(ground: Ground) -> None:
    """They act where they were sent, and a second after the end they are refused."""
    town = ground.town
    found = ground.report()
    end = START + 24 * HOUR
    lend(town)
    assert incidents.verify(by=town.light_officer, at=START + minutes(1), incident=found)
    late = ground.report(at=end - SECOND, title="At the last moment")
    with pytest.raises(NotADispatcher):
        incidents.verify(by=town.light_officer, at=end + SECOND, incident=late)
    assert incidents.verify(by=town.light_officer, at=end - SECOND, incident=late)
    assert command.sweep(at=end + SECOND) == 1
    assert Secondment.objects.get().ended_at == end
    assert {one.role for one in holdings(town.light_officer, end)} == {"officer"}


def test_an_office_lends_its_own_people_in_roles_that_name_nobody(town: SmallTown) -> None:
    """Neither a resident nor somebody of another office; no mayor, no administrator is lent."""
    with pytest.raises(seconding.NotOfThatOffice):
        lend(town, origin=town.roads)
    with pytest.raises(seconding.NotOfThatOffice):
        lend(town, person=town.resident)
    for role in ("mayor", "commander", "administrator", "moderator"):
        with pytest.raises(seconding.NotARoleToLend):
            lend(town, role=role)
    with pytest.raises(seconding.WhereMissing):
        lend(town, territory=None)
    with pytest.raises(seconding.WhereMissing):
        lend(town, role="officer")
    with pytest.raises(seconding.MayNotSecond):
        lend(town, by=town.watch)
    made = lend(town, role="officer", organisation=town.roads)
    assert (made.holding.organisation, made.holding.territory) == (town.roads, None)
    with pytest.raises(seconding.SecondedAlready):
        lend(town, at=START + HOUR, role="officer", organisation=town.roads)


def test_nobody_lends_longer_than_they_command(town: SmallTown) -> None:
    """What hangs on a command ends with it at the latest."""
    name(town)
    with pytest.raises(seconding.OutlastsTheCommand):
        lend(town, by=town.head, until=UNTIL + SECOND)
    made = lend(town, by=town.head, until=UNTIL)
    assert made.command is not None
    assert CommandAct.objects.get(kind="seconded").subject == "lights"


def test_one_that_begins_later_is_not_there_before_and_may_be_revoked(town: SmallTown) -> None:
    """A revoked one is over at once; the role of one that never began is never held."""
    later = START + 4 * HOUR
    made = lend(town, since=later)
    assert {one.role for one in holdings(town.light_officer, later - SECOND)} == {"officer"}
    assert "dispatcher" in {one.role for one in holdings(town.light_officer, later)}
    with pytest.raises(seconding.SecondedAlready):
        lend(town)
    seconding.recall(by=town.mayor, at=START + HOUR, secondment=made.pk, reason="Not needed now.")
    assert {one.role for one in holdings(town.light_officer, later + SECOND)} == {"officer"}
    with pytest.raises(seconding.NoSuchSecondment):
        seconding.recall(by=town.mayor, at=START + HOUR, secondment=made.pk, reason=WHY)
    again = lend(town, at=START + HOUR)
    seconding.recall(
        by=town.mayor, at=START + 2 * HOUR, secondment=again.pk, reason="They are back."
    )
    assert {one.role for one in holdings(town.light_officer, START + 2 * HOUR)} == {"officer"}
    assert Holding.objects.get(pk=again.holding_id).until == START + 2 * HOUR


def test_an_order_for_the_mayor_cannot_be_sent_back(ground: Ground) -> None:
    """An office returns what a dispatcher gives it, and not what is ordered for the mayor."""
    town = ground.town
    usual = ground.dispatched()
    assert not incidents.bound(usual)
    name(town, at=START + minutes(3), powers=["orders"])
    found = ground.verified(at=START + minutes(4), title="The dam")
    found = incidents.dispatch(by=town.head, at=START + minutes(6), incident=found)
    assert incidents.bound(found)
    with pytest.raises(Refused):
        incidents.send_back_to_dispatcher(
            by=town.officer, at=START + minutes(7), incident=found, text="Not our dam at all."
        )
    assert incidents.accept(by=town.officer, at=START + minutes(8), incident=found)
    marked = CommandAct.objects.get(kind="acted")
    assert (marked.what, marked.subject) == ("order", found.case.number)
