"""A screen that hangs in the duty room of the demo town."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.dispatch.operations.screens import hang_screen, look
from veche.core.people.models import Person

NAME = "Дежурная часть, второй этаж"
HUNG = dt.timedelta(days=40)
"""For so long it has hung; it looked last a quarter of an hour ago."""
LOOKED = dt.timedelta(minutes=15)


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Hang the screen; its address is told to nobody, a new one is given on its page."""
    del town
    watch = Person.objects.filter(cast="watch").first()
    if watch is None:
        return
    screen, _word = hang_screen(by=watch, at=at - HUNG, name=NAME, inside=True)
    look(at=at - LOOKED, screen=screen)
    report("screens in rooms: 1")
