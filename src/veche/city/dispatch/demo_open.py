"""What is open in the demo town now, told by the operations themselves, and its drill of today."""

from __future__ import annotations

import datetime as dt
from importlib import resources

from veche.city.dispatch.scenario import perform, read

BEFORE = dt.timedelta(days=1)
"""So long before the present the town's day begins."""


def load(*, at: dt.datetime) -> int:
    """Play the town's day and its drill; returns how many incidents they made."""
    count = 0
    for name, drill in (("dispatch-now.toml", False), ("dispatch-drill.toml", True)):
        script = read((resources.files("veche.town") / name).read_text(encoding="utf-8"))
        run = perform(script, begun=at - BEFORE, drill=drill)
        count += len(set(run.incidents.values()))
    return count
