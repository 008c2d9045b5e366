"""The file of an assignment: read with every doubt spoken out.

``{"papers": […], "experts": […], "affinity": [[…]], "conflicts": [[e, p]…], "reviews": k,
"load": [least, most]}``, affinity by expert × paper. Papers and experts are listed by any names.
Pairs are positions, counted from 0, or names; what comes out speaks as what went in. ``reviews``
may be a list, one number a paper; ``load`` a list of pairs, one an expert. Without ``load`` it is
as even as can be. ``kept`` are pairs that stand already; ``seed`` is 0 unless given.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from veche.city.pilots.engines.assign import Impossible, Instance, Solution, solve

MOST = 4_000_000
"""Pairs of an instance that is taken at all."""


class BadInstance(ValueError):
    """The file is no instance; the text says what is wrong and where."""


@dataclass(frozen=True)
class Given:
    """An instance as it was given, and what it means."""

    papers: tuple[str, ...]
    experts: tuple[str, ...]
    instance: Instance
    seed: int
    named: bool
    """Whether its pairs are names and not positions."""
    even: bool
    """Whether no load was given: then it is as even as can be."""


def digest(data: Any) -> str:
    """SHA-256 of the instance in canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read(data: Any) -> Given:
    """An instance from what a JSON file holds.

    Raises:
        BadInstance: it is none.
    """
    if not isinstance(data, dict):
        raise BadInstance("The file must hold an object with papers, experts and affinity.")
    papers, experts = _names(data, "papers"), _names(data, "experts")
    shape = (len(experts), len(papers))
    if shape[0] * shape[1] > MOST:
        raise BadInstance(f"Too large: at most {MOST} pairs of experts and papers.")
    affinity = _affinity(data.get("affinity"), shape)
    conflicts, named = _pairs(data.get("conflicts", []), "conflicts", papers, experts)
    kept, kept_named = _pairs(data.get("kept", []), "kept", papers, experts)
    reviews = _counts(data.get("reviews"), "reviews", shape[1])
    least, most = _loads(data.get("load"), shape, reviews)
    seed = data.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise BadInstance("“seed” must be a whole number, 0 or more.")
    return Given(
        papers=papers,
        experts=experts,
        instance=Instance(affinity, conflicts, reviews, least, most, kept),
        seed=seed,
        named=named or kept_named,
        even=data.get("load") is None,
    )


def run(given: Given) -> Solution:
    """Solve it; a load that was not given is let grow until there is a solution.

    Raises:
        veche.city.pilots.engines.assign.Impossible: there is none.
    """
    ceiling = int(given.instance.reviews.size)
    while True:
        try:
            return solve(given.instance, seed=given.seed)
        except Impossible as no:
            most = int(given.instance.most.max(initial=0))
            if not given.even or most >= ceiling or no.why not in ("short", "crowded", "kept"):
                raise
            grown = np.full_like(given.instance.most, most + 1)
            one = given.instance
            wider = Instance(one.affinity, one.conflicts, one.reviews, one.least, grown, one.kept)
            given = Given(given.papers, given.experts, wider, given.seed, given.named, given.even)


def result(given: Given, found: Solution) -> dict[str, Any]:
    """What comes out: the pairs, how good they are, and how they were found."""
    return {
        "assignment": [
            [given.experts[e], given.papers[p]] if given.named else [e, p] for e, p in found.pairs
        ],
        "total": round(found.total, 9),
        "worst": None if found.worst is None else round(found.worst, 9),
        "p10": None if found.p10 is None else round(found.p10, 9),
        "loads": list(found.loads),
        "seconds": round(found.seconds, 3),
        "solver": found.solver,
        "gap": found.gap,
        "seed": given.seed,
        "log": list(found.log),
    }


def _names(data: dict[str, Any], key: str) -> tuple[str, ...]:
    """The list of papers or experts, as texts."""
    found = data.get(key)
    if not isinstance(found, list):
        raise BadInstance(f"“{key}” must be a list.")
    names = tuple(_name(one, key) for one in found)
    if len(set(names)) != len(names):
        raise BadInstance(f"“{key}” names somebody or something twice.")
    return names


