"""Keeping photographs."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from veche.core.files.models import StoredFile
from veche.core.files.photographs import Photograph
from veche.core.files.queries import path_of
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def keep(*, by: Person | None, at: dt.datetime, photograph: Photograph) -> StoredFile:
    """Store a clean photograph by its content; the same picture is stored once.

    The bytes are on the disk before the row is committed: a crash between leaves a file nobody
    names, never a row without its file.
    """
    digest = hashlib.sha256(photograph.data).hexdigest()
    _put(path_of(digest), photograph.data)
    _put(path_of(digest, small=True), photograph.thumbnail)
    stored, _created = StoredFile.objects.get_or_create(
        digest=digest,
        defaults={
            "media_type": "image/jpeg",
            "width": photograph.width,
            "height": photograph.height,
            "size": len(photograph.data),
            "at": at,
        },
    )
    record(
        kind="files.kept",
        by=by,
        at=at,
        subject=f"file:{digest}",
        public={"size": len(photograph.data)},
    )
    return stored


def _put(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
