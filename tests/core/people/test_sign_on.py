"""The city's sign-on: a stranger becomes an account, its claims become a level and a home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from tests.cast import small_town
from tests.core.people.sign_on_server import CLIENT, SECRET, SignOn, running

from veche import clock
from veche.core.journal.models import Record
from veche.core.people.models import Level, Person, Residence
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_on(settings: Any) -> Iterator[SignOn]:
    with running() as server:
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "city", "name": "City sign-on", "client_id": CLIENT,
                        "secret": SECRET, "settings": {"server_url": server.url},
                    }
                ],
            }
        }  # fmt: skip
        settings.SIGN_ON = {
            "name": "City sign-on", "url": server.url, "level": "email",
            "level_claim": "assurance:high=identified;home=resident", "place_claim": "home",
        }  # fmt: skip
        server.claims = {"sub": "12345", "name": "Olga Tikhonova"}
        yield server


def come(client: Client, process: str = "login") -> Any:
    """To the sign-on and back, as a browser goes."""
    answer = client.post(f"/sign-on/city/login/?process={process}&next=/en/problems/mine/")
    assert answer.status_code == 302, answer.content.decode()
    there = requests.get(answer["Location"], allow_redirects=False, timeout=5)
    back = there.headers["Location"]
    assert back.startswith("http://testserver/sign-on/city/back/")
    return client.get(back.removeprefix("http://testserver"))


def test_a_stranger_becomes_an_account_at_the_level_of_the_claims(sign_on: SignOn) -> None:
    small_town()
    sign_on.claims |= {"assurance": "high", "home": "west"}
    client = Client()
    assert "Sign in with City sign-on" in client.get("/en/sign-in/").content.decode()
    answer = come(client)
    assert (answer.status_code, answer["Location"]) == (302, "/en/problems/mine/")
    person = Person.objects.get(name="Olga Tikhonova")
    assert person.level == Level.IDENTIFIED and person.email is None
    assert client.session["_auth_user_id"] == str(person.pk)
    lives = Residence.objects.get(person=person)
    assert (lives.territory.code, lives.how) == ("west", "sign-on")
    kept = SocialAccount.objects.get(user=person)
    assert (kept.uid, kept.extra_data) == ("12345", {}), "no claim is kept"
    kinds = set(Record.objects.filter(subject=f"person:{person.pk}").values_list("kind", flat=True))
    assert {"people.added", "people.level-raised", "people.signed-in"} <= kinds


def test_one_who_comes_again_is_the_same(sign_on: SignOn) -> None:
    come(Client())
    sign_on.claims["assurance"] = "high"
    come(Client())
    assert Person.objects.get().level == Level.IDENTIFIED
    sign_on.claims["assurance"] = "low"
    come(Client())
    assert Person.objects.get().level == Level.IDENTIFIED, "a level is not lowered by a claim"
    assert SocialAccount.objects.get().extra_data == {}


def test_a_home_said_at_every_sign_in_is_written_once(sign_on: SignOn) -> None:
    small_town()
    sign_on.claims["home"] = "west"
    for _ in range(3):
        come(Client())
    assert Residence.objects.count() == 1
    sign_on.claims["home"] = "east"
    come(Client())
    live = Residence.objects.filter(until__gt=clock.now())
    assert [row.territory.code for row in live] == ["east"]


def test_an_unknown_claim_raises_nothing(sign_on: SignOn) -> None:
    sign_on.claims |= {"assurance": "root", "home": "nowhere"}
    come(Client())
    assert Person.objects.get().level == Level.EMAIL
    assert not Residence.objects.exists()


def test_an_address_that_has_an_account_opens_nothing(sign_on: SignOn) -> None:
    """Whoever runs the sign-on must not walk into accounts by naming their addresses."""
    add_person(by=None, at=clock.now(), name="Vera", email="vera@example.org")
    sign_on.claims |= {"email": "vera@example.org", "email_verified": True}
    client = Client()
    come(client)
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.exists()


def test_an_address_that_nobody_confirmed_is_not_taken(sign_on: SignOn) -> None:
    """Else its owner would later walk into the account of whoever named it here."""
    sign_on.claims |= {"email": "victim@example.org", "email_verified": False}
    client = Client()
    come(client)
    person = Person.objects.get()
    assert client.session["_auth_user_id"] == str(person.pk)
    assert person.email is None and not EmailAddress.objects.exists()
    sign_on.claims |= {"sub": "2", "email": "olga@example.org", "email_verified": True}
    come(Client())
    assert Person.objects.get(email="olga@example.org") != person
    assert EmailAddress.objects.get().verified


def test_an_account_connects_the_sign_on_and_is_raised(sign_on: SignOn) -> None:
    vera = add_person(by=None, at=clock.now(), name="Vera", email="vera@example.org")
    client = Client()
    client.force_login(vera)
    sign_on.claims["assurance"] = "high"
    come(client, "connect")
    assert SocialAccount.objects.get().user_id == vera.pk
    vera.refresh_from_db()
    assert vera.level == Level.IDENTIFIED
    assert "Disconnect" in client.get("/en/account/sign-on/").content.decode()


def test_a_token_for_another_site_opens_nothing(sign_on: SignOn) -> None:
    sign_on.audience = "another"
    client = Client()
    answer = come(client)
    assert "_auth_user_id" not in client.session and answer.status_code < 500
    assert not Person.objects.exists()


def test_an_answer_nobody_asked_for_opens_nothing(sign_on: SignOn) -> None:
    answer = Client().get("/sign-on/city/back/?code=x&state=y")
    assert answer.status_code < 500 and not Person.objects.exists()
    assert Client().post("/sign-on/other/login/").status_code == 404


def test_a_sign_on_that_is_down_is_said(sign_on: SignOn, settings: Any) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9"}
    answer = Client(headers={"Accept-Language": "en"}).post("/sign-on/city/login/")
    assert answer.status_code == 503 and "did not answer" in answer.content.decode()
