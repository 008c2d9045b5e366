"""What is drawn on a still map: outlines, features of the ground, marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from veche.look.window import Bounds, Frame, Point


@dataclass(frozen=True)
class Outline:
    """An area: its name in the reader's language, its rings, its kind.

    A line break in the name sets it in lines under each other.

    ``kind``: city (land and rim), district or neighbourhood (dashed border), focus (tinted), or
    share-1 to share-4 (tinted the more, the greater its share).
    """

    name: str
    rings: Sequence[Sequence[Point]]
    kind: str = "district"

    @cached_property
    def middle(self) -> Point:
        """Where its name stands: the middle of its longest ring."""
        return _middle(max(self.rings, key=len))


@dataclass(frozen=True)
class Feature:
    """A line or an area of the ground.

    ``kind``: river, road (or main), street, lane, rail (or railway) for lines, park or water for
    areas.
    """

    kind: str
    points: Sequence[Point]
    name: str = ""

    @cached_property
    def bounds(self) -> Bounds:
        """What holds all its points: most features of a city lie outside a map of a street."""
        lons, lats = [p[0] for p in self.points], [p[1] for p in self.points]
        return min(lons), min(lats), max(lons), max(lats)


@dataclass(frozen=True)
class Mark:
    """One matter on the map; ``label`` is its number in the list beside it.

    ``tone``: pin, late (a diamond), hot (the matter of this page, a drop), me.
    """

    lon: float
    lat: float
    label: str = ""
    tone: str = "pin"
    href: str = ""
    title: str = ""


def near(features: Sequence[Feature], window: Frame) -> list[Feature]:
    """Those of the features that may be seen in the window."""
    west, south, east, north = window.bounds
    found = []
    for one in features:
        if one.points:
            left, low, right, high = one.bounds
            if left <= east and right >= west and low <= north and high >= south:
                found.append(one)
    return found


def _middle(ring: Sequence[Point]) -> Point:
    """The centre of gravity of a ring; of its corners where it has no area."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    if abs(area) < 1e-12:
        return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    return x / (3 * area), y / (3 * area)
