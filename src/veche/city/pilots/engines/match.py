"""Which solution is tested at which site: what is possible first, then what fits best.

Pure Python over numpy and HiGHS; no Django. An instance is read by `read` (or `read_matrix`), which
names the place of every fault, and solved by `solve`.

**Possible.** A site is possible for a solution when its environment is the one that is needed,
everything needed is there (power, network, access, space, ethics), the company brings whatever the
site asks for, and somewhere in a window of the site a place is free for the whole length of the
trial, within the days and the months in which it can be tested.

**Parts**, each from 0 to 1:

- ``fit``: the mean of the share of wishes that are met (1 without wishes) and the share of what
  the site offers that the solution needs or wishes (1 where it offers nothing): a rich site is
  left to whoever needs it;
- ``reach``: how many people of the target group the site reaches, of the number that is needed, or
  where none is named of the most that any site reaches;
- ``distance``: 1 / (1 + km / 10) over the great circle; 0.5 where either place is unknown;
- ``history``: (ended as planned + 1) / (trials + 2), the mean of a uniform prior after so many
  trials (Laplace's rule); a share that is given counts as it is; 0.5 without any.

The **score** is their weighted mean.

**Chosen.** As many solutions as can be get a site; among all such choices, one whose sum of scores
is greatest (a transport problem: its linear programme has whole corners, so the simplex method of
HiGHS gives whole answers). Whoever is left then tries the time that is still free at the places
taken, until nobody more finds any.

**Sensitivity.** While every weight moves by itself within ±20 %, the difference of two scores is
least at a corner of that box: its least value is ``sum(w * (d - 0.2 * |d|))`` over the parts'
differences ``d``. The top three are called stable when it stays above zero for each of them against
each site outside.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from veche.city.pilots.engines.match_instance import Broken, Instance, Offer, Solution, Window
from veche.city.pilots.engines.match_parts import (
    Floats,
    Reason,
    begin_in,
    is_stable,
    parts_of,
    possible,
    weighted,
)
from veche.city.pilots.engines.match_reading import read, read_matrix
from veche.city.pilots.rules.sites import CRITERIA

__all__ = [
    "Alternative",
    "Broken",
    "Instance",
    "Matched",
    "Offer",
    "Solution",
    "Solved",
    "Unmatched",
    "Window",
    "as_json",
    "assign",
    "begin_in",
    "parts_of",
    "possible",
    "read",
    "read_matrix",
    "solve",
]

Flags = npt.NDArray[np.bool_]

_NEXT = 3


@dataclass(frozen=True)
class Alternative:
    """Another site for a solution, and why it is not the one: ``environment``, ``power``,
    ``network``, ``access``, ``space``, ``ethics``, ``asks``, ``season``, ``time`` (not possible),
    ``taken`` (by ``by``), ``lower`` (its score is)."""

    site: str
    score: float
    why: str
    what: tuple[str, ...] = ()
    """Which features lack, where some do."""
    by: str = ""


@dataclass(frozen=True)
class Matched:
    """A solution and its site."""

    solution: str
    site: str
    score: float
    parts: dict[str, float]
    begins: dt.date | None
    """The first day on which it can begin there."""
    window: int | None
    """Which of the windows of the site, from 0."""
    next_best: tuple[Alternative, ...]
    stable: bool


@dataclass(frozen=True)
class Unmatched:
    """A solution without a site: ``taken``, where every possible one went to others, else the
    reason by which most sites fell out, and how many did by each."""

    solution: str
    why: str
    counts: dict[str, int]
    next_best: tuple[Alternative, ...]


@dataclass
class Solved:
    """What came out."""

    matches: list[Matched] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    scores: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    seconds: float = 0.0


def solve(instance: Instance) -> Solved:
    """Match every solution of an instance that can be matched."""
    begun = time.perf_counter()
    solutions, sites = instance.solutions, instance.sites
    reasons = [[possible(one, site) for site in sites] for one in solutions]
    parts = parts_of(instance)
    scores = instance.scores if instance.scores is not None else weighted(parts, instance.weights)
    free = [[*site.windows] for site in sites]
    given = _rounds(instance, reasons, scores, free)
    solved = Solved(scores=scores)
    holder = {site: solutions[row].id for row, (site, _w, _b) in given.items()}
    for row, one in enumerate(solutions):
        mine = given[row][0] if row in given else None
        others = _others(instance, row, mine, scores, reasons[row], holder)
        if mine is None:
            counts = Counter(reason.code for reason in reasons[row] if reason is not None)
            whole = len(counts) and sum(counts.values()) == len(sites)
            why = max(counts, key=lambda code: (counts[code], code)) if whole else "taken"
            solved.unmatched.append(
                Unmatched(one.id, why if sites else "no_sites", dict(counts), others)
            )
            continue
        _site, window, begins = given[row]
        able = [c for c, reason in enumerate(reasons[row]) if reason is None]
        solved.matches.append(
            Matched(
                solution=one.id,
                site=sites[mine].id,
                score=float(scores[row, mine]),
                parts={name: float(parts[k, row, mine]) for k, name in enumerate(CRITERIA)}
                if instance.scores is None
                else {},
                begins=begins,
                window=window,
                next_best=others,
                stable=is_stable(parts[:, row][:, able], instance)
                if instance.scores is None
                else True,
            )
        )
    solved.seconds = time.perf_counter() - begun
    return solved


def as_json(solved: Solved) -> dict[str, Any]:
    """What came out of a matching, as it is kept; pages put the codes into words."""

    def others(rows: Sequence[Alternative]) -> list[dict[str, Any]]:
        return [
            {
                "site": one.site, "score": round(one.score, 6), "why": one.why,
                "what": list(one.what), "by": one.by,
            }
            for one in rows
        ]  # fmt: skip

    return {
        "matches": [
            {
                "solution": one.solution,
                "site": one.site,
                "score": round(one.score, 6),
                "parts": {name: round(value, 6) for name, value in one.parts.items()},
                "begins": one.begins.isoformat() if one.begins else None,
                "window": one.window,
                "next_best": others(one.next_best),
                "stable": one.stable,
            }
            for one in solved.matches
        ],
        "unmatched": [
            {
                "solution": one.solution,
                "why": one.why,
                "counts": one.counts,
                "next_best": others(one.next_best),
            }
            for one in solved.unmatched
        ],
        "seconds": round(solved.seconds, 6),
    }


# --- what is chosen -----------------------------------------------------------------------------

Given = dict[int, tuple[int, int | None, dt.date | None]]
"""Number of a solution → of its site, of the window there, the first day."""


def _rounds(
    instance: Instance,
    reasons: list[list[Reason | None]],
    scores: Floats,
    free: list[list[Window]],
) -> Given:
    """Assign, take what was given from what is free, and assign again who is left."""
    given: Given = {}
    # Which window of the site, as it was given, each free one is a part of.
    origin = [list(range(len(windows))) for windows in free]
    left = [row for row, kept in enumerate(reasons) if any(r is None for r in kept)]
    while left:
        fits: list[tuple[int, int, int, dt.date | None]] = []
        for row in left:
            one = instance.solutions[row]
            for column, reason in enumerate(reasons[row]):
                if reason is not None:
                    continue
                for number, window in enumerate(free[column]):
                    begins = begin_in(one, window) if instance.scores is None else None
                    if begins is not None or (instance.scores is not None and window.places):
                        fits.append((row, column, number, begins))
        chosen = _transport(fits, scores, free)
        if not chosen:
            break
        for row, column, number, begins in chosen:
            given[row] = (column, origin[column][number], begins)
            _take(instance.solutions[row], free[column], origin[column], number, begins)
        left = [row for row in left if row not in given]
    return given


def _take(
    one: Solution, windows: list[Window], origin: list[int], number: int, begins: dt.date | None
) -> None:
    """One place of a window is taken: what is before and after it there stays free."""
    window = windows[number]
    windows[number] = Window(window.begins, window.ends, window.places - 1)
    if begins is None:
        return
    ends = begins + dt.timedelta(days=one.days - 1)
    day = dt.timedelta(days=1)
    for first, last in ((window.begins, begins - day), (ends + day, window.ends)):
        if first <= last:
            windows.append(Window(first, last, 1))
            origin.append(origin[number])


def _transport(
    fits: list[tuple[int, int, int, dt.date | None]], scores: Floats, free: list[list[Window]]
) -> list[tuple[int, int, int, dt.date | None]]:
    """The choice of most solutions, and among these of the greatest sum of scores."""
    if not fits:
        return []
    rows = {row: index for index, row in enumerate(dict.fromkeys(fit[0] for fit in fits))}
    slots = {
        slot: len(rows) + index
        for index, slot in enumerate(dict.fromkeys((fit[1], fit[2]) for fit in fits))
    }
    value = np.array([scores[fit[0], fit[1]] for fit in fits])
    most = np.concatenate([np.ones(len(rows)), [free[c][n].places for c, n in slots]])
    first = np.array([rows[fit[0]] for fit in fits], dtype=np.int32)
    second = np.array([slots[fit[1], fit[2]] for fit in fits], dtype=np.int32)
    taken = assign(value, first, second, most)
    return [fits[index] for index in np.flatnonzero(taken)]


def assign(
    value: Floats, first: npt.NDArray[np.int32], second: npt.NDArray[np.int32], most: Floats
) -> Flags:
    """Which pairs to take, when each pair counts against two bounds.

    Pair *i* counts against the bounds ``first[i]`` and ``second[i]``; ``most`` is how much each
    bound allows. As many pairs as can be, then the greatest sum of ``value``.

    Raises:
        RuntimeError: the solver found no best choice; it always does for such problems.
    """
    import highspy

    spread = float(value.max() - value.min()) or 1.0
    # One pair more outweighs whatever it costs in value.
    scaled = (value - value.min()) / spread + len(most) + 1.0
    count = len(value)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = count, len(most)
    program.col_cost_ = -scaled
    program.col_lower_, program.col_upper_ = np.zeros(count), np.ones(count)
    program.row_lower_, program.row_upper_ = np.full(len(most), -highspy.kHighsInf), most
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(0, 2 * count + 1, 2, dtype=np.int32)
    program.a_matrix_.index_ = np.column_stack([first, second]).ravel().astype(np.int32)
    program.a_matrix_.value_ = np.ones(2 * count)
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS: {solver.getModelStatus()}")
    taken: Flags = np.asarray(solver.getSolution().col_value) > 0.5
    return taken


# --- why not ------------------------------------------------------------------------------------


def _others(
    instance: Instance,
    row: int,
    mine: int | None,
    scores: Floats,
    reasons: list[Reason | None],
    holder: dict[int, str],
) -> tuple[Alternative, ...]:
    """The next best sites: the possible ones first, each by its score."""
    ranked = sorted(
        (column for column in range(len(instance.sites)) if column != mine),
        key=lambda column: (reasons[column] is not None, -scores[row, column], column),
    )
    return tuple(
        _why(instance, row, column, mine, scores, reasons[column], holder)
        for column in ranked[:_NEXT]
    )


def _why(
    instance: Instance,
    row: int,
    column: int,
    mine: int | None,
    scores: Floats,
    reason: Reason | None,
    holder: dict[int, str],
) -> Alternative:
    name, score = instance.sites[column].id, float(scores[row, column])
    if reason is not None:
        return Alternative(name, score, reason.code, reason.what)
    better = mine is None or score >= float(scores[row, mine])
    if better and column in holder:
        return Alternative(name, score, "taken", by=holder[column])
    return Alternative(name, score, "lower" if mine is not None else "taken")
