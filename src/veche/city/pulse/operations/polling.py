"""Asking the sources that do not send: when it is their turn, by the worker, one job each."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Value
from django.utils.translation import gettext_noop as _

from veche.city.pulse import sealing
from veche.city.pulse.connectors import base
from veche.city.pulse.connectors.base import Asked, Fault, Found, Manifest
from veche.city.pulse.models import Source, Stream
from veche.city.pulse.operations import warnings
from veche.city.pulse.operations.found import take_found
from veche.city.pulse.operations.intake import Taken
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

logger = logging.getLogger(__name__)
AT_ONCE = 500
"""Sources asked for at one tick; the rest waits for the next."""
SIMULATED = "simulated"
"""The setting of a source whose connector's simulator answers instead of a machine: in the demo
town and in drills, where nothing may be asked of other machines."""
_SECOND = Value(dt.timedelta(seconds=1), DurationField())
OURS = _("Our own program could not read what came: {kind}.")
NO_SEAL = _("The secrets of this source cannot be opened any more. Write them again.")


def polled() -> list[str]:
    """The connectors that are asked."""
    return [one.name for one in base.manifests() if one.way == "poll"]


_WAITING = """
SELECT (args ->> 'source')::bigint FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'
"""


def waiting() -> list[int]:
    """The sources that were asked to be read and still wait for a worker: one slower than its
    cadence is not asked once more for each turn that it missed."""
    from veche.city.pulse import tasks_polling

    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [tasks_polling.poll_source.name])
        return [number for (number,) in cursor.fetchall()]


def due(at: dt.datetime) -> QuerySet[Source]:
    """The sources whose turn it is and that nobody waits to ask."""
    return (
        Source.objects.filter(connector__in=polled())
        .exclude(state=Source.State.OFF)
        .exclude(pk__in=waiting())
        .filter(
            Q(polled_at__isnull=True)
            | Q(polled_at__lte=at - ExpressionWrapper(_SECOND * F("cadence"), DurationField()))
        )
        .order_by(F("polled_at").asc(nulls_first=True), "pk")
    )


@operation
def send_polls(*, by: Person | None, at: dt.datetime) -> int:
    """Queue a job for every source whose turn it is; returns how many."""
    from veche.city.pulse import tasks_polling

    numbers = list(due(at).values_list("pk", flat=True)[:AT_ONCE])
    Source.objects.filter(pk__in=numbers).update(polled_at=at)
    for number in numbers:
        tasks_polling.poll_source.defer(source=number)
    record(kind="pulse.source-polled", by=by, at=at, subject="sources", public={"n": len(numbers)})
    return len(numbers)


def sweep(*, at: dt.datetime) -> int:
    """The timer: nothing is written while no source is due."""
    return send_polls(by=None, at=at) if due(at).exists() else 0


def asked_of(source: Source, at: dt.datetime, **more: Any) -> Asked:
    """What a connector is given to read a source.

    Raises:
        Fault: its secrets cannot be opened.
    """
    return asked(
        source.connector,
        source.settings,
        _secrets(source),
        at,
        since=_since(source, at),
        **more,
    )


def _since(source: Source, at: dt.datetime) -> dt.datetime | None:
    """From when on a source is asked; None where nothing of it is known.

    Not since we last heard of it: a reading that was on its way to the other system then, or did
    not fit into one answer, would never be asked for. What is told twice is known again.
    """
    known = Stream.objects.filter(source=source).aggregate(at=Max("phenomenon_until"))
    newest: dt.datetime | None = known["at"]
    if newest is None:
        return None
    return min(newest, at) - dt.timedelta(seconds=max(source.fresh_for, 2 * source.cadence))


def _secrets(source: Source) -> dict[str, str]:
    try:
        return sealing.opened(source.secret)
    except sealing.SealBroken as fault:
        raise Fault(NO_SEAL) from fault


def asked(
    connector: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    at: dt.datetime,
    **more: Any,
) -> Asked:
    """What a connector is given, with the network or its simulator to fetch from."""
    from veche.city.pulse.connectors import net

    simulated = bool(settings.get(SIMULATED))
    fetch = base.simulated(connector, at) if simulated else net.within(net.WHOLE)
    return Asked(settings, secrets, at, fetch, simulated=simulated, **more)


def test(
    connector: str, settings: Mapping[str, Any], secrets: Mapping[str, str], at: dt.datetime
) -> Found:
    """Read once and write nothing: what a form does before it saves.

    Raises:
        Fault: it cannot be read.
    """
    return read(connector, asked(connector, settings, secrets, at))


def read(connector: str, given: Asked) -> Found:
    """Read with a connector; whatever goes wrong becomes a sentence.

    Raises:
        Fault: it cannot be read.
    """
    try:
        return base.reader(connector).read(given)
    except Fault:
        raise
    except Exception as fault:  # whatever another machine sends must not stop the others
        logger.exception("connector %s", connector)
        raise Fault(OURS, kind=type(fault).__name__) from fault


def poll(source: int, at: dt.datetime) -> Taken | None:
    """Ask one source and write what it tells; None where it could not be read.

    What went wrong is kept with the source until a poll goes well again.
    """
    found = Source.objects.select_related("agreement").filter(pk=source).first()
    if found is None or found.state == Source.State.OFF or found.connector not in polled():
        return None
    told = Taken(0, 0)

    def write(part: Found) -> None:
        nonlocal told
        told += take_found(by=None, at=at, source=found, found=part)
        if warnings.fresh(found, part.measured, at):
            warnings.open_incidents(by=None, at=at, source=found, measured=part.measured)

    try:
        told_now = read(found.connector, asked_of(found, at, write=write))
    except Fault as fault:
        note(source=found, at=at, problem=fault.kept())
        return None
    if told_now.measured or told_now.refused:
        write(told_now)
    note(source=found, at=at, problem="", heard=told_now.heard)
    return told


def note(*, source: Source, at: dt.datetime, problem: str, heard: bool = False) -> None:
    """Keep how a reading went: a record when it begins to fail, fails otherwise or works again."""
    if heard and base.manifest(source.connector).events:
        _hear(by=None, at=at, source=source)
    if problem != source.problem:
        _note(by=None, at=at, source=source, problem=problem)


@operation
def _note(*, by: Person | None, at: dt.datetime, source: Source, problem: str) -> None:
    Source.objects.filter(pk=source.pk).update(problem=problem)
    record(
        kind="pulse.source-problem",
        by=by,
        at=at,
        subject=f"source:{source.code}",
        public={"failing": bool(problem)},
        personal={"problem": problem},
    )


@operation
def _hear(*, by: Person | None, at: dt.datetime, source: Source) -> None:
    """A source of events is there, whether it has news or none."""
    Source.objects.filter(pk=source.pk).filter(Q(seen_at__isnull=True) | Q(seen_at__lt=at)).update(
        seen_at=at
    )
    record(
        kind="pulse.source-polled", by=by, at=at, subject=f"source:{source.code}", public={"n": 1}
    )


def schema_of(manifest: Manifest, settings: Mapping[str, Any]) -> Sequence[dict[str, str]]:
    """What a source will tell: as its connector says, or as its settings choose.

    Raises:
        Fault: the settings cannot be read.
    """
    if manifest.schema:
        return [dict(part) for part in manifest.schema]
    from veche.city.pulse.connectors.http_poll.read import values_of

    return [
        {"name": code, "meaning": column, "unit": unit}
        for column, code, unit in values_of(str(settings.get("values", "")))
    ]
