"""A few things with shapes, streams and readings, known down to every value.

All readings lie on 1 to 3 March 2027; each tells its own name in its parameters.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import connection
from django.test import Client

from tests.city.pulse.world import MEASUREMENT, make_source
from veche.city.pulse.models import (
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Source,
    Stream,
    StreamProperty,
    Thing,
)
from veche.city.pulse.sensorthings.shapes import box

BASE = "/sensorthings/v1.1/"
DAY = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    """``2 12:30`` is the 2nd of March, half past twelve."""
    day, _, clock = text.partition(" ")
    return dt.datetime.fromisoformat(f"2027-03-{int(day):02}T{clock or '00:00'}+00:00")


def point(longitude: float, latitude: float) -> dict[str, Any]:
    """GeoJSON."""
    return {"type": "Point", "coordinates": [longitude, latitude]}


THINGS: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {
    # properties, where it is
    "Station North": ({"district": "North", "floor": 3, "heated": True}, point(30, 60)),
    "Station South": ({"district": "South", "floor": -1, "heated": False}, point(30, 59)),
    "Pump 'A'": ({"district": "North", "floor": "3", "line": {"code": "L1"}}, point(31, 60)),
    "Pump B": ({"line": {"code": "L2"}, "tags": ["old", "loud"], "since": "2019-05-04T10:00:00Z"},
               {"type": "LineString", "coordinates": [[31, 59], [32, 59]]}),
    "Ёлка": (None, {"type": "Polygon", "coordinates": [
        [[29, 58], [29.5, 58], [29.5, 58.5], [29, 58.5], [29, 58]]]}),
    "Bus 7": ({"district": "South", "floor": 3.5}, None),
}  # fmt: skip

READINGS: tuple[tuple[str, str, str, str | None, Any], ...] = (
    # name, stream, from, until, result
    ("t1", "North temperature", "1 10:00", None, 20.5),
    ("t2", "North temperature", "1 11:00", None, 22),
    ("t3", "North temperature", "1 12:30", None, 23.5),
    ("t4", "North temperature", "2 10:00", "2 11:00", -4),
    ("s1", "South temperature", "1 10:00", None, 18),
    ("s2", "South temperature", "3 23:59", None, 24.5),
    ("w1", "Pump state", "1 10:00", None, "open"),
    ("w2", "Pump state", "2 10:00", None, "shut"),
    ("w3", "Pump state", "3 10:00", None, True),
    ("w4", "Pump state", "3 11:00", None, {"code": 7, "word": "stuck"}),
    ("w5", "Pump state", "3 12:00", None, "22"),
    ("m1", "Both", "1 10:00", None, [21, 40.5]),
    ("m2", "Both", "1 11:00", None, [25, 60]),
)


class Small:
    """The fixture and a visitor who reads it."""

    def __init__(self) -> None:
        self.source: Source = make_source("small")
        self.things: dict[str, Thing] = {}
        self.streams: dict[str, Stream] = {}
        self.readings: dict[str, int] = {}
        self.client = Client()
        for name, (properties, shape) in THINGS.items():
            self._thing(name, properties, shape)
        moved = Location.objects.create(
            source=self.source, name="Depot", location=point(10, 10), **box(point(10, 10))
        )
        before = HistoricalLocation.objects.create(thing=self.things["Bus 7"], time=at("1 08:00"))
        before.locations.add(moved)
        self._streams()
        self.feature = FeatureOfInterest.objects.create(
            source=self.source, name="The hall", feature=point(30, 60), **box(point(30, 60))
        )
        self._readings()

    def _thing(self, name: str, properties: Any, shape: Any) -> None:
        thing = Thing.objects.create(
            source=self.source, code=name, name=name, description=f"About {name}",
            properties=properties,
        )  # fmt: skip
        self.things[name] = thing
        if shape:
            place = Location.objects.create(
                source=self.source, name=f"At {name}", location=shape, **box(shape)
            )
            thing.locations.add(place)
            HistoricalLocation.objects.create(thing=thing, time=at("1 09:00")).locations.add(place)

    def _streams(self) -> None:
        self.sensor = Sensor.objects.create(
            source=self.source, name="DHT22", encoding_type="text/html",
            metadata="https://sensor.example/dht22", properties={"made": 2020},
        )  # fmt: skip
        clever = Sensor.objects.create(
            source=self.source, name="Clever", encoding_type="application/json",
            metadata={"firmware": "1.2"},
        )  # fmt: skip
        self.warmth, self.humidity, self.state = (
            ObservedProperty.objects.create(name=name, definition=f"https://p.example/{n}")
            for n, name in enumerate(("Temperature", "Humidity", "State"))
        )
        celsius = {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"}
        none = {"name": None, "symbol": None, "definition": None}
        north, south = self.things["Station North"], self.things["Station South"]
        area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
        for name, thing, sensor, measured, unit, more in (
            ("North temperature", north, self.sensor, self.warmth, celsius,
             {"observed_area": area, "phenomenon_from": at("1 10:00"),
              "phenomenon_until": at("2 11:00")}),
            ("North humidity", north, self.sensor, self.humidity, {"name": "percent"}, {}),
            ("South temperature", south, self.sensor, self.warmth, celsius,
             {"phenomenon_from": at("1 10:00"), "phenomenon_until": at("3 23:59")}),
            ("Pump state", self.things["Pump 'A'"], clever, self.state, none, {}),
        ):  # fmt: skip
            self.streams[name] = Stream.objects.create(
                name=name, thing=thing, source=self.source, sensor=sensor, property=measured,
                unit=unit, observation_type=MEASUREMENT, **more,
            )  # fmt: skip
        both = Stream.objects.create(
            name="Both", thing=south, source=self.source, sensor=clever, multi=True,
            unit=[celsius, {"name": "percent"}], data_types=[MEASUREMENT, MEASUREMENT],
            observation_type=MEASUREMENT,
        )  # fmt: skip
        self.streams["Both"] = both
        # The order of its parts is not that of the properties' numbers.
        for n, measured in enumerate((self.humidity, self.warmth)):
            StreamProperty.objects.create(stream=both, property=measured, number=n)

    def _readings(self) -> None:
        with connection.cursor() as cursor:
            for n in range(3):
                cursor.execute("SELECT pulse_make_day(%s)", [(DAY + dt.timedelta(days=n)).date()])
            for name, stream, since, until, result in READINGS:
                number = result if type(result) in (int, float) else None
                cursor.execute(
                    "INSERT INTO pulse_reading (id, stream_id, at, until, number, result,"
                    " parameters, result_at, feature_id) VALUES"
                    " (pulse_reading_id(%s, nextval('pulse_reading_number')),"
                    " %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                    [
                        at(since), self.streams[stream].pk, at(since),
                        at(until) if until else None, number,
                        None if number is not None else json.dumps(result),
                        json.dumps({"name": name}), at(since) if name == "t1" else None,
                        self.feature.pk if name in ("t1", "t2") else None,
                    ],
                )  # fmt: skip
                self.readings[name] = cursor.fetchone()[0]

    def get(self, path: str, **options: Any) -> Any:
        """What a visitor is answered; options by their names without the dollar."""
        answer = self.client.get(BASE + path, {f"${name}": one for name, one in options.items()})
        assert answer.status_code == 200, (path, options, answer.content)
        return json.loads(answer.content)

    def names(self, path: str, **options: Any) -> list[str]:
        """The names of what is on the page; a reading's is in its parameters."""
        return [name_of(one) for one in self.get(path, **options)["value"]]

    def refused(self, path: str, **options: Any) -> str:
        """Why it is refused."""
        answer = self.client.get(BASE + path, {f"${name}": one for name, one in options.items()})
        assert answer.status_code == 400, (path, options, answer.status_code, answer.content)
        return str(json.loads(answer.content)["message"])


def name_of(document: dict[str, Any]) -> str:
    """Its name, its reading's, or its time's."""
    return str(
        document.get("name") or document.get("parameters", {}).get("name") or document.get("time")
    )
