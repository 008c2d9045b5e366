"""What is published of incidents: each, every step of it, and what helpers were asked for.

Of kinds that everybody is shown, and never of a drill. No words are in it: neither what a caller
said nor what an office wrote; the pages of the incidents have what is public of that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset

_LEAST = 5
"""Fewer people than this are not told apart from none known: they could be recognised."""


def _seconds(later: str, earlier: str) -> str:
    """Whole seconds between two moments as they are published, never below nothing."""
    begin, end = f"date_trunc('second', {earlier})", f"date_trunc('second', {later})"
    # greatest() would take a missing moment for nothing at all.
    took = f"extract(epoch FROM {end} - {begin})::bigint"
    return f"(CASE WHEN {end} < {begin} THEN 0 ELSE {took} END)"


_SENSED = "coalesce(i.sensed_at, i.reported_at)"
_INCIDENTS = f"""
WITH mine AS (
    SELECT i.* FROM dispatch_incident i JOIN dispatch_incidentkind k ON k.id = i.kind_id
    WHERE NOT i.drill AND k.public AND i.reported_at <= %s
), terms AS (
    SELECT x.case_id, count(*) FILTER (WHERE coalesce(x.stopped_at, %s) > x.due_at) AS late
    FROM cases_caseclock x JOIN mine ON mine.case_id = x.case_id
    WHERE x.state <> 'closed' GROUP BY x.case_id
), words AS (
    SELECT m.incident_id, count(*) AS reports, min(c.opened_at) AS first_at
    FROM dispatch_incidentmatter m JOIN mine ON mine.case_id = m.incident_id
    JOIN cases_case c ON c.id = m.matter_id GROUP BY m.incident_id
)
SELECT c.number, k.code AS kind, i.severity, i.first_tier, i.tier, t.code AS place,
    CASE t.kind WHEN 'city' THEN NULL WHEN 'district' THEN t.code ELSE d.code END AS district,
    CASE WHEN c.state IN ('reported', 'verified', 'false_alarm', 'joined') THEN NULL
         ELSE o.code END AS lead,
    i.source,
    CASE WHEN i.source = 'alarm' AND (w.first_at IS NULL OR w.first_at >= {_SENSED}) THEN 'sensor'
         WHEN i.source = 'cap' THEN 'warning' WHEN i.source = 'officer' THEN 'officer'
         ELSE 'people' END AS found_by,
    i.mode, c.state, coalesce(w.reports, 0) AS reports,
    CASE WHEN i.people >= {_LEAST} THEN i.people END AS people,
    i.sensed_at AS sensed_datetime, i.reported_at AS reported_datetime,
    i.seen_at AS seen_datetime, i.verified_at AS verified_datetime,
    i.dispatched_at AS dispatched_datetime, i.accepted_at AS accepted_datetime,
    i.acted_at AS acted_datetime, i.done_at AS done_datetime,
    i.checked_at AS checked_datetime, i.ended_at AS ended_datetime,
    {_seconds("i.dispatched_at", _SENSED)} AS detect_seconds,
    {_seconds("i.accepted_at", "i.dispatched_at")} AS accept_seconds,
    {_seconds("i.acted_at", "i.accepted_at")} AS reach_seconds,
    CASE WHEN c.state IN ('closed', 'evaluated')
         THEN {_seconds("i.ended_at", "i.reported_at")} END AS handle_seconds,
    coalesce(l.late, 0) AS late_steps,
    CASE WHEN c.state IN ('closed', 'evaluated') THEN coalesce(l.late, 0) = 0 END AS in_time,
    i.returned, i.reopened, i.pending_reason <> '' AND c.state = 'pending' AS pending, i.cost
