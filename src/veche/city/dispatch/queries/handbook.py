"""Reading the handbook: what it says of a kind at a moment, and who leads by it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from veche.city.dispatch.models import HandbookEntry, HandbookStep, Incident, StepDone
from veche.core.organisations.queries import answers_for
from veche.languages import here

if TYPE_CHECKING:
    from veche.city.dispatch.models import IncidentKind
    from veche.core.organisations.models import Organisation
    from veche.core.places.models import Territory


def full() -> QuerySet[HandbookEntry]:
    """Versions of entries with all that stands in them."""
    return HandbookEntry.objects.select_related("kind", "by").prefetch_related(
        "leads__organisation", "helpers__organisation", "steps", "services"
    )


def entry(kind: IncidentKind, at: dt.datetime) -> HandbookEntry | None:
    """What the handbook says of a kind at a moment; None where it says nothing.

    `lead_theme` says by which responsibility the lead is found, `leads` which office leads at a
    tier whoever that is, `helpers` who is asked for what, `steps` what is done first.
    """
    rows = full().filter(kind=kind, since__lte=at)
    return rows.filter(Q(until__isnull=True) | Q(until__gt=at)).order_by("-version").first()


def lead(
    kind: IncidentKind, territory: Territory, tier: int, at: dt.datetime
) -> Organisation | None:
    """Who leads by the handbook at a place and a tier: the office named for the tier, else whoever
    answers for the entry's theme there; None where nobody is named."""
    found = entry(kind, at)
    if found is None:
        return answers_for(kind.theme, territory)
    named = next((one.organisation for one in found.leads.all() if one.tier == tier), None)
    return named or answers_for(found.lead_theme, territory)


def helpers(
    kind: IncidentKind, at: dt.datetime, language: str | None = None
) -> list[tuple[Organisation, str]]:
    """The offices that the handbook lets be asked, each with what for; as `dispatch` takes them."""
    found = entry(kind, at)
    if found is None:
        return []
    return [(one.organisation, here(one.asked, language)) for one in found.helpers.all()]


def entries(at: dt.datetime, *, public: bool, asked: str = "") -> list[HandbookEntry]:
    """The entries in force by the name of their kind; those in whose words ``asked`` stands, in
    any language; of public kinds only, where ``public``."""
    rows = full().filter(until__isnull=True, since__lte=at, kind__until__isnull=True)
    if public:
        rows = rows.filter(kind__public=True)
    wanted = asked.casefold().split()
    found = [one for one in rows if all(word in _words(one) for word in wanted)]
    return sorted(found, key=lambda one: here(one.kind.names).casefold())


def _words(found: HandbookEntry) -> str:
    parts: list[str] = [found.kind.code]
    for words in (
        found.kind.names,
        found.text,
        found.vulnerable,
        *(step.words for step in found.steps.all()),
        *(one.asked for one in found.helpers.all()),
        *(one.organisation.names for one in found.helpers.all()),
        *(one.organisation.names for one in found.leads.all()),
        *(one.names for one in found.services.all()),
    ):
        parts += [str(word) for word in words.values()]
    return " ".join(parts).casefold()


def versions(kind: IncidentKind) -> list[HandbookEntry]:
    """All versions of what the handbook says of a kind, the newest first."""
    return list(full().filter(kind=kind).order_by("-version"))


def steps_of(incident: Incident) -> list[tuple[HandbookStep, StepDone | None]]:
    """What is done first in an incident, each with who did it and when.

    The version counts that was in force when the incident was reported: the list does not change
    under the hands of whoever ticks it off.
    """
    found = entry(incident.kind, incident.reported_at)
    if found is None:
        return []
    done = {
        one.step_id: one for one in StepDone.objects.filter(incident=incident).select_related("by")
    }
    return [(step, done.get(step.pk)) for step in found.steps.all()]
