"""How applications stand on the programme's clock: one, and many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.city.pilots.models import Application, Breach, StageTerm
from veche.city.pilots.rules.stages import Course, course
from veche.core.cases.models import CaseEvent

if TYPE_CHECKING:
    from veche.city.pilots.models import Programme


def terms_of(programme: Programme) -> dict[str, int]:
    """The days that each stage of a programme may take; of a stage without a term, nothing."""
    rows = StageTerm.objects.filter(programme=programme)
    return dict(rows.values_list("stage", "days"))


def course_of(application: Application, at: dt.datetime) -> Course:
    """How far an application has come on the clock; two queries."""
    return courses([application], at)[application.pk]


def courses(applications: Sequence[Application], at: dt.datetime) -> dict[int, Course]:
    """The same for many, by the number of the case; two queries however many."""
    steps: dict[int, list[tuple[dt.datetime, str]]] = {one.pk: [] for one in applications}
    rows = CaseEvent.objects.filter(case__in=steps, at__lte=at).order_by("case_id", "seq")
    for case, moment, state in rows.values_list("case_id", "at", "target"):
        steps[case].append((moment, state))
    terms: dict[int, dict[str, int]] = {}
    programmes = {one.programme_id for one in applications}
    for row in StageTerm.objects.filter(programme__in=programmes):
        terms.setdefault(row.programme_id, {})[row.stage] = row.days
    return {
        one.pk: course(
            steps[one.pk],
            terms=terms.get(one.programme_id, {}),
            limit=one.programme.days,
            now=at,
        )
        for one in applications
    }


def breaches_of(application: Application) -> list[Breach]:
    """The terms an application broke, in the order they were found; they stay for ever."""
    return list(Breach.objects.filter(application=application).order_by("due_at", "pk"))
