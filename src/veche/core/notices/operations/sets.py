"""Telling many people of many matters at once: a few statements, however many they are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from veche.core.journal.operations import record
from veche.core.notices.operations.telling import make_readers, numbers_of_tellings, tell
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_WHOM = "SELECT DISTINCT person_id FROM unnest(%(people)s::bigint[]) w (person_id)"
_TOLD = """
SELECT DISTINCT r.id AS reader_id, %(topic)s::text AS topic, w.case_id, v.details, v.telling
FROM unnest(%(people)s::bigint[], %(cases)s::bigint[]) w (person_id, case_id)
JOIN unnest(%(known)s::bigint[], %(details)s::text[], %(tellings)s::bigint[])
    v (case_id, details, telling) ON v.case_id = w.case_id
JOIN notices_reader r ON r.person_id = w.person_id
"""


@operation
def tell_people_of_many(
    *,
    by: Person | None,
    at: dt.datetime,
    told: Sequence[tuple[int, int]],
    kind: str,
    details: Mapping[int, Mapping[str, Any]] | None = None,
    topic: str = "work",
) -> int:
    """Tell people of cases, given as pairs of person and case, as a part of their role; ``details``
    by case are what its sentence needs. ``topic`` is ``work``, or one of `rules.CALLS` where they
    are called to act within minutes. Returns how many notices that made.

    What `tell_people` does one case after another, in a few statements for all: for sweeps.
    """
    cases = sorted({case for _person, case in told})
    count = 0
    if cases:
        said = details or {}
        values: dict[str, Any] = {
            "kind": kind,
            "topic": topic,
            "at": at,
            "by": by.pk if by else None,
            "people": [person for person, _case in told],
            "cases": [case for _person, case in told],
            "known": cases,
            "details": [json.dumps(dict(said.get(case, {}))) for case in cases],
            "tellings": numbers_of_tellings(len(cases)),
        }
        make_readers(_WHOM, values)
        count = tell(_TOLD, values)[0]
    record(
        kind="notices.told",
        by=by,
        at=at,
        subject="cases",
        public={"people": count, "kind": kind, "cases": len(cases)},
    )
    if count:
        from veche.core.notices import tasks

        tasks.send_now.defer()
        tasks.push_told.defer(telling=0)
    return count
