"""What is published of dispatch: incidents, their steps, packets, marks of offices, codes."""

from __future__ import annotations

from veche.city.dispatch import datasets_modes, datasets_units, indicators
from veche.city.dispatch.datasets_incidents import INCIDENTS, STEPS, TASKS

DATASETS = (INCIDENTS, TASKS, STEPS, *datasets_modes.DATASETS, *datasets_units.DATASETS)
FIGURES = (*indicators.FIGURES, *datasets_units.FIGURES)
