"""Addresses of the service centre: kiosk, help at the counter, paper."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
