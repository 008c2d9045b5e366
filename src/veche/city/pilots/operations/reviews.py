"""Reviews: written once, never changed; when all are in, the scores are reckoned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from veche.city.pilots.models import Application, Criterion, Review, ReviewMark, ReviewTask
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.assigning import OPEN, needed
from veche.city.pilots.operations.reading import own_task
from veche.city.pilots.operations.refusals_experts import (
    ReasonLength,
    ReviewIncomplete,
    ReviewsIn,
    SummaryLength,
    TaskEnded,
    UnknownTask,
)
from veche.city.pilots.queries.scores import score_call
from veche.core.journal.operations import record
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.city.pilots.models import Call
    from veche.core.people.models import Person

HIGHEST = 5
SHORTEST_REASON, LONGEST_REASON = 10, 2000
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 6000


@operation
def submit_review(
    *,
    by: Person,
    at: dt.datetime,
    task: ReviewTask,
    marks: Mapping[str, tuple[int, str]],
    summary: str,
) -> Review:
    """Hand in a review: a mark of 0 to 5 with its reason for every criterion, by its code. Another
    one takes its place as a new version, as long as not all reviews of the application are in; the
    same once more is no new one.

    Raises:
        UnknownTask: it is not theirs, or they may not know of it any more.
        TaskEnded: it was refused, or the application is not read any more.
        ReviewsIn: all reviews are in.
        ReviewIncomplete, ReasonLength, SummaryLength: of what was written.
    """
    # The application first: of two who hand in the last two reviews one comes after the other, and
    # the second reckons the scores.
    application = locked(task.application_id)
    task = own_task(by, at, task.pk, lock=True)
    if task.application_id != application.pk:
        raise UnknownTask
    if task.standing == ReviewTask.Standing.REFUSED or application.case.state != "review":
        raise TaskEnded
    if task.standing == ReviewTask.Standing.DONE and done(application) >= needed(application):
        raise ReviewsIn
    criteria = {one.code: one for one in Criterion.objects.filter(call=application.call_id)}
    if set(marks) != set(criteria) or not all(
        0 <= mark <= HIGHEST for mark, _reason in marks.values()
    ):
        raise ReviewIncomplete
    reasons = {
        code: sized(reason, SHORTEST_REASON, LONGEST_REASON, ReasonLength)
        for code, (_mark, reason) in marks.items()
    }
    words = sized(summary, SHORTEST_SUMMARY, LONGEST_SUMMARY, SummaryLength)
    last = task.reviews.order_by("-version").first()
    if (
        last is not None
        and last.summary == words
        and _says(last) == {code: (mark, reasons[code]) for code, (mark, _reason) in marks.items()}
    ):  # the button was pressed twice
        record(kind="pilots.review-told-again", by=by, at=at, subject="pilots")
        return last
    made = Review.objects.create(task=task, version=task.reviews.count() + 1, summary=words, at=at)
    ReviewMark.objects.bulk_create(
        ReviewMark(review=made, criterion=criteria[code], mark=mark, reason=reasons[code])
        for code, (mark, _reason) in marks.items()
    )
    if task.standing in OPEN:
        task.standing, task.ended_at = ReviewTask.Standing.DONE, at
        task.save(update_fields=["standing", "ended_at"])
    record(kind="pilots.review-handed-in", by=by, at=at, subject="pilots")
    if done(application) >= needed(application):
        put_scores(by=None, at=at, call=application.call)
    return made


def _says(review: Review) -> dict[str, tuple[int, str]]:
    """The marks of a review with their reasons, by the code of the criterion."""
    rows = review.marks.values_list("criterion__code", "mark", "reason")
    return {code: (mark, reason) for code, mark, reason in rows}


def done(application: Application) -> int:
    """How many reviews of an application are in."""
    return ReviewTask.objects.filter(
        application=application, standing=ReviewTask.Standing.DONE
    ).count()


@inside
def put_scores(*, by: None, at: dt.datetime, call: Call) -> int:
    """Write the scores of every application of a call that has all its reviews and was not decided
    about; how many. Each new review tells more of how severe its expert is, so that those still
    before the panel are reckoned anew; what was decided keeps the scores it was decided by.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    found = score_call(call)
    rows = list(
        Application.objects.filter(pk__in=found, case__state__in=("review", "panel")).order_by("pk")
    )
    for one in rows:
        score = found[one.pk]
        one.mean, one.adjusted, one.uncertainty = score.mean, score.adjusted, score.error
    Application.objects.bulk_update(rows, ["mean", "adjusted", "uncertainty"])
    record(kind="pilots.scored", by=by, at=at, subject="pilots", public={"applications": len(rows)})
    return len(rows)
