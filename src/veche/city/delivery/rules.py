"""Pure rules of promises: what is asked of words, and when what was done counts as refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

LEAST_TITLE, MOST_TITLE = 5, 160
LEAST_TEXT, MOST_TEXT = 10, 6000
LEAST_REASON, MOST_REASON = 10, 1000
MOST_STEPS = 60
MOST_PHOTOGRAPHS = 5
MOST_ASKED = 200_000
FEW = 5
"""Of fewer people nothing is told but that they are few: cells that could name somebody."""

REFUSALS = ("not-done", "in-part", "badly", "elsewhere", "broken-again", "other")
"""Why a resident says that it is not done, by code."""


@dataclass(frozen=True)
class AcceptRule:
    """When what an office says is done counts as refused by those who were asked.

    It is refused when enough people refuse (``percent`` of those asked, but never fewer than
    ``least`` nor more than ``most``, and never more than half of those asked) and they are at least
    ``share`` percent of all who answered.
    """

    least: int = 3
    percent: int = 1
    most: int = 50
    share: int = 50

    def quorum(self, asked: int) -> int:
        """How many must refuse where so many were asked."""
        wanted = max(self.least, min(self.most, -(-asked * self.percent // 100)))
        return max(1, min(wanted, -(-asked // 2)))


def outcome(quorum: int, share: int, accepts: int, refuses: int) -> str:
    """What follows from the answers: the move of the promise.

    ``refuse``: at least ``quorum`` refused, and they are ``share`` percent of all answers or more;
    ``accept``: somebody accepted, and those who refuse are fewer than that share; ``lapse``: nobody
    answered, or too few to tell.
    """
    enough = refuses * 100 >= share * (accepts + refuses)
    if refuses and refuses >= quorum and enough:
        return "refuse"
    if accepts and not enough:
        return "accept"
    return "lapse"


def missed(due_on: dt.date, today: dt.date, *, ended: bool, lateness: str) -> bool:
    """Whether a step is late and nobody has said why: nothing else is done before."""
    return not ended and due_on < today and not lateness
