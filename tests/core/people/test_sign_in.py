"""Signing in and out, and the accounts of the command line."""

from __future__ import annotations

import argparse
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client

from veche import clock
from veche.core.journal.models import Record
from veche.core.organisations import commands
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.core.people.queries import TRIES, WINDOW

pytestmark = pytest.mark.django_db
PASSWORD = "a bell over the river"


@pytest.fixture
def person() -> Person:
    return add_person(
        by=None, at=clock.now(), name="Olga", email="olga@example.org", password=PASSWORD
    )


def send(client: Client, email: str, password: str, next_address: str = "") -> Any:
    data = {"email": email, "password": password, "next": next_address}
    return client.post("/en/sign-in/", data)


def test_the_right_password_leads_to_where_one_wanted(person: Person) -> None:
    client = Client()
    answer = send(client, "Olga@Example.org", PASSWORD, "/en/problems/mine/")
    assert (answer.status_code, answer.url) == (302, "/en/problems/mine/")
    assert client.post("/en/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_site(person: Person, wanted: str) -> None:
    assert send(Client(), "olga@example.org", PASSWORD, wanted).url == "/en/"


def test_a_wrong_password_and_an_unknown_account_get_the_same_words(person: Person) -> None:
    pages = [
        send(Client(), email, "wrong wrong wrong")
        for email in ("olga@example.org", "nobody@example.org")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    for page in pages:
        text = page.content.decode()
        assert "The address and the password do not match." in text
        assert "wrong wrong wrong" not in text


def test_after_too_many_tries_even_the_right_password_waits(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _try in range(TRIES):
        send(Client(), "olga@example.org", "wrong wrong wrong")
    answer = send(Client(), "olga@example.org", PASSWORD)
    assert answer.status_code == 429 and "Wait five minutes" in answer.content.decode()
    later = clock.now() + WINDOW + dt.timedelta(seconds=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert send(Client(), "olga@example.org", PASSWORD).status_code == 302


def test_behind_a_proxy_one_visitor_does_not_lock_out_the_city(
    person: Person, settings: Any
) -> None:
    settings.HTTPS = True

    def come(address: str, email: str, password: str) -> int:
        client = Client(headers={"X-Forwarded-For": address})
        sent = {"email": email, "password": password}
        return client.post("/en/sign-in/", sent).status_code

    for number in range(TRIES):  # what the visitor writes before the proxy's word changes nothing
        come(f"10.0.0.{number}, 203.0.113.5", f"{number}@example.org", "wrong wrong wrong")
    assert come("203.0.113.5", "olga@example.org", PASSWORD) == 429
    assert come("203.0.113.6", "olga@example.org", PASSWORD) == 302


def test_the_journal_does_not_say_who_tried(person: Person) -> None:
    send(Client(), "olga@example.org", "wrong wrong wrong")
    rows = Record.objects.filter(kind="people.sign-in-failed")
    assert rows.count() == 2
    assert not any("olga" in row.subject or row.public for row in rows)


@pytest.mark.parametrize("email", ["", "x", "\x00", "a" * 400 + "@example.org", "olga@", "🔔@🔔"])
def test_garbage_is_told_in_words(person: Person, email: str) -> None:
    assert send(Client(), email, "\x00").status_code == 422


def add(**more: Any) -> int:
    values: dict[str, Any] = {
        "name": "Pyotr", "email": "pyotr@example.org", "role": None, "organisation": None,
        "territory": None, "language": "ru", "password_stdin": True, **more,
    }  # fmt: skip
    return commands.run_add_person(argparse.Namespace(**values))


def test_an_officer_is_added_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    commands.run_add(
        argparse.Namespace(code="roads", name="Roads", name_ru=None, name_zh=None, kind="operator")
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert add(role="officer", organisation="roads") == 0
    held = Holding.objects.get(person__email="pyotr@example.org")
    assert held.role == "officer" and held.organisation == Organisation.objects.get(code="roads")
    assert send(Client(), "pyotr@example.org", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"email": "nope"}, PASSWORD),
        ({"role": "officer"}, PASSWORD),
        ({"organisation": "roads"}, PASSWORD),
        ({}, "short"),
    ],
)
def test_an_unfinished_wish_adds_nobody(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], line: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))
    assert add(**more) == 2
    assert not Person.objects.exists()
