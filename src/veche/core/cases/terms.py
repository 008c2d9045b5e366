"""The terms and the calendar of this city, read from its data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from veche.core.cases.models import CalendarDay, TermRule
from veche.core.cases.procedure import Procedure
from veche.core.cases.rules import Term, Unit, WorkCalendar, by_contract, due, resumed


def city_zone() -> ZoneInfo:
    """The time zone the city lives in."""
    return ZoneInfo(settings.TIME_ZONE)


def calendar() -> WorkCalendar:
    """The city's working calendar: weekends, holidays and moved working days."""
    days = list(CalendarDay.objects.values_list("day", "works"))
    return WorkCalendar(
        zone=city_zone(),
        holidays=frozenset(day for day, works in days if not works),
        moved=frozenset(day for day, works in days if works),
    )


_RULES = """
(SELECT array_agg(theme || '/' || number || '/' || unit) FROM cases_termrule
 WHERE procedure = %s AND state = %s AND theme IN ('', %s))
"""


def numbered_term(procedure: Procedure, state: str, theme: str) -> tuple[int, Term | None]:
    """The next number of a case and how long its first state lasts, asked in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('cases_number'), {_RULES}", [procedure.code, state, theme])
        number, found = cursor.fetchone()
    rules = {}
    for line in found or ():
        of, count, unit = line.rsplit("/", 2)
        rules[of] = Term(int(count), Unit(unit))
    return number, _chosen(procedure, state, theme, rules)


def term_of(procedure: Procedure, state: str, theme: str) -> Term | None:
    """How long a state or a window lasts for a theme: the city's rule, else the declared one."""
    if procedure.term_of(state) is None:
        return None
    rules = {
        rule.theme: Term(rule.number, Unit(rule.unit))
        for rule in TermRule.objects.filter(
            procedure=procedure.code, state=state, theme__in=["", theme]
        )
    }
    return _chosen(procedure, state, theme, rules)


def _chosen(procedure: Procedure, state: str, theme: str, rules: Mapping[str, Term]) -> Term | None:
    declared = procedure.term_of(state)
    return (rules.get(theme) or rules.get("") or declared) if declared else None


def due_at(procedure: Procedure, state: str, theme: str, since: dt.datetime) -> dt.datetime | None:
    """When a state (or a window) entered at ``since`` is due; None where nothing is."""
    return ends_at(term_of(procedure, state, theme), since)


def ends_at(term: Term | None, since: dt.datetime) -> dt.datetime | None:
    """When a term that begins at ``since`` ends in this city; None where there is no term."""
    if term is None:
        return None
    needed = calendar() if term.unit is Unit.WORKING_DAYS else WorkCalendar(zone=city_zone())
    return due(since, term, needed)


def contract_ends(term: Term, promised_at: dt.datetime | None, at: dt.datetime) -> dt.datetime:
    """When an office that gets a case at ``at`` must be done by its contract."""
    days = calendar() if term.unit is Unit.WORKING_DAYS else WorkCalendar(zone=city_zone())
    return by_contract(due(at, term, days), promised_at, at, term.unit, days)


def resumed_at(
    procedure: Procedure,
    state: str,
    theme: str,
    *,
    due_at: dt.datetime,
    paused_at: dt.datetime,
    at: dt.datetime,
    contract: Term | None = None,
) -> dt.datetime:
    """When a term that was due at ``due_at`` and stood still is due after the pause; counted in
    the days of the ``contract``, where it runs by one."""
    term = contract or term_of(procedure, state, theme)
    unit = term.unit if term else Unit.CALENDAR_DAYS
    return resumed(due_at, paused_at, at, unit, calendar())
