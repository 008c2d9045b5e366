"""Rules of places. Pure Python."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

IDENTIFIER = r"[\w.:\-]{1,80}"
"""What an identifier may look like: it stands in addresses and files."""
BORDER_METRES = 30
"""So near a border the map is not to be trusted which side a thing is on."""
NEAR_METRES = 120
"""So near a point an object may be the one that is meant."""
METRES_A_DEGREE = 111_320.0


def reach(latitude: float, metres: float) -> tuple[float, float]:
    """Degrees of longitude and of latitude that are ``metres`` long at a latitude."""
    narrow = max(0.01, math.cos(math.radians(latitude)))
    return metres / (METRES_A_DEGREE * narrow), metres / METRES_A_DEGREE


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two near points (longitude, latitude), on a flat earth."""
    narrow = math.cos(math.radians((one[1] + other[1]) / 2))
    east, north = (other[0] - one[0]) * narrow, other[1] - one[1]
    return math.hypot(east, north) * METRES_A_DEGREE


def stands(since: dt.date | None, until: dt.date | None, day: dt.date) -> bool:
    """Whether something stands on a day; an unknown beginning is long ago."""
    return (since is None or since <= day) and (until is None or day < until)


def folded(changes: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Any]:
    """What an object's changes (before, after), oldest first, add up to.

    Raises:
        ValueError: a change says that something was what it was not.
    """
    row: dict[str, Any] = {}
    for before, after in changes:
        for name, value in before.items():
            if row.get(name) != value:
                raise ValueError(f"{name} was {row.get(name)!r}, not {value!r}")
        row.update(after)
    return row
