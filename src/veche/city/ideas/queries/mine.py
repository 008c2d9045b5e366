"""What a person's own page says of ideas: theirs, where their words went, what they support."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from veche.city.delivery.queries.story import PromiseLine, promises_of
from veche.city.ideas import answers
from veche.city.ideas.models import Answered, Citation, Idea, Rating
from veche.city.ideas.states import shown

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOST = 100
"""Rows of each kind."""


@dataclass(frozen=True)
class Mine:
    """An idea of a person, and what became of it."""

    idea: Idea
    state: str
    """As it is shown."""
    answer: str
    reason: str
    text: str
    """The last answer of the office."""
    promise: PromiseLine | None
    """The promise it became, or that which it goes on in."""


def written(person: Person) -> list[Mine]:
    """The ideas and initiatives a person wrote, the newest first, each with the last answer of the
    office and the promise; three queries."""
    rows = list(
        Idea.objects.filter(case__author=person)
        .select_related("case", "call", "into__case")
        .order_by("-pk")[:MOST]
    )
    ids = [one.pk for one in rows] + [one.into_id for one in rows if one.into_id is not None]
    replies = {
        one.idea_id: one.reply
        for one in Answered.objects.filter(idea__in=ids).select_related("reply").order_by("id")
    }
    promises = promises_of(ids)
    found = []
    for one in rows:
        reply = replies.get(one.pk) or replies.get(one.into_id or 0)
        became = promises.get(one.pk) or promises.get(one.into_id or 0) or []
        found.append(
            Mine(
                idea=one,
                state=shown(one.case.procedure, one.case.state),
                answer=str(answers.OUTCOMES.get(reply.outcome, "")) if reply else "",
                reason=str(answers.REASONS.get(reply.reason, "")) if reply else "",
                text=reply.text if reply else "",
                promise=became[-1] if became else None,
            )
        )
    return found


def cited(person: Person) -> list[Citation]:
    """Where a person's words went: passages of measures, the newest first."""
    rows = Citation.objects.filter(
        Q(idea__case__author=person) | Q(comment__author=person), measure__public=True
    )
    return list(rows.select_related("measure__case").order_by("-pk")[:MOST])


def supported(person: Person) -> list[tuple[Rating, str]]:
    """What a person is for, the newest first, each with the state it is shown as; of joined ideas
    the one that goes on."""
    rows = Rating.objects.filter(
        person=person, value=1, idea__public=True, idea__into__isnull=True
    ).select_related("idea__case", "through")
    return [
        (one, shown(one.idea.case.procedure, one.idea.case.state))
        for one in rows.order_by("-pk")[:MOST]
    ]
