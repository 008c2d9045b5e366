"""What a message of a broker says: whose it is, and of which stream or thing."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any, NamedTuple

from veche.city.pulse.connectors.base import Measured, a_moment, a_number

MOST_BYTES = 65_536
"""Of one message."""
STANDARD = re.compile(r"(?:v1\.1/)(Datastreams|MultiDatastreams)\((\d{1,18})\)/Observations\Z")
"""The topics of OGC SensorThings, below the name of the source."""
PLAIN = re.compile(r"things/([^/+#]{1,80})/([A-Za-z0-9][A-Za-z0-9_-]{0,59})\Z")
"""Our own short topics: the thing, and what is measured."""


class Standard(NamedTuple):
    """A reading as the standard spells it."""

    stream: int
    multi: bool
    document: dict[str, Any]


def split(topic: str, source: str) -> tuple[str, str]:
    """The code of the source and the rest of the topic; `source` where the topic names none."""
    if source and topic.startswith(("v1.1/", "things/")):
        return source, topic
    first, _slash, rest = topic.partition("/")
    return first, rest


def read(rest: str, payload: bytes, at: dt.datetime) -> Standard | Measured | str:
    """What the message says, or the reason for which it cannot be taken (see the intake).

    A short topic holds a number alone, or an object with ``value`` and perhaps ``time``, ``unit``.
    """
    if len(payload) > MOST_BYTES:
        return "form"
    try:
        told: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return "form"
    standard = STANDARD.match(rest)
    if standard is not None:
        if not isinstance(told, dict):
            return "form"
        return Standard(int(standard[2]), standard[1] == "MultiDatastreams", told)
    plain = PLAIN.match(rest)
    if plain is None:
        return "unknown"
    if not isinstance(told, dict):
        told = {"value": told}
    moment = at
    if "time" in told:
        found = a_moment(told["time"])
        if found is None:
            return "time"
        moment = found
    number = a_number(told.get("value"))
    if number is None:
        return "number"
    unit = told.get("unit")
    return Measured(plain[1], plain[2], moment, number, unit=unit if isinstance(unit, str) else "")
