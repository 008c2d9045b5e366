"""An operator with a dozen buses that go round the town, some of them late."""

from __future__ import annotations

import datetime as dt
import math

SETTINGS = {"address": "https://buses.example.org/realtime.pb"}
BUSES = 12
_EAST, _NORTH = 49.25, 53.52
"""Round which place they go."""


def answer(address: str, at: dt.datetime) -> bytes:
    """The feed of this moment."""
    from google.transit import gtfs_realtime_pb2 as wire

    feed = wire.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.timestamp = int(at.timestamp())
    for number in range(BUSES):
        angle = 2 * math.pi * ((at.timestamp() / 2400 + number / BUSES) % 1)
        bus = feed.entity.add()
        bus.id = f"v{number}"
        bus.vehicle.vehicle.id = f"bus-{number + 1:02}"
        bus.vehicle.vehicle.label = f"Bus {number + 1}"
        bus.vehicle.trip.route_id = str(number % 4 + 1)
        bus.vehicle.trip.trip_id = f"t{number}"
        bus.vehicle.timestamp = int(at.timestamp()) - number
        bus.vehicle.position.longitude = _EAST + 0.04 * math.cos(angle)
        bus.vehicle.position.latitude = _NORTH + 0.025 * math.sin(angle)
        bus.vehicle.position.bearing = (90 - math.degrees(angle)) % 360
        bus.vehicle.position.speed = 7 + 3 * math.sin(angle * 5)
        trip = feed.entity.add()
        trip.id = f"u{number}"
        trip.trip_update.trip.trip_id = f"t{number}"
        trip.trip_update.trip.route_id = str(number % 4 + 1)
        stop = trip.trip_update.stop_time_update.add()
        stop.stop_id = f"s{number}"
        stop.arrival.delay = int(60 * number * math.sin(angle) ** 2)
    return bytes(feed.SerializeToString())
