"""What concerns one person: their problems, those they follow, what was said to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from veche.city.problems.models import Problem
from veche.core.notices.models import Following
from veche.core.notices.queries import notices_of
from veche.core.notices.words import worded
from veche.core.people.models import Person

_MOST = 100


def reported_by(person: Person) -> list[Problem]:
    """The problems a person reported, newest first."""
    rows = Problem.objects.filter(case__author=person).select_related(
        "case", "case__territory", "category"
    )
    return list(rows.order_by("-case__opened_at", "-case_id")[:_MOST])


def followed_by(person: Person) -> list[Problem]:
    """The problems of others that a person follows, newest first."""
    cases = Following.objects.filter(person=person).values("case_id")
    rows = Problem.objects.filter(case_id__in=cases, case__hidden_at__isnull=True)
    rows = rows.exclude(case__author=person)
    rows = rows.select_related("case", "case__territory", "category")
    return list(rows.order_by("-case__opened_at", "-case_id")[:_MOST])


@dataclass(frozen=True)
class Said:
    """A notice in words."""

    number: str
    text: str
    at: dt.datetime
    seen: bool


def notices(person: Person) -> list[Said]:
    """The latest notices of a person, newest first."""
    # The latest are taken by their place in the table, which has the index; what a town was drawn
    # with lies there by problem, and a reader looks for the newest moment.
    return [
        Said(one.case.number, worded(one)[1], one.at, one.seen_at is not None)
        for one in sorted(notices_of(person), key=lambda one: one.at, reverse=True)
    ]
