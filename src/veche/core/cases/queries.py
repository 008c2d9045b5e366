"""Reading cases: the procedure line, the history, the clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from veche.core.cases.models import (
    CalendarDay,
    Case,
    CaseClock,
    CaseEvent,
    CaseFile,
    Climb,
    ClimbStep,
    Dispute,
    Prolongation,
    TermRule,
)
from veche.core.cases.procedure import PROCEDURES, Procedure
from veche.core.cases.rules import Unit
from veche.core.cases.terms import due_at
from veche.core.organisations.models import Holding, Organisation
from veche.rows import columns, fields_of, made, made_named, named

if TYPE_CHECKING:
    from django.utils.functional import Promise


def procedure_of(case: Case) -> Procedure:
    """The declared procedure of a case."""
    return PROCEDURES[case.procedure]


_EVENT, _OFFICE = fields_of(CaseEvent), fields_of(Organisation)
_HOLDING = fields_of(Holding)
_HISTORY = f"""
SELECT {columns("e", _EVENT)}, {columns("h", _HOLDING)},
    {named(Organisation, _OFFICE, "e.organisation_id")},
    {named(Organisation, _OFFICE, "h.organisation_id")}
FROM cases_caseevent e LEFT JOIN organisations_holding h ON h.id = e.holding_id
WHERE e.case_id = %s ORDER BY e.seq
"""


def history(case: Case) -> list[CaseEvent]:
    """All steps of a case, oldest first, with the office each left it with, and the role and its
    office by which it was made. On every page of a matter, so it is written by hand."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [case.pk])
        rows = cursor.fetchall()
    steps = []
    for row in rows:
        step: CaseEvent = made(CaseEvent, _EVENT, row[: len(_EVENT)])
        step.case, step.organisation = case, made_named(Organisation, _OFFICE, row[-2])
        held = row[len(_EVENT) : -2]
        step.holding = made(Holding, _HOLDING, held) if held[0] is not None else None
        if step.holding is not None:
            step.holding.organisation = made_named(Organisation, _OFFICE, row[-1])
        steps.append(step)
    return steps


def clocks(case: Case) -> list[CaseClock]:
    """All terms of a case, oldest first."""
    return list(CaseClock.objects.filter(case=case).select_related("organisation").order_by("id"))


def contract_until(case: Case) -> dt.datetime | None:
    """Until when the office that has a case must be done by its contract; None where it works by
    none, or another has to act now."""
    running = CaseClock.objects.filter(case=case, stopped_at__isnull=True, by_contract=True)
    return running.values_list("due_at", flat=True).first()


def files(case: Case) -> list[CaseFile]:
    """The photographs and documents of a case, oldest first."""
    return list(CaseFile.objects.filter(case=case).select_related("file").order_by("id"))


def disputes(case: Case) -> list[Dispute]:
    """The disputes about a case, oldest first."""
    return list(
        Dispute.objects.filter(case=case)
        .select_related("office", "proposed", "decided_for")
        .order_by("id")
    )


def prolongations(case: Case) -> list[Prolongation]:
    """The requests for a later date, oldest first."""
    return list(Prolongation.objects.filter(case=case).select_related("office").order_by("id"))


def waiting_prolongation(case: Case) -> Prolongation | None:
    """The request for a later date that the head must decide now; None when there is none."""
    if case.promised_at is None or case.first_promised_at is None:
        return None
    return Prolongation.objects.filter(
        case=case,
        decided_at__isnull=True,
        office=case.organisation_id,
        first_promised_at=case.first_promised_at,
    ).first()


def climbs(case: Case) -> list[Climb]:
    """How the overdue promises of a case climbed, oldest first."""
    return list(Climb.objects.filter(case=case).order_by("id"))


def matters_since(
    territories: Sequence[int],
    since: dt.datetime,
    *,
    theme: str = "",
    without: Sequence[str] = (),
    most: int = 100,
) -> list[Case]:
    """The newest cases opened in some territories since a moment, of one theme or of all, without
    those of some procedures and without parts of others; at most ``most``.

    What another module may show beside its own matter: it asks here by place and theme, and asks
    `veche.core.notices.matters` what each is.
    """
    rows = Case.objects.filter(
        territory__in=territories, opened_at__gte=since, parent=None, hidden_at=None
    ).exclude(state="")
    if theme:
        rows = rows.filter(theme=theme)
    return list(rows.exclude(procedure__in=without).order_by("-opened_at", "-id")[:most])


def called_firms(cases: Sequence[int]) -> list[tuple[Organisation, int]]:
    """The firms that were called to these matters by their contracts, and to how many; the one
    called most first. Two queries, however many matters."""
    rows = CaseClock.objects.filter(case__in=cases, by_contract=True, organisation__isnull=False)
    counts = dict(rows.values_list("organisation").annotate(n=Count("case", distinct=True)))
    firms = Organisation.objects.in_bulk(list(counts)) if counts else {}
    found = [(firms[pk], n) for pk, n in counts.items() if pk in firms]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].code))


def window_ends(case: Case, code: str) -> dt.datetime | None:
    """Until when a window of the procedure is open for a case that has ended; None before."""
    if case.closed_at is None:
        return None
    return due_at(procedure_of(case), code, case.theme, case.closed_at)


