"""Whose problem it is when offices disagree, a later date, and objections to a refusal."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.operations.borders import OTHER_SIDE, other_side, send_across
from veche.city.problems.operations.contracts import contract_for
from veche.city.problems.procedure import PROCEDURE
from veche.core.cases import operations as cases
from veche.core.cases.models import Case, CaseEvent, Dispute
from veche.core.cases.operations import LAST_RESORT, MoveNotPossible, move_case
from veche.core.cases.rules import PROLONGATION_REASONS
from veche.core.moderation.operations.routing import taker
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import tell_followers
from veche.core.organisations.models import Organisation
from veche.operation import operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.cases.models import Prolongation
    from veche.core.people.models import Person

__all__ = ["LAST_RESORT"]


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
        Bound, NoLastResort, SameOffice: see `veche.core.cases.operations.open_dispute`.
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
        Bound, NoLastResort, SameOffice: see `veche.core.cases.operations.open_dispute`.
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
    opened = cases.open_dispute(
        by=by, at=at, case=case, move=move, reason=reason, text=text, proposed=proposed, seen=seen
    )
    case = Case.objects.select_related("territory", "organisation").get(pk=case.pk)
    if opened.decided_at is not None:
        tell_followers(by=by, at=at, case=case, kind="problems.last-resort")
        return case
    tell_followers(by=by, at=at, case=case, kind=f"problems.{move.replace('_', '-')}")
    if move == "hand_back" and reason == OTHER_SIDE and (side := other_side(case)):
        return send_across(by=None, at=at, case=case, there=side[0], office=side[1])
    role = "dispatcher" if move == "hand_back" else "arbiter"
    tell_holders(by=by, at=at, case=case, kind=f"problems.{move.replace('_', '-')}", role=role)
    return case


@operation
def reassign(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    organisation: Organisation,
    text: str = "",
    seen: int | None = None,
) -> Case:
    """A dispatcher decides whose a returned problem is: another office's, or the same again.

    Raises:
        TextLength: the words are too long.
        ArbiterOfAParty: the dispatcher works for one of the offices.
    """
    text = sized(text, 1, rules.LONGEST_REASON) if text.strip() else ""
    case = cases.decide_dispute(
        by=by,
        at=at,
        case=case,
        move="reassign",
        organisation=organisation,
        contract=contract_for(case, organisation),
        decided_as=Dispute.Decided.DISPATCHER,
        text=text,
        seen=seen,
    )
    tell_followers(by=by, at=at, case=case, kind="problems.assigned")
    return case


@operation
def pass_on(*, by: None, at: dt.datetime, case: Case) -> Case:
    """No dispatcher decided in time: the proposed office gets it, else the old one again."""
    said = CaseEvent.objects.filter(case=case, move="hand_back").order_by("-seq").first()
    code = said.public.get("proposed") if said else ""
    office = Organisation.objects.filter(code=code).first() if code else None
    case = cases.decide_dispute(
        by=None,
        at=at,
        case=case,
        move="pass_on",
        organisation=office,
        contract=contract_for(case, office),
        decided_as=Dispute.Decided.LAPSED,
    )
    tell_followers(by=by, at=at, case=case, kind="problems.assigned")
    return case


@operation
def give_to_last_resort(*, by: None, at: dt.datetime, case: Case) -> Case:
    """No arbiter decided within the term: the owner of last resort gets it, else it stays where it
    lies, because an author may not wait for a dispute without an end."""
    case = cases.decide_dispute(
        by=None,
        at=at,
        case=case,
        move="last_resort",
        organisation=cases.last_resort(case, at),
        decided_as=Dispute.Decided.LAST_RESORT,
    )
    tell_followers(by=by, at=at, case=case, kind="problems.last-resort")
    return case


@operation
def route_unheard(*, by: None, at: dt.datetime, case: Case) -> Case:
    """No dispatcher came within the term: whoever answers for it there by now gets it, else the
    owner of last resort.

    Raises:
        NobodyToTake: there is neither; it stays with the dispatchers, and late.
    """
    thing = Problem.objects.values_list("object_id", flat=True).get(case=case)
    office, resort = taker(case, at, thing)
    move = "last_resort" if resort else "route_late"
    case = move_case(
        by=by,
        at=at,
        case=case,
        move=move,
        organisation=office,
        contract=contract_for(case, office),
    )
    Problem.objects.filter(case=case).update(assigned_at=at, answer_due_at=case.first_promised_at)
    told = "problems.last-resort" if resort else "problems.assigned"
    tell_followers(by=by, at=at, case=case, kind=told)
    for role in ("dispatcher", "officer"):
        tell_holders(by=by, at=at, case=case, kind="problems.routed-late", role=role)
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
        ArbiterOfAParty: the arbiter works for one of the offices.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = cases.decide_dispute(
        by=by,
        at=at,
        case=case,
        move="settle",
        organisation=organisation,
        contract=contract_for(case, organisation),
        decided_as=Dispute.Decided.ARBITER,
        text=text,
        seen=seen,
    )
    tell_followers(by=by, at=at, case=case, kind="problems.settled")
    return case


@operation
def ask_prolongation(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    text: str,
    until: dt.date,
    seen: int | None = None,
) -> Prolongation:
    """An officer asks the head for a later date, with a reason that everybody will read.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
        NotLater, TooFar, NotAWorkingDay, AlreadyAsked: see `veche.core.cases.operations`.
    """
    if reason not in PROLONGATION_REASONS:
        raise UnknownReason
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    asked = cases.ask_prolongation(
        by=by, at=at, case=case, reason=reason, text=text, until=until, seen=seen
    )
    tell_holders(by=by, at=at, case=case, kind="problems.prolongation-asked", role="head")
    return asked


@operation
def sign_prolongation(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The head signs the later date; everybody reads it, and the first term beside it.

    Raises:
        AlreadyDecided, OwnRequest, NotLater: see `veche.core.cases.operations`.
    """
    case = cases.decide_prolongation(by=by, at=at, case=case, sign=True, seen=seen)
    tell_followers(by=by, at=at, case=case, kind="problems.prolonged")
    return case


