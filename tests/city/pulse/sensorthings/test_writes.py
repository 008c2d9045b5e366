"""Entities made, changed and removed by the systems whose they are."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.cast import SmallTown
from tests.city.pulse.sensorthings.world_writes import (
    POINT,
    System,
    now,
    stamp,
    station,
    stream_document,
)
from veche.city.pulse.models import (
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Reading,
    Refusal,
    Sensor,
    Stream,
    Thing,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(town: SmallTown) -> System:
    return System()


def test_a_deep_insert_makes_everything_at_once(system: System) -> None:
    inner = stream_document(
        Observations=[
            {"result": 21.5, "phenomenonTime": stamp(2)},
            {"result": 22, "phenomenonTime": stamp(1)},
        ]
    )
    number = system.make("Things", station(Datastreams=[inner]))
    thing = Thing.objects.get(pk=number)
    assert thing.source == system.source
    assert (thing.longitude, thing.latitude) == (37.6, 55.7)
    stream = Stream.objects.get(thing=thing)
    assert stream.property is not None and stream.property.name == "Air temperature"
    readings = Reading.objects.filter(stream=stream).order_by("at")
    assert [one.number for one in readings] == [21.5, 22.0]
    [feature] = FeatureOfInterest.objects.all()
    assert feature.feature == POINT
    assert {one.feature_id for one in readings} == {feature.pk}
    assert HistoricalLocation.objects.get(thing=thing).locations.get().location == POINT
    stream.refresh_from_db()
    assert stream.latest == 22.0


def test_links_lead_to_what_is_there(system: System) -> None:
    number = system.make("Things", station())
    stream = Stream.objects.get(thing=number)
    document = stream_document(
        Thing={"@iot.id": number},
        Sensor={"@iot.id": stream.sensor_id},
        ObservedProperty={"@iot.id": stream.property_id},
    )
    second = Stream.objects.get(pk=system.make("Datastreams", document))
    assert (second.thing_id, second.sensor_id) == (number, stream.sensor_id)
    third = system.make(f"Things({number})/Datastreams", document | {"Thing": None})
    assert Stream.objects.get(pk=third).thing_id == number
    assert Sensor.objects.count() == 1


def test_what_is_inside_out_is_made_as_well(system: System) -> None:
    location = station()["Locations"][0] | {"Things": [{"name": "Pole", "description": ""}]}
    number = system.make("Locations", location)
    thing = Thing.objects.get()
    assert thing.locations.get().pk == number
    sensor = stream_document()["Sensor"] | {
        "Datastreams": [stream_document(Thing={"@iot.id": thing.pk}) | {"Sensor": None}]
    }
    made = system.make("Sensors", sensor)
    assert Stream.objects.get().sensor_id == made


@pytest.mark.parametrize(
    ("path", "document", "sentence"),
    [
        ("Things", {"description": "nameless"}, "“name” is missing."),
        ("Things", {"name": 5}, "“name” must be a text."),
        ("Things", {"name": "x" * 300}, "“name” is longer than 255 characters."),
        ("Things", {"name": "x", "properties": []}, "“properties” must be an object."),
        ("Things", [], "“body” must be an object."),
        ("Things", {"name": "x", "Locations": {}}, "“Locations” must be a list."),
        (
            "Things",
            {"name": "x", "Locations": [{"@iot.id": 999}]},
            "“Locations” leads to nothing that could be linked: 999.",
        ),
        ("Datastreams", stream_document(), "“Thing” is missing."),
        ("Observations", {"result": 1}, "“Datastream” is missing."),
        (
            "Locations",
            {"name": "x", "encodingType": "a", "location": {"type": "Point", "coordinates": [1]}},
            "“coordinates” must be a list.",
        ),
        (
            "Locations",
            {
                "name": "x",
                "encodingType": "a",
                "location": {"type": "Point", "coordinates": [200, 1]},
            },
            "“coordinates” must be a number.",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    system: System, path: str, document: Any, sentence: str
) -> None:
    assert system.said("POST", path, document) == (400, sentence)
    assert Thing.objects.count() == Location.objects.count() == Sensor.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"name": "a\\u0000"}',
        b'{"name": "a\\ud800"}',
        b'{"name": "a", "properties": {"x": NaN}}',
        b'{"name": "a", "properties": {"x": 1e999}}',
        b'{"name": "a", "properties": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}",
        b"[" * 100_000,
    ],
)
def test_what_no_database_can_keep_is_unreadable(system: System, body: bytes) -> None:
    said = system.said("POST", "Things", body)
    assert said == (400, "What was sent cannot be read as JSON.")


def test_another_sources_things_are_not_to_be_touched(system: System) -> None:
    number = system.make("Things", station())
    stream = Stream.objects.get(thing=number)
    other = System()
    assert other.said("PATCH", f"Things({number})", {"name": "mine"})[0] == 403
    assert other.said("DELETE", f"Things({number})")[0] == 403
    assert other.said("POST", f"Things({number})/Datastreams", stream_document())[0] == 403
    document = stream_document(Thing={"@iot.id": number})
    assert other.said("POST", "Datastreams", document)[0] == 400
    told = other.said("POST", f"Datastreams({stream.pk})/Observations", {"result": 1})
    assert told[0] == 403
    assert not Reading.objects.exists()


def test_a_patch_merges_and_takes_away(system: System) -> None:
    number = system.make("Things", station())
    answer = system.ask("PATCH", f"Things({number})", {"description": None, "properties": {"a": 1}})
    assert answer.status_code == 200
    thing = Thing.objects.get(pk=number)
    assert (thing.name, thing.description, thing.properties) == ("Station", "", {"a": 1})
    assert system.said("PATCH", f"Things({number})", {"name": None})[0] == 400


def test_a_json_patch_changes_what_it_points_at(system: System) -> None:
    number = system.make("Things", station())
    steps = [{"op": "replace", "path": "/properties/district", "value": "North"}]
    kind = "application/json-patch+json"
    assert system.ask("PATCH", f"Things({number})", steps, kind).status_code == 200
    assert Thing.objects.get(pk=number).properties == {"district": "North"}
    for bad in (
        [{"op": "replace", "path": "/nowhere/at", "value": 1}],
        [{"op": "test", "path": "/name", "value": "Other"}],
        [{"op": "sing", "path": "/name"}],
        [{"op": "remove", "path": 5}],
        [{"op": "remove", "path": "/name"}],
        [{"op": "replace", "path": "", "value": 7}],
        [5],
    ):
        assert system.ask("PATCH", f"Things({number})", bad, kind).status_code == 400, bad
    assert Thing.objects.get(pk=number).name == "Station"


def test_a_put_is_the_whole_entity(system: System) -> None:
    number = system.make("Things", station())
    assert system.ask("PUT", f"Things({number})", {"name": "New"}).status_code == 200
    thing = Thing.objects.get(pk=number)
    assert (thing.name, thing.description, thing.properties) == ("New", "", None)
    assert thing.locations.count() == 1
    assert system.said("PUT", f"Things({number})", {"description": "x"})[0] == 400


def test_a_new_location_makes_the_old_one_history(system: System) -> None:
    number = system.make("Things", station())
    second = station()["Locations"][0] | {"location": {"type": "Point", "coordinates": [38, 56]}}
    made = system.make(f"Things({number})/Locations", second)
    thing = Thing.objects.get(pk=number)
    assert [one.pk for one in thing.locations.all()] == [made]
    assert thing.longitude == 38
    assert HistoricalLocation.objects.filter(thing=thing).count() == 2
    system.ask("PATCH", f"Locations({made})", {"location": POINT})
    assert Thing.objects.get(pk=number).longitude == 37.6
    words_only = {"name": "a", "encodingType": "text/plain", "location": "Mill Lane 3"}
    system.make(f"Things({number})/Locations", words_only)
    assert thing.locations.count() == 2
    assert Thing.objects.get(pk=number).longitude == 37.6


def test_a_newer_history_says_where_the_thing_is(system: System) -> None:
    number = system.make("Things", station())
    place = system.make("Locations", station()["Locations"][0] | {"name": "Cellar"})
    history = {"time": stamp(-1), "Thing": {"@iot.id": number}, "Locations": [{"@iot.id": place}]}
    system.make("HistoricalLocations", history)
    assert Thing.objects.get(pk=number).locations.get().name == "Cellar"
    older = history | {"time": stamp(600), "Locations": [station()["Locations"][0]]}
    system.make("HistoricalLocations", older)
    assert Thing.objects.get(pk=number).locations.get().name == "Cellar"


def test_removing_takes_what_cannot_be_without_it(system: System) -> None:
    inner = stream_document(Observations=[{"result": 1.5, "phenomenonTime": stamp(1)}])
    number = system.make("Things", station(Datastreams=[inner]))
    location = Location.objects.get()
    assert system.ask("DELETE", f"Locations({location.pk})").status_code == 200
    assert Thing.objects.get(pk=number).longitude is None
    assert system.ask("DELETE", f"Things({number})").status_code == 200
    for model in (Thing, Stream, Reading, HistoricalLocation):
        assert not model.objects.exists(), model
    assert Sensor.objects.exists()
    assert system.said("DELETE", f"Things({number})")[0] == 404


def test_a_property_takes_its_streams(system: System) -> None:
    system.make("Things", station())
    measured = ObservedProperty.objects.get()
    assert system.ask("DELETE", f"ObservedProperties({measured.pk})").status_code == 200
    assert not Stream.objects.exists()
    assert Thing.objects.exists()


def test_the_citys_properties_bring_their_unit_and_limits(system: System) -> None:
    city = ObservedProperty.objects.create(
        code="air-temperature",
        name="Air temperature",
        definition="urn:x",
        properties={"unit": "°C", "low": -60, "high": 60},
    )
    link = {"@iot.id": city.pk}
    number = system.make("Things", station(Datastreams=[stream_document(ObservedProperty=link)]))
    stream = Stream.objects.get(thing=number)
    assert (stream.low, stream.high) == (-60, 60)
    wrong = stream_document(
        ObservedProperty=link,
        unitOfMeasurement={"name": "kelvin", "symbol": "K", "definition": "ucum:K"},
    )
    told = system.said("POST", f"Things({number})/Datastreams", wrong)
    assert told == (400, "The city measures “Air temperature” in °C, not in K.")
    assert system.said("PATCH", f"ObservedProperties({city.pk})", {"name": "x"})[0] == 403
    kelvins = {"unitOfMeasurement": wrong["unitOfMeasurement"]}
    assert system.said("PATCH", f"Datastreams({stream.pk})", kelvins)[0] == 400
    own = system.make("Datastreams", stream_document(Thing={"@iot.id": number}) | kelvins)
    assert system.said("PATCH", f"Datastreams({own})", {"ObservedProperty": link})[0] == 400
    celsius = {"unitOfMeasurement": stream.unit, "ObservedProperty": link}
    assert system.ask("PATCH", f"Datastreams({own})", celsius).status_code == 200
    assert Stream.objects.get(pk=own).high == 60
    told = system.said("POST", f"Datastreams({stream.pk})/Observations", {"result": 900})
    assert told[0] == 400 and "broken sensor" in told[1]
    assert Refusal.objects.get(source=system.source, reason="range").count == 1


def test_readings_that_cannot_be_true_are_refused_and_counted(system: System) -> None:
    stream = Stream.objects.get(thing=system.make("Things", station()))
    path = f"Datastreams({stream.pk})/Observations"
    assert system.said("POST", path, {"result": 1, "phenomenonTime": stamp(-600)})[0] == 400
    assert system.said("POST", path, {"result": 1, "phenomenonTime": stamp(2 * 525_600)})[0] == 400
    assert system.said("POST", path, {"result": None})[0] == 400
    assert system.said("POST", path, {"result": 1, "phenomenonTime": "yesterday"})[0] == 400
    assert system.said("POST", path, b'{"result": NaN}')[0] == 400
    counted = dict(Refusal.objects.values_list("reason", "count"))
    assert counted["future"] == counted["old"] == counted["empty"] == 1
    assert not Reading.objects.exists()


def test_a_reading_sent_again_is_the_same_one(system: System) -> None:
    stream = Stream.objects.get(thing=system.make("Things", station()))
    document = {"result": 5, "phenomenonTime": stamp(1), "Datastream": {"@iot.id": stream.pk}}
    assert system.make("Observations", document) == system.make("Observations", document)
    assert Reading.objects.count() == 1


def test_a_reading_is_corrected_and_keeps_its_number_within_its_day(system: System) -> None:
    stream = Stream.objects.get(thing=system.make("Things", station()))
    noon = (now() - dt.timedelta(days=2)).replace(hour=12, minute=0)
    path = f"Datastreams({stream.pk})/Observations"
    number = system.make(path, {"result": 5, "phenomenonTime": noon.isoformat()})
    system.make(path, {"result": 7, "phenomenonTime": (noon - dt.timedelta(hours=5)).isoformat()})
    answer = system.ask("PATCH", f"Observations({number})", {"result": 6})
    assert answer.status_code == 200 and json.loads(answer.content)["result"] == 6
    moved = {"phenomenonTime": (noon - dt.timedelta(hours=1)).isoformat()}
    answer = system.ask("PATCH", f"Observations({number})", moved)
    assert json.loads(answer.content)["@iot.id"] == number
    clash = {"phenomenonTime": (noon - dt.timedelta(hours=5)).isoformat()}
    assert system.said("PATCH", f"Observations({number})", clash)[0] == 409
    stream.refresh_from_db()
    assert stream.latest == 6
    before = {"phenomenonTime": (noon - dt.timedelta(days=1)).isoformat()}
    answer = system.ask("PATCH", f"Observations({number})", before)
    now_number = json.loads(answer.content)["@iot.id"]
    assert now_number != number and f"({now_number})" in answer["Location"]
    assert now_number >> 37 == (number >> 37) - 1
    assert system.said("PATCH", f"Observations({number})", {"result": 6})[0] == 404
    stream.refresh_from_db()
    assert stream.latest == 7
    assert system.ask("DELETE", f"Observations({now_number})").status_code == 200
    assert Reading.objects.count() == 1


def test_streams_of_several_results(system: System) -> None:
    units = [
        {"name": "degree", "symbol": "°C", "definition": "ucum:Cel"},
        {"name": "percent", "symbol": "%", "definition": "ucum:%"},
    ]
    number = system.make("Things", station(Datastreams=[]))
    inner = stream_document()
    document = {
        "name": "Weather",
        "unitOfMeasurements": units,
        "multiObservationDataTypes": [inner["observationType"]] * 2,
        "ObservedProperties": [
            inner["ObservedProperty"],
            inner["ObservedProperty"] | {"name": "Humidity"},
        ],
        "Sensor": inner["Sensor"],
        "Thing": {"@iot.id": number},
    }
    made = system.make("MultiDatastreams", document)
    stream = Stream.objects.get(pk=made)
    assert [part.property.name for part in stream.parts.all()] == ["Air temperature", "Humidity"]
    assert stream.observation_type.endswith("OM_ComplexObservation")
    path = f"MultiDatastreams({made})/Observations"
    system.make(path, {"result": [21, 55], "phenomenonTime": stamp(1)})
    assert Reading.objects.get().result == [21, 55]
    assert system.said("POST", path, {"result": [21]})[0] == 400
    assert system.said("POST", path, {"result": 21})[0] == 400
    wrong: list[dict[str, Any]] = [
        {"unitOfMeasurements": units[:1]},
        {"multiObservationDataTypes": []},
        {"ObservedProperties": document["ObservedProperties"][:1]},
        {"unitOfMeasurements": {}},
    ]
    for broken in wrong:
        assert system.said("POST", "MultiDatastreams", document | broken)[0] == 400, broken
    assert Stream.objects.count() == 1
    assert system.said("PATCH", f"MultiDatastreams({made})", {"unitOfMeasurements": []})[0] == 400
    humidity = stream.parts.all()[1].property_id
    assert system.ask("DELETE", f"ObservedProperties({humidity})").status_code == 200
    assert not Stream.objects.exists()


def test_arrays_are_answered_row_by_row(system: System) -> None:
    stream = Stream.objects.get(thing=system.make("Things", station()))
    foreign = Stream.objects.get(thing=System().make("Things", station()))
    body = [
        {
            "Datastream": {"@iot.id": stream.pk},
            "components": ["phenomenonTime", "result"],
            "dataArray@iot.count": 6,
            "dataArray": [
                [stamp(3), 1.5],
                [stamp(2), 2],
                [stamp(-600), 3],
                ["yesterday", 4],
                [stamp(1)],
                [stamp(1), "text"],
            ],
        },
        {
            "Datastream": {"@iot.id": foreign.pk},
            "components": ["phenomenonTime", "result", "resultTime"],
            "dataArray": [[stamp(1), 5, stamp(1)]],
        },
    ]
    answer = system.ask("POST", "CreateObservations", body)
    assert answer.status_code == 201
    told = json.loads(answer.content)
    assert [one.partition(":")[0] for one in told] == [
        "http", "http", "error", "error", "error", "http", "error",
    ]  # fmt: skip
    assert Reading.objects.filter(stream=stream).count() == 3
    assert not Reading.objects.filter(stream=foreign).exists()
    again = system.ask("POST", "CreateObservations", body)
    assert json.loads(again.content)[:2] == told[:2]
    counted = dict(Refusal.objects.values_list("reason", "count"))
    assert counted == {"future": 2, "time": 2, "form": 2, "foreign": 2}
    assert FeatureOfInterest.objects.count() == 1
