"""What the sensors of the town read in a scenario: pure, and the same every time."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from veche.town import sensors

FAULTS = ("silent", "unit", "nothing", "future", "flapping", "foreign")
"""silent: nothing comes. unit: in another unit, and said so. nothing: no number. future: a clock
two days ahead. flapping: a hundred readings a minute between two extremes. foreign: under the
number of a stream of another source."""
FLAPS = 100
"""Readings a minute of a sensor that flaps."""
TWO_DAYS = dt.timedelta(days=2)


@dataclass(frozen=True)
class Change:
    """How something differs from an ordinary day, from `begins` to `ends` (hours)."""

    measure: str
    source: str
    districts: frozenset[int]
    """Numbers from 1; empty: everywhere."""
    things: frozenset[int]
    """Numbers within the district, from 1; empty: all."""
    begins: float
    ends: float
    rises: float
    """Hours until it has its whole strength."""
    add: float
    times: float
    set: float | None
    fault: str

    def strength(self, hour: float) -> float:
        """From 0 to 1, so many hours after the scenario began."""
        if not self.begins <= hour < self.ends:
            return 0.0
        return 1.0 if self.rises <= 0 else min(1.0, (hour - self.begins) / self.rises)


@dataclass(frozen=True)
class Scenario:
    """What happens in some hours of the town."""

    code: str
    names: dict[str, str]
    hours: float
    step: int
    """Seconds between two readings of a sensor."""
    changes: tuple[Change, ...]


class Sensor(NamedTuple):
    """One stream of the town: its number, what it measures, and which thing of its kind it is."""

    stream: int
    source: str
    measure: sensors.Measure
    place: int
    district: int
    """From 1."""
    thing: int
    """Within the district, from 1."""


class Read(NamedTuple):
    """One reading of a scenario."""

    stream: int
    source: str
    at: dt.datetime
    number: float
    unit: str = ""


def codes() -> list[str]:
    """The scenarios there are."""
    return sorted(
        one.name.removesuffix(".toml")
        for one in resources.files(__package__).iterdir()
        if one.name.endswith(".toml")
    )


@cache
def scenario(code: str) -> Scenario:
    """The scenario of this code.

    Raises:
        KeyError: there is none.
        ValueError: it names what the town does not measure.
    """
    if code not in codes():
        raise KeyError(code)
    text = (resources.files(__package__) / f"{code}.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    changes = tuple(_change(one, told["hours"]) for one in told["changes"])
    return Scenario(code, told["names"], told["hours"], told["step"], changes)


def _change(told: dict[str, Any], hours: float) -> Change:
    measures = {m.code for kind in sensors.kinds() for m in kind.measures}
    systems = {one.code for one in sensors.systems()}
    fault = told.get("fault", "")
    if (
        ("measure" in told) == ("source" in told)
        or ("measure" in told and told["measure"] not in measures)
        or ("source" in told and told["source"] not in systems)
        or (fault and fault not in FAULTS)
    ):
        raise ValueError(f"no change of this town: {told}")
    return Change(
        measure=told.get("measure", ""),
        source=told.get("source", ""),
        districts=frozenset(told.get("districts", ())),
        things=frozenset(told.get("things", ())),
        begins=told.get("begins", 0.0),
        ends=told.get("ends", math.inf),
        rises=told.get("rises", 0.0),
        add=told.get("add", 0.0),
        times=told.get("times", 1.0),
        set=told.get("set"),
        fault=fault,
    )


def concerned(what: Scenario, sensor: Sensor) -> list[Change]:
    """The changes that a sensor has a part in."""
    return [
        one
        for one in what.changes
        if (one.measure == sensor.measure.code or one.source == sensor.source)
        and (not one.districts or sensor.district in one.districts)
        and (not one.things or sensor.thing in one.things)
    ]


def readings(
    what: Scenario, all_sensors: Sequence[Sensor], begun: dt.datetime, at: dt.datetime,
    zone: dt.tzinfo,
) -> Iterator[Read]:  # fmt: skip
    """What the sensors read at a moment of a scenario that began at `begun`."""
    hour = (at - begun).total_seconds() / 3600
    local = at.astimezone(zone)
    for sensor in all_sensors:
        number = sensors.value(sensor.measure, sensor.place, local)
        fault = ""
        for change in concerned(what, sensor):
            part = change.strength(hour)
            if not part:
                continue
            if change.fault:
                fault = change.fault
            elif change.set is not None:
                number = change.set
            else:
                number = number * (1 + (change.times - 1) * part) + change.add * part
        number = sensors.bounded(sensor.measure, number)
        if fault:
            yield from _broken(fault, sensor, at, number, all_sensors)
        else:
            yield Read(sensor.stream, sensor.source, at, number)


def _broken(
    fault: str, sensor: Sensor, at: dt.datetime, number: float, others: Sequence[Sensor]
) -> Iterator[Read]:
    stream, source = sensor.stream, sensor.source
    if fault == "unit":
        yield Read(stream, source, at, number * 1.8 + 32, "°F")
    elif fault == "nothing":
        yield Read(stream, source, at, math.nan)
    elif fault == "future":
        yield Read(stream, source, at + TWO_DAYS, number)
    elif fault == "flapping":
        for n in range(FLAPS):
            extreme = sensor.measure.high if n % 2 else max(sensor.measure.low, 0.0)
            yield Read(stream, source, at - dt.timedelta(milliseconds=600 * n), extreme)
    elif fault == "foreign":
        theirs = next(one.stream for one in others if one.source != source)
        yield Read(theirs, source, at, number)
