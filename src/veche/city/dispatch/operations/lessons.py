"""Lessons of reviews: written, told of by their office, and gone through at the next review."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access
from veche.city.dispatch.models import Lesson, LessonWord, Review
from veche.city.dispatch.operations.afteraction import check_reviewer, locked_review
from veche.core.cases.operations import subject
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

LEAST, MOST = 5, 500
LONGEST = dt.timedelta(days=366)
"""How far ahead the day of a lesson may lie."""


class LessonDay(Invalid):
    """A lesson is due on a day to come, within a year."""

    code = "lesson-day"
    sentence = _("Choose a day between {least} and {most}.")
    field = "due_on"


class LessonOver(Refused):
    """It was done or dropped."""

    code = "lesson-over"
    sentence = _("This lesson was done or dropped already.")


class SpokenOf(Refused):
    """One review says one word of a lesson."""

    code = "lesson-spoken-of"
    sentence = _("This review has said its word of the lesson already.")


class NotEarlier(Refused):
    """A review speaks of the lessons of those that were held before."""

    code = "lesson-not-earlier"
    sentence = _("A review speaks of lessons of reviews that were held before it.")


class NotItsOffice(NotAllowed):
    """Only the office itself says what it has done."""

    code = "lesson-not-its-office"
    sentence = _("Only the office that the lesson was given to may say what it has done.")


def _day(due_on: dt.date, at: dt.datetime) -> dt.date:
    today = at.astimezone(city_zone()).date()
    if not today < due_on <= today + LONGEST:
        raise LessonDay(
            least=(today + dt.timedelta(days=1)).isoformat(), most=(today + LONGEST).isoformat()
        )
    return due_on


@operation
def add_lesson(
    *,
    by: Person | None,
    at: dt.datetime,
    review: Review,
    organisation: Organisation,
    text: str,
    due_on: dt.date,
) -> Lesson:
    """An office must change something until a day.

    Raises:
        LessonDay: the day is not to come, or too far.
        veche.texts.TextLength: too few or too many words.
        NotAReviewer, ReviewHeld: somebody else, or too late.
    """
    review = locked_review(review)
    check_reviewer(by, at, review.incident)
    lesson = Lesson(
        review=review,
        organisation=organisation,
        text=sized(text, LEAST, MOST),
        first_due_on=_day(due_on, at),
        due_on=due_on,
        at=at,
        by=by,
    )
    lesson.save(force_insert=True)
    record(
        kind="lesson.add",
        by=by,
        at=at,
        subject=subject(review.incident.case),
        public={"lesson": lesson.pk, "office": organisation.code, "due_on": due_on.isoformat()},
    )
    return lesson


@operation
def say_word(
    *,
    by: Person | None,
    at: dt.datetime,
    review: Review,
    lesson: Lesson,
    said: str,
    text: str,
    due_on: dt.date | None = None,
) -> LessonWord:
    """A review says of an earlier lesson: done (with the evidence), not done (why, and until when
    now), or dropped (why).

    Raises:
        LessonDay: not done, and the new day is missing or not to come.
        LessonOver, SpokenOf, NotEarlier: it cannot be spoken of here, or not again.
        veche.texts.TextLength: too few or too many words.
        NotAReviewer, ReviewHeld: somebody else, or too late.
    """
    review = locked_review(review)
    check_reviewer(by, at, review.incident)
    rows = Lesson.objects.select_for_update(of=("self",)).select_related("review")
    lesson = rows.get(pk=lesson.pk)
    if lesson.review.held_at is None or lesson.review_id == review.pk:
        raise NotEarlier
    if LessonWord.objects.filter(lesson=lesson, review=review).exists():
        raise SpokenOf
    if lesson.state != Lesson.State.OPEN:
        raise LessonOver
    word = LessonWord(
        lesson=lesson,
        review=review,
        said=LessonWord.Said(said),
        text=sized(text, LEAST, MOST),
        at=at,
        by=by,
    )
    if word.said == LessonWord.Said.NOT_DONE:
        word.due_on = lesson.due_on = _day(due_on or dt.date.min, at)
    else:
        lesson.state, lesson.ended_at = Lesson.State(word.said), at
    word.save(force_insert=True)
    lesson.save(update_fields=["state", "ended_at", "due_on"], force_update=True)
    record(
        kind="lesson.word",
        by=by,
        at=at,
        subject=subject(review.incident.case),
        public={"lesson": lesson.pk, "said": word.said},
    )
    return word


@operation
def tell_lesson(*, by: Person, at: dt.datetime, lesson: Lesson, text: str) -> Lesson:
    """The office says what it has done; the next review looks whether it is so.

    Raises:
        NotItsOffice: somebody else.
        LessonOver: it was done or dropped, or its review was not held yet.
        veche.texts.TextLength: too few or too many words.
    """
    rows = Lesson.objects.select_for_update(of=("self",))
    lesson = rows.select_related("review__incident__case").get(pk=lesson.pk)
    if lesson.organisation_id not in access.offices(holdings(by, at)):
        raise NotItsOffice
    if lesson.state != Lesson.State.OPEN or lesson.review.held_at is None:
        raise LessonOver
    lesson.told, lesson.told_at = sized(text, LEAST, MOST), at
    lesson.save(update_fields=["told", "told_at"], force_update=True)
    record(
        kind="lesson.tell",
        by=by,
        at=at,
        subject=subject(lesson.review.incident.case),
        public={"lesson": lesson.pk},
    )
    return lesson
