"""What waits climbs: the rungs of the ladders that are due, found and told in sets, once each.

One statement finds every rung that is due of every open term and notes it; the tiers rise and the
people are told in the same transaction. Whoever is killed in between has done nothing, and the
next sweep does all of it: the row of a rung is unique for a term, a step and a repeat.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.dispatch.operations.telling import topic_of
from veche.core.cases.models import Case
from veche.core.journal.operations import record, record_many
from veche.core.notices.operations import tell_in_house
from veche.core.notices.operations.sets import tell_people_of_many
from veche.operation import operation

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 20_000
"""Rungs taken in one sweep; the timer comes again."""

# A tier has the ladder that is its own, else the one for all. The moment of a rung of a tier's own
# ladder that lay before the incident came to this tier is not made up for: nobody would be told of
# what was somebody else's affair. What was noted is asked row by row, by its key: as a join it was
# planned without one while the table was young, and took seconds.
_DUE = """
FROM dispatch_incident i
CROSS JOIN LATERAL (
    SELECT i.case_id, 'incident' AS procedure
    UNION ALL
    SELECT t.case_id, 'incident_task' FROM dispatch_incidenttask t
    WHERE t.incident_id = i.case_id AND t.done_at IS NULL
) f
JOIN cases_caseclock k ON k.case_id = f.case_id AND k.stopped_at IS NULL
JOIN dispatch_escalationstep s ON s.procedure = f.procedure AND s.state = k.state
    AND s.until IS NULL AND (s.tier = i.tier OR (s.tier IS NULL AND NOT EXISTS (
        SELECT FROM dispatch_escalationstep o WHERE o.procedure = s.procedure
            AND o.state = s.state AND o.until IS NULL AND o.tier = i.tier)))
CROSS JOIN LATERAL (
    SELECT n AS turn, k.started_at + make_interval(mins => s.every * (n - 1)) + coalesce(
        (k.due_at - k.started_at) * (s.percent / 100.0), make_interval(mins => s.minutes)
    ) AS moment
    FROM (VALUES (1), (2), (3), (4), (5)) n (n) WHERE n.n <= s.times
) m
WHERE (i.ended_at IS NULL OR i.reopened > 0) AND m.moment <= %(at)s AND m.moment >= s.since
    AND (SELECT x.id FROM dispatch_escalationclimb x
         WHERE x.clock_id = k.id AND x.step_id = s.id AND x.turn = m.turn LIMIT 1) IS NULL
    AND (s.tier IS NULL OR m.moment >= coalesce((
        SELECT max(e.at) FROM dispatch_incidententry e WHERE e.incident_id = i.case_id
            AND e.kind IN ('climbed', 'handed-down')), '-infinity'))
"""
# The incidents are locked, as every step of a person locks them first: who is acting right now is
# left for the next minute, and nobody waits for each other in a circle.
_CLIMB = f"""
WITH due AS MATERIALIZED (
    SELECT k.id AS clock, s.id AS step, m.turn, i.case_id AS incident, f.case_id, i.tier, m.moment
    {_DUE}
    ORDER BY m.moment LIMIT %(most)s FOR UPDATE OF i SKIP LOCKED
)
INSERT INTO dispatch_escalationclimb
    (clock_id, step_id, turn, incident_id, case_id, tier, due_at, at)
