"""Addresses of places to look at first."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pulse.views import hot

urlpatterns: list[URLPattern] = [
    path("places/", hot.hot, name="hot"),
    path("places.csv", hot.table, name="hot-csv"),
    path("places/<slug:kind>/<slug:since>/", hot.forecast, name="hot-forecast"),
    path("places/<slug:kind>/<slug:since>/cells.csv", hot.cells, name="hot-cells"),
]
