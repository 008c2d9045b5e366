"""Photographs that were accepted while the rest of an idea was not: kept for the next try.

They lie clean (no place, no device) on a shelf (`veche.core.files.shelf`) by a random name that
only the form knows, and are swept away after a few hours. Nothing else refers to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext

from veche.city.ideas import rules
from veche.core.files.photographs import MOST_BYTES, Photograph, PhotographTooLarge, clean
from veche.core.files.shelf import Shelf
from veche.errors import Refused

if TYPE_CHECKING:
    from veche.core.people.models import Person

SHELF = Shelf("pending-ideas")


def take(
    request: HttpRequest, chosen: Sequence[UploadedFile[bytes]], owner: Person
) -> tuple[list[str], list[tuple[int, str]]]:
    """Clean what was sent and keep it: the names to ask for it by, and for each photograph that
    was refused its status and a sentence."""
    kept: list[str] = []
    faults: list[tuple[int, str]] = []
    if "photographs" in request.META.get("veche.too_large", ()):
        faults.append((413, str(PhotographTooLarge())))
    for upload in chosen[: 2 * rules.MOST_PHOTOGRAPHS]:
        try:
            if (upload.size or 0) > MOST_BYTES:
                raise PhotographTooLarge
            picture = clean(upload.read())
        except Refused as refusal:
            sentence = gettext("{name}: {why}").format(name=upload.name, why=refusal)
            faults.append((refusal.status, sentence))
            continue
        size = {"width": picture.width, "height": picture.height}
        parts = [picture.data, picture.thumbnail]
        kept.append(SHELF.put(size, parts, f"person:{owner.pk}"))
    return kept, faults


def get(name: str) -> Photograph | None:
    """The photograph of this name; None when it was swept away or never was."""
    found = SHELF.get(name)
    if found is None or len(found[1]) < 2:
        return None
    about, (large, small, *_rest) = found
    return Photograph(large, small, int(about["width"]), int(about["height"]))


def thumbnail(name: str) -> bytes | None:
    """The small picture of a kept photograph."""
    return SHELF.part(name, 1)


def drop(names: Iterable[str]) -> None:
    """Throw away what was sent with its idea, or is not wanted."""
    SHELF.drop(names)


def forget(owner: Person) -> None:
    """Throw away what a person has begun to send and not sent."""
    SHELF.forget(f"person:{owner.pk}")


def sweep_old(*, at: dt.datetime) -> int:
    """Throw away what nobody came back for; returns how many files. A timer calls it. Their age is
    that of the disk, whatever hour ``at`` the city has."""
    return SHELF.sweep()
