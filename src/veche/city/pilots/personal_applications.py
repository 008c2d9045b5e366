"""What this part holds about a person, and how it is erased: applications and their screening."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOVES = ("submit", "withdraw", "reply", "ask", "admit", "turn_down", "raise", "grant", "deny")


def collect(person: Person) -> dict[str, Any]:
    """What somebody did with applications, for a company, the agency or as an arbiter, and what
    they asked and answered there."""
    from veche.city.pilots.models import Question
    from veche.core.cases.models import CaseEvent

    steps = CaseEvent.objects.filter(
        actor=person, case__procedure__in=("pilot", "pilot_appeal"), move__in=MOVES
    ).select_related("case")
    asked = Question.objects.filter(by=person).select_related("application__case")
    replied = Question.objects.filter(replied_by=person).select_related("application__case")
    return {
        "application_steps": [
            {"matter": one.case.number, "did": one.move, "at": one.at.isoformat()}
            for one in steps.order_by("at", "id")
        ],
        "questions_asked": [
            {"application": one.application.case.number, "text": one.text,
             "at": one.asked_at.isoformat()}
            for one in asked.order_by("id")
        ],
        "answers_given": [
            {"application": one.application.case.number, "text": one.reply,
             "at": one.replied_at.isoformat() if one.replied_at else None}
            for one in replied.order_by("id")
        ],
    }  # fmt: skip


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """What they did in an office stays as that of the office; their answers for a company lose
    their name."""
    from veche.city.pilots.operations.forgetting import forget_replies

    forget_replies(by=by, at=at, person=person)
