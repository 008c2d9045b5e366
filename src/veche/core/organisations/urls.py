"""Addresses of roles and residence."""

from __future__ import annotations

from django.urls import path

from veche.core.organisations import settings_views, views

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
]
