"""Modes of the past, many at once: for a city that moves in with its history, and for a demo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.city.dispatch.models import CityMode, ModeAct
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


@dataclass(frozen=True)
class PastMode:
    """A mode that is over: where, which level, from when to when, by whom and why."""

    territory: Territory
    level: int
    since: dt.datetime
    until: dt.datetime
    ended_at: dt.datetime
    by: Person | None
    role: str
    reason: str
    end_reason: str = ""
    """Empty: it ended by its term."""


@operation
def write_past(*, by: Person | None, at: dt.datetime, modes: Sequence[PastMode]) -> int:
    """Write down modes that are over, with their first and their last act; nobody is told.

    Two that lie over each other at one place are refused by the database. Returns how many.
    """
    rows = CityMode.objects.bulk_create(
        CityMode(
            territory=one.territory, level=one.level, since=one.since, until=one.until,
            ended_at=one.ended_at,
        )
        for one in modes
    )  # fmt: skip
    acts = []
    for row, one in zip(rows, modes, strict=True):
        acts.append(
            ModeAct(
                mode=row, kind=ModeAct.Kind.ENTERED, at=one.since, by=one.by, role=one.role,
                reason=one.reason, until=one.until,
            )
        )  # fmt: skip
        over = not one.end_reason
        acts.append(
            ModeAct(
                mode=row, kind=ModeAct.Kind.OVER if over else ModeAct.Kind.ENDED,
                at=one.ended_at, by=None if over else one.by, role="" if over else one.role,
                reason=one.end_reason,
            )
        )  # fmt: skip
    ModeAct.objects.bulk_create(acts)
    record(kind="mode.past-written", by=by, at=at, subject="modes", public={"modes": len(rows)})
    return len(rows)
