"""Addresses: the public page of the programme and its figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.views import decided, programme

urlpatterns: list[URLPattern] = [
    path("", programme.programme, name="programme"),
    path("programme/figures.csv", programme.csv, name="programme-csv"),
    path("decided/", decided.decided, name="decided"),
    path("decided/pilots.csv", decided.csv, name="decided-csv"),
]
