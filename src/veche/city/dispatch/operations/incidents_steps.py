"""The steps of dispatchers: verified, given to a lead, checked on site, closed, opened again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access, rules, rules_modes
from veche.city.dispatch.models import Incident, IncidentMatter, IncidentTask
from veche.city.dispatch.operations.incidents_log import add_entry, locked, once, reason
from veche.city.dispatch.operations.incidents_moves import (
    check_possible,
    for_the_mayor,
    step,
)
from veche.city.dispatch.operations.tasks import ask_help, end_tasks
from veche.city.dispatch.operations.telling import tell_everybody, tell_joined, tell_office
from veche.city.dispatch.procedure import OPEN
from veche.city.dispatch.queries import handbook
from veche.city.dispatch.queries.command import orders
from veche.core.organisations.models import Organisation
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.dispatch.models import EssentialService
    from veche.core.people.models import Person


class NobodyLeads(Invalid):
    """Neither the handbook nor the responsibilities name a lead for this kind here."""

    code = "nobody-leads"
    sentence = _("Nobody is named who leads in this kind of incident here: choose an office.")
    field = "lead"


class AboveDecides(NotAllowed):
    """Returned twice: whoever gives it on must stand at the tier it climbed to."""

    code = "above-decides"
    sentence = _("Offices sent this back twice: the dispatchers of the tier above decide now.")


class PartsOpen(Refused):
    """Somebody who was asked to help is not done."""

    code = "incident-parts-open"
    sentence = _("{n} who were asked to help are not done: wait for them, or say they need not.")


class IntoItself(Invalid):
    """An incident is made a part of another one, which is open and of its own sort."""

    code = "incident-join"
    sentence = _("Choose another open incident; a drill joins a drill only.")
    field = "into"


def _decide(incident: Incident, by: Person | None, at: dt.datetime) -> int:
    """A dispatcher acts: their tier takes it by that, if nobody had. Returns the tier."""
    tier = access.check_dispatcher(by, at, incident)
    if incident.claimed_at is None and tier >= incident.tier:
        incident.claimed_at = at
    return tier


@operation
def verify(
    *,
    by: Person,
    at: dt.datetime,
    incident: Incident,
    text: str = "",
    severity: int | None = None,
    vulnerable: str | None = None,
    people: int | None = None,
    service: EssentialService | None = None,
    seen: int | None = None,
) -> Incident:
    """A dispatcher has made sure that it is so; what was learnt of its gravity is written down.

    Raises:
        NotADispatcher, LedAbove: somebody else leads it.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident = locked(incident)
    _decide(incident, by, at)
    if severity is not None:
        incident.severity = min(4, max(1, severity))
    if vulnerable is not None:
        incident.vulnerable = vulnerable
    incident.people = people if people is not None else incident.people
    incident.service = service or incident.service
    step(incident, "verify", by, at, seen, term="verified", public={"text": text.strip()})
    once(incident, "seen_at", at)
    once(incident, "verified_at", at)
    incident.save(force_update=True)
    return incident


@operation
def call_false(
    *, by: Person, at: dt.datetime, incident: Incident, text: str, seen: int | None = None
) -> Incident:
    """A dispatcher has found that nothing happened; those who were asked to help need not.

    Raises:
        WordsNeeded: no reason is given.
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    incident, words = locked(incident), reason(text)
    _decide(incident, by, at)
    check_possible(incident, "call_false")
    end_tasks(at=at, incident=incident)
    step(incident, "call_false", by, at, seen, public={"text": words})
    once(incident, "seen_at", at)
    incident.ended_at = at
    incident.save(force_update=True)
    tell_everybody(by=by, at=at, incident=incident, kind="incident.false")
    return incident


@operation
def join(
    *, by: Person, at: dt.datetime, incident: Incident, into: Incident, seen: int | None = None
) -> Incident:
    """It is the same as another incident: what it tells of goes on there.

    Raises:
        IntoItself: the other is itself, has ended, or one of the two is a drill.
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    if into.pk == incident.pk:
        raise IntoItself
    both = {pk: locked(pk) for pk in sorted((incident.pk, into.pk))}
    incident, into = both[incident.pk], both[into.pk]
    if into.drill != incident.drill or into.case.state not in OPEN:
        raise IntoItself
    _decide(incident, by, at)
    check_possible(incident, "join")
    end_tasks(at=at, incident=incident)
    step(incident, "join", by, at, seen, public={"into": into.case.number})
    once(incident, "seen_at", at)
    incident.ended_at = at
    incident.save(force_update=True)
    known = set(IncidentMatter.objects.filter(incident=into).values_list("matter_id", flat=True))
    moved = IncidentMatter.objects.filter(incident=incident).exclude(matter__in=known)
    IncidentMatter.objects.bulk_create(
        [IncidentMatter(incident=into, matter_id=one.matter_id, at=at) for one in moved]
    )
    add_entry(
        by=by,
        at=at,
        incident=into,
        kind="joined",
        details={"incident": incident.case.number, "title": incident.title},
        public=incident.public,
    )
    tell_joined(by=by, at=at, incident=incident, into=into)
    return incident


