"""What writing by SensorThings costs: single readings at the native door, and arrays beside COPY.

Runs on a database of its own beside the one of the home, dropped at the end. Single readings come
over HTTP, 64 connections at once, from one system and from twenty; each is committed before it is
answered. Arrays are beside the same rows by COPY into the same table with its indexes, turn by
turn in one run, CPU of this process and of the database's together.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from tests.cast import small_town
from tests.city.ballots.doors import ask
from tests.city.pulse.world import make_source, make_stream

from veche import clock
from veche.city.ballots import load
from veche.city.pulse.models import Reading, Source, Stream, Thing
from veche.city.pulse.operations.keys import make_key
from veche.city.pulse.sensorthings.door import Door, build
from veche.project.measure import Report

CONNECTIONS, WARM, SINGLES, TURNS = 64, 1_000, 12_000, 3
SYSTEMS = 20
ROWS, STREAMS = 60_000, 300
ROOT = "/sensorthings/v1.1"
SECOND = dt.timedelta(seconds=1)


def bench(report: Report) -> None:
    """Measure everything, one row each."""
    with load.scratch(f"bench_{os.getpid()}"):
        small_town()
        systems = [_system() for _n in range(SYSTEMS)]
        _singles(report, systems[:1], "one system", 0.5)
        # Each system's readings are written under its own lock, by statements of their own.
        _singles(report, systems, f"{SYSTEMS} systems", None)
        _arrays(report, systems[0])


System = tuple[Source, str, list[Stream]]
Told = tuple[int, dt.datetime, float]


def _system() -> System:
    """A source with a key and some streams."""
    source = make_source()
    at = clock.now()
    _key, told = make_key(by=None, at=at - 3600 * SECOND, source=source, name="gateway")
    thing = Thing.objects.create(source=source, name="Thing")
    return source, told, [make_stream(source, thing=thing) for _n in range(10)]


def _singles(report: Report, systems: list[System], who: str, most: float | None) -> None:
    """Single readings over HTTP."""
    before = Reading.objects.count()
    at = clock.now() - dt.timedelta(days=2)
    sent = []
    for n in range(WARM + SINGLES):
        _source, key, streams = systems[n % len(systems)]
        body = {
            "result": n / 7,
            "phenomenonTime": (at + n * SECOND).isoformat(),
            "Datastream": {"@iot.id": streams[n % 10].pk},
        }
        header = f"authorization: Bearer {key}"
        sent.append(load.request(f"{ROOT}/Observations", json.dumps(body).encode(), header))
    found = []
    with load.server() as (port, pid):
        load.crowd(port, pid, sent[:WARM], CONNECTIONS)
        part = SINGLES // TURNS
        for turn in range(TURNS):
            first = WARM + turn * part
            found.append(load.crowd(port, pid, sent[first : first + part], CONNECTIONS))
    assert all(set(one.statuses) == {"201"} for one in found), found[0].sample
    assert Reading.objects.count() - before == WARM + part * TURNS
    door = min(one.door_cpu_ms for one in found)
    report(f"a reading at the door, {who}: CPU", door, "ms", at_most=most)
    report("  the database's", min(one.database_cpu_ms for one in found), "ms")
    report("  a second", max(one.a_second for one in found), "readings")
    report("  answered, 99 of 100", min(one.p99_ms for one in found), "ms")


def _arrays(report: Report, system: System) -> None:
    """Arrays at the door and COPY, turn by turn: different hours of the same streams."""
    source, key, _few = system
    thing = Thing.objects.create(source=source, name="Many")
    streams = [make_stream(source, thing=thing).pk for _n in range(STREAMS)]
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=9)
    door = build()
    ours, theirs = [], []
    for turn in range(TURNS):
        hours = day + turn * dt.timedelta(days=2)
        rows = [
            (stream, hours + n * 60 * SECOND, round(20 + n / 7, 2))
            for n in range(ROWS // STREAMS)
            for stream in streams
        ]
        body, lines = _body(rows), _lines([(s, at + 40_000 * SECOND, v) for s, at, v in rows])
        ours.append(_timed(partial(_post, door, key, body)))
        theirs.append(_timed(partial(_copy, lines, hours)))
    asyncio.run(door.end())
    copy, array = min(theirs), min(ours)
    report("rows a second by COPY", ROWS / copy, "a second")
    report("rows a second in arrays", ROWS / array, "a second")
    report("arrays beside COPY", copy / array, "", at_least=0.3)


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _body(rows: list[Told]) -> bytes:
    """One request with all rows, an array a stream: what the sender makes."""
    of: dict[int, list[Any]] = {}
    for stream, at, value in rows:
        of.setdefault(stream, []).append([at.isoformat(), value])
    return json.dumps(
        [
            {
                "Datastream": {"@iot.id": stream},
                "components": ["phenomenonTime", "result"],
                "dataArray": values,
            }
            for stream, values in of.items()
        ]
    ).encode()


def _post(door: Door, key: str, body: bytes) -> None:
    headers = {"host": "localhost", "authorization": f"Bearer {key}"}
    answer = asyncio.run(
        ask(door, f"{ROOT}/CreateObservations", method="POST", headers=headers, body=body)
    )
    assert answer.status == 201 and b"error" not in answer.body, answer.body[:300]


def _lines(rows: list[Told]) -> list[bytes]:
    """The same number of rows as PostgreSQL's COPY reads them."""
    lines = [
        f"{(n + 1) << 20}\t{stream}\t{at.isoformat()}\t{value}\n"
        for n, (stream, at, value) in enumerate(rows)
    ]
    return ["".join(lines[n : n + 2_000]).encode() for n in range(0, len(lines), 2_000)]


def _copy(blocks: list[bytes], since: dt.datetime) -> None:
    with connection.cursor() as cursor:
        for n in range(3):
            cursor.execute("SELECT pulse_make_day(%s)", [(since + n * 86_400 * SECOND).date()])
        with cursor.copy("COPY pulse_reading (id, stream_id, at, number) FROM STDIN") as out:
            for block in blocks:
                out.write(block)
