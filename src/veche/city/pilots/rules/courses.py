"""The course of an indicator as a picture of 1000 by 100, and the stages as one bar; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from veche.city.pilots.rules.stages import Course

WIDE, TALL = 1000.0, 100.0
MOST_POINTS = 400
"""Points of a line; more cannot be told apart on a screen."""


@dataclass(frozen=True)
class Level:
    """A line across the picture."""

    y: str
    """In per cent from above."""
    value: float
    kind: str
    """``threshold`` or ``baseline``."""


@dataclass(frozen=True)
class Drawing:
    """The course of an indicator, ready to be drawn."""

    path: str
    """The letters of the line; empty where one point alone is known."""
    dots: tuple[tuple[str, str], ...]
    """Single values (x, y in per cent), where there are few enough to be seen."""
    levels: tuple[Level, ...]
    since: dt.datetime
    until: dt.datetime
    now: str
    """Where the present stands (x in per cent); empty once the trial is over."""
    low: float
    high: float


def _thinned(points: Sequence[tuple[dt.datetime, float]]) -> list[tuple[dt.datetime, float]]:
    """The points, or the mean of neighbours where there are too many."""
    if len(points) <= MOST_POINTS:
        return list(points)
    size = -(-len(points) // MOST_POINTS)
    found = []
    for start in range(0, len(points), size):
        part = points[start : start + size]
        found.append((part[len(part) // 2][0], sum(value for _at, value in part) / len(part)))
    return found


def drawing(
    points: Sequence[tuple[dt.datetime, float]],
    *,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime | None,
    threshold: float,
    baseline: float | None,
) -> Drawing | None:
    """Draw values in the order of their moments from the beginning to the end of a trial, with the
    threshold and the baseline across; None where nothing was measured."""
    shown = _thinned(points)
    if not shown:
        return None
    values = [value for _at, value in shown]
    known = [*values, threshold, *([baseline] if baseline is not None else [])]
    low, high = min(known), max(known)
    air = (high - low) * 0.08 or max(abs(high) * 0.1, 0.5)
    low, high = low - air, high + air
    span = max((until - since).total_seconds(), 1.0)

    def x(at: dt.datetime) -> float:
        return min(max((at - since).total_seconds() / span, 0.0), 1.0)

    def y(value: float) -> float:
        return 1 - (value - low) / (high - low)

    path = ""
    if len(shown) > 1:
        path = "M" + "L".join(f"{WIDE * x(at):.0f} {TALL * y(value):.1f}" for at, value in shown)
    few = shown if len(shown) <= 40 else shown[-1:]
    levels = [Level(f"{100 * y(threshold):.2f}", threshold, "threshold")]
    if baseline is not None:
        levels.append(Level(f"{100 * y(baseline):.2f}", baseline, "baseline"))
    return Drawing(
        path,
        tuple((f"{100 * x(at):.2f}", f"{100 * y(value):.2f}") for at, value in few),
        tuple(levels),
        since,
        until,
        f"{100 * x(now):.2f}" if now is not None and since < now < until else "",
        low,
        high,
    )


@dataclass(frozen=True)
class Block:
    """One stage on the bar."""

    code: str
    x: str
    """In per cent of the width."""
    width: str
    waiting: str
    """The part at its end in which the city waited for the company, in per cent of the width."""
    waiting_x: str
    open: bool
    broken: bool


@dataclass(frozen=True)
class Bar:
    """The stages one after the other, and the limit."""

    blocks: tuple[Block, ...]
    limit: str
    """Where the limit stands, in per cent of the width."""


def bar(course: Course) -> Bar | None:
    """Draw what each stage took, in their order, on one bar whose width is the limit or what was
    taken, whichever is more; None before it was sent.

    A stage entered twice (after a site was lost) stands once, with all its time. Time in none
    (while an appeal was judged) has no block: the bar may be shorter than the whole.
    """
    if course.began is None:
        return None
    limit = course.limit * 86_400.0
    whole = max(limit, sum(one.took.total_seconds() for one in course.stages)) * 1.02 or 1.0
    blocks = []
    begin = 0.0
    for one in course.stages:
        took = one.took.total_seconds()
        if one.began is None or not took:
            continue
        wait = one.waiting.total_seconds()
        blocks.append(
            Block(
                one.code,
                f"{100 * begin / whole:.2f}",
                f"{100 * took / whole:.2f}",
                f"{100 * wait / whole:.2f}" if wait else "",
                f"{100 * (begin + took - wait) / whole:.2f}",
                one.open,
                one.broken,
            )
        )
        begin += took
    return Bar(tuple(blocks), f"{100 * limit / whole:.2f}")
