"""How applications stand on the programme's clock: one, many, and the city's medians."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pilots.models import Application, Breach, StageTerm
from veche.city.pilots.rules.stages import STAGES, WHOLE, Course, course
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


@dataclass(frozen=True)
class StageFigure:
    """What a stage took applications that have left it behind."""

    stage: str
    """One of the stages, or ``all``: from the application to the report."""
    count: int
    """Applications that it is reckoned from."""
    median: float | None
    """Days of the city; of the whole, days of the clock. None where there is none."""
    ninetieth: float | None
    """The days within which nine of ten were done."""


# An application stands in a figure once it has gone on to the next stage: one that was turned down
# took less of a stage than it has.
_TIMES = """
WITH per_stage AS (
    SELECT v.application_id, v.stage,
        extract(epoch FROM sum(v.until - v.since) FILTER (WHERE NOT v.waiting)) / 86400.0 AS days
    FROM pilots_stage_span v JOIN pilots_application a ON a.case_id = v.application_id
    JOIN cases_case c ON c.id = v.application_id
    WHERE (%(programme)s IS NULL OR a.programme_id = %(programme)s)
    GROUP BY v.application_id, v.stage
    HAVING bool_and(v.until IS NOT NULL AND v.until <= %(at)s)
        AND EXISTS (SELECT FROM cases_caseevent e WHERE e.case_id = v.application_id
            AND e.at <= %(at)s AND e.target = CASE v.stage
                WHEN 'application' THEN 'review' WHEN 'selection' THEN 'matching'
                WHEN 'agreement' THEN 'running' WHEN 'trial' THEN 'evaluating'
                WHEN 'evaluation' THEN 'answering' END)
), whole AS (
    SELECT v.application_id, 'all' AS stage,
        extract(epoch FROM max(v.until) - min(v.since)) / 86400.0 AS days
    FROM pilots_stage_span v JOIN pilots_application a ON a.case_id = v.application_id
    WHERE a.evaluated_at <= %(at)s
        AND (%(programme)s IS NULL OR a.programme_id = %(programme)s)
    GROUP BY v.application_id HAVING bool_and(v.until IS NOT NULL)
)
"""
_FIGURES = f"""{_TIMES}
SELECT stage, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY days),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY days)
FROM (SELECT * FROM per_stage UNION ALL SELECT * FROM whole) times
WHERE days IS NOT NULL GROUP BY stage
"""


def stage_figures(at: dt.datetime, programme: Programme | None = None) -> Mapping[str, StageFigure]:
    """Median and ninetieth percentile of the days each stage took, and the whole (``all``), over
    all applications that have left it for the next; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"at": at, "programme": programme.pk if programme else None})
        rows = {row[0]: StageFigure(*row) for row in cursor.fetchall()}
    return {
        stage: rows.get(stage) or StageFigure(stage, 0, None, None) for stage in (*STAGES, WHOLE)
    }


def stage_times(
    at: dt.datetime, programme: Programme | None = None
) -> Iterable[tuple[int, str, float]]:
    """What the figures are reckoned from: application, stage (or ``all``), days."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_TIMES} SELECT * FROM per_stage WHERE days IS NOT NULL UNION ALL SELECT * FROM whole"
            " ORDER BY 1, 2",
            {"at": at, "programme": programme.pk if programme else None},
        )
        return [(case, stage, float(days)) for case, stage, days in cursor.fetchall()]
