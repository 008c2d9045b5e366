"""Reads another server of OGC SensorThings 1.1: its datastreams, and what they measured since."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_noop as _

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

NOT_THE_STANDARD = _("What stands at the address is no service of SensorThings.")
LEADS_AWAY = _("The service leads to another machine for its next page.")
MOST_PAGES = 100
FIRST = dt.timedelta(days=1)
"""How far back the first reading goes."""
_STREAMS = "Datastreams?$top=500&$expand=" + quote("Thing($expand=Locations),ObservedProperty")


def _pages(asked: Asked, first: str) -> Iterator[dict[str, Any]]:
    """The rows of a collection, page after page, of this machine only."""
    home = urlsplit(asked.text("address")).netloc
    address = f"{asked.text('address').rstrip('/')}/{first}"
    for _number in range(MOST_PAGES):
        try:
            told: Any = json.loads(asked.fetch(address, asked.headers()))
        except (ValueError, RecursionError) as fault:
            raise Fault(NOT_THE_STANDARD) from fault
        rows = told.get("value") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise Fault(NOT_THE_STANDARD)
        yield from (row for row in rows if isinstance(row, dict))
        address = str(told.get("@iot.nextLink") or "")
        if not address:
            return
        if urlsplit(address).netloc != home:
            raise Fault(LEADS_AWAY)


def slug(text: str) -> str:
    """A code from a name: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60]


def read(asked: Asked) -> Found:
    """The observations since the newest one we have.

    Raises:
        Fault: it is no such service, or leads elsewhere.
    """
    streams = {str(row.get("@iot.id")): row for row in _pages(asked, _STREAMS)}
    since = (asked.since or asked.at - FIRST).astimezone(dt.UTC)
    wanted = quote(f"phenomenonTime gt {since.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}")
    first = (
        f"Observations?$filter={wanted}&$orderby=phenomenonTime&$top=1000"
        "&$expand=Datastream($select=id)"
    ).replace(" ", "%20")
    refused = Refusals()
    measured: list[Measured] = []
    for row in _pages(asked, first):
        if len(measured) >= asked.most:
            break
        of = row.get("Datastream")
        stream = streams.get(str(of.get("@iot.id"))) if isinstance(of, dict) else None
        one = _observation(row, stream) if stream else None
        if one is None:
            refused.add("form", row.get("@iot.id"))
        else:
            measured.append(one)
    return Found(measured, refused.found)


def _observation(row: dict[str, Any], stream: dict[str, Any]) -> Measured | None:
    """One observation; of an interval its beginning."""
    at = a_moment(str(row.get("phenomenonTime") or "").partition("/")[0])
    thing, measures = stream.get("Thing") or {}, stream.get("ObservedProperty") or {}
    name = str(measures.get("name") or "")
    code = slug(name) or slug(str(measures.get("definition") or "").rpartition("/")[2])
    if at is None or not code or "@iot.id" not in thing:
        return None
    result = row.get("result")
    number = a_number(result)
    if number is None and result is None:
        return None
    east, north = _place(thing)
    return Measured(
        thing=str(thing["@iot.id"])[:80],
        property=code,
        at=at,
        number=number,
        result=None if number is not None else result,
        unit=str((stream.get("unitOfMeasurement") or {}).get("symbol") or ""),
        name=str(thing.get("name") or "")[:255],
        longitude=east,
        latitude=north,
    )


def _place(thing: dict[str, Any]) -> tuple[float | None, float | None]:
    for one in thing.get("Locations") or ():
        shape = one.get("location") if isinstance(one, dict) else None
        shape = shape.get("geometry", shape) if isinstance(shape, dict) else None
        if isinstance(shape, dict) and shape.get("type") == "Point":
            where = shape.get("coordinates")
            if isinstance(where, list) and len(where) >= 2:
                return a_place(where[0], where[1])
    return None, None
