"""A year of incidents that have ended, in bulk: every step is judged as if made alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from veche.city.dispatch import rules
from veche.city.dispatch.models import (
    EssentialService,
    Incident,
    IncidentEntry,
    IncidentKind,
    IncidentTask,
)
from veche.city.dispatch.procedure import INCIDENT, TASK
from veche.core.cases.models import Assignment, Case, CaseClock
from veche.core.cases.procedure import Procedure
from veche.core.journal.operations import record
from veche.core.organisations.models import Holding, Organisation
from veche.core.places.models import Territory
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.town.dispatch import PastIncident, PastTask

MINUTE = dt.timedelta(minutes=1)
EVALUATED_AFTER = dt.timedelta(days=9)


class Who(NamedTuple):
    """Somebody in a role: the person's number and the holding's."""

    person: int
    holding: int


class _Move(NamedTuple):
    move: str
    at: dt.datetime
    who: Who | None
    office: int | None
    said: Mapping[str, Any]


@dataclass
class _Life:
    """The case of an incident, or of what a helper is asked for, step by step."""

    declared: Procedure
    case: Case
    moves: list[_Move] = field(default_factory=list)
    tier: int = 1

    def step(
        self, move: str, at: dt.datetime, who: Who | None, office: int | None, **said: Any
    ) -> None:
        """One more step."""
        self.moves.append(_Move(move, at, who, office, said))


class Staff:
    """Who holds which role in the town, looked up once."""

    def __init__(self) -> None:
        self.offices = dict(Organisation.objects.filter(imported=False).values_list("code", "pk"))
        self.places = {one.code: one for one in Territory.objects.filter(imported=False)}
        self._officers: dict[int, Who] = {}
        self._dispatchers: dict[int, Who] = {}
        rows = Holding.objects.filter(until=None, role__in=("officer", "dispatcher", "controller"))
        values = rows.values_list("role", "organisation", "territory", "person", "pk")
        for role, office, place, person, pk in values.order_by("-pk"):
            if role == "officer":
                self._officers[office] = Who(person, pk)
            elif role == "dispatcher":
                self._dispatchers[place] = Who(person, pk)
            else:
                self.controller = Who(person, pk)

    def officer(self, office: int) -> Who:
        """Who answers the telephone of an office; KeyError where nobody does."""
        return self._officers[office]

    def dispatcher(self, place: Territory, tier: int) -> Who:
        """Whoever leads at a tier above a neighbourhood."""
        over = {1: place.pk, 2: place.district_id, 3: place.city_id}[tier]
        assert over is not None
        return self._dispatchers[over]


@operation
def set_kinds(
    *, by: None, at: dt.datetime, kinds: list[IncidentKind], services: list[EssentialService]
) -> dict[str, IncidentKind]:
    """Set kinds of incidents and services that must go on, many at once; the kinds by code."""
    IncidentKind.objects.bulk_create(kinds)
    EssentialService.objects.bulk_create(services)
    record(
        kind="incident.kinds-set", by=by, at=at, subject="incidents",
        public={"kinds": len(kinds), "services": len(services)},
    )  # fmt: skip
    return {one.code: one for one in kinds}


@operation
def load_history(
    *, by: None, at: dt.datetime, past: Iterable[PastIncident], kinds: Mapping[str, IncidentKind],
    town: str,
) -> int:  # fmt: skip
    """Load incidents that have ended, with their tasks and moments; returns how many.

    One journal record speaks for all of them. Nobody is told of anything.

    Raises:
        django.db.IntegrityError: a step was not possible (the trigger names the case).
    """
    batch = record(
        kind="incident.history-loaded", by=by, at=at, subject="incidents", public={"town": town}
    )
    staff, lives, rows = Staff(), [], []
    parts: list[tuple[Incident, PastTask]] = []
    entries: list[IncidentEntry] = []
    many = list(past)
    for one, pk, number in zip(many, *_numbers(len(many)), strict=True):
        life, row = _incident(one, kinds[one.kind.code], staff, at, pk, number)
        lives.append(life)
        rows.append(row)
        parts += [(row, task) for task in one.tasks]
        entries += _entries(one, row)
    _born(lives, batch, at)
    Incident.objects.bulk_create(rows)
    IncidentEntry.objects.bulk_create(entries)
    helped = []
    tasks = []
    for (row, task), pk, number in zip(parts, *_numbers(len(parts)), strict=True):
        life, part = _task(task, row, staff, pk, number)
        helped.append(life)
        tasks.append(part)
    Case.objects.bulk_create([life.case for life in helped])
    _stepped(helped, batch, at)
    IncidentTask.objects.bulk_create(tasks)
    with connection.cursor() as cursor:
        for table in ("incident", "incidenttask", "incidententry"):
            cursor.execute(f"ANALYZE dispatch_{table}")
    return len(rows)


def _numbers(count: int) -> tuple[list[int], list[int]]:
    with connection.cursor() as cursor:
        found = []
        for sequence in ("cases_case_id_seq", "cases_number"):
            cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
            found.append([row[0] for row in cursor.fetchall()])
    return found[0], found[1]


def _case(procedure: str, theme: str, place: int, opened: dt.datetime, pk: int, n: int) -> Case:
    return Case(
        pk=pk, number=f"{opened.astimezone(dt.UTC).year}-{n:06d}", procedure=procedure,
        theme=theme, territory_id=place, opened_at=opened,
    )  # fmt: skip


def _incident(
    one: PastIncident, kind: IncidentKind, staff: Staff, now: dt.datetime, pk: int, number: int
) -> tuple[_Life, Incident]:
    place = staff.places[one.neighbourhood]
    district = one.neighbourhood.rpartition("-")[0]
    lead = staff.offices[one.kind.office(district)]
    officer, start = staff.officer(lead), one.reported_at
    dispatcher = staff.dispatcher(place, kind.tier)
    after: dict[str, dt.datetime] = {
        name: start + getattr(one, name) * MINUTE
        for name in ("seen", "verified", "dispatched", "accepted", "begun", "done", "closed")
    }
    life = _Life(
        INCIDENT, _case("incident", kind.theme, place.pk, start, pk, number), tier=kind.tier
    )
    row = Incident(
        case=life.case, kind=kind, title=one.title, text=one.text, source=one.source,
        source_key=f"past:{number}" if one.source == "alarm" else "", severity=one.severity,
        tier=one.tier, first_tier=kind.tier, vulnerable=one.vulnerable, people=one.people,
        longitude=one.lon, latitude=one.lat, reported_at=start, seen_at=after["seen"],
        sensed_at=start - one.sensed * MINUTE if one.sensed is not None else None,
        claimed_at=after["accepted"] if one.tier > kind.tier else None,
    )  # fmt: skip
    life.step("report", start, None, None, source=one.source, severity=one.severity)
    if one.false:
        row.ended_at = after["verified"]
        life.step("call_false", after["verified"], dispatcher, None, text=one.false)
        return life, row
    row.verified_at = after["verified"]
    life.step("verify", after["verified"], dispatcher, None)
    life.step("dispatch", after["dispatched"], dispatcher, lead)
    row.dispatched_at = after["dispatched"]
    if one.returned:
        row.returned = 1
        life.step("return", after["dispatched"] + 5 * MINUTE, officer, lead, text=one.returned)
        life.step("dispatch", after["dispatched"] + 9 * MINUTE, dispatcher, lead)
    life.step("accept", after["accepted"], officer, lead)
    life.step("begin", after["begun"], officer, lead)
    row.accepted_at, row.acted_at = after["accepted"], after["begun"]
    if one.not_done:
        first = after["done"] - 55 * MINUTE
        life.step("say_done", first, officer, lead)
        life.step("send_back", first + 6 * MINUTE, dispatcher, lead, text=NOT_DONE)
    life.step("say_done", after["done"], officer, lead)
    life.step("close", after["closed"], dispatcher, lead)
    row.done_at, row.checked_at, row.ended_at = after["done"], after["closed"], after["closed"]
    row.cost = one.cost
    evaluated = after["closed"] + EVALUATED_AFTER
    if evaluated < now:
        life.step("evaluate", evaluated, staff.controller, lead)
        row.evaluated_at = evaluated
    return life, row


NOT_DONE = "На месте ещё течёт: работы не закончены."


def _task(
    task: PastTask, row: Incident, staff: Staff, pk: int, number: int
) -> tuple[_Life, IncidentTask]:
    start, office = row.reported_at, staff.offices[task.office]
    officer = staff.officer(office)
    asked, accepted, done = (start + n * MINUTE for n in (task.asked, task.accepted, task.done))
    case = _case("incident_task", row.case.theme, row.case.territory_id, asked, pk, number)
    case.parent = row.case
    life = _Life(TASK, case, tier=row.first_tier)
    life.step("ask", asked, None, office)
    life.step("accept", accepted, officer, office)
    life.step("finish", done, officer, office)
    return life, IncidentTask(
        case=case, incident=row, organisation_id=office, text=task.text, asked_at=asked,
        accepted_at=accepted, done_at=done,
    )  # fmt: skip


def _entries(one: PastIncident, row: Incident) -> list[IncidentEntry]:
    found = []
    if row.sensed_at is not None:
        found.append(IncidentEntry(incident=row, at=row.sensed_at, kind="sensed"))
        found.append(IncidentEntry(incident=row, at=row.reported_at, kind="alarm", public=False))
    if one.tier > row.first_tier and row.claimed_at is not None:
        found.append(IncidentEntry(incident=row, at=row.claimed_at - 3 * MINUTE, kind="climbed"))
        found.append(IncidentEntry(incident=row, at=row.claimed_at, kind="taken-up"))
    return found


# Writing -----------------------------------------------------------------------------------------

_CASES = """COPY cases_birth (id, number, procedure, theme, territory_id, author_id, opened_at,
    due_at, promised_at, first_promised_at) FROM STDIN"""
_EVENTS = """COPY cases_caseevent (case_id, seq, move, source, target, actor_id, holding_id,
    organisation_id, at, batch, public) FROM STDIN"""


@inside
def _born(lives: Sequence[_Life], batch: int, now: dt.datetime) -> None:
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_CASES) as out,
    ):
        for life in lives:
            case = life.case
            due = _clocks(life, now)[1]
            out.write_row(
                    (case.pk, case.number, case.procedure, case.theme, case.territory_id, None,
                     case.opened_at, due, None, None)
                )  # fmt: skip
    _stepped(lives, batch, now)


@inside
def _stepped(lives: Sequence[_Life], batch: int, now: dt.datetime) -> None:
    """Every step, clock and assignment."""
    clocks: list[CaseClock] = []
    assigned: list[Assignment] = []
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_EVENTS) as out,
    ):
        for life in lives:
            state = ""
            for seq, one in enumerate(life.moves, 1):
                move = life.declared.move(one.move, state)
                assert move is not None, (one.move, state)
                out.write_row(
                        (life.case.pk, seq, one.move, state, move.target,
                         one.who.person if one.who else None, one.who.holding if one.who else None,
                         one.office, one.at, batch, json.dumps(dict(one.said), ensure_ascii=False))
                    )  # fmt: skip
                state = move.target
    for life in lives:
        clocks += _clocks(life, now)[0]
        given = ((one.office, one.at) for one in life.moves if one.office is not None)
        office, since = next(given, (None, None))
        if office is not None and since is not None:
            assigned.append(Assignment(case=life.case, organisation_id=office, since=since))
    CaseClock.objects.bulk_create(clocks)
    Assignment.objects.bulk_create(assigned)


def _clocks(life: _Life, now: dt.datetime) -> tuple[list[CaseClock], dt.datetime | None]:
    """The clock of every state it stood in, and when something is due next."""
    found: list[CaseClock] = []
    state, due = "", None
    for place, one in enumerate(life.moves):
        move = life.declared.move(one.move, state)
        assert move is not None
        entered, stays = move.target, move.target == state
        state = entered
        if stays or life.declared.by_code[state].final:
            due = None if not stays else due
            continue
        following = next(
            (n.at for n in life.moves[place + 1 :] if _leaves(life.declared, n, state)), None
        )
        term = rules.TASK_STATES.get(state, state) if life.declared is TASK else state
        due = one.at + rules.MINUTES[term] * MINUTE
        found.append(
            CaseClock(
                case=life.case, state=state, organisation_id=one.office, started_at=one.at,
                first_due_at=due, due_at=due, stopped_at=following,
                passed_at=due if due < (following or now) else None,
            )
        )  # fmt: skip
    return found, due


def _leaves(declared: Procedure, step: _Move, state: str) -> bool:
    move = declared.move(step.move, state)
    return move is None or move.target != state
