"""A letter without an account: an address is shown, a letter is sent, the address is forgotten."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.city.appeals.cast import DAY, Letters
from tests.city.appeals.test_pages import letter
from veche import clock
from veche.city.appeals import operations as appeals
from veche.city.appeals.models import Appeal
from veche.city.appeals.operations.refusals import SignInFirst
from veche.core.journal.models import Record, Secret
from veche.core.moderation.limits import TooMany
from veche.core.people.models import Person
from veche.testing import deliver

EMAIL = "vera@example.org"
WRITE = "/en/appeals/write/"


def shown(client: Client) -> Client:
    """This browser, after its address was shown."""
    client.post("/en/verify/", {"email": EMAIL, "next": WRITE})
    deliver()
    code = re.search(r"code: (\d{6})", str(mail.outbox[-1].body))
    assert code
    assert client.post("/en/verify/", {"code": code[1], "next": WRITE})["Location"] == WRITE
    return client


def key(client: Client) -> str:
    found = re.search(r'name="key" value="([\w-]{32})"', client.get(WRITE).content.decode())
    assert found
    return found[1]


def test_one_writes_without_an_account_and_reads_the_answer(made: Letters, client: Client) -> None:
    people = Person.objects.count()
    assert client.get(WRITE)["Location"].startswith("/en/verify/?next=")
    secret = key(shown(client))
    answer = client.post(WRITE, letter(public="no", key=secret), follow=True)
    page = answer.content.decode()
    assert "We have it: number" in page and f"?key={secret}" in page
    appeal = Appeal.objects.select_related("case").get()
    number = appeal.case.number
    assert appeal.case.author_id is None and appeal.case.state == "work"
    # Nothing of the address is kept; the way back is on its way to it, and nowhere else.
    assert Person.objects.count() == people and secret not in str(appeal.author_key)
    deliver()
    assert mail.outbox[-1].to == [EMAIL] and f"/en/appeals/{number}/?key={secret}" in str(
        mail.outbox[-1].body
    )
    kept = str(list(Record.objects.values())) + str(list(Secret.objects.values()))
    assert EMAIL not in kept and secret not in kept
    assert client.get(WRITE).status_code == 302  # verified once, for one letter
    # From another browser: by the link only.
    other = Client()
    assert other.get(f"/en/appeals/{number}/").status_code == 404
    assert other.get(f"/en/appeals/{number}/?key={'x' * 32}").status_code == 404
    way = other.get(f"/en/appeals/{number}/?key={secret}")
    assert way["Location"] == f"/en/appeals/{number}/"  # the secret leaves the address
    case = appeals.answer(
        by=made.town.officer, at=clock.now(), case=appeal.case, text="Told to you alone."
    )
    assert "Told to you alone." in other.get(f"/en/appeals/{number}/").content.decode()
    assert Client().post(f"/en/appeals/{number}/rate/", {"satisfaction": "yes"}).status_code == 404
    rated = other.post(f"/en/appeals/{number}/rate/", {"satisfaction": "yes", "seen": case.seq})
    assert rated.status_code == 302
    appeal.refresh_from_db()
    assert appeal.satisfaction == "yes"


def test_a_public_one_is_moderated_objected_to_and_taken_back(
    made: Letters, client: Client
) -> None:
    secret = key(shown(client))
    client.post(WRITE, letter(key=secret))
    case = Appeal.objects.select_related("case").get().case
    assert case.state == "moderation"
    appeals.reject(
        by=made.town.moderator, at=clock.now(), case=case, reason="unclear",
        text="We do not understand what you ask.",
    )  # fmt: skip
    page = client.get(f"/en/appeals/{case.number}/").content.decode()
    assert f"/en/moderation/{case.number}/appeal/" in page
    form = {"text": "It is quite clear, please read again.", "seen": ""}
    answer = client.post(f"/en/moderation/{case.number}/appeal/", form)
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (302, "appealed")
    other = Client().get(f"/en/moderation/{case.number}/appeal/")
    assert other.status_code == 302 and "/en/sign-in/" in other["Location"]


def test_taking_it_back_needs_the_secret(made: Letters, client: Client) -> None:
    secret = key(shown(client))
    client.post(WRITE, letter(key=secret, public="no"))
    case = Appeal.objects.select_related("case").get().case
    assert Client().post(f"/en/appeals/{case.number}/withdraw/").status_code == 404
    assert client.post(f"/en/appeals/{case.number}/withdraw/").status_code == 302
    case.refresh_from_db()
    assert case.state == "withdrawn"


def test_the_same_form_twice_is_one_letter(made: Letters, client: Client) -> None:
    values = letter(public="no", key=key(shown(client)))
    first = client.post(WRITE, values)
    shown(client)
    again = client.post(WRITE, values)
    assert Appeal.objects.count() == 1 and again["Location"] == first["Location"]


def test_nobody_writes_without_having_shown_anything(made: Letters, client: Client) -> None:
    assert client.post(WRITE, letter(key="k" * 32)).status_code == 302
    assert not Appeal.objects.exists()
    with pytest.raises(SignInFirst):
        made.write(by=None)


def test_an_address_is_limited_as_an_account_is(made: Letters) -> None:
    def one(**sender: str) -> Any:
        return made.write(
            by=None, at=clock.now() - DAY / 24, author_key=uuid.uuid4().hex, public=False,
            sender=sender,
        )  # fmt: skip

    for _time in range(10):
        one(person="digest", address="192.0.2.1")
    with pytest.raises(TooMany):
        one(person="digest", address="192.0.2.2")
    one(person="another", address="192.0.2.2")
