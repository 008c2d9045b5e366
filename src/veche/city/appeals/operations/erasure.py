"""Forgetting what a person wrote to an office alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.appeals.models import Appeal, Correction
from veche.city.appeals.operations.enclosing import take_out
from veche.city.appeals.procedure import UNPUBLISHED
from veche.core.cases.operations import blank_prolongations
from veche.core.journal.models import Secret
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def blank_words(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Take the words out of a person's private letters and of notes nobody else has read.

    That the letters were written and answered stays counted. Public letters stay: the page of a
    matter does not name its author.
    """
    letters = Appeal.objects.filter(case__author=person, public=False)
    # What the office answered in private is about the person too: it goes from the journal.
    told = [f"appeal:{number}" for number in letters.values_list("case__number", flat=True)]
    Secret.objects.filter(record__subject__in=told).delete()
    mine = list(Appeal.objects.filter(case__author=person).values_list("pk", flat=True))
    unread = letters.values_list("pk", flat=True) | Appeal.objects.filter(
        case__author=person, case__state__in=UNPUBLISHED
    ).values_list("pk", flat=True)
    # Documents were for an office, never for everybody: they go with their author.
    taken = take_out(by=by, at=at, documents_of=mine, photographs_of=list(unread))
    alone = list(letters.values_list("pk", flat=True))
    if alone:
        blank_prolongations(by=by, at=at, cases=alone)
    blanked = letters.update(title="", text="", answer="")
    notes = Correction.objects.filter(case__author=person).exclude(case__state="repaired")
    blanked += notes.update(note="")
    record(
        kind="appeals.words-erased",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"matters": blanked, "files": taken},
    )
    return blanked
