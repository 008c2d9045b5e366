"""The sweep of the terms that have passed."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from veche.core.cases.models import CaseClock
from veche.core.cases.procedure import PROCEDURES
from veche.core.journal.operations import record
from veche.errors import Refused
from veche.module import resolve
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

logger = logging.getLogger(__name__)

SWEEP = 500
"""Terms handled in one sweep; the timer comes again."""
LONGEST_SWEEP = 4.0
"""Seconds after which a sweep leaves the rest to the next: other timers wait for it."""
HELD_BACK = dt.timedelta(hours=1)
"""How long a case that could not be moved waits before it is tried again."""


@operation
def mark_passed(*, by: Person | None, at: dt.datetime, clocks: list[int]) -> int:
    """Note that these terms have run out without a move."""
    passed = CaseClock.objects.filter(pk__in=clocks, passed_at__isnull=True).update(passed_at=at)
    record(kind="cases.terms-passed", by=by, at=at, subject="cases", public={"clocks": passed})
    return passed


@operation
def hold_back(*, by: Person | None, at: dt.datetime, clocks: list[int]) -> int:
    """Leave these terms out of the sweeps for a while: what should follow them failed."""
    held = CaseClock.objects.filter(pk__in=clocks).update(held_until=at + HELD_BACK)
    record(
        kind="cases.terms-held-back",
        by=by,
        at=at,
        subject="cases",
        public={"clocks": sorted(clocks)},
    )
    return held


def advance(*, at: dt.datetime, limit: int = SWEEP) -> int:
    """Sweep the terms that have passed: mark them, and let each state's own operation act.

    Every case is moved in a transaction of its own, so that one fault does not hold up the rest;
    what failed is left out for an hour, so that even many faults never fill a sweep. A sweep that
    is cut off goes on where it stopped. Returns the number of terms handled.

    Raises:
        Exception: the first unexpected fault, after all others were handled.
    """
    begun = time.monotonic()  # looking them up counts too
    clocks = list(
        CaseClock.objects.filter(stopped_at__isnull=True, passed_at__isnull=True, due_at__lt=at)
        .filter(Q(held_until__isnull=True) | Q(held_until__lte=at))
        .select_related("case", "case__territory", "case__author")
        .defer("case__territory__outline")  # hundreds of them are megabytes, and nobody looks
        .order_by(F("due_at"))[:limit]
    )
    if not clocks:
        return 0
    handled: list[int] = []
    failed: list[int] = []
    fault: Exception | None = None
    for clock in clocks:
        if (handled or failed) and time.monotonic() - begun > LONGEST_SWEEP:
            break  # one at least, or a slow look-up would hold all back for ever
        try:
            state = PROCEDURES[clock.case.procedure].by_code[clock.state]
            if state.on_due:
                act: Callable[..., Any] = resolve(state.on_due)  # type: ignore[assignment]
                act(by=None, at=at, case=clock.case)
        except Refused as refusal:
            logger.info("case %s at its term: %s", clock.case.number, refusal)
        except Exception as error:  # the others still get their due; this one is raised below
            logger.exception("case %s could not be moved at its term", clock.case.number)
            fault = fault or error
            failed.append(clock.pk)
            continue
        handled.append(clock.pk)
    if handled:
        mark_passed(by=None, at=at, clocks=handled)
    if failed:
        hold_back(by=None, at=at, clocks=failed)
    if fault is not None:
        raise fault
    return len(handled)
