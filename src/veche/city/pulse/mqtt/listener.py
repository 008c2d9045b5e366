"""Listens to a broker: messages are gathered for a moment, written, and only then acknowledged.

What is not acknowledged the broker keeps and sends again, so that nothing is lost when this process
or the database dies; and what was written already is known again, so that nothing is there twice.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from veche.city.pulse.connectors.base import Found, Measured
from veche.city.pulse.models import Source
from veche.city.pulse.mqtt import topics
from veche.city.pulse.operations.doors import KnownStream, Single, take_singles
from veche.city.pulse.operations.found import take_found
from veche.city.pulse.operations.intake import refuse

logger = logging.getLogger(__name__)

GATHER = 0.25
"""Seconds for which messages are gathered at most: a part costs as much as hundreds of messages."""
MOST = 2_000
"""Messages that are written at once, and that the broker may send before any is acknowledged."""
AGAIN = 1.0
"""Seconds until the database is asked again after it was lost."""
KNOWN_FOR = 30.0
"""Seconds for which the sources and streams that were looked up are believed."""


@dataclass(frozen=True)
class Broker:
    """Where the broker is and how we sign in."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    client: str = "veche"
    """The name of our session: the broker keeps messages for it while we are away."""
    secure: bool = False
    version: int = 5
    """3 for MQTT 3.1.1."""


class Message:
    """One message that waits to be written."""

    __slots__ = ("at", "number", "payload", "topic")

    def __init__(
        self, topic: str, payload: bytes, number: int, at: dt.datetime | None = None
    ) -> None:
        self.topic, self.payload, self.number = topic, payload, number
        self.at = at
        """When it came: the time of a reading that says none, however long it waits."""


class Writer:
    """Writes parts of messages; one that cannot be read is counted and harms no other."""

    def __init__(self, now: Callable[[], dt.datetime], source: str = "") -> None:
        self.now, self.source = now, source
        self._sources: dict[str, int | None] = {}
        self._streams: dict[int, dict[int, KnownStream]] = {}
        self._known_at = 0.0
        self.taken = self.repeated = self.refused = 0

    def write(self, part: Sequence[Message]) -> None:
        """Write the messages, each source's in one operation.

        Raises:
            OperationalError, InterfaceError: the database is away; some may be written.
        """
        if time.monotonic() - self._known_at > KNOWN_FOR:
            self._sources, self._streams = {}, {}
            self._known_at = time.monotonic()
        by_source: dict[str, list[tuple[str, Message]]] = {}
        for one in part:
            code, rest = topics.split(one.topic, self.source)
            by_source.setdefault(code, []).append((rest, one))
        for code, messages in by_source.items():
            self._write(code, messages)

    def _number(self, code: str) -> int | None:
        if code not in self._sources:
            self._sources[code] = (
                Source.objects.filter(code=code).values_list("pk", flat=True).first()
            )
        return self._sources[code]

    def _write(self, code: str, messages: Sequence[tuple[str, Message]]) -> None:
        at = self.now()
        source = self._number(code)
        if source is None:
            self.refused += len(messages)
            refuse(
                source=None,
                at=at,
                refused={"unknown": (len(messages), f"{code}/{messages[-1][0]}")},
            )
            return
        singles: list[Single] = []
        measured: list[Measured] = []
        bad: dict[str, tuple[int, str]] = {}
        for rest, one in messages:
            came = one.at or at
            told = topics.read(rest, one.payload, came)
            if isinstance(told, str):
                bad[told] = (bad.get(told, (0, ""))[0] + 1, rest)
            elif isinstance(told, topics.Standard):
                document = {"phenomenonTime": came.isoformat(), **told.document}
                singles.append(Single(document, told.stream, told.multi))
            else:
                measured.append(told)
        if singles:
            known = self._streams.setdefault(source, {})
            for outcome in take_singles(by=None, at=at, source=source, given=singles, known=known):
                self._count(isinstance(outcome, int))
        if measured:
            row = Source.objects.select_related("agreement").get(pk=source)
            found = take_found(by=None, at=at, source=row, found=Found(measured))
            self.taken += found.taken
            self.repeated += found.repeated
            self.refused += sum(found.refused.values())
        if bad:
            self.refused += sum(count for count, _sample in bad.values())
            refuse(source=source, at=at, refused=bad)

    def _count(self, good: bool) -> None:
        if good:
            self.taken += 1
        else:
            self.refused += 1


