"""What points are given for, as it counts until the city sets other numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

AUTHOR: Final = "author"
"""The author of the matter that the record is about earns."""
ACTOR: Final = "actor"
"""Who did it earns."""
VOTERS: Final = "voters"
"""Everybody of whom the count knows that they took part earns, whatever they chose."""


@dataclass(frozen=True)
class Rule:
    """Points for one thing that people do."""

    code: str
    kinds: tuple[str, ...]
    """Kinds of journal records after which they are given."""
    who: str
    points: int
    per_day: int
    """How often a person can earn them on one day of the city."""
    per_month: int
    """How often in one month."""
    undone_by: tuple[str, ...] = ()
    """Kinds of records about the same matter that take them back."""
    active: bool = True


def _passed(kind: str) -> tuple[str, ...]:
    return tuple(
        f"{kind}.{move}"
        for move in ("accept", "pass", "overturn", "overturn_above")
    )  # fmt: skip


RULES: Final = (
    Rule("idea", _passed("idea"), AUTHOR, 20, 1, 5, ("idea.remove",)),
    Rule("initiative", _passed("initiative"), AUTHOR, 30, 1, 2, ("initiative.remove",)),
    Rule(
        "problem", ("problem.confirm",), AUTHOR, 10, 2, 10,
        ("problem.remove", "problem.find_undone_later"),
    ),
    Rule("check", ("problems.check-answered",), ACTOR, 15, 3, 20),
    Rule("verdict", ("delivery.verdict",), ACTOR, 10, 3, 10),
    Rule("vote", ("vote.announce",), VOTERS, 25, 5, 10),
)  # fmt: skip
"""Every rule. Each gives once for one matter, however often the thing is done there."""

BY_CODE: Final = {rule.code: rule for rule in RULES}
GIVES: Final = {kind: rule.code for rule in RULES for kind in rule.kinds}
"""Kind of record → the rule that gives after it."""
TAKES: Final = {kind: rule.code for rule in RULES for kind in rule.undone_by}
"""Kind of record → the rule whose points it takes back."""

MOST_POINTS: Final = 1000
"""The largest number a rule can give at once."""
MOST_TIMES: Final = 1000
"""The largest cap."""


@dataclass(frozen=True)
class Limits:
    """What holds for all rules."""

    young_days: int = 30
    """An account is young for so many days after it was opened."""
    young_most: int = 60
    """A young account earns so many points at most as long as it is young."""
    code_days: int = 60
    """A code for a reward can be used for so many days."""


UNDO_HOURS: Final = 24
"""A reward can be given back for so many hours, if its code was not used."""
LEAST_PEOPLE: Final = 5
"""Sums are published where so many people or more are in them."""


def with_numbers(
    rule: Rule, *, points: int, per_day: int, per_month: int, active: bool
) -> Rule:  # fmt: skip
    """The rule with the city's own numbers."""
    return replace(rule, points=points, per_day=per_day, per_month=per_month, active=active)


def room(
    rule: Rule, limits: Limits, *, today: int, this_month: int, young: bool, while_young: int
) -> int:
    """How many points a person gets for one more act: all, fewer, or none.

    ``today`` and ``this_month`` say how often they earned by this rule, ``while_young`` how much
    they earned in all.

    >>> room(RULES[0], Limits(), today=0, this_month=0, young=True, while_young=50)
    10
    """
    if not rule.active or today >= rule.per_day or this_month >= rule.per_month:
        return 0
    if young:
        return max(0, min(rule.points, limits.young_most - while_young))
    return rule.points
