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
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from veche.city.pilots.engines.match_reading import (
    Broken,
    Instance,
    Offer,
    Solution,
    Window,
    read,
    read_matrix,
)
from veche.city.pilots.rules.sites import BY_CODE, CRITERIA

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
    "assign",
    "possible",
    "read",
    "read_matrix",
    "solve",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SWING = 0.2
"""By how much of itself each weight may move before the top three are called unstable."""
_EARTH_KM = 6371.0088
_HALF_KM = 10.0
_NEXT = 3
_TOP = 3


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


@dataclass(frozen=True)
class Reason:
    """Why a site is not possible for a solution."""

    code: str
    what: tuple[str, ...] = ()


def solve(instance: Instance) -> Solved:
    """Match every solution of an instance that can be matched."""
    begun = time.perf_counter()
    solutions, sites = instance.solutions, instance.sites
    reasons = [[possible(one, site) for site in sites] for one in solutions]
    parts = _parts(instance)
    scores = instance.scores if instance.scores is not None else _weighted(parts, instance.weights)
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
                stable=_stable(parts[:, row][:, able], instance)
                if instance.scores is None
                else True,
            )
        )
    solved.seconds = time.perf_counter() - begun
    return solved


# --- what is possible ---------------------------------------------------------------------------


def possible(one: Solution, site: Offer) -> Reason | None:
    """Why a solution cannot be tested at a site; None where it can."""
    if one.feasible is not None:
        return None if site.id in one.feasible else Reason("not_possible")
    if one.environment and site.environment and one.environment != site.environment:
        return Reason("environment")
    lacks = [code for code, least in one.needs.items() if not _has(one, site, code, least)]
    if lacks:
        known = BY_CODE.get(lacks[0])
        return Reason(known.kind if known and known.kind else "space", tuple(lacks))
    asks = tuple(code for code in site.requires if code not in one.brings)
    if asks:
        known = BY_CODE.get(asks[0])
        return Reason("ethics" if known and known.kind == "ethics" else "asks", asks)
    if not site.windows:
        return Reason("time")
    if any(_begin(one, window) is not None for window in site.windows):
        return None
    if one.months and any(_begin(one, window, season=False) for window in site.windows):
        return Reason("season")
    return Reason("time")


def _has(one: Solution, site: Offer, code: str, least: bool | float) -> bool:
    if code == "people":
        return site.reached(one.target_group) >= float(least)
    there = site.offers.get(code)
    if there is None or there is False:
        return False
    if least is True:
        return True
    return float(there) >= float(least)


def _begin(one: Solution, window: Window, *, season: bool = True) -> dt.date | None:
    """The first day on which a trial fits into a window with a place free."""
    if window.places < 1:
        return None
    first = max(window.begins, one.begins) if one.begins else window.begins
    last = min(window.ends, one.ends) if one.ends else window.ends
    if not season or not one.months:
        return first if first + dt.timedelta(days=one.days - 1) <= last else None
    for begins, ends in _seasons(first, last, one.months):
        if begins + dt.timedelta(days=one.days - 1) <= ends:
            return begins
    return None


def _seasons(
    first: dt.date, last: dt.date, months: frozenset[int]
) -> list[tuple[dt.date, dt.date]]:
    """The stretches of days between two days that lie in these months."""
    found: list[tuple[dt.date, dt.date]] = []
    day = first
    while day <= last:
        after = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
        ends = min(after - dt.timedelta(days=1), last)
        if day.month in months:
            if found and found[-1][1] + dt.timedelta(days=1) == day:
                found[-1] = (found[-1][0], ends)
            else:
                found.append((day, ends))
        day = after
    return found


# --- what fits ----------------------------------------------------------------------------------


def _parts(instance: Instance) -> Floats:
    """The parts of all scores: criterion x solution x site."""
    solutions, sites = instance.solutions, instance.sites
    shape = (len(solutions), len(sites))
    if instance.scores is not None or not all(shape):
        return np.zeros((len(CRITERIA), *shape))
    fit = np.array([[_fit(one, site) for site in sites] for one in solutions])
    reach = np.empty(shape)
    for group in {one.target_group for one in solutions}:
        reached = np.array([site.reached(group) for site in sites])
        most = float(reached.max())
        for row, one in enumerate(solutions):
            if one.target_group == group:
                wanted = float(one.needs.get("people", 0)) or most
                reach[row] = np.minimum(1.0, reached / wanted) if wanted else 0.0
    history = np.broadcast_to(np.array([site.past for site in sites]), shape)
    return np.stack([fit, reach, _nearness(solutions, sites), history])


def _fit(one: Solution, site: Offer) -> float:
    wishes = one.wishes
    met = sum(_has(one, site, code, least) for code, least in wishes.items())
    share = met / len(wishes) if wishes else 1.0
    offers = {code for code, value in site.offers.items() if value is not False}
    used = len(offers & (one.needs.keys() | wishes.keys())) / len(offers) if offers else 1.0
    return (share + used) / 2


def _nearness(solutions: Sequence[Solution], sites: Sequence[Offer]) -> Floats:
    """1 / (1 + km / 10) by the haversine formula; 0.5 where a place is unknown."""
    here = np.radians([one.place or (math.nan, math.nan) for one in solutions])[:, None, :]
    there = np.radians([site.place or (math.nan, math.nan) for site in sites])[None, :, :]
    lon, lat = here[..., 0] - there[..., 0], here[..., 1] - there[..., 1]
    half = (
        np.sin(lat / 2) ** 2 + np.cos(here[..., 1]) * np.cos(there[..., 1]) * np.sin(lon / 2) ** 2
    )
    km = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    near: Floats = np.nan_to_num(1 / (1 + km / _HALF_KM), nan=0.5)
    return near


def _weighted(parts: Floats, weights: dict[str, float]) -> Floats:
    weight = np.array([weights[name] for name in CRITERIA])
    scores: Floats = np.tensordot(weight, parts, axes=1) / weight.sum()
    return scores


def _stable(parts: Floats, instance: Instance) -> bool:
    """Whether the top three of these sites (criterion x site) stay while weights move."""
    if parts.shape[1] <= _TOP:
        return True
    weight = np.array([instance.weights[name] for name in CRITERIA])
    ranked = np.argsort(-(weight @ parts), kind="stable")
    inner, outer = parts[:, ranked[:_TOP]], parts[:, ranked[_TOP:]]
    differ = inner[:, :, None] - outer[:, None, :]
    least = np.tensordot(weight, differ - SWING * np.abs(differ), axes=1)
    return bool((least > 0).all())


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
                    begins = _begin(one, window) if instance.scores is None else None
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
    solver = highspy.Highs()
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
