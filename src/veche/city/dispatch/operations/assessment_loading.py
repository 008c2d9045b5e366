"""Marks of a past round, all at once: how a demo town gets a result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from veche.city.dispatch.models import AssessmentMark, AssessmentRound
from veche.city.dispatch.operations.assessment import RoundClosed
from veche.core.journal.operations import record
from veche.operation import operation

Given = tuple[int, int, int, str, int]
"""Criterion, office, person, group and mark."""


@operation
def load_marks(*, by: None, at: dt.datetime, row: AssessmentRound, given: Iterable[Given]) -> int:
    """Write the marks of invented people; how many.

    Raises:
        RoundClosed: the round was closed.
    """
    if row.closed_at is not None:
        raise RoundClosed
    marks = AssessmentMark.objects.bulk_create(
        AssessmentMark(
            criterion_id=criterion,
            organisation_id=office,
            person_id=person,
            group=group,
            value=value,
            at=at,
        )
        for criterion, office, person, group, value in given
    )
    record(kind="assessment.loaded", by=by, at=at, subject=f"assessment:{row.code}")
    return len(marks)
