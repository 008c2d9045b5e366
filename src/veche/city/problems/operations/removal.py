"""What moderation does to a problem besides letting it pass: other words, removal, appeals."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.problems import rules
from veche.city.problems.models import CheckTask, Problem, Satisfaction
from veche.city.problems.operations.checks_closed import close_checks
from veche.city.problems.operations.moderation import _accepted
from veche.core.cases.models import Case
from veche.core.moderation.operations import turn_down
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


CHECK, RATING = "check:", "rating:"
"""Before the number of a volunteer's finding, and of what the author said of the work."""


@inside
def put_words(*, case: Case, field: str, text: str) -> None:
    """Put other words in the place of a problem's; called by the operation that hides parts.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if field.startswith("answer:"):
        problem = Problem.objects.select_for_update(of=("self",)).get(case_id=case.pk)
        answers = {**problem.answers, field.partition(":")[2]: text}
        Problem.objects.filter(case_id=case.pk).update(answers=answers)
    elif field.startswith(CHECK):
        tasks = CheckTask.objects.filter(round__case_id=case.pk)
        tasks.filter(pk=int(field.removeprefix(CHECK))).update(text=text)
    elif field.startswith(RATING):
        rows = Satisfaction.objects.filter(case_id=case.pk)
        rows.filter(pk=int(field.removeprefix(RATING))).update(text=text)
    elif field in ("text", "address"):
        length = rules.LONGEST_TEXT + 500 if field == "text" else 240
        Problem.objects.filter(case_id=case.pk).update(**{field: text[:length]})


@operation
def remove(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """A moderator takes a published problem away: spam, or what should not have been passed.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    case = turn_down(
        by=by, at=at, case=case, move="remove", reason=reason, text=text, seen=seen,
        told="problems.removed",
    )  # fmt: skip
    close_checks(case=case, at=at)
    return case


@operation
def publish_after_all(*, by: Person, at: dt.datetime, case: Case) -> Case:
    """An appeal was granted: the problem is public and goes to the office that answers for it."""
    return _accepted(case, by, at, told="moderation.overturned")
