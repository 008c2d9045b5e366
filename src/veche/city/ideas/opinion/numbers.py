"""The numbers of a map, from who is in which group: exact, whoever made the groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veche.city.ideas.opinion.votes import Floats, Whole

SURE = 1.2816
"""The quantile of the normal distribution beyond which one in ten lies by chance."""
SAID = 5
"""Statements that say what a group thinks, at most."""


@dataclass(frozen=True)
class Numbers:
    """One row a group, one column a statement."""

    members: Whole
    """How many participants each group has."""
    agree: Whole
    disagree: Whole
    seen: Whole
    """Agreed, disagreed or passed."""

    @property
    def consensus(self) -> Floats:
        """Group-aware consensus by statement: Π over groups of (agree + 1) ÷ (seen + 2)."""
        found: Floats = _smooth(self.agree, self.seen).prod(axis=0)
        return found

    @property
    def against(self) -> Floats:
        """The same of disagreeing: what every group rejects."""
        found: Floats = _smooth(self.disagree, self.seen).prod(axis=0)
        return found

    @property
    def representative(self) -> Floats:
        """How much more often a group agrees than everybody in another group does."""
        return self._beside_others(self.agree)

    @property
    def representative_against(self) -> Floats:
        """The same of disagreeing."""
        return self._beside_others(self.disagree)

    @property
    def gap(self) -> Floats:
        """How far apart the groups are: greatest less smallest share that agrees, 0 … 1."""
        if not len(self.members):
            return np.zeros(self.seen.shape[1])
        shares = _smooth(self.agree, self.seen)
        found: Floats = shares.max(axis=0) - shares.min(axis=0)
        return found

    def _beside_others(self, said: Whole) -> Floats:
        return _smooth(said, self.seen) / _smooth(_others(said), _others(self.seen))


def _others(counts: Whole) -> Whole:
    found: Whole = counts.sum(axis=0) - counts
    return found


def _smooth(said: Whole, seen: Whole) -> Floats:
    """A share that nobody's few votes make 0 or 1: one vote each way is added."""
    found: Floats = (said + 1.0) / (seen + 2.0)
    return found


def count(table: Floats, labels: Whole, size: int) -> Numbers:
    """Count the votes of ``size`` groups; ``labels``: the group of each row, -1 for none."""
    belongs = (labels[None, :] == np.arange(size)[:, None]).astype(np.float64)

    def of(mask: object) -> Whole:
        found: Whole = (belongs @ np.asarray(mask, dtype=np.float64)).round().astype(np.int64)
        return found

    return Numbers(
        belongs.sum(axis=1).astype(np.int64),
        of(table == 1),
        of(table == -1),
        of(~np.isnan(table)),
    )


@dataclass(frozen=True)
class Said:
    """One statement that tells a group from the others."""

    statement: int
    """Its column."""
    agrees: bool
    """Whether the group agrees more than others do; else it disagrees more."""
    share: float
    """(k + 1) ÷ (seen + 2) of the group."""
    representative: float
    sure: float
    """How sure it is that most of the group say so, in standard deviations."""
    surer: float
    """How sure it is that the group says so more than others do, in standard deviations."""


def explain(numbers: Numbers, group: int, allowed: Floats) -> list[Said]:
    """The statements that represent a group, those it agrees with first; best first within each.

    Of each statement the side is taken in which the group stands out more. It counts when both
    its share and its distance from the others are more than chance; a group where nothing does
    is told by its best one. ``allowed``: by statement, whether it may be named.
    """
    seen, others_seen = numbers.seen[group], _others(numbers.seen)[group]
    sides = []
    for said in (numbers.agree, numbers.disagree):
        mine, theirs = said[group], _others(said)[group]
        share = _smooth(mine, seen)
        sides.append(
            (
                share,
                share / _smooth(theirs, others_seen),
                _one_share(mine, seen),
                _two_shares(mine, seen, theirs, others_seen),
            )
        )
    agrees = sides[0][3] > sides[1][3]
    share, stands, sure, surer = (np.where(agrees, a, d) for a, d in zip(*sides, strict=True))
    weight = stands * surer * share * sure
    possible = allowed.astype(bool) & (seen > 0)
    passing = np.flatnonzero(possible & (sure > SURE) & (surer > SURE))
    order = passing[np.argsort(-weight[passing], kind="stable")][:SAID]
    if not order.size and possible.any():
        rest = np.flatnonzero(possible)
        order = rest[np.lexsort((-share[rest], -surer[rest]))][:1]
    return [
        Said(
            int(one),
            bool(agrees[one]),
            float(share[one]),
            float(stands[one]),
            float(sure[one]),
            float(surer[one]),
        )
        for one in sorted(order, key=lambda one: not agrees[one])
    ]


def _one_share(said: Whole, seen: Whole) -> Floats:
    """Standard deviations by which a share lies above a half."""
    found: Floats = 2.0 * np.sqrt(seen + 1.0) * ((said + 1.0) / (seen + 1.0) - 0.5)
    return found


def _two_shares(mine: Whole, seen: Whole, theirs: Whole, others: Whole) -> Floats:
    """Standard deviations by which one share lies above another."""
    a, b, n, m = mine + 1.0, theirs + 1.0, seen + 1.0, others + 1.0
    both = (a + b) / (n + m)
    spread = np.sqrt(np.maximum(both * (1 - both) * (1 / n + 1 / m), 0))
    flat = spread == 0
    found: Floats = np.where(flat, 0.0, (a / n - b / m) / np.where(flat, 1.0, spread))
    return found
