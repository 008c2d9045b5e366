"""Addresses of indicators and alarms."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pulse.views import alarms, incidents, indicator, now, staff

urlpatterns: list[URLPattern] = [
    path("", now.now, name="now"),
    path("now.csv", now.table, name="now-csv"),
    path("districts.csv", now.districts_table, name="districts-csv"),
    path("warnings.atom", now.warnings, name="warnings"),
    path("signs/<slug:code>/", indicator.indicator, name="indicator"),
    path("signs/<slug:code>/places.csv", indicator.places_table, name="indicator-places"),
    path("signs/<slug:code>/course.csv", indicator.history_table, name="indicator-course"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("alarms/alarms.csv", alarms.table, name="alarms-csv"),
    path("alarms/do/", alarms.handle, name="alarms-do"),
    path("alarms/undo/", alarms.undo, name="alarms-undo"),
    path("alarms/<int:pk>/", alarms.alarm, name="alarm"),
    path("alarms/<int:pk>/incident/", incidents.make, name="alarm-incident"),
    path("limits/", staff.limits, name="limits"),
    path("limits/<slug:code>/", staff.limit, name="limit"),
]
