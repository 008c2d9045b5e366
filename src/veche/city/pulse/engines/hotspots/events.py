"""Events: where and when; never who."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOOT = 0.3048
DEGREE = 111_320.0
"""Metres of a degree of latitude."""
PLACES = {"x": ("x", "y"), "x_m": ("x_m", "y_m"), "x_ft": ("x_ft", "y_ft"), "lon": ("lon", "lat"),
          "longitude": ("longitude", "latitude")}  # fmt: skip


class Unreadable(Exception):
    """The file cannot be taken for events; the words say why."""


@dataclass(frozen=True)
class Events:
    """Events of one kind: the day (ordinal) and the place in metres."""

    day: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.day)

    def of(self, which: np.ndarray) -> Events:
        """Those of a mask."""
        return Events(self.day[which], self.x[which], self.y[which])


@dataclass(frozen=True)
class Field:
    """How the metres of `Events` are written in the file they come from."""

    names: tuple[str, str]
    scale: tuple[float, float]

    def metres(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """From the file's units."""
        return x * self.scale[0], y * self.scale[1]

    def written(self, x: float, y: float) -> tuple[float, float]:
        """Into the file's units."""
        digits = 7 if self.names[0].startswith("lon") else 3
        return round(x / self.scale[0], digits), round(y / self.scale[1], digits)


def read_events(path: Path) -> tuple[dict[str, Events], Field]:
    """The events of a CSV file by kind ("" where the file names none), and how places are written.

    Columns: ``date`` (ISO; a time after it is ignored), and ``x,y`` or ``x_m,y_m`` in metres,
    ``x_ft,y_ft`` in feet, or ``lon,lat`` in degrees; optionally ``kind``. Raises `Unreadable`.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        try:
            header = [name.strip().casefold() for name in next(rows, [])]
            names = next((pair for pair in PLACES.values() if set(pair) <= set(header)), None)
            if "date" not in header or names is None:
                raise Unreadable("the first line must name date, and x,y or x_ft,y_ft or lon,lat")
            places = [header.index("date"), *map(header.index, names)]
            kind_at = header.index("kind") if "kind" in header else None
            kinds: list[str] = []
            days: list[int] = []
            xs: list[float] = []
            ys: list[float] = []
            for row in rows:
                if not row:
                    continue
                try:
                    day, x, y = (row[at] for at in places)
                    days.append(dt.date.fromisoformat(day.strip()[:10]).toordinal())
                    xs.append(float(x))
                    ys.append(float(y))
                    kinds.append(row[kind_at].strip() if kind_at is not None else "")
                except (ValueError, IndexError) as error:
                    raise Unreadable(f"line {rows.line_num}: {error}") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise Unreadable(str(error)) from error
    if not days:
        raise Unreadable("there is no event in it")
    day_, x_, y_ = np.array(days), np.array(xs), np.array(ys)
    if not (np.isfinite(x_).all() and np.isfinite(y_).all()):
        raise Unreadable("a place is not a number")
    field = Field(names, _scale(names, float(np.median(y_))))
    whole = Events(day_, *field.metres(x_, y_))
    kind_ = np.array(kinds)
    return {str(kind): whole.of(kind_ == kind) for kind in sorted(set(kinds))}, field


def _scale(names: tuple[str, str], middle: float) -> tuple[float, float]:
    if names[0].endswith("_ft"):
        return FOOT, FOOT
    if names[0].startswith("lon"):
        return DEGREE * float(np.cos(np.radians(middle))), DEGREE
    return 1.0, 1.0
