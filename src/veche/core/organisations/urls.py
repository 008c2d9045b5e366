"""Addresses of roles, residence and ties."""

from __future__ import annotations

from django.urls import path

from veche.core.organisations import settings_views, views
from veche.core.organisations.views import ties

app_name = "organisations"
urlpatterns = [
    path("residence/", views.residence, name="residence"),
    path("residence/forget-birth/", views.forget_birth, name="forget-birth"),
    path("letters/", views.letters, name="letters"),
    path("counter/", views.counter, name="counter"),
    path("settings/", settings_views.settings, name="settings"),
    path("roles/", views.roles, name="roles"),
    path("roles.csv", views.roles_csv, name="roles-csv"),
    path("roles/give/", views.give, name="give-role"),
    path("roles/<int:holding>/end/", views.end, name="end-role"),
    path("ties/", ties.mine, name="ties"),
    path("ties/mine.csv", ties.mine_csv, name="ties-mine-csv"),
    path("ties/<int:tie>/end/", ties.end, name="tie-end"),
    path("ties/all/", ties.everyone, name="ties-all"),
    path("ties/all/add/<slug:what>/", ties.add, name="ties-add"),
    path("ties/all/stakes.csv", ties.stakes_csv, name="stakes-csv"),
    path("ties/all/ties.csv", ties.ties_csv, name="ties-csv"),
    path("ties/all/<int:tie>/strike/", ties.strike, name="tie-strike"),
    path("ties/all/<int:tie>/link/", ties.link, name="tie-link"),
    path("ties/pairs/<int:pair>/", ties.judge, name="pair-judge"),
    path("ties/stakes/<int:stake>/end/", ties.end_share, name="stake-end"),
]
