"""How far a value lies from everything seen before, and how rare such a distance is."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque

MOST = 40.0
"""The greatest surprise told: one in ten to the fortieth is not worth telling from less."""
TOP = 0.02
"""The share of the distances whose tail is taken for exponential."""
FEWEST = 5
"""The tail is made of no fewer distances than this."""
WARM = 50
"""So many distances must be known before any is judged."""


class Memory:
    """The last so many values, kept in order of size."""

    def __init__(self, most: int) -> None:
        self.sorted: list[float] = []
        self._coming: deque[float] = deque()
        self._most = most

    def add(self, value: float) -> None:
        """Remember a value and forget the oldest beyond the limit."""
        insort(self.sorted, value)
        self._coming.append(value)
        if len(self._coming) > self._most:
            oldest = self._coming.popleft()
            del self.sorted[bisect_left(self.sorted, oldest)]

    def distance(self, value: float) -> float:
        """How far the nearest remembered value lies; 0 when nothing is remembered."""
        known = self.sorted
        if not known:
            return 0.0
        at = bisect_left(known, value)
        above = known[at] - value if at < len(known) else math.inf
        below = value - known[at - 1] if at else math.inf
        return min(above, below)


class Tail:
    """Turns an amount into a surprise: minus the logarithm (to 10) of how often one as large comes.

    Inside what was seen it is the share of amounts as large; beyond the upper two per cent the
    tail is taken to fall off as an exponential does, so that a record is told from a great record.
    """

    def __init__(self, most: int) -> None:
        self._memory = Memory(most)

    def surprise(self, amount: float) -> float:
        """The surprise of an amount (0 … 40) against those before it; then remember it."""
        known = self._memory.sorted
        count = len(known)
        told = 0.0
        if count >= WARM:
            top = max(int(count * TOP), FEWEST)
            edge = known[count - top]
            if amount > edge:
                excess = sum(known[count - top + 1 :]) / (top - 1) - edge
                excess = max(excess, 1e-9 * (abs(edge) + 1e-9))
                told = math.log10(count / top) + (amount - edge) / excess / math.log(10)
            else:
                told = math.log10((count + 1) / (count - bisect_left(known, amount) + 1))
        self._memory.add(amount)
        return min(told, MOST)


class Novelty:
    """The surprise of the distance between a value and all values before it."""

    def __init__(self, remembered: int, judged_by: int) -> None:
        self._values = Memory(remembered)
        self._tail = Tail(judged_by)

    def surprise(self, value: float) -> float:
        """How surprising a value is (0 … 40); then remember it."""
        distance = self._values.distance(value)
        self._values.add(value)
        return self._tail.surprise(distance)
