"""Rules that add up: plurality, approval, points, shares of money, baskets.

They differ in what a ballot may hold (``kinds.py``) and agree in how it is counted: each option's
marks are summed, and the most are elected.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from veche.city.ballots.counting.ballots import NOBODY, Papers, preferences
from veche.city.ballots.counting.record import Count, Number, Round
from veche.city.ballots.counting.ties import Order, Ties, declared


def add_up(papers: Papers) -> list[Fraction]:
    """The sum of the marks of each option."""
    sums = [Fraction(0)] * len(papers.options)
    for marks, times in papers.marked.items():
        for option, mark in marks:
            sums[option] += mark * times
    return sums


def first_choices(papers: Papers, *, overvote: str = "exhaust", skips: str = "allow") -> Papers:
    """Ranked papers read as one cross each: for what is counted first."""
    read = preferences(papers, overvote=overvote, skips=skips)
    marked: dict[tuple[tuple[int, Fraction], ...], int] = {}
    for ballot, times in read.ballots.items():
        key = ((ballot[0], Fraction(1)),)
        marked[key] = marked.get(key, 0) + times
    if read.empty + read.cut:
        marked[()] = read.empty + read.cut
    return Papers(papers.options, {}, marked, papers.write_ins, papers.seats, papers.title)


def all_ranked(papers: Papers) -> Papers:
    """Ranked papers read as approval: a cross for every option that is ranked at all."""
    marked: dict[tuple[tuple[int, Fraction], ...], int] = {}
    for paper, times in papers.ranked.items():
        named = {one for rank in paper for one in rank} - {NOBODY}
        key = tuple((one, Fraction(1)) for one in sorted(named))
        marked[key] = marked.get(key, 0) + times
    return Papers(papers.options, {}, marked, papers.write_ins, papers.seats, papers.title)


def count_sums(
    rule: str, papers: Papers, seats: int = 1, *, order: Order | None = None, mean: bool = False
) -> Count:
    """Elect the ``seats`` options with the most, by sum or by ``mean`` of the marks given.

    Nobody is elected with nothing.

    Raises:
        ValueError: fewer than one seat.
    """
    if seats < 1:
        raise ValueError("there must be at least one seat")
    options = papers.options
    ties = Ties(options, order or declared(len(options)))
    totals = add_up(papers)
    if mean:
        given = [0] * len(options)
        for marks, times in papers.marked.items():
            for option, _mark in marks:
                given[option] += times
        totals = [
            total / times if times else Fraction(0)
            for total, times in zip(totals, given, strict=True)
        ]
    left = {one for one in range(len(options)) if totals[one] > 0}
    winners: list[str] = []
    while left and len(winners) < seats:
        most = max(totals[one] for one in left)
        taken = ties.highest(sorted(one for one in left if totals[one] == most))
        winners.append(options[taken])
        left.discard(taken)
    empty = sum(times for marks, times in papers.marked.items() if not marks)
    tally: Mapping[str, Number] = {
        options[one]: _number(totals[one]) for one in range(len(options))
    }
    return Count(
        rule,
        options,
        tuple(winners),
        (Round(tally, tuple(winners), ties=ties.take()),),
        papers.number,
        papers.number - empty,
        empty,
    )


def _number(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value
