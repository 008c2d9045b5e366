"""Duty lists, rotations and the handbook of the demo town."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.dispatch.operations.town_duty import load_duty, load_handbook


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Put people on duty and write the handbook."""
    from veche.town.dispatch import kinds

    del town
    turns = load_duty(by=None, at=at)
    entries = load_handbook(by=None, at=at, kinds=kinds())
    report(f"turns of duty: {turns}, entries of the handbook: {entries}")
