"""What came back to the same place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veche.city.problems.models import Problem, Recurrence
from veche.city.problems.procedure import PUBLIC


@dataclass(frozen=True)
class Again:
    """A problem at the same place, before or after."""

    problem: Problem
    link: Recurrence


@dataclass(frozen=True)
class Past:
    """What the page of a problem says about its place."""

    before: Again | None
    """What had been called finished here."""
    after: Sequence[Again]
    """What was reported here after this one had been called finished."""


def past_of(problem: Problem) -> Past:
    """Before and after, as far as everybody may read them; two queries."""
    rows = list(
        Recurrence.objects.filter(case_id=problem.pk).select_related("organisation")
    ) + list(
        Recurrence.objects.filter(past_id=problem.pk)
        .select_related("organisation")
        .order_by("case_id")[:20]
    )
    if not rows:
        return Past(None, ())
    keys = {r.past_id if r.case_id == problem.pk else r.case_id for r in rows}
    found = {
        p.pk: p
        for p in Problem.objects.filter(
            case_id__in=keys, case__state__in=PUBLIC, case__hidden_at__isnull=True
        ).select_related("case", "category")
    }
    before = [
        Again(found[r.past_id], r) for r in rows if r.case_id == problem.pk and r.past_id in found
    ]
    after = [
        Again(found[r.case_id], r) for r in rows if r.past_id == problem.pk and r.case_id in found
    ]
    return Past(before[0] if before else None, after)
