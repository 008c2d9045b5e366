"""How the clocks of a case turn with its steps: the promise, the terms, the pauses, the contract.

Called by the operations that move cases; nothing here is an operation of its own.
"""

from __future__ import annotations

import datetime as dt

from veche.core.cases.models import Assignment, Case, CaseClock, CaseEvent, Prolongation
from veche.core.cases.procedure import Procedure
from veche.core.cases.rules import Term, Unit
from veche.core.cases.terms import contract_ends, due_at, resumed_at
from veche.operation import inside


def assignment(case: int, office: int, at: dt.datetime, contract: Term | None) -> Assignment:
    """The row that says that an office has a case from now on, not saved yet."""
    return Assignment(
        case_id=case,
        organisation_id=office,
        since=at,
        number=contract.number if contract else None,
        unit=contract.unit.value if contract else "",
    )


def contract_of(given: Assignment | None) -> Term | None:
    """How long an office has by its contract; None where none names a term."""
    if given is None or given.number is None:
        return None
    return Term(given.number, Unit(given.unit))


@inside
def start_clock(
    case: Case, at: dt.datetime, due: dt.datetime | None, *, contract: bool = False
) -> None:
    """Begin the clock of the state the case stands in.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    _start(case, at, due, contract)


def _start(case: Case, at: dt.datetime, due: dt.datetime | None, contract: bool) -> None:
    if due is not None:
        CaseClock(
            case=case,
            state=case.state,
            organisation_id=case.organisation_id,
            started_at=at,
            first_due_at=due,
            due_at=due,
            by_contract=contract,
        ).save(force_insert=True)


@inside
def turn_clocks(
    case: Case,
    declared: Procedure,
    source: str,
    at: dt.datetime,
    given: Assignment | None = None,
    *,
    undoes: bool = False,
    until: dt.datetime | None = None,
) -> None:
    """Stop the clock of the state left, begin that of the state entered, keep the promise.

    The promise begins with the first state that owes an answer, runs on through the others, stands
    still where the author is asked, and ends where no answer is owed. An office that had the case
    in this state before, under the same promise, goes on with the clock it had: handing a case
    away and getting it back gains no time. ``given`` is the assignment that begins with this step;
    ``undoes``: it takes back the last one, and promise and clock go on as if nothing had been;
    ``until`` is when the state entered ends, where no term says so.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    _turn(case, declared, source, at, given, undoes, until)


def _turn(
    case: Case,
    declared: Procedure,
    source: str,
    at: dt.datetime,
    given: Assignment | None,
    undoes: bool,
    until: dt.datetime | None,
) -> None:
    left, entered = declared.by_code[source], declared.by_code[case.state]
    CaseClock.objects.filter(case=case, stopped_at__isnull=True).update(stopped_at=at)
    # The clock that the step to be undone stopped, whatever state it was of: an older one of the
    # state entered may be of a promise that was kept long ago.
    undone = CaseClock.objects.filter(case=case).order_by("-id").first() if undoes else None
    due = until or due_at(declared, case.state, case.theme, at)
    contract = False
    if entered.owes:
        earlier = None
        if undoes and case.promised_at is None and case.first_promised_at is not None:
            case.promised_at = _promised_before(case, case.first_promised_at)
            earlier = undone
        elif case.promised_at is None:
            case.promised_at = case.first_promised_at = due
            case.climbed = 0
        else:
            began = _promise_began(case, declared)
            if left.pauses and case.paused_at is not None:
                _resume_promise(case, declared, began, at)
            earlier = _clock_before(case, declared, began)
        if earlier is not None:
            due, contract = _gone_on(case, declared, earlier, at), earlier.by_contract
        elif declared.worked(case.state):
            term = contract_of(given or _assigned(case))
            if term is not None:
                due, contract = contract_ends(term, case.promised_at, at), True
    elif not entered.pauses:
        case.promised_at = None
        due = undone.due_at if undone is not None else due
    case.paused_at = at if entered.pauses and case.promised_at is not None else None
    _start(case, at, due, contract)
    # What the author reads is the promise: the contract of an office is its own affair.
    owed = [None if contract else due, case.promised_at if entered.owes else None]
    case.due_at = min((moment for moment in owed if moment), default=None)
    case.save(
        update_fields=["due_at", "promised_at", "first_promised_at", "paused_at", "climbed"],
        force_update=True,
    )


def _assigned(case: Case) -> Assignment | None:
    if case.organisation_id is None:
        return None
    return Assignment.objects.filter(case=case, until__isnull=True).first()


def _promised_before(case: Case, first: dt.datetime) -> dt.datetime:
    """What was promised last, before a step that ended the case and is taken back."""
    signed = Prolongation.objects.filter(case=case, signed=True, first_promised_at=first)
    return signed.order_by("-id").values_list("until", flat=True).first() or first


def _promise_began(case: Case, declared: Procedure) -> dt.datetime:
    """Since when the author has been waiting: the last step that led to where nothing is owed."""
    waits = [state.code for state in declared.states if state.owes or state.pauses]
    before = CaseEvent.objects.filter(case=case).exclude(target__in=waits).order_by("-seq")
    return before.values_list("at", flat=True).first() or case.opened_at


def _resume_promise(case: Case, declared: Procedure, began: dt.datetime, at: dt.datetime) -> None:
    """Both dates of the promise move by the time it stood still; what was late stays late."""
    paused, first, last = case.paused_at, case.first_promised_at, case.promised_at
    assert paused is not None
    if last is not None:
        case.promised_at = resumed_at(
            declared, case.state, case.theme, due_at=last, paused_at=paused, at=at
        )
    if first is not None:
        case.first_promised_at = resumed_at(
            declared, case.state, case.theme, due_at=first, paused_at=paused, at=at
        )
        # A later date that was asked for under this promise is measured by the same.
        Prolongation.objects.filter(case=case, first_promised_at=first, asked_at__gte=began).update(
            first_promised_at=case.first_promised_at
        )


def _clock_before(case: Case, declared: Procedure, began: dt.datetime) -> CaseClock | None:
    """The last clock of the same office in the same state under the same promise."""
    if case.organisation_id is None or not declared.worked(case.state):
        return None
    return (
        CaseClock.objects.filter(
            case=case,
            state=case.state,
            organisation_id=case.organisation_id,
            started_at__gte=began,
        )
        .order_by("-id")
        .first()
    )


def _gone_on(case: Case, declared: Procedure, earlier: CaseClock, at: dt.datetime) -> dt.datetime:
    """When an earlier clock is due that goes on: later by every pause since it was stopped,
    whoever had asked the author."""
    pausing = [state.code for state in declared.states if state.pauses]
    pauses = CaseClock.objects.filter(
        case=case, state__in=pausing, started_at__gte=earlier.stopped_at or at
    ).order_by("id")
    due = earlier.due_at
    contract = None
    for pause in pauses if pausing else ():
        if earlier.by_contract and contract is None:
            contract = contract_of(_assigned(case))
        due = resumed_at(
            declared,
            case.state,
            case.theme,
            due_at=due,
            paused_at=pause.started_at,
            at=pause.stopped_at or at,
            contract=contract,
        )
    if earlier.by_contract and case.promised_at is not None:
        return max(earlier.due_at, min(due, case.promised_at))
    return due
