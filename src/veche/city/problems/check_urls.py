"""Addresses of checks, of how the author found it, and of joining."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.problems.views import checks, merging, quality

urlpatterns: list[URLPattern] = [
    path("checks/", checks.mine, name="checks"),
    path("checks/<int:key>/", checks.check, name="check"),
    path("quality/", quality.page, name="quality"),
    path("quality.csv", quality.table, name="quality-csv"),
    path("report/alike/", merging.near, name="report-alike"),
    path("<slug:number>/rate/", checks.rate, name="rate"),
    path("<slug:number>/mine-too/", merging.mine_too, name="mine-too"),
    path("<slug:number>/join/", merging.join, name="join"),
    path("<slug:number>/part/", merging.part, name="part"),
]
