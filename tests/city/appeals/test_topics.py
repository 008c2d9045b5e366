"""Whoever asked to hear of letters about a topic hears of the public ones, and of their answers."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from tests.cast import START
from tests.city.appeals.cast import DAY, HOUR, Letters
from veche.city.appeals import operations as appeals
from veche.core.notices import matters
from veche.core.notices.models import Notice
from veche.core.notices.operations import Wanted, subscribe
from veche.core.notices.tasks import announce_waiting
from veche.core.people.models import Person


def told(person: Person) -> list[str]:
    announce_waiting(START + 9 * DAY)
    rows = Notice.objects.filter(person=person, topic="around").order_by("id")
    return list(rows.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("theme", "hears"), [("about-roads", True), ("letters", True), ("about-nothing", False)]
)
def test_of_a_topic_or_of_all(made: Letters, theme: str, hears: bool) -> None:
    town = made.town
    wanted = Wanted(territory=town.city.pk, theme=theme)
    subscribe(by=town.neighbour, at=START - DAY, wanted=wanted)
    appeal = made.write(territory="west")
    assert told(town.neighbour) == []  # nobody has read it yet
    case = appeals.accept(by=town.moderator, at=START + HOUR, case=appeal.case)
    assert told(town.neighbour) == (["appeals.new"] if hears else [])
    appeals.answer(by=town.officer, at=START + DAY, case=case, text="It is painted in May.")
    assert told(town.neighbour) == (["appeals.new", "appeals.outcome"] if hears else [])


def test_of_a_private_letter_nobody_hears(made: Letters) -> None:
    town = made.town
    subscribe(by=town.neighbour, at=START - DAY, wanted=Wanted(territory=town.city.pk))
    private = made.write(public=False)
    appeals.answer(by=town.officer, at=START + DAY, case=private.case, text="To you alone.")
    closed = made.write()
    appeals.close_to_others(by=town.moderator, at=START + HOUR, case=closed.case)
    assert told(town.neighbour) == []


def test_topics_stand_in_the_form_and_in_a_feed(made: Letters, client: Client) -> None:
    groups = {one.code: one.group for one in matters.themes()}
    assert groups["letters"] == "" and groups["about-roads"] == "letters"
    page = client.get("/ru/notices/subscribe/?theme=about-roads").content.decode()
    assert '<option value="about-roads" selected>' in page and "Письма городу" in page
    appeal = made.write()
    appeals.accept(by=made.town.moderator, at=START + HOUR, case=appeal.case)
    for theme, count in (("letters", 1), ("about-roads", 1), ("about-nothing", 0)):
        feed = ET.fromstring(client.get(f"/en/notices/feed.atom?theme={theme}").content)
        assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == count
