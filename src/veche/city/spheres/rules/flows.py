"""Tables of where people ride, in which nothing and no difference speaks of fewer than five.

Cells below the limit are left out. The sums of rows and columns are published, so a single gap in
a line would be found by subtracting: further cells are left out until, whatever is reckoned from
what is published, every gap may hold numbers so far apart that none is known within the limit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

LEAST = 5
"""A published number is nought or speaks of so many."""

Cell = tuple[int, int]
"""Row and column."""


def joined(table: Mapping[Cell, int], least: int = LEAST) -> tuple[dict[int, int], dict[int, int]]:
    """Into which row and column each one goes, so that no sum of a line is below the limit.

    Lines that are too small become one with the next smallest, under the number of the largest of
    them.
    """
    return _joined(table, 0, least), _joined(table, 1, least)


def _joined(table: Mapping[Cell, int], side: int, least: int) -> dict[int, int]:
    sums: dict[int, int] = {}
    for cell, count in table.items():
        sums[cell[side]] = sums.get(cell[side], 0) + count
    order = sorted(sums, key=lambda line: (sums[line], line))
    small = [line for line in order if sums[line] < least]
    rest = order[len(small) :]
    while small and rest and sum(sums[line] for line in small) < least:
        small.append(rest.pop(0))
    return {line: small[-1] if line in small else line for line in order}


def suppressed(table: Mapping[Cell, int], least: int = LEAST) -> set[Cell] | None:
    """The cells that must be left out when all others and the sums of lines are published; None:
    nothing can hide them, and the table must not be published.

    Cells that hold nothing are published as nought; they need not stand in ``table``.
    """
    values = {cell: count for cell, count in table.items() if count > 0}
    secret = {cell for cell, count in values.items() if count < least}
    gaps = set(secret)
    while known := _known(values, gaps, secret, least):
        more = next(
            (new for cell in sorted(known) if (new := _companions(values, gaps, cell))), None
        )
        if more is None:
            return None
        gaps |= more
    return gaps


def _companions(values: Mapping[Cell, int], gaps: set[Cell], cell: Cell) -> set[Cell]:
    """The smallest published cells that make a rectangle with a gap, or a line through it."""
    row, column = cell
    best: tuple[int, set[Cell]] | None = None
    rows = {r for r, _ in values}
    columns = {c for _, c in values}
    for r in rows - {row}:
        for c in columns - {column}:
            corners = {(row, c), (r, column), (r, c)}
            if not corners <= values.keys():
                continue
            new = corners - gaps
            if new:
                cost = sum(values[one] for one in new)
                if best is None or cost < best[0]:
                    best = (cost, new)
    return best[1] if best else set()


def _known(
    values: Mapping[Cell, int], gaps: set[Cell], secret: set[Cell], least: int
) -> set[Cell]:  # fmt: skip
    """The secret cells whose possible values lie closer together than the limit."""
    return {cell for cell in secret if _room(values, gaps, cell, least) < least}


def _room(values: Mapping[Cell, int], gaps: set[Cell], cell: Cell, enough: int) -> int:
    """How far apart the possible values of a gap lie, as far as ``enough`` matters.

    The sums of the gaps of every line are known, so that values move around closed ways of gaps
    only: how much can flow from the row of the gap to its column through other gaps, upwards
    without limit and downwards to one: everybody knows that a gap is no nought.
    """
    return min(
        enough,
        _flow(values, gaps, cell, up=True, most=enough)
        + _flow(values, gaps, cell, up=False, most=enough),
    )


def _flow(values: Mapping[Cell, int], gaps: set[Cell], cell: Cell, *, up: bool, most: int) -> int:
    """By how much a gap can grow (``up``) or shrink while all sums stay: a greatest flow.

    When it grows by one, another gap of its row shrinks by one, in whose column another grows, and
    so on back to its own column; what shrinks can do so to one only, for noughts are published.
    """
    row, column = cell
    limit = most if up else min(most, values[cell] - 1)
    by_row: dict[int, list[int]] = {}
    by_column: dict[int, list[int]] = {}
    for r, c in gaps - {cell}:
        by_row.setdefault(r, []).append(c)
        by_column.setdefault(c, []).append(r)
    change: dict[Cell, int] = {}
    total = 0
    while total < limit:
        # Rows and columns by turns: out of a row a gap goes against `cell`, out of a column with.
        came: dict[tuple[str, int], tuple[str, int]] = {}
        start, end = ("row", row), ("column", column)
        queue = deque([start])
        while queue and end not in came:
            kind, number = here = queue.popleft()
            for other in (by_row if kind == "row" else by_column).get(number, ()):
                there = ("column" if kind == "row" else "row", other)
                gap = (number, other) if kind == "row" else (other, number)
                shrinks = (kind == "row") == up
                free = most if not shrinks else values[gap] - 1 + change.get(gap, 0)
                if there != start and there not in came and free > 0:
                    came[there] = here
                    queue.append(there)
        if end not in came:
            return total
        at = end
        while at != start:
            before = came[at]
            gap = (before[1], at[1]) if before[0] == "row" else (at[1], before[1])
            shrinks = (before[0] == "row") == up
            change[gap] = change.get(gap, 0) + (-1 if shrinks else 1)
            at = before
        total += 1
    return total
