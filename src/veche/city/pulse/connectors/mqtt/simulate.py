"""A department's broker with the noise of four crossroads."""

from __future__ import annotations

import datetime as dt
import json
import math

SETTINGS = {
    "host": "broker.example.org",
    "port": "8883",
    "topic": "noise/+",
    "values": "db = noise-level dB",
}


def answer(address: str, at: dt.datetime) -> bytes:
    """The messages that wait at this moment: topic and payload of each."""
    moment = at.replace(second=0, microsecond=0)
    phase = 2 * math.pi * (moment.timestamp() % 86_400) / 86_400
    told = []
    for number in range(4):
        loud = 58 - 9 * math.cos(phase) + 2 * math.sin(phase * 7 + number)
        told.append([f"noise/cross-{number + 1}", {"db": round(loud, 1), "at": moment.isoformat()}])
    return json.dumps(told).encode()
