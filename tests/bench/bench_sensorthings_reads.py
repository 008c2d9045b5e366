"""What reading by SensorThings costs: lists, expansions, filters, at a million readings.

Runs on a database of its own beside the one of the home, dropped at the end: 1,000 things with
2,000 streams and 1,000,000 readings on 30 days. Figures of CPU are those of this process and of its
database process together, for one request through Django.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from django.test import Client
from tests.bench.bench_problems import cpu
from tests.cast import small_town
from tests.city.pulse.world import MEASUREMENT, make_property, make_source

from veche.city.ballots.load import scratch
from veche.city.pulse.models import Sensor
from veche.project.measure import Report

THINGS, STREAMS, READINGS, DAYS = 1_000, 2_000, 1_000_000, 30
FIRST = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
BASE = "/sensorthings/v1.1/"
_FILL = """
INSERT INTO pulse_thing (source_id, code, name, description, properties)
    SELECT %(source)s, 'b' || n, 'Thing ' || n, 'Of a bench', jsonb_build_object('row', n %% 10)
    FROM generate_series(1, %(things)s) n;
INSERT INTO pulse_location (source_id, name, description, encoding_type, location,
        west, south, east, north)
    SELECT %(source)s, 'Place ' || n, '', 'application/geo+json',
        jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(x, y)), x, y, x, y
    FROM (SELECT n, 30 + (n %% 100) / 100.0 AS x, 60 + n / 100 / 100.0 AS y
          FROM generate_series(1, %(things)s) n) placed;
INSERT INTO pulse_thing_locations (thing_id, location_id)
    SELECT t.id, l.id FROM pulse_thing t JOIN pulse_location l
    ON l.name = 'Place ' || substr(t.code, 2) WHERE t.source_id = %(source)s;
INSERT INTO pulse_stream (thing_id, source_id, code, sensor_id, property_id, multi, name,
        description, observation_type, unit, phenomenon_from, phenomenon_until)
    SELECT t.id, %(source)s, 's' || t.id || '-' || k, %(sensor)s, %(property)s, false,
        'Stream ' || t.id || '-' || k, '', %(type)s, '{"name": "C", "symbol": "C"}', %(first)s,
        %(first)s + interval '30 days'
    FROM pulse_thing t, generate_series(1, 2) k WHERE t.source_id = %(source)s;
SELECT pulse_make_day((%(first)s AT TIME ZONE 'UTC')::date + n)
    FROM generate_series(0, %(days)s - 1) n;
INSERT INTO pulse_reading (id, stream_id, at, number)
    SELECT pulse_reading_id(at, nextval('pulse_reading_number')), id, at,
        20 + (n * 7 + id) %% 90 / 10.0
    FROM (SELECT s.id, n, %(first)s + n * interval '86 minutes' AS at
          FROM generate_series(0, %(each)s - 1) n, pulse_stream s
          WHERE s.source_id = %(source)s) told;