FROM mine i JOIN cases_case c ON c.id = i.case_id
JOIN dispatch_incidentkind k ON k.id = i.kind_id
JOIN places_territory t ON t.id = c.territory_id
LEFT JOIN places_territory d ON d.id = t.district_id
LEFT JOIN organisations_organisation o ON o.id = c.organisation_id
LEFT JOIN terms l ON l.case_id = i.case_id LEFT JOIN words w ON w.incident_id = i.case_id
"""


def _incidents(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _INCIDENTS, [at, at]


INCIDENTS = Dataset(
    name="incidents",
    title=_("Incidents"),
    description=_(
        "Every incident of a public kind, when each step was done, and how it ended. Drills are "
        "not in it."
    ),
    columns=(
        Column("number", "text", _("Number of the incident.")),
        Column("kind", "text", _("Code of its kind.")),
        Column("severity", "integer", _("1 minor, 2 moderate, 3 severe, 4 extreme.")),
        Column("first_tier", "integer", _("The tier that led at first: 1 neighbourhood, 2 "
                                          "district, 3 city.")),
        Column("tier", "integer", _("The tier that leads or led last.")),
        Column("place", "text", _("Code of the territory, never narrower than a neighbourhood.")),
        Column("district", "text", _("Code of the district; empty: the whole city."), True),
        Column("lead", "text", _("Code of the office that leads; empty: none does."), True),
        Column("source", "text", _("How the city learned of it: alarm, call, problem, cap, "
                                   "officer.")),
        Column("found_by", "text", _("Who told first: sensor, people, officer, warning. A sensor "
                                     "only where no resident had reported it before.")),
        Column("mode", "integer", _("The mode of the city at its place when it was reported.")),
        Column("state", "text", _("Where it stands.")),
        Column("reports", "integer", _("How many reports of residents tell of it.")),
        Column("people", "integer", _("How many are concerned; empty: unknown, or fewer than "
                                      "five."), True),
        Column("sensed_datetime", "moment", _("The first reading that told of it."), True),
        Column("reported_datetime", "moment", _("When the city first knew.")),
        Column("seen_datetime", "moment", _("When a dispatcher first looked at it."), True),
        Column("verified_datetime", "moment", _("When it was verified."), True),
        Column("dispatched_datetime", "moment", _("When it was given to a lead."), True),
        Column("accepted_datetime", "moment", _("When the lead accepted it."), True),
        Column("acted_datetime", "moment", _("When the first office began on the spot."), True),
        Column("done_datetime", "moment", _("When the lead last reported it done."), True),
        Column("checked_datetime", "moment", _("When it was verified on site."), True),
        Column("ended_datetime", "moment", _("When it was closed, or found to be a false alarm."),
               True),
        Column("detect_seconds", "duration", _("From the first reading, or else the first word, "
                                               "until it was given to a lead."), True),
        Column("accept_seconds", "duration", _("From then until the lead accepted it."), True),
        Column("reach_seconds", "duration", _("From then until somebody began on the spot."),
               True),
        Column("handle_seconds", "duration", _("From the first word until it was closed."), True),
        Column("late_steps", "integer", _("How many of its steps took longer than their terms.")),
        Column("in_time", "boolean", _("Whether every step was in time; empty: not closed."),
               True),
        Column("returned", "integer", _("How often an office sent it back.")),
        Column("reopened", "integer", _("How often it was opened again.")),
        Column("pending", "boolean", _("Whether it stands in the pending register.")),
        Column("cost", "number", _("What handling it cost, where the lead has told."), True),
    ),
    sql=_incidents,
    key=("number",),
    order=("reported_datetime", "number"),
)  # fmt: skip

_MINE = """
mine AS (
    SELECT i.case_id, c.number FROM dispatch_incident i
    JOIN dispatch_incidentkind k ON k.id = i.kind_id JOIN cases_case c ON c.id = i.case_id
    WHERE NOT i.drill AND k.public AND i.reported_at <= %s
)
"""
_TASKS = f"""
WITH {_MINE}
SELECT c.number, mine.number AS incident, o.code AS office, c.state,
    k.asked_at AS asked_datetime, k.accepted_at AS accepted_datetime, k.done_at AS done_datetime,
    {_seconds("k.accepted_at", "k.asked_at")} AS accept_seconds,
    {_seconds("k.done_at", "k.asked_at")} AS help_seconds,
    (SELECT count(*) FROM cases_caseclock x WHERE x.case_id = c.id
        AND coalesce(x.stopped_at, %s) > x.due_at) AS late_steps
