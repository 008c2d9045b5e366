"""A moderator reads what was reported."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.operations.contracts import term_by
from veche.city.problems.operations.recurrence import note_recurrence
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case
from veche.core.moderation.operations import turn_down
from veche.core.notices.operations import announce, tell_followers
from veche.core.organisations.queries import who_answers
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def accept(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """A moderator passes a problem; it goes to whoever answers for it there."""
    case = move_case(by=by, at=at, case=case, move="accept", seen=seen)
    return _accepted(case, by, at)


@operation
def pass_unmoderated(*, by: None, at: dt.datetime, case: Case) -> Case:
    """Nobody moderated within the term: the problem is passed, and the lateness stays counted.

    The city promises an answer within 24 hours (`docs/policy/moderation.md`); a resident does not
    wait because a moderator did not come.
    """
    case = move_case(by=by, at=at, case=case, move="pass")
    return _accepted(case, by, at, told="problems.passed")


def _accepted(
    case: Case, by: Person | None, at: dt.datetime, told: str = "problems.accepted"
) -> Case:
    """What follows when a problem becomes public: the office that answers for it gets it."""
    moments: dict[str, dt.datetime | None] = {"accepted_at": at}
    thing = Problem.objects.values_list("object_id", flat=True).get(case=case)
    found = who_answers(case.theme, case.territory, thing)
    if found is not None:
        case = move_case(
            by=None,
            at=at,
            case=case,
            move="route",
            organisation=found.organisation,
            contract=term_by(found.rule),
        )
        moments |= {"assigned_at": at, "answer_due_at": case.first_promised_at}
    Problem.objects.filter(case=case).update(**moments)
    tell_followers(by=by, at=at, case=case, kind=told)
    announce(by=by, at=at, case=case, kind="problems.new")
    note_recurrence(by=None, at=at, case=case)
    return case


@operation
def reject(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """A moderator turns a problem down, with a reason from the list and words for the author.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    return turn_down(
        by=by, at=at, case=case, move="reject", reason=reason, text=text, seen=seen,
        told="problems.rejected",
    )  # fmt: skip


@operation
def ask_author(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """A moderator, or the office, asks the author for what is missing.

    While an office waits for the reply its term stands still; before publication nothing is owed.

    Raises:
        TextLength: the question has no words.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    move = "ask" if case.state == "moderation" else "query"
    case = move_case(by=by, at=at, case=case, move=move, seen=seen, public={"text": text})
    tell_followers(by=by, at=at, case=case, kind="problems.asked")
    return case


@operation
def close_without_reply(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The author was asked and did not reply within the term."""
    case = move_case(by=by, at=at, case=case, move="lapse")
    tell_followers(by=by, at=at, case=case, kind="problems.no-reply")
    return case
