"""One incident as its page tells it: where it stands, who helps, what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from veche.city.dispatch import words as said
from veche.city.dispatch.models import Incident, IncidentEntry, IncidentMatter, IncidentTask
from veche.city.dispatch.procedure import OPEN
from veche.core.cases.models import Case, CaseEvent
from veche.core.notices import matters
from veche.core.organisations.models import Organisation
from veche.core.people.models import Person
from veche.look import words


def address(incident: Incident) -> str:
    """The page of an incident."""
    return reverse("dispatch:incident", args=[incident.case.number])


def left(now: dt.datetime, due: dt.datetime) -> str:
    """The time to the end of a term, or past it, to the minute: “12 minutes left”."""
    if due < now:
        return gettext("%(time)s late") % {"time": words.span(now - due)}
    return gettext("%(time)s left") % {"time": words.span(due - now)}


def state_of(incident: Incident, at: dt.datetime) -> str:
    """Its state as `veche.look.states` names it; late ones are late before all else."""
    case = incident.case
    if case.state in OPEN and case.due_at is not None and case.due_at < at:
        return "incident-late"
    return f"incident-{case.state}"


def _sentence(known: Mapping[str, Any], case: Case, at: dt.datetime) -> SafeString:
    due = case.due_at
    code = f"{case.state}-late" if due is not None and due < at else case.state
    ended = case.closed_at or case.moved_at or at
    far = due is not None and due - at > dt.timedelta(days=2)
    return format_html(
        str(known.get(code) or known.get(case.state) or "{office}"),
        office=str(case.organisation) if case.organisation else gettext("The office"),
        due=format_html("<b>{}</b>", words.day(due, "year") if far else words.moment(due))
        if due
        else "",
        left=format_html('<b class="hot">{}</b>', left(at, due)) if due else "",
        ended=format_html("<b>{}</b>", words.moment(ended, "year")),
    )


def stand(incident: Incident, at: dt.datetime) -> SafeString:
    """The sentence that says where an incident stands: who does what by when."""
    return _sentence(said.STANDS, incident.case, at)


@dataclass(frozen=True)
class Helping:
    """A co-handler with how its part stands."""

    task: IncidentTask
    state: str
    stand: SafeString


def helpers(incident: Incident, at: dt.datetime) -> list[Helping]:
    """Who was asked to help, in the order they were asked."""
    rows = IncidentTask.objects.filter(incident=incident).order_by("asked_at", "pk")
    return [
        Helping(one, f"help-{one.case.state}", _sentence(said.TASK_STANDS, one.case, at))
        for one in rows.select_related("organisation", "case__organisation", "case__territory")
    ]


@dataclass(frozen=True)
class Clock:
    """The running term, as ``{% clock_bar %}`` draws it."""

    started: dt.datetime
    due: dt.datetime
    now: dt.datetime
    words: str
    ended: dt.datetime | None = None


def clock_of(case: Case, at: dt.datetime) -> Clock | None:
    """The term that runs; None where nobody must do anything, or for the evaluation."""
    if case.due_at is None or case.moved_at is None or case.closed_at is not None:
        return None
    return Clock(case.moved_at, case.due_at, at, left(at, case.due_at))


@dataclass(frozen=True)
class Moment:
    """One of the moments that evaluation is reckoned from."""

    title: str
    at: dt.datetime
    after: dt.timedelta | None
    """Since the city first knew; None for what came before."""


def moments(incident: Incident) -> list[Moment]:
    """When each thing was done first, in the order of their times."""
    known = (
        (gettext("First reading"), incident.sensed_at),
        (gettext("The city knew"), incident.reported_at),
        (gettext("A dispatcher looked"), incident.seen_at),
        (gettext("Verified"), incident.verified_at),
        (gettext("Given to the lead"), incident.dispatched_at),
        (gettext("Accepted"), incident.accepted_at),
        (gettext("Begun on the spot"), incident.acted_at),
        (gettext("Reported done"), incident.done_at),
        (gettext("Verified on site"), incident.checked_at),
        (gettext("Evaluated"), incident.evaluated_at),
    )
    rows = [(title, at) for title, at in known if at is not None]
    since = incident.reported_at
    return [
        Moment(title, at, at - since if at > since else None)
        for title, at in sorted(rows, key=lambda row: row[1])
    ]


@dataclass(frozen=True)
class Told:
    """One thing that happened, in words."""

    at: dt.datetime
    did: str
    text: str
    who: str
    """The person, for those inside; else empty."""
    turn: bool
    inner: bool
    """Only those inside are shown it."""


def told(
    incident: Incident,
    events: Sequence[CaseEvent],
    helping: Sequence[Helping],
    *,
    inside: bool,
) -> list[Told]:
    """What happened, the newest first; with ``inside`` the inner log and the names as well. Two
    queries, with those inside three."""
    parts = {one.task.case_id: one.task for one in helping}
    of_parts = list(CaseEvent.objects.filter(case__in=parts).select_related("organisation"))
    entries = IncidentEntry.objects.filter(incident=incident).exclude(kind="helper")
    if not inside:
        entries = entries.filter(public=True)
    lines = list(entries)
    people: dict[int, str] = {}
    if inside:
        keys = {e.actor_id for e in (*events, *of_parts)} | {one.by_id for one in lines}
        rows = Person.objects.filter(pk__in=[key for key in keys if key is not None])
        people = {one.pk: str(one) for one in rows}
    offices = {one.code: str(one) for one in _offices(events, of_parts)}
    found: list[tuple[dt.datetime, int, Told]] = []
    for event in events:
        found.append((event.at, 1, _of_event(event, "incident", incident, offices, people)))
    for event in of_parts:
        found.append((event.at, 2, _of_event(event, "incident_task", incident, offices, people)))
    for line in lines:
        found.append((line.at, 3, _of_entry(line, people)))
    return [one for _at, _rank, one in sorted(found, key=lambda row: row[:2], reverse=True)]


def _offices(*groups: Sequence[CaseEvent]) -> list[Organisation]:
    found = {e.organisation_id: e.organisation for group in groups for e in group}
    return [one for one in found.values() if one is not None]


def _of_event(
    event: CaseEvent,
    procedure: str,
    incident: Incident,
    offices: Mapping[str, str],
    people: Mapping[int, str],
) -> Told:
    public: Mapping[str, Any] = event.public if isinstance(event.public, dict) else {}
    key = f"{procedure}.{event.move}"
    if public.get("binding"):
        key += "-binding"
    until = public.get("until")
    values = {
        "office": str(event.organisation or gettext("The office")),
        "source": str(said.SOURCES.get(incident.source, incident.source)),
        "into": str(public.get("into", "")),
        "until": words.moment(dt.datetime.fromisoformat(until), "year") if until else "",
    }
    return Told(
        at=event.at,
        did=str(said.DID.get(key, event.move)).format(**values),
        text=str(public.get("text", "")),
        who=people.get(event.actor_id or 0, ""),
        turn=event.move in said.TURNS,
        inner=False,
    )


def _of_entry(line: IncidentEntry, people: Mapping[int, str]) -> Told:
    details: Mapping[str, Any] = line.details if isinstance(line.details, dict) else {}

    def tier(name: str) -> str:
        return str(said.TIERS.get(details.get(name, 0), ""))

    values = {
        "to": tier("to"),
        "tier": tier("tier"),
        "matters": ", ".join(str(one) for one in details.get("matters", ())),
        "incident": str(details.get("incident", "")),
        "cost": cost_words(details.get("cost")),
        "before": str(details.get("before", "")),
        "level": str(details.get("level", "")),
    }
    return Told(
        at=line.at,
        did=str(said.DID.get(f"entry.{line.kind}") or said.DID["entry.note"]).format(**values),
        text=line.text,
        who=people.get(line.by_id or 0, ""),
        turn=line.kind in said.TURNS,
        inner=not line.public,
    )


def cost_words(value: object) -> str:
    """A sum as people write it; empty for none."""
    try:
        sum_ = Decimal(str(value))
    except InvalidOperation:
        return ""
    whole = sum_ == sum_.to_integral_value()
    return words.number(int(sum_) if whole else sum_, None if whole else 2)


@dataclass(frozen=True)
class Linked:
    """A matter that tells of the same."""

    number: str
    title: str
    url: str


def linked(incident: Incident) -> list[Linked]:
    """The public matters that tell of the same incident."""
    rows = IncidentMatter.objects.filter(incident=incident).select_related("matter").order_by("at")
    cases = [row.matter for row in rows]
    if not cases:
        return []
    known = matters.find((case.pk, case.procedure) for case in cases)
    return [
        Linked(case.number, found.title, matters.address(case.procedure, case.number))
        for case in cases
        if (found := known.get(case.pk)) is not None and found.public
    ]
