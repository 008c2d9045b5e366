"""Who reads what, beside a greedy choice and the largest total: on the instance of a conference
(177 reviewers, 118 papers) with and without conflicts, and at the size of a city's programme.

Beside what OpenReview's fair solvers reach on the first, measured once: FairFlow 0.64 worst, 0.75
at the 10th percentile, 132.0 in all; FairSequence 0.30, 0.65, 139.1.
"""

from __future__ import annotations

import time
from pathlib import Path

import highspy
import numpy as np
from numpy.typing import NDArray

from veche.city.pilots.engines import highs
from veche.city.pilots.engines.assign import Flags, Floats, Instance, solve
from veche.project.measure import Report

DATA = Path(__file__).resolve().parents[3] / "shared/data/services/reviewer_assignment"
SEED = 0


def bench(report: Report) -> None:
    """Worst paper, 10th percentile, total and seconds."""
    if DATA.is_dir():
        table = np.load(DATA / "midl_scores.npy")
        drawn = np.random.default_rng(SEED).random(table.shape) < 0.03
        conference(report, "3 % conflicts", instance(table, drawn, (2, 4)))
        conference(report, "no conflicts", instance(table, np.zeros_like(drawn), (2, 4)))
    city(report)


def instance(table: Floats, conflicts: Flags, load: tuple[int, int]) -> Instance:
    """Three readers each."""
    experts, papers = table.shape
    return Instance(
        table, conflicts, np.full(papers, 3), np.full(experts, load[0]),
        np.full(experts, load[1]), np.zeros(table.shape, bool),
    )  # fmt: skip


def conference(report: Report, name: str, one: Instance) -> None:
    """The instance of the conference."""
    found = solve(one, seed=SEED)
    check(one, found.pairs)
    quick, whole = quality(one, greedy(one)), quality(one, largest(one))
    report(f"assignment, {name}: worst paper", found.worst or 0.0, "", at_least=0.75,
           beside=f"greedy {quick[0]:.2f}, largest total {whole[0]:.2f}")  # fmt: skip
    report("  10th percentile", found.p10 or 0.0, "", at_least=0.94,
           beside=f"greedy {quick[1]:.2f}, largest total {whole[1]:.2f}")  # fmt: skip
    report("  total affinity", found.total, "", at_least=143.0,
           beside=f"greedy {quick[2]:.1f}, largest {whole[2]:.1f}")  # fmt: skip
    report("  time", found.seconds, "s", at_most=6.0)


def city(report: Report) -> None:
    """550 applications, 120 experts, 5 % conflicts."""
    rng = np.random.default_rng(SEED)
    table = rng.random((120, 550)) ** 3
    one = instance(table, rng.random(table.shape) < 0.05, (12, 15))
    times = []
    for _turn in range(3):
        begun = time.perf_counter()
        found = solve(one, seed=SEED)
        times.append(time.perf_counter() - begun)
    check(one, found.pairs)
    whole = quality(one, largest(one))
    report("assignment, 550 x 120: time", min(times), "s", at_most=1.0)
    report("  worst application", found.worst or 0.0, "",
           beside=f"largest total {whole[0]:.2f}")  # fmt: skip
    report("  total affinity", found.total, "", beside=f"largest {whole[2]:.1f}")


def check(one: Instance, pairs: tuple[tuple[int, int], ...]) -> None:
    """No conflict, three readers each, loads in bounds: else there is nothing to measure."""
    got = table_of(one, pairs)
    if (got & one.conflicts).any() or (got.sum(axis=0) != one.reviews).any():
        raise AssertionError("a conflict, or not three readers")
    loads = got.sum(axis=1)
    if (loads < one.least).any() or (loads > one.most).any():
        raise AssertionError("a load is out of bounds")


def table_of(one: Instance, pairs: tuple[tuple[int, int], ...]) -> NDArray[np.bool_]:
    """Pairs as a table of flags."""
    got = np.zeros(one.affinity.shape, bool)
    for expert, paper in pairs:
        got[expert, paper] = True
    return got


def quality(one: Instance, pairs: tuple[tuple[int, int], ...]) -> tuple[float, float, float]:
    """Worst, 10th percentile, total."""
    sums = (one.affinity * table_of(one, pairs)).sum(axis=0)
    return float(sums.min()), float(np.percentile(sums, 10)), float(sums.sum())


def greedy(one: Instance) -> tuple[tuple[int, int], ...]:
    """The largest affinities first, as long as there is room; least loads are left aside."""
    need, room = one.reviews.copy(), one.most.copy()
    chosen = []
    for place in np.argsort(-one.affinity, axis=None, kind="stable"):
        e, p = divmod(int(place), one.affinity.shape[1])
        if need[p] and room[e] and not one.conflicts[e, p]:
            need[p] -= 1
            room[e] -= 1
            chosen.append((e, p))
    return tuple(chosen)


def largest(one: Instance) -> tuple[tuple[int, int], ...]:
    """The largest total: a plain linear program, whole by itself."""
    papers = one.affinity.shape[1]
    paper, expert = np.nonzero(~one.conflicts.T)
    ones, n = np.ones(len(paper)), len(paper)
    program = highs.program(
        columns=[(paper, ones), (papers + expert, ones)],
        extra=(np.zeros(0, np.int64), np.zeros(0)),
        cost=one.affinity[expert, paper],
        bounds=(np.zeros(n), ones),
        limits=(
            np.concatenate([one.reviews, one.least]).astype(float),
            np.concatenate([one.reviews, one.most]).astype(float),
        ),
    )
    values, _reduced, _most = highs.run(program, SEED, highspy.kHighsInf)
    taken = np.flatnonzero(values > 0.5) if values is not None else []
    return tuple((int(expert[i]), int(paper[i])) for i in taken)
