"""What is written of an incident besides the steps of its case: its log, its cost, its links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access, rules
from veche.city.dispatch.models import Incident, IncidentEntry, IncidentMatter, IncidentTask
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

AGAIN = dt.timedelta(minutes=1)
"""The same note of the same person within it is a button pressed twice."""
_LOCKED = ("kind", "service", "case__territory__district", "case__organisation")


class WordsNeeded(Invalid):
    """A step that others will ask about needs a reason in words."""

    code = "incident-words-needed"
    sentence = _("Say why, in a few words.")
    field = "text"


class CostWrong(Invalid):
    """Money below nothing, or beyond what the column holds."""

    code = "incident-cost-wrong"
    sentence = _("Write the cost as a sum of money, nothing or more.")
    field = "cost"


def reason(text: str) -> str:
    """A reason in words, trimmed.

    Raises:
        WordsNeeded: it says nothing.
    """
    text = text.strip()[: rules.LONGEST_TEXT]
    if len(text) < rules.SHORTEST_REASON:
        raise WordsNeeded
    return text


def locked(incident: Incident | int) -> Incident:
    """The incident as it stands now, held until the operation ends: two people at once go one
    after the other. Always taken before its case, so that nobody waits for each other."""
    pk = incident if isinstance(incident, int) else incident.pk
    rows = Incident.objects.select_for_update(of=("self",)).select_related(*_LOCKED)
    return rows.get(pk=pk)


def once(incident: Incident | IncidentTask, moment: str, at: dt.datetime) -> None:
    """Set a moment that is told by its first time only."""
    if getattr(incident, moment) is None:
        setattr(incident, moment, at)


@operation
def add_entry(
    *,
    by: Person | None,
    at: dt.datetime,
    incident: Incident,
    kind: str,
    text: str = "",
    details: Mapping[str, Any] | None = None,
    public: bool = True,
) -> IncidentEntry:
    """Append a line to the log of an incident; ``public`` says whether everybody is shown it where
    the incident is public. Who may is asked by the operation that calls this."""
    entry = IncidentEntry(
        incident=incident,
        at=at,
        by=by,
        kind=kind,
        text=text[: rules.LONGEST_TEXT],
        details=dict(details or {}),
        public=public,
    )
    entry.save(force_insert=True)
    record(
        kind="incident.entry",
        by=by,
        at=at,
        subject=subject(incident.case),
        public={"kind": kind, **({"text": entry.text} if public and entry.text else {})},
        personal=None if public or not entry.text else {"text": entry.text},
    )
    return entry


@operation
def note(
    *, by: Person, at: dt.datetime, incident: Incident, text: str, public: bool = False
) -> IncidentEntry:
    """Somebody who deals with the incident writes down what they know; for the house alone unless
    they say otherwise. The same words of the same person within a minute are one line.

    Raises:
        WordsNeeded: it says nothing.
        NotInside: they do not deal with it.
    """
    incident = locked(incident)
    access.check_inside(by, at, incident)
    words = reason(text)
    again = IncidentEntry.objects.filter(
        incident=incident, by=by, kind="note", text=words, at__gt=at - AGAIN, at__lte=at
    ).first()
    if again is not None:
        record(kind="incident.told-again", by=by, at=at, subject=subject(incident.case))
        return again
    return add_entry(by=by, at=at, incident=incident, kind="note", text=words, public=public)


@operation
def tell_cost(*, by: Person, at: dt.datetime, incident: Incident, cost: Decimal) -> Incident:
    """The lead, or a dispatcher of the place, says what handling it cost so far.

    Raises:
        CostWrong: it is no sum of money.
        NotOfTheLead, LedAbove: somebody else.
    """
    incident = locked(incident)
    access.check_lead(by, at, incident)
    if not cost.is_finite() or cost < 0 or cost >= Decimal(10) ** 12:
        raise CostWrong
    incident.cost = cost.quantize(Decimal("0.01"))
    incident.save(update_fields=["cost"], force_update=True)
    add_entry(
        by=by,
        at=at,
        incident=incident,
        kind="cost",
        details={"cost": str(incident.cost)},
        public=True,
    )
    return incident


@operation
def link(*, by: Person | None, at: dt.datetime, incident: Incident, matters: Iterable[Case]) -> int:
    """Problems and other matters tell of this incident: whoever follows them is told. Returns how
    many are new.

    Raises:
        NotInside: somebody who does not deal with it.
    """
    incident = locked(incident)
    access.check_inside(by, at, incident)
    known = set(
        IncidentMatter.objects.filter(incident=incident).values_list("matter_id", flat=True)
    )
    fresh = {one.pk: one for one in matters if one.pk not in known and one.pk != incident.pk}
    IncidentMatter.objects.bulk_create(
        [IncidentMatter(incident=incident, matter=one, at=at) for one in fresh.values()]
    )
    add_entry(
        by=by,
        at=at,
        incident=incident,
        kind="linked",
        details={"matters": sorted(one.number for one in fresh.values())},
    )
    return len(fresh)
