"""Forgetting somebody who wrote for a company, and words that a moderator covers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.pilots.models import (
    Appeal,
    Application,
    Expert,
    Question,
    ReviewTask,
    TesterAnswer,
)
from veche.city.pilots.queries.tester_words import FIELD
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


@operation
def forget_replies(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Take a person off the answers they gave for a company; returns how many. The words are the
    company's and stay."""
    count = Question.objects.filter(replied_by=person).update(replied_by=None)
    record(
        kind="pilots.replies-forgotten", by=by, at=at, subject=f"person:{person.pk}",
        public={"replies": count},
    )  # fmt: skip
    return count


@inside
def put_words(*, case: Case, field: str, text: str) -> None:
    """Put other words in the place of a company's or a tester's, where a moderator hid a part.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if case.procedure == "pilot_appeal" and field == "text":
        Appeal.objects.filter(pk=case.pk).update(text=text)
    elif case.procedure == "pilot" and field in ("title", "text", "reason"):
        Application.objects.filter(pk=case.pk).update(**{field: text})
    elif case.procedure == "pilot" and field.startswith(FIELD):
        TesterAnswer.objects.filter(
            pk=int(field.removeprefix(FIELD)), tester__trial__application=case.pk
        ).update(words=text)


@inside
def forget_expert(*, at: dt.datetime, person: Person) -> None:
    """Blank an expert's entry and end it; what they had not read comes back."""
    for entry in Expert.objects.filter(pk=person.pk):
        entry.words, entry.until = "", entry.until or at
        entry.save(update_fields=["words", "until"])
        entry.technologies.clear()
        entry.targets.clear()
    ReviewTask.objects.filter(expert=person.pk, standing__in=["given", "accepted"]).update(
        standing=ReviewTask.Standing.TAKEN_BACK, ended_at=at, reason="ended"
    )
