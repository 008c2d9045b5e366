"""Alarms: raised once for a rule, a place and a thing; a repeat counts up and never duplicates.

How it is (active or not) and who knows (new, acknowledged, shelved, suppressed) are told apart, as
ISA-18.2 does: what has returned to normal and was seen by nobody stays open until somebody says so.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from veche.city.pulse import rules
from veche.city.pulse.models import Alarm, AlarmChange, Indicator, Situation, Source, Thing, Vital
from veche.city.pulse.operations.suppression import cover
from veche.city.pulse.queries.measured import Measured
from veche.core.journal.operations import record
from veche.core.places.models import Territory
from veche.operation import inside, operation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.people.models import Person

Identity = tuple[str, int, int | None, bool]
"""Rule, territory, thing, drill."""
ONE_RULE = 727_002
"""The advisory lock of raising an alarm, with its rule: a row that is not there is not locked."""
SEEN, NEW = Alarm.Handling.ACKNOWLEDGED, Alarm.Handling.NEW


class Coming(NamedTuple):
    """An indicator asks for its alarm at a place to be raised or to return."""

    indicator: Indicator
    measured: Measured
    level: str
    raised: bool
    since: dt.datetime | None = None
    """Since when it has been beyond the limit, where that had to hold for a time."""

    @property
    def sensed_at(self) -> dt.datetime | None:
        """When the first reading told of it."""
        known = [one for one in (self.since, self.measured.data_at) if one is not None]
        return min(known, default=None)

    @property
    def identity(self) -> Identity:
        """Which alarm it is."""
        return (rule_of(self.indicator), self.measured.territory, self.measured.thing, False)


def rule_of(indicator: Indicator) -> str:
    """The rule that the alarms of an indicator stand under."""
    return f"indicator:{indicator.code}"


def subject(alarm: Alarm) -> str:
    """How the journal names an alarm."""
    return f"alarm:{alarm.pk}"


@inside
def open_ones(identities: Sequence[Identity]) -> dict[Identity, Alarm]:
    """The open alarms of these identities, locked, in one statement."""
    if not identities:
        return {}
    rows = (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("indicator", "territory", "situation")
        .filter(closed_at__isnull=True, rule__in={one[0] for one in identities})
        .filter(territory__in={one[1] for one in identities})
        .order_by("id")
    )
    wanted = set(identities)
    found = {(a.rule, a.territory_id, a.thing_id, a.drill): a for a in rows}
    return {key: alarm for key, alarm in found.items() if key in wanted}


@inside
def apply(comings: Sequence[Coming], at: dt.datetime) -> tuple[list[Alarm], list[Alarm]]:
    """Raise and return the alarms that a reckoning asks for; returns those that came and went."""
    known = open_ones([one.identity for one in comings])
    fresh: list[Alarm] = []
    came: list[Alarm] = []
    changes: list[AlarmChange] = []
    for one in comings:
        alarm = known.get(one.identity)
        if not one.raised:
            continue
        if alarm is None:
            fresh.append(
                Alarm(
                    rule=rule_of(one.indicator),
                    indicator=one.indicator,
                    territory_id=one.measured.territory,
                    thing_id=one.measured.thing,
                    level=one.level,
                    worst=one.level,
                    sensed_at=one.sensed_at,
                    first_at=at,
                    last_at=at,
                    value=one.measured.value,
                )
            )
        else:
            again = again_(alarm, one.level, one.measured.value, at)
            changes += [AlarmChange(alarm=alarm, at=at, what=what) for what in again]
            if "repeated" in again or "worse" in again:
                came.append(alarm)
    Alarm.objects.bulk_create(fresh, batch_size=1000)
    changes += [AlarmChange(alarm=one, at=at, what="raised") for one in fresh]
    going = [known[one.identity] for one in comings if not one.raised and one.identity in known]
    gone, more = returned(going, at)
    _save([*known.values()])
    AlarmChange.objects.bulk_create([*changes, *more], batch_size=2000)
    if fresh or came:
        cover([*fresh, *came], at)
        _tell([*fresh, *came], at)
    return [*fresh, *came], gone


@inside
def again_(alarm: Alarm, level: str, value: float | None, at: dt.datetime) -> list[str]:
    """An open alarm comes again or changes its level; returns what happened, in words of
    `AlarmChange`. Nothing is saved here."""
    happened: list[str] = []
    if not alarm.active:
        alarm.active, alarm.returned_at = True, None
        alarm.count += 1
        happened.append("repeated")
    elif alarm.level == level:
        # It was held for coming and going too often: counted, and nobody is told again.
        alarm.count += 1
    if rules.worse(alarm.level, level) != alarm.level:
        happened.append("worse")
    elif alarm.level != level:
        happened.append("better")
    if rules.worse(alarm.worst, level) != alarm.worst:
        alarm.worst = level
        if alarm.handling == SEEN:  # worse than what somebody said they saw: new again
            alarm.handling = NEW
    alarm.level, alarm.last_at, alarm.value = level, at, value
    return happened


@inside
def returned(
    alarms: Sequence[Alarm], at: dt.datetime, *, held: bool = True
) -> tuple[list[Alarm], list[AlarmChange]]:  # fmt: skip
    """Let alarms return to normal, except those that flap: they are ``held`` until it is calm.

    Who was acknowledged, shelved or suppressed is closed by it. Nothing is saved here.
    """
    recent: dict[int, list[dt.datetime]] = defaultdict(list)
    comings = AlarmChange.objects.filter(
        alarm__in=alarms, what__in=("raised", "repeated"), at__gt=at - rules.CALM
    )
    for alarm_id, moment in comings.values_list("alarm_id", "at"):
        recent[alarm_id].append(moment)
    gone: list[Alarm] = []
    changes: list[AlarmChange] = []
    for alarm in alarms:
        if not alarm.active or (held and rules.flapping(recent[alarm.pk], at)):
            continue
        alarm.active, alarm.returned_at = False, at
        gone.append(alarm)
        changes.append(AlarmChange(alarm=alarm, at=at, what="returned"))
        if alarm.handling != NEW:
            alarm.closed_at = at
            changes.append(AlarmChange(alarm=alarm, at=at, what="closed"))
    return gone, changes


FIELDS = (
    "active", "returned_at", "count", "level", "worst", "handling", "last_at", "value",
    "closed_at", "handled_by", "handled_at", "shelved_until", "maintenance", "larger",
)  # fmt: skip


@inside
def _save(alarms: Sequence[Alarm]) -> None:
    if alarms:
        Alarm.objects.bulk_update(alarms, FIELDS, batch_size=500)


@inside
def _tell(alarms: Sequence[Alarm], at: dt.datetime) -> None:
    """Queue the letters to the owners' officers; drills and what is put away tell nobody."""
    from veche.city.pulse.tasks_alarms import tell_watch

    loud = [a.pk for a in alarms if not a.drill and a.handling == NEW]
    if loud:
        tell_watch.defer(alarms=loud[:200])


