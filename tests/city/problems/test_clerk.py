"""A clerk takes a report by telephone or at a counter on somebody's behalf."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.city.problems.conftest import Town
from veche import clock
from veche.city.problems import operations
from veche.city.problems.models import Category, Problem
from veche.city.problems.operations.clerk import NotAClerk, take_report
from veche.core.cases.models import CaseEvent
from veche.core.journal.models import Record
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint, make_responsible
from veche.core.people.models import Person
from veche.core.places.models import CityObject
from veche.core.places.operations import objects as registry


@pytest.fixture
def clerk(town: Town) -> Person:
    """Somebody at the counter of the city."""
    since = clock.now() - dt.timedelta(days=9)
    appoint(by=None, at=since, person=town.neighbour, role="clerk", territory=town.city)
    return town.neighbour


def sheet(**more: Any) -> dict[str, Any]:
    """The form as it is sent."""
    return {
        "submission": str(uuid.uuid4()),
        "key": "k" * 32,
        "category": "pothole",
        "longitude": "49.41",
        "latitude": "53.51",
        "address": "School Street 5",
        "text": "A deep hole by the school. Children fall into it.",
        "channel": "telephone",
        "consent": "on",
        "do": "send",
        **more,
    }


def lamp(town: Town) -> CityObject:
    """A lamp of the parks office beside the place of the sheet."""
    at = clock.now() - dt.timedelta(days=9)
    registry.set_kind(by=None, at=at, code="lamp", names={"en": "Lamp"})
    Category.objects.filter(code="pothole").update(object_kind="lamp")
    return registry.add_object(
        by=None, at=at, kind="lamp", identifier="L-1", longitude=49.4101, latitude=53.51,
        owner=town.parks,
    )  # fmt: skip


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_taken_by_telephone_it_goes_the_same_way_and_says_so(town: Town, clerk: Person) -> None:
    client = of(clerk)
    answer = client.post("/en/problems/take/", sheet())
    assert answer.status_code == 302, answer.content.decode()[:3000]
    problem = Problem.objects.get()
    assert problem.case.state == "moderation" and problem.case.author_id is None
    slip = client.get(answer["Location"]).content.decode()
    assert problem.case.number in slip and "?key=" + "k" * 32 in slip
    # Else the next form would open with the words of whoever asked before.
    assert 'data-draft-done="take"' in slip
    assert 'data-draft="take"' in client.get("/en/problems/take/").content.decode()
    page = of(town.moderator).get(f"/en/problems/{problem.case.number}/").content.decode()
    assert "A clerk took it by telephone." in page
    assert CaseEvent.objects.get().public["channel"] == "telephone"
    noted = Record.objects.get(kind="problems.taken")
    assert noted.actor == clerk.pk and noted.public == {"channel": "telephone", "consent": True}


def test_who_asked_follows_it_by_the_link_on_the_slip(town: Town, clerk: Person) -> None:
    of(clerk).post("/en/problems/take/", sheet())
    problem = Problem.objects.get()
    number, visitor = problem.case.number, Client()
    assert visitor.get(f"/en/problems/{number}/").status_code == 404
    answer = visitor.get(f"/en/problems/{number}/?key={'k' * 32}", follow=True)
    assert answer.status_code == 200 and "Children fall into it" in answer.content.decode()


def test_the_link_is_mailed_and_the_address_is_kept_nowhere(town: Town, clerk: Person) -> None:
    client = of(clerk)
    answer = client.post("/en/problems/take/", sheet(email="caller@example.org"), follow=True)
    assert [letter.to for letter in mail.outbox] == [["caller@example.org"]]
    assert "?key=" in mail.outbox[0].body
    assert "sent by e-mail" in answer.content.decode()
    for row in Record.objects.all():
        assert "caller@" not in str(row.public)


def test_without_consent_or_a_channel_nothing_is_taken(town: Town, clerk: Person) -> None:
    client = of(clerk)
    answer = client.post("/en/problems/take/", sheet(consent=""))
    assert answer.status_code == 422 and "they agree" in answer.content.decode()
    assert client.post("/en/problems/take/", sheet(channel="dream")).status_code == 422
    assert Problem.objects.count() == 0


def test_only_a_clerk_and_only_while_they_are_one(town: Town, clerk: Person) -> None:
    assert of(town.resident).get("/en/problems/take/").status_code == 403
    assert of(clerk).get("/en/problems/take/").status_code == 200
    assert of(clerk).get("/en/problems/take/slip/").status_code == 302
    Holding.objects.filter(person=clerk).update(until=clock.now() - dt.timedelta(seconds=1))
    assert of(clerk).post("/en/problems/take/", sheet()).status_code == 403
    with pytest.raises(NotAClerk):
        take_report(
            by=clerk, at=clock.now(), channel="counter", consent=True, author_key="x" * 64,
            submission=uuid.uuid4(), category="pothole", text="A deep hole by the school.",
            longitude=49.41, latitude=53.51,
        )  # fmt: skip
    assert Problem.objects.count() == 0


def test_pressed_twice_it_is_one(town: Town, clerk: Person) -> None:
    client, form = of(clerk), sheet()
    assert client.post("/en/problems/take/", form).status_code == 302
    assert client.post("/en/problems/take/", form).status_code == 302
    assert Problem.objects.count() == 1


def test_what_comes_through_the_site_says_nothing_of_a_channel(town: Town) -> None:
    problem = town.report()
    assert operations.accept(by=town.moderator, at=town.start, case=problem.case)
    assert "channel" not in CaseEvent.objects.filter(move="report").get().public


def test_the_clerk_chooses_the_object_and_it_is_its_owners(town: Town, clerk: Person) -> None:
    thing = lamp(town)
    client = of(clerk)
    asked = client.post("/en/problems/take/", sheet(do="zoom"))
    assert f'value="{thing.pk}" id="near-{thing.pk}"' in asked.content.decode()
    # A refused form keeps what was chosen.
    again = client.post("/en/problems/take/", sheet(object=str(thing.pk), text=""))
    assert again.status_code == 422
    assert f'value="{thing.pk}" id="near-{thing.pk}" checked' in again.content.decode()
    wrong = client.post("/en/problems/take/", sheet(object="999999999"))
    assert wrong.status_code == 422 and not Problem.objects.exists()
    sent = client.post("/en/problems/take/", sheet(object=str(thing.pk)))
    assert sent.status_code == 302
    problem = Problem.objects.select_related("case").get()
    assert problem.object == thing
    case = operations.accept(by=town.moderator, at=clock.now(), case=problem.case)
    assert case.organisation == town.parks


def test_the_clerk_says_on_which_side_of_a_border(town: Town, clerk: Person) -> None:
    make_responsible(
        by=None, at=clock.now(), organisation=town.parks, theme="pothole", territory=town.north
    )
    place = {"longitude": "49.4499", "latitude": "53.5499"}
    client = of(clerk)
    asked = client.post("/en/problems/take/", sheet(**place, do="zoom")).content.decode()
    assert "On which side is it?" in asked and 'value="north"' in asked
    assert client.post("/en/problems/take/", sheet(**place, side="north")).status_code == 302
    problem = Problem.objects.select_related("case__territory", "beside").get()
    assert (problem.case.territory, problem.beside) == (town.north, town.south)


def test_the_clerk_is_asked_the_questions_of_the_category(town: Town, clerk: Person) -> None:
    Category.objects.filter(code="pothole").update(
        questions=[{"code": "deep", "kind": "number", "names": {"en": "How deep?"},
                    "required": True}]
    )  # fmt: skip
    client = of(clerk)
    asked = client.post("/en/problems/take/", sheet(do="questions"))
    assert "How deep?" in asked.content.decode()
    assert client.post("/en/problems/take/", sheet()).status_code == 422
    assert client.post("/en/problems/take/", sheet(**{"q-deep": "12"})).status_code == 302
    assert Problem.objects.get().answers == {"deep": "12"}


def test_what_tells_a_private_person_is_pointed_out_before_it_goes(
    town: Town, clerk: Person
) -> None:
    client = of(clerk)
    told = sheet(text="Ask Ivan Petrov, +7 900 123-45-67, about the hole.", address="Oak 3, flat 7")
    first = client.post("/en/problems/take/", told)
    page = first.content.decode()
    assert first.status_code == 200 and not Problem.objects.exists()
    assert "This is what everybody will see" in page and "<mark" in page
    pressed = client.post("/en/problems/take/", {**told, "do": "hide:all"}).content.decode()
    assert "900 123-45-67" not in pressed and "[telephone]" in pressed
    mark = re.search(r'name="looked" value="([0-9a-f]{16})"', page)
    assert mark and not Problem.objects.exists()
    # Other words than those that were looked at are looked at again.
    other = {**told, "looked": mark[1], "text": "Ask +7 900 765-43-21 about the hole."}
    assert client.post("/en/problems/take/", other).status_code == 200
    # Looked at once as they are, they go: the clerk knows whether the number is a shop's.
    assert client.post("/en/problems/take/", {**told, "looked": mark[1]}).status_code == 302
    assert "900 123-45-67" in Problem.objects.get().text
