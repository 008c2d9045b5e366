"""Pages of sources and agreements: open to all, acted on by stewards; and the door for events."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.test_agreements import agree
from tests.city.pulse.test_sources import connect
from veche.city.pulse.connectors import base
from veche.city.pulse.models import Agreement, Reading, Refusal, Source, SourceKey
from veche.city.pulse.operations import keys, looks, polling

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """The city's clock stands still."""
    moment = START + dt.timedelta(minutes=1)
    monkeypatch.setattr("veche.clock.now", lambda: moment)
    return moment


def signed_in(person: Any) -> Client:
    """A browser of somebody."""
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_everybody_reads_the_catalogue(town: SmallTown, at: dt.datetime, language: str) -> None:
    """Silent before fresh, the words of the state, never a good tone for silence."""
    fresh, silent = connect(town, public=True), connect(town, "cap")
    Source.objects.filter(pk=fresh.pk).update(state="fresh", seen_at=at)
    # What the timer kept is an hour old: the page says what is true now.
    Source.objects.filter(pk=silent.pk).update(state="fresh", seen_at=at - dt.timedelta(hours=1))
    page = Client().get(f"/{language}/pulse/sources/").content.decode()
    rows = page[page.index('id="h-list"') :]
    assert rows.index("roads-cap") < rows.index("roads-http_poll")
    assert 'class="state stale"' in rows
    assert rows.count('class="state good"') == 1
    only = Client().get(f"/{language}/pulse/sources/?state=stale&q=road").content.decode()
    assert "roads-http_poll/" not in only
    assert "roads-cap/" in only


@pytest.mark.parametrize(
    "query", ["?page=99999999999999999999", "?page=-1", "?q=%25%5C_%27", "?q=%00x", "?state=x"]
)
def test_any_choice_is_answered(town: SmallTown, at: dt.datetime, query: str) -> None:
    """Whatever stands in the address."""
    connect(town)
    assert Client().get(f"/en/pulse/sources/{query}").status_code == 200
    assert Client().get(f"/en/pulse/sources.csv{query}").status_code == 200


def test_names_of_readers_are_for_readers(town: SmallTown, at: dt.datetime) -> None:
    """Who looked stands there for those who may look; others are told that it is written down."""
    made = connect(town)
    looks.note_look(by=town.operator, at=at, sources=[made.pk], what="/pulse/map")
    address = f"/en/pulse/sources/{made.code}/"
    assert "/pulse/map" not in Client().get(address).content.decode()
    assert "/pulse/map" not in signed_in(town.resident).get(address).content.decode()
    assert "/pulse/map" in signed_in(town.officer).get(address).content.decode()


def form_of(connector: str, **more: str) -> dict[str, str]:
    """What a steward types."""
    settings = {f"set_{n}": str(v) for n, v in base.simulator(connector).SETTINGS.items()}
    return {
        "name_en": "Weather", "code": "weather", "owner": "roads", "purpose": "To warn of ice.",
        "cadence": "600", "fresh_for": "1800", "retention_days": "30", "set_token": "t0ken-9",
        **settings, **more,
    }  # fmt: skip


