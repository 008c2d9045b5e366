"""Where a stored photograph lies."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def path_of(digest: str, *, small: bool = False) -> Path:
    """The path of a photograph, or of its small twin."""
    return Path(settings.MEDIA_ROOT) / digest[:2] / f"{digest}{'-small' if small else ''}.jpg"
