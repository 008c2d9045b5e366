"""A server whose disk fills up every other hour."""

from __future__ import annotations

import datetime as dt
import json

SETTINGS: dict[str, str] = {}


def answer(address: str, at: dt.datetime) -> bytes:
    """The message of this moment."""
    hour = at.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    on = hour.hour % 2 == 0
    start = hour if on else hour - dt.timedelta(hours=1)
    alert = {
        "status": "firing" if on else "resolved",
        "labels": {"alertname": "DiskFull", "severity": "warning", "instance": "srv-1:9100"},
        "annotations": {"summary": "The disk of srv-1 is 91 % full."},
        "startsAt": start.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z" if on else hour.isoformat(),
        "fingerprint": "5b64dd6b1d6a5c1d",
    }
    told = {"version": "4", "status": alert["status"], "receiver": "city", "alerts": [alert]}
    return json.dumps(told).encode()
