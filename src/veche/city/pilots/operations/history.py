"""The programme's past in bulk: every step is judged as if made alone, every signature is real.

One journal record speaks for all of it, and nobody is told of anything. The rows are made by
`veche.city.pilots.demo`; here they are written, in the order in which the database can judge them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from veche.city.pilots.models import Application, Call
from veche.city.pilots.operations.stages import put_breaches
from veche.city.pilots.queries.scores import score_call
from veche.core.cases.operations.past import Course, Due, born
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.operation import operation

DAY = dt.timedelta(days=1)
ALL = 36_500
"""Days that are looked back for terms that were broken: all of the past."""


@dataclass
class Rows:
    """What is written: rows by their table in the order of writing, and the courses of cases."""

    tables: dict[type[Model], list[Any]] = field(default_factory=lambda: defaultdict(list))
    calls: list[Course] = field(default_factory=list)
    applications: list[Course] = field(default_factory=list)
    ends: dict[int, dt.datetime] = field(default_factory=dict)
    """Application → until when its trial is to last: its clock in that state."""

    def add(self, row: Model) -> Any:
        """One more row; the row."""
        self.tables[type(row)].append(row)
        return row


def _due(ends: Mapping[int, dt.datetime]) -> Due:
    def due(course: Course, state: str, since: dt.datetime) -> dt.datetime | None:
        if state == "running" and course.case.pk in ends:
            return ends[course.case.pk]
        term = course.declared.by_code[state].term
        return since + term.number * DAY if term else None

    return due


@operation
def found_programme(
    *,
    by: None,
    at: dt.datetime,
    companies: Sequence[Organisation],
    rows: Mapping[type[Model], Sequence[Model]],
) -> None:
    """Write a programme with its words, companies, experts and sites, many at once. Companies that
    register together are told together: one record for all.

    Raises:
        django.db.IntegrityError: two are the same.
    """
    for model, found in rows.items():
        model._default_manager.bulk_create(found)
    record(
        kind="pilots.founded", by=by, at=at, subject="pilots",
        public={"companies": len(companies), "rows": sum(map(len, rows.values()))},
    )  # fmt: skip


@operation
def load_past(*, by: None, at: dt.datetime, rows: Rows, order: Sequence[type[Model]]) -> int:
    """Write calls and applications that were decided, or stand somewhere now; how many.

    ``order`` names the tables in the order in which they are written: what a signature freezes
    before the signature, what needs signatures after them.

    Raises:
        django.db.IntegrityError: a step was not possible (the trigger names the case).
    """
    batch = record(
        kind="pilots.past-loaded", by=by, at=at, subject="pilots",
        public={"applications": len(rows.applications)},
    )  # fmt: skip
    for model in order:
        model._default_manager.bulk_create(rows.tables.get(model, ()))
    # The steps last: a start asks for the signatures.
    due = _due(rows.ends)
    born(rows.calls, batch, at, due)
    born(rows.applications, batch, at, due)
    scored = []
    for call in Call.objects.all():
        for pk, score in score_call(call).items():
            scored.append(
                Application(
                    pk=pk, mean=score.mean, adjusted=score.adjusted, uncertainty=score.error
                )
            )
    Application.objects.bulk_update(scored, ["mean", "adjusted", "uncertainty"], batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pilots_application, pilots_tester, pilots_testeranswer")
    put_breaches(at=at, back=ALL)
    return len(rows.applications)
