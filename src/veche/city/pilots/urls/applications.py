"""Addresses: applications, screening and appeals."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.views import applications

urlpatterns: list[URLPattern] = [
    path("applications/<slug:number>/", applications.application, name="application"),
]
