"""What a count leaves behind: its rounds, its winners in order of election, its ties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Number = int | Fraction


@dataclass(frozen=True)
class Tie:
    """Options that stood alike where one had to be taken, and what decided."""

    among: tuple[str, ...]
    taken: str
    decided_by: str
    """``earlier rounds``, ``declared order`` or ``lottery``."""


@dataclass(frozen=True)
class Round:
    """One round: what everybody stood at, and what followed from that.

    ``exhausted`` is what no longer counts for anybody. ``surplus_of`` names the elected option
    whose surplus goes on after this round.
    """

    tally: Mapping[str, Number]
    elected: tuple[str, ...] = ()
    eliminated: tuple[str, ...] = ()
    exhausted: Number = 0
    surplus_of: str = ""
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True)
class Count:
    """A whole count.

    ``ballots`` is how many were read, ``valid`` how many counted for somebody in the first round,
    ``empty`` how many bore no mark at all.
    """

    rule: str
    options: tuple[str, ...]
    winners: tuple[str, ...]
    rounds: tuple[Round, ...]
    ballots: int
    valid: int
    empty: int = 0
    quota: Number | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """What a rule has to say beyond its rounds, such as the strongest paths of Schulze's."""

    def as_json(self) -> dict[str, Any]:
        """The count as JSON can hold it; whole numbers stay whole, decimals are exact to 1e-5."""
        found: dict[str, Any] = {
            "rule": self.rule,
            "winners": list(self.winners),
            "rounds": [_round(one) for one in self.rounds],
            "ballots": self.ballots,
            "valid": self.valid,
            "empty": self.empty,
        }
        if self.quota is not None:
            found["quota"] = plain(self.quota)
        return found | dict(self.more)


def _round(one: Round) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tally": {name: plain(votes) for name, votes in one.tally.items()},
        "elected": list(one.elected),
        "eliminated": list(one.eliminated),
        "exhausted": plain(one.exhausted),
    }
    if one.surplus_of:
        found["surplus_of"] = one.surplus_of
    if one.ties:
        found["ties"] = [
            {"among": list(tie.among), "taken": tie.taken, "decided_by": tie.decided_by}
            for tie in one.ties
        ]
    return found


def plain(value: Number) -> int | float:
    """A number JSON knows: whole where it is whole."""
    if value == int(value):
        return int(value)
    return float(value)
