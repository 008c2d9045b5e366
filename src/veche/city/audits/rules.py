"""When an office is found wanting. Pure Python."""

from __future__ import annotations

from collections.abc import Mapping

DAYS = 90
"""How far back the rule looks."""
LEAST = 10
"""Fewer faults than this never open an audit: small offices are not judged by chance."""
SHARE = 0.12
"""Of the matters an office was given in the period, the share with faults that is too much."""
KINDS = ("returned", "overturned", "climbed", "disputed")
"""What counts as a fault: an answer that came back, a refusal that was overturned, a promise so
late that the control department was told, a matter that the office returned though it was its
own."""


def wanting(faulty: int, given: int) -> bool:
    """Whether an office with so many faulty matters, of so many it was given, gets an audit."""
    return faulty >= LEAST and faulty >= SHARE * given


def counts(faults: Mapping[int, set[str]]) -> dict[str, int]:
    """How many matters have each kind of fault; one matter may have several."""
    return {kind: sum(kind in found for found in faults.values()) for kind in KINDS}
