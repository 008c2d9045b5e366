"""What the programme holds of experts and members of panels, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.pilots.models import CallReader, Expert, PanelVote, Review, ReviewTask
from veche.city.pilots.operations.forgetting import forget_expert
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Their entry, what they were given, wrote and voted, applications by their numbers; and the
    numbers by which their marks are published."""
    entry = Expert.objects.filter(pk=person.pk).first()
    tasks = ReviewTask.objects.filter(expert=person.pk).select_related("application__case")
    written = Review.objects.filter(task__expert=person.pk).select_related(
        "task__application__case"
    )
    votes = PanelVote.objects.filter(member__person=person).select_related(
        "item__application__case"
    )
    return {
        "pilot_expert": None if entry is None else {
            "words": entry.words, "capacity": entry.capacity,
            "technologies": list(entry.technologies.values_list("code", flat=True)),
            "targets": list(entry.targets.values_list("code", flat=True)),
            "since": entry.since.isoformat(),
            "until": entry.until.isoformat() if entry.until else None,
        },
        "pilot_review_tasks": [
            {
                "application": one.application.case.number, "standing": one.standing,
                "given": one.given_at.isoformat(), "reason": one.reason,
            }
            for one in tasks.order_by("pk")
        ],
        "pilot_reviews": [
            {
                "application": one.task.application.case.number, "version": one.version,
                "summary": one.summary, "at": one.at.isoformat(),
                "marks": [
                    {"criterion": mark.criterion.code, "mark": mark.mark, "reason": mark.reason}
                    for mark in one.marks.select_related("criterion").order_by("pk")
                ],
            }
            for one in written.order_by("pk")
        ],
        "pilot_numbers": [
            {"call": one.call.case.number, "number": one.number}
            for one in CallReader.objects.filter(expert=person.pk)
            .select_related("call__case")
            .order_by("pk")
        ],
        "pilot_votes": [
            {
                "application": one.item.application.case.number, "choice": one.choice,
                "reason": one.reason, "at": one.at.isoformat(),
            }
            for one in votes.order_by("pk")
        ],
    }  # fmt: skip


@inside
def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """The entry is blanked and ends, and what was not read comes back; reviews and votes were made
    in office and stay, with nobody's name any more."""
    forget_expert(at=at, person=person)
