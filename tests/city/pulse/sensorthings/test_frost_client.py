"""Twenty probes through a client that nobody here wrote: frost-sta-client, over real HTTP."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import frost_sta_client as fsc
import geojson
import jsonpatch
import pytest
from frost_sta_client.model.ext.data_array_document import DataArrayDocument
from frost_sta_client.model.ext.data_array_value import DataArrayValue
from frost_sta_client.model.ext.unitofmeasurement import UnitOfMeasurement
from frost_sta_client.service.auth_handler import AuthHandler

from tests.cast import small_town
from tests.city.pulse.sensorthings.world_writes import MEASUREMENT, POINT, System, now
from veche.city.pulse.models import HistoricalLocation, Reading, Stream, Thing

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = (now() - dt.timedelta(days=1)).replace(minute=0, second=0, microsecond=0)


class Probe:
    """A client with a key, and what the first probe has made."""

    def __init__(self, url: str) -> None:
        small_town()
        self.system = System()
        self.service = fsc.SensorThingsService(
            f"{url}/sensorthings/v1.1",
            auth_handler=AuthHandler(self.system.source.code, self.system.told),
        )
        self.thing = fsc.Thing(
            name="Station 1", description="d", properties={"district": "Central"}
        )
        self.thing.locations = [self.location("L", POINT["coordinates"])]
        self.thing.datastreams = [self.datastream("Temperature")]
        self.service.create(self.thing)
        stream = Stream.objects.get(thing=self.thing.id)
        self.stream = self.service.datastreams().find(stream.pk)
        self.rows = [
            fsc.Observation(
                phenomenon_time=HOUR + n * dt.timedelta(hours=1),
                result=20 + n,
                datastream=self.stream,
            )
            for n in range(5)
        ]

    def location(self, name: str, where: Any) -> Any:
        return fsc.Location(
            name=name,
            description="d",
            encoding_type="application/geo+json",
            location=geojson.Point(where),
        )

    def datastream(self, name: str) -> Any:
        return fsc.Datastream(
            name=name,
            description="d",
            observation_type=MEASUREMENT,
            unit_of_measurement=UnitOfMeasurement(name="C", symbol="°C", definition="ucum:Cel"),
            sensor=self.sensor(),
            observed_property=self.measured("T"),
        )

    def sensor(self) -> Any:
        return fsc.Sensor(
            name="S", description="d", encoding_type="text/plain", metadata="https://s.example"
        )

    def measured(self, name: str) -> Any:
        return fsc.ObservedProperty(name=name, definition="https://p.example", description="d")

    def fill(self) -> None:
        """Five readings in an array and one alone: 20 to 24, and 19 an hour before."""
        array = DataArrayValue()
        array.datastream = self.stream
        array.components = [
            DataArrayValue.Property.PHENOMENON_TIME,
            DataArrayValue.Property.RESULT,
        ]
        for row in self.rows:
            array.add_observation(row)
        self.service.observations().create(DataArrayDocument(value=[array]))
        self.service.create(
            fsc.Observation(
                phenomenon_time=HOUR - dt.timedelta(hours=1), result=19, datastream=self.stream
            )
        )

    def results(self, filter_: str) -> list[Any]:
        found = self.service.observations().query().filter(filter_).list()
        return sorted(float(one.result) for one in found.entities)


@pytest.fixture
def probe(live_server: Any) -> Probe:
    return Probe(live_server.url)


def test_01_a_deep_insert(probe: Probe) -> None:
    thing = Thing.objects.get(pk=probe.thing.id)
    assert thing.locations.get().name == "L"
    assert Stream.objects.get(thing=thing).sensor.name == "S"


def test_02_an_entity_is_found_by_its_number(probe: Probe) -> None:
    found = probe.service.things().find(probe.thing.id)
    assert (found.name, found.properties) == ("Station 1", {"district": "Central"})


def test_03_a_things_streams(probe: Probe) -> None:
    found = probe.service.things().find(probe.thing.id).get_datastreams().query().list()
    assert [one.name for one in found.entities] == ["Temperature"]


def test_04_a_reading_alone(probe: Probe) -> None:
    row = probe.rows[0]
    probe.service.create(row)
    assert Reading.objects.get().pk == row.id
    assert probe.service.observations().find(row.id).result == 20


def test_05_an_array_of_readings(probe: Probe) -> None:
    probe.fill()
    assert sorted(one.number or 0 for one in Reading.objects.all()) == [19, 20, 21, 22, 23, 24]


def test_06_and_07_filters_by_result_and_by_time(probe: Probe) -> None:
    probe.fill()
    assert probe.results("result gt 22") == [23, 24]
    since, until = HOUR.isoformat(), (HOUR + dt.timedelta(hours=2)).isoformat()
    since, until = since.replace("+00:00", "Z"), until.replace("+00:00", "Z")
    found = probe.results(f"phenomenonTime ge {since} and phenomenonTime lt {until}")
    assert found == [20, 21]


def test_08_pages_in_the_order_of_time(probe: Probe) -> None:
    probe.fill()
    pages = probe.service.observations().query().orderby("phenomenonTime", "DESC").top(2).list()
    assert [one.result for one in pages] == [24, 23, 22, 21, 20, 19]
    assert [one.result for one in pages.entities][:2] == [24, 23]


def test_09_a_count_beside_one_row(probe: Probe) -> None:
    probe.fill()
    found = probe.service.observations().query().count().top(1).list()
    assert (found.count, len(found.entities)) == (6, 1)


def test_10_a_nested_expand(probe: Probe) -> None:
    probe.fill()
    expand = "Datastreams($expand=Observations($orderby=phenomenonTime desc;$top=1)),Locations"
    [thing] = probe.service.things().query().expand(expand).list().entities
    [stream] = thing.datastreams.entities
    assert [one.result for one in stream.observations.entities] == [24]
    assert [one.name for one in thing.locations.entities] == ["L"]


def test_11_one_property_alone(probe: Probe) -> None:
    [thing] = probe.service.things().query().select("name").list().entities
    assert thing.name == "Station 1" and not thing.properties


@pytest.mark.parametrize(
    ("number", "entities", "filter_", "other"),
    [
        (12, "things", "Locations/name eq 'L'", "Locations/name eq 'M'"),
        (
            13,
            "things",
            "properties/district eq 'Central'",
            "properties/district eq 'North'",
        ),
        (
            14,
            "locations",
            "st_within(location, geography'POLYGON((37 55, 38 55, 38 56, 37 56, 37 55))')",
            "st_within(location, geography'POLYGON((7 55, 8 55, 8 56, 7 56, 7 55))')",
        ),
        (15, "things", "substringof('Station',name)", "substringof('Pump',name)"),
    ],
)
def test_12_to_15_filters(
    probe: Probe, number: int, entities: str, filter_: str, other: str
) -> None:
    assert number
    query = getattr(probe.service, entities)().query
    assert len(query().filter(filter_).list().entities) == 1
    assert len(query().filter(other).list().entities) == 0


def test_16_a_json_patch_changes_the_entity(probe: Probe) -> None:
    patch = jsonpatch.JsonPatch(
        [{"op": "replace", "path": "/properties/district", "value": "North"}]
    )
    probe.service.patch(probe.thing, patch)
    assert probe.service.things().find(probe.thing.id).properties == {"district": "North"}


def test_17_a_put_changes_the_entity(probe: Probe) -> None:
    found = probe.service.things().find(probe.thing.id)
    found.name = "Station 2"
    probe.service.update(found)
    again = probe.service.things().find(probe.thing.id)
    assert (again.name, again.properties) == ("Station 2", {"district": "Central"})


def test_18_a_new_location_makes_history(probe: Probe) -> None:
    second = probe.location("M", [37.7, 55.8])
    second.things = [fsc.Thing(id=probe.thing.id)]
    probe.service.create(second)
    found = probe.service.historical_locations().query().list()
    assert len(found.entities) == 2 == HistoricalLocation.objects.count()
    thing = Thing.objects.get(pk=probe.thing.id)
    assert thing.locations.get().name == "M"


class Units(list[Any]):
    """A list that can tell its state: the client asks it, and a plain list says null."""

    def __getstate__(self) -> Any:
        return [one.__getstate__() for one in self]


@pytest.mark.parametrize("told", [True, False])
def test_19_a_stream_of_two_properties(probe: Probe, told: bool) -> None:
    units = [
        UnitOfMeasurement(name="C", symbol="°C", definition="ucum:Cel"),
        UnitOfMeasurement(name="p", symbol="%", definition="ucum:%"),
    ]
    if told:
        units = Units(units)
    multi = fsc.MultiDatastream(
        name="Weather",
        description="d",
        multi_observation_data_types=[MEASUREMENT, MEASUREMENT],
        unit_of_measurements=units,
        observed_properties=[probe.measured("T"), probe.measured("H")],
        sensor=probe.sensor(),
        thing=fsc.Thing(id=probe.thing.id),
    )
    probe.service.create(multi)
    row = fsc.Observation(phenomenon_time=HOUR, result=[20.5, 60], multi_datastream=multi)
    probe.service.create(row)
    assert probe.service.observations().find(row.id).result == [20.5, 60]
    found = probe.service.multi_datastreams().find(multi.id)
    symbols = [one["symbol"] for one in found.unit_of_measurements]
    assert symbols == (["°C", "%"] if told else [None, None])


def test_20_a_reading_is_removed(probe: Probe) -> None:
    row = probe.rows[0]
    probe.service.create(row)
    probe.service.delete(row)
    assert not Reading.objects.exists()
    assert json.loads(json.dumps(probe.service.observations().query().list().entities)) == []
