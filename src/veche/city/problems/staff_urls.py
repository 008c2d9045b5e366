"""Addresses of the pages of those who work on problems, and of the statistics."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.problems.desk_forms import FORMS
from veche.city.problems.views import clerk, desk, rules, statistics

urlpatterns: list[URLPattern] = [
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics.csv", statistics.statistics_csv, name="statistics-csv"),
    path("rules/<slug:code>/", rules.rules, name="rules"),
    path("take/", clerk.take, name="take"),
    path("take/slip/", clerk.taken, name="taken"),
    path("moderation/", desk.moved, {"code": "moderation"}, name="moderation"),
    path("routing/", desk.moved, {"code": "routing"}, name="routing"),
    path("queue/", desk.moved, {"code": "queue"}, name="queue"),
    *(path(f"<slug:number>/{move}/", desk.step_view(move), name=move) for move in FORMS),
]
