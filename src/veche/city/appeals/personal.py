"""What this module holds about a person, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """What the person wrote: letters with their answers, and corrections."""
    from veche.city.appeals.models import Appeal, Correction, Enclosure

    letters = Appeal.objects.filter(case__author=person).select_related("case", "topic")
    repairs = Correction.objects.filter(case__author=person).select_related("case", "kind")
    enclosed: dict[int, list[str]] = {}
    for paper in Enclosure.objects.filter(case__author=person).order_by("id"):
        enclosed.setdefault(paper.case_id, []).append(paper.name)
    return {
        "letters": [
            {
                "number": one.case.number,
                "kind": one.kind,
                "topic": one.topic.code,
                "public": one.public,
                "written_at": one.case.opened_at.isoformat(),
                "title": one.title,
                "text": one.text,
                "answer": one.answer,
                "satisfaction": one.satisfaction,
                "documents": enclosed.get(one.pk, []),
            }
            for one in letters.order_by("case_id")
        ],
        "corrections": [
            {
                "number": one.case.number,
                "what": one.what,
                "kind": one.kind.code,
                "proposed_at": one.case.opened_at.isoformat(),
                "note": one.note,
            }
            for one in repairs.order_by("case_id")
        ],
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Private letters lose their words; public ones stay, without their author."""
    from veche.city.appeals import pending
    from veche.city.appeals.operations.erasure import blank_words

    blank_words(by=by, at=at, person=person)
    transaction.on_commit(lambda: pending.forget(person))
