"""The geometry of still maps: the window of a map, and points counted by the cells of a grid."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]
"""Longitude, latitude in degrees."""
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

RATIOS: dict[str, float] = {"4x3": 4 / 3, "3x2": 3 / 2, "1x1": 1.0, "16x9": 16 / 9}
WIDTH = 1000.0
"""Width of the inner picture in its own units."""


@dataclass(frozen=True)
class Frame:
    """The window of the map: where it begins and how degrees become units."""

    left: float
    top: float
    scale: float
    narrow: float
    height: float

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """The point in units of the inner picture, y downwards."""
        return (lon * self.narrow - self.left) * self.scale, (self.top - lat) * self.scale

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of what is seen, in degrees."""
        return (
            self.left / self.narrow,
            self.top - self.degrees,
            (self.left + WIDTH / self.scale) / self.narrow,
            self.top,
        )

    @property
    def degrees(self) -> float:
        """Height of the window in degrees of latitude."""
        return self.height / self.scale

    @property
    def reach(self) -> str:
        """How near the reader stands: near (a few streets), mid (a district), far (a city)."""
        return "near" if self.degrees < 0.016 else "mid" if self.degrees < 0.04 else "far"

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a placed point lies in the window, ``margin`` units from its edge."""
        return margin <= x <= WIDTH - margin and margin <= y <= self.height - margin


@dataclass(frozen=True)
class Cluster:
    """Several matters near each other, drawn as a hollow circle with their count."""

    lon: float
    lat: float
    count: int
    href: str = ""
    title: str = ""


def around(points: Iterable[Point], least: float = 0.006, margin: float = 0.08) -> Bounds:
    """Bounds that hold all points, at least ``least`` degrees high, with a margin (a share).

    Raises:
        ValueError: there are no points.
    """
    chosen = list(points)
    if not chosen:
        raise ValueError("no points to go around")
    west, east = min(p[0] for p in chosen), max(p[0] for p in chosen)
    south, north = min(p[1] for p in chosen), max(p[1] for p in chosen)
    tall = max(north - south, least) * (1 + 2 * margin)
    wide = max(east - west, least) * (1 + 2 * margin)
    x, y = (west + east) / 2, (south + north) / 2
    return (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)


def frame(bounds: Bounds, ratio: str = "4x3") -> Frame:
    """The window that holds the bounds and has the ratio's shape."""
    west, south, east, north = bounds
    narrow = max(0.05, math.cos(math.radians((south + north) / 2)))
    wide, tall = max((east - west) * narrow, 1e-6), max(north - south, 1e-6)
    shape = RATIOS.get(ratio, 4 / 3)
    if wide / tall < shape:
        wide_new, tall_new = tall * shape, tall
    else:
        wide_new, tall_new = wide, wide / shape
    left = (west + east) / 2 * narrow - wide_new / 2
    top = (south + north) / 2 + tall_new / 2
    return Frame(left, top, WIDTH / wide_new, narrow, WIDTH / shape)


def cluster(points: Iterable[Point], bounds: Bounds, cells: int = 7) -> list[Cluster]:
    """Points counted by the cells of a grid, ``cells`` along the longer side.

    A cluster stands at the mean of its points; two that would touch become one. Points outside the
    bounds are left out.
    """
    west, south, east, north = bounds
    narrow = math.cos(math.radians((south + north) / 2))
    side = max((east - west) * narrow, north - south, 1e-9) / cells
    sums: dict[tuple[int, int], list[float]] = {}
    for lon, lat in points:
        if not (west <= lon <= east and south <= lat <= north):
            continue
        cell = (int((lon - west) * narrow / side), int((lat - south) / side))
        total = sums.setdefault(cell, [0.0, 0.0, 0.0])
        total[0] += lon
        total[1] += lat
        total[2] += 1
    found = [Cluster(x / n, y / n, int(n)) for _, (x, y, n) in sorted(sums.items())]
    return _parted(found, side * 0.8, narrow)


def _parted(found: list[Cluster], gap: float, narrow: float) -> list[Cluster]:
    """Clusters nearer than ``gap`` degrees are joined, the smallest first."""
    while True:
        found.sort(key=lambda one: one.count)
        for number, one in enumerate(found):
            for other in found[number + 1 :]:
                if math.hypot((one.lon - other.lon) * narrow, one.lat - other.lat) < gap:
                    total = one.count + other.count
                    lon = (one.lon * one.count + other.lon * other.count) / total
                    lat = (one.lat * one.count + other.lat * other.count) / total
                    found = [c for c in found if c is not one and c is not other]
                    found.append(Cluster(lon, lat, total))
                    break
            else:
                continue
            break
        else:
            return sorted(found, key=lambda c: (-c.lat, c.lon))