class Listener:
    """A session with a broker that lasts until it is stopped."""

    def __init__(
        self,
        broker: Broker,
        filters: Sequence[str],
        now: Callable[[], dt.datetime],
        source: str = "",
    ) -> None:
        self.broker, self.filters = broker, list(filters)
        self.writer = Writer(now, source)
        self.waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.stopped = threading.Event()
        self.ready = threading.Event()
        self.problem = ""
        self._client: Any = None
        self._say_ready: Callable[[], None] = lambda: None

    def run(
        self,
        progress: Callable[[Writer], None] = lambda _writer: None,
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        """Listen until `stop` is called; ``ready`` once the broker keeps for us what is told.

        Raises:
            OSError: the broker cannot be reached at all.
        """
        self._say_ready = ready
        self._client = client = self._connected()
        client.loop_start()
        try:
            while not self.stopped.is_set():
                part = self._gathered()
                if not part:
                    continue
                if self._written(part):
                    for one in part:
                        client.ack(one.number, 1)
                progress(self.writer)
        finally:
            client.disconnect()
            client.loop_stop()
            connection.close()

    def stop(self) -> None:
        """End after the part that is being written."""
        self.stopped.set()

    def _connected(self) -> Any:
        import paho.mqtt.client as paho
        from paho.mqtt.enums import CallbackAPIVersion
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        broker = self.broker
        new = broker.version == 5
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client,
            clean_session=None if new else False,
            protocol=paho.MQTTv5 if new else paho.MQTTv311,
            manual_ack=True,
        )
        client.on_connect, client.on_message = self._on_connect, self._on_message
        client.on_subscribe = self._on_subscribe
        client.reconnect_delay_set(1, 30)
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if broker.secure:
            client.tls_set()
        if new:
            lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            lasting.SessionExpiryInterval = 7 * 86_400
            lasting.ReceiveMaximum = MOST
            client.connect(broker.host, broker.port, clean_start=False, properties=lasting)
        else:
            client.connect(broker.host, broker.port)
        return client

    def _on_connect(self, client: Any, _d: Any, _flags: Any, code: Any, _more: Any = None) -> None:
        if code.is_failure:
            self.problem = str(code)
            self.stopped.set()
            self.ready.set()
        else:
            # Numbers of messages belong to a connection: what waits unwritten comes again.
            while True:
                try:
                    self.waiting.get_nowait()
                except queue.Empty:
                    break
            client.subscribe([(one, 1) for one in self.filters])

    def _on_subscribe(self, _c: Any, _d: Any, _number: Any, codes: Any, _more: Any = None) -> None:
        """Only now the broker keeps for us what is told."""
        refused = [str(code) for code in codes if code.is_failure]
        if refused:
            self.problem = refused[0]
            self.stopped.set()
        elif not self.ready.is_set():
            self._say_ready()
        self.ready.set()

    def _on_message(self, _client: Any, _data: Any, told: Any) -> None:
        number = told.mid if told.qos else 0
        self.waiting.put(Message(told.topic, bytes(told.payload), number, self.writer.now()))

    def _gathered(self) -> list[Message]:
        """The messages that came within a moment."""
        try:
            part = [self.waiting.get(timeout=0.5)]
        except queue.Empty:
            return []
        until = time.monotonic() + GATHER
        while len(part) < MOST:
            left = until - time.monotonic()
            try:
                part.append(
                    self.waiting.get(timeout=left) if left > 0 else self.waiting.get_nowait()
                )
            except queue.Empty:
                break
        return part

    def _written(self, part: Sequence[Message]) -> bool:
        """Write a part, for as long as it takes; False when we were stopped before it was."""
        while True:
            try:
                self.writer.write(part)
                return True
            except (OperationalError, InterfaceError) as fault:
                logger.warning("the database is away: %s", " ".join(str(fault).split()))
                connection.close()
                if self.stopped.wait(AGAIN):
                    return False
            except Exception:  # our own fault: it must not keep out everybody else's readings
                logger.exception("messages that cannot be written")
                if len(part) == 1:
                    self.writer.refused += 1
                    return True
                written = [self._written([one]) for one in part]
                return all(written)
