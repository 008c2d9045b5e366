"""The dispatch of the demo town: its kinds, a year of incidents, and what is open now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.dispatch import (
    demo_alerts,
    demo_duty,
    demo_housing,
    demo_modes,
    demo_open,
    demo_reviews,
    demo_screens,
    demo_setup,
)
from veche.city.dispatch.operations.history import load_history
from veche.core.people.demo import BEFORE

PARTS = (demo_duty, demo_modes, demo_alerts, demo_reviews, demo_housing, demo_screens)
"""What stands beside the incidents, in this order."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Set the kinds, load the past, open what is open now, then everything beside it."""
    from veche.town.dispatch import history

    kinds = demo_setup.load(town=town, since=at - BEFORE)
    name = town.__name__.rpartition(".")[2]
    count = load_history(by=None, at=at, past=history(at), kinds=kinds, town=name)
    opened = demo_open.load(at=at)
    report(f"incidents: {count + opened}")
    for part in PARTS:
        part.load(town=town, at=at, report=report)
