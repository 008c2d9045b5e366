"""Who leads an incident, who may look behind it, and who may tell of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules
from veche.city.dispatch.models import Incident, IncidentTask
from veche.core.organisations.access import covers
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

DISPATCHER, COMMANDER, MAYOR, CONTROLLER = "dispatcher", "commander", "mayor", "controller"
OF_OFFICE = frozenset({"officer", "head"})
OVERSEERS = frozenset({COMMANDER, MAYOR, CONTROLLER})
"""Roles that read every incident with its inner log."""
TELLERS = frozenset(
    {
        DISPATCHER,
        COMMANDER,
        MAYOR,
        CONTROLLER,
        "officer",
        "head",
        "operator",
        "clerk",
        "moderator",
    }
)
"""Roles whose holders may tell of an incident; residents report problems."""

_TIER_OF = {"neighbourhood": 1, "district": 2, "city": rules.TOP}


class NotATeller(NotAllowed):
    """Residents report problems; incidents are opened by those on duty."""

    code = "not-a-teller"
    sentence = _("Only those on duty for the city open an incident. Report a problem instead.")


class NotADispatcher(NotAllowed):
    """Somebody without the role of a dispatcher there."""

    code = "not-a-dispatcher"
    sentence = _("Only a dispatcher of this place may do this.")


class LedAbove(NotAllowed):
    """The tier above has taken it."""

    code = "led-above"
    sentence = _("The dispatchers of the tier above lead this incident now.")


class NotOfTheLead(NotAllowed):
    """Neither a dispatcher of the place nor of the office that leads."""

    code = "not-of-the-lead"
    sentence = _("Only a dispatcher of this place or the office that leads may do this.")


class NotInside(NotAllowed):
    """The inner log is for those who deal with the incident."""

    code = "incident-not-inside"
    sentence = _("Only those who deal with this incident may write in its log.")


class UnknownIncident(NotFound):
    """There is no such incident, or not for everybody."""

    code = "unknown-incident"
    sentence = _("There is no incident with the number {asked}.")


def tier_of(held: Iterable[Holding], territory: Territory) -> int:
    """The highest tier at which somebody with these roles is a dispatcher of a place: 1 of the
    neighbourhood, 2 of the district, 3 of the city; 0 where they are none."""
    found = 0
    for one in held:
        if one.role == DISPATCHER and covers(one, territory):
            place = one.territory
            found = max(found, rules.TOP if place is None else _TIER_OF[place.kind])
    return found


def check_dispatcher(by: Person | None, at: dt.datetime, incident: Incident) -> int:
    """Let the dispatchers pass who lead an incident now, and those above; returns their tier.

    Until the dispatchers of the present tier have taken it, those below go on leading.

    Raises:
        NotADispatcher: they are none of this place.
        LedAbove: the tier above has taken it.
    """
    tier = tier_of(holdings(by, at), incident.case.territory)
    if not tier:
        raise NotADispatcher
    if incident.claimed_at is not None and tier < incident.tier:
        raise LedAbove
    return tier


def decides(incident: Incident, held: Iterable[Holding]) -> bool:
    """Whether somebody with these roles is a dispatcher who leads an incident now, or above."""
    tier = tier_of(held, incident.case.territory)
    return tier > 0 and (incident.claimed_at is None or tier >= incident.tier)


def check_teller(by: Person | None, at: dt.datetime) -> None:
    """Let the city's own systems (nobody) and those on duty pass.

    Raises:
        NotATeller: a resident, who reports problems.
    """
    if by is not None and not tells(holdings(by, at)):
        raise NotATeller


def tells(held: Iterable[Holding]) -> bool:
    """Whether somebody with these roles may open an incident."""
    return any(one.role in TELLERS for one in held)


def offices(held: Iterable[Holding]) -> frozenset[int]:
    """The offices somebody with these roles works for."""
    return frozenset(
        one.organisation_id
        for one in held
        if one.role in OF_OFFICE and one.organisation_id is not None
    )


def check_lead(by: Person | None, at: dt.datetime, incident: Incident) -> None:
    """Let the dispatchers of the place and the people of the office that leads pass.

    Raises:
        NotOfTheLead: anybody else.
        LedAbove: a dispatcher, but the tier above has taken it.
    """
    held = holdings(by, at)
    if incident.lead is not None and incident.lead.pk in offices(held):
        return
    if not tier_of(held, incident.case.territory):
        raise NotOfTheLead
    check_dispatcher(by, at, incident)


def inside(held: Collection[Holding], incident: Incident) -> bool:
    """Whether somebody with these roles reads and writes the inner log of an incident: a
    dispatcher of the place, the offices that lead or help, the control department, the mayor and
    whoever commands."""
    if any(one.role in OVERSEERS and covers(one, incident.case.territory) for one in held):
        return True
    if tier_of(held, incident.case.territory):
        return True
    mine = offices(held)
    if not mine:
        return False
    if incident.case.organisation_id in mine:
        return True
    return IncidentTask.objects.filter(incident=incident, organisation__in=mine).exists()


def check_inside(by: Person | None, at: dt.datetime, incident: Incident) -> None:
    """Let the city's own systems (nobody) and those inside pass.

    Raises:
        NotInside: anybody else.
    """
    if by is not None and not inside(holdings(by, at), incident):
        raise NotInside


def full() -> QuerySet[Incident]:
    """Incidents with all that their sentences need."""
    return Incident.objects.select_related(
        "kind", "service", "case__territory__district", "case__organisation"
    )


def incident_for(number: str, held: Collection[Holding]) -> Incident:
    """The incident of this number, for somebody with these roles.

    Raises:
        UnknownIncident: there is none, or its kind is not public and they are not inside; which of
            the two is not told.
    """
    found = full().filter(case__number=number).first()
    if found is None or not (found.public or inside(held, found)):
        raise UnknownIncident(asked=number)
    return found
