"""Whose problem it is, when offices disagree."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.problems import rules
from veche.city.problems.operations.refusals import UnknownReason, sized
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import move_case
from veche.core.notices.operations import tell_followers
from veche.core.organisations.models import Organisation
from veche.core.organisations.queries import answers_for
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


LAST_RESORT = "last-resort"
"""The theme under which the owner of last resort is named in the responsibilities."""


@operation
def hand_back(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    text: str,
    proposed: Organisation | None = None,
    seen: int | None = None,
) -> Case:
    """The office says that the problem is not theirs, and names the office that it takes for right.

    A dispatcher decides within a working day; meanwhile the author's term runs on.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    return _not_ours("hand_back", by, at, case, reason, text, proposed, seen)


@operation
def dispute(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    text: str,
    proposed: Organisation | None = None,
    seen: int | None = None,
) -> Case:
    """The office says before an arbiter that the problem is not theirs.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    return _not_ours("dispute", by, at, case, reason, text, proposed, seen)


def _not_ours(
    move: str,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    text: str,
    proposed: Organisation | None,
    seen: int | None,
) -> Case:
    if reason not in rules.NOT_OURS_REASONS:
        raise UnknownReason
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    public = {"reason": reason, "text": text, "proposed": proposed.code if proposed else ""}
    case = move_case(by=by, at=at, case=case, move=move, seen=seen, public=public)
    tell_followers(by=by, at=at, case=case, kind=f"problems.{move.replace('_', '-')}")
    return case


@operation
def pass_on(*, by: None, at: dt.datetime, case: Case) -> Case:
    """No dispatcher decided in time: the proposed office gets it, else the old one again."""
    said = CaseEvent.objects.filter(case=case, move="hand_back").order_by("-seq").first()
    code = said.public.get("proposed") if said else ""
    office = Organisation.objects.filter(code=code).first() if code else None
    case = move_case(by=by, at=at, case=case, move="pass_on", organisation=office)
    tell_followers(by=by, at=at, case=case, kind="problems.assigned")
    return case


@operation
def give_to_last_resort(*, by: None, at: dt.datetime, case: Case) -> Case:
    """No arbiter decided within the term: the owner of last resort gets it."""
    office = answers_for(LAST_RESORT, case.territory)
    case = move_case(by=by, at=at, case=case, move="last_resort", organisation=office)
    tell_followers(by=by, at=at, case=case, kind="problems.assigned")
    return case


@operation
def settle(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    organisation: Organisation,
    text: str,
    seen: int | None = None,
) -> Case:
    """An arbiter says whose the problem is; it binds.

    Raises:
        TextLength: the reason has no words.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(
        by=by,
        at=at,
        case=case,
        move="settle",
        organisation=organisation,
        seen=seen,
        public={"text": text},
    )
    tell_followers(by=by, at=at, case=case, kind="problems.settled")
    return case
