"""Connectors that speak no HTTP, against a real broker and a real database; and a real warning."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.cast import START, SmallTown
from tests.city.pulse.broker import MOSQUITTO
from tests.city.pulse.broker import broker as run_broker
from tests.city.pulse.test_sources import connect
from veche.city.pulse.connectors import base
from veche.city.pulse.connectors.base import Asked, Fault
from veche.city.pulse.connectors.cap.read import REAL
from veche.city.pulse.connectors.cap.read import read as read_cap
from veche.city.pulse.models import Reading, Source
from veche.city.pulse.operations import polling

EXAMPLE = Path(__file__).parents[4] / "shared/data/signals/cap/cap_amber_alert_example.xml"


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A broker that holds back all but twenty messages, as brokers usually do."""
    if not MOSQUITTO:
        pytest.skip("no mosquitto here")
    monkeypatch.setenv("VECHE_SOURCE_NETWORKS", "127.0.0.0/8")
    with run_broker(tmp_path, inflight=20) as port:
        yield port


def settings(port: int) -> dict[str, Any]:
    """Of a source at the broker."""
    return {
        "host": "127.0.0.1", "port": port, "secure": "no", "topic": "noise/+",
        "values": "db = noise-level dB", "client": "veche-test",
    }  # fmt: skip


def publish(port: int, count: int, first: int = 0) -> None:
    """Messages with QoS 1, one a second of the town's time."""
    import paho.mqtt.client as paho
    from paho.mqtt.enums import CallbackAPIVersion

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    told = []
    for number in range(first, first + count):
        at = START.timestamp() - 100_000 + number
        told.append(client.publish(f"noise/c{number % 4}", json.dumps({"db": 60, "at": at}), qos=1))
    for one in told:
        one.wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


@pytest.mark.django_db
def test_a_broker_keeps_what_nobody_wrote(town: SmallTown, broker: int) -> None:
    """A test takes nothing away; a poll takes all; what was not written comes again."""
    made = connect(town, "mqtt", settings=settings(broker))
    first = polling.poll(made.pk, START)  # the session begins
    assert Source.objects.get().problem == ""
    assert first is not None
    publish(broker, 250)
    tested = polling.test("mqtt", settings(broker), {}, START)
    assert tested.measured
    assert not Reading.objects.exists()
    told = polling.poll(made.pk, START)
    assert told is not None
    assert told.taken == 250
    assert Reading.objects.count() == 250
    again = polling.poll(made.pk, START)
    assert again is not None
    assert (again.taken, again.repeated) == (0, 0)


@pytest.mark.django_db
def test_what_cannot_be_written_is_not_acknowledged(
    town: SmallTown, broker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the middle of writing: the broker has it still, and it comes again whole."""
    made = connect(town, "mqtt", settings=settings(broker))
    polling.poll(made.pk, START)
    publish(broker, 30)

    def broken(**_given: object) -> None:
        raise OSError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(polling, "take_found", broken)
        assert polling.poll(made.pk, START) is None
    told = polling.poll(made.pk, START)
    assert told is not None
    assert told.taken == 30


def test_a_broker_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence, soon."""
    monkeypatch.setenv("VECHE_SOURCE_NETWORKS", "127.0.0.0/8")
    with pytest.raises(Fault, match="does not answer"):
        polling.test("mqtt", settings(1), {}, START)
    monkeypatch.delenv("VECHE_SOURCE_NETWORKS")
    with pytest.raises(Fault, match="may not reach"):
        polling.test("mqtt", settings(1), {}, START)


def _door(monkeypatch: pytest.MonkeyPatch, query: str) -> dict[str, Any]:
    """Settings for the database of these tests, over the network if it listens there."""
    monkeypatch.setenv("VECHE_SOURCE_NETWORKS", "127.0.0.0/8")
    given = connection.get_connection_params()
    return {
        "host": "127.0.0.1", "port": str(given.get("port") or 5432),
        "database": given.get("dbname"), "user": given.get("user"), "query": query,
    }  # fmt: skip


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Any:
    """Ask the test database one question as the connector does, through its own socket."""
    import psycopg

    given = connection.get_connection_params()
    real = psycopg.connect

    def here(**more: Any) -> Any:
        # The clusters of tests listen on a socket only; all else stays as the connector says.
        return real(**{**more, "host": given.get("host"), "hostaddr": None, "port": given["port"]})

    monkeypatch.setattr(psycopg, "connect", here)

    def ask(query: str) -> Any:
        asked = Asked(
            _door(monkeypatch, query), {"password": "s3cr3t-pw"}, START,
            lambda *_a, **_k: b"", since=START,
        )  # fmt: skip
        return base.reader("sql").read(asked)

    return ask


GOOD = "SELECT 'p1' AS thing, 'flow' AS property, %(since)s AS at, 4.5 AS number, 'l' AS unit"


def test_one_question_is_answered(asks: Any) -> None:
    """Its rows become readings; the newest moment we have is given."""
    found = asks(GOOD)
    assert [(one.thing, one.number, one.at) for one in found.measured] == [("p1", 4.5, START)]
    assert asks(f"{GOOD};\n").measured


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM people_person",
        "WITH d AS (DELETE FROM people_person RETURNING id) SELECT id AS thing FROM d",
        f"{GOOD}; DROP TABLE people_person",
        "SELECT nextval('pulse_reading_number') AS thing",
        "SET TRANSACTION READ WRITE",
        "SELECT 1 AS thing",
        "SELECT pg_sleep(60)",
        "nonsense",
        "",
    ],
)
def test_nothing_else_is_done(asks: Any, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a change, nor two statements, nor a long sleep; the password is not told."""
    monkeypatch.setattr("veche.city.pulse.connectors.sql.read.SECONDS", 1)
    begun = time.monotonic()
    with pytest.raises(Fault) as fault:
        asks(query)
    assert "s3cr3t-pw" not in str(fault.value)
    assert time.monotonic() - begun < 10


def test_a_socket_of_this_machine_is_no_department() -> None:
    """The city's own database is not to be read by writing its folder."""
    for host in ("/var/run/postgresql", "@x", "/tmp"):
        asked = Asked({"host": host, "query": GOOD}, {}, START, lambda *_a, **_k: b"")
        with pytest.raises(Fault):
            base.reader("sql").read(asked)


def test_a_warning_of_the_standard_itself() -> None:
    """The example of the standard: of its two languages one reading, the area with it."""
    if not EXAMPLE.exists():
        pytest.skip("the example is not here")
    body = EXAMPLE.read_bytes()
    found = read_cap(Asked({"address": "x"}, {}, START, lambda *_a, **_k: body))
    assert not found.refused
    (one,) = found.measured
    assert (one.property, one.number, one.thing) == (REAL, 3.0, "KARO@CLETS.DOJ.CA.GOV")
    assert one.result["areas"] == ["Los Angeles County"]
