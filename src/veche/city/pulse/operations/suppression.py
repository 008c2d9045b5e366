"""Alarms that a rule puts away: planned work is under way, or a larger alarm tells it already.

What is put away is counted, listed and closed when it returns to normal, never lost; when the
reason is over and it still stands, it comes back as new. A larger alarm never hides a worse one,
and what an operator brought back stays until the next reason begins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pulse.models import Alarm, AlarmChange, Maintenance
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

NEW, SUPPRESSED = Alarm.Handling.NEW, Alarm.Handling.SUPPRESSED
_RANK = "array_position(ARRAY['watch', 'warning', 'critical'], {}.level::text)"
_WORSE = f"{_RANK.format('a')} > {_RANK.format('l')}"
_CLASS = """{0}.sphere || '|' || coalesce({0}.formula ->> 'over', '') || '|'
        || coalesce({0}.formula ->> 'property', '') || '|'
        || coalesce({0}.formula ->> 'procedure', '') || '|' || coalesce({0}.formula ->> 'theme', '')
"""
# A larger alarm: of the same class (what is measured), over the district or the city around this
# place, or over the place, where this one is of a single thing; or the silence of the thing's whole
# source. Two halves, each joined by what must be equal: thousands may stand open at once.
_COVER = f"""
WITH a AS (
    SELECT a.id, a.level, a.thing_id, a.handled_at, a.territory_id, p.district_id, p.city_id,
        t.source_id AS thing_source, coalesce(t.source_id, a.source_id) AS source_id,
        {_CLASS.format("i")} AS class
    FROM pulse_alarm a JOIN places_territory p ON p.id = a.territory_id
    LEFT JOIN pulse_thing t ON t.id = a.thing_id
    LEFT JOIN pulse_indicator i ON i.id = a.indicator_id
    WHERE a.closed_at IS NULL AND a.active AND a.handling = 'new' AND NOT a.drill
        AND (%(all)s OR a.id = ANY(%(alarms)s))
), l AS (
    SELECT l.id, l.level, l.territory_id, l.first_at, {_CLASS.format("i")} AS class,
        CASE WHEN l.rule LIKE 'source-silent:%%' THEN l.source_id END AS silent
    FROM pulse_alarm l LEFT JOIN pulse_indicator i ON i.id = l.indicator_id
    WHERE l.closed_at IS NULL AND l.active AND NOT l.drill AND l.thing_id IS NULL
        AND l.handling <> 'suppressed'
)
SELECT DISTINCT ON (id) id, work, larger FROM (
    SELECT a.id, m.id AS work, NULL::bigint AS larger, m.until FROM a
    JOIN pulse_maintenance m ON m.since <= %(at)s AND m.until > %(at)s AND m.ended_at IS NULL
        AND (a.handled_at IS NULL OR a.handled_at < greatest(m.since, m.made_at))
        AND (m.thing_id = a.thing_id OR m.source_id = a.source_id
            OR m.territory_id IN (a.territory_id, a.district_id, a.city_id))
    UNION ALL
    SELECT a.id, NULL, l.id, NULL FROM a JOIN l ON l.class = a.class AND l.id <> a.id
        AND l.territory_id IN (a.territory_id, a.district_id, a.city_id)
        AND (l.territory_id <> a.territory_id OR a.thing_id IS NOT NULL)
        AND NOT ({_WORSE}) AND (a.handled_at IS NULL OR a.handled_at < l.first_at)
    UNION ALL
    SELECT a.id, NULL, l.id, NULL FROM a JOIN l ON l.silent = a.thing_source
        AND NOT ({_WORSE}) AND (a.handled_at IS NULL OR a.handled_at < l.first_at)
) x ORDER BY id, until DESC NULLS LAST, larger
"""
_OVER = f"""
SELECT a.id FROM pulse_alarm a LEFT JOIN pulse_maintenance m ON m.id = a.maintenance_id
LEFT JOIN pulse_alarm l ON l.id = a.larger_id
WHERE a.closed_at IS NULL AND a.handling = 'suppressed'
    AND (a.maintenance_id IS NOT NULL OR a.larger_id IS NOT NULL)
    AND NOT coalesce(m.ended_at IS NULL AND m.until > %(at)s, false)
    AND NOT coalesce(l.closed_at IS NULL AND l.active AND l.handling <> 'suppressed'
        AND NOT ({_WORSE}), false)