SELECT clock, step, turn, incident, case_id, tier, moment, %(at)s FROM due
ON CONFLICT (clock_id, step_id, turn) DO NOTHING
RETURNING id
"""
# Somebody may have stopped a term between the look at it and the lock on its incident. Now that
# the locks are held nobody can any more: what was stopped is taken off again.
_STOPPED = """
DELETE FROM dispatch_escalationclimb x USING cases_caseclock k
WHERE x.id = ANY(%(climbs)s) AND k.id = x.clock_id AND k.stopped_at IS NOT NULL RETURNING x.id
"""
_WAITS = f"SELECT EXISTS (SELECT {_DUE})"
_RAISE = """
WITH up AS (
    SELECT x.incident_id, count(*) AS n FROM dispatch_escalationclimb x
    JOIN dispatch_escalationstep s ON s.id = x.step_id AND s.act = 'tier_up'
    WHERE x.id = ANY(%(climbs)s) GROUP BY x.incident_id
), was AS (
    SELECT i.case_id, i.tier, least(3, i.tier + up.n) AS goal
    FROM dispatch_incident i JOIN up ON up.incident_id = i.case_id WHERE i.tier < 3
), raised AS (
    UPDATE dispatch_incident i SET tier = was.goal, claimed_at = NULL FROM was
    WHERE i.case_id = was.case_id RETURNING i.case_id, was.tier AS lower, i.tier AS higher
), told AS (
    INSERT INTO dispatch_incidententry (incident_id, at, by_id, kind, text, details, public)
    SELECT case_id, %(at)s, NULL, 'climbed', '',
           jsonb_build_object('from', lower, 'to', higher, 'cause', 'late'), true FROM raised
    RETURNING incident_id
)
SELECT c.number FROM told JOIN cases_case c ON c.id = told.incident_id ORDER BY c.id
"""
# Whom a rung concerns is found once for all terms that are of the same office, place and tier.
_WHOM = """
WITH x AS MATERIALIZED (
    SELECT x.incident_id, s.procedure, s.state, s.tier AS ladder, s.place, s.act, s.person_id,
           s.role, CASE WHEN s.act IN ('tier_up', 'repeat') THEN i.tier ELSE x.tier END AS tier,
           x.tier = 3 AS top, i.drill, i.severity, c.territory_id,
           -- What was sent back lies with the dispatchers, whoever had it before.
           CASE WHEN s.procedure = 'incident' AND s.state IN ('reported', 'verified') THEN NULL
                ELSE c.organisation_id END AS organisation_id,
           round(100 * extract(epoch FROM x.at - k.started_at)
                 / greatest(1, extract(epoch FROM k.due_at - k.started_at)))::int AS used
    FROM dispatch_escalationclimb x
    JOIN dispatch_escalationstep s ON s.id = x.step_id AND s.act <> 'wait'
    JOIN dispatch_incident i ON i.case_id = x.incident_id
    JOIN cases_case c ON c.id = x.case_id
    JOIN cases_caseclock k ON k.id = x.clock_id
    WHERE x.id = ANY(%(climbs)s)
), acts AS (
    SELECT incident_id, used, drill, severity, act, person_id, role, tier, top, organisation_id,
           territory_id, false AS again
    FROM x WHERE act <> 'repeat'
    UNION ALL
    SELECT x.incident_id, x.used, x.drill, x.severity, e.act, e.person_id, e.role, x.tier, false,
           x.organisation_id, x.territory_id, true
    FROM x JOIN dispatch_escalationstep e ON e.procedure = x.procedure AND e.state = x.state
        AND e.tier IS NOT DISTINCT FROM x.ladder AND e.place < x.place AND e.until IS NULL
        AND e.act NOT IN ('wait', 'repeat')
    WHERE x.act = 'repeat'
), sorts AS MATERIALIZED (
    SELECT row_number() OVER () AS sort, g.*, p.district_id, p.city_id FROM (
        SELECT DISTINCT act, person_id, tier, top, organisation_id, territory_id,
               CASE WHEN act = 'tier_up' AND top THEN 'controller'
                    WHEN act IN ('tier_up', 'duty') THEN 'dispatcher' ELSE role END AS role,
               role AS asked
        FROM acts) g JOIN places_territory p ON p.id = g.territory_id
), duty AS (
    SELECT g.sort, u.person_id FROM sorts g
    JOIN dispatch_dutylist l ON l.until IS NULL AND (l.organisation_id = g.organisation_id OR (
        l.tier = g.tier AND l.territory_id IN (g.territory_id, g.district_id, g.city_id)))
    JOIN dispatch_dutyturn u ON u.list_id = l.id AND u.since <= %(at)s AND u.until > %(at)s
    WHERE g.act IN ('duty', 'tier_up')
    AND EXISTS (  -- whose role has ended is not called
        SELECT FROM organisations_holding h LEFT JOIN places_territory p ON p.id = l.territory_id
        WHERE h.person_id = u.person_id AND h.since <= %(at)s
            AND (h.until IS NULL OR h.until > %(at)s) AND CASE WHEN l.territory_id IS NULL
                THEN h.role IN ('officer', 'head') AND h.organisation_id = l.organisation_id
                ELSE h.role = 'dispatcher' AND (h.territory_id IS NULL
                    OR h.territory_id IN (p.id, p.district_id, p.city_id)) END)
), held AS (
    SELECT g.sort, h.person_id, CASE WHEN g.role <> 'dispatcher' THEN 0
        WHEN t.kind = 'neighbourhood' THEN 1 WHEN t.kind = 'district' THEN 2 ELSE 3 END AS tier,
        g.tier AS wanted
    FROM sorts g JOIN organisations_holding h ON h.role = g.role AND h.since <= %(at)s
        AND (h.until IS NULL OR h.until > %(at)s)
        AND (h.role NOT IN ('officer', 'head') OR h.organisation_id = g.organisation_id)
        AND (h.territory_id IS NULL
             OR h.territory_id IN (g.territory_id, g.district_id, g.city_id))
    LEFT JOIN places_territory t ON t.id = h.territory_id
    WHERE g.act IN ('role', 'tier_up')
       OR (g.act = 'duty' AND NOT EXISTS (SELECT FROM duty d WHERE d.sort = g.sort))
), nearest AS (
    SELECT sort, person_id,
           rank() OVER (PARTITION BY sort ORDER BY tier) AS place
    FROM held WHERE tier = 0 OR tier >= wanted
), whom AS (
    SELECT g.sort, g.person_id FROM sorts g WHERE g.act = 'person' AND EXISTS (
        -- whoever was named and holds no role any more is not told
        SELECT FROM organisations_holding h WHERE h.person_id = g.person_id AND h.since <= %(at)s
            AND (h.until IS NULL OR h.until > %(at)s))
    UNION SELECT sort, person_id FROM duty
    UNION SELECT sort, person_id FROM nearest WHERE place = 1
)
SELECT a.incident_id, w.person_id, a.drill, a.act = 'tier_up' AND NOT a.top AND NOT a.again,
       max(a.used), max(a.severity)
