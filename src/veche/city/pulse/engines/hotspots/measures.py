"""How well a choice of squares met what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Result:
    """What the chosen squares caught."""

    hits: int
    events: int
    """All that came."""
    best: int
    """The most that any choice of as many squares could have caught."""
    pai: float | None
    """The prediction accuracy index: the share of events over the share of the area."""
    pei: float | None
    """PEI*: what was caught of what could have been."""

    def as_json(self) -> dict[str, object]:
        """For files and answers."""
        return {
            "hits": self.hits, "events": self.events, "best": self.best,
            "pai": None if self.pai is None else round(self.pai, 4),
            "pei": None if self.pei is None else round(self.pei, 4),
        }  # fmt: skip


def measure(chosen: np.ndarray, came: np.ndarray, area_share: float) -> Result:
    """Measure a choice: ``came`` has the events of every square; ``area_share`` is of the whole."""
    events = int(came.sum())
    hits = int(came[chosen].sum())
    most = min(len(chosen), len(came))
    best = int(np.partition(came, len(came) - most)[len(came) - most :].sum()) if most else 0
    return Result(
        hits, events, best,
        hits / events / area_share if events and area_share else None,
        hits / best if best else None,
    )  # fmt: skip
