"""Forgetting somebody: answers stay counted, and nothing leads from them to a person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.delivery.models import Asked, Verdict
from veche.city.delivery.operations.acceptance import take_off
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

TEXT = "verdict:"
"""Before the number of a resident's answer, where its words are moderated."""


@operation
def forget_answers(*, by: Person | None, at: dt.datetime, person: Person) -> int:
    """Take a person off what they were asked and what they answered; returns how many answers.

    A count that decided over a promise does not change because somebody leaves: yes or no and the
    reason by code stay without a name. The words and the photographs go.
    """
    rows = Verdict.objects.filter(person=person)
    pictures = [pk for pk in rows.values_list("photograph_id", flat=True) if pk is not None]
    take_off(by=by, at=at, links=pictures)
    count = rows.update(person=None, text="")
    Asked.objects.filter(person=person).delete()
    record(
        kind="delivery.forgotten",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"answers": count},
    )
    return count


@inside
def put_words(*, case: Case, field: str, text: str) -> None:
    """Put other words in the place of a resident's, where a moderator hid a part of them.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if field.startswith(TEXT):
        rows = Verdict.objects.filter(promise=case.pk, pk=int(field.removeprefix(TEXT)))
        rows.update(text=text)
