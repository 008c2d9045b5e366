"""The strategy as a tree, with what was measured, what slipped, and the promises hung on it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from veche.city.delivery.models import Goal, Measured, Strategy, Superseded
from veche.city.delivery.queries.board import GROUP, Row, rows_of, values
from veche.core.cases.terms import city_zone
from veche.errors import NotFound

_DIGITS = re.compile(r"(\d+)")


class UnknownStrategy(NotFound):
    """There is no such strategy, or no such knot in it."""

    code = "unknown-strategy"


@dataclass
class Knot:
    """A goal, a task or a measure with what is known of it."""

    goal: Goal
    depth: int = 0
    below: list[Knot] = field(default_factory=list)
    measured: Measured | None = None
    """What was measured last."""
    first_ends: dt.date | None = None
    """The last day that was planned first, where another stands there now."""
    promises: dict[str, int] = field(default_factory=dict)
    """How many promises hang on it, by where they stand; without those below."""
    at: dt.date = dt.date.min
    """The day it is looked at."""

    @property
    def planned(self) -> Decimal | None:
        """What is planned for it; where it has no sums of its own, what is planned below."""
        return _money(self, "planned")

    @property
    def spent(self) -> Decimal | None:
        """The same of what was spent."""
        return _money(self, "spent")

    @property
    def slipped(self) -> int:
        """How many days later it ends than was planned first; negative: earlier."""
        ends = self.goal.ends
        return (ends - self.first_ends).days if ends and self.first_ends else 0

    @property
    def hung(self) -> int:
        """How many promises hang on it itself."""
        return sum(self.promises.values())

    @property
    def stands(self) -> str:
        """By its dates: ``coming``, ``running``, ``over`` or ``undated``."""
        begins, ends = self.goal.begins, self.goal.ends
        if begins is None and ends is None:
            return "undated"
        if begins and begins > self.at:
            return "coming"
        return "over" if ends and ends < self.at else "running"

    @property
    def done(self) -> float | None:
        """How far the indicator came from its baseline to its target, as a share of one: below 0
        where it went the other way, above 1 beyond the target; None where it cannot be said."""
        goal = self.goal
        if self.measured is None or goal.baseline is None or goal.target is None:
            return None
        way = goal.target - goal.baseline
        if way == 0:
            return 1.0 if self.measured.value == goal.target else 0.0
        return (self.measured.value - goal.baseline) / way

    @property
    def time(self) -> float | None:
        """How much of the time to the target has passed when it was measured last (or by now)."""
        goal = self.goal
        since, until = goal.baseline_on or goal.begins, goal.target_on or goal.ends
        if since is None or until is None or until <= since:
            return None
        on = self.measured.on if self.measured else self.at
        return (on - since).days / (until - since).days

    @property
    def pace(self) -> str:
        """``reached``, ``on-time`` or ``behind``, by the last value; empty where none is known."""
        if self.done is None:
            return ""
        if self.done >= 1:
            return "reached"
        return "behind" if self.time is not None and self.done < min(self.time, 1) else "on-time"

    def walk(self) -> Iterator[Knot]:
        """It and all below, in the order of the plan."""
        yield self
        for knot in self.below:
            yield from knot.walk()

    def all_promises(self) -> dict[str, int]:
        """How many promises hang on it and below, by where they stand."""
        found: dict[str, int] = {}
        for knot in self.walk():
            for group, count in knot.promises.items():
                found[group] = found.get(group, 0) + count
        return found


def _money(knot: Knot, name: str) -> Decimal | None:
    if knot.goal.planned is not None or knot.goal.spent is not None:
        own: Decimal | None = getattr(knot.goal, name)
        return own
    parts = [part for below in knot.below if (part := _money(below, name)) is not None]
    return sum(parts, Decimal(0)) if parts else None


@dataclass(frozen=True)
class Tree:
    """A strategy, whole."""

    strategy: Strategy
    roots: list[Knot]
    by_id: dict[int, Knot]

    def walk(self) -> Iterator[Knot]:
        """All knots in the order of the plan."""
        for root in self.roots:
            yield from root.walk()

    @property
    def planned(self) -> Decimal:
        """All planned money, each sum once."""
        return sum((knot.planned or Decimal(0) for knot in self.roots), Decimal(0))

    @property
    def spent(self) -> Decimal:
        """All spent money, each sum once."""
        return sum((knot.spent or Decimal(0) for knot in self.roots), Decimal(0))

    def count(self, kind: str) -> int:
        """How many knots of a kind."""
        return sum(knot.goal.kind == kind for knot in self.by_id.values())


def in_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """By what codes are sorted: 2.9 stands before 2.10."""
    parts = _DIGITS.split(code)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def strategies() -> list[Strategy]:
    """All strategies, the newest first."""
    return list(Strategy.objects.select_related("territory").order_by("-begins", "code"))


def strategy_of(code: str) -> Strategy:
    """The strategy of this code.

    Raises:
        UnknownStrategy: there is none.
    """
    found = Strategy.objects.select_related("territory").filter(code=code).first()
    if found is None:
        raise UnknownStrategy
    return found


def goals() -> QuerySet[Goal]:
    """Knots with what their rows name."""
    return Goal.objects.select_related("owner", "strategy__territory", "above")


def goal_of(strategy: str, code: str) -> Goal:
    """A knot by its code.

    Raises:
        UnknownStrategy: there is none.
    """
    found = goals().filter(strategy__code=strategy, code=code).first()
    if found is None:
        raise UnknownStrategy
    return found


_NEWEST = """
SELECT DISTINCT ON (m.goal_id) m.id, m.goal_id, m."on", m.value, m.source
FROM delivery_measured m JOIN delivery_goal g ON g.id = m.goal_id
WHERE g.strategy_id = ANY(%s) AND m."on" <= %s ORDER BY m.goal_id, m."on" DESC
"""
_FIRST_ENDS = """
SELECT DISTINCT ON (s.goal_id) s.goal_id, s.before
FROM delivery_superseded s JOIN delivery_goal g ON g.id = s.goal_id
WHERE g.strategy_id = ANY(%s) AND s.field = 'ends' AND s.before <> '' ORDER BY s.goal_id, s.id
"""
_PROMISES = f"""
SELECT p.goal_id, {GROUP} AS stands, count(*)
FROM delivery_goal g JOIN delivery_promise p ON p.goal_id = g.id
    JOIN cases_case c ON c.id = p.case_id
