"""Where somebody lives: by a code in a letter, at a counter, for a term."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche.core.organisations.access import NotClerk
from veche.core.organisations.operations import appoint
from veche.core.organisations.operations.residence import confirm_at_counter, print_letters
from veche.core.people.access import at_least
from veche.core.people.models import Level, Look, Person, Residence, ResidenceLetter
from veche.core.people.operations.residence import (
    LETTER_TERM,
    TERM,
    TRIES,
    AlreadyAsked,
    LetterTooOld,
    NoLetter,
    ask_for_letter,
    end_old_residences,
    print_letter,
    try_letter_code,
)
from veche.core.people.queries import residence_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@pytest.fixture
def clerk(town: SmallTown) -> Person:
    appoint(by=None, at=START - DAY, person=town.dispatcher, role="clerk", territory=town.west)
    return town.dispatcher


def test_a_letter_is_asked_for_printed_and_its_code_typed(town: SmallTown, clerk: Person) -> None:
    resident, desk = Client(), Client()
    resident.force_login(town.resident), desk.force_login(clerk)
    sent = {"territory": "west", "address": "Bridge Street, 9, flat 4"}
    assert resident.post("/en/organisations/residence/", sent).status_code == 302
    assert resident.post("/en/organisations/residence/", sent).status_code == 422
    assert "Bridge Street" not in desk.get("/en/organisations/letters/").content.decode()
    letter = ResidenceLetter.objects.get()
    paper = desk.post("/en/organisations/letters/", {"letter": [letter.pk]}).content.decode()
    assert "Bridge Street, 9, flat 4" in paper
    found = re.search(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4})</code>", paper)
    assert found
    letter.refresh_from_db()
    assert letter.address == "" and found[1].replace("-", "") not in letter.digest
    look = Look.objects.get(person=town.resident)
    assert (look.by_id, look.what) == (clerk.pk, "residence")
    wrong = resident.post("/en/organisations/residence/", {"code": "AAAA-AAAA"})
    assert wrong.status_code == 422 and "not the code of the letter" in wrong.content.decode()
    right = resident.post("/en/organisations/residence/", {"code": found[1].lower()})
    assert right.status_code == 302
    town.resident.refresh_from_db()
    assert at_least(town.resident, Level.RESIDENT)
    lives = residence_of(town.resident, clock.now())
    assert lives is not None and lives.territory == town.west
    assert not ResidenceLetter.objects.exists()


def test_a_code_is_tried_a_few_times_and_not_for_ever(town: SmallTown) -> None:
    with pytest.raises(NoLetter):
        try_letter_code(by=town.resident, at=START, code="x")
    letter = ask_for_letter(by=town.resident, at=START, territory=town.west, address="9")
    with pytest.raises(AlreadyAsked):
        ask_for_letter(by=town.resident, at=START + DAY, territory=town.west, address="9")
    _address, code = print_letter(by=None, at=START, letter=letter.pk)
    with pytest.raises(LetterTooOld):
        try_letter_code(by=town.resident, at=START + LETTER_TERM + DAY, code=code)
    for _time in range(TRIES):
        assert try_letter_code(by=town.resident, at=START, code="AAAA") is None
    with pytest.raises(LetterTooOld):
        try_letter_code(by=town.resident, at=START, code=code)
    ask_for_letter(by=town.resident, at=START + DAY, territory=town.east, address="1")
    assert not at_least(town.resident, Level.RESIDENT)


def test_a_code_opens_for_the_one_it_was_sent_to(town: SmallTown) -> None:
    ask_for_letter(by=town.neighbour, at=START, territory=town.west, address="1")
    mine = ask_for_letter(by=town.resident, at=START, territory=town.west, address="9")
    other = ResidenceLetter.objects.get(person=town.neighbour)
    _a, code = print_letter(by=None, at=START, letter=mine.pk)
    print_letter(by=None, at=START, letter=other.pk)
    assert try_letter_code(by=town.neighbour, at=START, code=code) is None
    with pytest.raises(NoLetter):
        print_letter(by=None, at=START, letter=mine.pk)


def test_a_clerk_acts_in_the_own_territory_and_not_on_the_own_account(
    town: SmallTown, clerk: Person
) -> None:
    letter = ask_for_letter(by=town.resident, at=START, territory=town.east, address="9")
    with pytest.raises(NotClerk):
        print_letters(by=clerk, at=START, letters=[letter.pk])
    desk = Client()
    desk.force_login(clerk)
    assert "No letters wait" in desk.get("/en/organisations/letters/").content.decode()
    for person, territory in ((town.resident, town.east), (clerk, town.west)):
        with pytest.raises(NotClerk):
            confirm_at_counter(
                by=clerk, at=START, person=person, territory=territory, identified=True
            )
    assert not Residence.objects.exists()


def test_at_the_counter_a_paper_is_seen(town: SmallTown, clerk: Person) -> None:
    desk = Client()
    desk.force_login(clerk)
    sent = {"email": "Resident@example.org", "territory": "west"}
    assert desk.post("/en/organisations/counter/", sent).status_code == 422
    sent |= {"lives": "on", "identified": "on"}
    assert desk.post("/en/organisations/counter/", sent).status_code == 302
    town.resident.refresh_from_db()
    assert town.resident.level == Level.IDENTIFIED
    page = Client()
    page.force_login(town.resident)
    text = page.get("/en/me/looks/").content.decode()
    assert "where the account lives" in text and "Clerk" in text and "West" in text


@pytest.mark.parametrize("page", ["letters", "counter", "roles", "roles/give"])
def test_residents_have_no_business_there(town: SmallTown, page: str) -> None:
    client = Client()
    assert client.get(f"/en/organisations/{page}/").status_code == 302
    client.force_login(town.resident)
    assert client.get(f"/en/organisations/{page}/").status_code == 403


def test_a_residence_ends(town: SmallTown, clerk: Person) -> None:
    confirm_at_counter(
        by=clerk, at=START, person=town.resident, territory=town.west, identified=False
    )
    confirm_at_counter(
        by=clerk, at=START, person=town.neighbour, territory=town.west, identified=True
    )
    assert residence_of(town.resident, START + TERM) is None
    assert end_old_residences(by=None, at=START + TERM) == 1
    town.resident.refresh_from_db()
    town.neighbour.refresh_from_db()
    assert town.resident.level == Level.EMAIL
    assert town.neighbour.level == Level.IDENTIFIED, "who somebody is does not end"
    assert end_old_residences(by=None, at=START + TERM) == 0


def test_moving_ends_the_old_home(town: SmallTown, clerk: Person) -> None:
    appoint(by=None, at=START, person=clerk, role="clerk")
    for days, place in ((0, town.west), (10, town.east)):
        confirm_at_counter(
            by=clerk, at=START + days * DAY, person=town.resident, territory=place, identified=False
        )
    homes = Residence.objects.filter(person=town.resident).order_by("since")
    assert [h.until for h in homes] == [START + 10 * DAY, START + 10 * DAY + TERM]
