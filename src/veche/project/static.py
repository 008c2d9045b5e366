"""Static files under names of their content, compressed beside: a phone asks for each once.

They are gathered when a web process begins, before its first page: only where something changed.
Without a gathering (in tests, say) they go by their own names.
"""

from __future__ import annotations

import fcntl
import hashlib
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = "gathered"
"""Names what was gathered; written when all of it stands."""


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names of the content for what was gathered, its own name for anything else."""

    def stored_name(self, name: str) -> str:
        """The name under which a file is asked for."""
        known = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return cast("str", known or name)


def gather() -> bool:
    """Bring the static files of this version into the home; whether anything was to be done.

    Several processes may begin at once: one gathers, the others wait for it. Files of versions
    before stay, for pages that are open still.
    """
    place = Path(settings.STATIC_ROOT)
    place.mkdir(parents=True, exist_ok=True)
    wanted = _digest()
    with (place / f"{STAMP}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = place / STAMP
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(wanted)
    return True


def _digest() -> str:
    """What would be gathered: every file's name, size and moment."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
