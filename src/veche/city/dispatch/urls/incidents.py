"""Incidents: their list, their pages, what is done with them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from veche.city.dispatch.acts import ACTS
from veche.city.dispatch.views import incidents, incidents_acts, incidents_kinds, incidents_work

_ONE = "incidents/<slug:number>/"
_PART = "help/<slug:number>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/incidents.csv", incidents.csv, name="incidents-csv"),
    path("incidents/feed/", incidents.feed, name="incidents-feed"),
    path("incidents/work/", incidents_work.work, name="work"),
    path("incidents/new/", incidents_work.new, name="incident-new"),
    path("incidents/pending/", incidents_work.pending, name="pending"),
    path("incidents/pending.csv", incidents_work.pending_csv, name="pending-csv"),
    path("incidents/kinds/", incidents_kinds.kinds, name="kinds"),
    path("incidents/kinds/add/", incidents_kinds.kind, name="kind-new"),
    path("incidents/kinds/<slug:code>/", incidents_kinds.kind, name="kind"),
    path(_ONE, incidents.incident, name="incident"),
    path(f"{_ONE}incident.csv", incidents.table, name="incident-csv"),
    path(f"{_ONE}proof/", incidents.proof, name="incident-proof"),
    path(f"{_ONE}follow/", incidents.follow, name="incident-follow"),
    path(f"{_ONE}unfollow/", incidents.unfollow, name="incident-unfollow"),
    *(
        path(
            f"{_ONE}{one.code}/",
            incidents_acts.act,
            {"code": one.code},
            name=f"incident-{one.code}",
        )
        for one in ACTS
        if one.procedure == "incident"
    ),
    path(_PART, incidents_acts.task, name="help"),
    *(
        path(
            f"{_PART}{one.code}/",
            incidents_acts.of_task,
            {"code": one.code},
            name=f"help-{one.code}",
        )
        for one in ACTS
        if one.procedure == "incident_task"
    ),
]
