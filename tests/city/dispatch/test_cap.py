"""Alerts as CAP 1.2: every one fits the schema, whatever was written; ours reads what ours says."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import START, SmallTown, box, small_town
from tests.city.dispatch.saying import HOUR, SCHEMA, contents, everywhere, published
from veche import clock
from veche.city.dispatch import cap
from veche.city.dispatch.alert_contents import CATEGORIES, RESPONSES, Contents
from veche.city.dispatch.models import Alert
from veche.city.dispatch.operations import alerts
from veche.city.pulse.connectors.base import Asked
from veche.city.pulse.connectors.cap.read import DRILL, REAL, read
from veche.errors import Invalid

ZONE = ZoneInfo("Europe/Samara")
_N = {"c": cap.NAMESPACE}
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="the schema lies beside the project")


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema of OASIS, read once."""
    return pytest.importorskip("xmlschema").XMLSchema(str(SCHEMA))


@pytest.fixture
def town(db: None) -> SmallTown:
    """The small town."""
    return small_town()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dt.datetime]]:
    """A clock that stands until it is moved."""
    moments = [START]
    monkeypatch.setattr(clock, "now", lambda: moments[0])
    yield moments


def envelope(**more: Any) -> cap.Envelope:
    """An alert of a town for tests."""
    usual: dict[str, Any] = {
        "identifier": "veche-2026-000001-1",
        "sender": "veche@localhost",
        "sent": START,
        "status": "Actual",
        "type": "Alert",
        "references": "",
        "web": everywhere("https://town.example/alerts/1/"),
        "names": everywhere("Town"),
    }
    return cap.Envelope(**{**usual, **more})


WEST = cap.Place("west", everywhere("West"), box(49.0, 53.0, 49.5, 54.0))


@needs_schema
def test_an_alert_fits_the_schema_and_says_what_was_said(schema: Any) -> None:
    made = cap.write(envelope(), contents(), [WEST], ZONE)
    schema.validate(made.decode())
    root = ET.fromstring(made)
    assert root.findtext("c:sent", "", _N) == "2026-11-16T10:00:00+04:00"
    infos = root.findall("c:info", _N)
    assert [one.findtext("c:language", "", _N) for one in infos] == ["en", "ru", "zh-Hans"]
    assert infos[1].findtext("c:headline", "", _N) == "Water in the streets of the west (р)"
    polygon = infos[0].findtext("c:area/c:polygon", "", _N).split()
    assert polygon[0] == polygon[-1] == "53.00000,49.00000"  # latitude first, closed
    assert infos[0].findtext("c:area/c:geocode/c:value", "", _N) == "west"


@needs_schema
def test_a_circle_stands_in_place_of_the_outline(schema: Any) -> None:
    made = cap.write(envelope(), contents(circle=(49.25, 53.5, 1.5)), [WEST], ZONE)
    schema.validate(made.decode())
    area = ET.fromstring(made).find("c:info/c:area", _N)
    assert area is not None and area.find("c:polygon", _N) is None
    assert area.findtext("c:circle", "", _N) == "53.50000,49.25000 1.500"


@needs_schema
def test_a_rough_coast_is_drawn_with_fewer_points(schema: Any) -> None:
    rough = [[49 + n / 4000, 53 + (n % 2) / 1000] for n in range(2000)]
    ring = [*rough, [49.5, 54.0], [49.0, 54.0], rough[0]]
    place = cap.Place("west", everywhere("W"), {"type": "Polygon", "coordinates": [ring]})
    made = cap.write(envelope(), contents(), [place], ZONE)
    schema.validate(made.decode())
    drawn = ET.fromstring(made).findtext("c:info/c:area/c:polygon", "", _N).split()
    assert 4 <= len(drawn) <= cap.MOST_POINTS + 1
    assert drawn[0] == drawn[-1]


words = st.text(min_size=0, max_size=400) | st.sampled_from(
    ["洪水预警：请远离河岸。" * 9, "🌊🚨" * 40, "a\x00b\x0bc\ufffe\ud800]]>&<b>", "й" * 160, " "]
)


@needs_schema
@settings(max_examples=150, deadline=None)
@given(
    event=words, headline=words, description=words, instruction=words, contact=words,
    category=st.sampled_from(CATEGORIES), response=st.sampled_from(RESPONSES),
    minutes=st.integers(min_value=-10, max_value=60 * 24 * 9),
)  # fmt: skip
def test_whatever_is_written_is_refused_or_fits(
    schema: Any, event: str, headline: str, description: str, instruction: str, contact: str,
    category: str, response: str, minutes: int,
) -> None:  # fmt: skip
    """Control characters, Chinese, emoji, halves of characters, long and empty texts."""
    same = {"event": event, "headline": headline, "description": description,
            "instruction": instruction}  # fmt: skip
    said: dict[str, Any] = {
        name: {"en": text, "ru": text, "zh": text} for name, text in same.items()
    }
    wanted = contents(
        **said,
        contact=contact,
        category=category,
        response=response,
        expires=START + dt.timedelta(minutes=minutes),
    )
    try:
        checked = wanted.checked(START)
    except Invalid as fault:
        assert fault.code in {"alert-hours", "text-length", "alert-languages"}
        return
    assert Contents.from_json(checked.to_json()) == checked
    made = cap.write(envelope(), checked, [WEST], ZONE)
    schema.validate(made.decode())
    assert len(checked.headline["zh"]) <= 160


