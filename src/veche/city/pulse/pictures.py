"""Pictures of courses: numbers become places in a picture of 1000 by 100. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

WIDE, TALL = 1000.0, 100.0


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """The places of values that follow each other without a gap."""
    found: list[list[int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if found and found[-1][-1] == place - 1:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def reach(values: Sequence[float | None], *more: float) -> tuple[float, float]:
    """The least and the most of what is drawn, a little apart where they are the same."""
    there = [v for v in values if v is not None] + list(more)
    if not there:
        return 0.0, 1.0
    low, high = min(there), max(there)
    air = (high - low) * 0.06 or max(abs(high) * 0.1, 0.5)
    return low - air, high + air


def path(values: Sequence[float | None], low: float, high: float) -> str:
    """The letters of a line; a gap stays a gap, a single value is a short stroke."""
    step = WIDE / max(len(values) - 1, 1)
    parts = []
    for run in _runs(values):
        points = [f"{place * step:.0f} {_y(values[place] or 0.0, low, high):.1f}" for place in run]
        if len(points) == 1:
            points.append(f"{run[0] * step + 4:.0f} {points[0].split()[1]}")
        parts.append("M" + "L".join(points))
    return "".join(parts)


def band(
    lows: Sequence[float | None], highs: Sequence[float | None], low: float, high: float
) -> str:
    """The letters of the area between two lines."""
    step = WIDE / max(len(lows) - 1, 1)
    parts = []
    for run in _runs(
        [None if a is None or b is None else a for a, b in zip(lows, highs, strict=True)]
    ):
        up = [f"{p * step:.0f} {_y(highs[p] or 0.0, low, high):.1f}" for p in run]
        down = [f"{p * step:.0f} {_y(lows[p] or 0.0, low, high):.1f}" for p in reversed(run)]
        parts.append("M" + "L".join([*up, *down]) + "Z")
    return "".join(parts)


def _y(value: float, low: float, high: float) -> float:
    place = TALL * (1 - (value - low) / (high - low))
    return min(max(place, 0.0), TALL)


def spark(values: Sequence[float | None]) -> str:
    """The letters of a small line of one day; empty where nothing is known."""
    if not any(v is not None for v in values):
        return ""
    return path(values, *reach(values))


@dataclass(frozen=True)
class Line:
    """A line across the chart: where it is (in per cent from above), and what it says."""

    y: str
    text: str
    tone: str


@dataclass(frozen=True)
class Tick:
    """A day under the chart: where it begins (in per cent from the left), and which it is."""

    x: str
    day: dt.date


@dataclass(frozen=True)
class Chart:
    """A course ready to be drawn."""

    course: str
    usual: str
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]


def chart(
    moments: Sequence[dt.datetime],
    values: Sequence[float | None],
    lows: Sequence[float | None],
    highs: Sequence[float | None],
    limits: Sequence[tuple[float, str, str]],
) -> Chart:
    """The chart of a course; `moments` are in the city's time, `limits` have value, text, tone.

    A limit far away from all values is left out: the course would be a flat line.
    """
    there = [v for v in (*values, *lows, *highs) if v is not None]
    low, high = reach(there)
    span = high - low
    near = [one for one in limits if low - span <= one[0] <= high + span]
    low, high = reach(there, *(one[0] for one in near))
    ticks = [
        Tick(f"{100 * place / max(len(moments) - 1, 1):.2f}", moment.date())
        for place, moment in enumerate(moments)
        if moment.hour == 0
    ]
    return Chart(
        path(values, low, high),
        band(lows, highs, low, high),
        tuple(Line(f"{_y(value, low, high):.2f}", text, tone) for value, text, tone in near),
        tuple(ticks),
    )
