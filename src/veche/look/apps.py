"""The Django app of the look."""

from __future__ import annotations

from django.apps import AppConfig


class LookConfig(AppConfig):
    """Base page, components, template tags and static files; it has no tables."""

    name = "veche.look"
    label = "look"
