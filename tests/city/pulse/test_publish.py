"""New readings of public sources are told to a broker's subscribers, and no others."""

from __future__ import annotations

import datetime as dt
import json
import queue
import threading
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.cast import small_town
from tests.city.pulse.broker import MOSQUITTO, broker
from tests.city.pulse.world import make_source, make_stream
from veche.city.pulse.models import Reading, Source, Stream
from veche.city.pulse.mqtt.listener import Broker
from veche.city.pulse.mqtt.publisher import Publisher, message_of
from veche.city.pulse.operations.intake import Row, take
from veche.city.pulse.queries.told import CHANNEL, new_readings

NOW = dt.datetime(2026, 11, 16, 0, 0, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
BASE = "https://city.example/sensorthings/v1.1"

pytestmark = pytest.mark.django_db(transaction=True)


def payloads(work: Any) -> list[str]:
    """What the intake said on its channel while something was done."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    work()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute(f"UNLISTEN {CHANNEL}")
    assert connection.connection is not None
    return [told.payload for told in connection.connection.notifies(timeout=0.2)]


def taken(stream: Stream, *rows: Row) -> None:
    take(by=None, at=NOW, source=stream.source_id, rows=rows)


def test_a_batch_over_midnight_is_told_whole_and_alone() -> None:
    small_town()
    mine, other = make_stream(), make_stream()
    rows = [Row(mine.pk, NOW - MINUTE, 1.0), Row(mine.pk, NOW, 2.0), Row(mine.pk, NOW, 2.0)]

    def work() -> None:
        taken(other, Row(other.pk, NOW, 9.0))
        taken(mine, *rows)
        taken(mine, *rows)  # come again: nothing new
        taken(other, Row(other.pk, NOW - MINUTE, 8.0))

    said = payloads(work)
    assert len(said) == 3
    told = [[row["number"] for row in new_readings(payload)] for payload in said]
    assert told == [[9.0], [1.0, 2.0], [8.0]]
    topic, text = message_of(new_readings(said[1])[1], BASE)
    document = json.loads(text)
    assert topic == f"v1.1/Datastreams({mine.pk})/Observations"
    found = Reading.objects.get(stream=mine.pk, number=2.0)
    assert (document["@iot.id"], document["result"]) == (found.pk, 2)
    assert document["phenomenonTime"] == "2026-11-16T00:00:30Z"


def test_what_is_not_public_is_told_to_nobody() -> None:
    small_town()
    secret = make_stream(make_source(public=False))
    [said] = payloads(lambda: taken(secret, Row(secret.pk, NOW, 1.0)))
    assert new_readings(said) == []
    Source.objects.filter(pk=secret.source_id).update(public=True)
    assert len(new_readings(said)) == 1


@pytest.mark.skipif(MOSQUITTO is None, reason="needs Debian's mosquitto")
@pytest.mark.parametrize("version", [3, 5])
def test_subscribers_of_a_stream_hear_its_new_readings(tmp_path: Path, version: int) -> None:
    small_town()
    mine, other = make_stream(), make_stream()
    heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    listening = threading.Event()
    with broker(tmp_path) as port:
        subscriber = paho.Client(CallbackAPIVersion.VERSION2)
        subscriber.on_message = lambda _c, _d, m: heard.put((m.topic, json.loads(m.payload)))
        subscriber.on_subscribe = lambda *_told: listening.set()
        subscriber.on_connect = lambda c, *_told: c.subscribe(
            f"v1.1/Datastreams({mine.pk})/Observations", 1
        )
        subscriber.connect("127.0.0.1", port)
        subscriber.loop_start()
        publisher = Publisher(Broker("127.0.0.1", port, client="p", version=version), BASE)
        thread = threading.Thread(target=publisher.run)
        thread.start()
        try:
            assert listening.wait(20) and publisher.ready.wait(20)
            taken(other, Row(other.pk, NOW, 7.0))
            taken(mine, Row(mine.pk, NOW, 1.5), Row(mine.pk, NOW - MINUTE, result={"a": 1}))
            told = [heard.get(timeout=20) for _n in range(2)]
        finally:
            publisher.stop()
            thread.join(20)
            subscriber.disconnect()
            subscriber.loop_stop()
    assert [one["result"] for _topic, one in told] == [{"a": 1}, 1.5]
    assert {topic for topic, _one in told} == {f"v1.1/Datastreams({mine.pk})/Observations"}
    assert publisher.told == 3 and heard.empty()
