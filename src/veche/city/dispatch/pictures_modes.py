"""The picture of what modes there were: a lane for each place, a bar for each mode. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A mode in its lane, in per cent of the width."""

    x: str
    width: str
    level: int
    wide: bool = True
    """Whether its number finds room in it."""


@dataclass(frozen=True)
class Lane:
    """A place and its modes, the oldest first."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Mark:
    """Where a day begins under the picture."""

    x: str
    day: dt.date


NARROWEST = 0.6
"""Per cent: what lasted an hour in three months is still seen."""
ROOM = 3.0
"""Per cent that a number needs."""


def lanes(
    spans: Iterable[tuple[str, int, dt.datetime, dt.datetime]], since: dt.datetime, at: dt.datetime
) -> list[Lane]:
    """Lanes of modes given as place, level, beginning and end; in the order the places come in."""
    whole = (at - since).total_seconds()
    by_place: dict[str, list[tuple[dt.datetime, Bar]]] = {}
    for place, level, begun, ended in spans:
        start = max((begun - since).total_seconds(), 0.0) / whole * 100
        end = min((ended - since).total_seconds(), whole) / whole * 100
        width = max(end - start, NARROWEST)
        start = min(start, 100 - width)
        bar = Bar(f"{start:.2f}%", f"{width:.2f}%", level, width >= ROOM)
        by_place.setdefault(place, []).append((begun, bar))
    return [
        Lane(place, tuple(bar for _begun, bar in sorted(found, key=lambda one: one[0])))
        for place, found in by_place.items()
    ]


def marks(since: dt.datetime, at: dt.datetime) -> list[Mark]:
    """The first of each month between two moments of one time zone."""
    found: list[Mark] = []
    day = since.date().replace(day=1)
    whole = (at - since).total_seconds()
    while True:
        day = (day + dt.timedelta(days=32)).replace(day=1)
        moment = dt.datetime.combine(day, dt.time(), since.tzinfo)
        if moment >= at:
            return found
        found.append(Mark(f"{(moment - since).total_seconds() / whole * 100:.2f}%", day))
