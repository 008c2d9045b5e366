"""Takes what a broker has kept for us: a session that lasts, and each message acknowledged only
when it is written down.

Nothing stays connected between two takings: the broker keeps the messages (QoS 1), and what was
not acknowledged comes again.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors import net
from veche.city.pulse.connectors.base import (
    Asked,
    Fault,
    Found,
    Measured,
    Refusals,
    a_moment,
    a_number,
    a_place,
)
from veche.city.pulse.connectors.http_poll.read import values_of
from veche.city.pulse.connectors.webhook.read import _numbers

REFUSED = _("The broker does not let us in: {why}.")
LISTEN = 20.0
"""Seconds that are listened for at most."""
QUIET = 0.7
"""Seconds without a message after which the broker has no more for us."""
GATHER = 0.02
"""Seconds that are waited for more before a part is written."""
PART = 1_000
"""Messages of a part."""
MOST_BYTES = 65_536
"""Of one message."""


def message(topic: str, payload: bytes, asked: Asked, refused: Refusals) -> list[Measured]:
    """The readings of one message: a number alone, or an object of JSON.

    The thing is the part of the topic at the first ``+``; without one, its last part.
    """
    if len(payload) > MOST_BYTES:
        refused.add("form", topic)
        return []
    pattern, parts = asked.text("topic").split("/"), topic.split("/")
    place = pattern.index("+") if "+" in pattern else -1
    thing = (parts[place] if place < len(parts) else parts[-1])[:80]
    try:
        told: Any = json.loads(payload)
    except (ValueError, RecursionError):
        refused.add("form", topic)
        return []
    if not isinstance(told, dict):
        told = {parts[-1]: told}
    at = asked.at
    for name in ("at", "time", "timestamp", "ts"):
        if name in told:
            found = a_moment(told.pop(name))
            if found is None:
                refused.add("time", topic)
                return []
            at = found
            break
    east, north = a_place(
        told.get("longitude", told.get("lon")), told.get("latitude", told.get("lat"))
    )
    values = values_of(asked.text("values"))
    rows = [(c, told[f], u) for f, c, u in values if f in told] if values else _numbers(told)
    measured: list[Measured] = []
    for code, value, unit in rows:
        number = a_number(value)
        if number is None:
            refused.add("number", f"{topic} {value}")
        else:
            measured.append(Measured(thing, code, at, number, None, unit, "", east, north))
    return measured


def read(asked: Asked) -> Found:
    """The messages that wait for us.

    Raises:
        Fault: the broker cannot be reached or does not let us in.
    """
    refused = Refusals()
    measured: list[Measured] = []
    if asked.simulated:
        for topic, payload in json.loads(asked.fetch("")):
            measured += message(topic, json.dumps(payload).encode(), asked, refused)
        return Found(measured, refused.found)
    with _Line(asked) as line:
        for part in line.parts():
            told: list[Measured] = []
            for one in part:
                told += message(one.topic, bytes(one.payload), asked, refused)
            if asked.write is None:
                measured += told
                continue
            asked.write(Found(told, refused.found))
            refused.found = {}
            line.acknowledge(part)
    return Found(measured, refused.found)


class _Line:
    """A session with the broker for some seconds."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.waiting: deque[Any] = deque()
        self.last = 0.0
        self.code: Any = None
        self.ready = threading.Event()

    def _on_connect(self, client: Any, _d: Any, _flags: Any, code: Any, _more: Any = None) -> None:
        self.code = code
        if not code.is_failure:
            client.subscribe(self.asked.text("topic"), qos=1)
        self.ready.set()

    def _on_message(self, _client: Any, _data: Any, told: Any) -> None:
        self.last = time.monotonic()
        self.waiting.append(told)

    def __enter__(self) -> _Line:
        import paho.mqtt.client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        asked = self.asked
        host, port = asked.text("host"), int(a_number(asked.settings.get("port")) or 8883)
        secure = asked.text("secure") != "no"
        address = net.look_up(host, port)
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=asked.text("client") or "veche",
            clean_session=False,
            manual_ack=True,
        )
        self.client.on_connect, self.client.on_message = self._on_connect, self._on_message
        if asked.text("user"):
            self.client.username_pw_set(asked.text("user"), asked.secrets.get("password") or None)
        if secure:
            self.client.tls_set()
        self.client.connect_timeout = net.PATIENCE
        try:
            # With a sealed line the certificate proves the name; without one only the address
            # that was looked at is spoken to.
            self.client.connect(host if secure else address, port, keepalive=30)
        except (OSError, ValueError) as fault:
            why = getattr(fault, "strerror", None) or type(fault).__name__
            raise Fault(net.NO_ANSWER, host=host, fault=why) from fault
        self.client.loop_start()
        try:
            if not self.ready.wait(net.PATIENCE):
                raise Fault(net.TOO_SLOW, host=host, seconds=int(net.PATIENCE))
            if self.code.is_failure:
                raise Fault(REFUSED, why=str(self.code))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_fault: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def parts(self) -> Iterator[list[Any]]:
        """What waits, a part at a time: a broker holds back more than a few that nobody has
        acknowledged, so that each part is to be acknowledged before the next."""
        begun = self.last = time.monotonic()
        count = 0
        while (now := time.monotonic()) - begun < LISTEN and count < self.asked.most:
            if self.waiting and (now - self.last > GATHER or len(self.waiting) >= PART):
                part = [self.waiting.popleft() for _n in range(min(len(self.waiting), PART))]
                count += len(part)
                yield part
                self.last = time.monotonic()
            elif now - self.last > QUIET:
                return
            else:
                time.sleep(GATHER / 4)

    def acknowledge(self, part: list[Any]) -> None:
        """Tell the broker that these are written down."""
        for one in part:
            self.client.ack(one.mid, one.qos)
