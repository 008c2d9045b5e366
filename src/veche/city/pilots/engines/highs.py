"""Linear programs for HiGHS, laid out column by column; nothing of what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

GAP = 1e-4
"""A program in whole numbers is solved when none is better by more than this share."""


def whole_numbers(first: int, rest: int) -> list[Any]:
    """For `program`: the first variables are whole numbers, the rest any."""
    import highspy

    kinds = highspy.HighsVarType
    return [kinds.kInteger] * first + [kinds.kContinuous] * rest


def version() -> str:
    """The version of the solver."""
    import highspy  # slow to load, and few who import this module solve anything

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    return str(solver.version())


def program(
    *,
    columns: Sequence[tuple[Whole, Floats]],
    extra: tuple[Whole, Floats],
    cost: Floats,
    bounds: tuple[Floats, Floats],
    limits: tuple[Floats, Floats],
) -> Any:
    """A linear program for HiGHS. The first variables stand each in as many rows as ``columns``
    has entries (row numbers and coefficients); the others, ``extra``, in one row each."""
    import highspy

    lp = highspy.HighsLp()
    each, n = len(columns), len(columns[0][0])
    lp.num_col_, lp.num_row_ = len(cost), len(limits[0])
    lp.col_cost_, lp.sense_ = cost, highspy.ObjSense.kMaximize
    lp.col_lower_, lp.col_upper_ = bounds
    lp.row_lower_, lp.row_upper_ = limits
    matrix = lp.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_ = np.concatenate([
        np.arange(n) * each, n * each + np.arange(len(extra[0]) + 1)
    ]).astype(np.int32)  # fmt: skip
    rows = np.stack([row for row, _value in columns], axis=1).ravel()
    values = np.stack([value for _row, value in columns], axis=1).ravel()
    matrix.index_ = np.concatenate([rows, extra[0]]).astype(np.int32)
    matrix.value_ = np.concatenate([values, extra[1]])
    return lp


def run(lp: Any, seed: int, patience: float) -> tuple[Floats | None, Floats, float]:
    """Values, reduced costs (of a program without whole numbers) and objective; no values where it
    has no solution."""
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for name, value in (
        ("random_seed", seed % 2**31), ("threads", 1), ("time_limit", patience),
        ("mip_rel_gap", GAP),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    solver.run()
    info = solver.getInfo()
    # 2: a solution that keeps every row and bound is there.
    if info.primal_solution_status != 2:
        return None, np.zeros(0), -np.inf
    found = solver.getSolution()
    reduced = np.array(found.col_dual) if found.col_dual else np.zeros(len(found.col_value))
    return np.array(found.col_value), reduced, float(info.objective_function_value)
