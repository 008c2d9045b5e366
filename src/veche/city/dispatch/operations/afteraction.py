"""Looking back at an incident together: opened, and held when nothing is left unsaid."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access
from veche.city.dispatch.models import Incident, Lesson, Review
from veche.city.dispatch.operations.incidents_log import locked
from veche.city.dispatch.queries.lessons import unspoken
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_people
from veche.core.organisations.access import covers
from veche.core.organisations.models import Holding
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from collections.abc import Iterable

    from veche.core.people.models import Person

REVIEWED = ("closed", "evaluated", "false_alarm")
"""States of an incident that can be looked back at."""
SHORTEST, LONGEST = 20, 6000


class NotAReviewer(NotAllowed):
    """Somebody who does not answer for how incidents are handled there."""

    code = "not-a-reviewer"
    sentence = _("Only the dispatchers of this place, the control department, the mayor or whoever "
                 "commands may do this.")  # fmt: skip


class NotOver(Refused):
    """There is nothing to look back at yet."""

    code = "incident-not-over"
    sentence = _("An incident is looked back at when it is closed.")


class ReviewThere(Refused):
    """Somebody has opened one already."""

    code = "review-there"
    sentence = _("A review of this incident is open already.")


class ReviewHeld(Refused):
    """What was said in a review stays said."""

    code = "review-held"
    sentence = _("This review was held: nothing of it changes any more.")


class LessonUnspoken(Refused):
    """A lesson of an earlier review has no word about it."""

    code = "lesson-unspoken"
    sentence = _("{n} lessons of earlier reviews have no word about them: say of each whether it "
                 "is done, not done or dropped.")  # fmt: skip


def reviews_there(by: Person | None, at: dt.datetime, incident: Incident) -> bool:
    """Whether somebody may look back at an incident: a dispatcher of the place, the control
    department, the mayor, whoever commands."""
    held, place = holdings(by, at), incident.case.territory
    over = any(h.role in access.OVERSEERS and covers(h, place) for h in held)
    return over or bool(access.tier_of(held, place))


def check_reviewer(by: Person | None, at: dt.datetime, incident: Incident) -> None:
    """Let those pass who look back at an incident, and commands (nobody).

    Raises:
        NotAReviewer: anybody else.
    """
    if by is not None and not reviews_there(by, at, incident):
        raise NotAReviewer


def locked_review(review: Review) -> Review:
    """The review as it stands now, held until the operation ends.

    Raises:
        ReviewHeld: it was held.
    """
    rows = Review.objects.select_for_update(of=("self",)).select_related(
        "incident__case__territory", "incident__kind"
    )
    review = rows.get(pk=review.pk)
    if review.held_at is not None:
        raise ReviewHeld
    return review


@operation
def open_review(*, by: Person | None, at: dt.datetime, incident: Incident) -> Review:
    """Begin to look back at an incident that is over.

    Raises:
        NotAReviewer: somebody who does not answer for it.
        NotOver: it is still open, or was made a part of another.
        ReviewThere: a review of it is open.
    """
    incident = locked(incident)
    check_reviewer(by, at, incident)
    if incident.case.state not in REVIEWED:
        raise NotOver
    if Review.objects.filter(incident=incident, held_at=None).exists():
        raise ReviewThere
    review = Review(incident=incident, opened_at=at, opened_by=by)
    review.save(force_insert=True)
    record(kind="review.open", by=by, at=at, subject=subject(incident.case))
    return review


@operation
def hold_review(*, by: Person | None, at: dt.datetime, review: Review, summary: str) -> Review:
    """The review was held: its words and lessons stand from now on, and their offices are told.

    Raises:
        LessonUnspoken: of a lesson of an earlier review nothing was said.
        veche.texts.TextLength: the summary is too short or too long.
        NotAReviewer, ReviewHeld: somebody else, or too late.
    """
    review = locked_review(review)
    check_reviewer(by, at, review.incident)
    summary = sized(summary, SHORTEST, LONGEST)
    left = unspoken(review).count()
    if left:
        raise LessonUnspoken(n=left)
    review.summary, review.held_at, review.held_by = summary, at, by
    review.save(update_fields=["summary", "held_at", "held_by"], force_update=True)
    lessons = list(Lesson.objects.filter(review=review))
    case = review.incident.case
    record(
        kind="review.hold",
        by=by,
        at=at,
        subject=subject(case),
        public={"lessons": len(lessons), "words": review.words.count()},
    )
    people = answerers({one.organisation_id for one in lessons}, at)
    if people:
        kind = "dispatch.lesson-drill" if review.incident.drill else "dispatch.lesson"
        tell_people(by=by, at=at, told=[(pk, case.pk) for pk in people], kind=kind)
    return review


def answerers(offices: Iterable[int], at: dt.datetime) -> list[int]:
    """The heads of offices; of an office without one its officers."""
    rows = Holding.objects.filter(
        organisation__in=list(offices), role__in=access.OF_OFFICE, since__lte=at
    ).exclude(until__lte=at)
    by_office: dict[int, dict[str, set[int]]] = {}
    for office, role, person in rows.values_list("organisation_id", "role", "person_id"):
        by_office.setdefault(office or 0, {}).setdefault(role, set()).add(person)
    return sorted(
        {p for roles in by_office.values() for p in roles.get("head") or roles["officer"]}
    )
