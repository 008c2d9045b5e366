"""Feeds that a reader program takes, and a calendar that a calendar program takes."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from tests.cast import SmallTown

from veche import clock
from veche.city.problems import operations as problems
from veche.core.moderation.operations import hide_words
from veche.core.moderation.personal_data import find
from veche.core.notices import operations

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, **query: str) -> ET.Element:
    """The feed of a query, looked at as RFC 4287 asks."""
    answer = client.get(reverse("notices:feed"), query)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for one in [root, *root.findall(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            found = one.findall(ATOM + name)
            assert len(found) == 1 and (found[0].text or "").strip(), (one.tag, name)
        updated = one.findtext(f"{ATOM}updated") or ""
        assert dt.datetime.fromisoformat(updated).tzinfo is not None
        assert one.find(f"{ATOM}author/{ATOM}name") is not None
        assert any(link.get("href", "").startswith("http") for link in one.findall(f"{ATOM}link"))
    assert any(link.get("rel") == "self" for link in root.findall(f"{ATOM}link"))
    ids = [one.findtext(f"{ATOM}id") for one in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return root


def titles(root: ET.Element) -> list[str]:
    return [one.findtext(f"{ATOM}title") or "" for one in root.findall(f"{ATOM}entry")]


def accepted(town: SmallTown, **more: Any) -> Any:
    at = clock.now() - DAY
    return problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR, **more).case)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 2),
        ({"place": "west"}, 1),
        ({"place": "nowhere"}, 2),
        ({"theme": "lamp"}, 1),
        ({"theme": "lamp", "place": "west"}, 0),
        ({"street": "Mill street"}, 1),
        ({"circle": "49.25,53.5,500"}, 1),
        ({"circle": "49.25,53.5,1e999"}, 2),
        ({"street": "\x00", "theme": "\x00", "place": "\x00"}, 2),
    ],
)
def test_a_feed_holds_what_fits(
    town: SmallTown, client: Client, query: dict[str, str], found: int
) -> None:
    accepted(town)
    accepted(
        town, category="lamp", longitude=49.75, address="Mill Street, 3", text="Dark \x0bhere."
    )
    town.report(at=clock.now())  # nobody has read this one: it is in no feed
    assert len(titles(feed(client, **query))) == found


def test_the_feed_of_a_matter_tells_its_steps(town: SmallTown, client: Client) -> None:
    case = accepted(town)
    problems.answer(by=town.officer, at=clock.now(), case=case, text="It was <filled>.")
    root = feed(client, case=case.number)
    assert len(titles(root)) == 4
    assert "answered" in titles(root)[0]
    hidden = town.report(at=clock.now()).case.number
    for number in (hidden, "ZZ-0", "\x00"):
        assert client.get(reverse("notices:feed"), {"case": number}).status_code == 404


def test_the_feed_of_a_matter_says_what_its_page_says(town: SmallTown, client: Client) -> None:
    """Parts of the words of a step that a moderator has hidden are hidden in the feed too."""
    case = accepted(town)
    said = "It was filled, ask Ivan Petrov, +7 912 345-67-89."
    case = problems.answer(by=town.officer, at=clock.now(), case=case, text=said)
    hide_words(
        by=town.moderator, at=clock.now(), case=case, field=f"step:{case.seq}", findings=find(said)
    )
    text = client.get(reverse("notices:feed"), {"case": case.number}).content.decode()
    assert "It was filled" in text and "345-67-89" not in text


def calendar(client: Client, town: Any) -> Calendar:
    """The calendar of a person by a fresh secret address."""
    secret = operations.new_calendar(by=town, at=clock.now())
    answer = client.get(reverse("notices:calendar"), {"key": secret})
    assert answer.status_code == 200
    made = Calendar.from_ical(answer.content)
    assert isinstance(made, Calendar)
    return made


def test_the_calendar_holds_what_is_due(town: SmallTown, client: Client) -> None:
    case = accepted(town)
    [event] = calendar(client, town.resident).walk("VEVENT")
    assert str(event["UID"]).startswith(case.number) and "A deep hole" in str(event["SUMMARY"])
    assert event.decoded("DTSTART") == case.due_at.replace(microsecond=0)
    first = str(event["UID"])
    # The same matter at its next step keeps its identifier, with a later date and number.
    problems.answer(by=town.officer, at=clock.now(), case=case, text="It was filled.")
    [event] = calendar(client, town.resident).walk("VEVENT")
    assert str(event["UID"]) == first and str(event["SEQUENCE"]) == "4"


def test_an_officer_has_tasks(town: SmallTown, client: Client) -> None:
    case = accepted(town)
    made = calendar(client, town.officer)
    [task] = made.walk("VTODO")
    assert str(task["UID"]).startswith(case.number) and not made.walk("VEVENT")
    assert not calendar(client, town.light_officer).walk("VTODO")


def test_the_address_is_secret_and_ends_when_a_new_one_is_made(
    town: SmallTown, client: Client
) -> None:
    url = reverse("notices:calendar")
    old = operations.new_calendar(by=town.resident, at=clock.now())
    new = operations.new_calendar(by=town.resident, at=clock.now())
    assert client.get(url, {"key": old}).status_code == 404
    assert client.get(url, {"key": new}).status_code == 200
    for guess in ("", "x", "\x00"):
        assert client.get(url, {"key": guess}).status_code == 404
    client.force_login(town.resident)
    client.post(reverse("notices:calendar-new"))
    page = client.get(reverse("notices:settings")).content.decode()
    assert "calendar.ics?key=" in page
    assert "calendar.ics?key=" not in client.get(reverse("notices:settings")).content.decode()
