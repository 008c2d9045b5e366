"""What may be said of a square from the past: plain counts, smoothed ones, fading ones, blends.

Each gives every square a weight; only the order matters for a choice of squares, and the weights
are shares (they sum to 1), so that blends are fair.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from veche.city.pulse.engines.hotspots.grid import Grid

COUNT = "count"
KDE = "kde"
STANDS = "two-blends"
"""The blend that stands until another one is clearly better: the mean of the two others."""


class Past:
    """The events before a day on a grid; what is reckoned of them is kept."""

    def __init__(self, grid: Grid, cell: np.ndarray, age: np.ndarray) -> None:
        self.grid = grid
        self._cell = cell
        self._age = age
        """Days before the first day of the forecast, 1 for the day before it."""
        self._kept: dict[str, np.ndarray] = {}

    @property
    def events(self) -> int:
        """How many there are."""
        return len(self._cell)

    def count(self, last: int | None = None) -> np.ndarray:
        """Events a square, of the last so many days or of all."""
        return self._once(f"count {last}", lambda: self._sum(
            None if last is None else (self._age <= last).astype(float)))  # fmt: skip

    def fading(self, half_life: float) -> np.ndarray:
        """Events a square, each counting half after so many days."""
        return self._once(f"fading {half_life}", lambda: self._sum(np.exp2(-self._age / half_life)))

    def triggered(self) -> np.ndarray:
        """What is usual, and what follows upon events just past (self-exciting, fixed weights)."""
        return self._once(
            "triggered",
            lambda: (
                0.8 * share(smooth(self.count(), 1.0))
                + 0.2 * share(smooth(self._sum(np.exp2(-self._age / 14)), 0.7))
            ),
        )

    def smoothed(self, width: float, half_life: float | None = None) -> np.ndarray:
        """A kernel density: events spread over a normal curve of ``width`` squares."""
        return self._once(
            f"smoothed {width} {half_life}",
            lambda: smooth(self.count() if half_life is None else self.fading(half_life), width),
        )

    def _once(self, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def _sum(self, weights: np.ndarray | None) -> np.ndarray:
        sums = np.bincount(self._cell, weights=weights, minlength=self.grid.size)
        return np.asarray(sums.astype(float).reshape(self.grid.shape))


def share(weights: np.ndarray) -> np.ndarray:
    """The weights as shares of their sum."""
    total = weights.sum()
    return weights / total if total else weights


def smooth(weights: np.ndarray, width: float) -> np.ndarray:
    """Spread over a normal curve of ``width`` squares, along the rows and then the columns."""
    reach = int(np.ceil(3.5 * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padded = np.pad(weights, [(reach, reach) if axis == one else (0, 0) for one in (0, 1)])
        length = weights.shape[axis]
        spread = np.zeros_like(weights)
        for nth, weight in enumerate(kernel):
            spread += weight * np.take(padded, np.arange(nth, nth + length), axis=axis)
        weights = spread
    return weights


def shrunk(counts: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Counts drawn towards what their surroundings have (negative binomial, by moments)."""
    squares = float((around * around).sum())
    if not squares:
        return counts
    over = max(float(((counts - around) ** 2 - around).sum()) / squares, 1e-3)
    return np.asarray(around * (counts + 1 / over) / (around + 1 / over))


CANDIDATES: dict[str, Callable[[Past], np.ndarray]] = {
    STANDS: lambda p: share(p.count()) + 2 * share(p.fading(730)) + 3 * share(p.smoothed(1.0)),
    "fading-and-kde": lambda p: share(p.fading(730)) + 2 * share(p.smoothed(1.0)),
    "blend": lambda p: share(p.count()) + share(p.fading(730)) + share(p.smoothed(1.0)),
    COUNT: lambda p: p.count(),
    "count-365": lambda p: p.count(365),
    KDE: lambda p: p.smoothed(1.0),
    "kde-narrow": lambda p: p.smoothed(0.5),
    "kde-wide": lambda p: p.smoothed(2.0),
    "kde-fading": lambda p: p.smoothed(1.0, 90),
    "self-exciting": lambda p: p.triggered(),
    "negative-binomial": lambda p: shrunk(p.count(), p.smoothed(2.0)),
}
"""By name; the first stands until another is clearly better."""


def weigh(name: str, past: Past) -> np.ndarray:
    """The share of the coming events that a candidate gives each square, in a row."""
    return share(CANDIDATES[name](past)).ravel()


def order(weights: np.ndarray, past: Past, most: int) -> np.ndarray:
    """The best squares, best first; equals by what lies around them, then by number."""
    around = past.smoothed(2.0).ravel()
    likely = np.argpartition(-weights, min(4 * most, len(weights) - 1))[: 4 * most]
    edge = weights[likely].min()
    among = np.flatnonzero(weights >= edge) if edge > 0 else np.flatnonzero(weights > 0)
    if len(among) < most:
        among = np.arange(len(weights))
    best = np.lexsort((among, -around[among], -weights[among]))[:most]
    return np.asarray(among[best])
