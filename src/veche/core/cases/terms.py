"""The terms and the calendar of this city, read from its data."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings

from veche.core.cases.models import CalendarDay, TermRule
from veche.core.cases.procedure import Procedure
from veche.core.cases.rules import Term, Unit, WorkCalendar, due, resumed


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


def term_of(procedure: Procedure, state: str, theme: str) -> Term | None:
    """How long a state or a window lasts for a theme: the city's rule, else the declared one."""
    declared = procedure.term_of(state)
    if declared is None:
        return None
    rules = {
        rule.theme: rule
        for rule in TermRule.objects.filter(
            procedure=procedure.code, state=state, theme__in=["", theme]
        )
    }
    rule = rules.get(theme) or rules.get("")
    return Term(rule.number, Unit(rule.unit)) if rule else declared


def due_at(procedure: Procedure, state: str, theme: str, since: dt.datetime) -> dt.datetime | None:
    """When a state (or a window) entered at ``since`` is due; None where nothing is."""
    term = term_of(procedure, state, theme)
    if term is None:
        return None
    needed = calendar() if term.unit is Unit.WORKING_DAYS else WorkCalendar(zone=city_zone())
    return due(since, term, needed)


def resumed_at(
    procedure: Procedure,
    state: str,
    theme: str,
    *,
    due_at: dt.datetime,
    paused_at: dt.datetime,
    at: dt.datetime,
) -> dt.datetime:
    """When a term that was due at ``due_at`` and stood still is due after the pause."""
    term = term_of(procedure, state, theme)
    unit = term.unit if term else Unit.CALENDAR_DAYS
    return resumed(due_at, paused_at, at, unit, calendar())
