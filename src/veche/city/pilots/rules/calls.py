"""Calls for solutions: how long, how many, and what a call needs before it can open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

MARKS = range(6)
"""Experts mark 0 to 5, and every mark has its words."""
LONGEST_TITLE, LONGEST_TASK, LONGEST_REASON, SHORTEST_REASON = 160, 10_000, 2_000, 10
LONGEST_ANCHOR = 240
MOST_CRITERIA = 12
MOST_WEIGHT = Decimal(100)
SHORTEST_DAYS, LONGEST_DAYS = 7, 200
"""How long a call with a date takes applications."""
STANDING_DAYS = 36_525
"""A standing intake has no end; its clock is set a hundred years ahead."""
LANGUAGES = ("en", "ru", "zh")


def window_fault(
    opens: dt.datetime, closes: dt.datetime | None, at: dt.datetime, standing: bool
) -> str:
    """What is wrong with a window: ``standing`` (a standing intake has no last day), ``missing``,
    ``short``, ``long``, ``past``; empty where nothing is."""
    if standing:
        return "standing" if closes is not None else ""
    if closes is None:
        return "missing"
    if closes <= at:
        return "past"
    days = (closes - opens) / dt.timedelta(days=1)
    if days < SHORTEST_DAYS:
        return "short"
    return "long" if days > LONGEST_DAYS else ""


def unwritten(anchors: Mapping[int, Mapping[str, str]]) -> list[int]:
    """The marks of a criterion that have no words in any language."""
    return [mark for mark in MARKS if not any((anchors.get(mark) or {}).values())]


def shares(weights: Sequence[Decimal]) -> list[float]:
    """What each criterion counts of the whole, 0 to 1."""
    whole = sum(weights)
    return [float(one / whole) for one in weights] if whole else [0.0 for _one in weights]
