"""Files that were taken while the rest of a letter was not: kept for the next try.

They lie cleaned under ``FILES_DIR/pending-letters`` by a random name that only the form knows, and
are swept away after a few hours. Nothing else refers to them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext

from veche.city.appeals import rules
from veche.core.files.documents import MOST_BYTES, Document, DocumentTooLarge, clean_name
from veche.core.files.documents import clean as clean_document
from veche.core.files.photographs import Photograph
from veche.core.files.photographs import clean as clean_photograph
from veche.errors import Refused

KEEP_SECONDS = 6 * 3600
MOST_FILES = 1_000
"""Beyond this the oldest go first, so that nobody can fill the disk."""
_NAME = re.compile(r"[0-9a-f]{32}")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF")


@dataclass(frozen=True)
class Kept:
    """A file that waits for its letter."""

    key: str
    name: str
    size: int
    photograph: Photograph | None = None
    document: Document | None = None


def take(request: HttpRequest, chosen: Iterable[UploadedFile[bytes]]) -> list[tuple[int, str]]:
    """Look at what was sent and keep what can be taken; see `taken`. Returns for each file that
    cannot its status and a sentence."""
    faults: list[tuple[int, str]] = []
    fresh: list[str] = []
    if "enclosures" in request.META.get("veche.too_large", ()):
        faults.append((413, str(DocumentTooLarge())))
    for upload in list(chosen)[: 2 * rules.MOST_FILES]:
        try:
            fresh.append(_keep(upload))
        except Refused as refusal:
            sentence = gettext("{name}: {why}").format(name=upload.name, why=refusal)
            faults.append((refusal.status, sentence))
    request.META["veche.appeals.fresh"] = fresh
    return faults


def taken(request: HttpRequest) -> list[str]:
    """The keys of what `take` has kept."""
    found: list[str] = request.META.get("veche.appeals.fresh", [])
    return found


def _keep(upload: UploadedFile[bytes]) -> str:
    name = upload.name or ""
    head = upload.read(12)
    upload.seek(0)
    if head.startswith(_PICTURES):
        picture = clean_photograph(upload.read())
        shown = clean_name(name, ".jpg")
        about = {"name": shown, "width": picture.width, "height": picture.height}
        return _put(about, picture.data, picture.thumbnail)
    if (upload.size or 0) > MOST_BYTES:
        raise DocumentTooLarge
    paper = clean_document(upload.read(), name)
    return _put({"name": paper.name, "type": paper.media_type}, paper.data)


def _folder() -> Path:
    return Path(settings.FILES_DIR) / "pending-letters"


def _put(about: dict[str, object], *parts: bytes) -> str:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    sweep()
    key = secrets.token_hex(16)
    for n, part in enumerate(parts):
        (folder / f"{key}-{n}").write_bytes(part)
    # What it is comes last: a file is known only when all of it is there.
    (folder / key).write_text(json.dumps({**about, "size": len(parts[0])}))
    return key


def get(key: str) -> Kept | None:
    """The file of this key; None when it was swept away or never was."""
    if not _NAME.fullmatch(key):
        return None
    folder = _folder()
    try:
        about = json.loads((folder / key).read_text())
        data = (folder / f"{key}-0").read_bytes()
        if "type" in about:
            paper = Document(about["name"], about["type"], data)
            return Kept(key, about["name"], about["size"], document=paper)
        small = (folder / f"{key}-1").read_bytes()
    except (OSError, ValueError):
        return None
    picture = Photograph(data, small, about["width"], about["height"])
    return Kept(key, about["name"], about["size"], photograph=picture)


def drop(keys: Iterable[str]) -> None:
    """Throw away what was sent with its letter, or is not wanted."""
    for key in keys:
        if _NAME.fullmatch(key):
            for path in _folder().glob(f"{key}*"):
                path.unlink(missing_ok=True)


def sweep_old(*, at: dt.datetime) -> int:
    """Throw away what nobody came back for; returns how many files. A timer calls it. Their age is
    that of the disk, whatever hour ``at`` the city has."""
    return sweep() if _folder().is_dir() else 0


def sweep() -> int:
    """Throw away what has waited too long or is too much; returns how many files."""
    gone = 0
    files = []
    for path in _folder().iterdir():
        try:
            files.append((path.stat().st_mtime, path))
        except OSError:
            continue  # another process swept it
    old = time.time() - KEEP_SECONDS
    files.sort()
    for n, (moment, path) in enumerate(files):
        if moment < old or len(files) - n > MOST_FILES:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
