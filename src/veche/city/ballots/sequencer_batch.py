"""What a batch of ballots changes in the count: pure Python, no database.

Of one code the ballot with the highest revision that is not annulled is counted. Who votes in
person is done with the web: what they cast there afterwards is annulled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

WEB, PAPER = "web", "paper"

Cell = tuple[str, int, str]
"""Choice, territory by number, channel."""


class Cast(NamedTuple):
    """A ballot as the database holds it; ``entry`` is known until it is placed."""

    code: bytes
    revision: int
    territory: int
    channel: str
    choice: str
    entry: int | None = None

    @property
    def cell(self) -> Cell:
        """Where it is counted."""
        return self.choice, self.territory, self.channel


@dataclass
class Judged:
    """What follows from a batch."""

    delta: Counter[Cell] = field(default_factory=Counter)
    annulled: list[Cast] = field(default_factory=list)
    """Ballots of the batch that count no longer, because of a vote in person."""
    parts: dict[int, str] = field(default_factory=dict)
    """Entry of the roll → the channel by which it took part."""


def judged(
    waiting: Iterable[Cast], standing: Mapping[bytes, Cast], parts: Mapping[int, str]
) -> Judged:
    """What the waiting ballots change.

    ``standing`` is the ballot of each code that is counted now, ``parts`` the channel by which an
    entry of the roll took part before.
    """
    found = Judged()
    by_code: dict[bytes, list[Cast]] = {}
    for one in waiting:
        by_code.setdefault(one.code, []).append(one)
    for code, ballots in by_code.items():
        if len(ballots) > 1:
            ballots.sort(key=lambda one: one.revision)
        before = best = standing.get(code)
        entry = ballots[0].entry
        part = parts.get(entry, "") if entry is not None else ""
        in_person = part not in ("", WEB)
        for one in ballots:
            barred = part == PAPER or (in_person and one.channel == WEB)
            if barred:
                found.annulled.append(one)
            elif best is None or one.revision > best.revision:
                best = one
            in_person = in_person or one.channel != WEB
            if not barred and entry is not None:
                found.parts[entry] = one.channel
        if best is not before:
            change(found.delta, before, best)
    return found


def change(delta: Counter[Cell], before: Cast | None, after: Cast | None) -> None:
    """One code is counted otherwise than before."""
    if before is not None:
        delta[before.cell] -= 1
    if after is not None:
        delta[after.cell] += 1


def counted(ballots: Sequence[tuple[Cast, bool]]) -> Cast | None:
    """The ballot of one code that is counted; with each whether it is annulled."""
    standing = [one for one, annulled in ballots if not annulled]
    return max(standing, key=lambda one: one.revision, default=None)
