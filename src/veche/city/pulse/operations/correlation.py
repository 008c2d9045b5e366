"""Alarms that came near each other in place and time are one situation, looked at as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

import shapely

from veche.city.pulse import rules
from veche.city.pulse.models import Alarm, AlarmChange, Situation
from veche.core.places.queries import Atlas, atlas
from veche.operation import inside

WITHIN = dt.timedelta(minutes=30)
"""Alarms that came further apart have nothing to do with each other."""
OWN_WORK = "city"
"""The sphere of indicators over the city's own matters: they stand for weeks, not for minutes."""


@lru_cache(maxsize=4096)
def _touch(version: tuple[int, int], one: int, other: int) -> bool:
    """Whether two territories of the atlas touch or one lies in the other."""
    places = atlas()
    a, b = places.by_id.get(one), places.by_id.get(other)
    if a is None or b is None or a.city_id != b.city_id:
        return False
    if one in (b.pk, b.district_id) or other in (a.pk, a.district_id):
        return True
    boxes = (shapely.box(*a.bounds), shapely.box(*b.bounds))
    if not shapely.intersects(*boxes):
        return False
    shapes = [shapely.from_geojson(_text(t.outline)) for t in (a, b)]
    return bool(shapely.distance(*shapes) < 1e-5)  # about a metre


def _text(outline: object) -> str:
    import json

    return json.dumps(outline)


def near(one: Alarm, other: Alarm, places: Atlas) -> bool:
    """Whether two alarms belong together: of one kind (a drill or not), within half an hour, in
    one district; of one sphere also in districts that touch. An alarm of the whole city goes with
    those of its own sphere only, and the city's own work (late answers) with none."""
    if one.drill != other.drill or abs(one.last_at - other.last_at) > WITHIN:
        return False
    spheres = {_sphere(one), _sphere(other)}
    if OWN_WORK in spheres:
        return False
    here, there = places.by_id[one.territory_id], places.by_id[other.territory_id]
    if "city" not in (here.kind, there.kind) and here.district_id == there.district_id:
        return True
    if len(spheres) > 1:
        return False
    if "city" in (here.kind, there.kind):
        return True
    return _touch(places.version, *sorted((one.territory_id, other.territory_id)))


def _sphere(alarm: Alarm) -> str:
    """The sphere of an alarm; its rule where no indicator tells one."""
    return str(alarm.indicator.sphere) if alarm.indicator else str(alarm.rule)


@inside
def correlate(raised: Sequence[Alarm], at: dt.datetime) -> list[Situation]:
    """Put new alarms into the situations they belong to; returns those that grew or began. What
    planned work explains is in none."""
    if not raised:
        return []
    places = atlas()
    recent = list(
        Alarm.objects.select_for_update(of=("self",))
        .select_related("indicator", "situation")
        .filter(closed_at__isnull=True, last_at__gte=at - WITHIN, last_at__lte=at)
        .filter(maintenance__isnull=True)
        .order_by("id")
    )
    mine = {alarm.pk for alarm in raised}
    grown: dict[int, Situation] = {}
    joined: list[Alarm] = []
    for alarm in recent:
        if alarm.pk not in mine or alarm.situation is not None:
            continue
        beside = [o for o in recent if o.pk != alarm.pk and near(alarm, o, places)]
        if not beside:
            continue
        known = [o.situation for o in beside if o.situation and o.situation.ended_at is None]
        situation = known[0] if known else _begin([alarm, *beside])
        for one in (alarm, *(o for o in beside if o.situation is None)):
            one.situation = situation
            situation.level = rules.worse(situation.level, one.level)
            joined.append(one)
        grown[situation.pk] = situation
    if joined:
        Alarm.objects.bulk_update(joined, ["situation"])
        Situation.objects.bulk_update(list(grown.values()), ["level"])
        AlarmChange.objects.bulk_create(
            [AlarmChange(alarm=one, at=at, what="grouped") for one in joined]
        )
    return list(grown.values())


def _begin(alarms: Sequence[Alarm]) -> Situation:
    place = alarms[0].territory
    return Situation.objects.create(
        begun_at=min(one.first_at for one in alarms),
        territory=place.district if place.district is not None else place,
        level=alarms[0].level,
    )
