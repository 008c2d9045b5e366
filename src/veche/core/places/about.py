"""What other modules say on the page of an object: each names a function in its manifest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from veche.module import load, resolve

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.core.places.models import CityObject


@dataclass(frozen=True)
class Line:
    """One row of a section."""

    text: str
    url: str
    state: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Section:
    """What a module has to say of an object."""

    title: str | Promise
    lines: Sequence[Line]
    empty: str | Promise = ""
    """Said where there are no lines."""
    action: tuple[Any, str] | None = None
    """A word and where it leads."""


def sections(thing: CityObject, day: dt.date) -> list[Section]:
    """What the installed modules say of an object, in the order of the ladder."""
    found = []
    for manifest in load():
        if manifest.at_object:
            say = cast("Callable[[CityObject, dt.date], Section]", resolve(manifest.at_object))
            found.append(say(thing, day))
    return found
