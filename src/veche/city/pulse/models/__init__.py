"""Tables of sources, things and their readings, indicators and alarms."""

from __future__ import annotations

from veche.city.pulse.models.alarms import Alarm, AlarmChange, Situation
from veche.city.pulse.models.hot import Forecast, ForecastCell
from veche.city.pulse.models.indicators import Baseline, Indicator, Value, Vital
from veche.city.pulse.models.maintenance import Maintenance
from veche.city.pulse.models.readings import Daily, Hourly, Owed, Reading
from veche.city.pulse.models.sources import (
    Agreement,
    Application,
    Look,
    Refusal,
    Source,
    SourceKey,
    SourceTurn,
)
from veche.city.pulse.models.things import (
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Stream,
    StreamProperty,
    Thing,
)

__all__ = [
    "Agreement",
    "Alarm",
    "AlarmChange",
    "Application",
    "Baseline",
    "Daily",
    "FeatureOfInterest",
    "Forecast",
    "ForecastCell",
    "HistoricalLocation",
    "Hourly",
    "Indicator",
    "Location",
    "Look",
    "Maintenance",
    "ObservedProperty",
    "Owed",
    "Reading",
    "Refusal",
    "Sensor",
    "Situation",
    "Source",
    "SourceKey",
    "SourceTurn",
    "Stream",
    "StreamProperty",
    "Thing",
    "Value",
    "Vital",
]
