"""Terms, limits and orders of incidents: what stands where the city has set nothing."""

from __future__ import annotations

import datetime as dt

MINUTES: dict[str, int] = {
    "reported": 10,
    "verified": 10,
    "dispatched": 15,
    "in_work": 240,
    "pending": 60 * 24 * 30,
    "done": 60,
    "closed": 60 * 24 * 10,
    "asked": 15,
    "helping": 240,
}
"""How long a state of an incident may last, in minutes; ``asked`` and ``helping`` are those of
whoever was asked to help. A row of `IncidentTerm` stands before it."""

TASK_STATES = {"asked": "asked", "in_work": "helping"}
"""By which term a state of a co-handler's part runs."""


TOP = 3
"""The tier of the whole city: nobody stands above it."""
TIERS = (1, 2, 3)

GRAVE = 3
"""From this severity on (severe, extreme) who must act is called at any hour of theirs."""

MOST_RETURNS = 2
"""An office may send an incident back so often; the second time it goes a tier up, and what is
decided there binds."""

SHORTEST_TITLE, LONGEST_TITLE = 4, 160
SHORTEST_REASON, LONGEST_TEXT = 5, 500
LONGEST_STORY = 4000
LONGEST_PENDING = dt.timedelta(days=90)
"""How far ahead a pending incident may be put; then it must be looked at again."""

MOST_HELPERS = 20
"""Offices that help in one incident at the same time."""

ONE_LOOK = dt.timedelta(minutes=5)
"""Looking at the same page on and on within this time is one look."""

MOST_MINUTES = 60 * 24 * 90
"""The longest term of a state."""
