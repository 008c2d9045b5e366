"""An account is erased; the problems it reported stay, and go on."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from tests.cast import SmallTown, small_town

from veche import clock
from veche.city.problems import operations as problems
from veche.core.journal.models import Record, Secret
from veche.core.people.models import Look, Person, SignIn
from veche.core.people.operations import note_look
from veche.core.people.operations.erasure import erase_person
from veche.testing import deliver

pytestmark = pytest.mark.django_db
PASSWORD = "a bell over the river"
NAME, EMAIL = "Praskovya Zvezdina", "praskovya@example.org"


@pytest.fixture
def town() -> SmallTown:
    town = small_town()
    person = town.resident
    person.name, person.email = NAME, EMAIL
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.filter(user=person).update(email=EMAIL)
    return town


@pytest.fixture
def browser(town: SmallTown) -> Client:
    client = Client()
    client.post("/en/sign-in/", {"email": EMAIL, "password": PASSWORD})
    return client


def sure(client: Client) -> Any:
    """Type the password once more, then say that one is sure."""
    asked = client.get("/en/me/erase/")
    assert asked.status_code == 302 and "/en/account/again/" in asked["Location"]
    client.post("/en/account/again/", {"password": PASSWORD})
    page = client.get("/en/me/erase/").content.decode()
    assert "What stays" in page
    assert client.post("/en/me/erase/").status_code == 422
    return client.post("/en/me/erase/", {"sure": "on"})


def everything_kept() -> str:
    """Every text column of every table, in one string."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            found.append(f"{table}: {cursor.fetchone()[0]}")
    return "\n".join(found)


def test_an_erased_account_whose_problems_stay(town: SmallTown, browser: Client) -> None:
    at = clock.now() - dt.timedelta(days=1)
    problem = town.report(at=at)
    case = problems.accept(by=town.moderator, at=at + dt.timedelta(hours=1), case=problem.case)
    note_look(
        by=town.moderator, at=at, person_id=town.resident.pk, what="author", case_number=case.number
    )
    assert "who wrote the matter" in browser.get("/en/me/looks/").content.decode()
    before = Record.objects.count()
    answer = sure(browser)
    assert "Your account is erased" in answer.content.decode()
    deliver()
    assert mail.outbox[-1].to == [EMAIL] and "erased" in mail.outbox[-1].subject
    # Nobody is left: no name, no address, no way in, not in any table.
    kept = everything_kept()
    for word in (NAME, EMAIL):
        assert word not in kept, [line[:80] for line in kept.splitlines() if word in line]
    person = Person.objects.get(pk=town.resident.pk)
    assert not person.is_active and person.email is None and person.name == ""
    assert not SignIn.objects.filter(person=person).exists()
    assert not Look.objects.filter(person=person).exists()
    assert Client().post("/en/sign-in/", {"email": EMAIL, "password": PASSWORD}).status_code == 422
    # The journal is whole: no record went, their erasable parts did.
    assert Record.objects.count() > before
    about = Record.objects.filter(subject=f"person:{person.pk}", kind="people.signed-in")
    assert about.exists() and not Secret.objects.filter(record__in=about).exists()
    # The problem goes on.
    page = Client().get(f"/en/problems/{case.number}/").content.decode()
    assert "A deep hole by the bus stop" in page
    answered = problems.answer(
        by=town.officer, at=clock.now(), case=case, text="The hole was filled and rolled today."
    )
    assert answered.state == "check"
    deliver()
    assert mail.outbox[-1].to == [EMAIL], "no letter came after the last"


def test_the_data_can_be_taken_along(town: SmallTown, browser: Client) -> None:
    problem = town.report(at=clock.now())
    answer = browser.post("/en/me/data.zip")
    box = zipfile.ZipFile(io.BytesIO(answer.content))
    held = {name: json.loads(box.read(name)) for name in box.namelist()}
    assert held["people.json"]["account"]["email"] == EMAIL
    assert [row["number"] for row in held["problems.json"]["reported"]] == [problem.case.number]
    assert Client().post("/en/me/data.zip").status_code == 302


def test_who_holds_a_role_hands_it_over_first(town: SmallTown) -> None:
    town.officer.set_password(PASSWORD)
    town.officer.save()
    client = Client()
    client.post("/en/sign-in/", {"email": town.officer.email, "password": PASSWORD})
    answer = sure(client)
    assert answer.status_code == 409 and "still hold a role" in answer.content.decode()
    town.officer.refresh_from_db()
    assert town.officer.is_active


def test_without_a_password_the_address_is_shown_once_more(town: SmallTown) -> None:
    town.neighbour.set_unusable_password()
    town.neighbour.save()
    client = Client()
    client.force_login(town.neighbour)
    asked = client.post("/en/me/erase/", {"sure": "on"})
    assert asked["Location"].startswith("/en/verify/")

    def show(email: str) -> None:
        client.post("/en/verify/", {"email": email, "next": "/en/me/erase/"})
        deliver()
        code = str(mail.outbox[-1].body).partition("code: ")[2][:6]
        client.post("/en/verify/", {"code": code, "next": "/en/me/erase/"})

    show("another@example.org")
    assert client.get("/en/me/erase/").status_code == 302, "an address of somebody else is no proof"
    show("neighbour@example.org")
    assert client.get("/en/me/erase/").status_code == 200
    client.post("/en/me/erase/", {"sure": "on"})
    town.neighbour.refresh_from_db()
    assert not town.neighbour.is_active


def test_words_that_nobody_else_has_read_go_with_the_account(town: SmallTown) -> None:
    at = clock.now() - dt.timedelta(days=1)
    words = "My neighbour keeps a bear."
    rejected, public = town.report(at=at, text=words), town.report(at=at)
    problems.reject(
        by=town.moderator, at=at, case=rejected.case, reason="unclear", text="Say where it is."
    )
    problems.accept(by=town.moderator, at=at, case=public.case)
    erase_person(by=town.resident, at=clock.now(), person=town.resident)
    rejected.refresh_from_db()
    public.refresh_from_db()
    assert (rejected.text, rejected.address) == ("", "") and public.text
    assert words not in everything_kept()
