"""Reads CloudEvents 1.0 as they are sent to our door: one, a batch, or one in the headers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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
from veche.city.pulse.connectors.http_poll.read import values_of

NOT_JSON = _("This is no JSON.")
NOT_AN_EVENT = _("This is no CloudEvent 1.0: “{name}” is missing or is not as it must be.")
MOST_NUMBERS = 200
"""Numbers of one event that are taken where nothing says which."""
_PLACE = {"longitude", "latitude", "lon", "lat", "lng"}


def read(asked: Asked) -> Found:
    """The numbers of every event.

    Raises:
        Fault: the whole message is no event.
    """
    body = asked.fetch("")
    kind = asked.sent.get("content-type", "").partition(";")[0].strip().lower()
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Fault(NOT_JSON) from fault
    if asked.sent.get("ce-specversion"):
        head = {name[3:]: value for name, value in asked.sent.items() if name.startswith("ce-")}
        told = {**head, "data": told}
    batch = kind == "application/cloudevents-batch+json" or isinstance(told, list)
    events: list[Any] = told if batch and isinstance(told, list) else [told]
    values = values_of(asked.text("values"))
    refused = Refusals()
    measured: list[Measured] = []
    for event in events[: asked.most]:
        try:
            measured += _event(event, asked, values)
        except Fault as fault:
            if len(events) == 1:
                raise
            refused.add("form", fault)
    return Found(measured, refused.found, heard=True)


def _event(event: Any, asked: Asked, values: list[tuple[str, str, str]]) -> list[Measured]:
    if not isinstance(event, dict) or str(event.get("specversion", "")) != "1.0":
        raise Fault(NOT_AN_EVENT, name="specversion")
    for name in ("id", "source", "type"):
        if not isinstance(event.get(name), str) or not event[name]:
            raise Fault(NOT_AN_EVENT, name=name)
    at = a_moment(event.get("time")) if event.get("time") else asked.at
    if at is None:
        raise Fault(NOT_AN_EVENT, name="time")
    data = event.get("data")
    if not isinstance(data, dict):
        raise Fault(NOT_AN_EVENT, name="data")
    thing = data.get(asked.text("thing")) if asked.text("thing") else None
    thing = str(thing or event.get("subject") or event["source"])[:80]
    east, north = a_place(
        data.get("longitude", data.get("lon")), data.get("latitude", data.get("lat"))
    )
    rows = [(code, data.get(column), unit) for column, code, unit in values if column in data] or (
        [] if values else _numbers(data)
    )
    return [
        Measured(thing, code, at, number, None, unit, "", east, north)
        for code, value, unit in rows
        if (number := a_number(value)) is not None
    ]


def _numbers(data: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    """Every number of the event's data under its own name; ``{"property": …, "value": …}`` too."""
    if isinstance(data.get("property"), str) and "value" in data:
        return [(data["property"], data["value"], str(data.get("unit", "")))]
    rows = [
        (str(name), value, "")
        for name, value in data.items()
        if name not in _PLACE and isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return rows[:MOST_NUMBERS]
