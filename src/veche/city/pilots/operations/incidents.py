"""Something goes wrong in a trial: an incident is opened by the city's one door for them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from veche.city.dispatch.access import tells
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations.incidents import report
from veche.city.pilots.access.applications import standing
from veche.city.pilots.access.trials import NotOfTheTrial
from veche.city.pilots.models import TrialIncident
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.measurements import NotMeasured
from veche.city.pilots.operations.trial_guard import open_trial
from veche.city.pilots.operations.trials import end_trial
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.dispatch.models import IncidentKind
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

TELLERS = frozenset({"agency", "department", "site", "company"})
"""Who may say that something went wrong in a trial."""


@operation
def raise_incident(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    kind: IncidentKind,
    title: str,
    text: str = "",
    severity: int | None = None,
    stop: bool = False,
    submission: uuid.UUID | None = None,
) -> Incident:
    """Open an incident at the site of the trial that goes on; dispatchers verify it and say who
    leads, as with any other. With ``stop`` the agency stops the trial for safety in the same step.

    ``title`` is shown to everybody where the kind is public, ``text`` to those who deal with it.
    The same ``submission`` opens nothing anew.

    Raises:
        NotOfTheTrial: neither agency, department, company nor keeper of the site.
        NotTheAgency: somebody else than the agency stops the trial.
        NotMeasured: no trial goes on.
        veche.city.dispatch.operations.incidents_opening.KindEnded, TitleNeeded, SeverityUnknown:
            see `report`.
    """
    application = locked(application)
    if not standing(application, by, at).relations & TELLERS:
        raise NotOfTheTrial
    trial = open_trial(application)
    known = TrialIncident.objects.filter(
        trial__application=application, incident__submission=submission
    )
    if trial is None and not (submission and known.exists()):
        raise NotMeasured
    site = trial.site if trial is not None else known.get().trial.site
    incident = report(
        # Those on duty open incidents; whoever runs a trial tells of one, and stands in our record.
        by=by if tells(holdings(by, at)) else None,
        at=at,
        kind=kind,
        territory=site.territory,
        title=title,
        text=text,
        source=Incident.Source.OFFICER,
        severity=severity,
        point=(site.longitude, site.latitude),
        submission=submission,
    )
    if trial is not None:
        TrialIncident.objects.get_or_create(trial=trial, incident=incident)
    record(
        kind="pilot.incident-raised",
        by=by,
        at=at,
        subject=subject(application.case),
        public={"incident": incident.case.number, "stop": stop},
    )
    if stop and trial is not None:
        end_trial(
            by=by, at=at, application=application, because=f"{kind}: {incident.title}", safety=True
        )
    return incident