@operation
def refuse_prolongation(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The head refuses the later date: the promise stays.

    Raises:
        TextLength: the head gave no reason.
        AlreadyDecided, OwnRequest: see `veche.core.cases.operations`.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = cases.decide_prolongation(by=by, at=at, case=case, sign=False, text=text, seen=seen)
    tell_holders(by=by, at=at, case=case, kind="problems.prolongation-refused", role="officer")
    return case


@operation
def decide_objection(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    uphold: bool,
    text: str,
    seen: int | None = None,
) -> Case:
    """The head of the office decides on an objection: the refusal stands, or the office works.

    Raises:
        TextLength: the head gave no reason.
        MoveNotPossible: nobody objects to a refusal; an appeal against a moderator is judged by
            `veche.core.moderation.operations.judge`, and never by who decided first.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    state = Case.objects.select_for_update(of=("self",)).get(pk=case.pk).state
    if state != "objected":
        raise MoveNotPossible(state=PROCEDURE.by_code[state].title)
    move = "uphold" if uphold else "overturn"
    case = move_case(by=by, at=at, case=case, move=move, seen=seen, public={"text": text})
    if not uphold:
        Problem.objects.filter(case=case).update(returns=F("returns") + 1)
    tell_followers(
        by=by, at=at, case=case, kind="problems.upheld" if uphold else "problems.overturned"
    )
    return case


@operation
def overturn_unheard(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The head did not decide on the objection within the term: the office works again."""
    case = move_case(by=by, at=at, case=case, move="unheard")
    Problem.objects.filter(case=case).update(returns=F("returns") + 1)
    tell_followers(by=by, at=at, case=case, kind="problems.overturned")
    return case
