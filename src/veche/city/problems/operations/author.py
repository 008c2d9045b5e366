"""The author looks at the result, replies, objects, opens again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import F, Value
from django.db.models.functions import Concat

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.operations.checks import verify
from veche.city.problems.operations.refusals import TooLate, said
from veche.city.problems.queries.checks import found_done
from veche.core.cases.models import Case
from veche.core.cases.operations import attach, end_dispute, move_case
from veche.core.cases.queries import window_open
from veche.core.files.operations import keep
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import announce, tell_followers
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person


@operation
def confirm(
    *, by: Person | None, at: dt.datetime, case: Case, text: str = "", seen: int | None = None
) -> Case:
    """The author has looked: it is done."""
    case = move_case(by=by, at=at, case=case, move="confirm", seen=seen, public=said(text))
    Problem.objects.filter(case=case).update(confirmed_at=at)
    tell_followers(by=by, at=at, case=case, kind="problems.confirmed")
    announce(by=by, at=at, case=case, kind="problems.done")
    return case


@operation
def send_back(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    text: str,
    photographs: Sequence[Photograph] = (),
    seen: int | None = None,
) -> Case:
    """The author has looked: it is not done; the same office works again, on a shorter term.

    Raises:
        TextLength: the author did not say what is missing.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(by=by, at=at, case=case, move="return", seen=seen, public={"text": text})
    Problem.objects.filter(case=case).update(returns=F("returns") + 1)
    for photograph in photographs:
        attach(
            by=by, at=at, case=case, file=keep(by=by, at=at, photograph=photograph), kind="check"
        )
    tell_followers(by=by, at=at, case=case, kind="problems.returned")
    return case


@operation
def end_check(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The author did not look within the term: answered, not confirmed — never called solved,
    unless two volunteers saw that it is done."""
    if found_done(case):
        return verify(by=by, at=at, case=case)
    case = move_case(by=by, at=at, case=case, move="lapse")
    tell_followers(by=by, at=at, case=case, kind="problems.unconfirmed")
    announce(by=by, at=at, case=case, kind="problems.ended")
    return case


@operation
def withdraw(*, by: Person | None, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The author takes the problem back; offices that disagree about it need not decide."""
    case.refresh_from_db(fields=["state"])
    if case.state in ("handed_back", "disputed"):
        case = end_dispute(by=by, at=at, case=case, move="withdraw")
    else:
        case = move_case(by=by, at=at, case=case, move="withdraw", seen=seen)
    tell_followers(by=by, at=at, case=case, kind="problems.withdrawn")
    return case


@operation
def reply(
    *, by: Person | None, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The author answers what the moderator or the office asked.

    Raises:
        TextLength: the reply has no words.
    """
    text = sized(text, 1, rules.LONGEST_REASON)
    case.refresh_from_db(fields=["state"])
    # Before publication the words are not public: a moderator reads them first.
    public = {"text": text} if case.state == "queried" else None
    case = move_case(
        by=by, at=at, case=case, move="reply", seen=seen, public=public, personal={"text": text}
    )
    if public is None:
        Problem.objects.filter(case=case).update(text=Concat(F("text"), Value("\n\n" + text)))
    else:
        # The office was not late for the days in which it waited for these words.
        Problem.objects.filter(case=case, answered_at__isnull=True).update(
            answer_due_at=case.first_promised_at
        )
    tell_followers(by=by, at=at, case=case, kind="problems.replied")
    return case


@operation
def reopen(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    text: str,
    photographs: Sequence[Photograph] = (),
    seen: int | None = None,
) -> Case:
    """The author says within a term that what was closed is not fixed; the same office works again.

    Raises:
        TextLength: the author did not say what is wrong.
        TooLate: the term for it has passed.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case.refresh_from_db(fields=["closed_at"])
    if not window_open(case, "reopen", at):
        raise TooLate
    case = move_case(by=by, at=at, case=case, move="reopen", seen=seen, public={"text": text})
    Problem.objects.filter(case=case).update(returns=F("returns") + 1, confirmed_at=None)
    for photograph in photographs:
        attach(
            by=by, at=at, case=case, file=keep(by=by, at=at, photograph=photograph), kind="check"
        )
    tell_followers(by=by, at=at, case=case, kind="problems.reopened")
    return case


@operation
def object_to_refusal(
    *, by: Person | None, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The author says why a refusal is wrong; the head of the office decides.

    Raises:
        TextLength: the author gave no reason.
        TooLate: the term for it has passed.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case.refresh_from_db(fields=["closed_at"])
    if not window_open(case, "object", at):
        raise TooLate
    case = move_case(by=by, at=at, case=case, move="object", seen=seen, public={"text": text})
    tell_followers(by=by, at=at, case=case, kind="problems.objected")
    tell_holders(by=by, at=at, case=case, kind="problems.objected", role="head")
    return case
