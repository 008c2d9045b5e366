"""Incidents that became a part of another: which one they go on in, and which ones they are."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from veche.city.dispatch import access
from veche.city.dispatch.models import Incident

# By the steps of those that were joined, which are few for an incident: an incident has one `join`.
_WHOLES = """
WITH RECURSIVE up AS (
    SELECT n AS part, n AS at FROM unnest(%(asked)s::bigint[]) n
    UNION
    SELECT up.part, c.id FROM up
    JOIN cases_caseevent e ON e.case_id = up.at AND e.move = 'join'
    JOIN cases_case c ON c.number = e.public ->> 'into'
)
SELECT up.part, up.at FROM up JOIN cases_case c ON c.id = up.at WHERE c.state <> 'joined'
"""
# By the log of the one they were joined to.
_PARTS = """
WITH RECURSIVE down AS (
    SELECT n AS whole, n AS at FROM unnest(%(asked)s::bigint[]) n
    UNION
    SELECT down.whole, c.id FROM down
    JOIN dispatch_incidententry e ON e.incident_id = down.at AND e.kind = 'joined'
    JOIN cases_case c ON c.number = e.details ->> 'incident'
)
SELECT at, whole FROM down WHERE at <> whole
"""


def _pairs(statement: str, asked: Collection[int]) -> dict[int, int]:
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, {"asked": sorted(asked)})
        return {int(part): int(whole) for part, whole in cursor.fetchall()}


def wholes(incidents: Collection[int]) -> dict[int, int]:
    """Incidents → the one in which each goes on, however often it was joined; itself, where it was
    not."""
    return _pairs(_WHOLES, incidents)


def parts(incidents: Collection[int]) -> dict[int, int]:
    """What became a part of these incidents, or of what did → which of them it goes on in."""
    return _pairs(_PARTS, incidents)


def whole(incident: Incident) -> Incident | None:
    """The incident in which one goes on that was joined; None where it was not."""
    if incident.case.state != "joined":
        return None
    found = wholes([incident.pk]).get(incident.pk)
    return access.full().filter(pk=found).first()
