"""The housing emergency centre: calls, outages, crews."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from veche.city.dispatch.views import housing, housing_calls

_ONE = "shut-offs/<slug:number>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("shut-offs/", housing.shut_offs, name="shut-offs"),
    path("shut-offs/shut-offs.csv", housing.csv, name="shut-offs-csv"),
    path("shut-offs/new/", housing.announce, name="shut-off-new"),
    path(_ONE, housing.shut_off, name="shut-off"),
    path(f"{_ONE}later/", housing.later, name="shut-off-later"),
    path(f"{_ONE}restored/", housing.restored, name="shut-off-restored"),
    path(f"{_ONE}called-off/", housing.called_off, name="shut-off-called-off"),
    path("calls/", housing_calls.calls, name="calls"),
    path("calls/<int:number>/rung/", housing_calls.rung, name="call-rung"),
    path("crews/", housing_calls.crews, name="crews"),
    path("crews/<int:number>/end/", housing_calls.crew_end, name="crew-end"),
    path("trips/<int:number>/", housing_calls.trip, name="trip"),
]
