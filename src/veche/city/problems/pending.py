"""Photographs that were accepted while the rest of a form was not: kept for the next try.

They lie clean (no place, no device) under ``FILES_DIR/pending`` by a random name that only the
form knows, and are swept away after a few hours. Nothing else refers to them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import re
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from veche.core.files.photographs import Photograph

if TYPE_CHECKING:
    from veche.core.people.models import Person

KEEP_SECONDS = 6 * 3600
MOST_FILES = 2000
"""Three a photograph at most; beyond this the oldest go first, so that nobody can fill the disk."""
_NAME = re.compile(r"[0-9a-f]{32}")


def _folder() -> Path:
    return Path(settings.FILES_DIR) / "pending"


def put(photograph: Photograph, owner: Person | None = None) -> str:
    """Keep a clean photograph; returns the name to ask for it by. Whose it is, where somebody has
    signed in, stands beside it as a keyed digest, for `forget`."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    sweep()
    name = secrets.token_hex(16)
    (folder / f"{name}-small").write_bytes(photograph.thumbnail)
    if owner is not None:
        (folder / f"{name}-of-{_mark(owner)}").touch()
    # The large one last: a name is known only when both are there.
    (folder / f"{name}-{photograph.width}x{photograph.height}").write_bytes(photograph.data)
    return name


def _mark(owner: Person) -> str:
    key = str(settings.SECRET_KEY).encode()
    return hmac.new(key, f"pending:{owner.pk}".encode(), hashlib.sha256).hexdigest()[:24]


def forget(owner: Person) -> None:
    """Throw away what a person has begun to send and not sent."""
    drop([path.name.partition("-")[0] for path in _folder().glob(f"*-of-{_mark(owner)}")])


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


def sweep_old(*, at: dt.datetime) -> int:
    """Throw away what nobody came back for; returns how many files. A timer calls it. Their age is
    that of the disk, whatever hour ``at`` the city has."""
    return sweep() if _folder().is_dir() else 0


def sweep() -> int:
    """Throw away what nobody came back for; returns how many files."""
    gone = 0
    limit = time.time() - KEEP_SECONDS
    found: list[tuple[float, Path]] = []
    for path in _folder().glob("*"):
        with contextlib.suppress(OSError):
            found.append((path.stat().st_mtime, path))
    found.sort(reverse=True)
    for place, (changed, path) in enumerate(found):
        if changed < limit or place >= MOST_FILES:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
