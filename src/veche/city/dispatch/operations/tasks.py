"""What co-handlers are asked for: each a case of its own, with its own term and acceptance."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access, rules, terms
from veche.city.dispatch.models import Incident, IncidentTask
from veche.city.dispatch.operations.incidents_log import add_entry, locked, once, reason
from veche.city.dispatch.operations.telling import tell_office
from veche.core.cases.operations import MoveNotPossible, move_case, open_case
from veche.core.cases.procedure import PROCEDURES
from veche.errors import Invalid, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

ASKED_IN = ("verified", "dispatched", "in_work", "pending")
"""States of an incident in which others are asked to help."""


class HelpsAlready(Refused):
    """The office leads, or has been asked and is not done."""

    code = "helps-already"
    sentence = _("{office} leads this incident or helps in it already.")


class TooManyHelpers(Refused):
    """Nobody can lead so many at once."""

    code = "too-many-helpers"
    sentence = _("No more than {most} offices help in one incident at the same time.")


class HelpWordsNeeded(Invalid):
    """An office must know what it is asked for."""

    code = "incident-help-words"
    sentence = _("Say in a few words what the office is asked for.")
    field = "text"


@operation
def ask_help(
    *,
    by: Person,
    at: dt.datetime,
    incident: Incident,
    organisation: Organisation,
    text: str,
) -> IncidentTask:
    """A dispatcher or the lead asks an office to help; the incident cannot be closed over it.

    Raises:
        HelpWordsNeeded: it is not said what for.
        MoveNotPossible: the incident is not verified yet, or reported done, or over.
        HelpsAlready: the office leads, or helps already.
        TooManyHelpers: as many as can be led help.
        NotOfTheLead, LedAbove: somebody else asks.
    """
    incident = locked(incident)
    access.check_lead(by, at, incident)
    text = text.strip()[:300]
    if len(text) < rules.SHORTEST_REASON:
        raise HelpWordsNeeded
    if incident.case.state not in ASKED_IN:
        raise MoveNotPossible(state=PROCEDURES["incident"].by_code[incident.case.state].title)
    helping = set(
        IncidentTask.objects.filter(incident=incident, case__closed_at__isnull=True).values_list(
            "organisation_id", flat=True
        )
    )
    if organisation.pk in helping or organisation == incident.lead:
        raise HelpsAlready(office=organisation)
    if len(helping) >= rules.MOST_HELPERS:
        raise TooManyHelpers(most=rules.MOST_HELPERS)
    case = open_case(
        by=None,  # who asked is told by the log: a dispatcher, or the lead
        at=at,
        procedure="incident_task",
        move="ask",
        theme=incident.kind.theme,
        territory=incident.case.territory,
        parent=incident.case,
        organisation=organisation,
        until=terms.until(incident, rules.TASK_STATES["asked"], at),
        public={"incident": incident.case.number, "office": organisation.code, "text": text},
    )
    task = IncidentTask(
        case=case,
        incident=incident,
        organisation=organisation,
        text=text,
        asked_by=by,
        asked_at=at,
    )
    task.save(force_insert=True)
    add_entry(
        by=by,
        at=at,
        incident=incident,
        kind="helper",
        text=text,
        details={"office": organisation.code, "task": case.number},
    )
    tell_office(
        by=by, at=at, incident=incident, case=case, office=organisation, kind="incident.asked"
    )
    return task


def _held(task: IncidentTask) -> IncidentTask:
    """The task as it stands now, with its incident held first."""
    incident = locked(task.incident_id)
    rows = IncidentTask.objects.select_for_update(of=("self",)).select_related("case__territory")
    task = rows.get(pk=task.pk)
    task.incident = incident
    return task


def _step(
    task: IncidentTask,
    move: str,
    by: Person | None,
    at: dt.datetime,
    seen: int | None,
    text: str = "",
    until: dt.datetime | None = None,
) -> Case:
    public = {"text": text.strip()} if text.strip() else {}
    task.case = move_case(
        by=by, at=at, case=task.case, move=move, seen=seen, until=until, public=public
    )
    return task.case


@operation
def accept_help(
    *, by: Person, at: dt.datetime, task: IncidentTask, text: str = "", seen: int | None = None
) -> IncidentTask:
    """The office that was asked comes.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    task = _held(task)
    until = terms.until(task.incident, rules.TASK_STATES["in_work"], at)
    _step(task, "accept", by, at, seen, text, until)
    once(task, "accepted_at", at)
    task.save(force_update=True)
    return task


@operation
def refuse_help(
    *, by: Person, at: dt.datetime, task: IncidentTask, text: str, seen: int | None = None
) -> IncidentTask:
    """The office that was asked cannot, and says why; whoever leads asks another.

    Raises:
        WordsNeeded: no reason is given.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    task = _held(task)
    _step(task, "refuse", by, at, seen, reason(text))
    return task


@operation
def begin_help(
    *, by: Person, at: dt.datetime, task: IncidentTask, text: str = "", seen: int | None = None
) -> IncidentTask:
    """The helping office is on the spot: if it is the first there, the incident is acted on.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    task = _held(task)
    _step(task, "begin", by, at, seen, text)
    once(task.incident, "acted_at", at)
    task.incident.save(update_fields=["acted_at"], force_update=True)
    return task


@operation
def finish_help(
    *, by: Person, at: dt.datetime, task: IncidentTask, text: str = "", seen: int | None = None
) -> IncidentTask:
    """The helping office has done its part.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    task = _held(task)
    _step(task, "finish", by, at, seen, text)
    task.done_at = at
    task.save(force_update=True)
    return task


@operation
def drop_help(
    *, by: Person, at: dt.datetime, task: IncidentTask, text: str = "", seen: int | None = None
) -> IncidentTask:
    """A dispatcher says that the office need not come any more.

    Raises:
        NotADispatcher, LedAbove, Changed, MoveNotPossible, NoRoleForMove: as for every step.
    """
    task = _held(task)
    access.check_dispatcher(by, at, task.incident)
    _step(task, "drop", by, at, seen, text)
    return task


@inside
def end_tasks(*, at: dt.datetime, incident: Incident) -> int:
    """The incident ends as a false alarm or a part of another: nobody need come any more. Returns
    how many were on their way.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    open_ones = IncidentTask.objects.filter(incident=incident, case__closed_at__isnull=True)
    tasks = list(open_ones.select_related("case__territory").order_by("pk"))
    for task in tasks:
        _step(task, "end", None, at, None)
    return len(tasks)
