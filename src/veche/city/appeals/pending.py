"""Files that were taken while the rest of a letter was not: kept for the next try.

They lie cleaned on a shelf (`veche.core.files.shelf`) by a random name that only the form knows,
and are swept away after a few hours. Nothing else refers to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext

from veche.city.appeals import rules
from veche.core.files.documents import MOST_BYTES, Document, DocumentTooLarge, clean_name
from veche.core.files.documents import clean as clean_document
from veche.core.files.photographs import Photograph
from veche.core.files.photographs import clean as clean_photograph
from veche.core.files.shelf import Shelf
from veche.core.organisations.middleware import asker
from veche.core.people.once import verified
from veche.errors import Refused

if TYPE_CHECKING:
    from veche.core.people.models import Person

SHELF = Shelf("pending-letters")
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
            fresh.append(_keep(request, upload))
        except Refused as refusal:
            sentence = gettext("{name}: {why}").format(name=upload.name, why=refusal)
            faults.append((refusal.status, sentence))
    request.META["veche.appeals.fresh"] = fresh
    return faults


def taken(request: HttpRequest) -> list[str]:
    """The keys of what `take` has kept."""
    found: list[str] = request.META.get("veche.appeals.fresh", [])
    return found


def _keep(request: HttpRequest, upload: UploadedFile[bytes]) -> str:
    name = upload.name or ""
    head = upload.read(12)
    upload.seek(0)
    if head.startswith(_PICTURES):
        picture = clean_photograph(upload.read())
        shown = clean_name(name, ".jpg")
        about = {"name": shown, "width": picture.width, "height": picture.height}
        return _put(request, about, picture.data, picture.thumbnail)
    if (upload.size or 0) > MOST_BYTES:
        raise DocumentTooLarge
    paper = clean_document(upload.read(), name)
    return _put(request, {"name": paper.name, "type": paper.media_type}, paper.data)


def _put(request: HttpRequest | None, about: dict[str, object], *parts: bytes) -> str:
    return SHELF.put({**about, "size": len(parts[0])}, parts, owner_of(request))


def owner_of(request: HttpRequest | None) -> str:
    """Whose files these are: of a person, or of the e-mail address shown for one letter."""
    if request is None:
        return ""
    person = asker(request).person
    if person is not None:
        return f"person:{person.pk}"
    digest = verified(request)
    return f"once:{digest}" if digest else ""


def get(key: str) -> Kept | None:
    """The file of this key; None when it was swept away or never was."""
    found = SHELF.get(key)
    if found is None:
        return None
    about, parts = found
    if "type" in about and parts:
        paper = Document(about["name"], about["type"], parts[0])
        return Kept(key, about["name"], about["size"], document=paper)
    if len(parts) < 2:
        return None
    picture = Photograph(parts[0], parts[1], about["width"], about["height"])
    return Kept(key, about["name"], about["size"], photograph=picture)


def drop(keys: Iterable[str]) -> None:
    """Throw away what was sent with its letter, or is not wanted."""
    SHELF.drop(keys)


def forget(person: Person) -> None:
    """Throw away what a person has begun to send and not sent."""
    SHELF.forget(f"person:{person.pk}")


def sweep_old(*, at: dt.datetime) -> int:
    """Throw away what nobody came back for; returns how many files. A timer calls it. Their age is
    that of the disk, whatever hour ``at`` the city has."""
    return SHELF.sweep()
