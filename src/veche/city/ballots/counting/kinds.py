"""The kinds of ballot, and whether one ballot keeps to its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

KINDS = (
    "single",
    "several",
    "approval",
    "ranked",
    "score",
    "cumulative",
    "knapsack",
    "distribution",
)


class WrongBallot(ValueError):
    """A ballot that does not keep to its kind; the sentence says how."""


@dataclass(frozen=True)
class Kind:
    """What one ballot may hold.

    ``least`` and ``most`` bound how many options it may mark or rank (``None``: as many as there
    are). ``points`` is the highest mark (score), or what there is to give away in all
    (cumulative, whole points; distribution, any part of the sum, all of it given). ``per_option``
    bounds what one option may get. ``budget`` and ``costs`` bound a basket (knapsack).
    """

    kind: str
    least: int = 1
    most: int | None = None
    points: Fraction | None = None
    per_option: Fraction | None = None
    budget: Fraction | None = None
    costs: Sequence[Fraction] = field(default=())

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise WrongBallot(f"There is no kind of ballot {self.kind!r}.")
        if self.kind in ("score", "cumulative", "distribution") and self.points is None:
            raise WrongBallot(f"A ballot of the kind {self.kind} needs a number of points.")
        if self.kind == "knapsack" and (self.budget is None or not self.costs):
            raise WrongBallot("A basket needs a budget and what each option costs.")
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise WrongBallot("The least number of options is greater than the most.")

    def check_marks(self, marks: Mapping[int, Fraction], options: int) -> None:
        """Check a ballot that marks options; an empty one is a blank ballot and may be cast.

        Raises:
            WrongBallot: what is wrong, in a sentence.
        """
        if self.kind == "ranked":
            raise WrongBallot("This question asks for an order, not for marks.")
        if not marks:
            return
        if any(not 0 <= option < options for option in marks):
            raise WrongBallot("It marks an option that is not on the ballot.")
        self._check_number(len(marks))
        if self.kind in ("single", "several", "approval", "knapsack"):
            if any(mark != 1 for mark in marks.values()):
                raise WrongBallot("An option can only be chosen or not.")
        elif any(mark < 0 for mark in marks.values()):
            raise WrongBallot("A mark cannot be below nothing.")
        if self.kind == "knapsack":
            assert self.budget is not None
            cost = sum((self.costs[option] for option in marks), Fraction(0))
            if cost > self.budget:
                raise WrongBallot(
                    f"The basket costs {cost}, more than the budget of {self.budget}."
                )
        if self.points is not None:
            self._check_points(marks)

    def check_order(self, order: Sequence[int], options: int) -> None:
        """Check a ballot that ranks options, the first choice first.

        Raises:
            WrongBallot: what is wrong, in a sentence.
        """
        if self.kind != "ranked":
            raise WrongBallot("This question does not ask for an order.")
        if not order:
            return
        if any(not 0 <= option < options for option in order):
            raise WrongBallot("It ranks an option that is not on the ballot.")
        if len(set(order)) != len(order):
            raise WrongBallot("It ranks an option twice.")
        self._check_number(len(order))

    def _check_number(self, number: int) -> None:
        most = 1 if self.kind == "single" else self.most
        if number < self.least:
            raise WrongBallot(f"It chooses {number}, and at least {self.least} are asked for.")
        if most is not None and number > most:
            raise WrongBallot(f"It chooses {number}, and no more than {most} may be.")

    def _check_points(self, marks: Mapping[int, Fraction]) -> None:
        assert self.points is not None
        if self.kind in ("score", "cumulative") and any(
            mark.denominator != 1 for mark in marks.values()
        ):
            raise WrongBallot("Points are whole numbers.")
        highest = self.points if self.kind == "score" else self.per_option
        if highest is not None and any(mark > highest for mark in marks.values()):
            raise WrongBallot(f"One option can get no more than {highest}.")
        given = sum(marks.values(), Fraction(0))
        if self.kind == "cumulative" and given > self.points:
            raise WrongBallot(f"It gives {given} points, and there are {self.points}.")
        if self.kind == "distribution" and given != self.points:
            raise WrongBallot(f"It gives {given} in all, and the whole is {self.points}.")
