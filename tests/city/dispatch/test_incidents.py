"""An incident from the first word to its evaluation."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.models import Incident, IncidentEntry, IncidentTerm
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.operations.incidents_lead import ItIsYours, UntilWrong
from veche.city.dispatch.operations.incidents_log import WordsNeeded
from veche.city.dispatch.operations.incidents_steps import AboveDecides, NobodyLeads, PartsOpen
from veche.core.cases.operations import Changed, MoveNotPossible, NoRoleForMove


def test_from_report_to_evaluation(ground: Ground) -> None:
    incident = ground.closed()
    assert incident.case.state == "closed"
    assert incident.lead == ground.town.roads
    told = incidents.evaluate(
        by=ground.town.controller, at=START + minutes(30), incident=incident, text="Quick enough."
    )
    assert told.case.state == "evaluated"
    moments = [
        told.reported_at, told.verified_at, told.dispatched_at, told.accepted_at, told.done_at,
        told.checked_at, told.evaluated_at,
    ]  # fmt: skip
    assert moments == [START + minutes(n) for n in (0, 1, 2, 3, 10, 20, 30)]


def test_one_incident_for_one_key_and_one_press(ground: Ground) -> None:
    first = ground.report(source="alarm", source_key="situation:1")
    again = ground.report(source="alarm", source_key="situation:1", at=START + minutes(1))
    assert again.pk == first.pk
    assert IncidentEntry.objects.filter(incident=first, kind="alarm").count() == 1
    press = uuid.uuid4()
    assert ground.report(submission=press).pk == ground.report(submission=press).pk
    assert Incident.objects.count() == 2


def test_nobody_is_named_who_leads(ground: Ground) -> None:
    incident = ground.verified(kind=ground.secret)
    with pytest.raises(NobodyLeads):
        incidents.dispatch(by=ground.town.dispatcher, at=START + minutes(2), incident=incident)


def test_minutes_are_data_and_the_narrower_row_wins(ground: Ground) -> None:
    assert ground.report().case.due_at == START + minutes(10)
    IncidentTerm.objects.create(state="reported", minutes=7)
    assert ground.report().case.due_at == START + minutes(7)
    IncidentTerm.objects.create(state="reported", tier=2, minutes=6)
    assert ground.report().case.due_at == START + minutes(6)
    IncidentTerm.objects.create(state="reported", kind=ground.flood, minutes=5)
    assert ground.report().case.due_at == START + minutes(5)
    IncidentTerm.objects.create(state="reported", kind=ground.flood, tier=2, minutes=4)
    assert ground.report().case.due_at == START + minutes(4)


def test_the_second_return_goes_up_and_what_is_decided_there_binds(ground: Ground) -> None:
    town, at = ground.town, START
    incident = ground.dispatched()
    for turn in (1, 2):
        incident = incidents.send_back_to_dispatcher(
            by=town.officer, at=at + minutes(2 + turn), incident=incident, text="Not our street."
        )
        assert incident.returned == turn
        if turn == 1:
            incident = incidents.dispatch(
                by=town.dispatcher, at=at + minutes(3), incident=incident, lead=town.roads
            )
    assert (incident.tier, incident.claimed_at) == (3, None)
    with pytest.raises(AboveDecides):
        incidents.dispatch(
            by=town.dispatcher, at=at + minutes(5), incident=incident, lead=town.lights
        )
    incident = incidents.dispatch(
        by=town.watch, at=at + minutes(6), incident=incident, lead=town.lights
    )
    with pytest.raises(ItIsYours):  # its first return would have been: the tier above has decided
        incidents.send_back_to_dispatcher(
            by=town.light_officer, at=at + minutes(7), incident=incident, text="Not our street."
        )


def test_a_pending_incident_has_its_reason_and_its_moment(ground: Ground) -> None:
    incident = ground.in_work()
    with pytest.raises(WordsNeeded):
        incidents.postpone(
            by=ground.town.officer, at=START + minutes(4), incident=incident, text=" ",
            until=START + minutes(600),
        )  # fmt: skip
    with pytest.raises(UntilWrong):
        incidents.postpone(
            by=ground.town.officer, at=START + minutes(4), incident=incident, text="A pump first.",
            until=START,
        )  # fmt: skip
    incident = incidents.postpone(
        by=ground.town.officer, at=START + minutes(4), incident=incident,
        text="The pump comes from another city.", until=START + minutes(600),
    )  # fmt: skip
    assert incident.case.due_at == START + minutes(600)
    assert incident.pending_reason
    incident = incidents.resume(by=ground.town.officer, at=START + minutes(5), incident=incident)
    assert not incident.pending_reason


def test_it_is_not_closed_over_an_open_part(ground: Ground) -> None:
    incident = ground.in_work()
    task = ground.helped(incident, at=START + minutes(4))
    incident = incidents.say_done(
        by=ground.town.officer, at=START + minutes(5), incident=incident, text="Pumped dry."
    )
    with pytest.raises(PartsOpen):
        incidents.close(by=ground.town.dispatcher, at=START + minutes(6), incident=incident)
    incidents.accept_help(by=ground.town.light_officer, at=START + minutes(6), task=task)
    incidents.finish_help(by=ground.town.light_officer, at=START + minutes(7), task=task)
    closed = incidents.close(by=ground.town.dispatcher, at=START + minutes(8), incident=incident)
    assert closed.ended_at == START + minutes(8)


def test_two_at_once_and_the_wrong_people(ground: Ground) -> None:
    incident = ground.dispatched()
    with pytest.raises(NoRoleForMove):
        incidents.accept(by=ground.town.light_officer, at=START + minutes(3), incident=incident)
    seen = incident.case.seq
    incidents.accept(by=ground.town.officer, at=START + minutes(3), incident=incident, seen=seen)
    with pytest.raises(Changed):
        incidents.accept(
            by=ground.town.officer, at=START + minutes(3), incident=incident, seen=seen
        )
    with pytest.raises(MoveNotPossible):
        incidents.accept(by=ground.town.officer, at=START + minutes(3), incident=incident)


@pytest.mark.parametrize(
    "change",
    [
        "drill = true",
        "accepted_at = accepted_at + interval '1 minute'",
        "verified_at = NULL",
        "done_at = done_at - interval '1 minute'",
        "ended_at = NULL",
        "reported_at = reported_at - interval '1 hour'",
        "returned = returned - 1",
    ],
)
def test_the_database_keeps_drills_and_moments(ground: Ground, change: str) -> None:
    incident = ground.closed()
    Incident.objects.filter(pk=incident.pk).update(returned=1)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE dispatch_incident SET {change}")


def test_a_note_pressed_twice_stands_once(ground: Ground) -> None:
    incident = ground.in_work()
    for second in (0, 2):
        incidents.note(
            by=ground.town.dispatcher, at=START + minutes(5) + dt.timedelta(seconds=second),
            incident=incident, text="Gas smells too.",
        )  # fmt: skip
    assert incident.entries.filter(kind="note").count() == 1
    incidents.note(
        by=ground.town.dispatcher, at=START + minutes(9), incident=incident, text="Gas smells too."
    )
    assert incident.entries.filter(kind="note").count() == 2


def test_the_button_that_closes_waits_for_those_who_help(ground: Ground) -> None:
    incident = ground.in_work()
    task = ground.helped(incident, at=START + minutes(4))
    incidents.say_done(
        by=ground.town.officer, at=START + minutes(20), incident=incident, text="The gas is off."
    )
    client = Client()
    client.force_login(ground.town.dispatcher)
    address = f"/en/dispatch/incidents/{incident.case.number}/"
    page = client.get(address).content.decode()
    assert "It can be closed when those who help are done" in page
    assert f"{address}close/" not in page
    task = incidents.accept_help(by=ground.town.light_officer, at=START + minutes(20), task=task)
    incidents.finish_help(by=ground.town.light_officer, at=START + minutes(21), task=task)
    page = client.get(address).content.decode()
    assert f"{address}close/" in page and "those who help are done" not in page
    # Whoever is no longer needed is not waited for either.
    incidents.send_back(
        by=ground.town.dispatcher, at=START + minutes(22), incident=incident, text="Still wet."
    )
    dropped = ground.helped(incident, at=START + minutes(23))
    incidents.drop_help(by=ground.town.dispatcher, at=START + minutes(24), task=dropped)
    incidents.say_done(
        by=ground.town.officer, at=START + minutes(25), incident=incident, text="Dry now."
    )
    assert f"{address}close/" in client.get(address).content.decode()


@pytest.mark.parametrize("table", ["incident", "incidententry", "incidenttask", "incidentlook"])
def test_nobody_deletes_what_happened(ground: Ground, table: str) -> None:
    incident = ground.in_work()
    ground.helped(incident, at=START + minutes(4))
    incidents.note(
        by=ground.town.dispatcher, at=START + minutes(5), incident=incident, text="Gas smells too."
    )
    assert incidents.look(by=ground.town.dispatcher, at=START + minutes(5), incident=incident)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM dispatch_{table}")
