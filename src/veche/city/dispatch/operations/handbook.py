"""Writing the handbook, a version after the other, and ticking off what it lets be done first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access, rules
from veche.city.dispatch.models import (
    EssentialService,
    HandbookEntry,
    HandbookHelper,
    HandbookLead,
    HandbookStep,
    Incident,
    IncidentKind,
    StepDone,
)
from veche.city.dispatch.operations.incidents_log import locked
from veche.city.dispatch.procedure import OPEN
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.models import Organisation
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOST_STEPS = 20
Words = Mapping[str, str]


class StepsNeeded(Invalid):
    """An entry without a first step says nothing."""

    code = "handbook-steps"
    sentence = _("Say what to do first: from one to {most} steps.")
    field = "step_1"


class HelpersWrong(Invalid):
    """An office must know what it is asked for; it stands there once."""

    code = "handbook-helpers"
    sentence = _("Say of each helping office, once, what it is asked for.")
    field = "helper_1"


class ChangedMeanwhile(Refused):
    """Somebody wrote another version while this one was being written."""

    code = "handbook-changed"
    sentence = _("Version {version} was written meanwhile: look at it before you write another.")


class StepOfAnother(NotFound):
    """The step does not stand in this incident's list."""

    code = "handbook-step-of-another"
    sentence = _("This step does not stand in the list of this incident.")


class IncidentOver(Refused):
    """What has ended is not ticked off afterwards."""

    code = "handbook-incident-over"
    sentence = _("This incident is over: its list stays as it was.")


@dataclass(frozen=True)
class Written:
    """What a version says; words are by language."""

    steps: Sequence[Words]
    lead_theme: str = ""
    """Empty: the kind's own."""
    leads: Mapping[int, Organisation] = field(default_factory=dict)
    """Tier → the office that leads there whoever answers for the theme."""
    helpers: Sequence[tuple[Organisation, Words]] = ()
    text: Words = field(default_factory=dict)
    vulnerable: Words = field(default_factory=dict)
    services: Sequence[EssentialService] = ()
    why: str = ""


@operation
def write_entry(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: IncidentKind,
    written: Written,
    seen: int | None = None,
) -> HandbookEntry:
    """Write a version of what the handbook says of a kind; the one before is in force no longer
    and stays readable. ``seen`` is the version the writer began from, 0 for none.

    Raises:
        NotARuleKeeper: the person writes no handbook.
        StepsNeeded, HelpersWrong: what is written cannot be.
        ChangedMeanwhile: another version was written since.
    """
    check_keeps_rules(by, at)
    steps = [dict(one) for one in written.steps if one]
    if not 1 <= len(steps) <= MOST_STEPS:
        raise StepsNeeded(most=MOST_STEPS)
    asked = [one.pk for one, _words in written.helpers]
    if len(set(asked)) != len(asked) or not all(words for _one, words in written.helpers):
        raise HelpersWrong
    # Two who write at once: the second waits here, and finds the first one's version.
    kind = IncidentKind.objects.select_for_update().get(pk=kind.pk)
    last = HandbookEntry.objects.filter(kind=kind).order_by("-version").first()
    if seen is not None and seen != (last.version if last else 0):
        raise ChangedMeanwhile(version=last.version if last else 0)
    HandbookEntry.objects.filter(kind=kind, until__isnull=True).update(until=at)
    entry = HandbookEntry.objects.create(
        kind=kind,
        version=last.version + 1 if last else 1,
        since=at,
        by=by,
        lead_theme=written.lead_theme or kind.theme,
        text=dict(written.text),
        vulnerable=dict(written.vulnerable),
        why=written.why.strip()[:300],
    )
    entry.services.set(written.services)
    HandbookLead.objects.bulk_create(
        [
            HandbookLead(entry=entry, tier=tier, organisation=office)
            for tier, office in sorted(written.leads.items())
            if tier in rules.TIERS
        ]
    )
    HandbookHelper.objects.bulk_create(
        [
            HandbookHelper(entry=entry, place=place, organisation=office, asked=dict(words))
            for place, (office, words) in enumerate(written.helpers, 1)
        ]
    )
    HandbookStep.objects.bulk_create(
        [HandbookStep(entry=entry, place=n, words=words) for n, words in enumerate(steps, 1)]
    )
    record(
        kind="dispatch.handbook-set",
        by=by,
        at=at,
        subject=f"handbook:{kind.code}",
        public={
            "version": entry.version,
            "lead_theme": entry.lead_theme,
            "leads": {str(tier): office.code for tier, office in written.leads.items()},
            "helpers": [office.code for office, _words in written.helpers],
            "steps": steps,
            "why": entry.why,
        },
    )
    return entry


@operation
def tick(
    *, by: Person, at: dt.datetime, incident: Incident, step: HandbookStep, done: bool = True
) -> StepDone | None:
    """Somebody who deals with an incident has done a first step, or had ticked the wrong one.
    Doing it twice is doing it once, and the first stays.

    Raises:
        StepOfAnother: the step is not of the version that counts for this incident.
        IncidentOver: it has ended.
        NotInside: they do not deal with it.
    """
    from veche.city.dispatch.queries.handbook import entry

    incident = locked(incident)
    access.check_inside(by, at, incident)
    counts = entry(incident.kind, incident.reported_at)
    if counts is None or step.entry_id != counts.pk:
        raise StepOfAnother
    if incident.case.state not in OPEN:
        raise IncidentOver
    found = None
    if done:
        found, _made = StepDone.objects.get_or_create(
            incident=incident, step=step, defaults={"by": by, "at": at}
        )
    else:
        StepDone.objects.filter(incident=incident, step=step).delete()
    record(
        kind="dispatch.step-done",
        by=by,
        at=at,
        subject=subject(incident.case),
        public={"step": step.place, "version": counts.version, "done": done},
    )
    return found
