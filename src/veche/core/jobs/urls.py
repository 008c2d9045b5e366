"""Addresses of failed work."""

from __future__ import annotations

from django.urls import path

from veche.core.jobs import views

app_name = "jobs"
urlpatterns = [path("", views.failed, name="failed")]
