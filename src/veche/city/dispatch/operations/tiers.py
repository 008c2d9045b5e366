"""The three tiers: a tier up when it takes too long, a tier down when it is the quarter's own."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access, rules
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations.incidents_log import add_entry, locked, reason
from veche.city.dispatch.operations.incidents_moves import for_the_mayor
from veche.city.dispatch.operations.telling import tell_tier
from veche.city.dispatch.procedure import OPEN
from veche.city.dispatch.rules_modes import TIERS
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class NoTierThere(Refused):
    """Nobody stands above the city or below the neighbourhood, and what has ended stays."""

    code = "no-tier-there"
    sentence = _("This incident cannot go to that tier.")


class TakenAlready(Refused):
    """The dispatchers of this tier have it."""

    code = "taken-already"
    sentence = _("The dispatchers of this tier have taken it already.")


class OnlyFromAbove(NotAllowed):
    """Taking up and handing down are for the tier that leads, or one above it."""

    code = "only-from-above"
    sentence = _("Only the dispatchers of the tier that leads, or above it, may do this.")


def _open(incident: Incident) -> None:
    if incident.case.state not in OPEN:
        raise NoTierThere


def _from_above(by: Person | None, at: dt.datetime, incident: Incident) -> int:
    tier = access.tier_of(holdings(by, at), incident.case.territory)
    if tier < incident.tier:
        raise OnlyFromAbove
    return tier


@operation
def take_up(*, by: Person, at: dt.datetime, incident: Incident) -> Incident:
    """The dispatchers of the tier it climbed to take it: from now on those below do not lead.

    Raises:
        TakenAlready: they have it.
        NoTierThere: it is over.
        OnlyFromAbove: somebody of a lower tier, or no dispatcher of the place.
    """
    incident = locked(incident)
    _open(incident)
    _from_above(by, at, incident)
    if incident.claimed_at is not None:
        raise TakenAlready
    incident.claimed_at = at
    incident.save(update_fields=["claimed_at"], force_update=True)
    add_entry(by=by, at=at, incident=incident, kind="taken-up", details={"tier": incident.tier})
    for_the_mayor(incident, by, at, TIERS, "take-up")
    return incident


@operation
def raise_tier(
    *,
    by: Person | None,
    at: dt.datetime,
    incident: Incident,
    to: int | None = None,
    text: str = "",
    cause: str = "",
) -> Incident:
    """It goes a tier up (or to tier ``to``): because a term has passed, an office sent it back
    twice, or a dispatcher asks. Those below go on leading until somebody above takes it.

    ``cause`` is a word for the log: ``returned``, ``late``, ``asked``.

    Raises:
        NoTierThere: nobody stands above, or it is over.
        WordsNeeded: a person gives no reason.
        NotADispatcher, LedAbove: somebody else leads it.
    """
    incident = locked(incident)
    _open(incident)
    words = text.strip()[: rules.LONGEST_TEXT]
    if by is not None:
        access.check_dispatcher(by, at, incident)
        words = reason(text)
    target = incident.tier + 1 if to is None else to
    if not incident.tier < target <= rules.TOP:
        raise NoTierThere
    before, incident.tier, incident.claimed_at = incident.tier, target, None
    incident.save(update_fields=["tier", "claimed_at"], force_update=True)
    add_entry(
        by=by,
        at=at,
        incident=incident,
        kind="climbed",
        text=words,
        details={"from": before, "to": target, "cause": cause or ("asked" if by else "late")},
    )
    if cause != "returned":  # then they are told that it was sent back
        tell_tier(by=by, at=at, incident=incident, kind="incident.climbed")
    return incident


@operation
def hand_down(*, by: Person, at: dt.datetime, incident: Incident, to: int, text: str) -> Incident:
    """The dispatchers who lead, or those above, give it to a tier below.

    Raises:
        NoTierThere: that tier is not below, or it is over.
        OnlyFromAbove: somebody of a lower tier, or no dispatcher of the place.
        WordsNeeded: no reason is given.
    """
    incident, words = locked(incident), reason(text)
    _open(incident)
    _from_above(by, at, incident)
    if to not in rules.TIERS or to >= incident.tier:
        raise NoTierThere
    before, incident.tier, incident.claimed_at = incident.tier, to, None
    incident.save(update_fields=["tier", "claimed_at"], force_update=True)
    add_entry(
        by=by,
        at=at,
        incident=incident,
        kind="handed-down",
        text=words,
        details={"from": before, "to": to},
    )
    for_the_mayor(incident, by, at, TIERS, "hand-down", words)
    return incident
