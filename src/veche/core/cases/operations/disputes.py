"""Whose a case is, when offices disagree: it is returned, somebody decides, the word binds."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case, Dispute
from veche.core.cases.operations.moves import move_case
from veche.core.cases.rules import MOST_DISPUTES, wrong
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.queries import answers_for, holdings
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.rules import Term
    from veche.core.people.models import Person

LAST_RESORT = "last-resort"
"""The theme under which the owner of last resort is named in the responsibilities."""


class Bound(Refused):
    """An arbiter, or the rule of last resort, has decided: the office keeps the case."""

    code = "bound"
    sentence = _("It has been decided that this is yours: it cannot be returned again.")


class NoLastResort(Refused):
    """It was returned too often, and nobody is named who must take it."""

    code = "no-last-resort"
    sentence = _(
        "This was returned twice already, and the city has named no owner of last resort and no "
        "control department: it stays with your office."
    )


class SameOffice(Invalid):
    """The office proposes itself."""

    code = "same-office"
    sentence = _("Propose another office than your own.")
    field = "proposed"


class ArbiterOfAParty(NotAllowed):
    """Whoever decides works for one of the offices that disagree."""

    code = "arbiter-of-a-party"
    sentence = _("You work for one of the offices in this dispute: somebody else must decide.")


def last_resort(case: Case, at: dt.datetime) -> Organisation | None:
    """Who must take what nobody takes: the owner of last resort, else the control department."""
    named = answers_for(LAST_RESORT, case.territory)
    if named is not None:
        return named
    places = [case.territory_id, case.territory.district_id, case.territory.city_id]
    held = Holding.objects.filter(role="controller", since__lte=at, organisation__isnull=False)
    held = held.exclude(until__lte=at).select_related("organisation").order_by("id")
    for holding in held:
        if holding.territory_id is None or holding.territory_id in places:
            return holding.organisation
    return None


@operation
def open_dispute(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    move: str,
    reason: str,
    text: str,
    proposed: Organisation | None = None,
    seen: int | None = None,
    give_up: str = "last_resort",
) -> Dispute:
    """The office that has a case says by ``move`` that it is not theirs.

    After :data:`MOST_DISPUTES` the next one goes to the owner of last resort at once, by the
    system's move ``give_up``. The promise to the author runs on through all of it.

    Raises:
        Bound: it was decided before that the case is theirs.
        NoLastResort: it was returned too often and nobody is named to take it.
        SameOffice: the office proposes itself.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("territory").get(pk=case.pk)
    past = list(Dispute.objects.filter(case=case).order_by("id"))
    if any(one.binding and one.decided_for_id == case.organisation_id for one in past):
        raise Bound
    office = case.organisation
    if proposed is not None and proposed == office:
        raise SameOffice
    resort = None
    if len(past) >= MOST_DISPUTES:
        resort = last_resort(case, at)
        if resort is None:
            raise NoLastResort
    public = {"reason": reason, "text": text, "proposed": proposed.code if proposed else ""}
    case = move_case(by=by, at=at, case=case, move=move, seen=seen, public=public)
    dispute = Dispute(
        case=case,
        move=move,
        seq=case.seq,
        office=office,
        reason=reason,
        proposed=proposed,
        opened_at=at,
    )
    dispute.save(force_insert=True)
    if resort is not None:
        decide_dispute(
            by=None,
            at=at,
            case=case,
            move=give_up,
            organisation=resort,
            decided_as=Dispute.Decided.LAST_RESORT,
        )
        dispute.refresh_from_db()
    return dispute


@operation
def decide_dispute(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    move: str,
    organisation: Organisation | None,
    decided_as: str,
    contract: Term | None = None,
    text: str = "",
    seen: int | None = None,
) -> Case:
    """Somebody, or the passing of the term, decides by ``move`` whose a case is.

    Without ``organisation`` it stays with the office it lies with; ``contract`` is how long the
    office has by its own contract. The word of an arbiter and the
    rule of last resort bind the office that gets it. Who was wrong is noted where a person judged.

    Raises:
        ArbiterOfAParty: whoever decides works for an office of the dispute.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    dispute = (
        Dispute.objects.select_for_update(of=("self",))
        .filter(case=case, decided_at__isnull=True)
        .first()
    )
    if dispute is not None and by is not None:
        parties = {dispute.office_id, dispute.proposed_id}
        roles = {h.role for h in holdings(by, at) if h.organisation_id in parties}
        if roles & {"officer", "head"}:
            raise ArbiterOfAParty
    public = {"text": text} if text else {}
    case = move_case(
        by=by,
        at=at,
        case=case,
        move=move,
        organisation=organisation,
        contract=contract,
        seen=seen,
        public=public,
    )
    if dispute is not None:
        judged = decided_as in (Dispute.Decided.DISPATCHER, Dispute.Decided.ARBITER)
        dispute.decided_at = at
        dispute.decided_as = decided_as
        dispute.decided_for_id = case.organisation_id
        dispute.binding = decided_as in (Dispute.Decided.ARBITER, Dispute.Decided.LAST_RESORT)
        if judged and case.organisation_id is not None:
            dispute.wrong = wrong(dispute.office_id, case.organisation_id)
        dispute.save(
            update_fields=["decided_at", "decided_as", "decided_for", "binding", "wrong"],
            force_update=True,
        )
    return case


@operation
def end_dispute(*, by: Person | None, at: dt.datetime, case: Case, move: str) -> Case:
    """The case ends by ``move`` while offices still disagree: nobody is judged.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    case = move_case(by=by, at=at, case=case, move=move)
    Dispute.objects.filter(case=case, decided_at__isnull=True).update(
        decided_at=at, decided_as=Dispute.Decided.ENDED
    )
    return case
