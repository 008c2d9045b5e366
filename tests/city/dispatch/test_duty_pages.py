"""The pages of duty, of the handbook and of the ladders, as people use them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground, minutes
from tests.city.dispatch.test_duty import HOUR, district, office, second, turn
from tests.city.dispatch.test_handbook import flood
from veche import clock
from veche.city.dispatch.models import (
    DutyList,
    DutyTurn,
    EscalationStep,
    HandbookEntry,
    HandOver,
    StepDone,
    TurnSwap,
)
from veche.city.dispatch.operations import handover, rotation
from veche.city.dispatch.queries import escalation as ladder_queries
from veche.city.dispatch.queries import handbook as book
from veche.core.notices.calendars import build
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person


@pytest.fixture(autouse=True)
def _at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: START)


def of(person: Person) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(person)
    return client


def administrator(ground: Ground) -> Person:
    """An administrator of the whole city."""
    found = add_person(by=None, at=EARLY, name="Admin", email="admin@example.org")
    appoint(by=None, at=EARLY, person=found, role="administrator", territory=ground.town.city)
    return found


def test_everybody_reads_the_telephone_and_the_staff_the_name(ground: Ground) -> None:
    turn(district(ground), ground.town.dispatcher, -1, 5)
    DutyTurn.objects.update(telephone="+7 900 111")
    public = Client().get("/en/dispatch/duty/").content.decode()
    assert "112-2" in public
    assert "somebody" in public
    assert "Dispatcher<" not in public
    assert "+7 900 111" not in public
    assert "Dispatcher" not in Client().get("/en/dispatch/duty/now.csv").content.decode()
    staff = of(ground.town.watch).get("/en/dispatch/duty/").content.decode()
    assert "+7 900 111" in staff
    assert "Dispatcher" in of(ground.town.watch).get("/en/dispatch/duty/now.csv").content.decode()


def test_a_list_shows_its_gaps_and_is_for_the_staff(ground: Ground) -> None:
    turn(district(ground), ground.town.dispatcher, 0, 12)
    answer = of(ground.town.watch).get("/en/dispatch/duty/of/west/")
    assert "there is 1 time in which nobody is on duty" in answer.content.decode()
    assert of(ground.town.resident).get("/en/dispatch/duty/of/west/").status_code == 403
    assert of(ground.town.watch).get("/en/dispatch/duty/of/nothing/").status_code == 404
    table = of(ground.town.watch).get("/en/dispatch/duty/of/west/turns.csv")
    assert table.content.decode().count("\n") == 2


def test_a_list_is_made_and_somebody_put_on_it(ground: Ground) -> None:
    client = of(administrator(ground))
    made = client.post(
        "/en/dispatch/duty/lists/",
        {"code": "west-2", "whose": "place:west", "name_en": "West", "telephone": "112"},
    )
    assert made["Location"] == "/en/dispatch/duty/of/west-2/"
    again = client.post(
        "/en/dispatch/duty/lists/", {"code": "west-2", "whose": "place:west", "name_en": "West"}
    )
    assert again.status_code == 422
    duty = DutyList.objects.get(code="west-2")
    assert (duty.territory, duty.tier) == (ground.town.west, 2)
    client.post("/en/dispatch/duty/lists/west-2/", {"name_en": "West, day", "telephone": "113"})
    duty.refresh_from_db()
    assert (duty.names["en"], duty.telephone) == ("West, day", "113")
    put = {
        "person": ground.town.dispatcher.pk, "since": "2026-11-16T12:00",
        "until": "2026-11-16T20:00",
    }  # fmt: skip
    of(ground.town.watch).post("/en/dispatch/duty/of/west-2/add/", put)
    found = DutyTurn.objects.get()
    assert found.since == dt.datetime(2026, 11, 16, 8, 0, tzinfo=dt.UTC), "the city's hour"
    twice = of(ground.town.watch).post("/en/dispatch/duty/of/west-2/add/", put)
    assert twice.status_code == 422
    assert "is on duty first" in twice.content.decode()
    refused = of(ground.town.officer).post("/en/dispatch/duty/of/west-2/add/", put)
    assert refused.status_code == 403
    of(ground.town.watch).post(f"/en/dispatch/duty/turns/{found.pk}/remove/")
    assert not DutyTurn.objects.exists()


def test_a_rotation_is_set_on_its_page(ground: Ground) -> None:
    district(ground)
    other = second(ground)
    page = "/en/dispatch/duty/of/west/rotation/"
    values = {
        "hours": 12, "hour": 8, "begins": "2026-11-16", "ahead": 5,
        "person_1": ground.town.dispatcher.pk, "person_3": other.pk,
    }  # fmt: skip
    assert of(ground.town.dispatcher).get(page).status_code == 200
    answer = of(ground.town.dispatcher).post(page, values)
    assert answer.status_code == 302
    turns = DutyTurn.objects.filter(made_ahead=True)
    assert turns.count() == 11, turns.values_list("since", "until")
    twice = {**values, "person_2": other.pk}
    assert of(ground.town.dispatcher).post(page, twice).status_code == 422


def test_turns_are_exchanged_on_the_pages(ground: Ground) -> None:
    west, other = district(ground), second(ground)
    mine, theirs = turn(west, ground.town.dispatcher, 24, 36), turn(west, other, 48, 60)
    page = f"/en/dispatch/duty/turns/{mine.pk}/exchange/"
    assert str(theirs.pk) in of(ground.town.dispatcher).get(page).content.decode()
    of(ground.town.dispatcher).post(page, {"theirs": theirs.pk})
    swap = TurnSwap.objects.get()
    asked = of(other).get("/en/dispatch/duty/mine/").content.decode()
    assert "Dispatcher asks to exchange turns with you." in asked
    of(other).post(f"/en/dispatch/duty/exchanges/{swap.pk}/", {"do": "agree"})
    mine.refresh_from_db()
    assert mine.person == other
    ill = of(other).post(
        f"/en/dispatch/duty/turns/{mine.pk}/stand-in/",
        {"person": ground.town.watch.pk, "why": "Ill"},
    )
    assert ill.status_code == 302
    mine.refresh_from_db()
    assert mine.person == ground.town.watch


def test_my_turns_stand_in_my_calendar(ground: Ground) -> None:
    turn(district(ground), ground.town.dispatcher, 24, 36)
    own = of(ground.town.dispatcher).get("/en/dispatch/duty/mine.ics").content.decode()
    whole = build(ground.town.dispatcher, START)
    for text in (own, whole):
        assert "SUMMARY:On duty: West on duty" in text
        assert "DTSTART:20261117T060000Z" in text
    assert "On duty" not in build(ground.town.watch, START)


def test_a_shift_is_handed_over_on_the_pages(ground: Ground) -> None:
    west, following = district(ground), second(ground)
    leaving = turn(west, ground.town.dispatcher, -11, 0.5)
    turn(west, following, 0.5, 12)
    incident = ground.verified(at=START - minutes(10))
    page = f"/en/dispatch/duty/turns/{leaving.pk}/hand-over/"
    assert incident.title in of(ground.town.dispatcher).get(page).content.decode()
    assert of(following).get(page).status_code == 403
    answer = of(ground.town.dispatcher).post(
        page, {"text": "", f"note_{incident.pk}": "Pump ordered."}
    )
    found = HandOver.objects.get()
    assert answer["Location"] == f"/en/dispatch/duty/hand-overs/{found.pk}/"
    mine = of(following).get("/en/dispatch/duty/mine/").content.decode()
    assert "a shift waits to be taken over by you" in mine
    shown = of(following).get(answer["Location"]).content.decode()
    assert "Pump ordered." in shown
    assert "Take this shift over" in shown
    of(following).post(f"{answer['Location']}take/")
    found.refresh_from_db()
    assert found.taken_by == following
    assert of(ground.town.resident).get(answer["Location"]).status_code == 403


def test_a_shift_nobody_took_is_red_on_the_page_of_now(ground: Ground) -> None:
    DutyTurn.objects.create(
        list=district(ground), person=ground.town.dispatcher, since=START - 11 * HOUR,
        until=START - 0.5 * HOUR,
    )  # fmt: skip
    ground.verified(at=START - minutes(50))
    handover.sweep(at=START)
    assert (
        "nobody has taken over" in of(ground.town.watch).get("/en/dispatch/duty/").content.decode()
    )
    assert "nobody has taken over" not in Client().get("/en/dispatch/duty/").content.decode()


def test_the_handbook_is_read_and_searched_by_everybody(ground: Ground) -> None:
    flood(ground)
    flood(ground, START, why="Learnt.", steps=[{"en": "Open the gates."}])
    client = Client()
    assert "Open the gates." in client.get("/en/dispatch/handbook/").content.decode()
    assert "Open the gates." in client.get("/en/dispatch/handbook/?q=GATES").content.decode()
    assert "stand nowhere" in client.get("/en/dispatch/handbook/?q=helicopter").content.decode()
    page = client.get("/en/dispatch/handbook/flood/").content.decode()
    assert "Lighting office" in page
    assert "Version 2, in force since" in page
    old = client.get("/en/dispatch/handbook/flood/1/").content.decode()
    assert "another has taken its place" in old
    assert client.get("/en/dispatch/handbook/secret/").status_code == 404
    table = client.get("/en/dispatch/handbook/handbook.csv").content.decode()
    assert "Open the gates." in table


def test_a_version_is_looked_at_and_written(ground: Ground) -> None:
    client = of(administrator(ground))
    page = "/en/dispatch/handbook/flood/write/"
    assert client.get(page).status_code == 200
    assert of(ground.town.watch).get(page).status_code == 403
    values: dict[str, Any] = {
        "steps_en": "Close the road.\nRing the old.", "steps_ru": "Закрыть дорогу.\nОбзвонить.",
        "lead_theme": "incident:flood", "lead_3": "lights", "helper_1": "lights",
        "asked_1_en": "Switch off.", "seen": 0, "why": "First.",
    }  # fmt: skip
    looked = client.post(page, {**values, "do": "look"})
    assert looked.status_code == 200
    assert "This is how it will look" in looked.content.decode()
    assert not HandbookEntry.objects.exists()
    uneven = client.post(page, {**values, "steps_ru": "Одно.", "do": "write"})
    assert uneven.status_code == 422
    assert client.post(page, {**values, "do": "write"}).status_code == 302
    made = book.entry(ground.flood, START)
    assert made is not None
    assert [one.words for one in made.steps.all()] == [
        {"en": "Close the road.", "ru": "Закрыть дорогу."},
        {"en": "Ring the old.", "ru": "Обзвонить."},
    ]
    assert client.post(page, {**values, "do": "write"}).status_code == 422, "seen is too old"
    assert "Close the road." in client.get(page).content.decode()


def test_a_step_is_ticked_off_from_the_incident(ground: Ground) -> None:
    flood(ground)
    incident = ground.in_work(at=START - minutes(10))
    step = book.steps_of(incident)[0][0]
    page = f"/en/dispatch/handbook/tick/{incident.case.number}/{step.pk}/"
    answer = of(ground.town.officer).post(page, {"done": "yes"})
    assert answer["Location"].endswith(f"{incident.case.number}/#h-first")
    assert StepDone.objects.get().by == ground.town.officer
    of(ground.town.officer).post(page, {"done": "no"})
    assert not StepDone.objects.exists()
    assert of(ground.town.light_officer).post(page, {"done": "yes"}).status_code == 403


def test_a_ladder_is_set_on_its_page(ground: Ground) -> None:
    client = of(administrator(ground))
    page = "/en/dispatch/escalation/incident/reported/3/"
    listed = client.get("/en/dispatch/escalation/").content.decode()
    assert "of the term" in listed
    assert client.get("/en/dispatch/escalation/ladders.csv").status_code == 200
    assert "has no ladder of its own" in client.get(page).content.decode()
    assert of(ground.town.watch).get(page).status_code == 403
    wrong = client.post(page, {"act_1": "role:mayor", "percent_1": 50, "minutes_1": 5})
    assert wrong.status_code == 422
    assert "Step 1 cannot be" in wrong.content.decode()
    right = client.post(
        page,
        {
            "act_1": "role:mayor", "percent_1": 50,
            "act_3": "person", "minutes_3": 20, "person_3": ground.town.watch.pk,
            "act_4": "repeat", "percent_4": 100, "times_4": 5, "every_4": 10,
        },
    )  # fmt: skip
    assert right.status_code == 302
    steps = ladder_queries.ladder("incident", "reported", 3)
    assert [(one.place, one.act, one.percent, one.minutes) for one in steps] == [
        (1, "role", 50, None), (2, "person", None, 20), (3, "repeat", 100, None),
    ]  # fmt: skip
    assert "5 times at most, every 10 minutes" in client.get(page).content.decode()
    client.post(page, {})
    assert ladder_queries.ladder("incident", "reported", 3) == []
    assert EscalationStep.objects.filter(tier=3, until=START).count() == 3, "they ended, and stay"
    assert client.get("/en/dispatch/escalation/incident/closed/0/").status_code == 404


def test_an_office_has_its_list(ground: Ground) -> None:
    roads = office(ground)
    rotation.set_rotation(
        by=ground.town.head, at=START, duty=roads, order=[ground.town.officer],
        begins=START.date(), ahead=2,
    )  # fmt: skip
    shown = of(ground.town.head).get("/en/dispatch/duty/of/roads/").content.decode()
    assert "Put somebody on duty" in shown
    assert (
        "Put somebody on duty"
        not in of(ground.town.watch).get("/en/dispatch/duty/of/roads/").content.decode()
    )
    assert DutyTurn.objects.order_by("since")[0].length == HOUR * 24
