"""Who reads what: an assignment of experts to papers that leaves no paper with the leftovers.

The largest total affinity alone gives some papers nobody who knows the field. Here what a paper
gains is worth less the more it has already: the sum of the affinities of its readers is cut into
steps of equal width, worth 16, 8, 4, 2 and 1 a unit, and the sum of what all papers are worth is
made as large as can be: a concave, piecewise linear utility. Covering and loads are those of
A. Kobren, B. Saha, A. McCallum: Paper Matching with Local Fairness Constraints, KDD 2019. It is a
mixed integer program, solved by HiGHS.

Never is an expert given a paper they have a conflict with; every paper gets exactly as many readers
as it needs; every load stays within its bounds. Where that is not possible,
:class:`Impossible` says which papers or experts are in the way.

NumPy and HiGHS alone: nothing here knows of people.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veche.city.pilots.engines.highs import program, run, version, whole_numbers

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

WORTH = (16.0, 8.0, 4.0, 2.0, 1.0)
"""What a unit of affinity is worth in each step of a paper's sum."""
STEP = 0.0836
"""Width of a step, in parts of the largest affinity, a reader: three readers make about a quarter.
Found by trying: a wider step costs total affinity, a narrower one those who have least."""
ALL_PAIRS = 24_000
"""Up to so many pairs are all looked at; beyond, each paper's and each expert's best ones."""
CANDIDATES = 25
"""How many experts a paper chooses from then, at first; doubled where that is too narrow."""
NEAR = 0.15
"""Pairs whose price is so near to being worth it are looked at first, in parts of the largest
affinity."""
GAP = 2e-3
"""An assignment is good enough when none can be worth more than this share above it."""
PATIENCE = 60.0
"""Seconds after which the best assignment found so far is taken."""


@dataclass(frozen=True)
class Instance:
    """What is to be assigned, by positions: experts are rows, papers columns.

    Raises:
        ValueError: at making, when the parts do not fit together.
    """

    affinity: Floats
    """Expert × paper; the larger, the better the expert knows the field. Any scale."""
    conflicts: Flags
    """Expert × paper: must never be paired."""
    reviews: Whole
    """How many readers each paper needs."""
    least: Whole
    """How many papers each expert is given at least."""
    most: Whole
    kept: Flags
    """Expert × paper: pairs that stand already and stay."""

    def __post_init__(self) -> None:
        experts, papers = self.affinity.shape
        pairs = (self.conflicts, self.kept)
        if any(one.shape != (experts, papers) for one in pairs) or (
            self.reviews.shape != (papers,)
            or self.least.shape != (experts,)
            or self.most.shape != (experts,)
        ):
            raise ValueError("the parts of the instance differ in size")
        if not np.isfinite(self.affinity).all():
            raise ValueError("an affinity is no number")
        if (self.reviews < 0).any() or (self.least < 0).any():
            raise ValueError("a number of readers or a load is below nothing")


@dataclass(frozen=True)
class Solution:
    """An assignment and how good it is."""

    pairs: tuple[tuple[int, int], ...]
    """(expert, paper), by paper and expert."""
    sums: tuple[float, ...]
    """Affinity of the readers of each paper, added up."""
    loads: tuple[int, ...]
    """How many papers each expert has."""
    seconds: float
    solver: str
    gap: float
    """How far from the best the worth can be at most, as a share; 0: none is better."""
    candidates: int
    """How many pairs were looked at."""
    log: tuple[str, ...] = field(default=())

    @property
    def total(self) -> float:
        """Affinity of all pairs."""
        return float(sum(self.sums))

    @property
    def worst(self) -> float | None:
        """The paper that got least; None without papers."""
        return min(self.sums, default=None)

    @property
    def p10(self) -> float | None:
        """What nine papers of ten have at least (10th percentile, linear between ranks)."""
        return float(np.percentile(self.sums, 10)) if self.sums else None


class Impossible(Exception):
    """No assignment keeps the rules.

    ``why`` is one of ``bounds`` (an expert's least load is above the most), ``kept`` (a pair that
    stands is a conflict, or too much), ``few`` (papers with fewer free experts than they need),
    ``short`` (all experts together take too few), ``idle`` (the least loads ask for more than
    there is), ``crowded`` (papers whose experts are all taken up), ``unfilled`` (experts who may
    not read enough to reach their least load).
    """

    def __init__(
        self, why: str, *, papers: Sequence[int] = (), experts: Sequence[int] = (), **numbers: int
    ) -> None:
        self.why, self.papers, self.experts = why, tuple(papers), tuple(experts)
        self.numbers = numbers
        super().__init__(why)


