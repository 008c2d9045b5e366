"""How a tie is broken: by an order declared before the vote, or by a lottery anyone can repeat.

Both give one order of all options, and whoever stands earlier in it is taken first: elected
first, left out last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from veche.city.ballots.counting.record import Number, Tie


@dataclass(frozen=True)
class Order:
    """Places of all options; ``name`` says where the order comes from."""

    places: tuple[int, ...]
    name: str

    def first(self, among: Iterable[int]) -> int:
        """Who is taken first."""
        return min(among, key=self.places.__getitem__)

    def last(self, among: Iterable[int]) -> int:
        """Who is taken last."""
        return max(among, key=self.places.__getitem__)


def declared(number: int, order: Sequence[int] | None = None) -> Order:
    """The order that was declared; without one, that of the ballot paper.

    Raises:
        ValueError: ``order`` does not name every option once.
    """
    chosen = list(range(number)) if order is None else list(order)
    if sorted(chosen) != list(range(number)):
        raise ValueError("the declared order must name every option once")
    places = [0] * number
    for place, option in enumerate(chosen):
        places[option] = place
    return Order(tuple(places), "declared order")


def seed(checkpoint_root: bytes, dice: str) -> bytes:
    """The seed of a lottery: the root of the final checkpoint, then dice thrown in public.

    Neither side knows the other's part beforehand: the log is closed before the dice are thrown.
    """
    thrown = " ".join(dice.split())
    return hashlib.sha256(b"veche lottery\n" + checkpoint_root + b"\n" + thrown.encode()).digest()


def drawn(options: Sequence[str], seed: bytes) -> Order:
    """The order of a lottery: options by SHA-256 of seed, a line feed, and their name."""
    drawn = sorted(
        range(len(options)),
        key=lambda one: (hashlib.sha256(seed + b"\n" + options[one].encode()).digest(), one),
    )
    order = declared(len(options), drawn)
    return Order(order.places, "lottery")


class Ties:
    """Breaks the ties of one count and writes them down."""

    def __init__(self, options: Sequence[str], order: Order) -> None:
        self.options = options
        self.order = order
        self.found: list[Tie] = []

    def lowest(self, among: Sequence[int], history: Sequence[Sequence[Number]] = ()) -> int:
        """Who of those tied for the least is left out; ``history`` are earlier tallies."""
        return self._one(among, history, min, self.order.last)

    def highest(self, among: Sequence[int], history: Sequence[Sequence[Number]] = ()) -> int:
        """Who of those tied for the most is taken first."""
        return self._one(among, history, max, self.order.first)

    def _one(
        self,
        among: Sequence[int],
        history: Sequence[Sequence[Number]],
        best: Callable[[Iterable[Number]], Number],
        last_resort: Callable[[Iterable[int]], int],
    ) -> int:
        left = list(among)
        if len(left) == 1:
            return left[0]
        for tally in reversed(history):
            wanted = best(tally[one] for one in left)
            left = [one for one in left if tally[one] == wanted]
            if len(left) == 1:
                self._note(among, left[0], "earlier rounds")
                return left[0]
        taken = last_resort(left)
        self._note(among, taken, self.order.name)
        return taken

    def _note(self, among: Sequence[int], taken: int, decided_by: str) -> None:
        names = tuple(self.options[one] for one in sorted(among))
        self.found.append(Tie(names, self.options[taken], decided_by))

    def take(self) -> tuple[Tie, ...]:
        """The ties since the last call."""
        found = tuple(self.found)
        self.found.clear()
        return found
