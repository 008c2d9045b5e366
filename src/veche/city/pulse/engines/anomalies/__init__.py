"""Tell, value by value, how unusual a series has just become."""

from __future__ import annotations

from veche.city.pulse.engines.anomalies.detector import Detector, last_score, scores
from veche.city.pulse.engines.anomalies.series import Unreadable, read_series

__all__ = ["Detector", "Unreadable", "last_score", "read_series", "scores"]
