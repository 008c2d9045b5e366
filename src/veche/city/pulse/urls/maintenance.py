"""Addresses of planned work."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pulse.views import maintenance

urlpatterns: list[URLPattern] = [
    path("alarms/work/", maintenance.listing, name="works"),
    path("alarms/work/works.csv", maintenance.table, name="works-csv"),
    path("alarms/work/new/", maintenance.announce, name="work-new"),
    path("alarms/work/<int:pk>/end/", maintenance.end, name="work-end"),
]
