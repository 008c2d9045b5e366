"""What the desk holds about a person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.core.desk.models import BulkChange, Draft, Look, SavedView, Seat, Taking
from veche.core.desk.operations.own import leave

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Views, drafts, what was taken, seen and changed at the desk."""
    seat = Seat.objects.filter(person=person).first()
    return {
        "keys": seat.single_keys if seat else None,
        "views": list(SavedView.objects.filter(owner=person).values("title", "query")),
        "drafts": [
            {"matter": number, "step": move, "words": words, "at": at.isoformat()}
            for number, move, words, at in Draft.objects.filter(person=person).values_list(
                "case__number", "move", "words", "at"
            )
        ],
        "taken": list(Taking.objects.filter(person=person).values_list("case__number", flat=True)),
        "looked_at": list(
            Look.objects.filter(person=person).values_list("case__number", flat=True)
        ),
        "changes_of_many": [
            {"step": move, "at": at.isoformat()}
            for move, at in BulkChange.objects.filter(by=person).values_list("move", "ordered_at")
        ],
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Forget all of it but the changes of many: they are acts of the office."""
    leave(by=by, at=at, person=person)
