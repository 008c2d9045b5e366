"""Where events of a kind are to be expected next, on a fixed grid."""

from __future__ import annotations

from veche.city.pulse.engines.hotspots.choosing import Choice, choose
from veche.city.pulse.engines.hotspots.events import Events, Unreadable, read_events
from veche.city.pulse.engines.hotspots.forecast import Forecast, Place, forecast
from veche.city.pulse.engines.hotspots.grid import Grid
from veche.city.pulse.engines.hotspots.measures import Result, measure

__all__ = [
    "Choice",
    "Events",
    "Forecast",
    "Grid",
    "Place",
    "Result",
    "Unreadable",
    "choose",
    "forecast",
    "measure",
    "read_events",
]
