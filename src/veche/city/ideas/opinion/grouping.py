"""Groups of participants who say much the same: PCA to the plane, then k-means.

Everything is deterministic: the same votes give the same groups. What was not seen counts as the
statement's mean; a point is moved outwards by √(statements ÷ votes), because whoever saw little
would else lie in the middle; participants below :data:`ENOUGH` votes are left out. Points are
first gathered into at most :data:`SMALL` small clusters, so that a crowd on one spot does not
decide alone, then into 2 to 5 groups; how many is told by the mean silhouette.
"""

from __future__ import annotations

import numpy as np

from veche.city.ideas.opinion.limits import ENOUGH
from veche.city.ideas.opinion.votes import Conversation, Floats, Whole

MOST = 5
"""Groups at most."""
SMALL = 100
"""Small clusters at most."""
STARTS = 10
"""Fixed starts of k-means; the tightest result stays."""
ROUNDS = 300
_SEED = 20261122
_SAME = 1e-18
"""Squared distance of points that differ by rounding only."""


def plane(table: Floats) -> Floats:
    """Where each participant stands: x and y, in the order of the rows."""
    seen = ~np.isnan(table)
    if not table.size:
        return np.zeros((len(table), 2))
    voters = seen.sum(axis=0)
    means = np.where(seen, table, 0.0).sum(axis=0) / np.maximum(voters, 1)
    centred = np.where(seen, table - means, 0.0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :2]
    if axes.shape[1] < 2:
        axes = np.pad(axes, ((0, 0), (0, 2 - axes.shape[1])))
    # An axis may point either way; the strongest statement on it points to the right, or up.
    strongest = np.abs(axes).argmax(axis=0)
    signs = np.sign(axes[strongest, range(2)])
    axes = axes * np.where(signs == 0, 1.0, signs)
    outwards = np.sqrt(table.shape[1] / np.maximum(seen.sum(axis=1), 1))
    points: Floats = (centred @ axes) * outwards[:, None]
    return points


def groups(conversation: Conversation) -> tuple[Floats, Whole]:
    """The points of all participants, and the group of each from 0, the largest; -1: in none."""
    table = conversation.table[:, conversation.counted]
    points = plane(table)
    labels = np.full(len(table), -1, dtype=np.int64)
    said = (~np.isnan(table)).sum(axis=1)
    needed = min(ENOUGH, table.shape[1])
    rows = np.flatnonzero((said >= needed) & (said > 0))
    if rows.size:
        labels[rows] = _by_size(_cluster(points[rows]))
    return points, labels


def _cluster(points: Floats) -> Whole:
    """The group of each point."""
    centres, near = _gather(points)
    weights = np.bincount(near, minlength=len(centres)).astype(np.float64)
    best: tuple[float, Whole] | None = None
    for k in range(2, min(MOST, len(centres) - 1) + 1):
        found = _k_means(centres, weights, k)
        width = silhouette(centres, found)
        if best is None or width > best[0] + 1e-12:
            best = (width, found)
    if best is None:
        # Two spots are two groups; one spot is one.
        return near
    return best[1][near]


def _gather(points: Floats) -> tuple[Floats, Whole]:
    """At most :data:`SMALL` centres, each with a point near it, and the centre of each point.

    The first is the middlemost point, each next one the farthest from those chosen: so the order
    in which people came tells nothing.
    """
    chosen = [int((points**2).sum(axis=1).argmin())]
    apart = _squares(points, points[chosen]).min(axis=1)
    while len(chosen) < SMALL and apart.max() > _SAME:
        chosen.append(int(apart.argmax()))
        apart = np.minimum(apart, _squares(points, points[chosen[-1:]])[:, 0])
    weights = np.ones(len(points))
    near = _nearest(points, points[chosen])
    for _ in range(10):
        centres, near = _means(points, weights, near)
        moved = _nearest(points, centres)
        if np.array_equal(moved, near):
            break
        near = moved
    return _means(points, weights, near)


def _means(points: Floats, weights: Floats, near: Whole) -> tuple[Floats, Whole]:
    """The middle of each cluster that has points, and the clusters numbered anew."""
    kept, near = np.unique(near, return_inverse=True)
    near = near.reshape(-1)
    mass = np.bincount(near, weights, minlength=len(kept))
    centres = np.stack(
        [np.bincount(near, weights * points[:, axis], len(kept)) / mass for axis in (0, 1)], axis=1
    )
    return centres, near


def _nearest(points: Floats, centres: Floats) -> Whole:
    found: Whole = _squares(points, centres).argmin(axis=1)
    return found


def _squares(points: Floats, centres: Floats) -> Floats:
    """Squared distance of every point from every centre."""
    return (points[:, :1] - centres[:, 0]) ** 2 + (points[:, 1:] - centres[:, 1]) ** 2


def _k_means(points: Floats, weights: Floats, k: int) -> Whole:
    """The tightest of several runs from fixed starts."""
    chance = np.random.Generator(np.random.PCG64(_SEED))
    best: tuple[float, Whole] | None = None
    for _ in range(STARTS):
        centres = _start(points, weights, k, chance)
        near = _nearest(points, centres)
        for _ in range(ROUNDS):
            centres, near = _means(points, weights, near)
            moved = _nearest(points, centres)
            if np.array_equal(moved, near):
                break
            near = moved
        loose = float((weights * _squares(points, centres)[np.arange(len(points)), near]).sum())
        if best is None or loose < best[0] * (1 - 1e-9):
            best = (loose, near)
    assert best is not None
    return best[1]


def _start(points: Floats, weights: Floats, k: int, chance: np.random.Generator) -> Floats:
    """Centres far from one another: each next one with a chance that grows with its distance."""
    chosen = [_draw(weights, chance)]
    while len(chosen) < k:
        apart = _squares(points, points[chosen]).min(axis=1) * weights
        chosen.append(_draw(apart if apart.sum() > 0 else weights, chance))
    return points[chosen]


def _draw(weights: Floats, chance: np.random.Generator) -> int:
    """A place, each with a chance of its weight; written out so that no release changes it."""
    heaped = np.cumsum(weights)
    place = int(np.searchsorted(heaped, chance.random() * heaped[-1], side="right"))
    return min(place, len(weights) - 1)


def silhouette(points: Floats, near: Whole) -> float:
    """How much nearer points are to their own group than to the next: -1 … 1, the mean of all."""
    members = np.bincount(near)
    if len(members) < 2:
        return -1.0
    everyone = np.arange(len(points))
    sums = np.sqrt(_squares(points, points)) @ np.eye(len(members))[near]
    own = sums[everyone, near] / np.maximum(members[near] - 1, 1)
    others = sums / members
    others[everyone, near] = np.inf
    next_one = others.min(axis=1)
    wide = np.maximum(own, next_one)
    alone = (members[near] == 1) | (wide == 0)
    return float(np.where(alone, 0.0, (next_one - own) / np.where(alone, 1.0, wide)).mean())


def _by_size(near: Whole) -> Whole:
    """Number the groups from the largest; of equal ones, that of the earliest participant."""
    members = np.bincount(near)
    first = np.array([int(np.flatnonzero(near == one)[0]) for one in range(len(members))])
    order = np.lexsort((first, -members))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    found: Whole = rank[near].astype(np.int64)
    return found
