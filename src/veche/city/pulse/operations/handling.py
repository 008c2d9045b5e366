"""What operators do with alarms: say that they saw them, put them away, and hand them on.

Every one of these can be done to many alarms at once and taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.pulse.access import check_operator
from veche.city.pulse.models import Alarm, AlarmChange, Situation
from veche.city.pulse.operations.alarms import FIELDS, NEW, SEEN
from veche.core.journal.operations import record
from veche.errors import Invalid, NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

LONGEST = dt.timedelta(days=7)
"""Nobody puts an alarm away for longer at once."""
SHELVED, SUPPRESSED = Alarm.Handling.SHELVED, Alarm.Handling.SUPPRESSED


class ShelvedTooLong(Invalid):
    """The moment lies in the past, or too far ahead."""

    code = "shelved-too-long"
    sentence = _("An alarm is put away for seven days at most, until a moment that is to come.")
    field = "until"


class NoReason(Invalid):
    """Whoever puts an alarm away says why."""

    code = "alarm-without-reason"
    sentence = _("Say why, so that the next shift knows.")
    field = "why"


class NothingToTakeBack(Refused):
    """Somebody else has done something with these alarms since."""

    code = "alarm-nothing-to-take-back"
    sentence = _("There is nothing to take back: somebody has done something else since.")


class HandedOnAlready(Refused):
    """A situation becomes one incident."""

    code = "situation-handed-on"
    sentence = _("This situation has become an incident already.")


@inside
def _chosen(by: Person | None, at: dt.datetime, numbers: Sequence[int]) -> list[Alarm]:
    """These alarms, locked in one order, where the person watches their places.

    Raises:
        NotFound: one does not exist.
        NotAnOperator: the person does not watch one of them.
    """
    wanted = set(numbers)
    rows = (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("territory")
        .filter(pk__in=wanted)
        .order_by("id")
    )
    found = list(rows)
    if not found or len(found) != len(wanted):
        raise NotFound
    for place in {one.territory_id: one.territory for one in found}.values():
        check_operator(by, at, place)
    return found


@inside
def _change(
    by: Person | None,
    at: dt.datetime,
    alarms: Sequence[Alarm],
    what: str,
    change: Callable[[Alarm], None],
    note: str = "",
) -> list[Alarm]:
    for alarm in alarms:
        change(alarm)
    Alarm.objects.bulk_update(alarms, FIELDS, batch_size=500)
    AlarmChange.objects.bulk_create(
        [AlarmChange(alarm=one, at=at, by=by, what=what, note=note) for one in alarms]
    )
    return list(alarms)


def _said(
    by: Person | None, at: dt.datetime, alarms: Sequence[Alarm], note: str = ""
) -> dict[str, Any]:
    """What the record of a change of many alarms holds."""
    return {
        "by": by,
        "at": at,
        "subject": f"alarm:{alarms[0].pk}" if len(alarms) == 1 else "alarms",
        "public": {"alarms": [one.pk for one in alarms]},
        "personal": {"note": note} if note else None,
    }


def _handle(alarm: Alarm, how: Alarm.Handling, by: Person | None, at: dt.datetime) -> None:
    alarm.handling, alarm.handled_by, alarm.handled_at = how, by, at
    alarm.shelved_until = alarm.maintenance = alarm.larger = None


@operation
def acknowledge(
    *, by: Person | None, at: dt.datetime, alarms: Sequence[int], note: str = ""
) -> list[Alarm]:
    """Say that one saw these alarms; those that have returned to normal are closed by it.

    Raises:
        NotFound, veche.city.pulse.access.NotAnOperator: see `_chosen`.
    """
    mine = [a for a in _chosen(by, at, alarms) if a.closed_at is None and a.handling != SEEN]

    def seen(alarm: Alarm) -> None:
        _handle(alarm, SEEN, by, at)
        if not alarm.active:
            alarm.closed_at = at

    if not mine:
        raise NothingToTakeBack
    record(kind="pulse.alarm-acknowledged", **_said(by, at, mine, note))
    return _change(by, at, mine, "acknowledged", seen, note)


@operation
def shelve(
    *,
    by: Person | None,
    at: dt.datetime,
    alarms: Sequence[int],
    until: dt.datetime,
    why: str,
) -> list[Alarm]:
    """Put alarms away for a time, with a reason; they come back by themselves.

    Raises:
        ShelvedTooLong, NoReason: see there.
        NotFound, veche.city.pulse.access.NotAnOperator: see `_chosen`.
    """
    if not at < until <= at + LONGEST:
        raise ShelvedTooLong
    if not why.strip():
        raise NoReason
    mine = [one for one in _chosen(by, at, alarms) if one.closed_at is None]

    def away(alarm: Alarm) -> None:
        _handle(alarm, SHELVED, by, at)
        alarm.shelved_until = until

    if not mine:
        raise NothingToTakeBack
    record(kind="pulse.alarm-shelved", **_said(by, at, mine, why.strip()))
    return _change(by, at, mine, "shelved", away, why.strip())


@operation
def unshelve(*, by: Person | None, at: dt.datetime, alarms: Sequence[int]) -> list[Alarm]:
    """Take alarms off the shelf before their time.

    Raises:
        NothingToTakeBack: none of them lies there.
        NotFound, veche.city.pulse.access.NotAnOperator: see `_chosen`.
    """
    mine = [
        one
        for one in _chosen(by, at, alarms)
        if one.closed_at is None and one.handling in (SHELVED, SUPPRESSED)
    ]
    if not mine:
        raise NothingToTakeBack

    def back(alarm: Alarm) -> None:
        _handle(alarm, NEW, by, at)

    record(kind="pulse.alarm-unshelved", **_said(by, at, mine))
    return _change(by, at, mine, "unshelved", back)


@operation
def suppress(
    *, by: Person | None, at: dt.datetime, alarms: Sequence[int], why: str
) -> list[Alarm]:  # fmt: skip
    """Put alarms away by a rule: works are under way there, or a larger alarm tells it already.

    Raises:
        NoReason: none was given.
        NotFound, veche.city.pulse.access.NotAnOperator: see `_chosen`.
    """
    if not why.strip():
        raise NoReason
    mine = [one for one in _chosen(by, at, alarms) if one.closed_at is None]
    if not mine:
        raise NothingToTakeBack

    def away(alarm: Alarm) -> None:
        _handle(alarm, SUPPRESSED, by, at)

    record(kind="pulse.alarm-suppressed", **_said(by, at, mine, why.strip()))
    return _change(by, at, mine, "suppressed", away, why.strip())


@operation
def take_back(*, by: Person, at: dt.datetime, alarms: Sequence[int]) -> list[Alarm]:
    """Undo one's own acknowledging or shelving of these alarms: they are new again.

    Raises:
        NothingToTakeBack: somebody else has handled one of them since, or it came anew.
        NotFound, veche.city.pulse.access.NotAnOperator: see `_chosen`.
    """
    mine = _chosen(by, at, alarms)
    for one in mine:
        if one.handling not in (SEEN, SHELVED) or one.handled_by_id != by.pk:
            raise NothingToTakeBack
        if one.closed_at is not None and _open_again(one):
            raise NothingToTakeBack

    def new(alarm: Alarm) -> None:
        _handle(alarm, NEW, by, at)
        alarm.closed_at = None

    record(kind="pulse.alarm-taken-back", **_said(by, at, mine))
    return _change(by, at, mine, "released", new)


def _open_again(alarm: Alarm) -> bool:
    """Whether the same alarm was raised anew since this one was closed."""
    same = Alarm.objects.filter(
        rule=alarm.rule, territory=alarm.territory_id, thing=alarm.thing_id, drill=alarm.drill
    )
    return same.filter(closed_at__isnull=True).exclude(pk=alarm.pk).exists()


@operation
def hand_on(*, by: Person | None, at: dt.datetime, situation: int, incident: int) -> Situation:
    """A situation became an incident: the door for whoever sends people out.

    Raises:
        NotFound: there is no such situation.
        HandedOnAlready: it has become one already.
        veche.city.pulse.access.NotAnOperator: the person does not watch its place.
    """
    found = (
        Situation.objects.select_for_update(of=("self",))
        .select_related("territory")
        .filter(pk=situation)
        .first()
    )
    if found is None:
        raise NotFound
    check_operator(by, at, found.territory)
    if found.incident is not None:
        raise HandedOnAlready
    found.incident = incident
    found.save(update_fields=["incident"])
    open_ones = Alarm.objects.filter(situation=found, closed_at__isnull=True)
    AlarmChange.objects.bulk_create(
        [AlarmChange(alarm=one, at=at, by=by, what="dispatched") for one in open_ones]
    )
    record(
        kind="pulse.situation-handed-on",
        by=by,
        at=at,
        subject=f"situation:{found.pk}",
        public={"incident": incident},
    )
    return found


@operation
def make_situation(*, by: Person | None, at: dt.datetime, alarm: int) -> Situation:
    """The situation of an alarm; one of its own where nothing came near it.

    Raises:
        NotFound, veche.city.pulse.access.NotAnOperator: see `_chosen`.
    """
    found = _chosen(by, at, [alarm])[0]
    if found.situation is None:
        found.situation = Situation.objects.create(
            begun_at=found.first_at, territory=found.territory, level=found.level
        )
        found.save(update_fields=["situation"])
        AlarmChange.objects.create(alarm=found, at=at, by=by, what="grouped")
    record(
        kind="pulse.situation-made",
        by=by,
        at=at,
        subject=f"situation:{found.situation.pk}",
        public={"alarm": found.pk},
    )
    return found.situation
