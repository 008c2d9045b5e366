"""The programme of the demo town: its past in bulk, and its named stories by operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.pilots.demo import asked, past, setup, stories


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Found the programme, load three years of it, then what the cast has to do now."""
    del town
    ground = setup.load(at=at)
    count = past.load(ground)
    stories.load(ground)
    asked.load(at=at)
    report(f"pilots: {count}")
