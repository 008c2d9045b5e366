"""Opening an incident: once for one source, once for one press of the button."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access, rules, terms
from veche.city.dispatch.models import Incident, IncidentMatter
from veche.city.dispatch.operations.incidents_log import add_entry
from veche.city.dispatch.operations.once import hold
from veche.city.dispatch.operations.telling import tell_opening
from veche.city.dispatch.queries import modes
from veche.core.cases.operations import open_case, subject
from veche.core.journal.operations import record
from veche.core.places.models import Territory
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.dispatch.models import EssentialService, IncidentKind
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


class KindEnded(Refused):
    """The city opens no incident of this kind any more."""

    code = "incident-kind-ended"
    sentence = _("No incident of this kind is opened any more.")


class TitleNeeded(Invalid):
    """Nobody would know what it is."""

    code = "incident-title-needed"
    sentence = _("Say in a few words what happened.")
    field = "title"


class SeverityUnknown(Invalid):
    """Severity goes from 1 to 4."""

    code = "incident-severity"
    sentence = _("Choose how grave it is, from 1 to 4.")
    field = "severity"


class SourceUnknown(Invalid):
    """It comes of nothing the city knows."""

    code = "incident-source"
    sentence = _("Say where this was heard of.")
    field = "source"


def _known(source: str, key: str, submission: uuid.UUID | None) -> Incident | None:
    """The incident there is already. Two tellers of the same at once wait for each other."""
    for word in (f"{source}:{key}" if key else "", str(submission or "")):
        if word:
            hold(word)
    rows = access.full()
    found = rows.filter(source=source, source_key=key).first() if key else None
    if found is None and submission is not None:
        found = rows.filter(submission=submission).first()
    return found


@operation
def report(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: IncidentKind,
    territory: Territory,
    title: str,
    text: str = "",
    source: str,
    source_key: str = "",
    severity: int | None = None,
    sensed_at: dt.datetime | None = None,
    point: tuple[float, float] | None = None,
    drill: bool = False,
    vulnerable: str = "",
    people: int | None = None,
    service: EssentialService | None = None,
    matters: Iterable[Case] = (),
    submission: uuid.UUID | None = None,
) -> Incident:
    """Open an incident; it waits for a dispatcher to verify it, and whoever is on duty is told.

    ``title`` is shown to everybody where the kind is public, ``text`` (what a caller said) never.
    ``point`` is longitude and latitude; ``sensed_at`` the first reading that told of it, which is
    no later than now. A second telling by the same source and key, or by the same ``submission``,
    returns the incident there is, with a line more in its log.

    Raises:
        NotATeller: a resident, who reports problems.
        KindEnded: the city opens none of this kind any more.
        TitleNeeded, SeverityUnknown, SourceUnknown: what is told cannot be used.
    """
    access.check_teller(by, at)
    title = title.strip()[: rules.LONGEST_TITLE]
    if len(title) < rules.SHORTEST_TITLE:
        raise TitleNeeded
    severity = kind.severity if severity is None else severity
    if severity not in (1, 2, 3, 4):
        raise SeverityUnknown
    if source not in Incident.Source.values:
        raise SourceUnknown
    found = _known(source, source_key, submission)
    if found is not None:
        if submission is not None and found.submission == submission:
            # The same button, pressed twice: nothing new was told.
            record(kind="incident.told-again", by=by, at=at, subject=subject(found.case))
            return found
        add_entry(
            by=by,
            at=at,
            incident=found,
            kind="alarm" if source == Incident.Source.ALARM else "told",
            text=title,
            public=False,
        )
        return found
    if kind.until is not None and kind.until <= at:
        raise KindEnded
    incident = Incident(
        kind=kind,
        title=title,
        text=text.strip()[: rules.LONGEST_STORY],
        source=source,
        source_key=source_key,
        severity=severity,
        tier=kind.tier,
        first_tier=kind.tier,
        drill=drill,
        vulnerable=vulnerable,
        people=people,
        service=service,
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        sensed_at=min(sensed_at, at) if sensed_at is not None else None,
        reported_at=at,
        submission=submission,
    )
    mode = modes.mode_at(territory, at, drill=drill)
    incident.mode = mode.level
    incident.tier = max(kind.tier, modes.least_tier(kind, severity, mode))
    incident.first_tier = incident.tier
    case = open_case(
        by=None,  # it begins by itself, whoever told: a resident's problem, a sensor, a caller
        at=at,
        procedure="incident",
        move="report",
        theme=kind.theme,
        territory=territory,
        until=at + terms.lasting(incident, "reported", territory, at),
        public={"source": source, "severity": severity, **({"drill": True} if drill else {})},
        personal={"title": title, "text": incident.text},
    )
    incident.case = case
    incident.save(force_insert=True)
    if by is not None:
        add_entry(by=by, at=at, incident=incident, kind="reported", public=False)
    IncidentMatter.objects.bulk_create(
        [IncidentMatter(incident=incident, matter=one, at=at) for one in matters]
    )
    tell_opening(by=by, at=at, incident=incident)
    return incident
