"""What one part of the programme shows on the page of an application."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

STAFF = ("agency", "department")
"""Who runs the programme, and who supervises the trial and may buy."""


@dataclass(frozen=True)
class Section:
    """A part of the page of an application: its template, and who is shown it when.

    ``context(application, person, at)`` gives what the template is told, or nothing (None) where
    there is nothing to show; the template also has ``application``, ``case``, ``relations`` and
    ``now``. The page asks it only for readers whom `shown` lets through, and never for somebody who
    may not know of the application; what a reader may see *within* the section it decides itself.
    """

    part: str
    """A name of its own; the section's address on the page is ``#part``."""
    states: tuple[str, ...]
    """In which states of the procedure it stands there; empty: in all."""
    template: str
    context: Callable[[Application, Person | None, dt.datetime], Mapping[str, Any] | None]
    public: bool = False
    """Whether everybody reads it once the application has been decided about."""
    relations: tuple[str, ...] = STAFF
    """Who reads it before that, and after it if it is not public: names of
    `veche.city.pilots.access.applications.RELATIONS`."""

    def shown(self, state: str, relations: frozenset[str], *, decided: bool) -> bool:
        """Whether somebody who stands so to an application in this state is shown it."""
        if self.states and state not in self.states:
            return False
        return bool(relations & set(self.relations)) or (self.public and decided)
