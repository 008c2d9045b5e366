"""What is published of the programme, and its figures; one file a part."""

from __future__ import annotations

from veche.city.pilots.datasets import evaluations, programme, scores, sites
from veche.figures import Dataset, Figure

DATASETS: tuple[Dataset, ...] = (
    *programme.DATASETS,
    *sites.DATASETS,
    *evaluations.DATASETS,
    *scores.DATASETS,
)
FIGURES: tuple[Figure, ...] = (
    *programme.FIGURES,
    *sites.FIGURES,
    *evaluations.FIGURES,
    *scores.FIGURES,
)
