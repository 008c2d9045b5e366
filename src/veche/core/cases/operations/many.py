"""One move for many cases at once: in a few statements, by the same rules as one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.core.cases.access import barred_now
from veche.core.cases.models import Assignment, Case, CaseClock, CaseEvent
from veche.core.cases.operations.barring import MayNotKnow, keeps_out
from veche.core.cases.operations.clocks import assignment, contract_of
from veche.core.cases.operations.moves import (
    Changed,
    ChildOpen,
    MoveNotPossible,
    NoRoleForMove,
    in_scope,
    move_case,
    role_name,
    subject,
)
from veche.core.cases.procedure import AUTHOR, IMPORTER, PROCEDURES, SYSTEM, Move
from veche.core.cases.rules import Term
from veche.core.cases.terms import contract_ends, due_at
from veche.core.journal.operations import record, record_many
from veche.core.organisations.queries import holdings
from veche.errors import Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding, Organisation
    from veche.core.people.models import Person

MOST = 2000
"""Cases moved in one operation."""


@dataclass
class Moved:
    """What became of each case."""

    cases: dict[int, Case] = field(default_factory=dict)
    """Those that were moved, as they stand now."""
    refused: dict[int, Refused] = field(default_factory=dict)
    """Those that were not, and why."""


@dataclass(frozen=True)
class _Ready:
    case: Case
    move: Move
    holding: Holding | None


def judge(
    *,
    by: Person | None,
    at: dt.datetime,
    cases: Sequence[Case],
    move: str,
    seen: Mapping[int, int] | None = None,
) -> tuple[list[_Ready], dict[int, Refused]]:
    """Which of these cases the move would take, and why not the others; writes nothing.

    ``cases`` have their territory loaded. The same as `veche.core.cases.operations.move_case`
    asks, in three queries however many there are.
    """
    held = holdings(by, at)
    parents = set(
        Case.objects.filter(
            parent_id__in=[c.pk for c in cases], blocking=True, closed_at__isnull=True
        ).values_list("parent_id", "number")
    )
    blocked = {parent: number for parent, number in parents if parent is not None}
    shut = {
        row.case_id: row.side_id for row in barred_now(by).filter(case_id__in=[c.pk for c in cases])
    }
    ready: list[_Ready] = []
    refused: dict[int, Refused] = {}
    for case in cases:
        declared = PROCEDURES[case.procedure]
        wanted = declared.move(move, case.state)
        stands = declared.by_code[case.state].title if case.state else ""
        if case.pk in shut and all(keeps_out(shut[case.pk], one) for one in held):
            refused[case.pk] = MayNotKnow()
        elif seen is not None and seen.get(case.pk, case.seq) != case.seq:
            refused[case.pk] = Changed(state=stands)
        elif wanted is None:
            refused[case.pk] = MoveNotPossible(state=stands)
        elif declared.by_code[wanted.target].final and case.pk in blocked:
            refused[case.pk] = ChildOpen(number=blocked[case.pk])
        else:
            holding = _holding(case, wanted, by, held)
            if isinstance(holding, Refused):
                refused[case.pk] = holding
            elif case.pk in shut and keeps_out(shut[case.pk], holding):
                refused[case.pk] = MayNotKnow()
            else:
                ready.append(_Ready(case, wanted, holding))
    return ready, refused


def _holding(
    case: Case, move: Move, by: Person | None, held: Sequence[Holding]
) -> Holding | Refused | None:
    """The role by which it is moved, None where none is needed, else the refusal."""
    if move.role == SYSTEM and by is None:
        return None
    if move.role == AUTHOR and (by.pk if by else None) == case.author_id:
        return None
    if move.role not in (SYSTEM, AUTHOR, IMPORTER):
        for holding in held:
            if holding.role == move.role and in_scope(holding, case, move.scope):
                return holding
    return NoRoleForMove(role=role_name(move.role))


@operation
def move_cases(
    *,
    by: Person | None,
    at: dt.datetime,
    cases: Sequence[int],
    move: str,
    seen: Mapping[int, int] | None = None,
    organisation: Organisation | None = None,
    contract: Term | None = None,
    public: Mapping[int, Mapping[str, Any]] | None = None,
) -> Moved:
    """Move many cases of one procedure one step; those that cannot be moved are told, the others
    go all together.

    ``seen`` and ``public`` are by case: the steps the actor saw, and what the step says;
    ``contract`` is how long ``organisation`` has by its contract.

    Raises:
        ValueError: more than `MOST` cases, or of several procedures.
    """
    if len(cases) > MOST:
        raise ValueError(f"at most {MOST} cases at once")
    # In the order of their numbers: two who move the same cases do not lock each other out.
    rows = list(
        Case.objects.filter(pk__in=cases)
        .select_related("territory")
        .defer("territory__outline")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if len({case.procedure for case in rows}) > 1:
        raise ValueError("cases of one procedure at a time")
    ready, refused = judge(by=by, at=at, cases=rows, move=move, seen=seen)
    said = {one.case.pk: dict((public or {}).get(one.case.pk, {})) for one in ready}
    moved = Moved(refused=refused)
    together: list[_Ready] = []
    been = _been_there(ready) if organisation is None else {one.case.pk for one in ready}
    for one in ready:
        declared = PROCEDURES[one.case.procedure]
        # A promise that stands still, and a clock that goes on, are carried over one by one.
        target = declared.by_code[one.move.target]
        runs_on = target.owes and one.case.promised_at is not None and one.case.pk in been
        if runs_on or target.pauses or one.case.paused_at is not None or one.move.stays:
            pk = one.case.pk
            moved.cases[pk] = move_case(
                by=by,
                at=at,
                case=one.case,
                move=move,
                organisation=organisation,
                contract=contract,
                public=said[pk],
            )
        else:
            together.append(one)
    _step_together(together, by=by, at=at, organisation=organisation, contract=contract, said=said)
    moved.cases |= {one.case.pk: one.case for one in together}
    record(
        kind="cases.moved-many",
        by=by,
        at=at,
        subject="cases",
        public={"move": move, "moved": len(moved.cases), "refused": len(refused)},
    )
    return moved


def _been_there(ready: Sequence[_Ready]) -> set[int]:
    """Cases whose promise runs on and which may go on with a clock they had before, or with the
    contract of their office: they lay with it in the state they come to, or it has one."""
    runs_on = [
        one
        for one in ready
        if one.case.promised_at is not None
        and PROCEDURES[one.case.procedure].by_code[one.move.target].owes
    ]
    if not runs_on:
        return set()
    ids = [one.case.pk for one in runs_on]
    before = CaseClock.objects.filter(
        case_id__in=ids, state__in={one.move.target for one in runs_on}
    )
    by_contract = Assignment.objects.filter(case_id__in=ids, until__isnull=True).exclude(
        number=None
    )
    return {*before.values_list("case_id", flat=True)} | {
        *by_contract.values_list("case_id", flat=True)
    }


def _step_together(
    ready: Sequence[_Ready],
    *,
    by: Person | None,
    at: dt.datetime,
    organisation: Organisation | None,
    contract: Term | None,
    said: Mapping[int, Mapping[str, Any]],
) -> None:
    """Events, clocks, assignments and the journal of many moves, each in one statement."""
    if not ready:
        return
    CaseEvent.objects.bulk_create(
        CaseEvent(
            case=one.case,
            seq=one.case.seq + 1,
            move=one.move.name,
            source=one.case.state,
            target=one.move.target,
            actor=by,
            holding=one.holding,
            organisation_id=organisation.pk if organisation else one.case.organisation_id,
            at=at,
            public=said[one.case.pk],
        )
        for one in ready
    )
    ids = [one.case.pk for one in ready]
    left = {one.case.pk: one.case.state for one in ready}
    CaseClock.objects.filter(case_id__in=ids, stopped_at__isnull=True).update(stopped_at=at)
    promised = {one.case.pk: one.case.promised_at for one in ready}
    handed, ends = _turn(ready, at, organisation)
    own = _contracts(ready, at, contract if organisation is not None else None, handed)
    CaseClock.objects.bulk_create(
        CaseClock(
            case=one.case,
            state=one.move.target,
            organisation_id=one.case.organisation_id,
            started_at=at,
            first_due_at=due,
            due_at=due,
            by_contract=one.case.pk in own,
        )
        for one in ready
        if (due := own.get(one.case.pk, ends[one.case.pk])) is not None
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_case c SET due_at = v.due, promised_at = v.promised,"
            " first_promised_at = v.first,"
            " climbed = CASE WHEN v.promised IS NULL OR v.runs_on THEN climbed ELSE 0 END"
            " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],"
            " %s::boolean[]) AS v (id, due, promised, first, runs_on)"
            " WHERE c.id = v.id",
            [
                ids,
                [one.case.due_at for one in ready],
                [one.case.promised_at for one in ready],
                [one.case.first_promised_at for one in ready],
                [promised[one.case.pk] is not None for one in ready],
            ],
        )
    if organisation is not None and handed:
        Assignment.objects.filter(case_id__in=handed, until__isnull=True).update(until=at)
        Assignment.objects.bulk_create(
            assignment(pk, organisation.pk, at, contract) for pk in handed
        )
    record_many(
        kind=f"{ready[0].case.procedure}.{ready[0].move.name}",
        by=by,
        at=at,
        about=[
            (
                subject(one.case),
                {
                    "from": left[one.case.pk],
                    "to": one.move.target,
                    "step": one.case.seq,
                    **said[one.case.pk],
                },
            )
            for one in ready
        ],
    )


def _contracts(
    ready: Sequence[_Ready], at: dt.datetime, contract: Term | None, handed: Sequence[int]
) -> dict[int, dt.datetime]:
    """When offices must be done by their contracts, by case, where they have one."""
    kept: dict[int, Term] = dict.fromkeys(handed, contract) if contract is not None else {}
    staying = [
        one.case.pk
        for one in ready
        if PROCEDURES[one.case.procedure].worked(one.move.target) and one.case.pk not in handed
    ]
    if staying:
        rows = Assignment.objects.filter(case_id__in=staying, until__isnull=True)
        for row in rows.exclude(number=None):
            term = contract_of(row)
            assert term is not None
            kept[row.case_id] = term
    found: dict[int, dt.datetime] = {}
    ends: dict[tuple[Term, dt.datetime | None], dt.datetime] = {}
    for one in ready:
        term = kept.get(one.case.pk)
        if term is None or not PROCEDURES[one.case.procedure].worked(one.move.target):
            continue
        key = (term, one.case.promised_at)
        if key not in ends:
            ends[key] = contract_ends(term, one.case.promised_at, at)
        found[one.case.pk] = ends[key]
    return found


def _turn(
    ready: Sequence[_Ready], at: dt.datetime, organisation: Organisation | None
) -> tuple[list[int], dict[int, dt.datetime | None]]:
    """Set on the cases what the events have written; which of them changed their office, and when
    the state each has come to ends by its own term."""
    dues: dict[tuple[str, str], dt.datetime | None] = {}
    handed = []
    ends: dict[int, dt.datetime | None] = {}
    for one in ready:
        case, declared = one.case, PROCEDURES[one.case.procedure]
        target = declared.by_code[one.move.target]
        key = (one.move.target, case.theme)
        if key not in dues:
            dues[key] = due_at(declared, one.move.target, case.theme, at)
        case.state, case.seq, case.moved_at = one.move.target, case.seq + 1, at
        case.closed_at = at if target.final else None
        case.due_at = dues[key]
        ends[case.pk] = dues[key]
        if not target.owes:
            case.promised_at = None
        elif case.promised_at is None:
            case.promised_at = case.first_promised_at = case.due_at
        elif case.due_at is None or case.promised_at < case.due_at:
            case.due_at = case.promised_at
        if organisation is not None and case.organisation_id != organisation.pk:
            case.organisation = organisation
            handed.append(case.pk)
    return handed, ends
