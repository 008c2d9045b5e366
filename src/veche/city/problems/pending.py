"""Photographs that were accepted while the rest of a form was not: kept for the next try.

They lie clean (no place, no device) on a shelf (`veche.core.files.shelf`) by a random name that
only the form knows, and are swept away after a few hours. Nothing else refers to them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.core.files.photographs import Photograph
from veche.core.files.shelf import Shelf

if TYPE_CHECKING:
    from veche.core.people.models import Person

SHELF = Shelf("pending")


def put(photograph: Photograph, owner: Person | None = None) -> str:
    """Keep a clean photograph; returns the name to ask for it by. Whose it is, where somebody has
    signed in, is kept as a keyed digest, for `forget`."""
    size = {"width": photograph.width, "height": photograph.height}
    whose = f"person:{owner.pk}" if owner is not None else ""
    return SHELF.put(size, [photograph.data, photograph.thumbnail], whose)


def forget(owner: Person) -> None:
    """Throw away what a person has begun to send and not sent."""
    SHELF.forget(f"person:{owner.pk}")


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


def drop(names: list[str]) -> None:
    """Throw away what is no longer needed."""
    SHELF.drop(names)


def sweep_old(*, at: dt.datetime) -> int:
    """Throw away what nobody came back for; returns how many files. A timer calls it. Their age is
    that of the disk, whatever hour ``at`` the city has."""
    return SHELF.sweep()