def solve(instance: Instance, *, seed: int = 0, patience: float = PATIENCE) -> Solution:
    """The best assignment; the same for the same instance and seed.

    Raises:
        Impossible: there is none.
    """
    begun = time.perf_counter()
    experts, papers = instance.affinity.shape
    _check(instance)
    log: list[str] = []
    pairs, gap, looked = np.zeros((experts, papers), bool), 0.0, 0
    if papers and instance.reviews.sum():
        wide = CANDIDATES
        while True:
            open_to = _candidates(instance, wide, seed)
            looked = int(open_to.sum())
            found = _optimise(instance, open_to, seed, patience)
            if found is not None:
                pairs, gap = found
                log.append(f"{looked} pairs looked at, gap {gap:.2g}")
                break
            log.append(f"{looked} pairs looked at: too few")
            if looked == int((~instance.conflicts).sum()):
                raise _reason(instance)
            wide *= 2
    sums = (instance.affinity * pairs).sum(axis=0)
    paper, expert = np.nonzero(pairs.T)
    return Solution(
        pairs=tuple((int(e), int(p)) for e, p in zip(expert, paper, strict=True)),
        sums=tuple(float(one) for one in sums),
        loads=tuple(int(one) for one in pairs.sum(axis=1)),
        seconds=time.perf_counter() - begun,
        solver=f"HiGHS {version()}",
        gap=gap,
        candidates=looked,
        log=tuple(log),
    )


def _check(instance: Instance) -> None:
    """Refuse at once what simple counting shows to be impossible.

    Raises:
        Impossible: it is.
    """
    free = ~instance.conflicts
    torn = np.flatnonzero(instance.least > instance.most)
    if torn.size:
        raise Impossible("bounds", experts=_ints(torn))
    over = instance.kept.sum(axis=0) > instance.reviews
    clash = (instance.kept & instance.conflicts).any(axis=0) | over
    if clash.any() or (instance.kept.sum(axis=1) > instance.most).any():
        raise Impossible("kept", papers=_ints(np.flatnonzero(clash)))
    few = np.flatnonzero(free.sum(axis=0) < instance.reviews)
    if few.size:
        raise Impossible("few", papers=_ints(few))
    needed, offered = int(instance.reviews.sum()), int(instance.most.sum())
    if needed > offered:
        raise Impossible("short", needed=needed, offered=offered)
    asked = int(instance.least.sum())
    if asked > needed:
        raise Impossible("idle", needed=needed, asked=asked)
    idle = np.flatnonzero(free.sum(axis=1) < instance.least)
    if idle.size:
        raise Impossible("unfilled", experts=_ints(idle))


