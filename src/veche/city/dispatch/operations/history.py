"""A year of incidents that have ended, in bulk: every step is judged as if made alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.dispatch import rules
from veche.city.dispatch.models import (
    EssentialService,
    Incident,
    IncidentEntry,
    IncidentKind,
    IncidentTask,
)
from veche.city.dispatch.procedure import TASK
from veche.core.cases.models import Case
from veche.core.cases.operations.past import Course, Who, born, numbers, past_case, stepped
from veche.core.journal.operations import record
from veche.core.organisations.models import Holding, Organisation
from veche.core.places.models import Territory
from veche.operation import operation

if TYPE_CHECKING:
    from veche.town.dispatch import PastIncident, PastTask

MINUTE = dt.timedelta(minutes=1)
EVALUATED_AFTER = dt.timedelta(days=9)


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
    for one, pk, number in zip(many, *numbers(len(many)), strict=True):
        life, row = _incident(one, kinds[one.kind.code], staff, at, pk, number)
        lives.append(life)
        rows.append(row)
        parts += [(row, task) for task in one.tasks]
        entries += _entries(one, row)
    born(lives, batch, at, _due)
    Incident.objects.bulk_create(rows)
    IncidentEntry.objects.bulk_create(entries)
    helped = []
    tasks = []
    for (row, task), pk, number in zip(parts, *numbers(len(parts)), strict=True):
        life, part = _task(task, row, staff, pk, number)
        helped.append(life)
        tasks.append(part)
    Case.objects.bulk_create([life.case for life in helped])
    stepped(helped, batch, at, _due)
    IncidentTask.objects.bulk_create(tasks)
    with connection.cursor() as cursor:
        for table in ("incident", "incidenttask", "incidententry"):
            cursor.execute(f"ANALYZE dispatch_{table}")
    return len(rows)


def _incident(
    one: PastIncident, kind: IncidentKind, staff: Staff, now: dt.datetime, pk: int, number: int
) -> tuple[Course, Incident]:
    place = staff.places[one.neighbourhood]
    district = one.neighbourhood.rpartition("-")[0]
    lead = staff.offices[one.kind.office(district)]
    officer, start = staff.officer(lead), one.reported_at
    dispatcher = staff.dispatcher(place, kind.tier)
    after: dict[str, dt.datetime] = {
        name: start + getattr(one, name) * MINUTE
        for name in ("seen", "verified", "dispatched", "accepted", "begun", "done", "closed")
    }
    life = Course(past_case("incident", kind.theme, place.pk, start, pk, number))
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
) -> tuple[Course, IncidentTask]:
    start, office = row.reported_at, staff.offices[task.office]
    officer = staff.officer(office)
    asked, accepted, done = (start + n * MINUTE for n in (task.asked, task.accepted, task.done))
    case = past_case("incident_task", row.case.theme, row.case.territory_id, asked, pk, number)
    case.parent = row.case
    life = Course(case)
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


def _due(course: Course, state: str, since: dt.datetime) -> dt.datetime:
    term = rules.TASK_STATES.get(state, state) if course.declared is TASK else state
    return since + rules.MINUTES[term] * MINUTE
