"""Every rule against its plainest definition, and against what a rule may never do."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.city.ballots import brute
from veche.city.ballots.counting import (
    Papers,
    Rule,
    WrongRule,
    count,
    count_irv,
    count_schulze,
    count_stv,
    declared,
    drawn,
    preferences,
)
from veche.city.ballots.counting.ballots import NOBODY
from veche.city.ballots.counting.irv import hopeless

OPTIONS = ("A", "B", "C", "D", "E")
orders = st.integers(1, 5).flatmap(
    lambda number: st.lists(
        st.permutations(range(number)).flatmap(
            lambda order: st.integers(0, len(order)).map(lambda cut: tuple(order[:cut]))
        ),
        max_size=24,
    ).map(lambda ballots: (number, ballots))
)


def papers(number: int, ballots: list[tuple[int, ...]]) -> Papers:
    ranked = Counter(tuple((one,) for one in ballot) for ballot in ballots)
    return Papers(OPTIONS[:number], dict(ranked))


@given(orders, st.booleans())
@settings(max_examples=300, deadline=None)
def test_runoff_elects_whom_the_plain_definition_elects(
    case: tuple[int, list[tuple[int, ...]]], together: bool
) -> None:
    number, ballots = case
    wanted = brute.irv(ballots, number)
    found = count_irv(papers(number, ballots), together=together)
    if wanted is None:
        assert found.winners == ()
        return
    if not together:
        # Leaving several out together changes who is tied later; one a round is the definition.
        assert found.winners == (OPTIONS[wanted],)
    tallies = [sum(one.tally.values()) + one.exhausted for one in found.rounds]
    assert tallies == [found.valid] * len(tallies), "every round adds up to the valid ballots"


@given(orders)
@settings(max_examples=200, deadline=None)
def test_leaving_out_together_never_changes_an_untied_winner(
    case: tuple[int, list[tuple[int, ...]]],
) -> None:
    number, ballots = case
    slow = count_irv(papers(number, ballots), together=False)
    fast = count_irv(papers(number, ballots), together=True)
    if not any(one.ties for one in (*slow.rounds, *fast.rounds)):
        assert fast.winners == slow.winners
    assert len(fast.rounds) <= len(slow.rounds)


@given(orders, st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_stv_elects_whom_the_plain_definition_elects(
    case: tuple[int, list[tuple[int, ...]]], seats: int
) -> None:
    number, ballots = case
    found = count_stv(papers(number, ballots), seats)
    wanted = brute.stv(ballots, number, seats)
    assert found.winners == tuple(OPTIONS[one] for one in wanted)
    for one in found.rounds:
        assert sum(one.tally.values()) + one.exhausted == found.valid
        assert one.exhausted >= 0
    for before, after in pairwise(found.rounds):
        assert before.exhausted <= after.exhausted, "what is lost never comes back"


@given(orders)
@settings(max_examples=150, deadline=None)
def test_schulze_elects_one_of_those_the_plain_definition_names(
    case: tuple[int, list[tuple[int, ...]]],
) -> None:
    number, ballots = case
    found = count_schulze(papers(number, ballots), number)
    if not found.valid:
        assert found.winners == ()
        return
    winners = brute.schulze(ballots, number)
    assert OPTIONS.index(found.winners[0]) == min(winners)
    assert sorted(found.winners) == sorted(OPTIONS[:number])


marks = st.lists(st.dictionaries(st.integers(0, 3), st.integers(1, 9), max_size=4), max_size=20)


@given(marks, st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_points_are_added_up(ballots: list[dict[int, int]], seats: int) -> None:
    marked = Counter(
        tuple(sorted((one, Fraction(mark)) for one, mark in ballot.items())) for ballot in ballots
    )
    found = count(Rule("score", seats=seats), Papers(OPTIONS[:4], {}, dict(marked)))
    sums = [sum(ballot.get(one, 0) for ballot in ballots) for one in range(4)]
    assert list(found.rounds[0].tally.values()) == sums
    wanted = sorted((one for one in range(4) if sums[one]), key=lambda one: (-sums[one], one))
    assert found.winners == tuple(OPTIONS[one] for one in wanted[:seats])


crosses = st.lists(st.frozensets(st.integers(0, 3)), max_size=20)


@given(crosses, st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_crosses_are_counted(ballots: list[frozenset[int]], seats: int) -> None:
    """Approval counts every cross; plurality those that stand alone on their ballot."""
    marked = Counter(tuple((one, Fraction(1)) for one in sorted(ballot)) for ballot in ballots)
    for name, counted in (
        ("approval", ballots),
        ("plurality", [ballot for ballot in ballots if len(ballot) == 1]),
    ):
        found = count(Rule(name, seats=seats), Papers(OPTIONS[:4], {}, dict(marked)))
        votes = [sum(one in ballot for ballot in counted) for one in range(4)]
        assert list(found.rounds[0].tally.values()) == votes
        wanted = sorted((one for one in range(4) if votes[one]), key=lambda one: (-votes[one], one))
        assert found.winners == tuple(OPTIONS[one] for one in wanted[:seats])
        assert found.ballots == len(ballots)


@given(orders)
@settings(max_examples=100, deadline=None)
def test_the_order_of_ballots_does_not_matter(
    case: tuple[int, list[tuple[int, ...]]],
) -> None:
    number, ballots = case
    for name in ("irv", "stv-scottish", "schulze", "plurality", "approval"):
        rule = Rule(name)
        one = count(rule, papers(number, ballots))
        other = count(rule, papers(number, ballots[::-1]))
        assert one == other, name


def test_plurality_counts_only_ballots_with_one_cross() -> None:
    one, two = (0, Fraction(1)), (1, Fraction(1))
    found = count(
        Rule("plurality"), Papers(OPTIONS[:2], {}, {(one,): 3, (two,): 4, (one, two): 9, (): 2})
    )
    assert found.winners == ("B",)
    assert (found.ballots, found.valid, found.empty) == (18, 7, 11)


def test_points_are_not_votes() -> None:
    """A ballot that gives five does not count five times where crosses are counted."""
    marked = {((0, Fraction(5)),): 1, ((1, Fraction(1)),): 3}
    for name in ("plurality", "approval"):
        with pytest.raises(WrongRule, match="crosses"):
            count(Rule(name), Papers(OPTIONS[:2], {}, marked))


def test_first_choices_are_read_as_the_rule_says() -> None:
    ranked = {((NOBODY, NOBODY), (0,)): 2, ((1,),): 1}
    wanted = {"exhaust": ("B",), "skip": ("A",)}
    for overvote, winners in wanted.items():
        found = count(Rule("plurality", overvote=overvote), Papers(OPTIONS[:2], ranked))
        assert found.winners == winners


def test_nobody_is_elected_with_nothing() -> None:
    for name in ("plurality", "approval", "irv", "stv-scottish", "schulze"):
        assert count(Rule(name), Papers(OPTIONS, {(): 3, ((), ()): 1})).winners == (), name


def test_mean_of_points_is_exact() -> None:
    marked = {((0, Fraction(1)), (1, Fraction(2))): 2, ((0, Fraction(2)),): 1}
    found = count(Rule("score", score="mean"), Papers(OPTIONS[:2], {}, marked))
    assert found.rounds[0].tally == {"A": Fraction(4, 3), "B": 2}
    assert found.winners == ("B",)


# --- how a paper is read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paper", "overvote", "skips", "wanted"),
    [
        (((0,), (0,), (1,)), "exhaust", "allow", (0, 1)),
        (((0,), (1, 2), (3,)), "exhaust", "allow", (0,)),
        (((0,), (1, 2), (3,)), "skip", "allow", (0, 3)),
        (((NOBODY, NOBODY), (3,)), "exhaust", "allow", None),
        (((NOBODY, NOBODY), (3,)), "skip", "allow", (3,)),
        (((), (1,)), "exhaust", "exhaust-after-2", (1,)),
        (((), (), (1,)), "exhaust", "exhaust-after-2", None),
        (((), (), (1,)), "exhaust", "allow", (1,)),
        (((0,), (), (), (1,)), "exhaust", "exhaust-after-2", (0,)),
        (((0,), (), (1,), (), (2,)), "exhaust", "exhaust-after-2", (0, 1, 2)),
    ],
)
def test_how_a_paper_is_read(
    paper: tuple[tuple[int, ...], ...], overvote: str, skips: str, wanted: tuple[int, ...] | None
) -> None:
    read = preferences(Papers(OPTIONS, {paper: 7}), overvote=overvote, skips=skips)
    assert read.ballots == ({} if wanted is None else {wanted: 7})
    assert (read.cut, read.empty) == (7 if wanted is None else 0, 0)


def test_ranks_alike_are_neither_above_nor_below() -> None:
    ranked = {((0, 1), (2,)): 5, ((2,), (0,)): 4}
    found = count_schulze(Papers(OPTIONS[:3], ranked))
    assert found.more["pairwise"]["A"] == {"A": 0, "B": 4, "C": 5}
    assert found.more["pairwise"]["B"] == {"A": 0, "B": 0, "C": 5}
    assert found.winners == ("A",)


def test_an_overvote_of_unknown_names_ranks_nobody() -> None:
    ranked = {((NOBODY, NOBODY), (1,)): 3, ((0,),): 2}
    assert count_schulze(Papers(OPTIONS[:2], ranked)).winners == ("B",)
    assert count(Rule("approval"), Papers(OPTIONS[:2], ranked)).rounds[0].tally == {"A": 2, "B": 3}


def test_who_cannot_win_is_left_out_together() -> None:
    assert hopeless({0, 1, 2, 3}, {0: 5, 1: 7, 2: 13, 3: 20}) == [0, 1]
    assert hopeless({0, 1, 2}, {0: 5, 1: 5, 2: 10}) == [], "ten together can still be ten"
    assert hopeless({0, 1}, {0: 0, 1: 1}) == [0]


def test_undeclared_names_go_first() -> None:
    ranked = {((0,),): 5, ((1,),): 4, ((2,), (1,)): 8}
    found = count_irv(Papers(OPTIONS[:3], ranked, write_ins=frozenset({2})))
    assert found.rounds[0].eliminated == ("C",)
    assert found.winners == ("B",)


# --- ties -------------------------------------------------------------------------------------


def test_a_tie_is_broken_by_the_declared_order_and_written_down() -> None:
    ranked = {((0,),): 2, ((1,),): 2}
    found = count_irv(Papers(OPTIONS[:2], ranked))
    assert found.winners == ("A",)
    (tie,) = found.rounds[0].ties
    assert (tie.among, tie.taken, tie.decided_by) == (("A", "B"), "B", "declared order")
    other = count_irv(Papers(OPTIONS[:2], ranked), order=declared(2, (1, 0)))
    assert other.winners == ("B",)


def test_scottish_ties_look_back_first() -> None:
    # A and B stand alike in the third round, where A was ahead in the first: B is left out.
    ranked = {((0,),): 5, ((1,),): 4, ((2,), (1,)): 1, ((3,),): 9}
    found = count_stv(Papers(OPTIONS[:4], ranked), 1)
    tie = next(one for number in found.rounds for one in number.ties)
    assert (tie.among, tie.taken, tie.decided_by) == (("A", "B"), "B", "earlier rounds")


def test_a_lottery_needs_its_seed_and_is_the_same_for_everybody() -> None:
    with pytest.raises(WrongRule, match="seed"):
        count(Rule("irv", ties="lottery"), papers(2, [(0,)]))
    one, other = drawn(OPTIONS, b"x" * 32), drawn(OPTIONS, b"x" * 32)
    assert one == other
    assert one.name == "lottery"
    places = Counter(drawn(OPTIONS, bytes([n])).places[0] for n in range(200))
    assert len(places) == 5
    assert max(places.values()) < 80, "no place is favoured"


def test_the_declared_order_names_everybody_once() -> None:
    with pytest.raises(ValueError, match="once"):
        declared(3, (0, 1, 1))


# --- configuration ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"rule": "guess"},
        {"rule": "irv", "seats": 2},
        {"rule": "stv-scottish", "seats": 0},
        {"rule": "stv-scottish", "seats": True},
        {"rule": "stv-scottish", "seats": "3"},
        {"rule": "irv", "overvote": "guess"},
        {"rule": "irv", "skips": "guess"},
        {"rule": "irv", "colour": "red"},
        {"rule": "score", "score": "median"},
        {"rule": "irv", "ties": "coin"},
    ],
)
def test_a_rule_that_cannot_be_counted_by_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(WrongRule):
        Rule.read(config)


def test_a_rule_is_its_canonical_text_and_back() -> None:
    import json

    rule = Rule("stv-scottish", seats=4, skips="exhaust-after-2")
    assert Rule.read(json.loads(rule.canonical())) == rule
    assert rule.canonical().startswith('{"overvote":"exhaust","rule":"stv-scottish"')


def test_marks_are_not_counted_as_orders_nor_orders_as_points() -> None:
    with pytest.raises(WrongRule):
        count(Rule("irv"), Papers(OPTIONS, {}, {((0, Fraction(1)),): 1}))
    with pytest.raises(WrongRule):
        count(Rule("score"), papers(2, [(0,)]))
