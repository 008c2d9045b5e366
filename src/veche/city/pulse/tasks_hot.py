"""Places to look at first are forecast beside the timers: years of events are read for it."""

from __future__ import annotations

from veche import clock
from veche.city.pulse.operations import hot
from veche.jobs import job


@job
def forecast_places() -> None:
    """Forecast the week that has begun, and publish the last, unless that is done."""
    hot.look(at=clock.now())
