"""What is possible at a site, and the parts by which it fits; the formulas stand in `match`."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from veche.city.pilots.engines.match_instance import Instance, Offer, Solution, Window
from veche.city.pilots.rules.sites import BY_CODE, CRITERIA

Floats = npt.NDArray[np.float64]
SWING = 0.2
"""By how much of itself each weight may move before the top three are called unstable."""
TOP = 3
_EARTH_KM = 6371.0088
_HALF_KM = 10.0


@dataclass(frozen=True)
class Reason:
    """Why a site is not possible for a solution."""

    code: str
    what: tuple[str, ...] = ()


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
    if any(begin_in(one, window) is not None for window in site.windows):
        return None
    if one.months and any(begin_in(one, window, season=False) for window in site.windows):
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


def begin_in(one: Solution, window: Window, *, season: bool = True) -> dt.date | None:
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


def parts_of(instance: Instance) -> Floats:
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


def weighted(parts: Floats, weights: dict[str, float]) -> Floats:
    """The weighted means of the parts: solution x site."""
    weight = np.array([weights[name] for name in CRITERIA])
    scores: Floats = np.tensordot(weight, parts, axes=1) / weight.sum()
    return scores


def is_stable(parts: Floats, instance: Instance) -> bool:
    """Whether the top three of these sites (criterion x site) stay while weights move."""
    if parts.shape[1] <= TOP:
        return True
    weight = np.array([instance.weights[name] for name in CRITERIA])
    ranked = np.argsort(-(weight @ parts), kind="stable")
    inner, outer = parts[:, ranked[:TOP]], parts[:, ranked[TOP:]]
    differ = inner[:, :, None] - outer[:, None, :]
    least = np.tensordot(weight, differ - SWING * np.abs(differ), axes=1)
    return bool((least > 0).all())
