"""Addresses: texts that say nearly the same."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ideas.views import similar

urlpatterns: list[URLPattern] = [
    path("alike/", similar.alike, name="alike"),
]
