"""How a panel decides: the majority of those who vote, when enough of those who may have voted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

CHOICES = ("select", "decline", "abstain")
"""For, against, and neither; who abstains counts for the quorum and for no side."""
RECUSED = "recused"


@dataclass(frozen=True)
class Tally:
    """The votes on one item."""

    select: int
    decline: int
    abstain: int
    recused: int
    """Members who stepped aside: they count nowhere."""
    quorum: int

    @property
    def voted(self) -> int:
        """Those who voted, abstaining or not."""
        return self.select + self.decline + self.abstain

    @property
    def enough(self) -> bool:
        """Whether as many voted as the quorum asks for."""
        return self.voted >= self.quorum

    @property
    def outcome(self) -> str:
        """``select`` or ``decline`` by the majority of the votes for and against; with as many on
        either side, or too few votes, ``later``: another panel decides."""
        if not self.enough or self.select == self.decline:
            return "later"
        return "select" if self.select > self.decline else "decline"


def tally(choices: Iterable[str], quorum: int) -> Tally:
    """Count votes."""
    found = Counter(choices)
    return Tally(found["select"], found["decline"], found["abstain"], found[RECUSED], quorum)
