"""What concerns one person: their problems and those they follow."""

from __future__ import annotations

from veche.city.problems.models import Problem
from veche.core.notices.models import Following
from veche.core.people.models import Person

_MOST = 100


def reported_by(person: Person) -> list[Problem]:
    """The problems a person reported, newest first."""
    rows = Problem.objects.filter(case__author=person).select_related(
        "case", "case__territory", "case__organisation", "category"
    )
    return list(rows.order_by("-case__opened_at", "-case_id")[:_MOST])


def followed_by(person: Person) -> list[Problem]:
    """The problems of others that a person follows, newest first."""
    cases = Following.objects.filter(person=person).values("case_id")
    rows = Problem.objects.filter(case_id__in=cases, case__hidden_at__isnull=True)
    rows = rows.exclude(case__author=person)
    rows = rows.select_related("case", "case__territory", "case__organisation", "category")
    return list(rows.order_by("-case__opened_at", "-case_id")[:_MOST])
