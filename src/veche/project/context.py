"""What every page is told: the town's name, whether this is the demo, the menu."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from veche.demo_guard import is_demo


def town(request: HttpRequest) -> dict[str, Any]:
    """``town_names`` (in three languages) and ``is_demo``."""
    return {"town_names": settings.TOWN_NAMES, "is_demo": is_demo()}
