"""All of a view as rows of a table file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from veche.core.cases.models import Case
from veche.core.desk.queries.queue import ordered, read, rows_of
from veche.core.people.models import Person
from veche.core.places.queries import atlas


def sheet(cases: QuerySet[Case], person: Person, sort: str, at: dt.datetime) -> Iterator[list[Any]]:
    """A view as rows of a table file, the head first; moments in ISO 8601, UTC."""
    yield [
        "number", "kind", "state", "due", "late", "theme", "district", "place", "text", "since",
        "taken_by",
    ]  # fmt: skip
    places = atlas()
    ids = list(ordered(cases, sort).values_list("pk", flat=True))
    for begin in range(0, len(ids), 500):
        part = read(ids[begin : begin + 500], person, sort)
        for row in rows_of(part, None, at, places):
            yield [
                row.number,
                row.case.procedure,
                row.case.state,
                _iso(row.due),
                "yes" if row.due and row.due < at else "no",
                row.line.theme,
                row.district,
                row.line.place,
                row.line.text,
                _iso(row.started),
                row.taken,
            ]


def _iso(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds") if moment else ""
