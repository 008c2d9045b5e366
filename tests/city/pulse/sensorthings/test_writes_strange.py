"""Addresses, documents and sources that nothing is written by, and what comes again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cast import SmallTown
from tests.city.pulse.sensorthings.world_writes import System, now, stamp, station
from veche.city.pulse.models import ObservedProperty, Reading, Stream, Thing
from veche.city.pulse.operations.keys import KeyEnded, make_key, withdraw_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(town: SmallTown) -> System:
    return System()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "Cats", 404),
        ("POST", "Things(1", 404),
        ("POST", "Things(1)/Cats", 404),
        ("POST", "Things(77)/Datastreams", 404),
        ("POST", "Things(1)", 405),
        ("DELETE", "Things", 405),
        ("PATCH", "Things", 405),
        ("PATCH", "Things(99999999999999999999)", 404),
        ("PATCH", "Things(9999999999999999999)", 404),
        ("DELETE", "Observations(5)", 404),
        ("DELETE", "Observations(9223372036854775807)", 404),
        ("PATCH", "CreateObservations", 405),
        ("PUT", "Things('x')", 404),
    ],
)
def test_addresses_that_name_nothing(system: System, method: str, path: str, status: int) -> None:
    assert system.ask(method, path, {"name": "x"}).status_code == status


def test_a_source_that_is_off_writes_nothing(system: System) -> None:
    number = system.make("Things", station())
    type(system.source).objects.filter(pk=system.source.pk).update(state="off")
    assert system.said("POST", "Things", station())[0] == 403
    assert system.said("DELETE", f"Things({number})")[0] == 403
    assert system.said("POST", "CreateObservations", [])[0] == 403


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("Things", {"name": "x", "Locations": [{"@iot.id": {}}]}),
        ("Things", {"name": "x", "Locations": [{"@iot.id": 10**30}]}),
        ("Things", {"name": "x", "Datastreams": [{"@iot.id": True}]}),
        ("Things", {"name": "x", "Datastreams": [[1]]}),
        ("Things", {"name": "x", "HistoricalLocations": [{"time": "2026-01-01T00:00:00Z"}]}),
        ("Things", {"name": "x", "MultiDatastreams": [{"name": "y"}]}),
        ("HistoricalLocations", {"time": "2026-02-30T00:00:00Z"}),
        ("HistoricalLocations", {"time": "2026-01-01T00:00:00"}),
        ("HistoricalLocations", {"time": "0001-01-01T00:00:00Z", "Thing": {"name": "x"}}),
        ("Observations", {"result": 1, "Datastream": {"@iot.id": None}}),
        ("Observations", {"result": 1, "Datastream": 5}),
        ("Observations", {"result": 10**400, "Datastream": {"@iot.id": 1}}),
        ("ObservedProperties", {"name": "x", "definition": "y", "MultiDatastreams": [{}]}),
        ("ObservedProperties", {"name": "x", "definition": "y" * 500}),
        ("FeaturesOfInterest", {"name": "x", "encodingType": "z", "feature": {"type": "Polygon"}}),
        ("FeaturesOfInterest", {"name": "x", "encodingType": "z"}),
        ("Sensors", {"name": "x", "encodingType": None, "metadata": 1}),
        ("$batch", {"requests": [{"id": {}, "method": "get", "url": "x"}]}),
        ("CreateObservations", {"value": [5]}),
        ("CreateObservations", [{"Datastream": {"@iot.id": 1}, "components": ["result"]}]),
        ("CreateObservations", [{"Datastream": {}, "components": ["result"], "dataArray": []}]),
    ],
)
def test_strange_documents_are_refused_and_leave_nothing(
    system: System, path: str, document: Any
) -> None:
    status, sentence = system.said("POST", path, document)
    assert status == 400 and sentence
    assert not Thing.objects.exists() and not ObservedProperty.objects.exists()


def test_a_replay_of_an_array_changes_nothing(system: System) -> None:
    stream = Stream.objects.get(thing=system.make("Things", station()))
    rows = [[stamp(n / 60), n] for n in range(1, 4001)]
    array = {
        "Datastream": {"@iot.id": stream.pk},
        "components": ["phenomenonTime", "result"],
        "dataArray": [*rows, *rows[:10]],
    }
    first = json.loads(system.ask("POST", "CreateObservations", [array]).content)
    again = json.loads(system.ask("POST", "CreateObservations", [array]).content)
    assert first == again and first[:10] == first[-10:]
    assert Reading.objects.count() == len(set(first)) == 4000
    system.source.refresh_from_db()
    assert (system.source.taken, system.source.refused) == (4000, 0)


def test_only_a_good_key_writes(system: System, town: SmallTown) -> None:
    answer = system.ask("POST", "Things", station(), Authorization="")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    for header in ("Bearer vk_no", "Basic !!", "Digest x", "Basic bm86bm8="):
        assert system.ask("POST", "Things", station(), Authorization=header).status_code == 401
    withdraw_key(by=None, at=now(), key=system.key)
    assert system.ask("POST", "Things", station()).status_code == 401
    with pytest.raises(KeyEnded):
        withdraw_key(by=None, at=now(), key=system.key)
    assert Thing.objects.count() == 0
    key, told = make_key(by=None, at=now(), source=system.source, name="new")
    assert told not in str(vars(key))


@pytest.mark.parametrize("way", ["wide", "deep"])
def test_a_patch_that_copies_itself_has_an_end(system: System, way: str) -> None:
    """Each step twice as much as the one before, side by side or in itself."""
    text = {"text": "x" * 1_000}
    number = system.make("Things", station(properties=text if way == "wide" else {}))
    steps, path = [], "/properties"
    for n in range(26 if way == "wide" else 12):
        to = f"/properties/a{n}" if way == "wide" else f"{path}/a"
        steps.append({"op": "copy", "from": "/properties", "path": to})
        if way == "deep":
            path = "/properties" + "/a" * (2 ** (n + 1) - 1)
    kind = "application/json-patch+json"
    assert system.ask("PATCH", f"Things({number})", steps, kind).status_code == 400
    assert Thing.objects.get(pk=number).properties in (text, {})
