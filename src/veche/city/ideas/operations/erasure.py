"""Forgetting what a person wrote and nobody else has read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.ideas.models import Idea, Point, Version
from veche.city.ideas.procedure import UNPUBLISHED
from veche.core.cases.operations.files import detach_all
from veche.core.files.operations import forget_photographs
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def blank_words(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Take the words and photographs out of ideas that were never published; returns how many.

    Published ideas stay: their pages do not name their author.
    """
    mine = Idea.objects.filter(case__author=person, case__state__in=UNPUBLISHED)
    numbers = list(mine.values_list("pk", flat=True))
    blanked = 0
    if numbers:
        rows = Idea.objects.filter(pk__in=numbers)
        blanked = rows.update(title="", text="", answers={}, longitude=None, latitude=None)
        # What was taken out after it could be read had other words before.
        Version.objects.filter(idea__in=numbers).delete()
        Point.objects.filter(initiative_id__in=numbers).update(text="")
        files = detach_all(by=by, at=at, cases=numbers)
        if files:
            forget_photographs(by=by, at=at, files=files)
    record(
        kind="ideas.words-erased",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"matters": blanked},
    )
    return blanked