WHERE g.strategy_id = ANY(%(strategies)s) AND c.hidden_at IS NULL AND c.state <> '' GROUP BY 1, 2
"""


def trees(which: Sequence[Strategy], at: dt.datetime) -> list[Tree]:
    """Strategies as trees: four questions, however many there are."""
    today = at.astimezone(city_zone()).date()
    numbers = [one.pk for one in which]
    found = Goal.objects.filter(strategy__in=numbers).select_related("owner")
    owns = {one.pk: one for one in which}
    knots = {goal.pk: Knot(goal, at=today) for goal in found}
    for knot in knots.values():
        knot.goal.strategy = owns[knot.goal.strategy_id]
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [numbers, today])
        for pk, goal, on, value, source in cursor.fetchall():
            knots[goal].measured = Measured(pk=pk, goal_id=goal, on=on, value=value, source=source)
        cursor.execute(_FIRST_ENDS, [numbers])
        for goal, before in cursor.fetchall():
            knots[goal].first_ends = dt.date.fromisoformat(before)
        cursor.execute(_PROMISES, values(at) | {"strategies": numbers})
        for goal, group, count in cursor.fetchall():
            knots[goal].promises[group] = count
    roots: dict[int, list[Knot]] = {pk: [] for pk in numbers}
    for knot in sorted(knots.values(), key=lambda one: in_order(one.goal.code)):
        above = knots.get(knot.goal.above_id or 0)
        (above.below if above else roots[knot.goal.strategy_id]).append(knot)
    made = []
    for strategy in which:
        for root in roots[strategy.pk]:
            _deepen(root, 0)
        by_id = {k.goal.pk: k for root in roots[strategy.pk] for k in root.walk()}
        made.append(Tree(strategy, roots[strategy.pk], by_id))
    return made


def _deepen(knot: Knot, depth: int) -> None:
    knot.depth = depth
    for below in knot.below:
        _deepen(below, depth + 1)


def tree(strategy: Strategy, at: dt.datetime) -> Tree:
    """One strategy as a tree."""
    return trees([strategy], at)[0]


def history(goal: Goal) -> list[Superseded]:
    """What stood there before, the newest first."""
    return list(Superseded.objects.filter(goal=goal).select_related("by").order_by("-pk"))


def series(goal: Goal) -> list[Measured]:
    """All that was measured, in the order of the days."""
    return list(Measured.objects.filter(goal=goal).order_by("on"))


MOST_HUNG = 30


def hung(goals_of: Sequence[int], at: dt.datetime) -> list[Row]:
    """The promises that hang on these knots, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.case_id, {GROUP} FROM delivery_promise p
                JOIN cases_case c ON c.id = p.case_id
            WHERE p.goal_id = ANY(%(goals)s) AND c.hidden_at IS NULL AND c.state <> ''
            ORDER BY p.case_id DESC LIMIT {MOST_HUNG}""",
            values(at) | {"goals": list(goals_of)},
        )
        return rows_of(list(cursor.fetchall()), at)