FROM dispatch_incidenttask k JOIN mine ON mine.case_id = k.incident_id
JOIN cases_case c ON c.id = k.case_id JOIN organisations_organisation o ON o.id = k.organisation_id
WHERE k.asked_at <= %s
"""


def _tasks(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _TASKS, [at, at, at]


TASKS = Dataset(
    name="incident_tasks",
    title=_("What offices were asked for in incidents"),
    description=_("Every office that was asked to help in an incident, and when it was done."),
    columns=(
        Column("number", "text", _("Number of the part.")),
        Column("incident", "text", _("Number of the incident.")),
        Column("office", "text", _("Code of the office.")),
        Column("state", "text", _("asked, in_work, done, refused or dropped.")),
        Column("asked_datetime", "moment", _("When it was asked.")),
        Column("accepted_datetime", "moment", _("When it accepted."), True),
        Column("done_datetime", "moment", _("When it was done."), True),
        Column("accept_seconds", "duration", _("From being asked until it accepted."), True),
        Column("help_seconds", "duration", _("From being asked until it was done."), True),
        Column("late_steps", "integer", _("How many of its steps took longer than their terms.")),
    ),
    sql=_tasks,
    key=("number",),
)

_STEPS = f"""
WITH {_MINE}, all_of_them AS (
    SELECT case_id, number, number AS incident FROM mine
    UNION ALL
    SELECT k.case_id, c.number, mine.number FROM dispatch_incidenttask k
    JOIN mine ON mine.case_id = k.incident_id JOIN cases_case c ON c.id = k.case_id
)
SELECT a.number, a.incident, e.seq AS step, e.move, e.source AS before, e.target AS after,
    CASE WHEN a.number <> a.incident OR e.target NOT IN
        ('reported', 'verified', 'done', 'false_alarm', 'joined', 'closed', 'evaluated')
        THEN o.code END AS office,
    e.at AS at_datetime, x.due_at AS due_datetime, x.stopped_at AS left_datetime
FROM all_of_them a JOIN cases_caseevent e ON e.case_id = a.case_id AND e.at <= %s
LEFT JOIN organisations_organisation o ON o.id = e.organisation_id
LEFT JOIN LATERAL (
    SELECT k.due_at, CASE WHEN k.stopped_at <= %s THEN k.stopped_at END AS stopped_at
    FROM cases_caseclock k WHERE k.case_id = e.case_id AND k.state = e.target
        AND k.started_at = e.at AND e.source <> e.target ORDER BY k.id LIMIT 1
) x ON true
"""


def _steps(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _STEPS, [at, at, at]


STEPS = Dataset(
    name="incident_steps",
    title=_("Steps of incidents"),
    description=_("Every step of every incident and of every helper's part, with its own term."),
    columns=(
        Column("number", "text", _("Number of the incident or of the part.")),
        Column("incident", "text", _("Number of the incident.")),
        Column("step", "integer", _("Which step of it.")),
        Column("move", "text", _("What was done.")),
        Column("before", "text", _("Where it stood before; empty: nowhere."), True),
        Column("after", "text", _("Where it stood from then on.")),
        Column("office", "text", _("Code of the office it lies with; empty: the dispatchers."),
               True),
        Column("at_datetime", "moment", _("When it was done.")),
        Column("due_datetime", "moment", _("Until when it might stand there; empty: no term began "
                                           "with this step."), True),
        Column("left_datetime", "moment", _("When that term ended; empty: it runs."), True),
    ),
    sql=_steps,
    key=("number", "step"),
)  # fmt: skip
