"""What this module holds about a person, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """The ideas and initiatives the person wrote, with what they said before."""
    from veche.city.ideas.models import Idea, Version
    from veche.city.ideas.operations.forgetting import talk_of
    from veche.city.ideas.operations.opinion_forget import opinions_of

    earlier: dict[int, list[dict[str, Any]]] = {}
    for one in Version.objects.filter(idea__case__author=person).order_by("idea_id", "number"):
        told = {"title": one.title, "text": one.text, "until": one.until.isoformat()}
        earlier.setdefault(one.idea_id, []).append(told)
    rows = Idea.objects.filter(case__author=person).select_related("case", "call__case")
    return {
        "ideas": [
            {
                "number": one.case.number,
                "kind": one.kind,
                "call": one.call.case.number if one.call else "",
                "written_at": one.case.opened_at.isoformat(),
                "title": one.title,
                "text": one.text,
                "answers": one.answers,
                "longitude": one.longitude,
                "latitude": one.latitude,
                "state": one.case.state,
                "earlier": earlier.get(one.pk, []),
            }
            for one in rows.order_by("case_id")
        ],
        **opinions_of(person),
        **talk_of(person),
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """What nobody else has read loses its words; published ideas stay without their author."""
    from veche.city.ideas import pending
    from veche.city.ideas.operations.erasure import blank_words
    from veche.city.ideas.operations.forgetting import forget_talk
    from veche.city.ideas.operations.opinion_forget import forget_opinions

    blank_words(by=by, at=at, person=person)
    forget_opinions(by=by, at=at, person=person)
    forget_talk(by=by, at=at, person=person)
    transaction.on_commit(lambda: pending.forget(person))
