"""Addresses: panels."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.views import panels

urlpatterns: list[URLPattern] = [
    path("panels/", panels.listed, name="panels"),
    path("panels/new/", panels.call, name="panel-new"),
    path("panels/bring/<slug:number>/", panels.bring, name="panel-bring"),
    path("panels/<int:pk>/", panels.panel, name="panel"),
    path("panels/<int:pk>/calendar.ics", panels.calendar, name="panel-calendar"),
    path("panels/<int:pk>/edit/", panels.edit, name="panel-edit"),
    path("panels/<int:pk>/table.csv", panels.table, name="panel-csv"),
]
