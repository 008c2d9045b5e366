"""The fixed grid: squares whose corners are whole multiples of their side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MARGIN = 4
"""So many empty squares are kept around everything, for what smooths over the edge."""
MOST = 4_000_000
"""A grid of more squares is refused."""


class TooFine(ValueError):
    """The squares are too small for so wide a field."""


@dataclass(frozen=True)
class Grid:
    """Squares of ``side`` metres; the first begins at ``left``, ``low`` (in sides)."""

    side: float
    left: int
    low: int
    columns: int
    rows: int

    @classmethod
    def around(cls, x: np.ndarray, y: np.ndarray, side: float) -> Grid:
        """The grid that holds all points (metres). Raises `TooFine` and `ValueError`."""
        if not side > 0 or not len(x):
            raise ValueError("A grid needs a side and points.")
        ends = [float(np.floor(v / side)) for v in (x.min(), y.min(), x.max(), y.max())]
        columns, rows = ends[2] - ends[0] + 1 + 2 * MARGIN, ends[3] - ends[1] + 1 + 2 * MARGIN
        if columns * rows > MOST:
            raise TooFine("The cells are too small for so wide a field.")
        return cls(side, int(ends[0]) - MARGIN, int(ends[1]) - MARGIN, int(columns), int(rows))

    @property
    def size(self) -> int:
        """How many squares there are."""
        return self.columns * self.rows

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as arrays of the grid have them."""
        return self.rows, self.columns

    def of(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The number of the square of each point."""
        column = np.floor(x / self.side).astype(np.int64) - self.left
        row = np.floor(y / self.side).astype(np.int64) - self.low
        return np.asarray(row * self.columns + column)

    def corner(self, number: int) -> tuple[float, float]:
        """The lower left corner of a square, in metres."""
        row, column = divmod(number, self.columns)
        return (self.left + column) * self.side, (self.low + row) * self.side
