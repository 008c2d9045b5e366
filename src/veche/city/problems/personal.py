"""What problems hold about a person: those they reported."""

from __future__ import annotations

import datetime as dt
from typing import Any

from veche.city.problems.models import Problem
from veche.core.people.models import Person


def collect(person: Person) -> list[dict[str, Any]]:
    """The problems a person reported, as they wrote them."""
    rows = Problem.objects.filter(case__author_id=person.pk).select_related("case", "category")
    return [
        {
            "number": row.case.number,
            "category": row.category.code,
            "text": row.text,
            "address": row.address,
            "longitude": row.longitude,
            "latitude": row.latitude,
            "answers": row.answers,
            "state": row.case.state,
            "reported": row.case.opened_at.isoformat(),
        }
        for row in rows.order_by("case_id")
    ]


def erase(*, by: Person, at: dt.datetime, person: Person) -> None:
    """Problems stay: neighbours follow them. They hang on the number of an account that is empty
    from now on, and no page has ever shown a name beside them."""
