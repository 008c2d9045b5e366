"""The office has it: it answers or refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.operations.contracts import contract_for
from veche.city.problems.operations.refusals import TooManyPhotographs
from veche.core.cases.models import Case
from veche.core.cases.operations import attach, move_case
from veche.core.files.operations import keep
from veche.core.notices.operations import announce, tell_followers
from veche.operation import operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


@operation
def assign(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    organisation: Organisation,
    seen: int | None = None,
) -> Case:
    """A dispatcher gives a problem that nobody answers for to an office."""
    case = move_case(
        by=by,
        at=at,
        case=case,
        move="assign",
        organisation=organisation,
        contract=contract_for(case, organisation),
        seen=seen,
    )
    Problem.objects.filter(case=case).update(assigned_at=at, answer_due_at=case.first_promised_at)
    tell_followers(by=by, at=at, case=case, kind="problems.assigned")
    return case


@operation
def answer(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    text: str,
    photographs: Sequence[Photograph] = (),
    seen: int | None = None,
) -> Case:
    """The office says what was done, with evidence; the author checks it.

    Raises:
        TextLength, TooManyPhotographs: what was given cannot be accepted.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_ANSWER)
    if len(photographs) > rules.MOST_PHOTOGRAPHS:
        raise TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS)
    case = move_case(by=by, at=at, case=case, move="answer", seen=seen, public={"text": text})
    Problem.objects.filter(case=case, answered_at__isnull=True).update(answered_at=at)
    for photograph in photographs:
        attach(
            by=by, at=at, case=case, file=keep(by=by, at=at, photograph=photograph), kind="after"
        )
    tell_followers(by=by, at=at, case=case, kind="problems.answered")
    return case


@operation
def refuse(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """The office says that it will not be done, with a reason from the list and in words.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    if reason not in rules.REFUSAL_REASONS:
        raise UnknownReason
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(
        by=by, at=at, case=case, move="refuse", seen=seen, public={"reason": reason, "text": text}
    )
    Problem.objects.filter(case=case, answered_at__isnull=True).update(answered_at=at)
    tell_followers(by=by, at=at, case=case, kind="problems.refused")
    announce(by=by, at=at, case=case, kind="problems.turned-down")
    return case
