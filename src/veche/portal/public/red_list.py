"""The red list: problems whose overdue promise has climbed to the public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from veche.city.problems.models import Problem
from veche.city.problems.procedure import OWED
from veche.core.cases.terms import city_zone
from veche.core.organisations.models import Organisation

RED = 3
"""The level at which an overdue promise is everybody's."""
PAGE = 50
MOST = 100_000


@dataclass(frozen=True)
class Red:
    """One problem of the list."""

    problem: Problem
    office: Organisation | None
    first_promised_at: dt.datetime
    promised_at: dt.datetime
    days: int
    """Whole days after the first promise: a later date never hides them."""

    @property
    def number(self) -> str:
        """The number of the problem."""
        return self.problem.case.number

    @property
    def title(self) -> str:
        """Its first sentence; empty where its words are hidden from the public."""
        return "" if self.problem.case.hidden_at else self.problem.title

    @property
    def prolonged(self) -> bool:
        """Whether the head of the office signed a later date."""
        return self.promised_at > self.first_promised_at


def _rows(at: dt.datetime, office: str = "") -> QuerySet[Problem]:
    rows = Problem.objects.filter(
        case__promised_at__lt=at,
        case__paused_at__isnull=True,
        case__climbed__gte=RED,
        case__state__in=OWED,
        source="",
    )
    return rows.filter(case__organisation__code=office) if office else rows


def days_late(first: dt.datetime, at: dt.datetime) -> int:
    """How many days of the city's calendar lie between the first promise and a moment."""
    zone = city_zone()
    return (at.astimezone(zone).date() - first.astimezone(zone).date()).days


def count(at: dt.datetime, office: str = "") -> int:
    """How many problems stand on the list."""
    return _rows(at, office).count()


def listed(at: dt.datetime, office: str = "", page: int = 1, size: int = PAGE) -> Iterator[Red]:
    """The list, the longest overdue first."""
    rows = (
        _rows(at, office)
        .select_related("case__organisation", "case__territory", "category")
        .order_by("case__first_promised_at", "pk")
    )
    for problem in rows[(page - 1) * size : page * size].iterator(chunk_size=2000):
        case = problem.case
        if case.first_promised_at is None or case.promised_at is None:
            continue
        yield Red(
            problem=problem,
            office=case.organisation,
            first_promised_at=case.first_promised_at,
            promised_at=case.promised_at,
            days=days_late(case.first_promised_at, at),
        )


def by_office(at: dt.datetime) -> list[tuple[Organisation, int]]:
    """How many stand there for each office, the most first."""
    counted = dict(
        _rows(at)
        .filter(case__organisation__isnull=False)
        .order_by()
        .values_list("case__organisation")
        .annotate(n=Count("pk"))
    )
    offices = Organisation.objects.in_bulk(counted)
    return sorted(
        ((offices[pk], n) for pk, n in counted.items()), key=lambda one: (-one[1], str(one[0]))
    )
