"""Which candidate serves a kind of event: judged on its own past, origin after origin.

The blend stands unless another caught clearly more over the past origins (a paired difference of
more than two and a half standard errors, where overlapping horizons count once): a few lucky hits
do not unseat it. So what is chosen is seldom worse than the plain count by more than chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veche.city.pulse.engines.hotspots.candidates import CANDIDATES, STANDS, Past, order, weigh
from veche.city.pulse.engines.hotspots.events import Events
from veche.city.pulse.engines.hotspots.grid import Grid

LEARNING = 270
"""Days of the past that the first origin must have behind it; half of a shorter past."""
STEP = 30
"""Days between two origins."""
ORIGINS = 24
"""No more than so many origins, the newest."""
CLEARLY = 2.5
"""Standard errors."""
FEWEST = 6
"""So many origins are needed before anything but the blend is chosen."""


@dataclass(frozen=True)
class Choice:
    """What was chosen and why."""

    model: str
    origins: int
    hits: dict[str, int]
    """What each candidate caught over all origins, with as many squares as asked for."""
    events: int
    """All that came over all origins."""

    def as_json(self) -> dict[str, object]:
        """For files and answers."""
        return {
            "model": self.model, "origins": self.origins, "events": self.events, "hits": self.hits,
        }  # fmt: skip


def origins(first: int, until: int, days: int) -> list[int]:
    """The days on which the past is asked what it would have forecast, oldest first."""
    newest = until - days
    learning = min(LEARNING, (until - first) // 2)
    count = (newest - first - learning) // STEP + 1
    return [newest - STEP * back for back in reversed(range(max(min(count, ORIGINS), 0)))]


def choose(events: Events, grid: Grid, until: int, days: int, squares: int) -> Choice:
    """Choose a candidate for the ``days`` from ``until`` on, by days before it only.

    Days are ordinals (`datetime.date.toordinal`).
    """
    cell = grid.of(events.x, events.y)
    known = events.day < until
    cell, day = cell[known], events.day[known]
    at = origins(int(day.min()), until, days) if len(day) else []
    sizes = sorted({max(squares // 2, 1), squares, squares * 2})
    caught = np.zeros((len(CANDIDATES), len(at), len(sizes)))
    came = 0
    for nth, origin in enumerate(at):
        before = day < origin
        past = Past(grid, cell[before], origin - day[before])
        coming = (day >= origin) & (day < origin + days)
        future = np.bincount(cell[coming], minlength=grid.size)
        came += int(coming.sum())
        for row, name in enumerate(CANDIDATES):
            best = order(weigh(name, past), past, sizes[-1])
            sums = np.cumsum(future[best])
            caught[row, nth] = [sums[min(size, len(sums)) - 1] for size in sizes]
    names = list(CANDIDATES)
    hits = {name: int(caught[row, :, sizes.index(squares)].sum()) for row, name in enumerate(names)}
    return Choice(_best(names, caught, days), len(at), hits, came)


def _best(names: list[str], caught: np.ndarray, days: int) -> str:
    stands = names.index(STANDS)
    count = caught.shape[1]
    if count < FEWEST:
        return STANDS
    effective = max(count * STEP / max(days, STEP), 1.0)
    best, lead = STANDS, CLEARLY
    for row, name in enumerate(names):
        each = ((caught[row] - caught[stands]) / np.sqrt(caught[stands] + 1)).sum(axis=1)
        error = float(each.std(ddof=1)) / effective**0.5
        far = float(each.mean()) / error if error else 0.0
        if far > lead:
            best, lead = name, far
    return best
