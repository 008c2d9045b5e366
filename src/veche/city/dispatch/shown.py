"""How incidents are shown to those who are told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from veche.city.dispatch.models import Incident, IncidentKind, IncidentTask
from veche.core.notices.matters import Choice, Matter, Shown, Theme


def matter_of(incident: Incident) -> Matter:
    """An incident as a letter or a feed names it; what a caller said is never told."""
    case = incident.case
    return Matter(
        number=case.number,
        title=incident.title,
        procedure="incident",
        public=incident.public and case.hidden_at is None,
        longitude=incident.longitude,
        latitude=incident.latitude,
        themes=(case.theme,),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Incidents by the numbers of their cases."""
    rows = Incident.objects.filter(pk__in=list(cases)).select_related("case", "kind")
    return {row.pk: matter_of(row) for row in rows}


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest public incidents; none where a street or a circle is asked for."""
    if choice.street or choice.circle:
        return []
    rows = Incident.real.filter(kind__public=True, case__hidden_at=None)
    if choice.territories:
        rows = rows.filter(case__territory_id__in=choice.territories)
    if choice.theme:
        rows = rows.filter(case__theme=choice.theme)
    rows = rows.select_related("case", "kind").order_by("-reported_at", "-case_id")
    return [matter_of(one) for one in rows[:most]]


def themes() -> list[Theme]:
    """Every public kind of incident is a theme."""
    rows = IncidentKind.objects.filter(public=True, until=None).order_by("id")
    return [Theme(one.theme, one.names) for one in rows]


def find_tasks(cases: Sequence[int]) -> Mapping[int, Matter]:
    """What offices were asked for, by the numbers of their cases; for those asked alone."""
    rows = IncidentTask.objects.filter(pk__in=list(cases)).select_related("case", "incident")
    return {
        row.pk: Matter(
            number=row.case.number,
            title=f"{row.incident.title}: {row.text}",
            procedure="incident_task",
            public=False,
            at=row.case.opened_at,
            moved_at=row.case.moved_at,
        )
        for row in rows
    }


INCIDENTS = Shown(find=find, url="dispatch:incident", newest=newest, themes=themes)
TASKS = Shown(find=find_tasks, url="dispatch:help")
