"""A forecast: the squares to look at first, the plain count's beside them, some cold ones too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veche.city.pulse.engines.hotspots.candidates import COUNT, Past, order, weigh
from veche.city.pulse.engines.hotspots.choosing import Choice, choose
from veche.city.pulse.engines.hotspots.events import Events
from veche.city.pulse.engines.hotspots.grid import Grid
from veche.city.pulse.engines.hotspots.measures import Result, measure

COLD = 0.05
"""Of the visits so many go to squares drawn by lot among those that are not chosen."""


@dataclass(frozen=True)
class Place:
    """A square of a forecast."""

    cell: int
    expected: float
    """Events that the model expects there."""
    count: int
    """Events known there."""


@dataclass(frozen=True)
class Forecast:
    """What was forecast for ``days`` from the day ``until`` (an ordinal) on."""

    grid: Grid
    until: int
    days: int
    choice: Choice
    places: list[Place]
    """Best first."""
    plain: list[int]
    """The squares of the plain count, best first, as many."""
    cold: list[int]
    """Squares drawn by lot, to see what nobody reports."""
    known: int
    """Events it was made from."""
    weights: np.ndarray
    """The share of the coming events that the model gives each square."""
    counts: np.ndarray
    """Events known in each square."""
    rate: float
    """Events expected in all squares together."""

    def expected(self, cell: int) -> float:
        """Events that the model expects in a square."""
        return float(self.weights[cell]) * self.rate

    def counted(self, cell: int) -> int:
        """Events known in a square."""
        return int(self.counts[cell])

    def results(self, events: Events, area: float) -> tuple[Result, Result] | None:
        """What the model's and the plain count's squares caught; None where no day is known.

        ``area`` is that of the whole field in square metres.
        """
        coming = (events.day >= self.until) & (events.day < self.until + self.days)
        if not len(events) or int(events.day.max()) < self.until:
            return None
        came = self._came(events.of(coming))
        part = len(self.places) * self.grid.side**2 / area
        ours = measure(np.array([one.cell for one in self.places], dtype=int), came, part)
        return ours, measure(np.array(self.plain, dtype=int), came, part)

    def _came(self, events: Events) -> np.ndarray:
        """Events a square; those off the grid come into squares beyond its end."""
        column = np.floor(events.x / self.grid.side).astype(np.int64) - self.grid.left
        row = np.floor(events.y / self.grid.side).astype(np.int64) - self.grid.low
        inside = (column >= 0) & (row >= 0)
        inside &= (column < self.grid.columns) & (row < self.grid.rows)
        came = np.bincount((row * self.grid.columns + column)[inside], minlength=self.grid.size)
        far = np.stack([row[~inside], column[~inside]], axis=1)
        return np.concatenate([came, np.unique(far, axis=0, return_counts=True)[1]])


def forecast(
    events: Events, until: int, days: int, squares: int, side: float, *,
    lot: int = 0, choice: Choice | None = None,
) -> Forecast:  # fmt: skip
    """Forecast a kind of event from its days before ``until`` only.

    ``lot`` is the seed of the draw of cold squares. Raises `ValueError` when nothing is known
    before ``until`` and `grid.TooFine` when the squares are too many.
    """
    known = events.of(events.day < until)
    if not len(known):
        raise ValueError("No event is known before that day.")
    grid = Grid.around(known.x, known.y, side)
    choice = choice or choose(known, grid, until, days, squares)
    cell = grid.of(known.x, known.y)
    past = Past(grid, cell, until - known.day)
    weights = weigh(choice.model, past)
    chosen = order(weights, past, squares)
    plain = order(weigh(COUNT, past), past, squares)
    counts = past.count().ravel()
    rate = _a_day(known.day, until) * days
    return Forecast(
        grid, until, days, choice,
        [Place(int(one), float(weights[one]) * rate, int(counts[one])) for one in chosen],
        [int(one) for one in plain],
        _cold(counts, chosen, lot),
        len(known), weights, counts, rate,
    )  # fmt: skip


def _a_day(day: np.ndarray, until: int) -> float:
    """Events a day over the last year, or since the first event."""
    span = min(until - int(day.min()), 365)
    return float((day >= until - span).sum()) / max(span, 1)


def _cold(counts: np.ndarray, chosen: np.ndarray, lot: int) -> list[int]:
    """Squares where something happened once, and not chosen: drawn by lot."""
    once = np.setdiff1d(np.flatnonzero(counts), chosen)
    most = min(max(round(len(chosen) * COLD), 1), len(once))
    return [int(one) for one in np.random.default_rng(lot).choice(once, most, replace=False)]