@inside
def forget_signs(*, at: dt.datetime, indicator: Indicator) -> None:
    """An indicator is watched no more: its alarms return, flapping or not, and how it stood goes.

    Without this nobody could ever close them: nothing reckons that they are over.
    """
    rows = Alarm.objects.select_for_update().filter(
        indicator=indicator, closed_at__isnull=True, active=True, drill=False
    )
    gone, changes = returned(list(rows.order_by("id")), at, held=False)
    _save(gone)
    AlarmChange.objects.bulk_create(changes)
    Vital.objects.filter(indicator=indicator).delete()


# One alarm, by whoever knows of it ---------------------------------------------------------------


@operation
def raise_alarm(
    *,
    by: Person | None,
    at: dt.datetime,
    rule: str,
    territory: Territory,
    level: str,
    thing: Thing | None = None,
    indicator: Indicator | None = None,
    source: Source | None = None,
    value: float | None = None,
    text: Mapping[str, str] | None = None,
    drill: bool = False,
    sensed_at: dt.datetime | None = None,
) -> Alarm:
    """Raise an alarm, or count up the one that is open for this rule, place and thing;
    ``sensed_at`` is the reading that told of it first.

    Raises:
        ValueError: the level is neither warning nor critical.
    """
    if level not in rules.ALARMING:
        raise ValueError(level)
    identity = (rule, territory.pk, thing.pk if thing else None, drill)
    with connection.cursor() as cursor:  # two that tell the same at once: the second waits
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ONE_RULE, rule])
    alarm = open_ones([identity]).get(identity)
    if alarm is None:
        alarm = Alarm.objects.create(
            rule=rule,
            indicator=indicator,
            source=source,
            territory=territory,
            thing=thing,
            level=level,
            worst=level,
            sensed_at=sensed_at,
            first_at=at,
            last_at=at,
            value=value,
            text=dict(text or {}),
            drill=drill,
        )
        happened, loud = ["raised"], True
    else:
        was_active = alarm.active
        happened = again_(alarm, level, value, at)
        if was_active and not happened:
            happened = ["repeated"]
        loud = not was_active or "worse" in happened
        alarm.text = dict(text or alarm.text)
        _save([alarm])
        alarm.save(update_fields=["text"])
    AlarmChange.objects.bulk_create(
        [AlarmChange(alarm=alarm, at=at, by=by, what=w) for w in happened]
    )
    record(
        kind="pulse.alarm-raised", by=by, at=at, subject=subject(alarm),
        public={"rule": rule, "place": territory.code, "level": level, "drill": drill},
    )  # fmt: skip
    if loud:
        from veche.city.pulse.operations.correlation import correlate

        cover([alarm], at)
        _tell([alarm], at)
        correlate([alarm], at)
    return alarm