def _candidates(instance: Instance, wide: int, seed: int) -> Flags:
    """The pairs to look at: all, or each paper's and each expert's best, and what is kept.

    Equal affinities are told apart by chance, else many papers would choose from the same few.
    """
    free = ~instance.conflicts
    experts, papers = free.shape
    if int(free.sum()) <= ALL_PAIRS or wide >= max(experts, papers):
        return free
    spread = float(np.ptp(instance.affinity)) or 1.0
    chance = np.random.default_rng(seed).random(free.shape) * spread * 1e-6
    rank = np.where(free, -(instance.affinity + chance), np.inf)
    chosen = instance.kept.copy()
    of_paper = min(experts, max(wide, 2 * int(instance.reviews.max())))
    best = np.argpartition(rank, of_paper - 1, axis=0)[:of_paper]
    chosen[best, np.arange(papers)[None, :]] = True
    of_expert = min(papers, max(wide // 2, 2 * int(instance.least.max())))
    best = np.argpartition(rank, of_expert - 1, axis=1)[:, :of_expert]
    chosen[np.arange(experts)[:, None], best] = True
    return chosen & free


def _optimise(
    instance: Instance, open_to: Flags, seed: int, patience: float
) -> tuple[Flags, float] | None:
    """The best pairs among those open, and the gap; None where these are too few.

    The program without whole numbers is quick, bounds what can be reached, and prices every pair:
    a pair whose price is far from worth it stands in no good assignment. The whole numbers are
    looked for among the others first, and among more of them where the bound is not come near.
    """
    values, reduced, bound = run(_worth(instance, open_to, whole=False), seed, patience)
    if values is None:
        return None
    paper, expert = np.nonzero(open_to.T)
    n = len(paper)
    price = np.abs(reduced[:n])
    price[(values[:n] > 1e-9) | instance.kept[expert, paper]] = 0.0
    near = NEAR * _scale(instance)
    while True:
        close = price <= near
        chosen = np.zeros_like(open_to)
        chosen[expert[close], paper[close]] = True
        values, _reduced, worth = run(_worth(instance, chosen, whole=True), seed, patience)
        gap = max(bound - worth, 0.0) / max(abs(worth), 1e-9)
        # What costs more than the bound is away cannot make it better: then none is better.
        if close.all() or (values is not None and (gap <= GAP or near >= bound - worth)):
            break
        near = max(near * 4.0, bound - worth if values is not None else 0.0)
    if values is None:
        return None
    paper, expert = np.nonzero(chosen.T)
    pairs = np.zeros_like(open_to)
    pairs[expert, paper] = values[: len(paper)] > 0.5
    return pairs, gap


def _scale(instance: Instance) -> float:
    """The largest affinity there is."""
    return float(np.abs(instance.affinity[~instance.conflicts]).max(initial=0.0)) or 1.0


def _worth(instance: Instance, open_to: Flags, *, whole: bool) -> Any:
    """The program: a variable for each open pair, by paper, then the steps of each paper."""
    experts, papers = instance.affinity.shape
    paper, expert = np.nonzero(open_to.T)
    n, steps = len(paper), len(WORTH)
    affinity = instance.affinity[expert, paper]
    width = np.round(_scale(instance) * STEP * np.maximum(instance.reviews, 1), 12)
    # A paper's sum of affinities is filled into its steps, the dearest first; the first may go
    # below nothing, the last has no end.
    low = np.zeros((papers, steps))
    low[:, 0] = -np.inf
    high = np.repeat(width[:, None], steps, axis=1)
    high[:, -1] = np.inf
    rows = [np.ones(n), np.ones(n), affinity]
    lp = program(
        columns=[(paper, rows[0]), (papers + expert, rows[1]), (papers + experts + paper, rows[2])],
        extra=(np.repeat(papers + experts + np.arange(papers), steps), -np.ones(papers * steps)),
        cost=np.concatenate([np.zeros(n), np.tile(WORTH, papers)]),
        bounds=(
            np.concatenate([instance.kept[expert, paper].astype(float), low.ravel()]),
            np.concatenate([np.ones(n), high.ravel()]),
        ),
        limits=(
            np.concatenate([instance.reviews, instance.least, np.zeros(papers)]).astype(float),
            np.concatenate([
                instance.reviews, instance.most, np.full(papers, np.inf)
            ]).astype(float),
        ),
    )  # fmt: skip
    if whole:
        lp.integrality_ = whole_numbers(n, papers * steps)
    return lp


def _reason(instance: Instance) -> Impossible:
    """Why there is no assignment although simple counting found nothing: a largest flow shows
    which papers go short, else which experts cannot reach their least load."""
    experts, papers = instance.affinity.shape
    paper, expert = np.nonzero(~instance.conflicts.T)
    n, free = len(paper), np.inf
    ones = np.ones(n)
    kept = instance.kept[expert, paper].astype(float)
    covered = program(
        columns=[(paper, ones), (papers + expert, ones)],
        extra=(np.zeros(0, np.int64), np.zeros(0)),
        cost=ones,
        bounds=(kept, ones),
        limits=(
            np.full(papers + experts, -free),
            np.concatenate([instance.reviews, instance.most]).astype(float),
        ),
    )
    values, _reduced, _most = run(covered, 0, PATIENCE)
    if values is not None:
        got = np.bincount(paper, weights=values, minlength=papers)
        short = np.flatnonzero(got < instance.reviews - 0.5)
        if short.size:
            return Impossible("crowded", papers=_ints(short))
    # Every paper can be read; then the least loads are in the way. One variable more an expert
    # fills what they lack, at a price.
    lacking = program(
        columns=[(paper, ones), (papers + expert, ones)],
        extra=(papers + np.arange(experts), np.ones(experts)),
        cost=np.concatenate([np.zeros(n), -np.ones(experts)]),
        bounds=(
            np.concatenate([kept, np.zeros(experts)]),
            np.concatenate([ones, np.full(experts, free)]),
        ),
        limits=(
            np.concatenate([instance.reviews, instance.least]).astype(float),
            np.concatenate([instance.reviews, np.maximum(instance.most, instance.least)]).astype(
                float
            ),
        ),
    )
    values, _reduced, _most = run(lacking, 0, PATIENCE)
    idle = np.flatnonzero(values[n:] > 0.5) if values is not None else np.zeros(0, np.int64)
    return Impossible("unfilled", experts=_ints(idle))


def _ints(found: Whole) -> list[int]:
    return [int(one) for one in found]
