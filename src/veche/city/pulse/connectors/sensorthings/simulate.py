"""A university's server with two sensors of the air, a reading every ten minutes."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from urllib.parse import unquote

SETTINGS = {"address": "https://air.example.org/v1.1"}
_THINGS = ((1, "Campus", 49.22, 53.53), (2, "Library", 49.23, 53.54))


def answer(address: str, at: dt.datetime) -> bytes:
    """The datastreams, or the observations of the last day that are newer than asked for."""
    if "/Datastreams" in address:
        rows = [_stream(*one) for one in _THINGS]
    else:
        asked = re.search(r"phenomenonTime gt (\S+?)(?:&|$)", unquote(address))
        since = dt.datetime.fromisoformat(asked[1]) if asked else at - dt.timedelta(days=1)
        last = at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0)
        times = [last - dt.timedelta(minutes=10 * n) for n in range(144)]
        rows = [
            _observation(number, moment)
            for moment in reversed(times)
            if moment > since
            for number, *_rest in _THINGS
        ]
    return json.dumps({"value": rows}).encode()


def _stream(number: int, name: str, east: float, north: float) -> dict[str, object]:
    point = {"type": "Point", "coordinates": [east, north]}
    return {
        "@iot.id": number,
        "name": f"PM2.5 {name}",
        "unitOfMeasurement": {"name": "microgram", "symbol": "µg/m³", "definition": ""},
        "ObservedProperty": {"@iot.id": 1, "name": "PM25", "definition": "urn:pm25"},
        "Thing": {"@iot.id": number, "name": name, "Locations": [{"location": point}]},
    }


def _observation(number: int, moment: dt.datetime) -> dict[str, object]:
    phase = 2 * math.pi * (moment.timestamp() % 86_400) / 86_400
    return {
        "@iot.id": f"{number}-{int(moment.timestamp())}",
        "phenomenonTime": moment.isoformat(),
        "result": round(18 + 9 * math.cos(phase * 2) + number, 1),
        "Datastream": {"@iot.id": number},
    }
