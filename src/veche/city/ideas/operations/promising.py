"""An accepted idea becomes a promise, with everybody to be asked one day whether it was kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.city.delivery.models import Asked, Source
from veche.city.delivery.operations.promises import AskedPerson, SourceGiven, make_promise
from veche.city.ideas.choosing import AT_VOTE
from veche.city.ideas.models import Answered, Citation, Idea, Rating
from veche.core.cases.operations.many import move_cases
from veche.errors import Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.delivery.models import Goal, Promise
    from veche.core.people.models import Person


class NotAccepted(Refused):
    """Only what the office has accepted becomes a promise."""

    code = "idea-not-accepted"
    sentence = _("{number} has not been accepted by your office: it becomes no promise now.")


@operation
def promise_ideas(
    *,
    by: Person,
    at: dt.datetime,
    ideas: Sequence[int],
    title: str,
    text: str,
    success: str = "",
    goal: Goal | None = None,
    submission: uuid.UUID | None = None,
) -> Promise:
    """The office makes one promise of accepted ideas: its sources are the ideas and the votes they
    were put to; asked one day are their authors and supporters, those who took part in the votes,
    and those who live where it is built.

    Raises:
        NotAccepted: one of them is not accepted by this person's office.
        AlreadyMade, UnknownSource, TextLength: as `make_promise` says.
    """
    rows = list(
        Idea.objects.filter(pk__in=ideas)
        .select_related("case__territory", "case__organisation", "call__case__territory")
        .order_by("pk")
    )
    for one in rows:
        if one.case.state != "accepted":
            raise NotAccepted(number=one.case.number)
    if not rows:
        raise NotAccepted(number="–")
    first = rows[0]
    same = {one.case.territory_id for one in rows} == {first.case.territory_id}
    place = first.case.territory
    if not same and first.call is not None:
        place = first.call.case.territory
    point = None
    if len(rows) == 1 and first.longitude is not None and first.latitude is not None:
        point = (first.longitude, first.latitude)
    assert first.case.organisation is not None
    promise = make_promise(
        by=by,
        at=at,
        territory=place,
        office=first.case.organisation,
        title=title,
        text=text,
        success=success,
        goal=goal,
        point=point,
        sources=sources(rows),
        asked=asked(rows),
        submission=submission,
    )
    number = promise.case.number
    pks = [one.pk for one in rows]
    said = {"promise": number}
    moved = move_cases(by=by, at=at, cases=pks, move="promise", public=dict.fromkeys(pks, said))
    for _why in moved.refused.values():
        raise NotAccepted(number=first.case.number)
    Idea.objects.filter(pk__in=pks).update(promise=number)
    # Whoever followed the ideas follows the promise by now, and was told of it there.
    return promise


def sources(ideas: Sequence[Idea]) -> list[SourceGiven]:
    """Where a promise of these ideas comes from: themselves, and the votes they were put to."""
    votes = (
        Answered.objects.filter(
            idea__in=ideas, reply__outcome=AT_VOTE, reply__vote__case__state__in=_COUNTED
        )
        .order_by("reply__vote_id")
        .values_list("reply__vote_id", flat=True)
        .distinct()
    )
    return [
        *(SourceGiven(Source.Kind.IDEA, one.pk, one.title) for one in ideas),
        *(SourceGiven(Source.Kind.VOTE, vote) for vote in votes if vote is not None),
    ]


_COUNTED = ("certified", "archived")


def asked(ideas: Sequence[Idea]) -> list[AskedPerson]:
    """Who is asked whether a promise was kept, each for the first reason that holds: they proposed
    it (or what was joined to it or cited in it) or supported it. Who took part in its vote and who
    lives there the promise asks by itself."""
    pks = [one.pk for one in ideas]
    family = Idea.objects.filter(Q(pk__in=pks) | Q(into__in=pks)).exclude(case__author=None)
    found: dict[int, Asked.Why] = {}
    authors = list(family.values_list("case__author_id", flat=True))
    cited = Citation.objects.filter(measure__in=pks)
    authors += cited.exclude(idea__case__author=None).values_list(
        "idea__case__author_id", flat=True
    )
    authors += cited.exclude(comment__author=None).values_list("comment__author_id", flat=True)
    for person in authors:
        if person is not None:
            found.setdefault(person, Asked.Why.PROPOSED)
    counted = Rating.objects.filter(idea__in=pks, value=1, standing=Rating.Standing.COUNTED)
    for person in counted.values_list("person_id", flat=True):
        found.setdefault(person, Asked.Why.SUPPORTED)
    return [AskedPerson(person, why) for person, why in found.items()]
