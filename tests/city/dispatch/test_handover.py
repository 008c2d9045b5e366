"""A shift changes in the middle of an incident, and nothing is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from tests.city.dispatch.test_duty import HOUR, district, office, second, turn
from veche.city.dispatch.models import HandOver, IncidentEntry
from veche.city.dispatch.operations import duty as operations
from veche.city.dispatch.operations import escalation, handover, incidents
from veche.city.dispatch.operations.duty import NotYourTurn, TurnOver
from veche.city.dispatch.queries.duty import open_incidents, with_open
from veche.city.dispatch.words_duty import LATE_CALL
from veche.core.notices.models import Notice
from veche.core.people.models import Person


def told(person: Person, kind: str = LATE_CALL) -> int:
    """How often somebody was told of a shift that nobody took over."""
    return Notice.objects.filter(person=person, kind=kind).count()


def test_a_shift_changes_in_the_middle_of_an_incident(ground: Ground) -> None:
    """The dispatcher verifies a flood at a quarter to eight and leaves at eight: the next one has
    it in the list, with a note, takes it over and gives it to a lead."""
    west, town = district(ground), ground.town
    following = second(ground)
    early = turn(west, town.dispatcher, -11, 1)
    turn(west, following, 1, 13)
    incident = ground.verified(at=START + minutes(45))
    with pytest.raises(NotYourTurn):
        handover.write_hand_over(by=following, at=START + minutes(50), turn=early)
    written = handover.write_hand_over(
        by=town.dispatcher, at=START + minutes(55), turn=early, text="Rain until midnight.",
        notes={incident.pk: "The pump is on its way."},
    )  # fmt: skip
    line = written.lines.get()
    assert (line.incident, line.state, line.note) == (
        incident, "verified", "The pump is on its way.",
    )  # fmt: skip
    assert line.due_at == incident.case.due_at
    with pytest.raises(handover.NotTheNext):
        handover.take_over(by=town.officer, at=START + HOUR, hand_over=written)
    taken = handover.take_over(by=following, at=START + HOUR, hand_over=written)
    assert taken.taken_by == following
    with pytest.raises(handover.TakenOver):
        handover.take_over(by=following, at=START + HOUR, hand_over=written)
    entry = IncidentEntry.objects.get(incident=incident, kind="handed-over")
    assert (entry.by, entry.text, entry.public) == (following, "The pump is on its way.", False)
    given = incidents.dispatch(by=following, at=START + HOUR + minutes(1), incident=incident)
    assert given.lead == town.roads
    assert handover.sweep(at=START + 2 * HOUR) == 0
    # What waits is told to the one on duty now, and not to the one who went home.
    due = START + HOUR + minutes(1 + 7.5)
    escalation.sweep(at=due)
    assert not Notice.objects.filter(person=town.dispatcher, at__gte=START + HOUR).exists()


def test_nobody_wrote_and_nobody_took_over(ground: Ground) -> None:
    west, town = district(ground), ground.town
    turn(west, town.dispatcher, -11, 1)
    turn(west, second(ground), 1, 13)
    incident = ground.verified(at=START + minutes(45))
    assert handover.sweep(at=START + minutes(59)) == 0
    assert handover.sweep(at=START + HOUR) == 1
    found = HandOver.objects.get()
    assert found.by is None
    assert [one.incident for one in found.lines.all()] == [incident]
    assert handover.sweep(at=START + HOUR) == 0, "it is written once"
    assert handover.sweep(at=START + HOUR + minutes(14)) == 0
    assert told(town.watch) == 0
    assert handover.sweep(at=START + HOUR + minutes(15)) == 1
    assert told(town.watch) == 1, "the city stands above the district"
    assert handover.sweep(at=START + HOUR + minutes(16)) == 0, "it is told once"
    taken = handover.take_over(by=town.watch, at=START + HOUR + minutes(20), hand_over=found)
    assert taken.taken_by == town.watch


def test_above_an_office_is_its_head(ground: Ground) -> None:
    roads, town = office(ground), ground.town
    turn(roads, town.officer, -11, 1)
    incident = ground.in_work(at=START + minutes(30))
    assert handover.above(roads, START) == [town.head.pk]
    assert handover.sweep(at=START + HOUR) == 1
    assert HandOver.objects.get().lines.get().incident == incident
    handover.sweep(at=START + HOUR + minutes(15))
    assert told(town.head) == 1


def test_with_nothing_open_a_letter_says_it(ground: Ground) -> None:
    from veche.city.dispatch.tasks_duty import tell_hand_over

    west, town = district(ground), ground.town
    ended = turn(west, town.dispatcher, -11, 1)
    assert handover.sweep(at=START + HOUR) == 0, "nothing is open: nothing is handed over by itself"
    written = handover.write_hand_over(by=town.dispatcher, at=START + HOUR, turn=ended)
    assert handover.sweep(at=START + HOUR + minutes(15)) == 1
    Person.objects.update(level="email")
    tell_hand_over(hand_over=written.pk, people=handover.above(west, START))
    assert [one.to for one in mail.outbox] == [["watch@example.org"]]


def test_it_is_not_written_too_early_nor_twice(ground: Ground) -> None:
    west, town = district(ground), ground.town
    mine = turn(west, town.dispatcher, -11, 1)
    for at, refusal in (
        (START - minutes(1), handover.TooEarly),
        (START + HOUR + dt.timedelta(days=2), TurnOver),
    ):
        with pytest.raises(refusal):
            handover.write_hand_over(by=town.dispatcher, at=at, turn=mine)
    handover.write_hand_over(by=town.dispatcher, at=START, turn=mine)
    with pytest.raises(handover.WrittenAlready):
        handover.write_hand_over(by=town.dispatcher, at=START, turn=mine)


def test_somebody_who_goes_on_hands_nothing_over(ground: Ground) -> None:
    west, town = district(ground), ground.town
    turn(west, town.dispatcher, -11, 1)
    turn(west, town.dispatcher, 1, 13)
    ground.verified(at=START + minutes(45))
    assert handover.sweep(at=START + HOUR) == 0


def test_what_is_open_for_a_list(ground: Ground) -> None:
    west, roads = district(ground), office(ground)
    led = ground.in_work()
    over = ground.closed()
    given = ground.dispatched(kind=ground.secret, lead=ground.town.lights)
    lights = operations.set_list(
        by=None, at=START, code="lights", names={"en": "Lights"}, organisation=ground.town.lights
    )
    assert with_open([roads, west, lights]) == {roads.pk, west.pk, lights.pk}
    incidents.send_back_to_dispatcher(
        by=ground.town.light_officer, at=START + minutes(3), incident=given, text="Not our street."
    )
    assert list(open_incidents(lights)) == [], "what was sent back lies with the dispatchers"
    assert with_open([roads, west, lights]) == {roads.pk, west.pk}
    assert list(open_incidents(roads)) == [led]
    assert list(open_incidents(west)) == [led]
    raised = incidents.raise_tier(by=None, at=START + minutes(30), incident=led)
    assert list(open_incidents(west)) == [led], "nobody above has taken it: it is still here"
    incidents.take_up(by=ground.town.watch, at=START + minutes(31), incident=raised)
    assert list(open_incidents(west)) == []
    assert over not in open_incidents(roads)
