"""Crews: added, sent, arrived, free again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.access_housing import NotOfTheOffice, sends
from veche.city.dispatch.models import Crew, CrewTrip
from veche.city.dispatch.operations.incidents_log import add_entry, locked
from veche.city.dispatch.procedure import OPEN
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


class CrewBusy(Refused):
    """One crew is at one place."""

    code = "crew-busy"
    sentence = _("This crew is on its way or at work elsewhere.")


class CrewAway(Refused):
    """It is on no way that this could end."""

    code = "crew-away"
    sentence = _("This crew is not on its way any more.")


class IncidentOver(Refused):
    """Nobody is sent to what has ended."""

    code = "crew-incident-over"
    sentence = _("This incident is over: no crew is sent there.")


class CrewName(Invalid):
    """A crew is called by a name that no other of its office has."""

    code = "crew-name"
    sentence = _("Give the crew a name that no other crew of the office has.")
    field = "name"


@inside
def _check(by: Person, at: dt.datetime, crew: Crew, incident: Incident | None = None) -> None:
    held = holdings(by, at)
    if incident is not None and sends(held, crew.organisation_id, incident.case.territory):
        return
    if not any(
        one.organisation_id == crew.organisation_id and one.role in ("officer", "head")
        for one in held
    ):
        raise NotOfTheOffice


@operation
def add_crew(
    *, by: Person | None, at: dt.datetime, organisation: Organisation, name: str, skills: str = ""
) -> Crew:
    """An office has a crew more.

    Raises:
        NotOfTheOffice: somebody of another office.
        CrewName: it has no name, or another crew has it.
    """
    crew = Crew(organisation=organisation, name=" ".join(name.split()), skills=skills.strip())
    if by is not None:
        _check(by, at, crew)
    if not crew.name:
        raise CrewName
    try:
        with transaction.atomic():
            crew.save(force_insert=True)
    except IntegrityError as fault:
        raise CrewName from fault
    record(
        kind="crew.added",
        by=by,
        at=at,
        subject=f"crew:{crew.pk}",
        public={"office": organisation.code, "name": crew.name},
    )
    return crew


@operation
def end_crew(*, by: Person, at: dt.datetime, crew: Crew) -> Crew:
    """A crew is no longer there.

    Raises:
        NotOfTheOffice: somebody of another office.
        CrewBusy: it is on its way.
    """
    _check(by, at, crew)
    crew = Crew.objects.select_for_update(of=("self",)).get(pk=crew.pk)
    if CrewTrip.objects.filter(crew=crew, freed_at__isnull=True).exists():
        raise CrewBusy
    crew.until = at
    crew.save(update_fields=["until"])
    record(kind="crew.ended", by=by, at=at, subject=f"crew:{crew.pk}")
    return crew


@operation
def send_crew(*, by: Person, at: dt.datetime, crew: Crew, incident: Incident) -> CrewTrip:
    """Send a crew to an incident; its log says so.

    Raises:
        NotOfTheOffice: neither of the crew's office nor a dispatcher of the place.
        IncidentOver: nothing is to be done there any more.
        CrewBusy: it is somewhere else; two who send at once: one of them is told this.
    """
    incident = locked(incident)
    crew = Crew.objects.select_for_update(of=("self",)).get(pk=crew.pk)
    _check(by, at, crew, incident)
    if incident.case.state not in OPEN:
        raise IncidentOver
    busy = CrewTrip.objects.filter(crew=crew, freed_at__isnull=True).exists()
    if busy or crew.until is not None:
        raise CrewBusy
    trip = CrewTrip(crew=crew, incident=incident, sent_by=by, sent_at=at)
    trip.save(force_insert=True)
    add_entry(by=by, at=at, incident=incident, kind="crew-sent", text=crew.name)
    record(kind="crew.sent", by=by, at=at, subject=subject(incident.case),
           public={"crew": crew.pk})  # fmt: skip
    return trip


@operation
def arrive(*, by: Person, at: dt.datetime, trip: CrewTrip) -> CrewTrip:
    """The crew is there: the incident has its first action by it.

    Raises:
        NotOfTheOffice: neither of the crew's office nor a dispatcher of the place.
        CrewAway: it has arrived, or is free, already.
    """
    trip = _trip(trip)
    _check(by, at, trip.crew, trip.incident)
    if trip.arrived_at is not None or trip.freed_at is not None:
        raise CrewAway
    trip.arrived_at = at
    trip.save(update_fields=["arrived_at"])
    incident = locked(trip.incident)
    if incident.acted_at is None:
        incident.acted_at = at
        incident.save(update_fields=["acted_at"])
    add_entry(by=by, at=at, incident=incident, kind="crew-there", text=trip.crew.name)
    return trip


@operation
def free(*, by: Person, at: dt.datetime, trip: CrewTrip) -> CrewTrip:
    """The crew can be sent again.

    Raises:
        NotOfTheOffice: neither of the crew's office nor a dispatcher of the place.
        CrewAway: it is free already.
    """
    trip = _trip(trip)
    _check(by, at, trip.crew, trip.incident)
    if trip.freed_at is not None:
        raise CrewAway
    trip.freed_at = at
    trip.save(update_fields=["freed_at"])
    add_entry(by=by, at=at, incident=trip.incident, kind="crew-free", text=trip.crew.name)
    return trip


@inside
def _trip(trip: CrewTrip) -> CrewTrip:
    rows = CrewTrip.objects.select_for_update(of=("self",))
    return rows.select_related("crew", "incident__case__territory").get(pk=trip.pk)
