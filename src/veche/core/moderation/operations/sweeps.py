"""Everything of one sender taken away together, with time to think better of it.

A sweep hides at once and tells nobody; after `WAIT` a timer rejects or removes each matter by its
own procedure and tells its author why. Until then it can be undone, and nothing has happened.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case
from veche.core.journal.operations import record
from veche.core.moderation import reasons
from veche.core.moderation.access import moderator_of
from veche.core.moderation.models import Decision, Sweep
from veche.core.moderation.operations.appeals import checked
from veche.core.moderation.written import whole, written_of
from veche.core.notices.operations import write_anew
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

logger = logging.getLogger(__name__)
WAIT = dt.timedelta(minutes=10)
MOST = 500
"""Matters in one sweep."""


class NothingToSweep(Invalid):
    """None of the matters can be taken away by this moderator."""

    code = "nothing-to-sweep"
    sentence = _("There is nothing here that you could take away.")


class TooLate(Refused):
    """The sweep was carried out or undone."""

    code = "sweep-over"
    sentence = _("This was carried out or undone already.")


@operation
def sweep(
    *,
    by: Person,
    at: dt.datetime,
    cases: Sequence[int],
    by_what: str,
    reason: str,
    text: str,
) -> Sweep:
    """Hide these matters now, and take them away after `WAIT` unless it is undone.

    What lies outside the moderator's territory, or has ended, is left out.

    Raises:
        NothingToSweep: nothing is left.
        veche.core.moderation.reasons.UnknownReason, NoWords: see there.
    """
    reasons.check(reason, reasons.SPAM)
    text = checked(text)
    held = holdings(by, at)
    rows = [
        case
        for case in Case.objects.filter(pk__in=list(cases)[:MOST], closed_at__isnull=True)
        .select_related("territory")
        .order_by("id")
        if moderator_of(held, case) is not None
    ]
    if not rows:
        raise NothingToSweep
    made = Sweep(
        by=by,
        reason=reason,
        text=text,
        by_what=by_what,
        at=at,
        acts_at=at + WAIT,
        cases=[[case.pk, case.hidden_at is None] for case in rows],
    )
    made.save(force_insert=True)
    Case.objects.filter(pk__in=[c.pk for c in rows], hidden_at__isnull=True).update(hidden_at=at)
    for case in rows:
        whole(case, at, hidden=True)
    write_anew(by=by, at=at, cases=list(rows))
    record(
        kind="moderation.swept",
        by=by,
        at=at,
        subject=f"sweep:{made.pk}",
        public={"matters": len(rows), "reason": reason, "by": by_what},
    )
    return made


def _waiting(pk: int) -> Sweep:
    found = Sweep.objects.select_for_update().filter(pk=pk, state="waiting").first()
    if found is None:
        raise TooLate
    return found


def _show_again(one: Sweep, at: dt.datetime, only: Sequence[int] | None = None) -> None:
    ours = [pk for pk, shown in one.cases if shown and (only is None or pk in only)]
    # What a moderator has hidden meanwhile for a reason of its own stays hidden.
    anew = Decision.objects.filter(case__in=ours, kind="hide", at__gte=one.at).values("case")
    rows = Case.objects.filter(pk__in=ours, hidden_at=one.at).exclude(pk__in=anew)
    again = list(rows)
    Case.objects.filter(pk__in=[case.pk for case in again]).update(hidden_at=None)
    for case in again:
        whole(case, at, hidden=False)


@operation
def undo_sweep(*, by: Person, at: dt.datetime, sweep: int) -> Sweep:
    """Show everything again: nobody was told, nothing has happened.

    Raises:
        TooLate: it was carried out or undone, or its time to think is over: from then on matters
            are taken away one by one, and their authors told.
    """
    one = _waiting(sweep)
    if at >= one.acts_at:
        raise TooLate
    _show_again(one, at)
    one.state = "undone"
    one.save(update_fields=["state"])
    record(kind="moderation.sweep-undone", by=by, at=at, subject=f"sweep:{one.pk}")
    return one


@operation
def _take_away(*, by: Person, at: dt.datetime, case: Case, one: Sweep) -> None:
    """Reject or remove one matter by its own procedure."""
    written = written_of(case)
    act = written.remove if case.state in written.public else written.reject
    if act is None:
        raise NothingToSweep
    act(by=by, at=at, case=case, reason=one.reason, text=one.text)
    record(
        kind="moderation.swept-away",
        by=by,
        at=at,
        subject=f"{case.procedure}:{case.number}",
        public={"sweep": one.pk},
    )


@operation
def _finish(*, by: None, at: dt.datetime, one: Sweep, left: dict[int, str]) -> None:
    """The sweep is over; what could not be taken away is shown again."""
    _show_again(one, at, list(left))
    one.state, one.left_out = "done", {str(pk): why for pk, why in left.items()}
    one.save(update_fields=["state", "left_out"])
    record(
        kind="moderation.sweep-done",
        by=by,
        at=at,
        subject=f"sweep:{one.pk}",
        public={"matters": len(one.cases) - len(left), "left_out": len(left)},
    )


def carry_out_sweeps(*, at: dt.datetime) -> int:
    """Carry out the sweeps whose time to think is over; returns how many. A timer calls it.

    Each matter is moved in a transaction of its own; a sweep that was cut off goes on where it
    stopped, because what was taken away has ended.
    """
    waiting = Sweep.objects.filter(state="waiting", acts_at__lte=at).select_related("by")
    done = 0
    for one in waiting.order_by("acts_at"):
        left: dict[int, str] = {}
        numbers = [pk for pk, _shown in one.cases]
        rows = Case.objects.filter(pk__in=numbers, closed_at__isnull=True)
        for case in rows.select_related("territory", "author").order_by("id"):
            try:
                _take_away(by=one.by, at=at, case=case, one=one)
            except Refused as refusal:
                logger.info("sweep %s, case %s: %s", one.pk, case.number, refusal)
                left[case.pk] = refusal.code
        _finish(by=None, at=at, one=one, left=left)
        done += 1
    return done
