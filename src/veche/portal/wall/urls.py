"""Addresses of the wall."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.portal.wall import views

urlpatterns: list[URLPattern] = [
    path("wall/", views.wall, name="wall"),
    path("wall/rows/<slug:what>/", views.rows, name="wall-rows"),
    path("wall/screens/", views.screens, name="wall-screens"),
    path("wall/screens/<int:pk>/withdraw/", views.withdraw, name="wall-withdraw"),
    path("wall/screen/<str:word>/", views.screen, name="wall-screen"),
]
