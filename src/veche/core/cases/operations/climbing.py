"""An overdue promise climbs: the head of the office, the control department, the public list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from veche.core.cases.access import check_sets_terms
from veche.core.cases.models import ClimbStep
from veche.core.cases.rules import LEVELS
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOST = 2000
"""Cases that climb in one sweep; the timer comes again."""

# One statement for all: the cases that stand too low climb as high as they must, every level they
# pass is noted. A case that somebody is moving right now is left for the next minute.
_CLIMB = """
WITH overdue AS (
    SELECT c.id, c.climbed AS was, c.promised_at, c.organisation_id,
           (SELECT max(s.level) FROM cases_climbstep s
            WHERE c.promised_at + make_interval(days => s.days) < %(at)s) AS level
    FROM cases_case c
    WHERE c.promised_at < %(at)s AND c.paused_at IS NULL
      AND c.climbed < (SELECT max(s.level) FROM cases_climbstep s
                       WHERE c.promised_at + make_interval(days => s.days) < %(at)s)
    ORDER BY c.promised_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
), raised AS (
    UPDATE cases_case c SET climbed = o.level FROM overdue o WHERE c.id = o.id
    RETURNING c.id, o.was, o.level, o.promised_at, o.organisation_id
)
INSERT INTO cases_climb (case_id, level, office_id, promised_at, at)
SELECT r.id, s.level, r.organisation_id, r.promised_at, %(at)s
FROM raised r JOIN cases_climbstep s ON s.level > r.was AND s.level <= r.level
ON CONFLICT (case_id, promised_at, level) DO NOTHING
RETURNING id, case_id, level
"""


@dataclass(frozen=True)
class Climbed:
    """One level that one case climbed in this sweep."""

    climb: int
    case: int
    level: int


@operation
def climb(*, by: None, at: dt.datetime, most: int = MOST) -> Sequence[Climbed]:
    """Let every overdue promise climb to the level that its days deserve, in one statement.

    A promise that stands still does not climb; a level is climbed once for one promise. Returns
    what was climbed, for whoever tells the people concerned.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLIMB, {"at": at, "most": most})
        found = [Climbed(*row) for row in cursor.fetchall()]
    counts: dict[str, int] = {}
    for one in found:
        counts[str(one.level)] = counts.get(str(one.level), 0) + 1
    record(kind="cases.climbed", by=by, at=at, subject="cases", public={"levels": counts})
    return found


def waits(at: dt.datetime) -> bool:
    """Whether any promise stands lower than its days deserve: the sweep begins only then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM cases_case c WHERE c.promised_at < %s AND c.paused_at IS"
            " NULL AND c.climbed < (SELECT max(s.level) FROM cases_climbstep s"
            " WHERE c.promised_at + make_interval(days => s.days) < %s))",
            [at, at],
        )
        return bool(cursor.fetchone()[0])


@operation
def set_climb_step(
    *, by: Person | None, at: dt.datetime, level: int, days: int, role: str = ""
) -> ClimbStep:
    """Say after how many days an overdue promise climbs to a level, and whose holders are told.

    Raises:
        veche.core.cases.access.OnlyAdministrators: the person sets none.
    """
    check_sets_terms(by, at)
    step, _made = ClimbStep.objects.update_or_create(
        level=level, defaults={"days": days, "role": role}
    )
    record(
        kind="cases.climb-step-set",
        by=by,
        at=at,
        subject=f"climb:{level}",
        public={"days": days, "role": role},
    )
    return step


__all__ = ["LEVELS", "MOST", "Climbed", "climb", "set_climb_step", "waits"]
