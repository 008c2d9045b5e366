"""Forgetting who voted: ballots stay in their log, and nothing leads from them to a person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.ballots.models import Part, PutBack, RollEntry, RollRequest, VoteAppeal, Voter
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def forget_voter(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Take a person off the lines of all rolls; returns how many there were.

    What they cast stays counted: the roll was committed with a line for it, and the count of a
    place may not change because somebody leaves. The words of their appeals and requests go.
    """
    entries = RollEntry.objects.filter(person=person)
    numbers = list(entries.values_list("pk", flat=True))
    Voter.objects.filter(entry__in=numbers).delete()
    Part.objects.filter(entry__in=numbers).delete()
    PutBack.objects.filter(entry__in=numbers).delete()
    RollRequest.objects.filter(person=person).update(person=None, text="", answer="")
    VoteAppeal.objects.filter(case__author=person).update(text="")
    entries.update(person=None, salt=bytes(16))  # the line stays: nothing opens it any more
    record(
        kind="ballots.forgotten",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"rolls": len(numbers)},
    )
    return len(numbers)