def test_a_system_is_read_before_it_is_saved(
    town: SmallTown, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test shows what came and saves nothing; what cannot be read is not connected."""
    browser, address = signed_in(town.steward), "/en/pulse/connect/http_poll/"
    refused = browser.post(
        address, form_of("http_poll", set_address="http://127.0.0.1:1/", save="1")
    )
    assert refused.status_code == 422
    assert "may not reach" in refused.content.decode()
    answer = base.simulated("http_poll", at)
    monkeypatch.setattr("veche.city.pulse.connectors.net.fetch", answer)
    tested = browser.post(address, form_of("http_poll", test="1"))
    assert tested.status_code == 200
    assert "air-temperature" in tested.content.decode()
    assert not Source.objects.exists()
    assert browser.post(address, form_of("http_poll", save="1")).status_code == 302
    made = Source.objects.get()
    assert [part["name"] for part in made.schema] == [
        "air-temperature", "humidity", "wind-speed",
    ]  # fmt: skip
    assert "token" not in made.settings
    assert b"t0ken-9" not in bytes(made.secret or b"")
    page = browser.get(f"/en/pulse/sources/{made.code}/settings/").content.decode()
    assert "t0ken-9" not in page
    again = form_of("http_poll", set_token="••••••", cadence="900")
    assert browser.post(f"/en/pulse/sources/{made.code}/settings/", again).status_code == 302
    kept = Source.objects.get()
    assert kept.cadence == 900
    assert polling.asked_of(kept, at).secrets == {"token": "t0ken-9"}


@pytest.mark.parametrize("path", ["connect/", "connect/cap/", "connect/door/", "agree/"])
def test_only_stewards_open_the_forms(town: SmallTown, at: dt.datetime, path: str) -> None:
    """A visitor is asked to sign in, an officer refused."""
    assert Client().get(f"/en/pulse/{path}").status_code == 302
    assert signed_in(town.officer).get(f"/en/pulse/{path}").status_code == 403
    assert signed_in(town.steward).get(f"/en/pulse/{path}").status_code == 200
    assert signed_in(town.steward).get("/en/pulse/connect/none/").status_code == 404


def test_a_key_is_shown_once(town: SmallTown, at: dt.datetime) -> None:
    """In the answer and nowhere else; withdrawn it is good no longer."""
    made, browser = connect(town, "webhook"), signed_in(town.steward)
    page = browser.post(f"/en/pulse/sources/{made.code}/keys/", {"name": "Garage"})
    told = page.content.decode().split('<code class="command">')[1].split("<")[0]
    assert told not in browser.get(f"/en/pulse/sources/{made.code}/").content.decode()
    assert send(made.code, told, base.simulator("webhook").answer("", at)).status_code == 202
    number = SourceKey.objects.get().pk
    browser.post(f"/en/pulse/sources/{made.code}/keys/{number}/")
    assert send(made.code, told, b"{}").status_code == 401


def test_diagnostics_hold_no_secret(town: SmallTown, at: dt.datetime) -> None:
    """Neither the sealed ones nor those that were written where none belongs."""
    made = connect(town, secrets={"token": "s3cr3t"})
    Source.objects.filter(pk=made.pk).update(
        settings={
            "address": "https://u:s3cr3t@a.example/x?api_key=s3cr3t&day=1",
            "query": "host=a password=s3cr3t",
            "api_token": "s3cr3t",
        }
    )
    keys.make_key(by=town.steward, at=at, source=made, name="Garage")
    address = f"/en/pulse/sources/{made.code}/diagnostics.json"
    answer = signed_in(town.steward).get(address)
    assert b"s3cr3t" not in answer.content
    told = json.loads(answer.content)
    assert told["secrets"] == ["token"]
    assert "day=1" in told["settings"]["address"]
    assert signed_in(town.officer).get(address).status_code == 403


def send(code: str, key: str, body: bytes, **heads: str) -> Any:
    """What a system sends to our door."""
    more = {"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {}
    return Client().post(
        f"/hooks/{code}", body, content_type="application/cloudevents+json", **more, **heads
    )


def test_events_come_in_by_the_door(town: SmallTown, at: dt.datetime) -> None:
    """One, a batch, one in the headers; the same again is known again."""
    made = connect(town, "webhook")
    _key, told = keys.make_key(by=town.steward, at=START, source=made, name="Garage")
    body = base.simulator("webhook").answer("", START)
    assert send(made.code, told, body).json() == {"taken": 2, "repeated": 0, "refused": {}}
    assert send(made.code, told, body).json() == {"taken": 0, "repeated": 2, "refused": {}}
    event = json.loads(body)
    later = {**event, "time": "2026-11-16T05:00:00Z"}
    assert send(made.code, told, json.dumps([event, later]).encode()).json()["taken"] == 2
    binary = Client().post(
        f"/hooks/{made.code}",
        json.dumps({"free": 3}).encode(),
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {told}", "ce-specversion": "1.0", "ce-id": "9",
            "ce-source": "/g", "ce-type": "t", "ce-subject": "garage-1",
            "ce-time": "2026-11-16T04:00:00Z",
        },
    )  # fmt: skip
    assert binary.json()["taken"] == 1
    assert Reading.objects.count() == 5


def test_the_door_refuses_in_words(town: SmallTown, at: dt.datetime) -> None:
    """No key, another's key, garbage (counted), too much, another way; and asks of senders."""
    made, other = connect(town, "webhook"), connect(town, "alertmanager")
    _key, told = keys.make_key(by=town.steward, at=START, source=made, name="Garage")
    assert send(made.code, "", b"{}").status_code == 401
    assert send(made.code, "vk_wrong", b"{}").status_code == 401
    assert send(other.code, told, b"{}").status_code == 403
    for body in (b"", b"\xff", b"{}", b"[1]", b'{"specversion":"1.0"}', b"[" * 90_000):
        assert send(made.code, told, body).status_code in (400, 207)
    assert Refusal.objects.get(source=made).count >= 5
    assert send(made.code, told, b"x" * 1_000_001).status_code == 413
    assert Client().get(f"/hooks/{made.code}").status_code == 405
    asked = Client().options(f"/hooks/{made.code}", headers={"WebHook-Request-Origin": "a.example"})
    assert asked["WebHook-Allowed-Origin"] == "a.example"


def test_an_agreement_is_written_changed_and_ended(town: SmallTown, at: dt.datetime) -> None:
    """By a steward at a form; the page says who gives what until when."""
    browser = signed_in(town.steward)
    form = {
        "name_en": "Air data", "code": "air", "giver": "", "giver_name": "The university",
        "taker": "roads", "since": "2026-01-01", "until": "2026-12-01", "purpose": "Dust",
        "gives": "pm25\npm10",
    }  # fmt: skip
    assert browser.post("/en/pulse/agree/", {**form, "giver_name": ""}).status_code == 422
    assert browser.post("/en/pulse/agree/", form).status_code == 302
    page = Client().get("/en/pulse/agreements/air/").content.decode()
    assert "The university" in page
    assert "pm10" in page
    assert "ends soon" in page
    change = {**form, "until": "2027-12-01", "gives": "pm25"}
    assert browser.post("/en/pulse/agreements/air/change/", change).status_code == 302
    assert Agreement.objects.get().fields == ["pm25"]
    assert "in force" in Client().get("/en/pulse/agreements/").content.decode()
    assert browser.post("/en/pulse/agreements/air/end/", {"why": ""}).status_code == 422
    assert browser.post("/en/pulse/agreements/air/end/", {"why": "Over"}).status_code == 302
    assert "Over" in Client().get("/en/pulse/agreements/air/").content.decode()
    assert Client().get("/en/pulse/agreements.csv").status_code == 200
    assert Client().get("/en/pulse/agreements/none/").status_code == 404


def test_few_statements_whatever_the_number(
    town: SmallTown, at: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    """The catalogue of ten asks no more than the catalogue of one."""
    for name in base.NAMES:
        connect(town, name)
    agree(town)
    Client().get("/en/pulse/sources/")
    with django_assert_max_num_queries(8):
        Client().get("/en/pulse/sources/?q=r")


def test_what_other_machines_said_is_not_everybodys(town: SmallTown, at: dt.datetime) -> None:
    """A fault may name machines of an office's own network, and tables of its database."""
    made = connect(town)
    told = base.Fault("The machine {host} cannot be found.", host="db7.inner.roads").kept()
    type(made).objects.filter(pk=made.pk).update(problem=told)
    pages = ("/en/pulse/sources/", f"/en/pulse/sources/{made.code}/")
    for page in pages:
        assert "db7.inner" not in Client().get(page).content.decode()
        assert "db7.inner" in signed_in(town.steward).get(page).content.decode()
    assert "db7.inner" in signed_in(town.officer).get(pages[1]).content.decode()
