"""The demo town's pulse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.pulse import demo_hot, demo_signs, demo_sources
from veche.city.pulse.operations import town_sensors
from veche.town import sensors


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Connect the town's systems, then reckon its vital signs from what they tell."""
    streams, readings = town_sensors.begin(by=None, at=at)
    report(f"connected systems: {len(sensors.systems())}, streams: {streams}, readings: {readings}")
    demo_sources.load(town=town, at=at, report=report)
    demo_signs.load(town=town, at=at, report=report)
    demo_hot.load(town=town, at=at, report=report)
