"""What the worker does for the pulse: it looks for jobs in modules of this name alone."""

from __future__ import annotations

from veche.city.pulse.tasks_alarms import tell_watch
from veche.city.pulse.tasks_hot import forecast_places
from veche.city.pulse.tasks_polling import poll_source
from veche.city.pulse.tasks_signs import reckon_touched
from veche.city.pulse.tasks_sources import tell_of_end, tell_owners

__all__ = [
    "forecast_places",
    "poll_source",
    "reckon_touched",
    "tell_of_end",
    "tell_owners",
    "tell_watch",
]
