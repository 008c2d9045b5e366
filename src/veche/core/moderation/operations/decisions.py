"""Writing down what was decided, for the public log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import connection

from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.moderation.models import Decision
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.moderation.models import Original, Sweep
    from veche.core.people.models import Person

AUTHOR = "author"


@operation
def decided(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    kind: str,
    reason: str = "",
    role: str = "moderator",
    sweep: Sweep | None = None,
    original: Original | None = None,
) -> Decision:
    """Put a decision into the public log: what, why, when, by which role; never by whom."""
    made = Decision(
        case=case,
        kind=kind,
        reason=reason,
        role=role,
        person=by,
        at=at,
        sweep=sweep,
        original=original,
    )
    made.save(force_insert=True)
    record(
        kind="moderation.decided",
        by=by,
        at=at,
        subject=subject(case),
        public={"decision": kind, "reason": reason, "role": role},
    )
    return made


@operation
def decided_many(
    *,
    by: Person | None,
    at: dt.datetime,
    cases: Collection[int],
    kind: str,
    reason: str = "",
    role: str = "moderator",
) -> int:
    """The same for many cases, by their numbers, in two statements; returns how many."""
    Decision.objects.bulk_create(
        [
            Decision(case_id=pk, kind=kind, reason=reason, role=role, person=by, at=at)
            for pk in cases
        ]
    )
    record(
        kind="moderation.decided",
        by=by,
        at=at,
        subject="moderation",
        public={"decision": kind, "reason": reason, "role": role, "matters": len(cases)},
    )
    return len(cases)


_PAST = """
INSERT INTO moderation_decision (case_id, kind, reason, role, person_id, at, appeal, appeal_text,
    judge_role, judge_text)
SELECT e.case_id, e.move, coalesce(e.public->>'reason', ''), 'moderator', e.actor_id, e.at, '', '',
    '', ''
FROM cases_caseevent e
WHERE e.move IN ('reject', 'remove') AND e.actor_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM moderation_decision d WHERE d.case_id = e.case_id)
ORDER BY e.at, e.id
"""


@operation
def take_up_past(*, by: Person | None, at: dt.datetime) -> int:
    """Put into the log what was rejected before there was one, or in bulk; returns how many.

    Read from the events of the cases in one statement; what stands in the log stays as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAST)
        taken = int(cursor.rowcount)
    record(
        kind="moderation.past-taken-up",
        by=by,
        at=at,
        subject="moderation",
        public={"decisions": taken},
    )
    return taken
