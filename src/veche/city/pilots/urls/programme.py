"""Addresses: the public page of the programme and its figures."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
