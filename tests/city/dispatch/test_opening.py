"""Who is told of an incident when it is opened: once, at which hour, and who is not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import Ground
from tests.city.dispatch.test_duty import district, office, second, turn
from veche.city.dispatch.models import Incident
from veche.core.notices import push
from veche.core.notices.models import Letter, Notice, PushAddress, Reader
from veche.core.notices.operations import choose_ways, push_waiting, reader_for, send_letters
from veche.core.notices.operations.letters import urgent_waits, write_urgent, write_waiting
from veche.core.people.models import Person

NIGHT = dt.datetime(2026, 11, 16, 22, 0, tzinfo=dt.UTC)
"""Two in the morning in Samara."""


def told(incident: Incident) -> set[tuple[str, str]]:
    """Who was told what of it."""
    rows = Notice.objects.filter(case=incident.case)
    return set(rows.values_list("person__name", "kind"))


def quiet(person: Person) -> Reader:
    """Somebody with quiet hours in the night."""
    reader = reader_for(by=person, at=START)
    PushAddress.objects.create(
        reader=reader, endpoint="one", digest=str(person.pk), p256dh="x", auth="x", since=START
    )
    return choose_ways(by=person, at=START, reader=reader, ways={}, quiet=(dt.time(22), dt.time(7)))


def test_the_dispatchers_and_the_office_that_answers_are_told_once(ground: Ground) -> None:
    incident = ground.report(source="alarm", source_key="situation:1")
    assert told(incident) == {
        ("Dispatcher", "incident.opened"),  # nobody is on duty
        ("Officer", "incident.opened-office"),
        ("Head", "incident.opened-office"),
    }
    ground.report(source="alarm", source_key="situation:1", at=START + dt.timedelta(minutes=1))
    assert Notice.objects.filter(case=incident.case).count() == 3


def test_who_is_on_duty_is_told_and_not_who_opened_it(ground: Ground) -> None:
    town = ground.town
    other = second(ground)
    turn(district(ground), other, -1, 5)
    turn(office(ground), town.officer, -1, 5)
    assert told(ground.report()) == {
        ("Second", "incident.opened"),
        ("Officer", "incident.opened-office"),
    }
    assert told(ground.report(by=other)) == {("Officer", "incident.opened-office")}


def test_of_what_is_not_public_the_dispatchers_alone(ground: Ground) -> None:
    assert {kind for _who, kind in told(ground.report(kind=ground.secret))} == {"incident.opened"}
    drill = ground.report(drill=True)
    assert told(drill) == {("Dispatcher", "incident.opened-drill")}
    assert not Notice.objects.filter(case=drill.case, push=True).exists()


@pytest.mark.parametrize(("severity", "wakes"), [(2, False), (3, True), (4, True)])
def test_severe_and_extreme_ones_mind_no_quiet_hours(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, severity: int, wakes: bool
) -> None:
    person = ground.town.dispatcher
    quiet(person)
    incident = ground.report(at=NIGHT, severity=severity)
    assert urgent_waits() is wakes
    assert bool(write_urgent(by=None, at=NIGHT)) is wakes
    write_waiting(by=None, at=NIGHT)
    mine = Letter.objects.filter(reader__person=person)
    assert [one.kind for one in mine] == (["urgent"] if wakes else [])
    send_letters(at=NIGHT)
    sent = [one for one in mail.outbox if one.to == [person.email]]
    assert len(sent) == int(wakes)
    knocks: list[str] = []
    monkeypatch.setattr(push, "send", lambda to, *_rest: knocks.append(to) or push.Answer(True))
    push_waiting(by=None, at=NIGHT)
    assert knocks == (["one"] if wakes else [])
    assert Notice.objects.get(case=incident.case, person=person).push is not wakes


def test_how_one_is_called_is_asked_of_those_with_a_role_alone(
    ground: Ground, client: Client
) -> None:
    town = ground.town
    client.force_login(town.resident)
    assert 'name="mail_urgent"' not in client.get("/en/notices/settings/").content.decode()
    client.force_login(town.dispatcher)
    page = client.get("/en/notices/settings/")
    assert 'name="mail_urgent"' in page.content.decode()
    chosen = {one.html_name: one.value() or "" for one in page.context["form"]}
    chosen["mail_urgent"], chosen["sure"] = "none", ""
    assert client.post("/en/notices/settings/", chosen).status_code == 302
    ground.report()
    write_urgent(by=None, at=START)
    assert not Letter.objects.filter(reader__person=town.dispatcher).exists()
