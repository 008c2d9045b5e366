"""The fortnights of packets: when each ends, and how long its head has for an answer. Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

FIRST = dt.date(2026, 1, 5)
"""A Monday: every second Monday from it, at midnight in the city, a packet ends."""
DAYS = 14
FORTNIGHT = dt.timedelta(days=DAYS)
ANSWER = dt.timedelta(days=7)
"""How long the head has; after that the packet is shown as skipped."""
BUSY = dt.timedelta(days=84)
"""An office that had no incident for so long, and owes no answer, is given no packet."""
MOST_LATE = 100
"""So many late steps are listed in a packet; all are counted."""
MOST_BACK = 6
"""So many fortnights are made up for when the worker stood still."""
MOST_ITEMS = 20
"""Lines of one memo."""
TIERS = ("tier-1", "tier-2", "tier-3")


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first moment of a day in the city."""
    return dt.datetime.combine(day, dt.time(), zone)


def ends(at: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The day before which the last whole fortnight was over at a moment."""
    whole = (at.astimezone(zone).date() - FIRST) // FORTNIGHT
    return FIRST + whole * FORTNIGHT
