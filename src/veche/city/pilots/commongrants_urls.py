"""Addresses of the CommonGrants protocol: the same in all languages, for ever."""

from __future__ import annotations

from django.urls import path

from veche.city.pilots.views import commongrants

app_name = "common-grants"
urlpatterns = [
    path("opportunities", commongrants.listed, name="opportunities"),
    path("opportunities/search", commongrants.search, name="search"),
    path("opportunities/<uuid:asked>", commongrants.one, name="opportunity"),
]
