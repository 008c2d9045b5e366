"""The shape of the town: its outline, districts, neighbourhoods, river, parks and roads.

Borders are drawn on a plane in metres around `ORIGIN` and bent by one smooth field, so that they
look grown, and neighbours share every point of their border. Degrees are those of WGS 84.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from veche.town.names import Names, data, names

ORIGIN: Final = (49.4, 53.5)
"""Longitude and latitude of the middle of the town."""
SEED: Final = 1147
_LAT: Final = 111_250.0
_LON: Final = 111_320.0 * math.cos(math.radians(ORIGIN[1]))
RIVER_HALF: Final = 95.0
"""Half the width of the river, metres."""

Pair = tuple[float, float]
Kind = Literal["river", "park", "railway", "main", "street", "lane"]


@dataclass(frozen=True)
class Area:
    """A territory: `level` 0 is the city, 1 a district, 2 a neighbourhood."""

    code: str
    level: int
    parent: str | None
    names: Names
    outline: Polygon


@dataclass(frozen=True)
class Feature:
    """Something drawn on the map, with its place; `area` is the neighbourhood of a street."""

    kind: Kind
    names: Names
    shape: BaseGeometry
    area: str | None = None
    written: str = ""


@dataclass(frozen=True)
class Town:
    """The whole town, in degrees; neighbourhoods cover the city without gaps or overlaps."""

    city: Area
    districts: tuple[Area, ...]
    neighbourhoods: tuple[Area, ...]
    features: tuple[Feature, ...]

    @property
    def areas(self) -> tuple[Area, ...]:
        """Every territory, the city first, parents before children."""
        return (self.city, *self.districts, *self.neighbourhoods)

    def area(self, code: str) -> Area:
        """Return the territory with this `code`; KeyError if there is none."""
        for area in self.areas:
            if area.code == code:
                return area
        raise KeyError(code)

    def of_kind(self, kind: Kind) -> tuple[Feature, ...]:
        """Return the features of one kind, in drawing order."""
        return tuple(feature for feature in self.features if feature.kind == kind)

    def as_geojson(self) -> dict[str, Any]:
        """Return the territories as a GeoJSON collection: code, level, parent and names."""
        return _collection(
            (
                {"code": a.code, "level": a.level, "parent": a.parent, "names": a.names},
                a.outline,
            )
            for a in self.areas
        )

    def features_geojson(self) -> dict[str, Any]:
        """Return river, parks, railway and roads as GeoJSON, to a metre: kind, names, area."""
        return _collection(
            (
                {"kind": f.kind, "names": f.names, "area": f.area},
                over(f.shape, lambda lon, lat: (round(lon, 5), round(lat, 5))),
            )
            for f in self.features
        )


def _collection(rows: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": shape.__geo_interface__}
            for properties, shape in rows
        ],
    }


def to_degrees(x: float, y: float) -> Pair:
    """Return longitude and latitude of a point `x` metres east and `y` north of the middle."""
    return round(ORIGIN[0] + x / _LON, 6), round(ORIGIN[1] + y / _LAT, 6)


def to_metres(lon: float, lat: float) -> Pair:
    """Return metres east and north of the middle of a point in degrees."""
    return (lon - ORIGIN[0]) * _LON, (lat - ORIGIN[1]) * _LAT


def bend(x: float, y: float) -> Pair:
    """Move a point of the plane by the smooth field that makes straight borders look grown."""
    return (
        x + 130 * math.sin(y / 420 + 0.6) + 38 * math.sin(y / 118 + x / 260),
        y + 130 * math.sin(x / 390 + 1.9) + 38 * math.sin(x / 124 - y / 240 + 2.2),
    )


def over(shape: Any, move: Callable[[float, float], Pair]) -> Any:
    """Return `shape` with every point passed through `move`."""

    def points(array: Any) -> Any:
        return [move(float(x), float(y)) for x, y in array]

    return shapely.transform(shape, points)


def degrees(shape: Any) -> Any:
    """Return a `shape` in metres as one in degrees."""
    return over(shape, to_degrees)


def smooth(points: Sequence[Pair], times: int = 3) -> LineString:
    """Return a curve through the neighbourhood of `points`, its corners cut `times` times."""
    line = list(points)
    for _ in range(times):
        cut = [line[0]]
        for (ax, ay), (bx, by) in pairwise(line):
            cut.append((ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25))
            cut.append((ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75))
        line = [*cut, line[-1]]
    return LineString(line)


def outline() -> Polygon:
    """Return the outline of the city in metres, before bending."""
    ring = []
    for step in range(180):
        a = step * math.tau / 180
        r = 6600 * (
            1
            + 0.07 * math.sin(2 * a + 0.4)
            + 0.06 * math.sin(3 * a + 2.1)
            + 0.035 * math.sin(5 * a + 0.7)
            + 0.02 * math.sin(9 * a + 1.3)
        )
        ring.append((1.06 * r * math.cos(a), 0.94 * r * math.sin(a)))
    return Polygon(ring)


def river_line() -> LineString:
    """Return the middle of the river in metres, before bending: a wide bay around the old town."""
    return smooth(
        [
            (-9500, -1500), (-6500, -1300), (-4600, -400), (-3300, 300), (-2300, 1900),
            (-500, 2600), (1200, 2300), (2100, 1000), (2500, -500), (4000, -1200),
            (6000, -700), (9500, -1300),
        ]
    )  # fmt: skip


_NORTH: Final = ((-4100.0, 2900.0), (200.0, 4900.0), (4600.0, 2300.0))
_SOUTH: Final = ((0.0, -200.0), (-3300.0, -3000.0), (2200.0, -3900.0))
# Order of the districts in names.toml: old town, cherry, works, embankment, meadow, sunny.
_ORDER: Final = {"d1": _SOUTH[0], "d2": _NORTH[0], "d3": _NORTH[1], "d4": _SOUTH[1],
                 "d5": _SOUTH[2], "d6": _NORTH[2]}  # fmt: skip


def _cells(seeds: Sequence[Pair], within: BaseGeometry) -> list[BaseGeometry]:
    """Return the part of `within` nearest to each seed, in the order of the seeds."""
    frame = shapely.box(-20_000, -20_000, 20_000, 20_000)
    found = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=frame)
    cells = list(found.geoms)
    return [
        next(cell for cell in cells if cell.covers(Point(seed))).intersection(within)
        for seed in seeds
    ]


def _spread(within: BaseGeometry, count: int, rng: random.Random) -> list[Pair]:
    """Return `count` points that share `within` about evenly, by a few rounds of k-means."""
    shapely.prepare(within)
    west, south, east, north = within.bounds
    cloud: list[Pair] = []
    while len(cloud) < 300:
        point = (rng.uniform(west, east), rng.uniform(south, north))
        if within.contains(Point(point)):
            cloud.append(point)
    seeds = cloud[:count]
    for _ in range(7):
        groups: list[list[Pair]] = [[] for _ in seeds]
        for point in cloud:
            near = min(range(count), key=lambda i: math.dist(seeds[i], point))
            groups[near].append(point)
        seeds = [
            (sum(x for x, _ in g) / len(g), sum(y for _, y in g) / len(g)) if g else seeds[i]
            for i, g in enumerate(groups)
        ]
    return sorted(seeds, key=lambda p: (round(p[1] / 1500), p[0]))


def _plan() -> dict[str, BaseGeometry]:
    """Return the neighbourhoods in metres before bending, by the end of their code."""
    city, river = outline(), river_line()
    first, second = split(city, river).geoms
    north, south = sorted((first, second), key=lambda bank: -bank.centroid.y)
    plan: dict[str, BaseGeometry] = {}
    for bank, seeds in ((north, _NORTH), (south, _SOUTH)):
        for seed, district in zip(seeds, _cells(seeds, bank), strict=True):
            code = next(code for code, place in _ORDER.items() if place == seed)
            rng = random.Random(f"{SEED}{code}")
            inner = _cells(_spread(district, 5, rng), district)
            for number, cell in enumerate(inner, 1):
                plan[f"{code}-n{number}"] = cell
    return plan


def _largest(shape: BaseGeometry) -> Polygon:
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area)


@cache
def territories() -> dict[str, Polygon]:
    """Return the outline of every neighbourhood in degrees by the end of its code.

    The borders are cut to one net of lines before they are bent, so neighbours share them exactly.
    """
    plan = _plan()
    net = shapely.unary_union([cell.boundary for cell in plan.values()], grid_size=1.0)
    arcs = shapely.segmentize(shapely.line_merge(net), 110)
    bent = over(over(arcs, bend), to_degrees)
    faces = list(shapely.polygonize(list(shapely.unary_union(bent).geoms)).geoms)
    out: dict[str, Polygon] = {}
    for code, cell in plan.items():
        inside = degrees(Point(bend(*_largest(cell).representative_point().coords[0])))
        out[code] = next(face for face in faces if face.covers(inside))
    return out


@cache
def town() -> Town:
    """Return the town; it is the same object and the same town every time."""
    from veche.town.streets import features  # it needs the territories above

    words = data("names.toml")
    pieces = territories()
    districts: list[Area] = []
    neighbourhoods: list[Area] = []
    for number, (title, *parts) in enumerate(words["districts"], 1):
        code = f"zarechye-d{number}"
        shapes = [pieces[f"d{number}-n{n}"] for n in range(1, 6)]
        whole = shapely.coverage_union_all(shapes)
        districts.append(Area(code, 1, "zarechye", names(title), _largest(whole)))
        for n, (part, shape) in enumerate(zip(parts, shapes, strict=True), 1):
            neighbourhoods.append(Area(f"{code}-n{n}", 2, code, names(part), shape))
    all_of_it = _largest(shapely.coverage_union_all([a.outline for a in neighbourhoods]))
    city = Area("zarechye", 0, None, names(words["city"]), all_of_it)
    return Town(city, tuple(districts), tuple(neighbourhoods), features(neighbourhoods))
