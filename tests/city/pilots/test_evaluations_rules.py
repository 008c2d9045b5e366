"""Results by hand: values, thresholds, shares and their intervals, the picture."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veche.city.pilots.rules import results as rules

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("mean", 2.5), ("median", 2.0), ("sum", 10.0), ("last", 2.0), ("most", 6.0),
        ("least", 0.0), ("share", 75.0),
    ],
)  # fmt: skip
def test_one_value_is_made_of_many(measure: str, value: float) -> None:
    assert rules.value_of(measure, [0, 2, 6, 2]) == value


@settings(max_examples=30)
@given(VALUES, st.sampled_from(["mean", "median", "last", "most", "least"]))
def test_a_value_lies_between_the_smallest_and_the_largest(
    values: list[float], measure: str
) -> None:
    found = rules.value_of(measure, values)
    assert min(values) - 1e-6 <= found <= max(values) + 1e-6


def test_the_threshold_itself_is_met_and_sums_of_decimals_do_not_miss_it() -> None:
    tenths = [0.1] * 3
    assert sum(tenths) != 0.3
    assert rules.outcome(tenths, measure="sum", direction="at_most", threshold=0.3).met
    assert rules.outcome([50], measure="mean", direction="at_most", threshold=50).met
    assert rules.outcome([50.1], measure="mean", direction="at_most", threshold=50).met is False
    assert rules.outcome([3.9], measure="mean", direction="at_least", threshold=4).met is False


def test_nothing_measured_and_too_few_residents_are_no_value() -> None:
    usual = {"measure": "mean", "direction": "at_least", "threshold": 4.0}
    assert rules.outcome([], **usual) == rules.Outcome(None, 0, None)
    assert rules.outcome([5] * 4, **usual, by_testers=True) == rules.Outcome(None, 4, None)
    assert rules.outcome([5] * 5, **usual, by_testers=True) == rules.Outcome(5, 5, True)
    assert rules.outcome([5], **usual) == rules.Outcome(5, 1, True)


def test_the_interval_is_wilsons() -> None:
    # By hand: p = 0.9, n = 10, z = 1.96 (Newcombe 1998 gives 0.596 to 0.982).
    low, high = rules.wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert rules.wilson(0, 20)[0] == 0
    assert rules.wilson(20, 20)[1] == 1


def test_content_is_who_is_on_the_good_side_in_half_of_their_answers() -> None:
    answers = [(n, n < 3) for n in range(5)] + [(3, True), (4, False)]
    share = rules.satisfied(answers)
    assert share is not None
    assert (share.part, share.of, share.value) == (4, 5, 0.8)
    assert rules.satisfied(answers[:4]) is None


@settings(max_examples=50)
@given(
    st.none() | st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.none() | st.floats(-1e5, 1e5)
)  # fmt: skip
def test_every_number_of_an_indicator_stands_on_its_picture(
    baseline: float | None, threshold: float, value: float | None
) -> None:
    at = rules.drawn(baseline, threshold, value)
    for place in (at.zero, at.baseline, at.threshold, at.value):
        assert place is None or 0 <= place <= 100
    if value is not None and value > threshold + 1:
        assert at.value is not None
        assert at.value >= at.threshold
