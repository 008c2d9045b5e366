"""The single transferable vote as Scottish councils are elected.

Source: Scottish Local Government Elections Order 2011 (SSI 2011/399), schedule 1, rules 45–52:
whole-number Droop quota; the weighted inclusive Gregory method (every paper of an elected
candidate goes on at a part of its value) to five decimals, any remainder ignored; the largest
surplus first; ties by the last round in which the tied stood apart, then by lot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from veche.city.ballots.counting.ballots import Papers, Preferences, preferences
from veche.city.ballots.counting.record import Count, Number, Round
from veche.city.ballots.counting.ties import Order, Ties, declared

UNIT = 100_000
"""Votes are kept as whole hundred-thousandths."""

Pile = dict[tuple[tuple[int, ...], int], int]
"""Papers of one candidate: (order of preference, value of one in units) → how many."""


def count_stv(
    papers: Papers,
    seats: int,
    *,
    order: Order | None = None,
    overvote: str = "exhaust",
    skips: str = "allow",
) -> Count:
    """Elect ``seats`` options.

    Raises:
        ValueError: fewer than one seat.
    """
    if seats < 1:
        raise ValueError("there must be at least one seat")
    read = preferences(papers, overvote=overvote, skips=skips)
    state = _State(
        papers, read, seats, Ties(papers.options, order or declared(len(papers.options)))
    )
    state.run()
    return Count(
        "stv-scottish",
        papers.options,
        tuple(papers.options[one] for one in state.elected),
        tuple(state.rounds),
        papers.number,
        read.valid,
        read.empty,
        quota=state.quota // UNIT,
    )


def droop(valid: int, seats: int) -> int:
    """The whole-number Droop quota: votes divided by one more than the seats, and one more."""
    return valid // (seats + 1) + 1


@dataclass
class _State:
    papers: Papers
    read: Preferences
    seats: int
    ties: Ties
    quota: int = 0
    votes: list[int] = field(default_factory=list)
    piles: list[Pile] = field(default_factory=list)
    continuing: set[int] = field(default_factory=set)
    elected: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    """Elected with a surplus that has not gone on yet."""
    history: list[list[int]] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)

    def __post_init__(self) -> None:
        number = len(self.papers.options)
        self.quota = droop(self.read.valid, self.seats) * UNIT
        self.continuing = set(range(number))
        self.votes = [0] * number
        self.piles = [{} for _one in range(number)]
        for ballot, times in self.read.ballots.items():
            self.piles[ballot[0]][ballot, UNIT] = times
            self.votes[ballot[0]] += times * UNIT

    def run(self) -> None:
        """Round after round until all seats are filled, or nobody is left."""
        if not self.read.valid:
            self.rounds.append(self._round((), "", ()))
            return
        while True:
            fresh = self._elect()
            done = len(self.elected) == self.seats or not self.continuing
            surplus_of, out = (None, ()) if done else self._next()
            self.rounds.append(
                self._round(tuple(fresh), "" if surplus_of is None else self._name(surplus_of), out)
            )
            if done:
                return
            self.history.append(list(self.votes))
            if surplus_of is not None:
                self._pass_surplus(surplus_of)
            for one in out:
                self._pass_all(one)

    def _elect(self) -> list[int]:
        """Who has the quota now, the most first; then whoever is left for the last seats."""
        reached = [one for one in self.continuing if self.votes[one] >= self.quota]
        fresh: list[int] = []
        while reached and len(self.elected) < self.seats:
            one = self._most(reached)
            reached.remove(one)
            self._seat(one, fresh)
            if self.votes[one] > self.quota:
                self.waiting.append(one)
        if len(self.continuing) <= self.seats - len(self.elected):
            rest = list(self.continuing)
            while rest:
                one = self._most(rest)
                rest.remove(one)
                self._seat(one, fresh)
        return fresh

    def _seat(self, one: int, fresh: list[int]) -> None:
        self.elected.append(one)
        self.continuing.discard(one)
        fresh.append(one)

    def _next(self) -> tuple[int | None, tuple[int, ...]]:
        """Whose surplus goes on, or who is left out."""
        if self.waiting:
            one = self._most(self.waiting)
            self.waiting.remove(one)
            return one, ()
        fewest = min(self.votes[one] for one in self.continuing)
        tied = sorted(one for one in self.continuing if self.votes[one] == fewest)
        return None, (self.ties.lowest(tied, self.history),)

    def _most(self, among: list[int]) -> int:
        most = max(self.votes[one] for one in among)
        tied = sorted(one for one in among if self.votes[one] == most)
        return self.ties.highest(tied, self.history)

    def _pass_surplus(self, one: int) -> None:
        total, surplus = self.votes[one], self.votes[one] - self.quota
        for (ballot, value), times in self.piles[one].items():
            self._give(ballot, surplus * value // total, times)
        self.piles[one] = {}
        self.votes[one] = self.quota

    def _pass_all(self, one: int) -> None:
        self.continuing.discard(one)
        pile, self.piles[one], self.votes[one] = self.piles[one], {}, 0
        for (ballot, value), times in pile.items():
            self._give(ballot, value, times)

    def _give(self, ballot: tuple[int, ...], value: int, times: int) -> None:
        if not value:
            return
        for one in ballot:
            if one in self.continuing:
                pile = self.piles[one]
                pile[ballot, value] = pile.get((ballot, value), 0) + times
                self.votes[one] += value * times
                return

    def _name(self, one: int) -> str:
        return self.papers.options[one]

    def _round(self, fresh: tuple[int, ...], surplus_of: str, out: tuple[int, ...]) -> Round:
        standing = sorted(self.continuing | set(self.elected))
        tally: Mapping[str, Number] = {
            self._name(one): Fraction(self.votes[one], UNIT) for one in standing
        }
        left = self.read.valid * UNIT - sum(self.votes[one] for one in standing)
        return Round(
            tally,
            tuple(self._name(one) for one in fresh),
            tuple(self._name(one) for one in out),
            Fraction(left, UNIT),
            surplus_of,
            self.ties.take(),
        )