@operation
def return_alarm(
    *,
    by: Person | None,
    at: dt.datetime,
    rule: str,
    territory: Territory,
    thing: Thing | None = None,
    drill: bool = False,
) -> Alarm | None:
    """It is as it should be again; returns the alarm, None where none was open."""
    identity = (rule, territory.pk, thing.pk if thing else None, drill)
    alarm = open_ones([identity]).get(identity)
    gone: list[Alarm] = []
    if alarm is not None:
        gone, changes = returned([alarm], at)
        _save([alarm])
        AlarmChange.objects.bulk_create(changes)
    record(
        kind="pulse.alarm-returned", by=by, at=at, subject=subject(alarm) if alarm else "pulse",
        public={"rule": rule, "place": territory.code, "returned": len(gone)},
    )  # fmt: skip
    return alarm


# The clock ---------------------------------------------------------------------------------------

_CALM = """
SELECT a.id FROM pulse_alarm a JOIN pulse_vital v ON v.indicator_id = a.indicator_id
    AND v.territory_id = a.territory_id AND v.thing_id IS NOT DISTINCT FROM a.thing_id
WHERE a.closed_at IS NULL AND a.active AND NOT a.drill AND a.last_at <= %s
    AND v.state IN ('normal', 'watch') AND v.coming NOT IN ('warning', 'critical')
"""


def _calm(at: dt.datetime) -> list[int]:
    """Active alarms of places that have been in order for long enough: those that flapped."""
    with connection.cursor() as cursor:
        cursor.execute(_CALM, [at - rules.CALM])
        return [int(row[0]) for row in cursor.fetchall()]


def _over(at: dt.datetime) -> QuerySet[Alarm]:
    """Alarms that were put away for a time that is over."""
    return Alarm.objects.filter(
        closed_at__isnull=True, handling=Alarm.Handling.SHELVED, shelved_until__lte=at
    )


def sweep(*, at: dt.datetime) -> int:
    """The timer: what was shelved for a time comes back, what flapped and is calm returns, and
    situations without an open alarm end; returns how many alarms changed."""
    waiting = Situation.objects.filter(ended_at__isnull=True).exclude(
        alarms__closed_at__isnull=True
    )
    if not (_over(at).exists() or _calm(at) or waiting.exists()):
        return 0
    return settle(by=None, at=at)


@operation
def settle(*, by: Person | None, at: dt.datetime) -> int:
    """What the timer does, see `sweep`."""
    back = list(_over(at).select_for_update().order_by("id"))
    for alarm in back:
        alarm.handling, alarm.shelved_until = NEW, None
    changes = [AlarmChange(alarm=one, at=at, what="unshelved") for one in back]
    calm = list(Alarm.objects.select_for_update().filter(pk__in=_calm(at)).order_by("id"))
    gone, more = returned(calm, at)
    _save([*back, *gone])
    AlarmChange.objects.bulk_create([*changes, *more])
    ended = (
        Situation.objects.filter(ended_at__isnull=True)
        .exclude(alarms__closed_at__isnull=True)
        .update(ended_at=at)
    )
    record(
        kind="pulse.alarms-settled", by=by, at=at, subject="pulse",
        public={"unshelved": len(back), "returned": len(gone), "situations": ended},
    )  # fmt: skip
    return len(back) + len(gone)