"""


def _covered(at: dt.datetime, alarms: Sequence[int] | None) -> dict[int, tuple[int, int]]:
    """Alarm → the planned work and the larger alarm that put it away; None for all open ones."""
    with connection.cursor() as cursor:
        cursor.execute(_COVER, {"at": at, "all": alarms is None, "alarms": list(alarms or ())})
        return {alarm: (work, larger) for alarm, work, larger in cursor.fetchall()}


def _over(at: dt.datetime) -> list[int]:
    """The alarms that were put away by a rule whose reason is over."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER, {"at": at})
        return [number for (number,) in cursor.fetchall()]


@inside
def cover(alarms: Sequence[Alarm], at: dt.datetime) -> list[Alarm]:
    """Put away those of the alarms, just raised, that planned work or a larger alarm explains."""
    if not alarms:
        return []
    return _away(alarms, _covered(at, [one.pk for one in alarms]), at)


def _away(
    alarms: Sequence[Alarm], found: dict[int, tuple[int, int]], at: dt.datetime
) -> list[Alarm]:
    works = Maintenance.objects.in_bulk([work for work, _larger in found.values() if work])
    done, changes = [], []
    for alarm in alarms:
        if alarm.pk not in found:
            continue
        work, larger = found[alarm.pk]
        alarm.handling, alarm.handled_by, alarm.handled_at = SUPPRESSED, None, at
        alarm.maintenance, alarm.larger_id = works.get(work), None if work else larger
        note = works[work].why if work else ""
        changes.append(AlarmChange(alarm=alarm, at=at, what="suppressed", note=note))
        done.append(alarm)
    # Few reasons explain many alarms: one statement for each of them.
    for work, larger in {found[one.pk] for one in done}:
        mine = [one.pk for one in done if found[one.pk] == (work, larger)]
        Alarm.objects.filter(pk__in=mine).update(
            handling=SUPPRESSED, handled_by=None, handled_at=at,
            maintenance=works.get(work), larger=None if work else larger,
        )  # fmt: skip
    AlarmChange.objects.bulk_create(changes, batch_size=2000)
    return done


def sweep(*, at: dt.datetime) -> int:
    """The timer: nothing is written where no reason began and none is over."""
    if not _over(at) and not _covered(at, None):
        return 0
    return settle_suppressed(by=None, at=at)


@operation
def settle_suppressed(*, by: Person | None, at: dt.datetime) -> int:
    """Bring back what was put away by a rule whose reason is over, and put away what planned work
    or a larger alarm explains since; how many alarms changed."""
    from veche.city.pulse.operations.alarms import _tell

    back = list(
        Alarm.objects.select_for_update().filter(pk__in=_over(at), handling=SUPPRESSED)
        .order_by("id")
    )  # fmt: skip
    for alarm in back:
        alarm.handling = NEW
    Alarm.objects.filter(pk__in=[one.pk for one in back]).update(
        handling=NEW, maintenance=None, larger=None, handled_at=None
    )
    AlarmChange.objects.bulk_create([AlarmChange(alarm=a, at=at, what="unshelved") for a in back])
    found = _covered(at, None)
    open_ones = Alarm.objects.select_for_update().filter(pk__in=list(found), handling=NEW)
    away = _away(list(open_ones.order_by("id")), found, at)
    gone = {one.pk for one in away}
    _tell([one for one in back if one.pk not in gone], at)
    record(
        kind="pulse.alarms-suppressed", by=by, at=at, subject="alarms",
        public={"suppressed": [one.pk for one in away], "back": [one.pk for one in back]},
    )  # fmt: skip
    return len(back) + len(away)
