"""Addresses: experts, assignments and reviews."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.views import assignment, experts, reviews

urlpatterns: list[URLPattern] = [
    path("experts/", experts.listed, name="experts"),
    path("experts/table.csv", experts.table, name="experts-csv"),
    path("experts/new/", experts.enrol, name="expert-new"),
    path("experts/me/", experts.own, name="expert-own"),
    path("experts/<int:pk>/", experts.entry, name="expert"),
    path("experts/<int:pk>/end/", experts.end, name="expert-end"),
    path("assignment/", assignment.runs, name="assignments"),
    path("assignment/<int:pk>/", assignment.run, name="assignment"),
    path("assignment/<int:pk>/instance.json", assignment.instance, name="assignment-instance"),
    path("assignment/<int:pk>/table.csv", assignment.table, name="assignment-csv"),
    path("assignment/<int:pk>/give-out/", assignment.give, name="assignment-give"),
    path("assignment/task/<int:pk>/", assignment.take_back, name="review-take-back"),
    path("scores/<slug:number>/", assignment.score_list, name="scores"),
    path("scores/<slug:number>/table.csv", assignment.score_table, name="scores-csv"),
    path("reviews/", reviews.queue, name="reviews"),
    path("reviews/calendar.ics", reviews.calendar, name="reviews-calendar"),
    path("reviews/<int:pk>/", reviews.review, name="review"),
    path("reviews/<int:pk>/accept/", reviews.accept, name="review-accept"),
    path("reviews/<int:pk>/refuse/", reviews.refuse, name="review-refuse"),
]
