"""The services that must go on whatever happens: which they are, and what is done first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import EssentialService, Incident
from veche.city.dispatch.procedure import OPEN
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.models import Organisation
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class ServiceNameNeeded(Invalid):
    """A service nobody could name would be looked for in vain."""

    code = "service-name"
    sentence = _("Give the service a name.")
    field = "name_en"


class NoSuchService(NotFound):
    """There is no such service."""

    code = "no-such-service"
    sentence = _("There is no service with the code “{asked}”.")


class StandsStill(Refused):
    """An incident that goes on says that it stands still."""

    code = "service-stands-still"
    sentence = _("An incident that goes on concerns this service. It stays on the list until then.")


@operation
def set_service(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    organisation: Organisation | None,
    advice: Mapping[str, str],
) -> EssentialService:
    """Put a service on the list, or change what is said of the one with this code.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        ServiceNameNeeded: it has no name.
    """
    check_keeps_rules(by, at)
    if not any(word.strip() for word in names.values()):
        raise ServiceNameNeeded
    found = EssentialService.objects.select_for_update().filter(code=code).first()
    service = found or EssentialService(code=code)
    service.names, service.advice = dict(names), dict(advice)
    service.organisation, service.until = organisation, None
    service.save()
    record(
        kind="services.set",
        by=by,
        at=at,
        subject=f"service:{code}",
        public={
            "names": dict(names),
            "office": organisation.code if organisation else None,
            "advice": dict(advice),
        },
    )
    return service


@operation
def end_service(*, by: Person | None, at: dt.datetime, code: str) -> EssentialService:
    """Take a service off the list; what was told of it in incidents stays.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        NoSuchService: it stands on no list.
        StandsStill: an incident that goes on concerns it.
    """
    check_keeps_rules(by, at)
    rows = EssentialService.objects.select_for_update()
    found: EssentialService | None = rows.filter(code=code, until__isnull=True).first()
    if found is None:
        raise NoSuchService(asked=code)
    if Incident.objects.filter(service=found, case__state__in=OPEN).exists():
        raise StandsStill
    found.until = at
    found.save(update_fields=["until"])
    record(kind="services.ended", by=by, at=at, subject=f"service:{code}")
    return found
