"""What a sweep of 10,000 terms costs: found, noted, a tier up for each, and everybody told.

Runs on a database of its own, dropped at the end.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from pathlib import Path
from typing import Any

from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

INCIDENTS = 5_000
"""Each with one office that helps: 10,000 terms run."""
MINUTE = dt.timedelta(minutes=1)
START = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)

# Cases are made as a bulk load makes them: born with their first step, then a row beside each.
_CASES = """
INSERT INTO cases_case (number, procedure, theme, territory_id, parent_id, blocking, opened_at,
    state, seq, due_at, climbed)
SELECT %(prefix)s || n, %(procedure)s, 'incident:flood', (%(places)s::bigint[])[1 + n %% 2],
       CASE WHEN %(procedure)s = 'incident_task' THEN
            (SELECT id FROM cases_case WHERE number = 'I' || n) END,
       true, %(at)s, '', 0, %(due)s, 0
FROM generate_series(1, %(many)s) n
"""
_EVENTS = """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, organisation_id, at, public)
SELECT id, 1, %(move)s, '', %(state)s, %(office)s, %(at)s, '{}' FROM cases_case
WHERE procedure = %(procedure)s
"""
_CLOCKS = """
INSERT INTO cases_caseclock (case_id, state, organisation_id, started_at, first_due_at, due_at)
SELECT id, %(state)s, %(office)s, %(at)s, %(due)s, %(due)s FROM cases_case
WHERE procedure = %(procedure)s
"""
_INCIDENTS = """
INSERT INTO dispatch_incident (case_id, kind_id, title, text, source, source_key, severity, tier,
    first_tier, drill, vulnerable, mode, reported_at, returned, reopened, pending_reason)
SELECT id, %(kind)s, 'Water', '', 'call', '', 3, 2, 2, false, '', 1, %(at)s, 0, 0, ''
FROM cases_case WHERE procedure = 'incident'
"""
_TASKS = """
INSERT INTO dispatch_incidenttask (case_id, incident_id, organisation_id, text, asked_at)
SELECT id, parent_id, %(office)s, 'Pump', %(at)s FROM cases_case
WHERE procedure = 'incident_task'
"""


def bench(report: Any) -> None:
    """Measure a sweep in which all is due, and one with nothing to do."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from veche.project.cli import sync

        sync()
        _measure(report)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure(report: Any) -> None:
    from tests.cast import small_town

    from veche.city.dispatch.models import EscalationClimb, Incident, IncidentKind
    from veche.city.dispatch.operations.escalation import sweep
    from veche.core.notices.models import Notice

    town = small_town()
    kind = IncidentKind.objects.create(code="flood", names={"en": "Flood"}, tier=2, severity=3)
    values: dict[str, Any] = {
        "at": START, "due": START + 10 * MINUTE, "many": INCIDENTS, "kind": kind.pk,
        "places": [town.west.pk, town.east.pk],
    }  # fmt: skip
    sorts: tuple[dict[str, Any], ...] = (
        {"prefix": "I", "procedure": "incident", "move": "report", "state": "reported",
         "office": None},
        {"prefix": "T", "procedure": "incident_task", "move": "ask", "state": "asked",
         "office": town.lights.pk},
    )  # fmt: skip
    with connection.cursor() as cursor:
        for sort in sorts:
            for statement in (_CASES, _EVENTS, _CLOCKS):
                cursor.execute(statement, {**values, **sort})
        for statement in (_INCIDENTS, _TASKS):
            cursor.execute(statement, {**values, "office": town.lights.pk})
        cursor.execute("ANALYZE")

    def timed(minute: float) -> tuple[int, float]:
        begun = time.monotonic()
        taken = sweep(at=START + minute * MINUTE)
        return taken, (time.monotonic() - begun) * 1000

    taken, spent = timed(5)
    report("10,000 terms at half their time", spent / 1000, "s", at_most=2.0, beside=f"{taken:,}")
    taken, spent = timed(6)
    report("10,000 terms, nothing to do", spent, "ms", at_most=250.0, beside=f"{taken} steps")
    assert taken == 0
    timed(8)
    taken, spent = timed(10)
    report("10,000 terms at their end: a tier up", spent / 1000, "s", at_most=2.0,
           beside=f"{taken:,} steps")  # fmt: skip
    raised = Incident.objects.filter(tier=3).count()
    report("incidents raised", raised, "incidents", at_least=INCIDENTS)
    report("steps noted", EscalationClimb.objects.count(), "steps", at_least=6 * INCIDENTS)
    report("notices", Notice.objects.count(), "notices", at_least=2 * INCIDENTS)
