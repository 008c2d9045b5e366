"""Rounds of assessment: opened, marked, closed. What stays of the marks are sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_assessment as rules
from veche.city.dispatch.models import (
    AssessmentCell,
    AssessmentCriterion,
    AssessmentMark,
    AssessmentRound,
)
from veche.city.dispatch.queries import assessment as queries
from veche.core.journal.operations import record
from veche.core.organisations.access import holds_over_city
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

OPENERS = ("controller", "administrator")
MOST_CRITERIA = 10


class NotAnOpener(NotAllowed):
    """Rounds are opened by those who answer to no office."""

    code = "not-an-opener"
    sentence = _("Only the control department and administrators of the city open an assessment.")


class RoundWrong(Invalid):
    """The round cannot be like this."""

    code = "round-wrong"
    sentence = _("An assessment needs a code of its own, a time to come, one to {most} criteria, "
                 "bounds from 1 to 100 and weights of 0 or more.")  # fmt: skip


class RoundClosed(Refused):
    """Marks are taken in its time only."""

    code = "round-closed"
    sentence = _("This assessment takes no marks now.")


class NotAnAssessor(NotAllowed):
    """Whoever has had nothing to do with the office, or works in it."""

    code = "not-an-assessor"
    sentence = _("You mark an office that closed a matter of yours, or one you work with; never "
                 "your own, unless you are its head.")  # fmt: skip


class MarkWrong(Invalid):
    """Marks go from one to five."""

    code = "mark-wrong"
    sentence = _("Give a mark from 1 to 5.")
    field = "mark"


def opens_rounds(by: Person | None, at: dt.datetime) -> bool:
    """Whether somebody opens assessments now."""
    return holds_over_city(by, OPENERS, at)


@operation
def open_round(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    since: dt.datetime,
    closes_at: dt.datetime,
    criteria: Sequence[tuple[str, Mapping[str, str]]],
    bounds: Mapping[str, int] = rules.BOUNDS,
    weights: Mapping[str, int] = rules.WEIGHTS,
) -> AssessmentRound:
    """Open a round: from now until ``closes_at`` marks are given. ``by`` is nobody at the machine.

    Raises:
        NotAnOpener: somebody else.
        RoundWrong: it cannot be like this.
    """
    if by is not None and not opens_rounds(by, at):
        raise NotAnOpener
    codes = [one for one, _names in criteria]
    good = (
        0 < len(set(codes)) == len(codes) <= MOST_CRITERIA
        and since <= at < closes_at
        and all(1 <= bound <= 100 for bound in bounds.values())
        and set(weights) <= set(rules.GROUPS) - {rules.SELF}
        and all(weight >= 0 for weight in weights.values())
        and any(weights.values())
        and not AssessmentRound.objects.filter(code=code).exists()
    )
    if not good:
        raise RoundWrong(most=MOST_CRITERIA)
    row = AssessmentRound(
        code=code,
        names=dict(names),
        since=since,
        opens_at=at,
        closes_at=closes_at,
        bounds=dict(bounds),
        weights=dict(weights),
        least=rules.LEAST,
    )
    row.save(force_insert=True)
    AssessmentCriterion.objects.bulk_create(
        AssessmentCriterion(round=row, code=one, names=dict(words), place=place)
        for place, (one, words) in enumerate(criteria, start=1)
    )
    record(
        kind="assessment.open",
        by=by,
        at=at,
        subject=f"assessment:{code}",
        public={"criteria": codes, "bounds": row.bounds, "weights": row.weights},
    )
    return row


@operation
def give_marks(
    *,
    by: Person,
    at: dt.datetime,
    row: AssessmentRound,
    organisation: Organisation,
    marks: Mapping[int, int],
) -> int:
    """Mark an office: criterion → 1 to 5. A mark may be given anew until the round is closed; then
    only sums are kept. The log says that somebody marked in this round, not whom, and not how.

    Raises:
        RoundClosed: not in its time.
        NotAnAssessor: they may not mark this office.
        MarkWrong: no such mark, or no such criterion.
    """
    row = AssessmentRound.objects.select_for_update().get(pk=row.pk)
    if not queries.is_open(row, at):
        raise RoundClosed
    group = queries.groups_of(by, row, at, [organisation]).get(organisation.pk)
    if group is None:
        raise NotAnAssessor
    known = {one.pk for one in queries.criteria(row)}
    if not marks or not set(marks) <= known:
        raise MarkWrong
    if any(not rules.LOW <= value <= rules.HIGH for value in marks.values()):
        raise MarkWrong
    AssessmentMark.objects.bulk_create(
        [
            AssessmentMark(
                criterion_id=criterion,
                organisation=organisation,
                person=by,
                group=group,
                value=value,
                at=at,
            )
            for criterion, value in marks.items()
        ],
        update_conflicts=True,
        unique_fields=["criterion", "organisation", "person"],
        update_fields=["value", "group", "at"],
    )
    record(kind="assessment.marked", by=None, at=at, subject=f"assessment:{row.code}")
    return len(marks)


@operation
def close_round(*, by: None, at: dt.datetime, row: AssessmentRound) -> AssessmentRound:
    """The time is over: sums are reckoned of every group that is large enough, and the marks of
    the single persons are thrown away. The head's own word is no secret and stays as it is.

    Raises:
        RoundClosed: it was closed, or its time is not over.
    """
    row = AssessmentRound.objects.select_for_update().get(pk=row.pk)
    if row.closed_at is not None or at < row.closes_at:
        raise RoundClosed
    # The few criteria by their numbers: a deletion through a join was looked up mark by mark where
    # the database had not counted them yet, for a quarter of a minute and longer.
    criteria = list(row.criteria.values_list("pk", flat=True))
    marks = AssessmentMark.objects.filter(criterion__in=criteria)
    sums = marks.values("criterion_id", "organisation_id", "group").annotate(
        persons=Count("person", distinct=True), total=Sum("value")
    )
    AssessmentCell.objects.bulk_create(
        AssessmentCell(
            criterion_id=one["criterion_id"],
            organisation_id=one["organisation_id"],
            group=one["group"],
            persons=one["persons"] if enough else None,
            total=one["total"] if enough else None,
        )
        for one in sums.order_by("organisation_id", "criterion_id", "group")
        for enough in [one["group"] == rules.SELF or one["persons"] >= row.least]
    )
    count = marks.count()
    marks.delete()
    row.closed_at = at
    row.save(update_fields=["closed_at"], force_update=True)
    record(
        kind="assessment.close",
        by=by,
        at=at,
        subject=f"assessment:{row.code}",
        public={"marks": count},
    )
    return row


@inside
def forget_marks(person: Person) -> None:
    """Marks of rounds that are open go with the person who gave them.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    AssessmentMark.objects.filter(person=person).delete()


def sweep(*, at: dt.datetime) -> int:
    """The timer: close the rounds whose time is over; how many."""
    over = AssessmentRound.objects.filter(closed_at=None, closes_at__lte=at)
    return len([close_round(by=None, at=at, row=row) for row in over])
