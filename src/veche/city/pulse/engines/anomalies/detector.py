"""One detector for every series: a value is unusual when nothing like it was ever seen.

Three things are watched: the value, the mean of the last 24 and the spread of the last 72. Each
is compared with everything like it seen before (`novelty`), and the three surprises are put
together. A surprise is told once: while a greater one is fresh, the lesser ones are silent. And a
series that surprises all the time surprises less: what was told lately is held against it.

It learns as it goes, needs no period, no unit and no training, and is the same for all series.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

from veche.city.pulse.engines.anomalies.novelty import Novelty

REMEMBERED = 30_000
"""So many values are remembered."""
JUDGED_BY = 8_000
"""So many distances say what distance is rare."""
SHORT, LONG = 24, 72
"""The lengths of the mean and of the spread, in values."""
WEIGHTS = (1.0, 0.5, 0.75)
"""What the value, the mean and the spread count."""
QUIET = 150
"""For so many values after a surprise only a greater one is told."""
LATELY = 6_000
"""What was told within so many values is held against a new surprise …"""
LOUD = 1.5
"""… if it was as great as this, …"""
HABIT = 0.5
"""… by so much for each tenfold of it."""


class Detector:
    """Tells how unusual each value of one series is as it comes.

    Equal values in equal order give equal scores, on every machine.
    """

    def __init__(self, remembered: int = REMEMBERED, judged_by: int = JUDGED_BY) -> None:
        self._value = Novelty(remembered, judged_by)
        self._mean = Novelty(remembered, judged_by)
        self._spread = Novelty(remembered, judged_by)
        self._last: deque[float] = deque(maxlen=LONG)
        self._row = 0
        self._peaks: deque[tuple[int, float]] = deque()
        """Surprises of the quiet time, each smaller than the one before it."""
        self._told: deque[int] = deque()

    def update(self, value: float) -> float:
        """The score of the next value, 0 (as ever) to 1 (never anything like it).

        A value that is missing (NaN or infinite) scores 0 and is not learned from.
        """
        self._row += 1
        if not math.isfinite(value):
            return 0.0
        return 1.0 - math.pow(2.0, -self._told_once(self._surprise(value)))

    def _surprise(self, value: float) -> float:
        last = self._last
        last.append(value)
        held = list(last)
        parts = [self._value.surprise(value)]
        if len(held) >= SHORT:
            parts.append(self._mean.surprise(math.fsum(held[-SHORT:]) / SHORT))
        if len(held) >= LONG:
            middle = math.fsum(held) / LONG
            squares = [(one - middle) * (one - middle) for one in held]
            parts.append(self._spread.surprise(math.sqrt(math.fsum(squares) / LONG)))
        return sum(w * part for w, part in zip(WEIGHTS, parts, strict=False)) / sum(WEIGHTS)

    def _told_once(self, surprise: float) -> float:
        """The surprise if it is the greatest of the quiet time, less what habit takes; else 0."""
        peaks = self._peaks
        while peaks and peaks[0][0] < self._row - QUIET:
            peaks.popleft()
        greatest = peaks[0][1] if peaks else 0.0
        while peaks and peaks[-1][1] <= surprise:
            peaks.pop()
        peaks.append((self._row, surprise))
        if surprise <= greatest:
            return 0.0
        told = self._told
        while told and told[0] < self._row - LATELY:
            told.popleft()
        left = surprise - HABIT * math.log10(1 + len(told))
        if surprise >= LOUD:
            told.append(self._row)
        return max(left, 0.0)


def scores(values: Iterable[float]) -> list[float]:
    """One score a value, in order, by a detector that begins with the first."""
    detector = Detector()
    return [detector.update(value) for value in values]


def last_score(values: Iterable[float], of_the_last: int = 1) -> float:
    """The greatest score of the last so many values; 0 for an empty series."""
    return max(scores(values)[-of_the_last:], default=0.0)
