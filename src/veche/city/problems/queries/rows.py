"""The rows of a page of the list: found by an index however deep the page lies, and read light."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField, F, QuerySet
from django.db.models.expressions import RawSQL

from veche.city.problems.models import Problem
from veche.city.problems.queries.categories import Kinds
from veche.city.problems.queries.lists import COUNTED, PAGE, Filter, Tally, choice
from veche.core.places.queries import Atlas

_ORDERS = {
    "newest": "c.opened_at DESC, c.id DESC",
    "due": "c.due_at ASC NULLS LAST, c.id",
}
FEW = 5000
"""So many are found by their state and place and then sorted; more are read in their order."""
STEP = 500
"""Rows between two landmarks of a long list."""
_SHALLOW = 1000
"""Rows that are passed over without asking for landmarks."""


class Row(NamedTuple):
    """What the list shows of a problem: fifty of these cost a fifth of fifty model objects."""

    number: str
    state: str
    opened_at: dt.datetime
    due_at: dt.datetime | None
    territory_id: int
    category_id: int
    text: str
    address: str
    longitude: float
    latitude: float


_ROW = (
    "c.number, c.state, c.opened_at, c.due_at, c.territory_id,"
    " p.category_id, p.text, p.address, p.longitude, p.latitude"
)


def rows_of(which: Filter, at: dt.datetime, places: Atlas, known: Kinds, total: Tally) -> list[Row]:
    """The rows of the filter's page; ``total`` are the filter's counts and keeps its landmarks."""
    tables, wanted, values = choice(which, at, places, known)
    first = (which.page - 1) * PAGE
    order = _ORDERS[which.order]
    with connection.cursor() as cursor:
        if total.count <= FEW:
            # The planner takes state and place for independent and would read all cases in
            # their order; but few are wanted, and an index finds them.
            found = (
                "WITH found AS MATERIALIZED (SELECT c.id, c.opened_at, c.due_at"
                f" FROM {tables} WHERE {wanted}) SELECT c.id FROM found c"
            )
        else:
            found = f"SELECT c.id FROM {tables} WHERE {wanted}"
            if which.order == "newest":
                if first >= _SHALLOW and not total.landmarks:
                    limits = [*values, COUNTED, STEP]
                    cursor.execute(_LANDMARKS.format(tables, wanted), limits)
                    total.landmarks[:] = cursor.fetchall()
                if first >= _SHALLOW and total.landmarks:
                    landmark = min(first // STEP, len(total.landmarks) - 1)
                    found += " AND (c.opened_at, c.id) <= (%s, %s)"
                    values += total.landmarks[landmark]
                    first -= landmark * STEP
                    if landmark + 2 < len(total.landmarks):  # a page may lie across one
                        found += " AND (c.opened_at, c.id) > (%s, %s)"
                        values += total.landmarks[landmark + 2]
                else:  # what is newer lies elsewhere and would be read in vain
                    found += " AND c.opened_at <= %s"
                    values.append(total.newest)
            elif first + PAGE <= total.due:  # what has ended stands behind, and is not sorted
                found += " AND c.due_at IS NOT NULL"
        cursor.execute(
            f"SELECT {_ROW} FROM ({found} ORDER BY {order} LIMIT %s OFFSET %s) page"
            " JOIN cases_case c ON c.id = page.id JOIN problems_problem p ON p.case_id = page.id"
            f" ORDER BY {order}",
            [*values, PAGE, first],
        )
        return [Row(*row) for row in cursor.fetchall()]


_LANDMARKS = """
SELECT opened_at, id FROM (
    SELECT c.opened_at, c.id, row_number() OVER (ORDER BY c.opened_at DESC, c.id DESC) AS place
    FROM {} WHERE {} ORDER BY c.opened_at DESC, c.id DESC LIMIT %s) one
WHERE place %% %s = 1 ORDER BY place
"""


def objects(
    which: Filter,
    at: dt.datetime,
    places: Atlas,
    known: Kinds,
    first: int = 0,
    size: int | None = None,
) -> QuerySet[Problem]:
    """The problems of the filter in its order, each with its case, as objects."""
    tables, wanted, values = choice(which, at, places, known)
    order = _ORDERS[which.order]
    found = f"SELECT c.id FROM {tables} WHERE {wanted} ORDER BY {order} LIMIT %s OFFSET %s"
    # As an array they are found first; joined, the planner might read all problems beside them.
    chosen = RawSQL(
        f"problems_problem.case_id = ANY(ARRAY({found}))", [*values, size, first], BooleanField()
    )
    rows = Problem.objects.filter(chosen)
    if which.order == "due":
        rows = rows.order_by(F("case__due_at").asc(nulls_last=True), "case_id")
    else:
        rows = rows.order_by("-case__opened_at", "-case_id")
    return rows.select_related("case")


_SHOWN = (
    "text",
    "address",
    "longitude",
    "latitude",
    "category_id",
    "source",
    "case__number",
    "case__state",
    "case__opened_at",
    "case__due_at",
    "case__closed_at",
    "case__territory_id",
)


def page_of(
    which: Filter, at: dt.datetime, places: Atlas, known: Kinds, size: int = PAGE
) -> list[Problem]:
    """The page of the filter as objects; the category comes from ``known``."""
    rows = objects(which, at, places, known, (which.page - 1) * size, size)
    found = list(rows.only(*_SHOWN))
    for problem in found:
        if (kind := known.by_id.get(problem.category_id)) is not None:
            problem.category = kind
    return found
