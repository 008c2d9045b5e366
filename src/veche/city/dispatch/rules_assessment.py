"""How marks become a grade. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

LEAST = 5
"""A group of fewer persons is shown as “too few” and does not count."""
LOW, HIGH = 1, 5
SELF = "self"
GROUPS = ("residents", "offices", "dispatchers", "inspectors", SELF)
WEIGHTS = {"residents": 40, "offices": 20, "dispatchers": 20, "inspectors": 20}
BOUNDS = {"A": 85, "B": 70, "C": 55, "D": 40}
LAST = "E"


@dataclass(frozen=True)
class GroupMean:
    """What a group said over all criteria."""

    group: str
    persons: int | None
    """The fewest that gave a mark by any of the criteria; None: too few."""
    mean: Fraction | None


@dataclass(frozen=True)
class Grade:
    """The result of an office."""

    points: Fraction | None
    """Out of 100; None: no group was large enough."""
    letter: str
    """A to E; empty where there are no points."""


def points(mean: Fraction) -> Fraction:
    """A mean mark as points out of 100: 1 is nothing, 5 is all."""
    return (mean - LOW) * 100 / (HIGH - LOW)


def grade(
    means: Sequence[GroupMean], weights: Mapping[str, int], bounds: Mapping[str, int]
) -> Grade:
    """The weighted mean of the groups that were large enough, without the office's own word."""
    counted = [
        (weights.get(one.group, 0), points(one.mean))
        for one in means
        if one.group != SELF and one.mean is not None and weights.get(one.group, 0) > 0
    ]
    whole = sum(weight for weight, _p in counted)
    if not whole:
        return Grade(None, "")
    total = sum((weight * value for weight, value in counted), Fraction()) / whole
    for letter, bound in sorted(bounds.items(), key=lambda pair: -pair[1]):
        if total >= bound:
            return Grade(total, letter)
    return Grade(total, LAST)
