"""Who reads what: the rules are kept, nobody gets leftovers, and what cannot be is explained."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from veche.city.pilots.engines import assign_file
from veche.city.pilots.engines.assign import STEP, Impossible, Instance, solve

DATA = Path(__file__).resolve().parents[4] / "shared/data/services/reviewer_assignment"


def instance(
    affinity: Any, conflicts: Any = (), *, k: int = 2, load: tuple[int, int] = (0, 9)
) -> Instance:
    table = np.array(affinity, dtype=float)
    experts, papers = table.shape
    forbidden = np.zeros(table.shape, bool)
    for e, p in conflicts:
        forbidden[e, p] = True
    return Instance(
        table, forbidden, np.full(papers, k), np.full(experts, load[0]),
        np.full(experts, load[1]), np.zeros(table.shape, bool),
    )  # fmt: skip


def kept(one: Instance, pairs: tuple[tuple[int, int], ...]) -> None:
    got = np.zeros(one.affinity.shape, int)
    for e, p in pairs:
        got[e, p] += 1
    assert got.max(initial=0) <= 1
    assert not got[one.conflicts].any()
    assert (got.sum(axis=0) == one.reviews).all()
    assert (got.sum(axis=1) >= one.least).all() and (got.sum(axis=1) <= one.most).all()


def test_the_rules_hold_and_the_worth_is_the_largest_there_is() -> None:
    rng = np.random.default_rng(2)
    one = instance(rng.random((4, 4)), [(0, 0), (3, 2)], k=2, load=(1, 3))
    found = solve(one)
    kept(one, found.pairs)
    width = 2 * STEP * float(np.abs(one.affinity[~one.conflicts]).max())

    def worth(pairs: Any) -> float:
        total = 0.0
        for p in range(4):
            left = sum(one.affinity[e, q] for e, q in pairs if q == p)
            for value in (16, 8, 4, 2):
                total += value * min(left, width)
                left -= min(left, width)
            total += left
        return total

    best = 0.0
    choices = [
        [c for c in itertools.combinations(range(4), 2) if not one.conflicts[list(c), p].any()]
        for p in range(4)
    ]
    for chosen in itertools.product(*choices):
        loads = np.bincount([e for c in chosen for e in c], minlength=4)
        if loads.min() >= 1 and loads.max() <= 3:
            best = max(best, worth([(e, p) for p, c in enumerate(chosen) for e in c]))
    assert worth(found.pairs) == pytest.approx(best, rel=1e-3)
    assert solve(one).pairs == found.pairs


def test_a_paper_is_not_left_with_what_others_do_not_want() -> None:
    # The largest total gives paper 1 nobody who knows its field: 1.0 + 0.9 + 0 + 0 against less.
    table = [[1.0, 0.9], [0.9, 0.7], [0.1, 0.0], [0.0, 0.0]]
    found = solve(instance(table, k=2, load=(1, 1)))
    assert found.worst is not None
    assert found.worst >= 0.9


@pytest.mark.parametrize(
    ("one", "why", "papers", "experts"),
    [
        (instance(np.ones((2, 3)), k=3), "few", (0, 1, 2), ()),
        (instance(np.ones((3, 3)), [(0, 1), (1, 1)], k=2), "few", (1,), ()),
        (instance(np.ones((2, 3)), k=2, load=(0, 2)), "short", (), ()),
        (instance(np.ones((3, 2)), k=1, load=(1, 2)), "idle", (), ()),
        (instance(np.ones((2, 2)), k=1, load=(2, 1)), "bounds", (), (0, 1)),
        (instance(np.ones((3, 4)), [(0, p) for p in range(4)], k=1, load=(1, 4)), "unfilled", (),
         (0,)),
        (instance(np.ones((4, 4)), [(e, p) for e in (1, 2, 3) for p in (0, 1)], k=1, load=(0, 1)),
         "crowded", None, ()),
        (instance(np.ones((4, 4)), [(e, p) for e in (0, 1) for p in (1, 2, 3)], k=1, load=(1, 2)),
         "unfilled", (), None),
    ],
)  # fmt: skip
def test_what_cannot_be_says_which_are_in_the_way(
    one: Instance, why: str, papers: Any, experts: Any
) -> None:
    with pytest.raises(Impossible) as no:
        solve(one)
    assert no.value.why == why
    assert no.value.papers == papers if papers is not None else len(no.value.papers) == 1
    assert no.value.experts == experts if experts is not None else len(no.value.experts) == 1


def test_odd_instances_are_solved_too() -> None:
    nothing = instance(np.zeros((3, 0)), k=3)
    assert solve(nothing).pairs == ()
    assert solve(nothing).worst is None
    zeros = instance(np.zeros((7, 11)), k=3, load=(4, 5))
    kept(zeros, solve(zeros).pairs)
    minus = instance(-np.random.default_rng(0).random((6, 6)), k=2, load=(2, 2))
    kept(minus, solve(minus).pairs)
    none = instance(np.ones((2, 2)), k=0)
    assert solve(none).pairs == ()


def test_what_stands_already_stays() -> None:
    one = instance([[0.1, 1.0], [1.0, 0.9], [0.9, 0.1]], k=1, load=(0, 1))
    one.kept[2, 1] = True
    assert solve(one).pairs == ((1, 0), (2, 1))
    one.conflicts[2, 1] = True
    with pytest.raises(Impossible, match="kept"):
        solve(one)


def test_many_applications_are_assigned_from_the_best_candidates_first() -> None:
    rng = np.random.default_rng(4)
    table = rng.random((60, 450)) ** 3
    one = instance(table, k=2, load=(14, 16))
    one.conflicts[rng.random(table.shape) < 0.05] = True
    found = solve(one)
    kept(one, found.pairs)
    assert found.candidates < (~one.conflicts).sum()
    assert solve(one, seed=0).pairs == found.pairs


def test_a_file_is_read_with_doubt_and_answers_as_it_asked() -> None:
    data: dict[str, Any] = {
        "papers": ["cane", "lamp"], "experts": ["ann", "bo", "cy"],
        "affinity": [[1, 0.5], [0.5, 1], [0.2, 0.2]], "conflicts": [[0, 0], [0, 0]],
        "reviews": 2, "load": [1, 2],
    }  # fmt: skip
    given = assign_file.read(data)
    out = assign_file.result(given, assign_file.run(given))
    assert sorted(out["assignment"]) == [[0, 1], [1, 0], [1, 1], [2, 0]]
    assert out["loads"] == [1, 2, 1]
    assert out["worst"] == pytest.approx(0.7)
    named = assign_file.read({**data, "conflicts": [["ann", "cane"]]})
    assert ["bo", "cane"] in assign_file.result(named, assign_file.run(named))["assignment"]
    even = assign_file.read({k: v for k, v in data.items() if k != "load"})
    assert max(assign_file.run(even).loads) == 2
    # As even as can be, and no evener than the conflicts allow.
    barred = {**data, "conflicts": [["cy", "cane"], ["cy", "lamp"]], "reviews": 2}
    tight = assign_file.read({k: v for k, v in barred.items() if k != "load"})
    assert assign_file.run(tight).loads == (2, 2, 0)
    assert assign_file.digest(data) == assign_file.digest(dict(reversed(data.items())))


@pytest.mark.parametrize(
    "wrong",
    [
        [], {}, {"papers": []}, {"papers": [1], "experts": ["a"], "affinity": [[1]]},
        {"papers": [1], "experts": ["a"], "affinity": [[1, 2]], "reviews": 1},
        {"papers": [1], "experts": ["a"], "affinity": [["x"]], "reviews": 1},
        {"papers": [1], "experts": ["a"], "affinity": [[1e400]], "reviews": 1},
        {"papers": [1], "experts": ["a"], "affinity": [[10**400]], "reviews": 1},
        {"papers": [1], "experts": ["a"], "affinity": [[True]], "reviews": 1},
        {"papers": [1, 1], "experts": ["a"], "affinity": [[1, 1]], "reviews": 1},
        {"papers": [1], "experts": ["a"], "affinity": [[1]], "reviews": -1},
        {"papers": [1], "experts": ["a"], "affinity": [[1]], "reviews": [1, 1]},
        {"papers": [1], "experts": ["a"], "affinity": [[1]], "reviews": 1, "load": [1]},
        {"papers": [1], "experts": ["a"], "affinity": [[1]], "reviews": 1, "conflicts": [[5, 0]]},
        {"papers": [1], "experts": ["a"], "affinity": [[1]], "reviews": 1, "conflicts": [[0]]},
        {"papers": [1], "experts": ["a"], "affinity": [[1]], "reviews": 1, "seed": "x"},
        {"papers": [None], "experts": ["a"], "affinity": [[1]], "reviews": 1},
        {"papers": {"a": 1}, "experts": ["a"], "affinity": [[1]], "reviews": 1},
    ],
)  # fmt: skip
def test_what_is_no_instance_is_refused(wrong: Any) -> None:
    with pytest.raises(assign_file.BadInstance, match=r"\w"):
        assign_file.read(wrong)


@pytest.mark.skipif(not DATA.is_dir(), reason="the instance is not here")
def test_the_conference_instance_can_be_read_as_a_file() -> None:
    # What it must reach is measured by the bench; here an eighth of it, so that it is quick.
    table = np.load(DATA / "midl_scores.npy")[::2, ::4]
    data = {
        "papers": list(range(table.shape[1])), "experts": list(range(table.shape[0])),
        "affinity": table.tolist(), "conflicts": [], "reviews": 3, "load": [0, 4],
    }  # fmt: skip
    given = assign_file.read(data)
    found = assign_file.run(given)
    kept(given.instance, found.pairs)
    assert found.worst is not None
    assert found.worst >= 0.75
