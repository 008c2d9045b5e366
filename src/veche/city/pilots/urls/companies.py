"""Addresses: companies, what they make, what was scouted, and support."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
