"""Tells a broker of new readings of public sources, as SensorThings' subscribers expect it.

The intake says at every commit where its batch lies; the readings are read then and published,
once each while this process runs. Whoever was away reads what they missed over HTTP.
"""

from __future__ import annotations

import json
import threading
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from veche.city.pulse.mqtt.listener import Broker
from veche.city.pulse.queries.told import CHANNEL, new_readings
from veche.city.pulse.sensorthings.documents import entity_document

WAIT = 0.5
"""Seconds after which it is looked whether to stop."""
AGAIN = 1.0
"""Seconds until the database is asked again after it was lost."""


def topic_of(stream: int, *, multi: bool) -> str:
    """Where readings of a stream are published."""
    return f"v1.1/{'MultiDatastreams' if multi else 'Datastreams'}({stream})/Observations"


def message_of(row: dict[str, Any], base: str) -> tuple[str, bytes]:
    """Topic and text of one reading."""
    document = entity_document("Observation", row, base)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return topic_of(row["stream_id"], multi=row["multi"]), text.encode()


class Publisher:
    """Publishes until it is stopped."""

    def __init__(self, broker: Broker, base: str) -> None:
        self.broker = broker
        self.base = base
        self.told = 0
        """Readings that were published."""
        self.stopped = threading.Event()
        self.ready = threading.Event()

    def stop(self) -> None:
        """End within half a second."""
        self.stopped.set()

    def run(self) -> None:
        """Publish until `stop` is called; a database that went away is waited for.

        Raises:
            OSError: the broker cannot be reached at all.
        """
        client = self._connected()
        client.loop_start()
        try:
            while not self.stopped.is_set():
                try:
                    self._listen(client)
                except psycopg.OperationalError:
                    connection.close()
                    self.stopped.wait(AGAIN)
        finally:
            client.disconnect()
            client.loop_stop()
            connection.close()

    def _listen(self, client: Any) -> None:
        """Wait for batches, over a connection of its own."""
        with psycopg.connect(**_database(), autocommit=True) as line:
            line.execute(f"LISTEN {CHANNEL}")
            self.ready.set()
            while not self.stopped.is_set():
                for told in line.notifies(timeout=WAIT, stop_after=100):
                    self._publish(client, told.payload)

    def _publish(self, client: Any, payload: str) -> None:
        for row in new_readings(payload):
            topic, text = message_of(row, self.base)
            client.publish(topic, text, qos=1)
            self.told += 1

    def _connected(self) -> Any:
        import paho.mqtt.client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        broker = self.broker
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client,
            protocol=paho.MQTTv5 if broker.version == 5 else paho.MQTTv311,
        )
        client.reconnect_delay_set(1, 30)
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if broker.secure:
            client.tls_set()
        client.connect(broker.host, broker.port)
        return client


def _database() -> dict[str, Any]:
    """How to reach the database without Django's pool: a line that listens stays open."""
    told = settings.DATABASES["default"] | {"NAME": connection.settings_dict["NAME"]}
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    found = {ours: told[theirs] for theirs, ours in names.items() if told.get(theirs)}
    if told.get("PORT"):
        found["port"] = told["PORT"]
    return found
