"""Reads requests of a server of Open311 GeoReport v2: what happened, where and when; nobody's
name, address or words are taken."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors.base import (
    Asked,
    Fault,
    Found,
    Measured,
    Refusals,
    a_moment,
    a_place,
)

NOT_A_LIST = _("What stands at the address is no list of requests of Open311.")
OPENED = "request-opened"
BEFORE = dt.timedelta(days=1)
"""Asked for again each time: another system may write late."""


def read(asked: Asked) -> Found:
    """The requests opened since the newest one we have, and a day before.

    Raises:
        Fault: there is no such list.
    """
    since = (asked.since or asked.at) - BEFORE
    query = {"start_date": since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    if asked.text("jurisdiction"):
        query["jurisdiction_id"] = asked.text("jurisdiction")
    if asked.secrets.get("token"):
        query["api_key"] = asked.secrets["token"]
    body = asked.fetch(f"{asked.text('address').rstrip('/')}/requests.json?{urlencode(query)}")
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Fault(NOT_A_LIST) from fault
    if not isinstance(told, list):
        raise Fault(NOT_A_LIST)
    refused = Refusals()
    measured: list[Measured] = []
    for row in told[: asked.most]:
        one = _request(row) if isinstance(row, dict) else None
        if one is None:
            refused.add("form", row.get("service_request_id") if isinstance(row, dict) else row)
        else:
            measured.append(one)
    return Found(measured, refused.found, heard=True)


def _request(row: dict[str, Any]) -> Measured | None:
    number, at = row.get("service_request_id"), a_moment(row.get("requested_datetime"))
    service = str(row.get("service_code") or "").strip()
    if not number or at is None or not service:
        return None
    east, north = a_place(row.get("long"), row.get("lat"))
    result = {"id": str(number)[:80], "status": str(row.get("status") or "")[:20]}
    if east is not None and north is not None:
        result |= {"longitude": str(round(east, 5)), "latitude": str(round(north, 5))}
    return Measured(
        thing=service[:80],
        property=OPENED,
        at=at,
        number=1.0,
        result=result,
        unit="1",
        name=str(row.get("service_name") or service)[:255],
        # Two requests of a kind in the same second are told apart by their numbers, and one that
        # is told again is known again.
        nth=int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:2], "big") >> 1,
    )
