"""Tables of the spheres."""

from __future__ import annotations

from veche.city.spheres.models.cameras import Camera, CameraEvent
from veche.city.spheres.models.flows import RideBatch, RideCount
from veche.city.spheres.models.meters import Kind, Meter, MeterEntry, Tariff
from veche.city.spheres.models.network import Zone, ZoneDay, ZoneMeter
from veche.city.spheres.models.safety import Occurrence, OccurrenceLink
from veche.city.spheres.models.tasking import Actuator, Task, TaskChange, TaskingCapability
from veche.city.spheres.models.transport import Call, Feed, Line, ServiceDay, Stop, Trip

__all__ = [
    "Actuator",
    "Call",
    "Camera",
    "CameraEvent",
    "Feed",
    "Kind",
    "Line",
    "Meter",
    "MeterEntry",
    "Occurrence",
    "OccurrenceLink",
    "RideBatch",
    "RideCount",
    "ServiceDay",
    "Stop",
    "Tariff",
    "Task",
    "TaskChange",
    "TaskingCapability",
    "Trip",
    "Zone",
    "ZoneDay",
    "ZoneMeter",
]
