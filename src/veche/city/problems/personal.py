"""What problems hold about a person: reported, found as a volunteer, and thought of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from veche.city.problems import pending
from veche.city.problems.models import CheckTask, Problem, Satisfaction
from veche.city.problems.operations.satisfaction import forget_words
from veche.core.people.models import Person


def collect(person: Person) -> dict[str, list[dict[str, Any]]]:
    """The problems a person reported, what they found as a volunteer, and how they rated."""
    return {"reported": _reported(person), "checks": _checks(person), "ratings": _ratings(person)}


def _checks(person: Person) -> list[dict[str, Any]]:
    rows = CheckTask.objects.filter(volunteer=person).select_related("round__case")
    return [
        {
            "number": row.round.case.number,
            "asked": row.asked_at.isoformat(),
            "answered": row.ended_at.isoformat() if row.ended_at and row.said else None,
            "found": row.said,
            "text": row.text,
        }
        for row in rows.order_by("id")
    ]


def _ratings(person: Person) -> list[dict[str, Any]]:
    rows = Satisfaction.objects.filter(case__author_id=person.pk).select_related("case")
    return [
        {
            "number": row.case.number,
            "said": row.at.isoformat(),
            "score": row.score,
            "answers": row.answers,
            "text": row.text,
            "public": row.text_public,
        }
        for row in rows.order_by("id")
    ]


def _reported(person: Person) -> list[dict[str, Any]]:
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
    """Public problems stay: neighbours follow them. They hang on the number of an account that is
    empty from now on, and no page has ever shown a name beside them. What nobody but a moderator
    or an office has read goes, with its photographs and with what was begun to be sent; checks that
    wait go to somebody else."""
    forget_words(by=by, at=at, person=person)
    transaction.on_commit(lambda: pending.forget(person))
