"""Incidents, and help in them, in the one queue of those who work for the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.dispatch import access, acts
from veche.city.dispatch import words as said
from veche.city.dispatch.models import Incident, IncidentTask
from veche.city.dispatch.operations.looks import look
from veche.city.dispatch.queries import incidents as queries
from veche.city.dispatch.queries.lists import kinds
from veche.city.dispatch.views.incidents_acts import task_for
from veche.core.cases.models import Case
from veche.core.cases.queries import history
from veche.core.desk.adapter import Desk, DeskAction, DeskLine, Panel
from veche.core.organisations.middleware import asker
from veche.searching import holds

KEYS = {
    "verify": "a", "dispatch": "a", "accept": "a", "say_done": "a", "close": "a", "finish": "a",
    "return": "r", "send_back": "r", "refuse": "r",
}  # fmt: skip
_GRAVE = ("call_false",)
SHOWN = (
    "verify", "dispatch", "accept", "begin", "say_done", "finish", "close", "resume", "return",
    "refuse", "send_back", "postpone", "call_false",
)  # fmt: skip
"""Steps offered beside the panel, the usual first; the others stand on the page."""


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these incidents and parts; drills are marked."""
    found: dict[int, DeskLine] = {}
    rows = Incident.objects.filter(pk__in=cases).select_related(
        "kind", "service", "case__territory"
    )
    for one in rows:
        found[one.pk] = DeskLine(
            title=_marked(one, one.title),
            place=str(one.case.territory),
            url=reverse("dispatch:incident", args=[one.case.number]),
            theme=str(one.kind),
            text=", ".join(_urgent(one)),
        )
    tasks = IncidentTask.objects.filter(pk__in=[pk for pk in cases if pk not in found])
    for task in tasks.select_related("case__territory", "incident__case", "incident__kind"):
        found[task.pk] = DeskLine(
            title=_marked(task.incident, task.text),
            place=str(task.case.territory),
            url=reverse("dispatch:help", args=[task.case.number]),
            theme=gettext("Help in an incident"),
            text=task.incident.title,
        )
    return found


def _marked(incident: Incident, title: str) -> str:
    return gettext("DRILL: {title}").format(title=title) if incident.drill else title


def _urgent(incident: Incident) -> list[str]:
    """Why it stands before others: what stands still, who cannot help themselves, how grave."""
    found = [str(said.SEVERITIES[incident.severity])]
    if incident.vulnerable:
        found.insert(0, str(said.VULNERABLE[incident.vulnerable]))
    if incident.service is not None:
        found.insert(0, gettext("stands still: {service}").format(service=incident.service))
    return found


def find(text: str) -> QuerySet[Any, Any]:
    """Incidents and parts whose words hold a text."""
    words, values = holds("title || ' ' || text", text)
    incidents = Incident.objects.extra(where=[words], params=values)
    tasks = IncidentTask.objects.filter(text__icontains=text)
    return incidents.values("pk").union(tasks.values("pk"))


def themes() -> Mapping[str, str]:
    """The kinds of incidents by their theme."""
    return {one.theme: str(one) for one in kinds(public_only=False)}


def panel(request: HttpRequest, case: Case) -> Panel:
    """The incident or the part in the side panel; the look is written down.

    Raises:
        veche.errors.NotFound: there is none, or it is not for whoever asks.
    """
    at, who = clock.now(), asker(request)
    task = None
    if case.procedure == "incident_task":
        task, incident = task_for(case.number, who)
    else:
        incident = access.incident_for(case.number, who.holdings)
    inside = access.inside(who.holdings, incident)
    if inside and who.person is not None:
        look(by=who.person, at=at, incident=incident)
    helping = queries.helpers(incident, at)
    context = {
        "case": case,
        "incident": incident,
        "task": task,
        "stand": queries.stand(incident, at),
        "state": queries.state_of(incident, at),
        "urgent": _urgent(incident),
        "helpers": helping,
        "inside": inside,
        "told": queries.told(incident, history(incident.case), helping, inside=inside)[:6],
    }
    return Panel("dispatch/incidents/desk_panel.html", context)


def _run(move: str) -> Any:
    """The operation of a move, for an incident or a part: both may be accepted and begun."""

    def run(*, by: Any, at: Any, case: Case, seen: int | None = None, **step: Any) -> Any:
        act = acts.BY_MOVE[case.procedure, move]
        return acts.carry_out(act, by=by, at=at, case=case, seen=seen, step=step)

    return run


def _offered(move: str) -> Any:
    def offered(case: Case) -> bool:
        if (case.procedure, move) not in acts.BY_MOVE:
            return False
        if move != "begin" or case.procedure != "incident":
            return True
        return Incident.objects.filter(pk=case.pk, acted_at__isnull=True).exists()

    return offered


def _action(move: str) -> DeskAction:
    act = acts.BY_MOVE.get(("incident", move)) or acts.BY_MOVE["incident_task", move]
    return DeskAction(
        move,
        act.title,
        run=_run(move),
        form=act.form,
        done=act.done,
        key=KEYS.get(move, ""),
        grave=move in _GRAVE,
        offered=_offered(move),
    )


DESK = Desk(
    title=_("Incidents"),
    procedures=("incident", "incident_task"),
    lines=lines,
    panel=panel,
    find=find,
    themes=themes,
    actions=tuple(_action(move) for move in SHOWN),
)
