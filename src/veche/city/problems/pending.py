"""Photographs that were accepted while the rest of a form was not: kept for the next try.

They lie clean (no place, no device) under ``FILES_DIR/pending`` by a random name that only the
form knows, and are swept away after a few hours. Nothing else refers to them.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from pathlib import Path

from django.conf import settings

from veche.core.files.photographs import Photograph

KEEP_SECONDS = 6 * 3600
MOST_FILES = 2000
"""Two a photograph; beyond this the oldest go first, so that nobody can fill the disk."""
_NAME = re.compile(r"[0-9a-f]{32}")


def _folder() -> Path:
    return Path(settings.FILES_DIR) / "pending"


def put(photograph: Photograph) -> str:
    """Keep a clean photograph; returns the name to ask for it by."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    sweep()
    name = secrets.token_hex(16)
    (folder / f"{name}-small").write_bytes(photograph.thumbnail)
    # The large one last: a name is known only when both are there.
    (folder / f"{name}-{photograph.width}x{photograph.height}").write_bytes(photograph.data)
    return name


def get(name: str) -> Photograph | None:
    """The photograph of this name; None when it was swept away or never was."""
    if not _NAME.fullmatch(name):
        return None
    for large in _folder().glob(f"{name}-*x*"):
        width, _x, height = large.name.partition("-")[2].partition("x")
        try:
            small = (_folder() / f"{name}-small").read_bytes()
            return Photograph(large.read_bytes(), small, int(width), int(height))
        except (OSError, ValueError):
            return None
    return None


def thumbnail(name: str) -> bytes | None:
    """The small picture of a kept photograph."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return (_folder() / f"{name}-small").read_bytes()
    except OSError:
        return None


def drop(names: list[str]) -> None:
    """Throw away what is no longer needed."""
    for name in names:
        if _NAME.fullmatch(name):
            for path in _folder().glob(f"{name}-*"):
                path.unlink(missing_ok=True)


def sweep() -> None:
    """Throw away what nobody came back for."""
    limit = time.time() - KEEP_SECONDS
    found: list[tuple[float, Path]] = []
    for path in _folder().glob("*"):
        with contextlib.suppress(OSError):
            found.append((path.stat().st_mtime, path))
    found.sort(reverse=True)
    for place, (changed, path) in enumerate(found):
        if changed < limit or place >= MOST_FILES:
            path.unlink(missing_ok=True)
