"""What a value means and when a state changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche.city.pulse import rules
from veche.city.pulse.rules import Formula, Limits, Rule, Season, Standing, Usual, step

START = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)
HIGH = Limits(high=(100.0, 200.0, 300.0))


def minutes(n: float) -> dt.datetime:
    return START + dt.timedelta(minutes=n)


def walk(rule: Rule, values: Sequence[float | None], usual: Usual | None = None) -> list[str]:
    """The states after one value a minute."""
    found, last = [], None
    for n, value in enumerate(values):
        last = step(last, value, rule, usual, minutes(n))
        found.append(last.state)
    return found


def test_a_limit_is_reached_when_the_value_is_on_it() -> None:
    rule = Rule(HIGH)
    assert [rules.level_of(v, rule) for v in (99.9, 100, 199, 200, 299, 300, 9e9)] == [
        "normal", "watch", "watch", "warning", "warning", "critical", "critical",
    ]  # fmt: skip
    assert rules.level_of(None, rule) == rules.level_of(float("nan"), rule) == "none"


def test_low_limits_look_down() -> None:
    rule = Rule(Limits(low=(3.0, 2.0, None)), direction="low")
    assert [rules.level_of(v, rule) for v in (3.1, 3.0, 2.0, -1)] == [
        "normal", "watch", "warning", "warning",
    ]  # fmt: skip


def test_above_a_limit_for_ten_minutes_means_ten_minutes() -> None:
    rule = Rule(HIGH, hold_seconds=600)
    states = walk(rule, [50, *[150] * 12])
    assert states[:11] == ["normal"] * 11
    assert states[11] == "watch"  # one minute to ten past: since the first minute above


def test_one_value_below_begins_the_ten_minutes_anew() -> None:
    rule = Rule(HIGH, hold_seconds=600)
    assert "watch" not in walk(rule, [150] * 9 + [50] + [150] * 9)


def test_a_restart_goes_on_counting() -> None:
    rule = Rule(HIGH, hold_seconds=600)
    before = step(None, 150, rule, None, START)
    assert (before.state, before.coming) == ("normal", "watch")
    kept = json.loads(json.dumps({k: (at.isoformat(), n) for k, (at, n) in before.runs.items()}))
    again = Standing(
        before.state,
        before.since,
        {k: (dt.datetime.fromisoformat(at), n) for k, (at, n) in kept.items()},
    )
    assert step(again, 150, rule, None, minutes(9)).state == "normal"
    assert step(again, 150, rule, None, minutes(10)).state == "watch"


def test_each_level_holds_for_itself() -> None:
    """Worse from the fifth minute on: critical at the fifteenth, not at the twentieth."""
    rule = Rule(HIGH, hold_seconds=600)
    states = walk(rule, [150] * 5 + [350] * 15)
    assert states[10] == "watch"
    assert (states[14], states[15]) == ("watch", "critical")


def test_samples_count_only_with_new_data() -> None:
    rule = Rule(HIGH, hold_samples=3)
    last = step(None, 150, rule, None, START)
    for n in range(5):
        last = step(last, 150, rule, None, minutes(n), new=False)
    assert last.state == "normal"
    last = step(last, 150, rule, None, minutes(6))
    assert step(last, 150, rule, None, minutes(7)).state == "watch"


def test_the_margin_keeps_a_value_on_the_limit_from_flapping() -> None:
    flapping = [101.0, 99.0] * 50
    without, with_margin = Rule(HIGH), Rule(HIGH, margin=5)
    assert walk(without, flapping).count("normal") == 50
    assert set(walk(with_margin, flapping)) == {"watch"}
    assert walk(with_margin, [101, 95, 94.9])[-2:] == ["watch", "normal"]


def test_silence_is_never_normal_and_never_returns_an_alarm() -> None:
    rule = Rule(HIGH)
    last = step(None, 250, rule, None, START)
    assert rules.calls_for("normal", last) == "raise"
    silent = step(last, 250, rule, None, minutes(1), stale=True)
    assert silent.state == "stale"
    assert rules.calls_for(last.state, silent) == ""
    held = step(silent, 250, Rule(HIGH, hold_samples=3), None, minutes(2))
    assert held.state == "normal"
    assert rules.calls_for("stale", held) == ""  # about to be beyond again
    assert rules.calls_for("stale", step(silent, 50, rule, None, minutes(2))) == "return"
    # What was about to be so again after a silence and turns out not to be is returned then.
    calm = step(held, 50, Rule(HIGH, hold_samples=3), None, minutes(3))
    assert rules.calls_for(held.state, calm, held.coming) == "return"


def test_the_season_tells_a_hot_hour_from_a_usual_one() -> None:
    rule = Rule(season=Season(watch=3, warning=5), direction="both")
    usual = Usual(median=20, mad=1)
    assert rules.level_of(20 + 3 * rules.SPREAD - 0.01, rule, usual) == "normal"
    assert rules.level_of(20 + 3 * rules.SPREAD, rule, usual) == "watch"
    assert rules.level_of(20 - 5 * rules.SPREAD, rule, usual) == "warning"
    assert rules.level_of(1000, rule, None) == "normal"  # nothing is known of what is usual


def test_a_place_where_nothing_ever_changed_is_not_alarmed_by_a_little() -> None:
    rule = Rule(season=Season(watch=3), direction="high")
    assert rules.level_of(105, rule, Usual(median=100, mad=0)) == "normal"
    assert rules.level_of(106, rule, Usual(median=100, mad=0)) == "watch"


@pytest.mark.parametrize(
    "given_",
    [
        {"over": "weather", "measure": "last"},
        {"over": "readings", "measure": "last"},
        {"over": "readings", "measure": "guess", "property": "x"},
        {"over": "readings", "measure": "last", "property": "x", "window": 60},
        {"over": "readings", "measure": "mean", "property": "x", "window": 0},
        {"over": "readings", "measure": "last", "property": "x", "across": "share_above"},
        {"over": "matters", "measure": "opened", "window": 10**9},
        {"over": "matters", "measure": "opened", "typo": 1},
    ],
)
def test_a_formula_that_cannot_be_reckoned_is_refused(given_: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Formula.of(given_)


@pytest.mark.parametrize(
    "limits",
    [
        {"high": [3, 2, 1]},
        {"high": [1, 2]},
        {"high": [1, float("inf"), 2]},
        {"low": [1, 2, 3]},
        {"high": [1, 2, 3], "low": [1, 0, -1]},
    ],
)
def test_limits_out_of_order_are_refused(limits: dict[str, list[float | None]]) -> None:
    with pytest.raises(ValueError):
        Limits.of(limits)


VALUES = st.lists(st.one_of(st.none(), st.floats(-50, 400)), min_size=1, max_size=60)
RULES = st.builds(
    Rule,
    st.just(HIGH),
    margin=st.floats(0, 40),
    hold_samples=st.integers(1, 4),
    hold_seconds=st.integers(0, 300),
)


@given(VALUES, RULES)
def test_no_state_without_a_value_that_asks_for_it(values: list[float | None], rule: Rule) -> None:
    """A level is entered only after every value for the whole hold was beyond its limit."""
    states = walk(rule, values)
    before = "normal"
    for n, state in enumerate(states):
        if values[n] is None:
            assert state == "none"
        else:
            assert state in rules.RANK
            if rules.RANK[state] > rules.RANK.get(before, 0):
                needed = max(rule.hold_samples, -(-rule.hold_seconds // 60) + 1)
                run = values[max(0, n - needed + 1) : n + 1]
                limit = (100.0, 200.0, 300.0)[rules.RANK[state] - 1]
                assert len(run) == needed
                assert all(v is not None and v >= limit for v in run)
        before = state


@given(VALUES, RULES)
def test_a_calm_end_is_normal_whatever_was_before(values: list[float | None], rule: Rule) -> None:
    assert walk(rule, [*values, *[0.0] * 10])[-1] == "normal"


@given(st.floats(-50, 400), st.floats(-50, 400))
def test_more_is_never_better(one: float, other: float) -> None:
    low, high = sorted((one, other))
    rule = Rule(HIGH)
    assert rules.RANK[rules.level_of(low, rule)] <= rules.RANK[rules.level_of(high, rule)]


def test_an_alarm_that_comes_five_times_in_ten_minutes_flaps() -> None:
    comings = [minutes(n) for n in range(5)]
    assert rules.flapping(comings, minutes(5))
    assert not rules.flapping(comings, minutes(11))
    assert not rules.flapping(comings[:4], minutes(5))
