"""One step for many matters: ordered, undone, carried out."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils import translation

from veche.core.cases.models import Case
from veche.core.desk import rules
from veche.core.desk.adapter import desk_of
from veche.core.desk.models import BulkChange, BulkItem, Draft
from veche.core.desk.operations.refusals import (
    NotForMany,
    NothingChosen,
    TooLateToUndo,
    TooManyChosen,
)
from veche.core.journal.operations import record
from veche.errors import NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

logger = logging.getLogger(__name__)


@operation
def order_bulk(
    *,
    by: Person,
    at: dt.datetime,
    submission: uuid.UUID,
    procedure: str,
    move: str,
    cases: Sequence[Case],
    step: Mapping[str, Any],
    words: Mapping[int, str] | None = None,
    grace: dt.timedelta = rules.GRACE,
) -> BulkChange:
    """Order one step for many cases; it is carried out after ``grace`` and can be undone until
    then. Ordered twice with the same ``submission`` it is one change.

    Raises:
        NothingChosen, TooManyChosen, NotForMany: it cannot be ordered so.
    """
    known = BulkChange.objects.filter(submission=submission, by=by).first()
    if known is not None:
        record(kind="desk.bulk-ordered-again", by=by, at=at, subject=f"bulk:{known.pk}")
        return known
    desk = desk_of(procedure)
    action = desk.action(move) if desk else None
    if action is None or action.bulk is None:
        raise NotForMany
    chosen = [case for case in cases if case.procedure == procedure]
    if not chosen:
        raise NothingChosen
    if len(chosen) > rules.MOST_AT_ONCE:
        raise TooManyChosen(most=rules.MOST_AT_ONCE, count=len(chosen))
    grace = min(max(grace, rules.SHORTEST_GRACE), rules.LONGEST_GRACE)
    change, made = BulkChange.objects.get_or_create(
        submission=submission,
        defaults={
            "by": by,
            "procedure": procedure,
            "move": move,
            "step": dict(step),
            "ordered_at": at,
            "due_at": at + grace,
        },
    )
    if made:
        BulkItem.objects.bulk_create(
            BulkItem(change=change, case=case, seen=case.seq, words=(words or {}).get(case.pk, ""))
            for case in chosen
        )
    record(
        kind="desk.bulk-ordered",
        by=by,
        at=at,
        subject=f"bulk:{change.pk}",
        public={"move": move, "matters": len(chosen), "due": change.due_at.isoformat()},
    )
    return change


@operation
def undo_bulk(*, by: Person, at: dt.datetime, change: BulkChange) -> BulkChange:
    """Take a change of many back before it is carried out: nothing has happened yet.

    Raises:
        NotFound: it was ordered by somebody else.
        TooLateToUndo: it was carried out.
    """
    change = BulkChange.objects.select_for_update().get(pk=change.pk)
    if change.by_id != by.pk:
        raise NotFound
    if change.done_at is not None:
        raise TooLateToUndo(when=f"{change.done_at:%H:%M}")
    if change.cancelled_at is None:
        change.cancelled_at = at
        change.save(update_fields=["cancelled_at"])
    record(kind="desk.bulk-undone", by=by, at=at, subject=f"bulk:{change.pk}")
    return change


@operation
def carry_out(*, by: Person | None, at: dt.datetime, change: int) -> BulkChange:
    """Carry out a change of many: all of it in one transaction, or nothing.

    A worker killed in the middle leaves no trace and the next one begins anew; two workers wait
    for each other, and the second finds it done. What was moved meanwhile, or may no longer be
    moved by who ordered it, is left alone with the reason.
    """
    row = BulkChange.objects.select_for_update(of=("self",)).select_related("by").get(pk=change)
    if not row.waiting:
        record(kind="desk.bulk-settled", by=None, at=at, subject=f"bulk:{row.pk}")
        return row
    items = list(BulkItem.objects.filter(change=row))
    desk = desk_of(row.procedure)
    action = desk.action(row.move) if desk else None
    refused: Mapping[int, str] = {}
    with translation.override(row.by.language):
        if action is None or action.bulk is None:
            refused = {item.case_id: str(NotForMany()) for item in items}
        else:
            refused = action.bulk(
                by=row.by,
                at=at,
                cases={item.case_id: item.seen for item in items},
                words={item.case_id: item.words for item in items if item.words},
                **row.step,
            )
        refused = {pk: str(sentence) for pk, sentence in refused.items()}
    BulkItem.objects.filter(change=row).update(done=True)
    if refused:
        late = [item for item in items if item.case_id in refused]
        for item in late:
            item.done, item.refusal = False, refused[item.case_id]
        BulkItem.objects.bulk_update(late, ["done", "refusal"])
    row.done_at = at
    row.save(update_fields=["done_at"])
    Draft.objects.filter(
        person=row.by, move=row.move, case_id__in=[i.case_id for i in items]
    ).exclude(case_id__in=list(refused)).delete()
    record(
        kind="desk.bulk-carried-out",
        by=row.by,
        at=at,
        subject=f"bulk:{row.pk}",
        public={"done": len(items) - len(refused), "refused": len(refused)},
    )
    return row


def sweep_bulk(*, at: dt.datetime) -> int:
    """Carry out every change of many whose time has come; returns how many.

    Each in a transaction of its own; one that fails is logged, tried again at the next sweep,
    and does not hold up the others.
    """
    waiting = BulkChange.objects.filter(
        done_at__isnull=True, cancelled_at__isnull=True, due_at__lte=at
    ).order_by(F("due_at"))
    done, fault = 0, None
    for pk in list(waiting.values_list("pk", flat=True)):
        try:
            carry_out(by=None, at=at, change=pk)
            done += 1
        except Exception as error:  # the others still get their turn; this one is raised below
            logger.exception("the change of many %s could not be carried out", pk)
            fault = fault or error
    if fault is not None:
        raise fault
    return done
