"""The audits of the demo town: what the rule finds in its past year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.audits.operations import open_audits


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Let the rule look at the town as it stood an hour ago."""
    opened = open_audits(by=None, at=at - dt.timedelta(hours=1))
    report(f"audits: {opened}")
