"""The steps of the office that leads: accepted or sent back, begun, put off, reported done."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations.incidents_log import locked, once, reason, tell_cost
from veche.city.dispatch.operations.incidents_moves import bound, check_possible, step
from veche.city.dispatch.operations.telling import tell_everybody, tell_tier
from veche.city.dispatch.operations.tiers import raise_tier
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class ItIsYours(Refused):
    """The office returned it often enough, or the tier above has decided."""

    code = "it-is-yours"
    sentence = _("It has been decided that your office leads: it cannot be sent back again.")


class UntilWrong(Invalid):
    """A moment that has passed, or too far ahead."""

    code = "incident-until"
    sentence = _("Choose a moment from now on, no more than {days} days ahead.")
    field = "until"


@operation
def accept(
    *, by: Person, at: dt.datetime, incident: Incident, text: str = "", seen: int | None = None
) -> Incident:
    """An officer of the lead takes it.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident = locked(incident)
    step(incident, "accept", by, at, seen, term="in_work", public={"text": text.strip()})
    once(incident, "accepted_at", at)
    incident.save(force_update=True)
    return incident


@operation
def send_back_to_dispatcher(
    *, by: Person, at: dt.datetime, incident: Incident, text: str, seen: int | None = None
) -> Incident:
    """An officer of the lead sends it back with a reason. At the second return, whoever made the
    first, it goes a tier up: the dispatchers there decide, and that binds.

    Raises:
        ItIsYours: the office may not send it back any more.
        WordsNeeded: no reason is given.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident, words = locked(incident), reason(text)
    check_possible(incident, "return")
    if bound(incident):
        raise ItIsYours
    step(incident, "return", by, at, seen, term="verified", public={"text": words})
    incident.returned += 1
    incident.save(force_update=True)
    if incident.returned >= rules.MOST_RETURNS and incident.tier < rules.TOP:
        incident = raise_tier(by=None, at=at, incident=incident, cause="returned")
    tell_tier(by=by, at=at, incident=incident, kind="incident.returned")
    return incident


@operation
def begin(
    *, by: Person, at: dt.datetime, incident: Incident, text: str = "", seen: int | None = None
) -> Incident:
    """The lead is on the spot and begins.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident = locked(incident)
    step(incident, "begin", by, at, seen, public={"text": text.strip()})
    once(incident, "acted_at", at)
    incident.save(force_update=True)
    return incident


@operation
def postpone(
    *,
    by: Person,
    at: dt.datetime,
    incident: Incident,
    text: str,
    until: dt.datetime,
    seen: int | None = None,
) -> Incident:
    """It cannot be done in time: it stands in the public register, with the reason, until a
    moment.

    Raises:
        WordsNeeded: no reason is given.
        UntilWrong: the moment has passed or is too far ahead.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident, words = locked(incident), reason(text)
    if not at < until <= at + rules.LONGEST_PENDING:
        raise UntilWrong(days=rules.LONGEST_PENDING.days)
    public = {"text": words, "until": until.isoformat()}
    step(incident, "postpone", by, at, seen, until=until, public=public)
    incident.pending_reason = words
    incident.save(force_update=True)
    tell_everybody(by=by, at=at, incident=incident, kind="incident.pending")
    return incident


@operation
def resume(
    *, by: Person, at: dt.datetime, incident: Incident, text: str = "", seen: int | None = None
) -> Incident:
    """A pending incident is taken up again.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident = locked(incident)
    step(incident, "resume", by, at, seen, term="in_work", public={"text": text.strip()})
    incident.pending_reason = ""
    incident.save(force_update=True)
    return incident


@operation
def say_done(
    *,
    by: Person,
    at: dt.datetime,
    incident: Incident,
    text: str,
    cost: Decimal | None = None,
    seen: int | None = None,
) -> Incident:
    """The lead reports it done, in words for everybody, with what it cost where that is known.

    Raises:
        WordsNeeded: nothing is said of what was done.
        CostWrong: the cost is no sum of money.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident, words = locked(incident), reason(text)
    if cost is not None:
        incident.cost = tell_cost(by=by, at=at, incident=incident, cost=cost).cost
    step(incident, "say_done", by, at, seen, term="done", public={"text": words})
    incident.done_at, incident.pending_reason = at, ""
    incident.save(force_update=True)
    return incident
