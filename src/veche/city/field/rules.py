"""Rules of links for contractors. Pure Python."""

from __future__ import annotations

import datetime as dt
import math

MOST_DAYS = 30
"""How long a link can be good."""
MOST_LINKS = 5
"""Links that are good at the same time for one matter."""
MOST_PHOTOGRAPHS = 5
LEAST_WORDS, MOST_WORDS = 10, 4000
MOST_NOTE = 1000
ON_SITE = ("work", "returned")
"""States in which somebody goes there."""


def standing(
    at: dt.datetime,
    *,
    expires_at: dt.datetime,
    revoked_at: dt.datetime | None,
    used_at: dt.datetime | None,
) -> str:
    """Where a link stands: ``used``, ``revoked``, ``expired`` or ``good``."""
    if used_at is not None:
        return "used"
    if revoked_at is not None:
        return "revoked"
    return "expired" if at >= expires_at else "good"


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The distance between two points (longitude, latitude), good to a metre in one city."""
    middle = math.radians((a[1] + b[1]) / 2)
    x = math.radians(b[0] - a[0]) * math.cos(middle)
    y = math.radians(b[1] - a[1])
    return 6_371_000 * math.hypot(x, y)