def lead_for(incident: Incident, at: dt.datetime) -> Organisation | None:
    """Who leads in such an incident there: by the handbook, else by the responsibilities."""
    return handbook.lead(incident.kind, incident.case.territory, incident.tier, at)


@operation
def dispatch(
    *,
    by: Person,
    at: dt.datetime,
    incident: Incident,
    lead: Organisation | None = None,
    helpers: Iterable[tuple[Organisation, str]] = (),
    text: str = "",
    seen: int | None = None,
) -> Incident:
    """A dispatcher gives it to the office that leads, and asks others to help at once.

    Without ``lead``: whoever leads by the handbook, or answers for the kind at the place. After
    two returns it is the tier above that decides, and what it decides binds the office.

    Raises:
        NobodyLeads: nobody is named for this kind here.
        AboveDecides: offices sent it back twice, and this dispatcher is of a lower tier.
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    incident = locked(incident)
    tier = _decide(incident, by, at)
    binding = incident.returned >= rules.MOST_RETURNS
    if binding and tier < incident.tier:
        raise AboveDecides
    if orders(by, at):  # by the mayor, or by whoever commands for the mayor: it cannot come back
        binding = True
    office = lead or lead_for(incident, at)
    if office is None:
        raise NobodyLeads
    step(
        incident,
        "dispatch",
        by,
        at,
        seen,
        term="dispatched",
        organisation=office,
        public={"office": office.code, "text": text.strip(), "binding": binding},
    )
    once(incident, "dispatched_at", at)
    incident.save(force_update=True)
    tell_office(
        by=by,
        at=at,
        incident=incident,
        case=incident.case,
        office=office,
        kind="incident.dispatched",
    )
    for_the_mayor(incident, by, at, rules_modes.ORDERS, "order", text)
    for helper, asked in helpers:
        ask_help(by=by, at=at, incident=incident, organisation=helper, text=asked)
    return incident


@operation
def send_back(
    *, by: Person, at: dt.datetime, incident: Incident, text: str, seen: int | None = None
) -> Incident:
    """On site a dispatcher has found it not to be done.

    Raises:
        WordsNeeded: no reason is given.
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    incident, words = locked(incident), reason(text)
    _decide(incident, by, at)
    step(incident, "send_back", by, at, seen, term="in_work", public={"text": words})
    incident.save(force_update=True)
    return incident


@operation
def close(
    *, by: Person, at: dt.datetime, incident: Incident, text: str = "", seen: int | None = None
) -> Incident:
    """A dispatcher has verified on site that it is done.

    Raises:
        PartsOpen: somebody who was asked to help is not done.
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    incident = locked(incident)
    _decide(incident, by, at)
    still = IncidentTask.objects.filter(incident=incident, case__closed_at__isnull=True).count()
    if still:
        raise PartsOpen(n=still)
    step(incident, "close", by, at, seen, term="closed", public={"text": text.strip()})
    incident.checked_at = incident.ended_at = at
    incident.save(force_update=True)
    tell_everybody(by=by, at=at, incident=incident, kind="incident.closed")
    return incident


@operation
def reopen(
    *, by: Person, at: dt.datetime, incident: Incident, text: str, seen: int | None = None
) -> Incident:
    """What was closed, evaluated or called a false alarm is not over: it is to be given to a lead
    again.

    Raises:
        WordsNeeded: no reason is given.
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    incident, words = locked(incident), reason(text)
    _decide(incident, by, at)
    move = "reopen" if incident.case.state == "closed" else "reopen_later"
    step(incident, move, by, at, seen, term="verified", public={"text": words})
    incident.reopened += 1
    incident.save(force_update=True)
    tell_everybody(by=by, at=at, incident=incident, kind="incident.reopened")
    return incident


@operation
def take_away(
    *, by: Person, at: dt.datetime, incident: Incident, text: str, seen: int | None = None
) -> Incident:
    """A dispatcher takes it from the lead, to give it to another.

    Raises:
        WordsNeeded: no reason is given.
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    incident, words = locked(incident), reason(text)
    _decide(incident, by, at)
    step(incident, "take_away", by, at, seen, term="verified", public={"text": words})
    incident.pending_reason = ""
    incident.save(force_update=True)
    return incident
