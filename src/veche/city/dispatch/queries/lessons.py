"""Lessons: what earlier reviews left open, and how each went on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from veche.city.dispatch.models import Lesson, LessonWord, Review

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet


def carried(review: Review) -> QuerySet[Lesson]:
    """The lessons of earlier reviews that stand at the top of a review: those that are open, and
    those of which it has said something."""
    spoken = LessonWord.objects.filter(lesson=OuterRef("pk"), review=review)
    return (
        Lesson.objects.filter(review__held_at__isnull=False)
        .exclude(review=review)
        .filter(Q(state=Lesson.State.OPEN) | Exists(spoken))
        .filter(review__held_at__lte=review.held_at or dt.datetime.max.replace(tzinfo=dt.UTC))
        .select_related("organisation", "review__incident__case", "review__incident__kind")
        .order_by("due_on", "pk")
    )


def unspoken(review: Review) -> QuerySet[Lesson]:
    """Open lessons of earlier reviews of which this one has said nothing yet."""
    spoken = LessonWord.objects.filter(lesson=OuterRef("pk"), review=review)
    return (
        Lesson.objects.filter(review__held_at__isnull=False, state=Lesson.State.OPEN)
        .exclude(review=review)
        .exclude(Exists(spoken))
    )


def lessons(*, office: str = "", state: str = "", public_only: bool = True) -> QuerySet[Lesson]:
    """Lessons of reviews that were held, the most pressing first; of drills and of kinds that are
    not public only for those inside."""
    rows = Lesson.objects.filter(review__held_at__isnull=False)
    if public_only:
        rows = rows.filter(review__incident__drill=False, review__incident__kind__public=True)
    if office:
        rows = rows.filter(organisation__code=office)
    if state:
        rows = rows.filter(state=state)
    return rows.select_related(
        "organisation", "review__incident__case__territory", "review__incident__kind"
    ).order_by("-state", "due_on", "pk")


def words_of(keys: Collection[int]) -> dict[int, list[LessonWord]]:
    """What was said of lessons, oldest first, by the key of the lesson."""
    found: dict[int, list[LessonWord]] = {}
    rows = LessonWord.objects.filter(lesson__in=keys).select_related("review__incident__case")
    for word in rows.order_by("at", "pk"):
        found.setdefault(word.lesson_id, []).append(word)
    return found


def review_of(number: str) -> Review | None:
    """The review of an incident: the one that is open, else the last that was held."""
    rows = Review.objects.filter(incident__case__number=number).select_related(
        "incident__case__territory", "incident__kind"
    )
    return rows.filter(held_at=None).first() or rows.order_by("-held_at").first()


def overdue(office: int, day: dt.date) -> QuerySet[Lesson]:
    """Open lessons of an office whose day has passed, without those of drills."""
    return Lesson.objects.filter(
        organisation=office,
        state=Lesson.State.OPEN,
        due_on__lt=day,
        review__held_at__isnull=False,
        review__incident__drill=False,
    )
