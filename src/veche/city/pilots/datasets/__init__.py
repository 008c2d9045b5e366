"""What is published of the programme, and its figures; one file a part."""

from __future__ import annotations

from veche.city.pilots.datasets import evaluations, programme
from veche.figures import Dataset, Figure

DATASETS: tuple[Dataset, ...] = (
    *programme.DATASETS,
    *evaluations.DATASETS,
)
FIGURES: tuple[Figure, ...] = (
    *programme.FIGURES,
    *evaluations.FIGURES,
)
