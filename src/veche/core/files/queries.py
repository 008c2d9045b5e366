"""Where a stored photograph lies, and whether it is still shown."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from veche.core.files.models import StoredFile


def path_of(digest: str, *, small: bool = False) -> Path:
    """The path of a photograph, or of its small twin."""
    return Path(settings.MEDIA_ROOT) / digest[:2] / f"{digest}{'-small' if small else ''}.jpg"


def original_path(digest: str) -> Path:
    """Where a photograph that is no longer shown is kept apart until its term is over."""
    return Path(settings.FILES_DIR) / "originals" / digest[:2] / f"{digest}.jpg"


def now_shown(file: StoredFile) -> StoredFile:
    """What is shown in place of a photograph: itself, unless a part of it was covered."""
    seen = {file.pk}
    while file.shown is not None and file.shown.pk not in seen:
        file = file.shown
        seen.add(file.pk)
    return file


def withdrawn(address: str) -> bool:
    """Whether the photograph of this address was shown once and is no more."""
    return StoredFile.objects.filter(
        digest__startswith=address, withdrawn_at__isnull=False
    ).exists()
