"""The city's terms and its working calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.access import check_sets_terms
from veche.core.cases.models import Assignment, CalendarDay, Case, CaseClock, TermRule
from veche.core.cases.procedure import PROCEDURES
from veche.core.cases.rules import Unit, WorkCalendar, by_contract, relaid
from veche.core.cases.terms import calendar
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class UnknownTerm(Invalid):
    """There is no such procedure or state, or the term is not a term."""

    code = "unknown-term"
    sentence = _("“{procedure}” has no term for “{state}”, or {number} is not a number of {unit}.")
    field = "number"


class CalendarWithoutWork(Invalid):
    """With these days nobody would ever work again."""

    code = "calendar-without-work"
    sentence = _("With these days no working day is left after {day}.")
    field = "day"


@operation
def set_term(
    *,
    by: Person | None,
    at: dt.datetime,
    procedure: str,
    state: str,
    number: int,
    unit: Unit,
    theme: str = "",
) -> TermRule:
    """Say how long a state lasts, for one theme or for all.

    It holds for the terms that begin from now on: what was promised stays promised.

    Raises:
        UnknownTerm: no such procedure or state, or the number is not between 1 and 3,000.
        veche.core.cases.access.OnlyAdministrators: the person sets none.
    """
    check_sets_terms(by, at)
    declared = PROCEDURES.get(procedure)
    if declared is None or declared.term_of(state) is None or not 1 <= number <= 3000:
        raise UnknownTerm(procedure=procedure, state=state, number=number, unit=unit.value)
    rule, _made = TermRule.objects.update_or_create(
        procedure=procedure,
        state=state,
        theme=theme,
        defaults={"number": number, "unit": unit.value},
    )
    record(
        kind="cases.term-set",
        by=by,
        at=at,
        subject=f"term:{procedure}.{state}",
        public={"theme": theme, "number": number, "unit": unit.value},
    )
    return rule


@operation
def set_calendar(
    *, by: Person | None, at: dt.datetime, days: Mapping[dt.date, tuple[bool, Mapping[str, str]]]
) -> int:
    """Say which days are not what their weekday says: day → (is worked, names).

    Terms of working days that run now keep the working days they had left: they move later where
    a holiday was added, and never earlier (:func:`relay_terms`). Returns how many days were set.

    Raises:
        veche.core.cases.access.OnlyAdministrators: the person sets none.
    """
    check_sets_terms(by, at)
    before = calendar()
    rows = [
        CalendarDay(day=d, works=works, names=dict(names)) for d, (works, names) in days.items()
    ]
    CalendarDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["day"], update_fields=["works", "names"]
    )
    record(kind="cases.calendar-set", by=by, at=at, subject="calendar", public={"days": len(rows)})
    relay_terms(by=by, at=at, before=before)
    return len(rows)


@operation
def relay_terms(*, by: Person | None, at: dt.datetime, before: WorkCalendar) -> int:
    """Move the open terms of working days that another calendar than ``before`` makes later.

    Each keeps the working days it had left at ``at``; nothing moves earlier, and the first
    promises stay what they were. Returns how many terms moved.

    Raises:
        CalendarWithoutWork: the new calendar has no working day within ten years.
    """
    now = calendar()
    moved: dict[int, dt.datetime] = {}
    promised: dict[int, dt.datetime] = {}
    if now != before:
        units = {
            (rule.procedure, rule.state, rule.theme): rule.unit for rule in TermRule.objects.all()
        }
        clocks = CaseClock.objects.filter(stopped_at__isnull=True, due_at__gt=at).select_related(
            "case"
        )
        contracts = dict(
            Assignment.objects.filter(until__isnull=True, number__isnull=False).values_list(
                "case_id", "unit"
            )
        )
        try:
            for clock in clocks.select_for_update(of=("self",)).iterator():
                case, key = clock.case, (clock.case.procedure, clock.state)
                unit = units.get((*key, case.theme), units.get((*key, "")))
                due = clock.due_at
                if clock.by_contract:
                    # Two terms with units of their own: the promise, and what is never later.
                    promise = case.promised_at
                    if promise is not None and unit == Unit.WORKING_DAYS:
                        promise = relaid(promise, at, before, now)
                        promised[case.pk] = promise
                    if contracts.get(case.pk) == Unit.WORKING_DAYS:
                        moves = relaid(due, at, before, now)
                        last = by_contract(moves, promise, at, Unit.WORKING_DAYS, now)
                        # No working day is left before the promise: then until the promise.
                        due = last if last >= due else max(due, promise or due)
                elif unit == Unit.WORKING_DAYS:
                    due = relaid(due, at, before, now)
                    if due > clock.due_at and case.promised_at == clock.due_at:
                        promised[case.pk] = due
                if due > clock.due_at or case.pk in promised:
                    moved[clock.pk] = due
        except ValueError as error:
            raise CalendarWithoutWork(day=at.date().isoformat()) from error
    _write_terms(moved, promised)
    record(
        kind="cases.terms-relaid",
        by=by,
        at=at,
        subject="calendar",
        public={"terms": len(moved), "promises": len(promised)},
    )
    return len(moved)


def _write_terms(moved: Mapping[int, dt.datetime], promised: Mapping[int, dt.datetime]) -> None:
    clocks = list(CaseClock.objects.filter(pk__in=moved).select_related("case"))
    cases: dict[int, Case] = {}
    for clock in clocks:
        case = cases.setdefault(clock.case_id, clock.case)
        case.promised_at = promised.get(case.pk, case.promised_at)
        if clock.by_contract:
            case.due_at = case.promised_at
        elif case.due_at == clock.due_at:
            owed = [moved[clock.pk]]
            if case.promised_at is not None and case.paused_at is None:
                owed.append(case.promised_at)
            case.due_at = min(owed)
        clock.due_at = moved[clock.pk]
    CaseClock.objects.bulk_update(clocks, ["due_at"], batch_size=1000)
    Case.objects.bulk_update(list(cases.values()), ["due_at", "promised_at"], batch_size=1000)
