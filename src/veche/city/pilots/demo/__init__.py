"""The programme of the demo town: its past in bulk, and its named stories by operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

PARTS: tuple[ModuleType, ...] = ()
"""What the demo is made of, in this order."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Load every part."""
    for part in PARTS:
        part.load(town=town, at=at, report=report)
