"""Scores of what several experts marked, with the experts' severity taken out.

A mean of marks is unfair to whoever was read by the severe. Here the score y of application i by
expert j is taken as ``y = a(i) + b(j) + e``: the applications' own scores are fixed, severities
``b ~ N(0, s² q)`` and the rest ``e ~ N(0, s²)`` random. With the ratio q known, a and b solve the
mixed model equations (C. R. Henderson, Best linear unbiased estimation and prediction under a
selection model, Biometrics 31, 1975); q and s² are those of restricted maximum likelihood (REML;
H. D. Patterson, R. Thompson, Recovery of inter-block information, Biometrika 58, 1971). In a
balanced table they are the well-known ones of the analysis of variance.

The standard error is that of a(i): of the noise and of not knowing the severities. Where nothing
is read twice neither can be known: the adjusted score is the mean then, without an error.

NumPy alone: nothing here knows of people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LARGEST = 1e4
"""The largest ratio q that is looked for."""
DRAWS = 2000
"""How often the scores are drawn anew to see how their ranks vary."""


@dataclass(frozen=True)
class Score:
    """The score of one application."""

    mean: float
    """The plain mean of its experts' scores."""
    adjusted: float
    error: float | None
    """Standard error of `adjusted`; None: nothing is known of it."""
    low: float
    """The lowest of its experts' scores, and the highest."""
    high: float
    reviews: int


@dataclass(frozen=True)
class Scores:
    """Scores of all, in the order of their numbers, and what was found about the experts."""

    scores: tuple[Score, ...]
    severity: tuple[float, ...]
    """How much each expert marks above (+) or below (−) the others, in marks."""
    ratio: float
    """q: how much the experts differ, against the rest."""
    noise: float | None
    """s: standard deviation of the rest; None: not known."""
    cover: Floats
    """Covariance of the adjusted scores, application × application; zeros where not known."""


def weighted(marks: Sequence[float], weights: Sequence[float]) -> float:
    """The score of one review: the mean of its marks, each counted by its weight.

    Raises:
        ValueError: no marks, or the weights add up to nothing.
    """
    total = sum(weights)
    if not marks or len(marks) != len(weights) or total <= 0:
        raise ValueError("marks and weights differ")
    return sum(m * w for m, w in zip(marks, weights, strict=True)) / total


def scores(rows: Sequence[tuple[int, int, float]]) -> Scores:
    """Scores from rows of (application, expert, score), both numbered from 0 without a gap.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("no marks")
    item = np.array([row[0] for row in rows])
    rater = np.array([row[1] for row in rows])
    y = np.array([row[2] for row in rows], dtype=np.float64)
    items, raters = int(item.max()) + 1, int(rater.max()) + 1
    times = np.bincount(item, minlength=items).astype(float)
    if (times == 0).any():
        raise ValueError("an application without marks")
    mean = np.bincount(item, weights=y, minlength=items) / times
    within: Floats = y - mean[item]
    # How often an expert read an application; then what the experts share once the applications'
    # own scores are taken out: the Laplacian of who read together with whom.
    table = np.zeros((raters, items))
    np.add.at(table, (rater, item), 1.0)
    shared: Floats = np.diag(table.sum(axis=1)) - (table / times) @ table.T
    right: Floats = np.bincount(rater, weights=within, minlength=raters).astype(np.float64)
    roots, axes = np.linalg.eigh(shared)
    roots = np.maximum(np.asarray(roots, dtype=np.float64), 0.0)
    turned: Floats = np.asarray(axes.T @ right, dtype=np.float64)
    free, spread = len(rows) - items, float(within @ within)
    ratio = _ratio(roots, turned, spread, free)
    severity = axes @ (ratio * turned / (1.0 + ratio * roots))
    rest = max(spread - float((ratio * turned**2 / (1.0 + ratio * roots)).sum()), 0.0)
    noise2 = rest / free if free > 0 else None
    adjusted = mean - (table.T @ severity) / times
    cover = np.zeros((items, items))
    if noise2 is not None:
        inverse = (axes * (ratio / (1.0 + ratio * roots))) @ axes.T
        part = table.T / times[:, None]
        cover = noise2 * (np.diag(1.0 / times) + part @ inverse @ part.T)
    low, high = np.full(items, np.inf), np.full(items, -np.inf)
    np.minimum.at(low, item, y)
    np.maximum.at(high, item, y)
    return Scores(
        scores=tuple(
            Score(
                float(mean[i]),
                float(adjusted[i]),
                float(np.sqrt(cover[i, i])) if noise2 is not None else None,
                float(low[i]),
                float(high[i]),
                int(times[i]),
            )
            for i in range(items)
        ),
        severity=tuple(float(one) for one in severity),
        ratio=ratio,
        noise=None if noise2 is None else float(np.sqrt(noise2)),
        cover=cover,
    )


def _ratio(roots: Floats, turned: Floats, spread: float, free: int) -> float:
    """The q that makes the restricted likelihood largest; 0 where the marks cannot tell."""
    if free <= 0 or spread <= 1e-12 or not (roots > 1e-9).any():
        return 0.0

    def worth(q: float) -> float:
        rest = spread - float((q * turned**2 / (1.0 + q * roots)).sum())
        kept = max(rest, 1e-12 * spread)
        return -0.5 * (free * math.log(kept) + float(np.log1p(q * roots).sum()))

    grid = np.concatenate([[0.0], np.geomspace(1e-4, LARGEST, 65)])
    found = [worth(float(q)) for q in grid]
    best = int(np.argmax(found))
    # Flat: with so few marks severity and noise cannot be told apart; then nobody is corrected.
    if best == 0 or found[best] - found[0] < 1e-9:
        return 0.0
    low, high = np.log(max(grid[best - 1], 1e-6)), np.log(grid[min(best + 1, len(grid) - 1)])
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    for _turn in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if worth(float(np.exp(left))) >= worth(float(np.exp(right))):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2.0))


def ranks(found: Scores, *, seed: int = 0, share: float = 0.9) -> tuple[tuple[int, int], ...]:
    """Between which ranks each application stands in ``share`` of all draws: (best, worst).

    The adjusted scores are drawn anew by their covariance; two whose ranks overlap cannot be told
    apart. Where the errors are not known, the ranks are those of the scores as they are, equal
    ones sharing the better.
    """
    centre = np.array([one.adjusted for one in found.scores])
    if found.noise is None or not found.cover.any():
        plain = [int((centre > one + 1e-12).sum()) + 1 for one in centre]
        return tuple((one, one) for one in plain)
    roots, axes = np.linalg.eigh(found.cover)
    turn = axes * np.sqrt(np.maximum(roots, 0.0))
    chance = np.random.default_rng(seed).standard_normal((DRAWS, len(centre)))
    drawn = centre + chance @ turn.T
    place = np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1) + 1
    edge = (1.0 - share) / 2.0
    low = np.floor(np.quantile(place, edge, axis=0)).astype(int)
    high = np.ceil(np.quantile(place, 1.0 - edge, axis=0)).astype(int)
    return tuple((int(a), int(b)) for a, b in zip(low, high, strict=True))
