"""Addresses: reports, roll-out and contracts."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
