"""A day of ideas in one letter: for whoever follows one, and for whoever subscribed to ideas."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from tests.cast import START
from tests.city.ideas.ideas import HOUR, Ideas
from veche.city.ideas.operations import talk
from veche.city.ideas.operations.ratings import rate
from veche.city.ideas.operations.writing import reword
from veche.core.notices import operations
from veche.core.notices.models import Letter
from veche.core.notices.operations import Wanted, write_digests
from veche.core.notices.tasks import announce_waiting
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
LATER = START + 3 * HOUR
DAILY = {
    "mail": dict.fromkeys(("own", "followed", "around", "work"), "daily"),
    "push": {},
}


def daily(person: Person) -> None:
    """Whoever asks is told once a day."""
    reader = operations.reader_for(by=person, at=START)
    operations.choose_ways(by=person, at=START, reader=reader, ways=DAILY, quiet=None)


def test_a_day_of_ideas_is_one_letter_each(made: Ideas) -> None:
    """Support makes follow; a theme is subscribed to; each gets one letter with all of it."""
    town = made.town
    call = made.calling()
    first = made.idea_of(call, at=START + HOUR)
    for person in (town.resident, town.neighbour, town.head):
        daily(person)
    while announce_waiting(LATER):
        pass
    rate(by=town.neighbour, at=LATER, idea=first.pk, value=1)
    operations.subscribe(by=town.head, at=LATER, wanted=Wanted(theme="ideas"))
    for number in range(3):
        made.idea_of(call, at=LATER + number * HOUR, title=f"A bench at corner {number}")
    reword(
        by=town.resident, at=LATER + HOUR, case=first.case, title=first.title,
        text="Children cross the road here twice a day. Please paint a crossing.",
    )  # fmt: skip
    talk.say(
        by=town.neighbour, at=LATER + 2 * HOUR, matter=first.pk, text="Yes, at last.",
        submission=uuid.uuid4(),
    )  # fmt: skip
    while announce_waiting(LATER + 8 * HOUR):
        pass
    morning = LATER + dt.timedelta(days=1)
    write_digests(by=None, at=morning, kind="daily", period="2026-11-17")
    letters = {
        letter.reader.person_id: letter.body.text
        for letter in Letter.objects.select_related("reader", "body")
        if letter.body is not None and letter.reader is not None
    }
    assert set(letters) >= {town.resident.pk, town.neighbour.pk, town.head.pk}
    assert letters[town.neighbour.pk].count("The author reworded idea") == 1
    assert letters[town.head.pk].count("A new idea can be read") == 3
    assert f"Somebody commented on {first.case.number}." in letters[town.resident.pk]
    assert write_digests(by=None, at=morning, kind="daily", period="2026-11-17") == 0
