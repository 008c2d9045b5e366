"""Addresses: statements and the opinion map."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ideas.views import opinion

urlpatterns: list[URLPattern] = [
    path("opinions/waiting/", opinion.waiting, name="opinion-waiting"),
    path("opinions/<slug:number>/", opinion.statements, name="opinion"),
    path("opinions/<slug:number>/say/", opinion.say, name="opinion-say"),
    path("opinions/<slug:number>/add/", opinion.add, name="opinion-add"),
    path("opinions/<slug:number>/take-away/", opinion.take_away, name="opinion-take-away"),
    path("opinions/<slug:number>/reword/<int:statement>/", opinion.reword, name="opinion-reword"),
    path("opinions/<slug:number>/map/", opinion.opinion_map, name="opinion-map"),
    path("opinions/<slug:number>/files/<slug:part>.csv", opinion.file, name="opinion-file"),
]
