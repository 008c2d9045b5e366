"""What modules above add to the calendar of a person, as turns of duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Event

    from veche.core.people.models import Person

MORE: list[Callable[[Person, dt.datetime], Iterable[Event]]] = []
"""Each gives the events of a person from a moment on; appended when the program starts."""
