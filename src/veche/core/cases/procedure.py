"""How a procedure is declared: states, moves, roles and terms, once, in Python.

The declaration is synced into the database (`veche.core.cases.sync`), where a trigger refuses any
move that is not in it; the same declaration draws the line on a matter's page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from veche.core.cases.rules import Term

if TYPE_CHECKING:
    from django.utils.functional import Promise

START = ""
"""The state of a case that has not made its first move."""

AUTHOR = "author"
SYSTEM = "system"
IMPORTER = "importer"


@dataclass(frozen=True)
class State:
    """Where a case can stand."""

    code: str
    title: str | Promise
    role: str = ""
    """Who must act now; empty only where nobody must."""
    term: Term | None = None
    """How long they have, unless the city has set another term."""
    final: bool = False
    record: bool = False
    """Kept for another system: known from an import, moved by the next import only."""
    on_due: str = ""
    """Path of the operation called when the term has passed without a move."""
    stands_as: str = ""
    """The state in whose place it is drawn on the line (a return is drawn where work is)."""
    owes: bool = False
    """The author has been promised an answer and waits for it here: the promise begins with the
    first such state and runs on through the others, whoever must act."""
    pauses: bool = False
    """The author is asked for something: the promise stands still until they reply."""


@dataclass(frozen=True)
class Move:
    """A step from one of some states to another, by whoever holds the role."""

    name: str
    sources: tuple[str, ...]
    target: str
    role: str
    title: str | Promise
    scope: str = ""
    """``organisation``: the role must be held in the office the case lies with; ``territory``:
    over the place of the case; empty: anywhere."""
    reopens: bool = False
    """It leaves a state that ended the case: only such a move may."""
    undoes: bool = False
    """It takes back the step before it: the promise to the author and the clock of the office go on
    as they stood."""

    @property
    def stays(self) -> bool:
        """The case stays where it is, and so do its clocks."""
        return self.sources == (self.target,)


@dataclass(frozen=True)
class Window:
    """How long something stays possible that is no state: opening again, objecting."""

    code: str
    title: str | Promise
    term: Term


@dataclass(frozen=True)
class Procedure:
    """A kind of case.

    Raises:
        ValueError: at declaration, when a state cannot be reached or left, owns no term or role,
            or a move names a state that does not exist.
    """

    code: str
    title: str | Promise
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    line: tuple[str, ...] = field(default=())
    """The states drawn on the procedure line, in order; the last is the end."""
    start: str | Promise = ""
    """What the line calls the first step: reported, applied, proposed."""
    windows: tuple[Window, ...] = ()
    """Terms besides those of the states; a city changes them in the same way."""

    def __post_init__(self) -> None:
        problems = list(self._faults())
        if problems:
            raise ValueError(f"procedure {self.code}: " + "; ".join(problems))

    @cached_property
    def by_code(self) -> dict[str, State]:
        """The states by their code."""
        return {state.code: state for state in self.states}

    @property
    def timed(self) -> list[State | Window]:
        """The states and the windows, in order: whatever may have a term."""
        return [*self.states, *self.windows]

    def term_of(self, code: str) -> Term | None:
        """The declared term of a state or a window; None where it has none."""
        if code in self.by_code:
            return self.by_code[code].term
        return next((window.term for window in self.windows if window.code == code), None)

    def worked(self, code: str) -> bool:
        """Whether it is the office with which a case lies that must act in this state, while its
        author waits for the answer."""
        return self.by_code[code].owes and any(
            move.scope == "organisation" for move in self.moves_from(code)
        )

    def move(self, name: str, source: str) -> Move | None:
        """The move of this name that leaves ``source``; None when there is none."""
        for move in self.moves:
            if move.name == name and source in move.sources:
                return move
        return None

    def moves_from(self, source: str) -> list[Move]:
        """The moves that leave a state."""
        return [move for move in self.moves if source in move.sources]

    def _faults(self) -> Iterable[str]:
        codes = [state.code for state in self.states]
        named = [*codes, *(window.code for window in self.windows)]
        if len(set(named)) != len(named):
            yield "two states share a code"
        known = {*codes, START}
        for move in self.moves:
            for state in (*move.sources, move.target):
                if state not in known:
                    yield f"move {move.name} names the unknown state {state!r}"
        reached = {START}
        while True:
            more = {m.target for m in self.moves if reached & set(m.sources)} - reached
            if not more:
                break
            reached |= more
        ends = {s.code for s in self.states if s.final or s.record}
        while True:
            more = {source for m in self.moves if m.target in ends for source in m.sources} - ends
            if not more:
                break
            ends |= more
        for one in self.states:
            if one.code not in reached:
                yield f"state {one.code} cannot be reached"
            if one.code not in ends:
                yield f"state {one.code} never ends"
            if not (one.final or one.record) and (one.term is None or not one.role):
                yield f"state {one.code} owns no term or role"
            if one.pauses and one.role != AUTHOR:
                yield f"state {one.code} pauses, but asks nothing of the author"
            if one.owes and (one.pauses or one.final or one.record):
                yield f"state {one.code} cannot owe an answer"
        for move in self.moves:
            if move.target in move.sources and not move.stays:
                yield f"move {move.name} stays for some of its sources only"
            left = {s.code for s in self.states if s.final} & set(move.sources)
            if left and not move.reopens:
                yield f"move {move.name} leaves an end without reopening"
        for code in self.line:
            if code not in known:
                yield f"the line names the unknown state {code!r}"


PROCEDURES: dict[str, Procedure] = {}
"""Every declared procedure by its code."""


def declare(procedure: Procedure) -> Procedure:
    """Make a procedure known; returns it.

    Raises:
        ValueError: another procedure has this code.
    """
    if PROCEDURES.get(procedure.code, procedure) is not procedure:
        raise ValueError(f"two procedures are called {procedure.code}")
    PROCEDURES[procedure.code] = procedure
    return procedure
