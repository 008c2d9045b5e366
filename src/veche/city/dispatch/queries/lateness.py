"""What was late, against each step's own term, and whose it was; and where the time went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import CaseClock
from veche.core.cases.procedure import PROCEDURES

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.core.cases.models import CaseEvent

DISPATCH = ("reported", "verified", "done")
"""States in which the dispatchers must act."""
AFTER = ("closed",)
"""States after the incident is over: evaluating it is no part of handling it."""
ZERO = dt.timedelta()

WAITING, TOUCHING, PUT_OFF = "waiting", "touching", "put_off"
HOW_WORDS: dict[str, str | Promise] = {
    WAITING: _("waiting for somebody"),
    TOUCHING: _("somebody at work on the spot"),
    PUT_OFF: _("in the pending register"),
}


@dataclass(frozen=True)
class Term:
    """One step with its own term."""

    number: str
    """The case it belongs to: the incident or a helper's part."""
    state: str
    title: str | Promise
    whose: str
    """The office; empty: the dispatchers."""
    began_at: dt.datetime
    due_at: dt.datetime
    ended_at: dt.datetime | None
    until: dt.datetime
    """When it ended, or the moment asked for where it has not."""

    @property
    def took(self) -> dt.timedelta:
        """How long it has lasted."""
        return self.until - self.began_at

    @property
    def late_by(self) -> dt.timedelta:
        """How much longer than it might; nothing when it was in time."""
        return max(ZERO, self.until - self.due_at)

    @property
    def late(self) -> bool:
        """Whether it took longer than it might."""
        return self.until > self.due_at


def terms_of(numbers: Mapping[int, tuple[str, str]], at: dt.datetime) -> list[Term]:
    """The terms of cases, given by key with procedure and number, oldest first, as they stood at a
    moment. Terms of what comes after the end (evaluating) are left out."""
    found = []
    rows = CaseClock.objects.filter(case__in=numbers, started_at__lte=at)
    for clock in rows.select_related("organisation").order_by("started_at", "id"):
        if clock.state in AFTER:
            continue
        procedure, number = numbers[clock.case_id]
        state = PROCEDURES[procedure].by_code[clock.state]
        ended = clock.stopped_at if clock.stopped_at and clock.stopped_at <= at else None
        office = procedure != "incident" or clock.state not in DISPATCH
        found.append(
            Term(
                number=number,
                state=clock.state,
                title=state.title,
                whose=str(clock.organisation) if office and clock.organisation else "",
                began_at=clock.started_at,
                due_at=clock.due_at,
                ended_at=ended,
                until=ended or at,
            )
        )
    return found


@dataclass(frozen=True)
class Segment:
    """A stretch of time in one state."""

    state: str
    title: str | Promise
    how: str
    whose: str
    begins: dt.datetime
    ends: dt.datetime
    open: bool = False

    @property
    def took(self) -> dt.timedelta:
        """How long."""
        return self.ends - self.begins


def segments(
    procedure: str, events: Sequence[CaseEvent], at: dt.datetime, offices: Mapping[int, str]
) -> list[Segment]:
    """The stretches of a case from its steps, until its end or ``at``.

    Work counts as touching from the step by which the office began on the spot; before that the
    incident waits, even with whoever has accepted it.
    """
    declared = PROCEDURES[procedure]
    found: list[Segment] = []
    begun = False
    for index, event in enumerate(events):
        state = declared.by_code[event.target]
        if event.target == "in_work":
            begun = begun or event.move == "begin"
        elif event.target != "pending":
            begun = False
        if state.final or event.target in AFTER:
            continue
        following = events[index + 1] if index + 1 < len(events) else None
        how = TOUCHING if begun and event.target == "in_work" else WAITING
        if event.target == "pending":
            how = PUT_OFF
        office = procedure != "incident" or event.target not in DISPATCH
        whose = offices.get(event.organisation_id or 0, "") if office else ""
        ends = following.at if following else max(at, event.at)
        one = Segment(event.target, state.title, how, whose, event.at, ends, following is None)
        last = found[-1] if found else None
        if last and (last.state, last.how, last.whose) == (one.state, one.how, one.whose):
            found[-1] = Segment(last.state, last.title, how, whose, last.begins, one.ends, one.open)
        else:
            found.append(one)
    return [one for one in found if one.ends > one.begins]


@dataclass
class Spent:
    """Where the time of somebody went."""

    whose: str
    by: dict[str, dt.timedelta] = field(default_factory=dict)
    late: dt.timedelta = ZERO
    steps_late: int = 0

    @property
    def waiting(self) -> dt.timedelta:
        """How long it waited with them."""
        return self.by.get(WAITING, ZERO)

    @property
    def touching(self) -> dt.timedelta:
        """How long they were at work on the spot."""
        return self.by.get(TOUCHING, ZERO)

    @property
    def put_off(self) -> dt.timedelta:
        """How long it stood in the pending register."""
        return self.by.get(PUT_OFF, ZERO)


def spent(stretches: Iterable[Segment], terms: Iterable[Term]) -> list[Spent]:
    """Where the time went, by whose it was: the one with most first."""
    found: dict[str, Spent] = {}
    for one in stretches:
        row = found.setdefault(one.whose, Spent(one.whose))
        row.by[one.how] = row.by.get(one.how, ZERO) + one.took
    for term in terms:
        if term.late:
            row = found.setdefault(term.whose, Spent(term.whose))
            row.late += term.late_by
            row.steps_late += 1
    return sorted(found.values(), key=lambda row: (-sum(row.by.values(), ZERO), row.whose))
