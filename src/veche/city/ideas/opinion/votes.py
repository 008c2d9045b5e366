"""Statements, and what each participant said to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]

AGREE, PASS, DISAGREE = 1, 0, -1
"""How a vote is written, as in the files of Polis."""
REJECTED = -1
"""What stands in ``moderated`` of a statement that was not let through."""


@dataclass(frozen=True)
class Statement:
    """One statement, as far as the map needs it."""

    id: str
    text: str = ""
    moderated: int = 1
    """1 accepted, 0 not looked at, -1 rejected."""
    meta: bool = False
    """It says who one is, not what one thinks."""

    @property
    def counts(self) -> bool:
        """Whether it takes part in making groups and in what is said about them."""
        return self.moderated != REJECTED and not self.meta


@dataclass(frozen=True)
class Vote:
    """One word of one participant; a later one on the same statement takes its place."""

    participant: str
    statement: str
    value: int
    at: float = 0.0
    """When, in any unit: only the order counts. Of two at one moment the later row is newer."""


@dataclass(frozen=True)
class Conversation:
    """Everything that was said: participants × statements."""

    participants: tuple[str, ...]
    statements: tuple[Statement, ...]
    table: Floats
    """One row a participant, one column a statement: 1, 0, -1, and NaN for what was not seen."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Participant → group, where the files say what another program computed."""

    @property
    def counted(self) -> npt.NDArray[np.bool_]:
        """Which columns take part in making groups."""
        return np.array([one.counts for one in self.statements], dtype=bool)

    @property
    def votes(self) -> int:
        """How many newest votes there are."""
        return int(np.count_nonzero(~np.isnan(self.table)))


def in_order(ids: Iterable[str]) -> list[str]:
    """Ids once each: numbers by their value, then everything else by its letters."""

    def place(one: str) -> tuple[int, int, str, str]:
        # By length and letters: a number of any length has its place, and none is computed.
        value = one.lstrip("0")
        return (0, len(value), value, one) if one.isdecimal() else (1, 0, one, one)

    return sorted(set(ids), key=place)


def conversation(
    statements: Iterable[Statement],
    votes: Iterable[Vote],
    groups: Mapping[str, str] | None = None,
    participants: Iterable[str] = (),
) -> Conversation:
    """Put votes in a table, the newest of a participant and a statement.

    A statement that was voted on and is not among ``statements`` counts as accepted;
    ``participants`` names people who may have said nothing.
    """
    newest: dict[tuple[str, str], tuple[float, int]] = {}
    for vote in votes:
        key = (vote.participant, vote.statement)
        before = newest.get(key)
        if before is None or vote.at >= before[0]:
            newest[key] = (vote.at, vote.value)
    known = {one.id: one for one in statements}
    people = in_order([*participants, *(person for person, _ in newest)])
    order = in_order([*known, *(statement for _, statement in newest)])
    row = {one: index for index, one in enumerate(people)}
    column = {one: index for index, one in enumerate(order)}
    table = np.full((len(people), len(order)), np.nan)
    for (person, statement), (_, value) in newest.items():
        table[row[person], column[statement]] = value
    return Conversation(
        tuple(people),
        tuple(known.get(one) or Statement(one) for one in order),
        table,
        dict(groups or {}),
    )
