"""What is published of the programme, and its figures; one file a part."""

from __future__ import annotations

from veche.figures import Dataset, Figure

DATASETS: tuple[Dataset, ...] = ()
FIGURES: tuple[Figure, ...] = ()
