"""What ``veche pulse hotspots`` tells."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from veche.city.pulse.engines.hotspots.events import Events, Field, Unreadable
from veche.city.pulse.engines.hotspots.forecast import Forecast, forecast


@dataclass(frozen=True)
class Asked:
    """What is asked for: the day the forecast begins, its days, the area (km²) and the cell (m)."""

    until: dt.date
    days: int
    area: float
    cell: float

    @property
    def squares(self) -> int:
        """How many cells the area holds, at least one."""
        return max(int(self.area * 1e6 / self.cell**2), 1)


def report(events: Events, field: Field, asked: Asked, whole: float) -> dict[str, object]:
    """A forecast of one kind in words of a file; ``whole`` is the field's area in km²."""
    made = forecast(events, asked.until.toordinal(), asked.days, asked.squares, asked.cell)
    told: dict[str, object] = {
        "from": asked.until.isoformat(),
        "to": (asked.until + dt.timedelta(asked.days - 1)).isoformat(),
        "known": made.known,
        "model": made.choice.model,
        "choice": made.choice.as_json(),
        "cells": [
            {"rank": rank, **_square(made, field, one.cell),
             "expected": round(one.expected, 6), "count": one.count}
            for rank, one in enumerate(made.places, 1)
        ],
        "plain_count": [_square(made, field, one) for one in made.plain],
        "cold": [_square(made, field, one) for one in made.cold],
        "area_km2": len(made.places) * asked.cell**2 / 1e6,
        "whole_km2": round(whole, 6),
    }  # fmt: skip
    results = made.results(events, whole * 1e6)
    if results is not None:
        told["result"] = {"model": results[0].as_json(), "count": results[1].as_json()}
    return told


def _square(made: Forecast, field: Field, cell: int) -> dict[str, float]:
    """A cell's middle and corners in the units of the file."""
    side = made.grid.side
    left, low = made.grid.corner(cell)
    x, y = field.names
    middle = field.written(left + side / 2, low + side / 2)
    least, most = field.written(left, low), field.written(left + side, low + side)
    return {
        x: middle[0], y: middle[1], f"{x}_min": least[0], f"{y}_min": least[1],
        f"{x}_max": most[0], f"{y}_max": most[1],
    }  # fmt: skip


def area_around(events: Events, until: dt.date) -> float:
    """The area (km²) within the outermost known events."""
    known = events.of(events.day < until.toordinal())
    points = sorted(set(zip(known.x.tolist(), known.y.tolist(), strict=True)))
    return _area(_half(points) + _half(points[::-1])) / 1e6


def area_within(path: Path, field: Field) -> float:
    """The area (km²) of a boundary: a CSV file of corners ``x,y`` in the units of the events."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            corners = [(float(row[0]), float(row[1])) for row in list(csv.reader(file))[1:] if row]
    except (ValueError, IndexError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(str(error)) from error
    if len(corners) < 3:
        raise Unreadable("a boundary needs three corners")
    x, y = field.metres(*(np.array(one) for one in zip(*corners, strict=True)))
    return _area(list(zip(x.tolist(), y.tolist(), strict=True))) / 1e6


def _half(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """One half of the convex hull, without its last corner."""
    hull: list[tuple[float, float]] = []
    for x, y in points:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2:]
            if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                break
            hull.pop()
        hull.append((x, y))
    return hull[:-1]


def _area(corners: list[tuple[float, float]]) -> float:
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2
