"""The strategy of the demo town, and its promises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.delivery import demo_promises, demo_strategy


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Import the strategy, write the promises."""
    report(f"strategy: {demo_strategy.load(at=at)} items")
    report(f"promises: {demo_promises.load(at=at)}")
