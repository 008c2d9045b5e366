"""Accounts: opened with a code, signed in to by code, app and passkey, protected, ended."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from tests.cast import SmallTown, small_town

from veche import clock
from veche.core.journal.models import Record, Secret
from veche.core.people.models import Level, Person, SignIn
from veche.core.people.operations import add_person
from veche.testing import deliver

pytestmark = pytest.mark.django_db
PASSWORD = "a bell over the river"


@pytest.fixture
def person() -> Person:
    return add_person(
        by=None, at=clock.now(), name="Olga", email="olga@example.org", password=PASSWORD
    )


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def code() -> str:
    """The code in the letter that came last."""
    deliver()
    text = str(mail.outbox[-1].body)
    found = re.search(r"code: ([A-Z0-9-]{6,9})", text)
    assert found, text
    return found[1]


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_an_account_is_opened_with_a_code_and_no_password() -> None:
    client = Client()
    sent = client.post("/en/account/new/", {"email": "Vera@Example.org", "name": "Vera"})
    assert (sent.status_code, sent["Location"]) == (302, "/en/account/email/confirm/")
    vera = Person.objects.get(email="vera@example.org")
    assert vera.level == Level.UNVERIFIED and not vera.has_usable_password()
    assert not signed_in(client)
    page = client.get("/en/account/email/confirm/").content.decode()
    assert "Type the code" in page and "vera@example.org" in page
    right = code()
    wrong = client.post("/en/account/email/confirm/", {"code": "AAA-AAA"})
    assert "This is not the code" in wrong.content.decode()
    assert client.post("/en/account/email/confirm/", {"code": right}).status_code == 302
    vera.refresh_from_db()
    assert signed_in(client) and vera.level == Level.EMAIL
    kinds = list(Record.objects.filter(subject=f"person:{vera.pk}").values_list("kind", flat=True))
    assert kinds == ["people.added", "people.signed-in"]


def test_nobody_learns_who_has_an_account(person: Person) -> None:
    for address in ("olga@example.org", "nobody@example.org"):
        client = Client()
        sent = client.post("/en/account/new/", {"email": address, "name": ""})
        assert sent["Location"] == "/en/account/email/confirm/"
    deliver()
    assert "You have an account already" in mail.outbox[0].subject


def test_one_signs_in_with_a_code(person: Person) -> None:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    client.post("/en/account/code/", {"email": "olga@example.org", "next": "/en/problems/mine/"})
    answer = client.post("/en/account/code/confirm/", {"code": code()})
    assert answer.status_code == 302 and signed_in(client)
    assert SignIn.objects.get(person=person).device == "Firefox, Linux"


def test_letters_are_in_the_language_of_the_reader(person: Person) -> None:
    Client().post("/ru/account/new/", {"email": "new@example.org"})
    deliver()
    assert "code" not in str(mail.outbox[-1].body)


def test_codes_are_asked_for_a_few_times_only(person: Person) -> None:
    answers = [
        Client().post("/en/account/code/", {"email": "olga@example.org"}).status_code
        for _time in range(5)
    ]
    assert answers.count(302) == 3 and answers[-1] in (200, 429)


def test_a_forgotten_password_is_set_anew(person: Person) -> None:
    client = Client()
    client.post("/en/account/password/forgotten/", {"email": "olga@example.org"})
    answer = client.post("/en/account/password/forgotten/code/", {"code": code()})
    assert answer["Location"] == "/en/account/password/forgotten/new/"
    new = {"password1": "another bell again", "password2": "another bell again"}
    assert client.post("/en/account/password/forgotten/new/", new).status_code == 302
    deliver()
    assert "Your password was changed" in mail.outbox[-1].subject
    assert Record.objects.filter(kind="people.access-changed").exists()
    person.refresh_from_db()
    assert person.check_password("another bell again")


def test_signing_out_kills_copies_of_the_cookie(person: Person) -> None:
    client, thief = Client(), Client()
    client.post("/en/sign-in/", {"email": "olga@example.org", "password": PASSWORD})
    thief.cookies = client.cookies.copy()
    assert thief.get("/en/me/").status_code == 200
    client.post("/en/sign-out/")
    assert thief.get("/en/me/").status_code == 302


def by_password(client: Client) -> Any:
    return client.post("/en/sign-in/", {"email": "olga@example.org", "password": PASSWORD})


def test_other_sign_ins_are_listed_and_ended(person: Person) -> None:
    here, there = Client(), Client()
    by_password(here), by_password(there)
    page = here.get("/en/me/sign-ins/").content.decode()
    assert page.count('name="number"') == 1
    assert not any(row.session_key in page for row in SignIn.objects.all())
    number = re.search(r'name="number" value="(\w+)"', page)
    assert number
    here.post("/en/me/sign-ins/", {"number": number[1]})
    assert there.get("/en/me/").status_code == 302 and here.get("/en/me/").status_code == 200
    by_password(there)
    here.post("/en/me/sign-ins/")
    assert SignIn.objects.filter(person=person).count() == 1


def again(client: Client) -> None:
    """Type the password once more."""
    client.post("/en/account/again/", {"password": PASSWORD})


def totp(secret: str) -> str:
    import time

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_app(client: Client) -> str:
    """Set up an authenticator app; returns its key."""
    again(client)
    page = client.get("/en/account/protection/app/").content.decode()
    found = re.search(r"<code>(\w+)</code>", page)
    assert found, page
    answer = client.post("/en/account/protection/app/", {"code": totp(found[1])})
    assert answer.status_code == 302
    return found[1]


@pytest.mark.django_db(transaction=True)  # an app is told of after the commit, in its request
def test_a_new_second_factor_or_password_ends_the_other_sign_ins(person: Person) -> None:
    here, there = Client(), Client()
    by_password(here), by_password(there)
    with_app(here)
    assert there.get("/en/me/").status_code == 302 and here.get("/en/me/").status_code == 200
    deliver()
    assert "signed out everywhere but where this was done" in str(mail.outbox[-1].body)
    ended = Record.objects.filter(kind="people.sign-ins-ended", subject=f"person:{person.pk}")
    assert ended.count() == 1
    codes = re.findall(
        r"<code>(\d{8})</code>", here.get("/en/account/protection/codes/").content.decode()
    )
    by_password(there)
    there.post("/en/account/protection/ask/", {"code": codes[0]})
    assert there.get("/en/me/").status_code == 200
    new = {
        "oldpassword": PASSWORD,
        "password1": "a new bell rings",
        "password2": "a new bell rings",
    }
    assert here.post("/en/account/password/change/", new).status_code == 302
    page = here.get("/en/me/").content.decode()
    assert "1 other sign-in was ended." in page
    assert there.get("/en/me/").status_code == 302
    assert SignIn.objects.filter(person=person).count() == 1


def test_a_forgotten_password_set_anew_ends_all_sign_ins(person: Person) -> None:
    thief, owner = Client(), Client()
    by_password(thief)
    owner.post("/en/account/password/forgotten/", {"email": "olga@example.org"})
    owner.post("/en/account/password/forgotten/code/", {"code": code()})
    new = {"password1": "another bell again", "password2": "another bell again"}
    assert owner.post("/en/account/password/forgotten/new/", new).status_code == 302
    assert thief.get("/en/me/").status_code == 302
    assert not SignIn.objects.filter(person=person).exclude(pk=owner.session.session_key).exists()


def test_an_app_is_asked_for_after_the_password(person: Person) -> None:
    client = Client()
    by_password(client)
    key = with_app(client)
    kept = Authenticator.objects.get(user=person, type="totp")
    assert key not in str(kept.data)
    deliver()
    codes = client.get("/en/account/protection/codes/").content.decode()
    found = re.findall(r"<code>(\d{8})</code>", codes)
    assert len(found) == 10
    other = Client()
    assert by_password(other)["Location"] == "/en/account/protection/ask/"
    assert not signed_in(other)
    assert "One more step" in other.get("/en/account/protection/ask/").content.decode()
    other.post("/en/account/protection/ask/", {"code": "000000"})
    assert not signed_in(other)
    other.post("/en/account/protection/ask/", {"code": found[0]})
    assert signed_in(other)
    third = Client()
    by_password(third)
    third.post("/en/account/protection/ask/", {"code": found[0]})
    assert not signed_in(third), "a recovery code opens once"


def test_staff_sets_up_a_second_factor_first(town: SmallTown, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    town.moderator.set_password(PASSWORD)
    town.moderator.save()
    client = Client()
    client.post("/en/sign-in/", {"email": town.moderator.email, "password": PASSWORD})
    assert client.get("/en/problems/moderation/")["Location"] == "/en/account/protection/"
    page = client.get("/en/account/protection/").content.decode()
    assert "Who works for the city needs a second step" in page
    assert client.post("/en/problems/moderation/")["Location"] == "/en/account/protection/"
    with_app(client)
    assert client.get("/en/me/").status_code == 200
    resident = Client()
    resident.force_login(town.resident)
    assert resident.get("/en/problems/mine/").status_code == 200


def test_every_page_of_an_account_opens_in_three_languages(person: Person) -> None:
    visitor, client = Client(), Client()
    by_password(client)
    again(client)
    for language in ("en", "ru", "zh-hans"):
        for page in ("account/new/", "account/code/", "account/password/forgotten/", "sign-in/"):
            assert visitor.get(f"/{language}/{page}").status_code == 200, page
        for page in (
            "me/", "me/name/", "me/looks/", "me/sign-ins/", "me/data/", "me/erase/",
            "account/email/", "account/password/change/", "account/protection/",
            "account/protection/app/", "account/passkeys/", "account/passkeys/add/",
            "account/sign-on/", "account/again/",
        ):  # fmt: skip
            answer = client.get(f"/{language}/{page}")
            assert answer.status_code == 200, (page, answer.get("Location"))
            text = answer.content.decode()
            assert " style=" not in text and "onclick" not in text, page


def test_a_new_address_is_believed_when_its_code_is_typed(person: Person) -> None:
    client = Client()
    by_password(client)
    again(client)
    client.post("/en/account/email/", {"email": "new@example.org", "action_add": "1"})
    person.refresh_from_db()
    assert person.email == "olga@example.org"
    client.post("/en/account/email/confirm/", {"code": code()})
    person.refresh_from_db()
    assert person.email == "new@example.org"
    assert EmailAddress.objects.get(user=person).email == "new@example.org"
    deliver()
    assert mail.outbox[-1].to == ["olga@example.org"]


def test_what_is_over_is_cleaned_up(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from veche.core.people import tasks

    Client().post("/en/account/new/", {"email": "vera@example.org", "name": "Vera"})
    by_password(Client())
    later = clock.now() + dt.timedelta(days=15)
    monkeypatch.setattr(tasks, "_cleaned", -1e9)
    tasks.clean_up(at=later)
    assert list(Person.objects.values_list("email", flat=True)) == ["olga@example.org"]
    assert not SignIn.objects.exists()
    assert not Secret.objects.filter(personal__email="vera@example.org").exists()
    before = Record.objects.count()
    tasks.clean_up(at=later)
    assert Record.objects.count() == before


def test_an_account_with_a_role_waits_and_the_others_go(town: SmallTown) -> None:
    """An office gave somebody a role who has never come in: that holds up nobody's deletion."""
    from veche.core.organisations.operations import appoint
    from veche.core.people.operations import add_person
    from veche.core.people.operations.signing import delete_unconfirmed

    later = clock.now() + dt.timedelta(days=15)
    early = later - dt.timedelta(days=30)
    new = [
        add_person(by=None, at=early, name=name, email=f"{name.lower()}@example.net")
        for name in ("Ada", "Ben", "Cid", "Dan", "Eve")
    ]
    rows = Person.objects.filter(pk__in=[one.pk for one in new])
    rows.update(level=Level.UNVERIFIED, since=early)
    appoint(by=None, at=early, person=new[2], role="moderator", territory=town.city)
    kept = Person.objects.exclude(pk__in=rows).count()
    assert delete_unconfirmed(by=None, at=later) == 4
    assert Person.objects.filter(email__endswith="@example.net").get() == new[2]
    assert Person.objects.count() == kept + 1
