"""Messages of a broker are written down before they are acknowledged, and none twice."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion

from tests.cast import SmallTown, small_town
from tests.city.pulse.broker import MOSQUITTO, broker
from tests.city.pulse.world import make_source, make_stream
from veche import clock
from veche.city.pulse.commands_listen import filters_of
from veche.city.pulse.connectors.base import Measured
from veche.city.pulse.models import Reading, Refusal, Stream
from veche.city.pulse.mqtt import topics
from veche.city.pulse.mqtt.listener import Broker, Listener, Message, Writer

NOW = dt.datetime(2026, 11, 16, 6, tzinfo=dt.UTC)
needs_broker = pytest.mark.skipif(MOSQUITTO is None, reason="needs Debian's mosquitto")


def test_a_topic_says_whose_it_is_and_what() -> None:
    read = topics.read
    assert topics.split("air/v1.1/Datastreams(4)/Observations", "") == (
        "air", "v1.1/Datastreams(4)/Observations",
    )  # fmt: skip
    assert topics.split("v1.1/Datastreams(4)/Observations", "air")[0] == "air"
    assert topics.split("air/things/a/b", "water") == ("air", "things/a/b")
    told = {"result": 4}
    assert read("v1.1/Datastreams(4)/Observations", b'{"result": 4}', NOW) == (4, False, told)
    assert read("v1.1/MultiDatastreams(4)/Observations", b'{"result": 4}', NOW) == (4, True, told)
    assert read("things/a/pm25", b"4.5", NOW) == Measured("a", "pm25", NOW, 4.5)
    assert read(
        "things/a/pm25", b'{"value": "4", "time": "2026-11-16T05:00:00Z", "unit": "m"}', NOW
    ) == Measured("a", "pm25", NOW - dt.timedelta(hours=1), 4.0, unit="m")
    assert read("things/a/pm25", b'{"value": 4, "time": "late"}', NOW) == "time"
    assert read("things/a/pm25", b'"warm"', NOW) == "number"
    assert read("things/a/pm25", b"{", NOW) == "form"
    assert read("things/a/pm25", b"[" * 9_000, NOW) == "form"
    assert read("things/a/pm25", b"1" * 70_000, NOW) == "form"
    assert read("v1.1/Datastreams(4)/Observations", b"[4]", NOW) == "form"
    assert read("elsewhere/a", b"4", NOW) == "unknown"
    assert filters_of([], "air") == ["v1.1/+/Observations", "things/+/+"]
    assert filters_of([], "")[1] == "+/things/+/+"
    assert filters_of(["a/#"], "") == ["a/#"]


def test_each_message_is_judged_by_itself(town: SmallTown) -> None:
    air, water = make_source("air"), make_source("water")
    stream, theirs = make_stream(air, low=0, high=50), make_stream(water)
    at = clock.now().replace(microsecond=0).isoformat()

    def standard(number: int, result: Any) -> Message:
        told = {"result": result, "phenomenonTime": at}
        topic = f"air/v1.1/Datastreams({number})/Observations"
        return Message(topic, json.dumps(told).encode(), 1)

    writer = Writer(clock.now)
    part = [
        standard(stream.pk, 20.5),
        standard(theirs.pk, 20.5),
        standard(stream.pk, 400),
        Message("air/v1.1/Datastreams(1)/Observations", b"{", 1),
        Message("air/things/meter/level", b'{"value": 3, "time": "%s"}' % at.encode(), 1),
        Message("nobody/things/meter/level", b"3", 1),
    ]
    writer.write(part)
    assert (writer.taken, writer.refused) == (2, 4)
    assert set(Reading.objects.values_list("number", flat=True)) == {3, 20.5}
    assert Stream.objects.get(property__code="level").source == air
    assert set(Refusal.objects.values_list("source__code", "reason")) == {
        ("air", "foreign"), ("air", "range"), ("air", "form"), (None, "unknown"),
    }  # fmt: skip
    writer.write(part[:1] + part[4:5])
    assert Reading.objects.count() == 2


@contextlib.contextmanager
def listening(port: int, version: int = 5, source: str = "") -> Iterator[Listener]:
    listener = Listener(
        Broker("127.0.0.1", port, version=version, client="test"),
        filters_of([], source),
        clock.now,
        source,
    )
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        assert listener.ready.wait(20)
        yield listener
    finally:
        listener.stop()
        thread.join(30)
    assert not thread.is_alive()


def _publisher(port: int) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def _until(count: int, seconds: float = 60) -> int:
    """How many readings there are, as soon as there are so many."""
    end = time.monotonic() + seconds
    while (found := Reading.objects.count()) < count and time.monotonic() < end:
        time.sleep(0.05)
    return found


@pytest.fixture
def empty(transactional_db: None) -> Iterator[SmallTown]:
    """The small town, in tables that another thread sees; no readings before and after."""
    yield small_town()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE pulse_reading, pulse_owed")


@needs_broker
@pytest.mark.parametrize("version", [3, 5])
def test_a_broker_that_others_write_to(empty: SmallTown, tmp_path: Path, version: int) -> None:
    stream = make_stream(make_source("air"))
    begin = clock.now() - dt.timedelta(hours=1)
    with broker(tmp_path) as port, listening(port, version, "air"):
        client = _publisher(port)
        for n in range(60):
            told = {
                "result": n,
                "phenomenonTime": (begin + n * dt.timedelta(seconds=1)).isoformat(),
            }
            topic = f"v1.1/Datastreams({stream.pk})/Observations"
            client.publish(topic, json.dumps(told), qos=1)
        assert _until(60) == 60
        client.disconnect()
        client.loop_stop()
    assert sum(Reading.objects.values_list("number", flat=True)) == sum(range(60))  # type: ignore[arg-type]


@needs_broker
def test_nothing_is_lost_when_the_database_dies_again_and_again(
    empty: SmallTown, tmp_path: Path
) -> None:
    stream = make_stream(make_source("air"))
    begin = clock.now() - dt.timedelta(hours=2)
    count = 1_500
    with broker(tmp_path) as port, listening(port) as listener:
        client = _publisher(port)
        for n in range(count):
            told = {
                "result": n,
                "phenomenonTime": (begin + n * dt.timedelta(seconds=1)).isoformat(),
            }
            topic = f"air/v1.1/Datastreams({stream.pk})/Observations"
            client.publish(topic, json.dumps(told), qos=1)
            if n % 300 == 299:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
        assert _until(count) == count
        client.disconnect()
        client.loop_stop()
        del listener
    numbers = sorted(Reading.objects.values_list("number", flat=True))  # type: ignore[type-var]
    assert numbers == list(range(count))


@needs_broker
def test_what_came_while_we_were_away_is_there(empty: SmallTown, tmp_path: Path) -> None:
    make_source("air")
    with broker(tmp_path) as port:
        with listening(port):
            pass
        client = _publisher(port)
        for n in range(20):
            moment = (clock.now() - dt.timedelta(minutes=n)).isoformat()
            told = json.dumps({"value": n, "time": moment})
            client.publish("air/things/meter/level", told, qos=1).wait_for_publish(10)
        assert Reading.objects.count() == 0
        with listening(port):
            assert _until(20) == 20
        client.disconnect()
        client.loop_stop()


def test_a_reading_without_a_time_is_of_when_it_came(town: SmallTown) -> None:
    """Several that waited together stay several; what is written twice is there once."""
    air = make_source("air")
    stream = make_stream(air)
    since = clock.now().replace(microsecond=0) - dt.timedelta(minutes=1)
    moments = [since + n * dt.timedelta(seconds=10) for n in range(3)]
    topic = f"air/v1.1/Datastreams({stream.pk})/Observations"
    part = [Message("air/things/meter/level", b"3", 1, at) for at in moments]
    part += [Message(topic, b'{"result": 4}', 1, at) for at in moments]
    writer = Writer(clock.now)
    writer.write(part)
    writer.write(part)
    assert Reading.objects.count() == 6
    assert set(Reading.objects.values_list("at", flat=True)) == set(moments)


def test_our_own_fault_keeps_out_nobody_else(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that our program cannot write is passed over; those beside it are written."""
    make_source("air")
    listener = Listener(Broker("127.0.0.1", 1), [], clock.now)
    read = topics.read

    def fault(rest: str, payload: bytes, at: dt.datetime) -> Any:
        if payload == b"13":
            raise RuntimeError("a fault of ours")
        return read(rest, payload, at)

    monkeypatch.setattr(topics, "read", fault)
    at = clock.now() - dt.timedelta(minutes=1)
    told = [Message("air/things/meter/level", b"%d" % n, 1, at + n * dt.timedelta(seconds=1))
            for n in (12, 13, 14)]  # fmt: skip
    assert listener._written(told)
    assert set(Reading.objects.values_list("number", flat=True)) == {12, 14}
    assert listener.writer.refused == 1
