"""What this module holds about a person, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """About which promises somebody is asked and why, and what they answered."""
    from veche.city.delivery.models import Asked, Verdict

    asked = Asked.objects.filter(person=person).select_related("promise__case")
    said = Verdict.objects.filter(person=person).select_related("promise__case", "photograph__file")
    return {
        "asked": [
            {"promise": one.promise.case.number, "why": one.why} for one in asked.order_by("id")
        ],
        "answers": [
            {
                "promise": one.promise.case.number,
                "round": one.round,
                "accepts": one.accepts,
                "reason": one.reason,
                "text": one.text,
                "photograph": one.photograph.file.digest if one.photograph else None,
                "at": one.at.isoformat(),
            }
            for one in said.order_by("id")
        ],
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Answers stay counted without a name; their words and photographs go."""
    from veche.city.delivery.operations.forgetting import forget_answers

    forget_answers(by=by, at=at, person=person)
