"""Addresses of the count as it stands now."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
