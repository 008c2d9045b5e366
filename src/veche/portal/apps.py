"""The Django app of the portal."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The first page; it has no tables."""

    name = "veche.portal"
    label = "portal"
