"""Scores without the experts' severity: known closed forms, and a solution by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from veche.city.pilots.engines.scoring import ranks, scores, weighted


def test_a_balanced_table_gives_what_the_analysis_of_variance_gives() -> None:
    rng = np.random.default_rng(3)
    items, raters = 8, 5
    own, severity = rng.normal(3, 0.6, items), rng.normal(0, 0.7, raters)
    table = own[:, None] + severity + rng.normal(0, 0.3, (items, raters))
    rows = [(i, j, float(table[i, j])) for i in range(items) for j in range(raters)]
    found = scores(rows)
    # Two-way analysis of variance, by hand.
    of_raters = table.mean(axis=0) - table.mean()
    rest = table - table.mean(axis=1, keepdims=True) - of_raters
    noise2 = (rest**2).sum() / ((items - 1) * (raters - 1))
    between = (items * (of_raters**2).sum() / (raters - 1) - noise2) / items
    assert found.noise is not None
    assert found.noise**2 == pytest.approx(noise2, rel=1e-6)
    assert found.ratio == pytest.approx(between / noise2, rel=1e-4)
    # Everybody was read by everybody: nothing is to be put right.
    assert [one.adjusted for one in found.scores] == pytest.approx(list(table.mean(axis=1)))
    shrunk = items * between / (items * between + noise2)
    assert list(found.severity) == pytest.approx(list(shrunk * of_raters), rel=1e-4)


def test_an_unbalanced_table_agrees_with_the_whole_covariance_matrix() -> None:
    rng = np.random.default_rng(11)
    items, raters = 12, 7
    pairs = [(i, int(j)) for i in range(items) for j in rng.choice(raters, 3, replace=False)]
    item, rater = np.array(pairs).T
    y = rng.normal(3, 0.7, items)[item] + rng.normal(0, 1.0, raters)[rater]
    y = y + rng.normal(0, 0.3, len(y))
    found = scores([(i, j, float(v)) for (i, j), v in zip(pairs, y, strict=True)])
    x, z = np.eye(items)[item], np.eye(raters)[rater]

    def likelihood(q: float) -> float:
        v = np.eye(len(y)) + q * z @ z.T
        vi = np.linalg.inv(v)
        own = np.linalg.solve(x.T @ vi @ x, x.T @ vi @ y)
        r = y - x @ own
        free = len(y) - items
        return float(
            -0.5 * (
                free * np.log(r @ vi @ r) + np.linalg.slogdet(v)[1]
                + np.linalg.slogdet(x.T @ vi @ x)[1]
            )
        )  # fmt: skip

    assert likelihood(found.ratio) >= max(
        likelihood(found.ratio * step) for step in (0.5, 0.9, 0.99, 1.01, 1.1, 2.0)
    )
    v = np.eye(len(y)) + found.ratio * z @ z.T
    vi = np.linalg.inv(v)
    middle = np.linalg.inv(x.T @ vi @ x)
    own = middle @ x.T @ vi @ y
    assert [one.adjusted for one in found.scores] == pytest.approx(list(own), abs=1e-9)
    r = y - x @ own
    noise2 = r @ vi @ r / (len(y) - items)
    assert np.allclose(found.cover, noise2 * middle)
    assert found.scores[0].error == pytest.approx(float(np.sqrt(noise2 * middle[0, 0])))


def test_severe_experts_do_not_pull_down_whom_they_read() -> None:
    # Applications 0–5 are equally good; 0–2 were read by the severe pair, the bridge is read by
    # all. The plain means differ by one mark, the adjusted ones hardly.
    rng = np.random.default_rng(1)
    rows = [
        (i, j, 3.0 - (1.0 if j < 2 else 0.0) + float(rng.normal(0, 0.05)))
        for i in range(7)
        for j in ((0, 1, 2) if i < 3 else (2, 3, 4) if i < 6 else range(5))
    ]
    found = scores(rows)
    mean = [one.mean for one in found.scores]
    adjusted = [one.adjusted for one in found.scores]
    assert mean[3] - mean[0] > 0.5
    assert abs(adjusted[3] - adjusted[0]) < 0.1
    assert found.severity[0] < -0.5 < found.severity[3]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0, 0, 4.0), (1, 0, 2.0)], None),  # one expert: severity cannot be seen
        ([(0, 0, 4.0), (1, 1, 2.0)], None),  # nothing was read twice
        ([(0, 0, 4.0), (0, 1, 2.0), (0, 2, 3.0)], 3**-0.5),  # one application: the mean's error
        ([(0, 0, 3.0), (0, 1, 3.0), (1, 0, 3.0), (1, 1, 3.0)], 0.0),  # all agree
    ],
)
def test_what_cannot_be_known_is_not_made_up(
    rows: list[tuple[int, int, float]], expected: float | None
) -> None:
    found = scores(rows)
    for one in found.scores:
        assert one.adjusted == pytest.approx(one.mean)
        assert one.error == (pytest.approx(expected) if expected is not None else None)
    assert set(found.severity) == {0.0}


def test_ranks_that_cannot_be_told_apart_overlap() -> None:
    rows = [
        (i, j, value + wobble)
        for i, value in enumerate((4.5, 3.0, 3.02, 1.0))
        for j, wobble in enumerate((-0.1, 0.0, 0.12))
    ]
    found = scores([(i, j, v + (0.05 if (i + j) % 2 else 0.0)) for i, j, v in rows])
    between = ranks(found)
    assert between[0] == (1, 1)
    assert between[3] == (4, 4)
    assert between[1] == between[2] == (2, 3)
    assert ranks(found) == ranks(found, seed=0)
    lonely = scores([(0, 0, 2.0), (1, 0, 2.0), (2, 0, 1.0)])
    assert ranks(lonely) == ((1, 1), (1, 1), (3, 3))


def test_a_score_is_the_weighted_mean_of_the_marks() -> None:
    assert weighted([5, 1], [3, 1]) == 4.0
    with pytest.raises(ValueError, match="differ"):
        weighted([], [])
    with pytest.raises(ValueError, match="no marks"):
        scores([])
    with pytest.raises(ValueError, match="without"):
        scores([(1, 0, 3.0)])
