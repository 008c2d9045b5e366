"""Addresses of the open data pages."""

from __future__ import annotations

from django.urls import path

from veche.core.opendata import views

app_name = "opendata"
urlpatterns = [
    path("", views.index, name="index"),
    path("figures/<slug:name>/", views.figure, name="figure"),
    path("figures/<slug:name>.json", views.figure_json, name="figure-json"),
    path("<slug:name>/", views.dataset, name="dataset"),
    path("<slug:name>.csv", views.dataset_csv, name="csv"),
]
