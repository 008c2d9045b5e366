"""Addresses: initiatives."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ideas.views import initiatives

urlpatterns: list[URLPattern] = [
    path("initiatives/", initiatives.listed, name="initiatives"),
    path("initiatives/initiatives.csv", initiatives.csv, name="initiatives-csv"),
    path("initiatives/feed.atom", initiatives.atom, name="initiatives-feed"),
    path("initiatives/new/", initiatives.write, name="initiative-write"),
    path("initiatives/rule/", initiatives.rule, name="initiative-rule"),
    path("<slug:number>/endorse/", initiatives.endorse, name="endorse"),
    path("<slug:number>/answer/", initiatives.answer, name="answer-points"),
]
