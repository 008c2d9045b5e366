"""A water works' database: what two pumping stations gave in the last hours."""

from __future__ import annotations

import datetime as dt
import json
import math

SETTINGS = {
    "host": "waterworks.example.org",
    "port": "5432",
    "database": "works",
    "user": "city",
    "query": "SELECT station AS thing, 'pump-flow' AS property, at, flow AS number, 'm³/h' AS unit"
    " FROM pumped WHERE at > %(since)s ORDER BY at",
}


def answer(address: str, at: dt.datetime) -> bytes:
    """The rows of this moment."""
    last = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    rows = []
    for step in range(8):
        moment = last - dt.timedelta(minutes=15 * step)
        phase = 2 * math.pi * (moment.timestamp() % 86_400) / 86_400
        for number in (1, 2):
            flow = 400 + 120 * math.sin(phase * 2 + number)
            rows.append(
                {
                    "thing": f"pump-{number}",
                    "property": "pump-flow",
                    "at": moment.isoformat(),
                    "number": round(flow, 1),
                    "unit": "m³/h",
                    "name": f"Pumping station {number}",
                }
            )
    return json.dumps(rows).encode()
