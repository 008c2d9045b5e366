"""Addresses that other programs read: the same in all languages, for ever."""

from __future__ import annotations

from django.urls import path

from veche.city.dispatch.views import cap

app_name = "cap"
urlpatterns = [
    path("active.atom", cap.active, name="active"),
    path("all.atom", cap.everything, name="all"),
    path("active.json", cap.active_json, name="active-json"),
    path("all.json", cap.everything_json, name="all-json"),
    path("<slug:identifier>.xml", cap.xml, name="alert"),
]
