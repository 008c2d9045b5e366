"""Lamps, stops, playgrounds and bins of the town, as the registers of their owners list them."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from veche.town import geometry as g
from veche.town.names import Names
from veche.town.streets import _streets, address_at

KINDS: Final[dict[str, Names]] = {
    "lamp": {"ru": "Фонарь", "en": "Street lamp", "zh": "路灯"},
    "stop": {"ru": "Остановка", "en": "Stop", "zh": "公交站"},
    "playground": {"ru": "Детская площадка", "en": "Playground", "zh": "儿童游乐场"},
    "bin": {"ru": "Мусорная площадка", "en": "Waste bins", "zh": "垃圾投放点"},
}
"""Kinds of objects, with their names."""
CATEGORIES: Final[dict[str, str]] = {
    "lamp-out": "lamp", "lamp-day": "lamp", "stop-shelter": "stop", "stop-board": "stop",
    "bus-late": "stop", "playground": "playground", "bins": "bin", "bulky": "bin",
}  # fmt: skip
"""Categories of problems that happen at an object, and its kind."""
_GAP: Final = 75.0
"""Metres between two lamps of a street."""
_MOST_LAMPS: Final = 90
"""Lamps of one neighbourhood that the register lists."""


@dataclass(frozen=True)
class Thing:
    """One object: `owner` is the code of an office, `since` the day it was set up."""

    kind: str
    identifier: str
    names: Names
    address: str
    lon: float
    lat: float
    owner: str
    since: dt.date


@dataclass(frozen=True)
class Contract:
    """Who is called to the objects of a kind and owner for a category, and how long they have."""

    kind: str
    category: str
    owner: str
    supplier: str
    days: int


CONTRACTS: Final = (
    Contract("lamp", "lamp-day", "city-light", "firm-001", 3),
    Contract("stop", "stop-shelter", "city-transport", "firm-002", 5),
    Contract("bin", "bulky", "waste-operator", "firm-003", 2),
)


def _day(rng: random.Random) -> dt.date:
    return dt.date(2004, 1, 1) + dt.timedelta(days=int(rng.random() * 7000))


def _along(code: str) -> Iterator[tuple[str, float, float]]:
    """Points every `_GAP` metres along the streets of a neighbourhood, beside the road."""
    for street in _streets()[code]:
        at, whole, part = _GAP / 2, street.ends[-1], 1
        while at < whole:
            while part < len(street.ends) - 1 and street.ends[part] < at:
                part += 1
            (ax, ay), (bx, by) = street.points[part - 1], street.points[part]
            length = street.ends[part] - street.ends[part - 1] or 1.0
            share = (at - street.ends[part - 1]) / length
            turn = math.atan2(by - ay, bx - ax) + math.pi / 2
            x = ax + (bx - ax) * share + 7 * math.cos(turn)
            y = ay + (by - ay) * share + 7 * math.sin(turn)
            yield street.written, *g.to_degrees(x, y)
            at += _GAP


def _named(kind: str, number: str) -> Names:
    return {language: f"{word} {number}" for language, word in KINDS[kind].items()}


@cache
def objects() -> tuple[Thing, ...]:
    """Return the objects of the town, neighbourhood by neighbourhood; some 3,500."""
    found: list[Thing] = []
    for area in g.town().neighbourhoods:
        rng = random.Random(f"{g.SEED}objects{area.code}")
        short = area.code.removeprefix("zarechye-").replace("-", "")
        for n, (street, lon, lat) in enumerate(_along(area.code), 1):
            if n > _MOST_LAMPS:
                break
            number = f"{short}-{n:03d}"
            found.append(
                Thing("lamp", number, _named("lamp", number), street, lon, lat, "city-light",
                      _day(rng))
            )  # fmt: skip
        for kind, count, owner in (
            ("stop", 8, "city-transport"),
            ("playground", 6, f"{area.code.split('-')[1]}-yards"),
            ("bin", 14, "waste-operator"),
        ):
            for n in range(1, count + 1):
                where = address_at(rng, area.code)
                number = f"{short}-{n:02d}"
                found.append(
                    Thing(kind, number, _named(kind, number), where.text, where.lon, where.lat,
                          owner, _day(rng))
                )  # fmt: skip
    return tuple(found)
