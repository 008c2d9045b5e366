"""Opening and moving cases, and turning their clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from veche.core.cases.access import barred_now
from veche.core.cases.models import Assignment, Case, CaseEvent
from veche.core.cases.operations.barring import check_not_barred
from veche.core.cases.operations.clocks import assignment, start_clock, turn_clocks
from veche.core.cases.procedure import AUTHOR, IMPORTER, PROCEDURES, START, SYSTEM, Move, Procedure
from veche.core.cases.terms import ends_at, numbered_term
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.rules import Term
    from veche.core.organisations.models import Holding, Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class MoveNotPossible(Refused):
    """No such move leaves the present state."""

    code = "move-not-possible"
    sentence = _("This step is not possible now: the matter stands at “{state}”.")


class Changed(Refused):
    """The matter was moved after the actor looked at it."""

    code = "changed-meanwhile"
    sentence = _(
        "Somebody else has moved this matter meanwhile: it now stands at “{state}”. "
        "What you wrote is kept below."
    )


class NoRoleForMove(NotAllowed):
    """The actor holds no role that the move needs here."""

    code = "no-role-for-move"
    sentence = _("Only {role} may do this.")


class ChildOpen(Refused):
    """A child case that the parent waits for has not ended."""

    code = "child-open"
    sentence = _("A part of this matter is still open: {number}.")


class ParentEnded(Refused):
    """The case that the new one is to be a part of has ended."""

    code = "parent-ended"
    sentence = _("Matter {number} has ended: nothing can be made a part of it.")


def subject(case: Case) -> str:
    """How the journal names a case."""
    return f"{case.procedure}:{case.number}"


@operation
def open_case(
    *,
    by: Person | None,
    at: dt.datetime,
    procedure: str,
    move: str,
    theme: str,
    territory: Territory,
    parent: Case | None = None,
    blocking: bool = True,
    organisation: Organisation | None = None,
    until: dt.datetime | None = None,
    public: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> Case:
    """Open a case by its first move; ``by`` is its author, empty for an anonymous one; what is
    begun by a role has no author.

    ``organisation`` is the office it lies with from the beginning, where there is one; ``until``
    the moment its first state ends, where the matter itself says so and no term.

    Raises:
        MoveNotPossible: the procedure does not begin with this move.
        NoRoleForMove: it begins by a role that ``by`` does not hold there.
        ParentEnded: the parent that would wait for it has ended.
    """
    declared = PROCEDURES[procedure]
    first = declared.move(move, START)
    if first is None:
        raise MoveNotPossible(state="")
    if parent is not None:
        # Locked: it could end at this very moment, and would then have an open part.
        parent = Case.objects.select_for_update(of=("self",)).get(pk=parent.pk)
        if blocking and parent.closed_at is not None:
            raise ParentEnded(number=parent.number)
    count, term = numbered_term(declared, first.target, theme)
    case = Case(
        number=f"{at.astimezone(dt.UTC).year}-{count:06d}",
        procedure=procedure,
        theme=theme,
        territory=territory,
        author=by if first.role == AUTHOR else None,
        parent=parent,
        blocking=blocking,
        opened_at=at,
        due_at=until or ends_at(term, at),
    )
    if declared.by_code[first.target].owes:
        case.promised_at = case.first_promised_at = case.due_at
    holding = None
    if first.role not in (AUTHOR, SYSTEM, IMPORTER):
        holding = role_holding(case, first.role, first.scope, by, at)
    case.save(force_insert=True)
    _step(
        case,
        declared,
        first,
        by=by,
        at=at,
        holding=holding,
        organisation=organisation,
        public=public,
        personal=personal,
    )
    return case


@operation
def move_case(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    move: str,
    seen: int | None = None,
    organisation: Organisation | None = None,
    contract: Term | None = None,
    until: dt.datetime | None = None,
    public: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> Case:
    """Move a case one step.

    ``seen`` is the number of steps the actor saw on the page; ``organisation`` is the office the
    case lies with from now on (unchanged when not given); ``contract`` is how long that office has
    by its contract: its own clock, beside the promise to the author and never later; ``until`` is
    the moment the state entered ends, where the matter itself says so and no term (a vote closes
    when it was announced to).

    Raises:
        Changed: somebody moved it after the actor looked.
        MoveNotPossible: no such move leaves the present state.
        NoRoleForMove: the actor holds no role that the move needs here.
        ChildOpen: the move would end a case whose blocking child is open.
        MayNotKnow: the case is kept from the actor.
    """
    declared = PROCEDURES[case.procedure]
    # With its place: whose role reaches there is asked next.
    rows = Case.objects.select_for_update(of=("self",)).select_related("territory")
    if by is not None:
        # Asked with the case: most people are barred from nothing.
        rows = rows.annotate(kept=Exists(barred_now(by).filter(case_id=OuterRef("pk"))))
    case = rows.get(pk=case.pk)
    kept = getattr(case, "kept", False)
    if kept:  # before anything is told of where it stands
        check_not_barred(case, by, holdings(by, at))
    if seen is not None and seen != case.seq:
        raise Changed(state=declared.by_code[case.state].title)
    wanted = declared.move(move, case.state)
    if wanted is None:
        raise MoveNotPossible(state=declared.by_code[case.state].title)
    holding = _right_to_move(case, wanted, by, at)
    if kept:
        check_not_barred(case, by, [holding])
    if declared.by_code[wanted.target].final:
        child = Case.objects.filter(parent=case, blocking=True, closed_at__isnull=True).first()
        if child is not None:
            raise ChildOpen(number=child.number)
    _step(
        case,
        declared,
        wanted,
        by=by,
        at=at,
        holding=holding,
        organisation=organisation,
        contract=contract,
        until=until,
        public=public,
        personal=personal,
    )
    return case


def _right_to_move(case: Case, move: Move, by: Person | None, at: dt.datetime) -> Holding | None:
    """The holding by which the actor may make the move; None for authors and the system."""
    if move.role == SYSTEM:
        if by is not None:
            raise NoRoleForMove(role=_("the system"))
        return None
    if move.role == AUTHOR:
        if (by.pk if by else None) != case.author_id:
            raise NoRoleForMove(role=_("the author"))
        return None
    if move.role == IMPORTER:
        raise NoRoleForMove(role=_("an import"))
    return role_holding(case, move.role, move.scope, by, at)


def role_holding(case: Case, role: str, scope: str, by: Person | None, at: dt.datetime) -> Holding:
    """The holding by which somebody may act in a role on a case.

    Raises:
        NoRoleForMove: they hold no such role there.
    """
    for holding in holdings(by, at):
        if holding.role == role and in_scope(holding, case, scope):
            return holding
    raise NoRoleForMove(role=role_name(role))


ROLE_NAMES = {
    "moderator": _("a moderator"),
    "head_moderator": _("the head moderator"),
    "officer": _("an officer of the office it lies with"),
    "dispatcher": _("a dispatcher of this district"),
    "head": _("the head of the office it lies with"),
    "arbiter": _("an arbiter"),
    "controller": _("the control department"),
    "volunteer": _("a volunteer"),
    "registrar": _("a keeper of the city's own data"),
    "clerk": _("a clerk who takes reports"),
    "administrator": _("an administrator"),
    "organiser": _("an organiser of votes in this place"),
    "commissioner": _("the voting commission"),
    "poll_clerk": _("a clerk of a polling place"),
    "facilitator": _("a facilitator of this place"),
    "mayor": _("the mayor"),
    "commander": _("whoever commands in a crisis"),
}


def role_name(role: str) -> Any:
    """The words for a role in a refusal."""
    return ROLE_NAMES.get(role, role)


def in_scope(holding: Holding, case: Case, scope: str) -> bool:
    """Whether a role is held where the move needs it."""
    if scope == "organisation":
        return holding.organisation_id is not None and (
            holding.organisation_id == case.organisation_id
        )
    if scope == "territory" and holding.territory_id is not None:
        place = case.territory
        return holding.territory_id in (place.pk, place.district_id, place.city_id)
    return True


def _step(
    case: Case,
    declared: Procedure,
    move: Move,
    *,
    by: Person | None,
    at: dt.datetime,
    holding: Holding | None,
    organisation: Organisation | None = None,
    contract: Term | None = None,
    until: dt.datetime | None = None,
    public: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> None:
    """Append the event, turn the clocks, hand the assignment over, write the journal."""
    source, old_office = case.state, case.organisation_id
    office = organisation.pk if organisation is not None else old_office
    CaseEvent(
        case=case,
        seq=case.seq + 1,
        move=move.name,
        source=source,
        target=move.target,
        actor=by,
        holding=holding,
        organisation_id=office,
        at=at,
        public=dict(public or {}),
    ).save(force_insert=True)
    case.state, case.seq, case.moved_at, case.organisation_id = (
        move.target,
        case.seq + 1,
        at,
        office,
    )
    case.closed_at = at if declared.by_code[move.target].final else None
    given: Assignment | None = None
    if office != old_office:
        if old_office is not None:
            Assignment.objects.filter(case=case, until__isnull=True).update(until=at)
        if office is not None:
            given = assignment(case.pk, office, at, contract)
            given.save(force_insert=True)
    if source == START:
        start_clock(case, at, case.due_at)
    elif not move.stays or office != old_office:
        turn_clocks(case, declared, source, at, given, undoes=move.undoes, until=until)
    record(
        kind=f"{case.procedure}.{move.name}",
        by=by,
        at=at,
        subject=subject(case),
        public={"from": source, "to": move.target, "step": case.seq, **(public or {})},
        personal=personal,
    )
