"""What the connected systems of the town measure: sources, kinds of things, and their usual course.

Pure data and arithmetic: the demo's past, its present readings and the simulators of scenarios are
all made from here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from veche.town.names import Names, data

RETENTION_DAYS: Final = 60
"""Days for which the town keeps single readings."""


@dataclass(frozen=True)
class System:
    """A connected system: the code of the office it belongs to, seconds between two readings."""

    code: str
    office: str
    names: Names
    cadence: int
    public: bool


@dataclass(frozen=True)
class Measure:
    """A property that is measured, within which bounds, and its usual course."""

    code: str
    names: Names
    unit: str
    digits: int
    low: float
    high: float
    curve: str
    usual: float
    swing: float
    season: float
    noise: float


@dataclass(frozen=True)
class Kind:
    """A kind of thing, how many of it a district has, and what each measures."""

    code: str
    names: Names
    source: str
    sphere: str
    a_district: int
    measures: tuple[Measure, ...]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


@cache
def systems() -> tuple[System, ...]:
    """Every connected system of the town."""
    found = []
    for code, line in data("sensors.toml")["sources"].items():
        office, ru, en, zh, cadence, public = _cells(line)
        name = {"ru": ru, "en": en, "zh": zh}
        found.append(System(code, office, name, int(cadence), public == "public"))
    return tuple(found)


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of thing."""
    found = []
    for one in data("sensors.toml")["kinds"]:
        ru, en, zh = one["names"].split("|")
        found.append(
            Kind(
                one["code"],
                {"ru": ru, "en": en, "zh": zh},
                one["source"],
                one["sphere"],
                one["a_district"],
                tuple(_measure(line) for line in one["measures"]),
            )
        )
    return tuple(found)


def _measure(line: str) -> Measure:
    code, ru, en, zh, unit, digits, low, high, curve, *numbers = _cells(line)
    usual, swing, season, noise = (float(n) for n in numbers)
    return Measure(
        code, {"ru": ru, "en": en, "zh": zh}, unit, int(digits), float(low), float(high), curve,
        usual, swing, season, noise,
    )  # fmt: skip


def measure(code: str) -> Measure:
    """The property of this code; KeyError if there is none."""
    return {m.code: m for kind in kinds() for m in kind.measures}[code]


# --- the usual course of a day ----------------------------------------------------------------


def _hump(hour: float, middle: float, width: float) -> float:
    away = min(abs(hour - middle), 24 - abs(hour - middle))
    return math.exp(-((away / width) ** 2))


def _commute(hour: float, weekday: int) -> float:
    work = _hump(hour, 8.3, 1.6) + 0.9 * _hump(hour, 18.2, 2.0) + 0.35 * _hump(hour, 13, 3.5)
    rest = 0.55 * _hump(hour, 14, 4.5)
    return min(1.0, rest if weekday > 4 else work)


def _waking(hour: float, weekday: int) -> float:
    morning = 9.5 if weekday > 4 else 7.5
    return min(
        1.0,
        0.9 * _hump(hour, morning, 2.2) + _hump(hour, 20, 3.0) + 0.45 * _hump(hour, 13.5, 4.0),
    )


def _dark(hour: float, _weekday: int) -> float:
    return 1.0 if hour >= 18.5 or hour < 6.5 else 0.0


CURVES: Final[dict[str, Callable[[float, int], float]]] = {
    "flat": lambda _hour, _weekday: 0.0,
    "day": lambda hour, _weekday: math.cos(math.tau * (hour - 15) / 24),
    "night": lambda hour, _weekday: -math.cos(math.tau * (hour - 15) / 24),
    "noon": lambda hour, _weekday: max(0.0, math.cos(math.tau * (hour - 13) / 24)),
    "commute": _commute,
    "waking": _waking,
    "evening": lambda hour, weekday: _hump(hour, 19 if weekday < 5 else 16, 3.5),
    "office": lambda hour, weekday: _hump(hour, 12.5, 3.6) * (1.0 if weekday < 5 else 0.15),
    "weekend": lambda hour, weekday: _hump(hour, 16, 3.5) * (1.0 if weekday > 4 else 0.4),
    "dark": _dark,
    "fill": lambda hour, _weekday: ((hour - 6) % 24) / 24,
    "count": _commute,
    "rare": lambda _hour, _weekday: 0.0,
}
"""Name → (hour of the day with its fraction, day of the week from Monday) → from -1 or 0 to 1."""


def season(day: dt.date) -> float:
    """+1 in the middle of July, -1 in the middle of January."""
    return math.cos(math.tau * (day.timetuple().tm_yday - 197) / 365.25)


def scatter(*parts: object) -> float:
    """A number from -1 to 1 that is the same for the same parts, and looks like any other."""
    state = 0xCBF29CE484222325
    for byte in repr(parts).encode():
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    state ^= state >> 31
    state = (state * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    return (state >> 11) / 2**52 - 1


def value(one: Measure, place: int, local: dt.datetime) -> float:
    """What a thing of the town reads at a moment of its own (local) time on an ordinary day.

    `place` is the number of the thing within its kind: two things never read quite the same.
    """
    hour = local.hour + local.minute / 60 + local.second / 3600
    off = scatter(one.code, place, int(local.timestamp()))
    curve = CURVES[one.curve](hour, local.weekday())
    number = one.usual + one.swing * curve + one.season * season(local.date())
    if one.curve == "rare":
        block = int(local.timestamp()) // 10_800
        number = one.usual + one.swing * abs(off) if rains(block) else 0.0
    elif one.curve == "count":
        number += off * 1.7 * math.sqrt(max(number, 0.0))
    else:
        number += one.noise * (1.7 * off + scatter(one.code, place))
    return bounded(one, number)


def rains(block: int) -> bool:
    """Whether it rains in the three hours of this number since 1970: the same for all the town."""
    return scatter("rain", block) > 0.86


def bounded(one: Measure, number: float) -> float:
    """The number within what can be, with as many digits as the sensor gives."""
    return round(min(max(number, one.low), one.high), one.digits) + 0.0