def test_every_published_alert_of_a_chain_fits_and_stays(
    town: SmallTown, schema: Any, now: list[dt.datetime]
) -> None:
    first = published(town)
    series = first.series
    draft = alerts.begin_update(by=town.dispatcher, at=START + HOUR, series=series)
    changed = contents(START + HOUR, headline=everywhere("Higher than was thought"))
    alerts.rewrite(by=town.dispatcher, at=START + HOUR, draft=draft, contents=changed)
    second = alerts.publish(by=town.dispatcher, at=START + HOUR, draft=draft)
    third = alerts.cancel(
        by=town.dispatcher, at=START + 2 * HOUR, series=series, why=everywhere("It is dry.")
    )
    if SCHEMA.exists():
        for one in (first, second, third):
            schema.validate(one.xml)
    assert [one.type for one in (first, second, third)] == ["Alert", "Update", "Cancel"]
    references = ET.fromstring(third.xml).findtext("c:references", "", _N).split()
    assert references == [
        f"{one.sender},{one.identifier},{cap.moment(one.sent, ZONE)}" for one in (first, second)
    ]
    for one in Alert.objects.all():
        assert one.digest == hashlib.sha256(one.xml.encode()).hexdigest()


def test_the_address_of_an_alert_gives_the_same_bytes_for_ever(
    town: SmallTown, client: Client, now: list[dt.datetime]
) -> None:
    made = published(town)
    now[0] = START + 100 * HOUR
    answer = client.get(f"/cap/{made.identifier}.xml")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/cap+xml")
    assert hashlib.sha256(answer.content).hexdigest() == made.digest
    assert client.get("/cap/veche-2026-999999-1.xml").status_code == 404


def _fetch(client: Client) -> Any:
    def fetch(address: str, headers: Any = None) -> bytes:
        parts = urlsplit(address)
        answer = client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        assert answer.status_code == 200, address
        return answer.content

    return fetch


def test_our_own_reader_reads_our_feed(
    town: SmallTown, client: Client, now: list[dt.datetime]
) -> None:
    """What we say to the world another city of ours hears, with its severity and its end."""
    grave = published(town, severity="Severe")
    slight = published(town, START + dt.timedelta(minutes=1), severity="Minor")
    published(town, status="Exercise", severity="Severe")
    now[0] = START + dt.timedelta(minutes=5)
    asked = Asked(
        settings={"address": "http://testserver/cap/active.atom"},
        secrets={},
        at=now[0],
        fetch=_fetch(client),
    )
    found = read(asked)
    got = {one.result["identifier"]: one for one in found.measured}
    assert set(got) == {grave.identifier, slight.identifier}
    assert got[grave.identifier].number == 3 and got[slight.identifier].number == 1
    assert {one.property for one in found.measured} == {REAL} != {DRILL}
    assert got[grave.identifier].at == grave.sent
    alerts.cancel(by=town.dispatcher, at=START + HOUR, series=grave.series,
                  why=everywhere("It is dry."))  # fmt: skip
    now[0] = START + 2 * HOUR
    cancelled = [one for one in read(asked).measured if one.result["msgType"] == "Cancel"]
    assert [one.number for one in cancelled] == [0.0]
    now[0] = START + 7 * HOUR
    assert not read(asked).measured  # all over by themselves


def test_lists_and_feeds_are_for_everybody_and_by_place(
    town: SmallTown, client: Client, now: list[dt.datetime]
) -> None:
    made = published(town)
    now[0] = START + dt.timedelta(minutes=1)
    here = client.get("/cap/active.json", {"place": "west"}).json()["alerts"]
    assert [one["identifier"] for one in here] == [made.identifier]
    assert here[0]["headline"]["zh"].endswith("（中）") and here[0]["sha256"] == made.digest
    assert client.get("/cap/active.json", {"place": "east"}).json() == {"alerts": []}
    assert len(client.get("/cap/active.json", {"place": "town"}).json()["alerts"]) == 1
    feed = ET.fromstring(client.get("/cap/all.atom", {"lang": "zh-hans"}).content)
    entry = feed.find("{http://www.w3.org/2005/Atom}entry")
    assert entry is not None
    links = entry.findall("{http://www.w3.org/2005/Atom}link")
    assert links[0].get("type") == "application/cap+xml"
    assert (entry.findtext("{http://www.w3.org/2005/Atom}title") or "").endswith("（中）")
