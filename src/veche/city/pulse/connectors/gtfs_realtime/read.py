"""Reads a feed of GTFS-realtime: places of vehicles and delays of trips."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors.base import Asked, Fault, Found, Measured, Refusals, a_place

NOT_A_FEED = _("What stands at the address is no feed of GTFS-realtime.")
SPEED, DELAY = "vehicle-speed", "trip-delay"


def _moment(seconds: int, otherwise: dt.datetime) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds else otherwise
    except (ValueError, OverflowError, OSError):
        return otherwise


def read(asked: Asked) -> Found:
    """The vehicles and trips of the feed.

    Raises:
        Fault: it is none.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from google.transit import gtfs_realtime_pb2 as wire

    body = asked.fetch(asked.text("address"), asked.headers())
    feed = wire.FeedMessage()
    try:
        feed.ParseFromString(body)
    except (DecodeError, ValueError) as fault:
        raise Fault(NOT_A_FEED) from fault
    if not feed.HasField("header") or not feed.header.gtfs_realtime_version:
        raise Fault(NOT_A_FEED)
    told = _moment(feed.header.timestamp, asked.at)
    refused = Refusals()
    measured: list[Measured] = []
    for entity in feed.entity:
        if len(measured) >= asked.most:
            break
        if entity.is_deleted:
            continue
        if entity.HasField("vehicle"):
            one = _vehicle(entity.vehicle, told)
        elif entity.HasField("trip_update"):
            one = _trip(entity.trip_update, told)
        else:
            continue
        if one is None:
            refused.add("form", entity.id)
        else:
            measured.append(one)
    return Found(measured, refused.found)


def _vehicle(vehicle: Any, told: dt.datetime) -> Measured | None:
    code = vehicle.vehicle.id or vehicle.vehicle.label
    if not code or not vehicle.HasField("position"):
        return None
    east, north = a_place(vehicle.position.longitude, vehicle.position.latitude)
    if east is None or north is None:
        return None
    result = {
        "longitude": round(east, 6),
        "latitude": round(north, 6),
        "route": vehicle.trip.route_id,
        "trip": vehicle.trip.trip_id,
        "bearing": round(float(vehicle.position.bearing), 1),
    }
    return Measured(
        thing=code[:80],
        property=SPEED,
        at=_moment(vehicle.timestamp, told),
        number=float(vehicle.position.speed),
        result=result,
        unit="m/s",
        name=vehicle.vehicle.label or code,
        longitude=east,
        latitude=north,
    )


def _trip(update: Any, told: dt.datetime) -> Measured | None:
    """The delay of a trip where it is told; else that at its next stop."""
    if not update.trip.trip_id:
        return None
    delay: int | None = update.delay if update.HasField("delay") else None
    stop = ""
    for one in update.stop_time_update:
        event = one.arrival if one.HasField("arrival") else one.departure
        if event.HasField("delay"):
            stop = one.stop_id
            delay = event.delay if delay is None else delay
            break
    if delay is None:
        return None
    return Measured(
        thing=f"trip:{update.trip.trip_id}"[:80],
        property=DELAY,
        at=_moment(update.timestamp, told),
        number=float(delay),
        result={"route": update.trip.route_id, "trip": update.trip.trip_id, "stop": stop},
        unit="s",
        name=update.trip.trip_id,
    )
