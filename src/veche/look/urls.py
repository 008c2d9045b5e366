"""Addresses of the look."""

from __future__ import annotations

from django.urls import path

from veche.look import views

app_name = "look"
urlpatterns = [path("style/", views.style, name="style")]
