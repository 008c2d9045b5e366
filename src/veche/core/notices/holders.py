"""Telling those who hold a role, and climbing: whoever must know that a promise was not kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_noop

from veche.core.cases.operations import climb, subject
from veche.core.cases.operations.climbing import waits
from veche.core.journal.operations import record
from veche.core.notices.words import say
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

_TELL = """
INSERT INTO notices_notice (person_id, kind, case_id, details, at)
SELECT DISTINCT h.person_id, %(kind)s, c.id, %(details)s::jsonb, %(at)s::timestamptz
FROM cases_case c JOIN places_territory t ON t.id = c.territory_id
JOIN organisations_holding h ON h.role = %(role)s AND h.since <= %(at)s
    AND (h.until IS NULL OR h.until > %(at)s)
    AND (h.role NOT IN ('officer', 'head') OR h.organisation_id = c.organisation_id)
    AND (h.territory_id IS NULL OR h.territory_id IN (t.id, t.district_id, t.city_id))
WHERE c.id = %(case)s AND h.person_id IS DISTINCT FROM %(by)s
"""
_TELL_CLIMBED = """
INSERT INTO notices_notice (person_id, kind, case_id, details, at)
SELECT DISTINCT h.person_id, 'notices.climbed', c.id,
    jsonb_build_object('level', k.level), %(at)s::timestamptz
FROM cases_climb k JOIN cases_climbstep s ON s.level = k.level AND s.role <> ''
JOIN cases_case c ON c.id = k.case_id JOIN places_territory t ON t.id = c.territory_id
JOIN organisations_holding h ON h.role = s.role AND h.since <= %(at)s
    AND (h.until IS NULL OR h.until > %(at)s)
    AND (h.role <> 'head' OR h.organisation_id = c.organisation_id)
    AND (h.territory_id IS NULL OR h.territory_id IN (t.id, t.district_id, t.city_id))
WHERE k.id = ANY(%(climbs)s)
"""
_TELL_LISTED = """
INSERT INTO notices_notice (person_id, kind, case_id, details, at)
SELECT DISTINCT f.person_id, 'notices.listed', k.case_id, '{}'::jsonb, %(at)s::timestamptz
FROM cases_climb k JOIN cases_climbstep s ON s.level = k.level AND s.role = ''
JOIN notices_following f ON f.case_id = k.case_id AND f.person_id IS NOT NULL
WHERE k.id = ANY(%(climbs)s)
"""

say("notices.climbed", gettext_noop("The term of {number} has passed: it has come up to you."))
say("notices.listed", gettext_noop("{number} is on the public list of overdue promises now."))


@operation
def tell_holders(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    kind: str,
    role: str,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Tell everybody who holds a role over a case now (officers and heads: of the office it lies
    with), except who did it; returns how many."""
    values = {
        "kind": kind,
        "details": json.dumps(dict(details or {})),
        "at": at,
        "role": role,
        "case": case.pk,
        "by": by.pk if by else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        told: int = cursor.rowcount
    record(
        kind="notices.told",
        by=by,
        at=at,
        subject=subject(case),
        public={"people": told, "role": role},
    )
    return told


@operation
def climb_and_tell(*, by: None, at: dt.datetime) -> int:
    """Let overdue promises climb, and tell whoever each level concerns; two statements for all."""
    climbed = climb(by=by, at=at)
    values = {"at": at, "climbs": [one.climb for one in climbed]}
    told = 0
    with connection.cursor() as cursor:
        for statement in (_TELL_CLIMBED, _TELL_LISTED):
            cursor.execute(statement, values)
            told += cursor.rowcount
    record(kind="notices.told", by=by, at=at, subject="cases", public={"people": told})
    return len(climbed)


def sweep_overdue(*, at: dt.datetime) -> int:
    """The timer: nothing is written while no promise must climb; returns how many levels were
    climbed."""
    return climb_and_tell(by=None, at=at) if waits(at) else 0
