"""Who looked behind an incident's public page, and when a dispatcher first did."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.dispatch import access, rules
from veche.city.dispatch.models import Incident, IncidentLook
from veche.city.dispatch.operations.incidents_log import locked
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def _note(*, by: Person, at: dt.datetime, incident: Incident, first: bool) -> None:
    IncidentLook(incident=incident, person=by, at=at).save(force_insert=True)
    if first:
        incident = locked(incident)
        if incident.seen_at is None:
            incident.seen_at = at
            incident.save(update_fields=["seen_at"], force_update=True)
    record(kind="incident.looked", by=by, at=at, subject=subject(incident.case))


def look(*, by: Person, at: dt.datetime, incident: Incident) -> bool:
    """Somebody of the staff looks at an incident's inside; the first look of a dispatcher of the
    place is when the city has seen it. Returns whether the look is new: the same person within
    five minutes looks once.

    Raises:
        NotInside: they do not deal with it.
    """
    held = holdings(by, at)
    first = incident.seen_at is None and bool(access.tier_of(held, incident.case.territory))
    recent = IncidentLook.objects.filter(
        incident=incident, person=by, at__gt=at - rules.ONE_LOOK, at__lte=at
    )
    if not first and recent.exists():
        return False
    access.check_inside(by, at, incident)
    _note(by=by, at=at, incident=incident, first=first)
    return True
