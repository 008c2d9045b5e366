"""Telling those who hold a role, and climbing: whoever must know that a promise was not kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from veche.core.cases.operations import climb, subject
from veche.core.cases.operations.climbing import waits
from veche.core.journal.operations import record
from veche.core.notices.operations.telling import (
    make_readers,
    numbers_of_tellings,
    queue,
    tell,
)
from veche.core.notices.words import say
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

_HOLDERS = """
SELECT DISTINCT h.person_id
FROM cases_case c JOIN places_territory t ON t.id = c.territory_id
JOIN organisations_holding h ON h.role = %(role)s AND h.since <= %(at)s
    AND (h.until IS NULL OR h.until > %(at)s)
    AND (h.role NOT IN ('officer', 'head') OR h.organisation_id = c.organisation_id)
    AND (h.territory_id IS NULL OR h.territory_id IN (t.id, t.district_id, t.city_id))
WHERE c.id = %(case)s
"""
_TELL = f"""
SELECT r.id AS reader_id, 'work' AS topic, %(case)s AS case_id, %(details)s AS details,
       (SELECT nextval('notices_telling')) AS telling
FROM ({_HOLDERS}) w JOIN notices_reader r ON r.person_id = w.person_id
"""
_CLIMBED = """
SELECT DISTINCT h.person_id, c.id AS case_id, k.level, n.telling
FROM unnest(%(climbs)s::bigint[], %(tellings)s::bigint[]) n (climb, telling)
JOIN cases_climb k ON k.id = n.climb
JOIN cases_climbstep s ON s.level = k.level AND s.role <> ''
JOIN cases_case c ON c.id = k.case_id JOIN places_territory t ON t.id = c.territory_id
JOIN organisations_holding h ON h.role = s.role AND h.since <= %(at)s
    AND (h.until IS NULL OR h.until > %(at)s)
    AND (h.role <> 'head' OR h.organisation_id = c.organisation_id)
    AND (h.territory_id IS NULL OR h.territory_id IN (t.id, t.district_id, t.city_id))
"""
_TELL_CLIMBED = f"""
SELECT r.id AS reader_id, 'work' AS topic, w.case_id,
       jsonb_build_object('level', w.level) AS details, w.telling
FROM ({_CLIMBED}) w JOIN notices_reader r ON r.person_id = w.person_id
"""
_TELL_LISTED = """
SELECT DISTINCT f.reader_id, CASE WHEN f.person_id = c.author_id THEN 'own' ELSE 'followed' END
       AS topic, k.case_id, '{}'::text AS details, n.telling
FROM unnest(%(climbs)s::bigint[], %(tellings)s::bigint[]) n (climb, telling)
JOIN cases_climb k ON k.id = n.climb
JOIN cases_climbstep s ON s.level = k.level AND s.role = ''
JOIN cases_case c ON c.id = k.case_id JOIN notices_following f ON f.case_id = k.case_id
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
    make_readers(_HOLDERS, values)
    told, letters, pushes = tell(_TELL, values)
    queue(letters, pushes)
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
    """Let overdue promises climb, and tell whoever each level concerns; a few statements
    for all."""
    climbed = climb(by=by, at=at)
    values: dict[str, Any] = {
        "at": at,
        "by": None,
        "climbs": [one.climb for one in climbed],
        "tellings": numbers_of_tellings(len(climbed)),
    }
    make_readers(f"SELECT DISTINCT person_id FROM ({_CLIMBED}) c", values)
    told = tell(_TELL_CLIMBED, {**values, "kind": "notices.climbed"})[0]
    told += tell(_TELL_LISTED, {**values, "kind": "notices.listed"})[0]
    record(kind="notices.told", by=by, at=at, subject="cases", public={"people": told})
    return len(climbed)


def sweep_overdue(*, at: dt.datetime) -> int:
    """The timer: nothing is written while no promise must climb; returns how many levels were
    climbed."""
    return climb_and_tell(by=None, at=at) if waits(at) else 0
