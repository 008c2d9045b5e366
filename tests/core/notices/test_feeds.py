"""Feeds that a reader program takes, and a calendar that a calendar program takes."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
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


HTTP = re.compile(r"https?://[^/\s]+/\S*")
TAG = re.compile(r"tag:[\w.@-]+,\d{4}(-\d\d(-\d\d)?)?:[\w\-/?%=&.,+]+")  # RFC 4151
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # RFC 3339
FEED = {"author", "category", "contributor", "generator", "icon", "logo", "id", "link", "rights",
        "subtitle", "title", "updated", "entry"}  # fmt: skip
ENTRY = {"author", "category", "content", "contributor", "id", "link", "published", "rights",
         "source", "summary", "title", "updated"}  # fmt: skip
ONCE = ("id", "title", "updated")
AT_MOST_ONCE = ("published", "summary", "content", "rights", "subtitle", "generator")


def feed_faults(text: bytes) -> list[str]:
    """What RFC 4287 finds wrong with a feed."""
    root = ET.fromstring(text)
    if root.tag != f"{ATOM}feed":
        return [f"the root is {root.tag}"]
    faults = []
    entries = root.findall(f"{ATOM}entry")
    for one, known in [(root, FEED), *((entry, ENTRY) for entry in entries)]:
        name = "feed" if one is root else one.findtext(f"{ATOM}id")
        names = [child.tag.removeprefix(ATOM) for child in one]
        faults += [f"{name}: unknown {n}" for n in names if n not in known]
        faults += [f"{name}: {names.count(n)} of {n}" for n in ONCE if names.count(n) != 1]
        faults += [f"{name}: more than one {n}" for n in AT_MOST_ONCE if names.count(n) > 1]
        if not TAG.fullmatch(one.findtext(f"{ATOM}id") or ""):
            faults.append(f"{name}: id {one.findtext(f'{ATOM}id')!r}")
        if not (one.findtext(f"{ATOM}title") or "").strip():
            faults.append(f"{name}: no title")
        for moment in ("updated", "published"):
            value = one.findtext(ATOM + moment)
            if value is not None and not MOMENT.fullmatch(value):
                faults.append(f"{name}: {moment} {value!r}")
        if not (one.findtext(f"{ATOM}author/{ATOM}name") or "").strip():
            faults.append(f"{name}: no author")  # 4.1.1: of the feed, or of each of its entries
        links = one.findall(f"{ATOM}link")
        faults += [f"{name}: link {a.get('href')!r}" for a in links
                   if not HTTP.fullmatch(a.get("href", ""))]  # fmt: skip
        ways = [(a.get("rel", "alternate"), a.get("type"), a.get("hreflang")) for a in links]
        if len(ways) != len(set(ways)):
            faults.append(f"{name}: two links that say the same")
        if (
            one is not root
            and "content" not in names
            and not any(w[0] == "alternate" for w in ways)
        ):
            faults.append(f"{name}: neither content nor an alternate link")
    if not any(a.get("rel") == "self" for a in root.findall(f"{ATOM}link")):
        faults.append("feed: no link to itself")
    ids = [one.findtext(f"{ATOM}id") for one in [root, *entries]]
    if len(ids) != len(set(ids)):
        faults.append("two things of one id")
    newest = max((e.findtext(f"{ATOM}updated") or "" for e in entries), default="")
    if newest > (root.findtext(f"{ATOM}updated") or ""):
        faults.append("an entry is newer than its feed")
    return faults


def feed(client: Client, **query: str) -> ET.Element:
    """The feed of a query, without a fault."""
    answer = client.get(reverse("notices:feed"), query)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert feed_faults(answer.content) == []
    return ET.fromstring(answer.content)


def titles(root: ET.Element) -> list[str]:
    return [one.findtext(f"{ATOM}title") or "" for one in root.findall(f"{ATOM}entry")]


def accepted(town: SmallTown, **more: Any) -> Any:
    at = clock.now() - DAY
    return problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR, **more).case)


def test_the_check_of_feeds_finds_what_is_wrong(town: SmallTown, client: Client) -> None:
    accepted(town)
    whole = client.get(reverse("notices:feed")).content.decode()
    assert feed_faults(whole.encode()) == []
    broken = {
        "<author>": "<contributor>",
        "</updated>": " o'clock</updated>",
        "<id>tag:": "<id>number ",
        'rel="self"': 'rel="alternate"',
        "<title>": "<headline>",
        'href="http': 'href="ht',
        "<published>": "<born>",
    }
    for right, wrong in broken.items():
        assert right in whole, right
        text = whole.replace(right, wrong)
        if right.startswith("<") and right.endswith(">"):
            text = text.replace(f"</{right[1:]}", f"</{wrong[1:]}")
        assert feed_faults(text.encode()), right


def test_a_feed_keeps_its_name_and_its_moment(town: SmallTown, client: Client) -> None:
    case = accepted(town)
    names = set()
    for query in ({}, {"place": "west"}, {"theme": "lamp"}, {"case": case.number}):
        told = []
        for language in ("en", "ru"):
            with override(language):
                root = feed(client, **query)
            told.append((root.findtext(f"{ATOM}id"), root.findtext(f"{ATOM}updated")))
            own = next(a for a in root.findall(f"{ATOM}link") if a.get("rel") == "self")
            again = client.get(own.attrib["href"])  # the address it gives is its own
            assert ET.fromstring(again.content).findtext(f"{ATOM}id") == told[0][0]
        assert told[0] == told[1]
        names.add(told[0][0])
    assert len(names) == 4
    empty = [feed(client, street="Nowhere").findtext(f"{ATOM}updated") for _time in range(2)]
    assert empty[0] == empty[1]


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
