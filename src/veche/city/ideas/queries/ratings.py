"""Rushes: which wait, what they hold minute by minute, what was decided about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Q

from veche.city.ideas.models import Rating, Rush, RushStep
from veche.city.ideas.operations.rushes import ROLES

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.city.ideas.models import Idea
    from veche.core.organisations.models import Holding

MINUTES = 60
"""Minutes drawn of a rush."""


@dataclass(frozen=True)
class Minute:
    """How many rated an idea in one minute."""

    at: dt.datetime
    counted: int
    held: int
    void: int

    @property
    def whole(self) -> int:
        """All of them."""
        return self.counted + self.held + self.void


@dataclass(frozen=True)
class Seen:
    """A rush with its numbers."""

    rush: Rush
    held: int
    counted: int
    void: int
    steps: Sequence[RushStep]

    @property
    def last(self) -> RushStep | None:
        """The newest decision."""
        return self.steps[-1] if self.steps else None


def _mine(held: Sequence[Holding]) -> QuerySet[Rush]:
    """The rushes on ideas in the territories where somebody with these roles decides."""
    reach = Q(pk__in=())
    for one in held:
        if one.role not in ROLES:
            continue
        if one.territory_id is None:
            return Rush.objects.all()
        reach |= (
            Q(idea__case__territory=one.territory_id)
            | Q(idea__case__territory__district=one.territory_id)
            | Q(idea__case__territory__city=one.territory_id)
        )
    return Rush.objects.filter(reach)


def waiting(held: Sequence[Holding]) -> int:
    """How many rushes wait for somebody who holds these roles."""
    return _mine(held).filter(outcome=Rush.Outcome.OPEN).count()


def rushes(held: Sequence[Holding], most: int = 100) -> list[Seen]:
    """The rushes that somebody with these roles looks at, those that wait first."""
    # By the alphabet those that wait come first.
    rows = _mine(held).select_related("idea__case").order_by("outcome", "-began_at")
    return _numbers(list(rows[:most]))


def of_idea(idea: Idea) -> list[Seen]:
    """The rushes on one idea, newest first."""
    return _numbers(list(Rush.objects.filter(idea=idea).order_by("-began_at")))


def seen(pk: int) -> Seen | None:
    """One rush with its idea and its numbers; None where there is none."""
    rows = Rush.objects.filter(pk=pk).select_related("idea__case__territory")
    return next(iter(_numbers(list(rows))), None)


def _numbers(rows: Sequence[Rush]) -> list[Seen]:
    keys = [one.pk for one in rows]
    counts: dict[tuple[int, str], int] = {}
    for rush, standing, count in (
        Rating.objects.filter(rush__in=keys).values_list("rush", "standing").annotate(Count("id"))
    ):
        counts[rush, standing] = count
    steps: dict[int, list[RushStep]] = {}
    for step in RushStep.objects.filter(rush__in=keys).order_by("id"):
        steps.setdefault(step.rush_id, []).append(step)
    return [
        Seen(
            one,
            counts.get((one.pk, "held"), 0),
            counts.get((one.pk, "counted"), 0),
            counts.get((one.pk, "void"), 0),
            steps.get(one.pk, ()),
        )
        for one in rows
    ]


_MINUTES = """
SELECT date_trunc('minute', at) AS minute, count(*) FILTER (WHERE standing = 'counted'),
    count(*) FILTER (WHERE standing = 'held'), count(*) FILTER (WHERE standing = 'void')
FROM ideas_rating WHERE idea_id = %s AND at >= %s AND at < %s GROUP BY 1 ORDER BY 1
"""


def minutes(rush: Rush) -> list[Minute]:
    """How many rated the idea minute by minute, from five minutes before a rush on; the
    minutes between in which nobody did are there too."""
    begin = rush.began_at.replace(second=0, microsecond=0) - dt.timedelta(minutes=5)
    with connection.cursor() as cursor:
        cursor.execute(
            _MINUTES, [rush.idea_id, begin, begin + dt.timedelta(minutes=MINUTES)]
        )  # fmt: skip
        found = {row[0]: Minute(*row) for row in cursor.fetchall()}
    if not found:
        return []
    last = max(found)
    made = []
    moment = min(begin, min(found))
    while moment <= last:
        made.append(found.get(moment) or Minute(moment, 0, 0, 0))
        moment += dt.timedelta(minutes=1)
    return made