"""


def bench(report: Report) -> None:
    """Measure everything, one row each."""
    with scratch(f"bench_{os.getpid()}"):
        begun = time.monotonic()
        _fill()
        report("filled", READINGS / (time.monotonic() - begun), "readings/s")
        client = Client()
        stream = _number(client, "Datastreams")
        for name, path, options, most in _asked(client, stream):
            _one(report, client, name, path, options, most)
        _whole_stream(report, client, stream)


def _fill() -> None:
    small_town()
    source = make_source("bench")
    sensor = Sensor.objects.create(
        source=source, name="S", encoding_type="text/plain", metadata="none"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _FILL,
            {
                "source": source.pk, "sensor": sensor.pk, "things": THINGS, "days": DAYS,
                "property": make_property("temperature").pk, "type": MEASUREMENT, "first": FIRST,
                "each": READINGS // STREAMS,
            },
        )  # fmt: skip
        cursor.execute("VACUUM ANALYZE")


def _number(client: Client, name: str) -> int:
    return int(json.loads(client.get(BASE + name, {"$top": 1}).content)["value"][0]["@iot.id"])


_NEWEST = "Observations($orderby=phenomenonTime desc;$top=1)"
_BOX = "geography'POLYGON((30.2 60.02,30.4 60.02,30.4 60.06,30.2 60.06,30.2 60.02))'"


def _asked(client: Client, stream: int) -> list[tuple[str, str, dict[str, Any], float | None]]:
    day = "phenomenonTime ge 2027-03-10T00:00:00Z and phenomenonTime lt 2027-03-11T00:00:00Z"
    hour = "phenomenonTime ge 2027-03-10T12:00:00Z and phenomenonTime lt 2027-03-10T13:30:00Z"
    within = f"Datastreams({stream})/Observations"
    reading = json.loads(client.get(BASE + within, {"$top": 1}).content)["value"][0]["@iot.id"]
    return [
        ("100 things", "Things", {}, 12),
        ("100 things, places, 200 newest", "Things",
         {"expand": f"Locations,Datastreams($expand={_NEWEST})"}, 70),
        ("100 things by a property", "Things", {"filter": "properties/row eq 7"}, 15),
        ("things in a box", "Things", {"filter": f"st_within(Locations/location, {_BOX})"}, 20),
        ("one reading by its number", f"Observations({reading})", {}, 10),
        ("newest 100 of a stream", within, {"orderby": "phenomenonTime desc"}, 20),
        ("a stream's readings > 28", within, {"filter": "result gt 28"}, 20),
        ("a stream's hour and a half", within, {"filter": hour}, 15),
        ("an hour and a half of all", "Observations", {"filter": hour}, 25),
        ("newest 100 of all", "Observations", {"orderby": "phenomenonTime desc"}, 60),
        ("first 100 of all", "Observations", {}, 20),
        ("a day of all, counted", "Observations",
         {"filter": f"{day} and result gt 28", "count": "true", "top": 1}, 30),
        ("all, counted", "Observations", {"count": "true", "top": 1}, 600),
        ("readings of a thing", "Observations",
         {"filter": "Datastream/Thing/name eq 'Thing 7'", "orderby": "phenomenonTime desc"}, 40),
        ("things that were above 28.8", "Things",
         {"filter": "Datastreams/Observations/result gt 28.8"}, 30),
        ("10,000 of all as an array", "Observations",
         {"resultFormat": "dataArray", "top": 10_000, "select": "phenomenonTime,result"}, 600),
    ]  # fmt: skip


def _one(
    report: Report, client: Client, name: str, path: str, options: dict[str, Any],
    most: float | None,
) -> None:  # fmt: skip
    asked = {f"${key}": value for key, value in options.items()}
    queries: list[str] = []

    def count(execute: Any, text: str, parameters: Any, many: bool, context: Any) -> Any:
        queries.append(text)
        return execute(text, parameters, many, context)

    with connection.execute_wrapper(count):
        answer = client.get(BASE + path, asked)
    begun = time.monotonic()
    client.get(BASE + path, asked)
    took = time.monotonic() - begun
    spent = cpu(20 if took < 0.2 else 3, lambda _n: client.get(BASE + path, asked))
    said = f"{answer.status_code}, {len(queries)} queries, {len(answer.content) / 1000:,.0f} kB"
    report(name, spent, "ms", at_most=most, beside=f"{said}, {took * 1000:.1f} ms")


def _whole_stream(report: Report, client: Client, stream: int) -> None:
    """Turn all the pages of one stream."""
    address = f"{BASE}Datastreams({stream})/Observations?$top=50"
    pages, rows = 0, 0
    begun = time.monotonic()
    while address:
        page = json.loads(client.get(address).content)
        pages, rows = pages + 1, rows + len(page["value"])
        address = page.get("@iot.nextLink", "")
    assert rows == READINGS // STREAMS
    report("a page of a stream, all turned", (time.monotonic() - begun) / pages * 1000, "ms")