FROM acts a JOIN sorts g ON g.act = a.act AND g.person_id IS NOT DISTINCT FROM a.person_id
    AND g.asked = a.role AND g.tier = a.tier AND g.top = a.top
    AND g.organisation_id IS NOT DISTINCT FROM a.organisation_id
    AND g.territory_id = a.territory_id
JOIN whom w ON w.sort = g.sort
GROUP BY 1, 2, 3, 4
"""


def waits(at: dt.datetime) -> bool:
    """Whether any rung is due and not noted: the sweep begins only then. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, {"at": at})
        return bool(cursor.fetchone()[0])


def kind_of(*, raised: bool, used: int, drill: bool) -> str:
    """Which notice says it: that a tier is to take it up, that the term has passed, or how much
    of it is used; a drill's says that it is one."""
    kind = "raised" if raised else "overdue" if used >= 100 else "waits"
    return f"dispatch.{kind}-drill" if drill else f"dispatch.{kind}"


def _tell(climbs: Sequence[int], at: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_WHOM, {"climbs": list(climbs), "at": at})
        rows: list[tuple[int, int, bool, bool, int, int]] = cursor.fetchall()
    told: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    rehearsed: dict[tuple[str, int], set[int]] = defaultdict(set)
    details: dict[int, dict[str, Any]] = {}
    for incident, person, drill, raised, used, severity in rows:
        kind = kind_of(raised=raised, used=used, drill=drill)
        if drill:
            rehearsed[kind, incident].add(person)
        else:
            told[kind, topic_of(severity)].append((person, incident))
        details[incident] = {"used": max(used, details.get(incident, {}).get("used", 0))}
    count = sum(
        tell_people_of_many(by=None, at=at, told=pairs, kind=kind, details=details, topic=topic)
        for (kind, topic), pairs in sorted(told.items())
    )
    # Of a drill no letter leaves and no device is woken.
    cases = Case.objects.in_bulk([incident for _kind, incident in rehearsed])
    return count + sum(
        tell_in_house(
            by=None, at=at, case=cases[incident], kind=kind, details=details[incident], people=who
        )
        for (kind, incident), who in sorted(rehearsed.items())
    )


@operation
def climb(*, by: None, at: dt.datetime, most: int = MOST) -> int:
    """Take every rung that is due, raise the tiers, tell whomever it concerns; how many rungs.

    Nothing is taken twice: not by a second sweep at the same time, which finds the incidents
    locked and leaves them, nor by one that begins again after this was killed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLIMB, {"at": at, "most": most})
        climbs = [int(row[0]) for row in cursor.fetchall()]
        if climbs:
            cursor.execute(_STOPPED, {"climbs": climbs})
            stopped = {int(row[0]) for row in cursor.fetchall()}
            climbs = [one for one in climbs if one not in stopped]
        raised: list[str] = []
        if climbs:
            cursor.execute(_RAISE, {"climbs": climbs, "at": at})
            raised = [str(row[0]) for row in cursor.fetchall()]
    if raised:
        record_many(
            kind="incident.entry",
            by=by,
            at=at,
            about=[(f"incident:{number}", {"kind": "climbed"}) for number in raised],
        )
    told = _tell(climbs, at) if climbs else 0
    record(
        kind="dispatch.escalated",
        by=by,
        at=at,
        subject="incidents",
        public={"steps": len(climbs), "raised": len(raised), "told": told},
    )
    return len(climbs)


def sweep(*, at: dt.datetime) -> int:
    """The timer: nothing is written while no rung is due; returns how many were taken."""
    return climb(by=None, at=at) if waits(at) else 0