def _name(one: Any, key: str) -> str:
    if isinstance(one, dict):
        one = one.get("id")
    if isinstance(one, bool) or not isinstance(one, str | int):
        raise BadInstance(f"“{key}” must hold names or numbers.")
    return str(one)


def _affinity(found: Any, shape: tuple[int, int]) -> Any:
    """The table of affinities, expert × paper."""
    wrong = f"“affinity” must be {shape[0]} rows of {shape[1]} numbers: a row an expert."
    if not isinstance(found, list) or len(found) != shape[0]:
        raise BadInstance(wrong)
    for row in found:
        if not isinstance(row, list) or len(row) != shape[1]:
            raise BadInstance(wrong)
        if any(isinstance(one, bool) or not isinstance(one, int | float) for one in row):
            raise BadInstance(wrong)
    try:
        table = np.array(found, dtype=np.float64).reshape(shape)
    except (OverflowError, ValueError) as fault:
        raise BadInstance(wrong) from fault
    if not np.isfinite(table).all() or np.abs(table).max(initial=0.0) > 1e9:
        raise BadInstance("An affinity is no number, or beyond a thousand millions.")
    return table


def _pairs(
    found: Any, key: str, papers: tuple[str, ...], experts: tuple[str, ...]
) -> tuple[Any, bool]:
    """Pairs of expert and paper as a table of flags; whether they are names."""
    table = np.zeros((len(experts), len(papers)), bool)
    if not isinstance(found, list) or any(
        not isinstance(one, list) or len(one) != 2 for one in found
    ):
        raise BadInstance(f"“{key}” must be a list of pairs of expert and paper.")
    if not found:
        return table, False
    whole = all(isinstance(x, int) and not isinstance(x, bool) for one in found for x in one)
    if whole and all(0 <= e < len(experts) and 0 <= p < len(papers) for e, p in found):
        rows = np.array(found, dtype=np.int64)
        table[rows[:, 0], rows[:, 1]] = True
        return table, False
    of_expert = {name: place for place, name in enumerate(experts)}
    of_paper = {name: place for place, name in enumerate(papers)}
    for expert, paper in found:
        e, p = of_expert.get(str(expert)), of_paper.get(str(paper))
        if e is None or p is None:
            raise BadInstance(f"“{key}” names a pair that is not there: {expert!r}, {paper!r}.")
        table[e, p] = True
    return table, True


def _counts(found: Any, key: str, number: int) -> Any:
    """One number for all, or a list of numbers."""
    each = found if isinstance(found, list) else [found] * number
    good = len(each) == number and (isinstance(found, list) or _whole(found))
    if not good or not all(map(_whole, each)):
        raise BadInstance(f"“{key}” must be a whole number, 0 or more, or a list of {number}.")
    return np.array(each, dtype=np.int64)


def _whole(one: Any) -> bool:
    return isinstance(one, int) and not isinstance(one, bool) and 0 <= one < 1_000_000


def _loads(found: Any, shape: tuple[int, int], reviews: Any) -> tuple[Any, Any]:
    """The least and the most of every expert."""
    experts, papers = shape
    if found is None:
        most = -(-int(reviews.sum()) // experts) if experts else 0
        return np.zeros(experts, np.int64), np.full(experts, min(most, papers), np.int64)
    wrong = "“load” must be [least, most], or such a pair for every expert."
    if not isinstance(found, list):
        raise BadInstance(wrong)
    each = found if found and all(isinstance(x, list) for x in found) else [found] * experts
    pair = [found] if not experts else each
    if len(each) != experts or any(
        not isinstance(one, list) or len(one) != 2 or not all(map(_whole, one)) for one in pair
    ):
        raise BadInstance(wrong)
    table = np.array(each, dtype=np.int64).reshape(experts, 2)
    return table[:, 0], table[:, 1]
