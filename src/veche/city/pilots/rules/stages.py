"""The five stages of a pilot and the clock they share; plain reckoning without a database.

The clock begins when the company sends its application and ends with the first report; it never
stops in between. The term of a stage counts the city's own days: what the company took to answer
a question is told apart and not held against the stage. Days are spans of 24 hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

STAGES: Mapping[str, tuple[str, ...]] = {
    "application": ("screening", "more_info"),
    "selection": ("review", "panel"),
    "agreement": ("matching", "methodology", "agreement"),
    "trial": ("running",),
    "evaluation": ("evaluating",),
}
"""Stage → the states of the procedure it is made of, in their order."""
WHOLE = "all"
"""The clock of the whole way, where a stage is named."""
WAITING = "more_info"
"""The state in which the city waits for the company."""
END = "answering"
"""The state that the first report leads to: there the clock ends."""
DAY = dt.timedelta(days=1)

_STAGE_OF = {state: stage for stage, states in STAGES.items() for state in states}


def stage_of(state: str) -> str | None:
    """The stage that a state belongs to; None before the application is sent and after the
    report."""
    return _STAGE_OF.get(state)


@dataclass(frozen=True)
class Span:
    """An application stood in a state from a moment to a moment."""

    state: str
    since: dt.datetime
    until: dt.datetime | None
    """None: it stands there now."""


def spans(steps: Sequence[tuple[dt.datetime, str]]) -> list[Span]:
    """The spans that count, of steps ``(moment, state it led to)`` in their order: those in a stage
    until the first report."""
    found: list[Span] = []
    ends = [*(at for at, _state in steps[1:]), None]
    for (at, state), until in zip(steps, ends, strict=False):
        if state == END:
            break
        if state in _STAGE_OF:
            found.append(Span(state, at, until))
    return found


@dataclass(frozen=True)
class Stage:
    """What one stage took so far."""

    code: str
    spent: dt.timedelta
    """The city's own time."""
    waiting: dt.timedelta
    """What the company took to answer."""
    began: dt.datetime | None
    """When it was first entered; None: not yet."""
    open: bool
    """Whether the application stands in it."""
    days: int | None
    """What it may take; None: nothing was set."""
    due_at: dt.datetime | None
    """When its days were used up, or will be while it stands there; None: it did not use them up,
    it has not begun, or nothing was set."""
    broken: bool
    """Whether it took longer than it may."""

    @property
    def took(self) -> dt.timedelta:
        """All its time, the company's with it."""
        return self.spent + self.waiting

    @property
    def spent_days(self) -> float:
        """The city's own time in days."""
        return self.spent / DAY

    @property
    def waiting_days(self) -> float:
        """The company's time in days."""
        return self.waiting / DAY


@dataclass(frozen=True)
class Course:
    """How far an application has come on the clock, and what each stage took."""

    stages: tuple[Stage, ...]
    began: dt.datetime | None
    """When it was sent; None: it is a draft."""
    ended: dt.datetime | None
    """When the clock ended: by the report, or because the application did; None: it runs."""
    now: dt.datetime
    limit: int
    """Days that the whole may take."""

    @property
    def total(self) -> dt.timedelta:
        """From the application to the report, or to now."""
        return (self.ended or self.now) - self.began if self.began else dt.timedelta()

    @property
    def due_at(self) -> dt.datetime | None:
        """When the whole clock runs out."""
        return self.began + self.limit * DAY if self.began else None

    @property
    def left(self) -> dt.timedelta:
        """What is left of the whole clock; below zero: it is broken."""
        return self.limit * DAY - self.total

    @property
    def total_days(self) -> int:
        """The whole in days that were begun."""
        return -(-self.total // DAY)

    @property
    def left_days(self) -> int:
        """What is left in whole days."""
        return self.left // DAY

    @property
    def over_days(self) -> int:
        """What it took more than it may, in days that were begun."""
        return max(-(self.left // DAY), 0)

    @property
    def broken(self) -> bool:
        """Whether the whole took longer than it may."""
        return self.began is not None and self.left < dt.timedelta()

    @cached_property
    def standing(self) -> Stage | None:
        """The stage it stands in now."""
        return next((one for one in self.stages if one.open), None)


def course(
    steps: Sequence[tuple[dt.datetime, str]],
    *,
    terms: Mapping[str, int],
    limit: int,
    now: dt.datetime,
) -> Course:
    """Reckon the clock of an application.

    ``steps`` are all its steps in their order, each with its moment and the state it led to;
    ``terms`` the days a stage may take, ``limit`` those of the whole.
    """
    counted = spans(steps)
    stages = tuple(
        _stage(code, [one for one in counted if stage_of(one.state) == code], terms.get(code), now)
        for code in STAGES
    )
    began = counted[0].since if counted else None
    ended = None
    if counted and counted[-1].until is not None:
        ended = counted[-1].until
    return Course(stages, began, ended, now, limit)


def _stage(code: str, own: Iterable[Span], days: int | None, now: dt.datetime) -> Stage:
    spent = waiting = dt.timedelta()
    began: dt.datetime | None = None
    open_ = False
    due: dt.datetime | None = None
    allowed = days * DAY if days is not None else None
    for one in own:
        began = began or one.since
        lasted = (one.until or now) - one.since
        open_ = open_ or one.until is None
        if one.state == WAITING:
            waiting += lasted
            continue
        if allowed is not None and due is None and spent + lasted > allowed:
            due = one.since + (allowed - spent)
        spent += lasted
    broken = due is not None
    if allowed is not None and open_ and due is None:
        due = now + (allowed - spent)
    return Stage(code, spent, waiting, began, open_, days, due, broken)
