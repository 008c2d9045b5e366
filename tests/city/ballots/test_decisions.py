"""Yes and no: majorities, quorums, several at once; and what one ballot may hold."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche.city.ballots.counting import Kind, Majority, Side, WrongBallot, decide

HALF, TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)


def test_half_is_not_more_than_half() -> None:
    assert not decide(Majority(), Side(50, 50)).passed
    assert decide(Majority(), Side(51, 50)).passed
    assert decide(Majority(strictly=False), Side(50, 50)).passed
    assert not decide(Majority(strictly=False), Side(0, 0)).passed, "of nothing there is no half"


def test_two_thirds_are_exact() -> None:
    rule = Majority(TWO_THIRDS, strictly=False)
    assert decide(rule, Side(2, 1)).passed
    assert not decide(rule, Side(666_666_666, 333_333_334)).passed


def test_abstentions_count_where_the_rule_says() -> None:
    side = Side(yes=60, no=40, abstain=50, roll=200)
    assert decide(Majority(), side).passed
    assert not decide(Majority(of="cast"), side).passed
    assert not decide(Majority(of="roll"), side).passed


def test_a_quorum_is_its_own_condition() -> None:
    side = Side(yes=60, no=10, abstain=5, roll=300)
    found = decide(Majority(quorum=Fraction(1, 4)), side)
    assert found.passed
    missed = decide(Majority(quorum=Fraction(1, 3)), side)
    assert not missed.passed
    assert [(one.name, one.met) for one in missed.conditions] == [
        ("yes of votes", True),
        ("quorum", False),
    ]
    assert missed.conditions[1].have == Fraction(1, 4)


def test_a_double_majority_needs_both() -> None:
    parts = {"North": Side(90, 10), "South": Side(10, 11), "West": Side(10, 11)}
    rule = Majority(territories=HALF)
    found = decide(rule, Side(110, 32), parts)
    assert not found.passed
    assert found.carried == {"North": True, "South": False, "West": False}
    with pytest.raises(ValueError, match="add up"):
        decide(rule, Side(111, 32), parts)
    with pytest.raises(ValueError, match="territories"):
        decide(rule, Side(110, 32))


def test_a_quorum_of_every_territory() -> None:
    parts = {"North": Side(9, 0, roll=10), "South": Side(1, 0, roll=10)}
    rule = Majority(quorum=HALF, everywhere_quorum=True)
    found = decide(rule, Side(10, 0, roll=20), parts)
    assert [one.met for one in found.conditions] == [True, True, True, False]


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="roll"):
        Side(6, 5, roll=10)
    with pytest.raises(ValueError, match="below"):
        Side(-1, 0)
    with pytest.raises(ValueError, match="part of one"):
        Majority(Fraction(3, 2))
    with pytest.raises(ValueError, match="roll"):
        decide(Majority(quorum=HALF), Side(1, 0))


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.fractions(0, 1))
def test_one_more_yes_never_loses_a_majority(
    yes: int, no: int, abstain: int, share: Fraction
) -> None:
    for of in ("votes", "cast", "roll"):
        rule = Majority(share, of)
        roll = yes + no + abstain + 1
        if decide(rule, Side(yes, no, abstain, roll)).passed:
            assert decide(rule, Side(yes + 1, no, abstain, roll)).passed


def test_a_majority_is_its_canonical_text_and_back() -> None:
    rule = Majority(TWO_THIRDS, "roll", strictly=False, quorum=HALF, territories=HALF)
    assert Majority.read(json.loads(rule.canonical())) == rule
    assert Majority.read({}) == Majority()


@pytest.mark.parametrize(
    "config",
    [
        {"share": 0.5},
        {"share": "1/0"},
        {"share": "3/2"},
        {"of": "heads"},
        {"strictly": "yes"},
        {"colour": "red"},
        {"quorum": "-1/2"},
    ],
)
def test_a_majority_that_makes_no_sense_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Majority.read(config)


sides = st.builds(
    lambda yes, no, abstain, away: Side(yes, no, abstain, yes + no + abstain + away),
    st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(1, 9),
)  # fmt: skip
shares = st.sampled_from([Fraction(n, d) for d in (1, 2, 3, 4) for n in range(d + 1)])


@given(
    st.lists(sides, min_size=1, max_size=4),
    shares,
    st.sampled_from(["votes", "cast", "roll"]),
    st.booleans(),
    st.none() | shares,
    st.none() | shares,
)
def test_a_decision_is_what_counting_heads_says(
    parts: list[Side], share: Fraction, of: str, strictly: bool,
    quorum: Fraction | None, territories: Fraction | None,
) -> None:  # fmt: skip
    """The definition once more, by multiplying out instead of dividing."""

    def carried(side: Side) -> bool:
        base = {"votes": side.yes + side.no, "cast": side.cast, "roll": side.roll}[of]
        left, right = side.yes * share.denominator, base * share.numerator
        return base > 0 and (left > right if strictly else left >= right)

    whole = Side(
        *(sum(getattr(side, name) for side in parts) for name in ("yes", "no", "abstain", "roll"))
    )
    wanted = carried(whole)
    if quorum is not None:
        wanted = wanted and whole.cast * quorum.denominator >= whole.roll * quorum.numerator
    if territories is not None:
        won = sum(map(carried, parts))
        wanted = wanted and won * territories.denominator >= len(parts) * territories.numerator
    rule = Majority(share, of, strictly, quorum, territories)
    found = decide(rule, whole, {str(n): side for n, side in enumerate(parts)})
    assert found.passed == wanted


# --- kinds of ballot --------------------------------------------------------------------------


def marks(*given: int) -> dict[int, Fraction]:
    return {option: Fraction(mark) for option, mark in enumerate(given) if mark}


@pytest.mark.parametrize(
    ("kind", "ballot", "sentence"),
    [
        (Kind("single"), marks(1), None),
        (Kind("single"), marks(1, 1), "no more than 1"),
        (Kind("several", least=2, most=3), marks(1), "at least 2"),
        (Kind("several", least=2, most=3), marks(1, 1, 1), None),
        (Kind("several", least=2, most=3), marks(1, 1, 1, 1), "no more than 3"),
        (Kind("approval"), marks(1, 1, 1, 1), None),
        (Kind("approval"), marks(2), "chosen or not"),
        (Kind("score", points=Fraction(5)), marks(5, 0, 5), None),
        (Kind("score", points=Fraction(5)), marks(6), "no more than 5"),
        (Kind("cumulative", points=Fraction(5)), marks(3, 2), None),
        (Kind("cumulative", points=Fraction(5)), marks(3, 3), "gives 6"),
        (Kind("cumulative", points=Fraction(5), per_option=Fraction(2)), marks(3), "than 2"),
        (Kind("cumulative", points=Fraction(5)), {0: Fraction(1, 2)}, "whole numbers"),
        (Kind("distribution", points=Fraction(100)), marks(30, 70), None),
        (Kind("distribution", points=Fraction(100)), {0: Fraction(1, 3)}, "the whole is 100"),
        (
            Kind("knapsack", budget=Fraction(10), costs=[Fraction(6), Fraction(4), Fraction(5)]),
            marks(1, 1),
            None,
        ),
        (
            Kind("knapsack", budget=Fraction(10), costs=[Fraction(6), Fraction(4), Fraction(5)]),
            marks(1, 0, 1),
            "costs 11",
        ),
        (Kind("approval"), {9: Fraction(1)}, "not on the ballot"),
        (Kind("score", points=Fraction(5)), {0: Fraction(-1)}, "below nothing"),
        (Kind("single"), {}, None),
    ],
)
def test_a_ballot_keeps_to_its_kind(
    kind: Kind, ballot: dict[int, Fraction], sentence: str | None
) -> None:
    if sentence is None:
        kind.check_marks(ballot, 4)
        return
    with pytest.raises(WrongBallot, match=sentence):
        kind.check_marks(ballot, 4)


def test_an_order_names_each_option_once() -> None:
    kind = Kind("ranked", most=3)
    kind.check_order((2, 0), 4)
    for wrong in ((0, 0), (0, 1, 2, 3), (7,)):
        with pytest.raises(WrongBallot):
            kind.check_order(wrong, 4)
    with pytest.raises(WrongBallot):
        kind.check_marks(marks(1), 4)
    with pytest.raises(WrongBallot):
        Kind("approval").check_order((0,), 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "guess"},
        {"kind": "score"},
        {"kind": "knapsack"},
        {"kind": "several", "least": 3, "most": 2},
    ],
)
def test_a_kind_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(WrongBallot):
        Kind(**wrong)  # type: ignore[arg-type]
