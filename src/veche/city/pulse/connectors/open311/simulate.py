"""A neighbouring town's system: some requests an hour, of three kinds."""

from __future__ import annotations

import datetime as dt
import json

SETTINGS = {"address": "https://requests.example.org/open311/v2"}
_KINDS = (("rubbish", "Rubbish"), ("lamp", "Street lamp"), ("hole", "Hole in a road"))


def answer(address: str, at: dt.datetime) -> bytes:
    """The requests of the last day."""
    hour = at.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    rows = []
    for step in range(24):
        moment = hour - dt.timedelta(hours=step)
        for kind in range(moment.hour % 3 + 1):
            code, name = _KINDS[kind]
            rows.append(
                {
                    "service_request_id": f"{moment:%Y%m%d%H}-{kind}",
                    "service_code": code,
                    "service_name": name,
                    "status": "open" if step < 6 else "closed",
                    "requested_datetime": (moment - dt.timedelta(minutes=7 * kind)).isoformat(),
                    "lat": 53.5 + kind / 100,
                    "long": 49.3 + step / 1000,
                }
            )
    return json.dumps(rows).encode()