def window_open(case: Case, code: str, at: dt.datetime) -> bool:
    """Whether the author may still do this (open again, object) to a case that has ended."""
    ends = window_ends(case, code)
    return ends is not None and at <= ends


@dataclass(frozen=True)
class TermRow:
    """How long one step may take, for all themes or for one."""

    procedure: str
    state: str
    theme: str
    number: int
    unit: str
    title: str | Promise
    """What the step is called."""
    kind: str | Promise
    """What the procedure is called."""
    declared: bool
    """Whether it is what the program proposes; else the city has set it."""

    @property
    def words(self) -> str:
        """The procedure and the step."""
        return f"{self.kind}: {self.title}"

    @property
    def length(self) -> str:
        """The term in words: “8 calendar days”."""
        return UNIT_WORDS[Unit(self.unit)](self.number)


def _hours(n: int) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}


def _calendar_days(n: int) -> str:
    return ngettext("%(n)s calendar day", "%(n)s calendar days", n) % {"n": n}


def _working_days(n: int) -> str:
    return ngettext("%(n)s working day", "%(n)s working days", n) % {"n": n}


UNIT_NAMES: dict[Unit, str | Promise] = {
    Unit.HOURS: _("hours"),
    Unit.CALENDAR_DAYS: _("calendar days"),
    Unit.WORKING_DAYS: _("working days"),
}
"""What a term is counted in, to choose from."""
UNIT_WORDS = {
    Unit.HOURS: _hours,
    Unit.CALENDAR_DAYS: _calendar_days,
    Unit.WORKING_DAYS: _working_days,
}
"""A number of each unit in words."""


def terms() -> list[TermRow]:
    """All terms of all procedures, in the order of their declaration."""
    found = []
    rules = {(r.procedure, r.state, r.theme): r for r in TermRule.objects.order_by("theme")}
    for procedure in PROCEDURES.values():
        for one in procedure.timed:
            if one.term is None:
                continue
            for (code, state, theme), rule in rules.items():
                if (code, state) == (procedure.code, one.code):
                    same = (rule.number, rule.unit) == (one.term.number, one.term.unit.value)
                    found.append(
                        TermRow(
                            code,
                            state,
                            theme,
                            rule.number,
                            rule.unit,
                            one.title,
                            procedure.title,
                            same and not theme,
                        )
                    )
    return found


def climb_steps() -> list[ClimbStep]:
    """How an overdue promise climbs, lowest first."""
    return list(ClimbStep.objects.order_by("level"))


def calendar_days(year: int) -> list[CalendarDay]:
    """The days of a year that are not what their weekday says."""
    return list(CalendarDay.objects.filter(day__year=year).order_by("day"))


def calendar_years() -> list[int]:
    """The years for which days are set."""
    return [day.year for day in CalendarDay.objects.dates("day", "year")]


@dataclass(frozen=True)
class LineStep:
    """One step on the procedure line of a matter's page."""

    state: str
    label: str | Promise
    status: str
    """``done``, ``now``, ``next``, or ``end`` where the case has ended."""
    last: bool = False
    entered_at: dt.datetime | None = None
    left_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    organisation: str = ""
    back_at: dt.datetime | None = None
    """When the case was sent back from here, if it was."""


def procedure_line(
    case: Case, events: Sequence[CaseEvent], case_clocks: Sequence[CaseClock]
) -> list[LineStep]:
    """The declared way of a case with what has happened on it.

    A case that ended off the declared way shows the steps it made and its end.
    """
    procedure = procedure_of(case)

    def drawn(code: str) -> str:
        return (procedure.by_code[code].stands_as or code) if code else code

    here = drawn(case.state)
    way = list(procedure.line)
    if here not in way:
        visited = {drawn(event.target) for event in events}
        way = [state for state in way if state in visited] + [here]
    place = way.index(here)
    running = next((c for c in reversed(case_clocks) if c.stopped_at is None), None)
    # The line says what the author may count on, not what an office owes by its contract.
    due = (case.promised_at if running.by_contract else running.due_at) if running else None
    steps = [
        LineStep(
            state="", label=procedure.start, status="done", entered_at=case.opened_at, left_at=None
        )
    ]
    for index, code in enumerate(way):
        # A step that leaves the matter where it stands (a later date) does not enter it anew.
        entered = next(
            (e for e in reversed(events) if drawn(e.target) == code and e.source != e.target), None
        )
        left = next((e for e in reversed(events) if drawn(e.source) == code), None)
        back = next(
            (
                e
                for e in reversed(events)
                if drawn(e.source) == code
                and drawn(e.target) in way
                and way.index(drawn(e.target)) < index
            ),
            None,
        )
        now = index == place
        final = procedure.by_code[code].final or procedure.by_code[code].record
        state = procedure.by_code[case.state] if now else procedure.by_code[code]
        other = "done" if index < place else "next"
        status = ("end" if final else "now") if now else other
        steps.append(
            LineStep(
                state=state.code,
                label=state.title,
                status=status,
                last=index == len(way) - 1,
                entered_at=entered.at if entered and index <= place else None,
                left_at=left.at if left and index < place else None,
                due_at=due if now else None,
                organisation=(
                    str(entered.organisation) if now and entered and entered.organisation else ""
                ),
                back_at=back.at if back else None,
            )
        )
    return steps
