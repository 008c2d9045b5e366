"""Switching from afar: an order, the second person who agrees, and what became of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.pulse.models import Source, SourceKey, Thing
from veche.city.spheres.access import check_operates, check_operates_city
from veche.city.spheres.models import Actuator, Task, TaskChange, TaskingCapability
from veche.city.spheres.rules import tasking
from veche.core.journal.operations import record
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

AGREE_MINUTES = 15
"""A second person must agree within so long."""
S = Task.State
OPEN = (S.WAITS, S.CREATED, S.RUNNING)


class BadParameters(Invalid):
    """The thing cannot be told this."""

    code = "task-parameters"
    sentence = _("This cannot be ordered: {what}.")
    field = "parameters"


class BusyThing(Refused):
    """One order at a time."""

    code = "task-busy"
    sentence = _("An order to this thing is still open.")


class SamePerson(NotAllowed):
    """What can hurt needs two."""

    code = "task-same-person"
    sentence = _("This can hurt somebody: a second operator must agree, not the one who ordered.")


class TaskOver(Refused):
    """It was carried out, refused, or its time is over."""

    code = "task-over"
    sentence = _("This order is no longer open.")


class NotItsKey(NotAllowed):
    """A system speaks for its own things only."""

    code = "task-not-its-key"
    sentence = _("A key reaches the things of its own source only.")


class SourceOff(Refused):
    """Nothing is ordered of a source that is switched off."""

    code = "task-source-off"
    sentence = _("The system of this thing is switched off.")


@operation
def add_capability(
    *,
    by: Person | None,
    at: dt.datetime,
    thing: Thing,
    code: str,
    names: Mapping[str, str],
    actuator: str,
    parameters: Mapping[str, Any],
    hurts: bool,
    seconds: int = 300,
) -> TaskingCapability:
    """Say what a thing can be told to do; ``parameters`` is a SWE Common DataRecord.

    Raises:
        BadParameters: they are none.
        veche.city.spheres.access.NotTheWatch: the person is no operator of the city.
    """
    check_operates_city(by, at)
    try:
        tasking.fields_of(parameters)
    except ValueError as fault:
        raise BadParameters(what=str(fault)) from fault
    moved, _new = Actuator.objects.get_or_create(
        source_id=thing.source_id,
        name=actuator,
        defaults={"encoding_type": "text/plain", "metadata": actuator, "description": actuator},
    )
    made, _new = TaskingCapability.objects.update_or_create(
        code=code,
        defaults={
            "thing": thing, "source_id": thing.source_id, "actuator": moved, "names": dict(names),
            "name": names.get("en") or code, "description": names.get("en") or code,
            "parameters": dict(parameters), "hurts": hurts, "seconds": seconds,
        },
    )  # fmt: skip
    record(
        kind="spheres.capability-set", by=by, at=at, subject=f"capability:{code}",
        public={"hurts": hurts, "seconds": seconds},
    )  # fmt: skip
    return made


def _note(task: Task, at: dt.datetime, by: Person | None, note: str = "") -> None:
    TaskChange.objects.create(task=task, at=at, state=task.state, by=by, note=note[:300])


@operation
def order(
    *,
    by: Person | None,
    at: dt.datetime,
    capability: int,
    parameters: Mapping[str, Any],
    why: str = "",
    key: SourceKey | None = None,
) -> Task:
    """Order a thing to do something; what can hurt waits for a second person.

    A person who operates there orders, or the system the thing belongs to, with its key.

    Raises:
        NotFound: there is no such capability.
        NotItsKey: the key is another source's.
        veche.city.spheres.access.NotTheWatch: the person is no operator there.
        BadParameters, BusyThing, SourceOff: see there.
    """
    found = (
        TaskingCapability.objects.select_for_update(of=("self",))
        .select_related("thing__territory", "source")
        .filter(pk=capability)
        .first()
    )
    if found is None:
        raise NotFound
    if by is None and (key is None or key.source_id != found.source_id):
        raise NotItsKey
    check_operates(by, at, found.thing.territory)
    if found.source.state == Source.State.OFF:
        raise SourceOff
    try:
        given = tasking.checked(found.parameters, parameters)
    except ValueError as fault:
        raise BadParameters(what=str(fault)) from fault
    if Task.objects.filter(capability=found, state__in=OPEN, until__gt=at).exists():
        raise BusyThing
    wait = dt.timedelta(minutes=AGREE_MINUTES) if found.hurts else dt.timedelta()
    task = Task.objects.create(
        capability=found, parameters=given, why=why, by=by, key=key, created_at=at,
        state=S.WAITS if found.hurts else S.CREATED,
        until=at + (wait or dt.timedelta(seconds=found.seconds)),
    )  # fmt: skip
    _note(task, at, by, why)
    record(
        kind="spheres.task-ordered", by=by, at=at, subject=f"task:{task.pk}",
        public={
            "capability": found.code,
            # A number with a fraction has no one spelling in a record: it stands as JSON text.
            "parameters": json.dumps(given, sort_keys=True),
            "waits": found.hurts,
        },
    )  # fmt: skip
    return task


def _open(pk: int, at: dt.datetime) -> Task:
    found = (
        Task.objects.select_for_update(of=("self",))
        .select_related("capability__thing__territory")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound
    if found.state not in OPEN or at >= found.until:
        raise TaskOver
    return found


@operation
def agree(*, by: Person, at: dt.datetime, task: int) -> Task:
    """A second person agrees: the thing may fetch the order.

    Raises:
        NotFound, TaskOver, SamePerson: see there.
        veche.city.spheres.access.NotTheWatch: the person is no operator there.
    """
    found = _open(task, at)
    check_operates(by, at, found.capability.thing.territory)
    if found.state != S.WAITS:
        raise TaskOver
    if found.by_id == by.pk:
        raise SamePerson
    found.state, found.agreed_by, found.agreed_at = S.CREATED, by, at
    found.until = at + dt.timedelta(seconds=found.capability.seconds)
    found.save(update_fields=["state", "agreed_by", "agreed_at", "until"])
    _note(found, at, by)
    record(kind="spheres.task-agreed", by=by, at=at, subject=f"task:{found.pk}")
    return found


@operation
def refuse_task(*, by: Person, at: dt.datetime, task: int, why: str = "") -> Task:
    """A second person says no, or the first takes it back, before the thing has begun.

    Raises:
        NotFound, TaskOver: see there.
        veche.city.spheres.access.NotTheWatch: the person is no operator there.
    """
    found = _open(task, at)
    check_operates(by, at, found.capability.thing.territory)
    if found.state == S.RUNNING:
        raise TaskOver
    found.state, found.ended_at = S.REJECTED, at
    found.save(update_fields=["state", "ended_at"])
    _note(found, at, by, why)
    record(kind="spheres.task-refused", by=by, at=at, subject=f"task:{found.pk}")
    return found


@operation
def tell_task(
    *, by: None, at: dt.datetime, task: int, source: int, state: str, answer: str = ""
) -> Task:
    """The system of the thing says what became of an order it may carry out.

    Raises:
        NotFound, TaskOver: see there.
        NotItsKey: the order is to a thing of another source.
        BadParameters: no such state can be told.
    """
    found = _open(task, at)
    if found.capability.source_id != source:
        raise NotItsKey
    if found.state == S.WAITS:
        raise TaskOver
    if state not in (S.RUNNING, S.COMPLETED, S.FAILED, S.REJECTED):
        raise BadParameters(what=state)
    found.state, found.answer = S(state), answer[:300]
    found.ended_at = None if state == S.RUNNING else at
    found.save(update_fields=["state", "answer", "ended_at"])
    _note(found, at, None, answer)
    record(
        kind="spheres.task-told", by=by, at=at, subject=f"task:{found.pk}", public={"state": state}
    )
    return found


@operation
def time_out(*, by: None, at: dt.datetime) -> int:
    """Orders that nobody agreed to or carried out in time are void; returns how many."""
    late = list(Task.objects.select_for_update().filter(state__in=OPEN, until__lte=at))
    for task in late:
        task.state, task.ended_at = S.TIMED_OUT, task.until
    Task.objects.bulk_update(late, ["state", "ended_at"])
    TaskChange.objects.bulk_create(
        [TaskChange(task=task, at=task.until, state=task.state) for task in late]
    )
    record(
        kind="spheres.tasks-timed-out", by=by, at=at, subject="tasks", public={"tasks": len(late)}
    )
    return len(late)
