"""Places to look at first in the demo town: three weeks that are over, and the one that runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.pulse.operations import hot
from veche.city.pulse.queries import placed
from veche.core.cases.terms import city_zone
from veche.core.places.queries import atlas

WEEKS = 3


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Forecast each of the last Mondays from what was known then, and say what came."""
    this, city = hot.monday(at), atlas().home()
    if city is None:
        return
    known = placed.events(city, this - dt.timedelta(hot.HISTORY), this)
    made = 0
    for back in range(WEEKS, -1, -1):
        since = this - dt.timedelta(7 * back)
        moment = dt.datetime.combine(since, dt.time(3), city_zone())
        made += len(hot.forecast_week(by=None, at=min(moment, at), since=since, known=known))
    over = hot.publish_weeks(by=None, at=at, known=known)
    report(f"forecasts of places: {made}, over: {over}")
