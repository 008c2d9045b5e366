"""Roads, streets and addresses of the town."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from veche.town import geometry as g
from veche.town.names import Names, data, names, street_names

_STEP: Final = 26.0
"""Metres between two houses on one side of a street."""
_SIDE: Final = 16.0
"""Metres from the middle of a street to a house."""


class Address(NamedTuple):
    """An address as people write it in the town, and its point in degrees."""

    text: str
    lon: float
    lat: float


@dataclass(frozen=True)
class _Street:
    written: str
    points: tuple[g.Pair, ...]
    ends: tuple[float, ...]
    """Metres from the beginning to each point."""


def _river() -> Polygon:
    line = g.over(shapely.segmentize(g.river_line(), 60), g.bend)
    return line.buffer(g.RIVER_HALF, quad_segs=4)


def _railway() -> LineString:
    return g.smooth([(-8200, 4300), (-4200, 4100), (-1500, 3900), (1200, 3900), (3000, 3100),
                     (5200, 700), (8600, 200)])  # fmt: skip


_PARKS: Final = (
    (-2900, 1850, 420, 620, 0.7), (350, 900, 360, 300, 0.2), (-4700, -2600, 700, 480, 0.4),
    (1700, 4700, 420, 330, 0.9), (2700, -3300, 620, 430, 2.6), (-2100, -900, 300, 240, 1.1),
)  # fmt: skip


def _park(x: float, y: float, a: float, b: float, turn: float) -> Polygon:
    ring = []
    for step in range(28):
        t = step * math.tau / 28
        wave = 1 + 0.12 * math.sin(3 * t + x) + 0.07 * math.sin(5 * t + y)
        px, py = a * wave * math.cos(t), b * wave * math.sin(t)
        ring.append(
            (x + px * math.cos(turn) - py * math.sin(turn),
             y + px * math.sin(turn) + py * math.cos(turn))
        )  # fmt: skip
    return Polygon(ring)


_MAIN: Final[dict[str, Sequence[Sequence[g.Pair]]]] = {
    "main_north": (
        ((-2350, 2520), (-3000, 3700), (-4300, 5200), (-5600, 6900)),
        ((-500, 3200), (200, 4200), (700, 5400), (1500, 8000)),
        ((3400, 1200), (4000, 1900), (5600, 2300), (8200, 2500)),
        ((-6900, 1500), (-4600, 3000), (-2500, 4600), (400, 5300), (3100, 4400), (4900, 2600),
         (5900, 400)),
        ((-6800, -900), (-4700, 100), (-3500, 800), (-2600, 2300), (-500, 3080), (1450, 2700),
         (2550, 1150), (2950, -180), (4100, -780), (6000, -260), (8000, -700)),
    ),
    "main_south": (
        ((0, 0), (700, -1600), (1700, -3600), (2400, -7500)),
        ((0, 0), (-900, -2600), (-1300, -4600), (-1500, -7500)),
        ((0, 0), (-2400, -1300), (-4400, -2000), (-8000, -3300)),
        ((-6500, -2600), (-4200, -3900), (-1200, -4100), (1700, -4000), (4300, -3300),
         (6900, -2200)),
        ((-6600, -1700), (-4500, -850), (-3000, -100), (-1950, 1500), (-450, 2130), (1000, 1850),
         (1650, 800), (2100, -850), (4000, -1650), (6200, -1150), (8000, -1500)),
    ),
    "main_bridges": (
        ((0, 0), (-350, 900), (-450, 2100), (-500, 3200)),
        ((-2500, -1350), (-3300, -300), (-3800, 900), (-3300, 2400), (-3000, 3700)),
        ((0, 0), (1300, 200), (2600, 600), (3400, 1200)),
    ),
}  # fmt: skip


def _longest(shape: BaseGeometry) -> LineString | None:
    parts = [p for p in getattr(shape, "geoms", [shape]) if isinstance(p, LineString)]
    return max(parts, key=lambda part: part.length, default=None)


def _grid(
    rng: random.Random, inside: BaseGeometry, gap: float, turn: float
) -> tuple[list[LineString], list[LineString]]:
    """Return gently curved lines across `inside`: those along `turn`, those across it."""
    cx, cy = inside.centroid.coords[0]
    wave, phase = rng.uniform(15, 60), rng.uniform(0, 6)
    out: tuple[list[LineString], list[LineString]] = ([], [])
    for lines, way in zip(out, (turn, turn + math.pi / 2), strict=True):
        cos, sin = math.cos(way), math.sin(way)
        for row in range(-10, 11):
            off = row * gap + rng.uniform(-0.12, 0.12) * gap
            line = []
            for step in range(-22, 23):
                u = step * 130.0
                v = off + wave * math.sin(u / 700 + phase)
                line.append((cx + u * cos - v * sin, cy + u * sin + v * cos))
            piece = _longest(LineString(line).intersection(inside))
            if piece is not None and piece.length > 260:
                lines.append(piece)
    return out


def _spaced(lines: Sequence[LineString], count: int) -> list[LineString]:
    """Return up to `count` of the longer `lines`, evenly spaced among them."""
    far = max((line.length for line in lines), default=0)
    long = [line for line in lines if line.length > 0.5 * far]
    if len(long) <= count:
        return long
    return [long[round((i + 0.5) * len(long) / count - 0.5)] for i in range(count)]


def features(neighbourhoods: Sequence[g.Area]) -> tuple[g.Feature, ...]:
    """Return what the map shows besides borders, in drawing order."""
    words = data("names.toml")
    metres = {a.code: g.over(a.outline, g.to_metres) for a in neighbourhoods}
    city = shapely.unary_union(list(metres.values()))
    river = _river()
    rail = g.over(_railway(), g.bend).intersection(city)
    parks = [g.over(_park(*park), g.bend).intersection(city) for park in _PARKS]
    parks = [park.difference(river.buffer(40)) for park in parks]
    out = [g.Feature("river", names(words["river"]), g.degrees(river.simplify(4)))]
    for title, park in zip(words["parks"], parks, strict=True):
        out.append(g.Feature("park", names(title), g.degrees(park.simplify(2))))
    out.append(g.Feature("railway", names(words["railway"]), g.degrees(rail.simplify(4))))
    mains: list[BaseGeometry] = []
    for group, lines in _MAIN.items():
        for title, points in zip(words[group], lines, strict=True):
            line = g.over(shapely.segmentize(g.smooth(points), 150), g.bend).intersection(city)
            mains.append(line)
            out.append(g.Feature("main", names(title), g.degrees(line.simplify(4))))
    taken = shapely.unary_union(
        [river.buffer(45), rail.buffer(35), *(park.buffer(15) for park in parks)]
    )
    roads = shapely.unary_union([line.buffer(35) for line in mains])
    titles = list(street_names())
    random.Random(g.SEED).shuffle(titles)
    for place, (code, shape) in enumerate(metres.items()):
        out += _streets_of(code, shape.buffer(-45).difference(taken), roads, titles[place::30])
    return tuple(out)


def _streets_of(
    code: str,
    inside: BaseGeometry,
    roads: BaseGeometry,
    titles: Sequence[tuple[str, Names]],
) -> list[g.Feature]:
    rng = random.Random(f"{g.SEED}{code}")
    gap = math.sqrt(inside.area) / rng.uniform(7.5, 9.5)
    along, across = _grid(rng, inside, gap, rng.uniform(0, math.pi / 2))
    # Streets carry names, the rest are lanes between them.
    streets = _spaced(along, (len(titles) + 1) // 2)
    streets += _spaced(across, len(titles) - len(streets))
    out: list[g.Feature] = []
    for line, (written, title) in zip(streets, titles, strict=False):
        out.append(g.Feature("street", title, g.degrees(line.simplify(3)), code, written))
    rest = [
        line.simplify(3).difference(roads)
        for line in (*along, *across)
        if not any(line is street for street in streets)
    ]
    pieces = shapely.get_parts(shapely.union_all(rest))
    lanes = shapely.multilinestrings([piece for piece in pieces if piece.length > 20])
    out.append(g.Feature("lane", {}, g.degrees(lanes), code))
    return out


@cache
def _streets() -> dict[str, tuple[_Street, ...]]:
    by_area: dict[str, list[_Street]] = {}
    for feature in g.town().of_kind("street"):
        points = tuple(g.to_metres(lon, lat) for lon, lat in feature.shape.coords)
        ends = [0.0]
        for a, b in pairwise(points):
            ends.append(ends[-1] + math.dist(a, b))
        street = _Street(feature.written, points, tuple(ends))
        by_area.setdefault(str(feature.area), []).append(street)
    return {code: tuple(streets) for code, streets in by_area.items()}


def house(neighbourhood: str, street: int, place: float) -> Address:
    """Return the house at the share `place` (0 to 1) of a street of a neighbourhood.

    Streets are counted round, odd numbers stand on the left. KeyError if the code is unknown.
    """
    streets = _streets()[neighbourhood]
    found = streets[street % len(streets)]
    number = 1 + int(place * (2 * found.ends[-1] / _STEP - 2))
    along = (number + 1) // 2 * _STEP - _STEP / 2
    ends = found.ends
    at = 1
    while at < len(ends) - 1 and ends[at] < along:
        at += 1
    (ax, ay), (bx, by) = found.points[at - 1], found.points[at]
    length = ends[at] - ends[at - 1]
    share = (along - ends[at - 1]) / length
    side = _SIDE / length if number % 2 else -_SIDE / length
    x = ax + (bx - ax) * share - (by - ay) * side
    y = ay + (by - ay) * share + (bx - ax) * side
    return Address(f"{found.written}, {number}", *g.to_degrees(x, y))


def address_at(rng: random.Random, neighbourhood: str) -> Address:
    """Return a house inside a `neighbourhood`, chosen by `rng`; KeyError if the code is unknown."""
    return house(neighbourhood, int(rng.random() * 997), rng.random())
