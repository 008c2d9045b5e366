"""The strategies whole: money plan against fact, promises by where they stand, by office and goal;
and the same over the years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection

from veche.city.delivery.queries.strategy import Knot, Tree
from veche.core.organisations.models import Organisation

CENT = Decimal("0.01")


@dataclass
class Share:
    """One line of the portfolio: an office, or a goal at the top."""

    name: object
    url_code: str = ""
    knots: int = 0
    running: int = 0
    over: int = 0
    slipped: int = 0
    planned: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    promises: dict[str, int] = field(default_factory=dict)

    def add(self, knot: Knot) -> None:
        """Count a knot whose money is its own."""
        self.knots += 1
        self.running += knot.stands == "running"
        self.over += knot.stands == "over"
        self.slipped += knot.slipped > 0
        for group, count in knot.promises.items():
            self.promises[group] = self.promises.get(group, 0) + count

    @property
    def bad(self) -> int:
        """How many of its promises are late or broken."""
        return self.promises.get("late", 0) + self.promises.get("broken", 0)

    @property
    def spent_share(self) -> float | None:
        """What was spent of what was planned."""
        return float(self.spent / self.planned) if self.planned else None


def counted(tree: Tree) -> list[Knot]:
    """The knots whose money counts: those of a sum of their own that no knot above has too."""
    found: list[Knot] = []

    def look(knot: Knot) -> None:
        if knot.goal.planned is not None or knot.goal.spent is not None:
            found.append(knot)
        else:
            for below in knot.below:
                look(below)

    for root in tree.roots:
        look(root)
    return found


def by_office(trees: Sequence[Tree]) -> list[Share]:
    """Each office with its knots, money and promises; knots without one stand together."""
    shares: dict[int | None, Share] = {}

    def of(office: Organisation | None) -> Share:
        key = office.pk if office else None
        return shares.setdefault(key, Share(office, office.code if office else ""))

    for tree in trees:
        for knot in tree.walk():
            of(knot.goal.owner).add(knot)
        for knot in counted(tree):
            share = of(knot.goal.owner)
            share.planned += knot.goal.planned or Decimal(0)
            share.spent += knot.goal.spent or Decimal(0)
    return sorted(shares.values(), key=lambda one: (one.name is None, -one.planned, one.url_code))


def by_goal(trees: Sequence[Tree]) -> list[Share]:
    """Each goal at the top of its tree, with all below."""
    found = []
    for tree in trees:
        for root in tree.roots:
            share = Share(root, root.goal.code)
            for knot in root.walk():
                share.add(knot)
            share.planned, share.spent = root.planned or Decimal(0), root.spent or Decimal(0)
            found.append(share)
    return found


@dataclass
class Year:
    """The money of a knot in one year."""

    planned: Decimal = Decimal(0)
    """Its part of the sum, spread over the days of its term."""
    promised: Decimal = Decimal(0)
    """What promises that hang on it or below plan to spend, by their own dates."""
    spent: Decimal = Decimal(0)
    """What they spent."""


_MONEY = """
SELECT p.goal_id, extract(year FROM a."on")::int, a.kind, sum(a.amount)
FROM delivery_amount a JOIN delivery_promise p ON p.case_id = a.promise_id
    JOIN delivery_goal g ON g.id = p.goal_id JOIN cases_case c ON c.id = p.case_id
WHERE g.strategy_id = %s AND a.superseded_by_id IS NULL AND c.hidden_at IS NULL
    AND a."on" >= make_date(%s, 1, 1) AND a."on" < make_date(%s, 1, 1)
GROUP BY 1, 2, 3
"""


def spread(amount: Decimal, begins: dt.date, ends: dt.date, year: int) -> Decimal:
    """The part of a sum that falls into a year, by days; the parts of all years make the sum."""
    whole = (ends - begins).days + 1

    def until(day: dt.date) -> Decimal:
        days = min(max((day - begins).days, 0), whole)
        return (amount * days / whole).quantize(CENT, ROUND_HALF_UP)

    return until(dt.date(year + 1, 1, 1)) - until(dt.date(year, 1, 1))


def years_of(tree: Tree, years: Sequence[int]) -> dict[int, dict[int, Year]]:
    """The money of every knot in each of the years, sums from below included: by knot and year."""
    found = {pk: {year: Year() for year in years} for pk in tree.by_id}
    for pk, knot in tree.by_id.items():
        goal = knot.goal
        begins, ends = goal.begins or tree.strategy.begins, goal.ends or tree.strategy.ends
        if goal.planned is not None and begins <= ends:
            for year in years:
                found[pk][year].planned = spread(goal.planned, begins, ends, year)
    with connection.cursor() as cursor:
        cursor.execute(_MONEY, [tree.strategy.pk, min(years), max(years) + 1])
        for goal, year, kind, amount in cursor.fetchall():
            if kind == "planned":
                found[goal][year].promised += amount
            else:
                found[goal][year].spent += amount
    for root in tree.roots:
        _sum_up(root, found)
    return found


def _sum_up(knot: Knot, found: dict[int, dict[int, Year]]) -> None:
    own = found[knot.goal.pk]
    for below in knot.below:
        _sum_up(below, found)
        for year, money in found[below.goal.pk].items():
            if knot.goal.planned is None:
                own[year].planned += money.planned
            own[year].promised += money.promised
            own[year].spent += money.spent
