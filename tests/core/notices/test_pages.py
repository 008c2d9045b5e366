"""The pages of notices, for people with an account and without."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.cast import SmallTown

from veche import clock
from veche.city.problems import operations as problems
from veche.core.notices import links, operations
from veche.core.notices.models import Following, Letter, Notice, Reader, Subscription, Waiting, Wish
from veche.core.notices.operations import Wanted
from veche.core.notices.tasks import tick
from veche.testing import deliver

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
PAGES = ("mine", "settings", "subscriptions", "subscribe")


def address(name: str) -> str:
    return reverse(f"notices:{name}")


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_in_every_language(
    town: SmallTown, client: Client, name: str, language: str
) -> None:
    at = clock.now()
    case = problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR).case)
    operations.subscribe(by=town.resident, at=at, wanted=Wanted(territory=town.west.pk))
    operations.follow(by=town.resident, at=at, case=case)
    client.force_login(town.resident)
    with translation.override(language):
        page = client.get(address(name))
    assert page.status_code == 200
    text = page.content.decode()
    assert "style=" not in text and "<script>" not in text


@pytest.mark.parametrize("name", ["mine", "settings", "subscriptions"])
def test_a_visitor_signs_in_first(town: SmallTown, client: Client, name: str) -> None:
    page = client.get(address(name))
    assert page.status_code == 302 and "/sign-in/" in page["Location"]


def test_the_masthead_counts_what_is_new(town: SmallTown, client: Client) -> None:
    at = clock.now()
    problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR).case)
    client.force_login(town.resident)
    assert '<b class="num new-mark">1</b>' in client.get("/en/").content.decode()
    client.post(address("mine"))
    assert '<b class="num new-mark">' not in client.get("/en/").content.decode()


def test_a_resident_subscribes_and_ends_it(town: SmallTown, client: Client) -> None:
    client.force_login(town.resident)
    page = client.post(address("subscribe"), {"place": "west", "theme": ""})
    assert page.status_code == 302
    row = Subscription.objects.get()
    assert row.territory == town.west
    assert "West" in client.get(address("subscriptions")).content.decode()
    client.post(address("subscriptions"), {"subscription": str(row.pk)})
    assert not Subscription.objects.exists()


def test_a_circle_comes_from_the_address(town: SmallTown, client: Client) -> None:
    client.force_login(town.resident)
    page = client.get(address("subscribe"), {"longitude": "49.25", "latitude": "53.5"})
    assert 'name="radius"' in page.content.decode()
    sent = {"longitude": "49.25", "latitude": "53.5", "radius": "500", "place": "town"}
    assert client.post(address("subscribe"), sent).status_code == 302
    assert Subscription.objects.get().radius == 500


def test_nobody_ends_what_another_wanted(town: SmallTown, client: Client) -> None:
    row = operations.subscribe(
        by=town.neighbour, at=clock.now(), wanted=Wanted(territory=town.west.pk)
    )
    client.force_login(town.resident)
    client.post(address("subscriptions"), {"subscription": str(row.pk)})
    assert Subscription.objects.exists()


# Without an account ---------------------------------------------------------------------------


def asked(client: Client, **sent: str) -> str:
    """Ask by e-mail; the path of the link in the letter."""
    page = client.post(
        address("subscribe"), {"place": "west", "theme": "", "email": "new@example.org", **sent}
    )
    assert page.status_code == 200
    deliver()
    letter = next(m for m in reversed(mail.outbox) if m.to == ["new@example.org"])
    found = re.search(r"http://[^/]+(/\S+)", str(letter.body))
    assert found is not None
    return found[1]


def test_an_address_confirms_before_anything_is_in_force(town: SmallTown, client: Client) -> None:
    link = asked(client)
    assert not Subscription.objects.exists()
    assert "West" in str(mail.outbox[-1].body)
    assert client.get(link).status_code == 200  # a program that looks at links confirms nothing
    assert not Subscription.objects.exists()
    for _ in range(2):
        assert client.post(link).status_code == 200
    reader = Reader.objects.get(email="new@example.org")
    assert reader.confirmed_at is not None
    assert Subscription.objects.get().reader == reader
    # It is told, in its digest, with a link that ends it.
    at = clock.now()
    problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR).case)
    deliver()
    assert Waiting.objects.filter(reader=reader, pace="daily").count() == 1
    mail.outbox.clear()
    later = at + dt.timedelta(days=2)
    tick(at=later)
    operations.send_letters(at=later)
    letter = next(m for m in mail.outbox if m.to == ["new@example.org"])
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.ADDRESS)
    client.post(stop, {"List-Unsubscribe": "One-Click"})
    assert not Reader.objects.filter(email="new@example.org").exists()


def test_an_address_follows_a_matter(town: SmallTown, client: Client) -> None:
    at = clock.now()
    case = problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR).case)
    client.post(asked(client, case=case.number))
    assert Following.objects.filter(case=case, person=None).count() == 1


def test_a_matter_that_is_not_public_cannot_be_followed_by_a_number(
    town: SmallTown, client: Client
) -> None:
    number = town.report(at=clock.now()).case.number
    sent = {"case": number, "email": "new@example.org"}
    assert client.post(address("subscribe"), sent).status_code == 404
    assert not Wish.objects.exists()


def test_one_address_is_not_flooded_by_whoever_types_it(town: SmallTown, client: Client) -> None:
    for n in range(6):
        sent = {"place": "west", "theme": "", "email": f"{'N' if n % 2 else 'n'}ew@example.org"}
        assert client.post(address("subscribe"), sent).status_code == 200
    assert Letter.objects.filter(kind="confirm").count() == 3


def test_what_was_never_confirmed_is_forgotten(town: SmallTown, client: Client) -> None:
    link = asked(client)
    late = clock.now() + dt.timedelta(days=9)
    tick(at=late)
    assert not Reader.objects.exists()
    assert client.post(link).status_code == 404


# Links and settings ---------------------------------------------------------------------------


def test_one_click_stops_letters_and_a_look_does_not(town: SmallTown, client: Client) -> None:
    reader = operations.reader_for(by=town.resident, at=clock.now())
    link = f"{address('stop')}?token={links.reader_token(reader.pk, reader.mark)}"
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(link).status_code == 200
    reader.refresh_from_db()
    assert not reader.ways
    assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    reader.refresh_from_db()
    mail = dict(reader.ways["mail"])
    # What is said of a danger to life is stopped only by saying so of it.
    assert mail.pop("danger") == "now" and set(mail.values()) == {"none"}
    assert strict.post(link, {"danger": "1"}).status_code == 200
    reader.refresh_from_db()
    assert set(reader.ways["mail"].values()) == {"none"}


@pytest.mark.parametrize("token", ["", "x", "r.1.a:b", "\x00", "r.1." + "9" * 300])
def test_a_false_link_does_nothing(town: SmallTown, client: Client, token: str) -> None:
    for name in ("stop", "confirm"):
        assert client.post(address(name), {"token": token}).status_code == 404


def test_a_changed_token_is_not_taken(town: SmallTown, client: Client) -> None:
    reader = operations.reader_for(by=town.resident, at=clock.now())
    token = links.reader_token(reader.pk, reader.mark)
    assert links.reader_by(token) == reader
    assert links.reader_by(token.replace(f"r.{reader.pk}.", f"r.{reader.pk + 1}.")) is None
    Reader.objects.update(mark="another")
    assert links.reader_by(token) is None


def chosen(**changes: str) -> dict[str, Any]:
    ways = {
        f"{channel}_{topic}": "now" if channel == "mail" else "none"
        for channel in ("mail", "push")
        for topic in ("own", "followed", "around", "work", "invited", "alert", "danger")
    }
    return {**ways, "push_danger": "now", "quiet_from": "", "quiet_until": "", **changes}


def test_what_waits_follows_a_new_choice(town: SmallTown, client: Client) -> None:
    at = clock.now()
    problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR).case)
    assert Waiting.objects.get(reader__person=town.resident).pace == "now"
    client.force_login(town.resident)
    sent = chosen(mail_own="daily", quiet_from="22:00", quiet_until="07:00")
    assert client.post(address("settings"), sent).status_code == 302
    assert Waiting.objects.get(reader__person=town.resident).pace == "daily"
    reader = Reader.objects.get(person=town.resident)
    assert reader.quiet_from == dt.time(22)
    assert client.post(address("settings"), chosen(mail_own="hourly")).status_code == 422


def test_danger_to_life_is_stopped_only_by_saying_so(town: SmallTown, client: Client) -> None:
    client.force_login(town.resident)
    silent = chosen(mail_danger="none", mail_alert="none")
    assert client.post(address("settings"), silent).status_code == 422
    assert client.post(address("settings"), {**silent, "sure": "on"}).status_code == 302
    assert Reader.objects.get(person=town.resident).ways["mail"]["danger"] == "none"
    # Anything else is chosen without a word more.
    assert client.post(address("settings"), chosen(mail_alert="none")).status_code == 302


def test_settings_open_by_the_link_of_a_letter(town: SmallTown, client: Client) -> None:
    reader = operations.reader_for(by=town.resident, at=clock.now())
    token = links.reader_token(reader.pk, reader.mark)
    page = client.get(address("settings"), {"token": token})
    assert page.status_code == 200
    assert "calendar" not in page.content.decode()  # the link chooses letters, nothing more
    assert client.post(address("settings"), chosen(token=token)).status_code == 302


def test_a_person_is_collected_and_forgotten(town: SmallTown) -> None:
    from veche.core.notices import personal

    at = clock.now()
    problems.accept(by=town.moderator, at=at, case=town.report(at=at - HOUR).case)
    operations.subscribe(by=town.resident, at=at, wanted=Wanted(theme="pothole"))
    known = personal.collect(town.resident)
    assert len(known["follows"]) == len(known["notices"]) == len(known["subscriptions"]) == 1
    personal.erase(by=town.resident, at=at, person=town.resident)
    assert personal.collect(town.resident) == {}
    assert not Notice.objects.filter(person=town.resident).exists()


@pytest.mark.usefixtures("town")
def test_nobody_has_us_write_to_strangers_by_the_hundred(client: Client) -> None:
    for n in range(12):
        wish = {"place": "west", "theme": "", "email": f"stranger{n}@example.org"}
        answer = client.post(address("subscribe"), wish, REMOTE_ADDR="192.0.2.7")
        assert answer.status_code == (200 if n < 10 else 429), n
    assert Reader.objects.filter(email__startswith="stranger").count() == 10
    wish = {"place": "west", "theme": "", "email": "other@example.org"}
    assert client.post(address("subscribe"), wish, REMOTE_ADDR="192.0.2.8").status_code == 200


def test_an_address_that_was_stopped_can_ask_to_be_told_again(
    town: SmallTown, client: Client
) -> None:
    client.post(asked(client))
    Reader.objects.update(mail_stopped_at=clock.now(), bounces=3)
    mail.outbox.clear()
    client.post(asked(client, place="town"))
    assert Reader.objects.get(email="new@example.org").mail_stopped_at is None
    assert Subscription.objects.count() == 2
