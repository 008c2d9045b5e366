"""Alarms nobody has put away, the most urgent first; for the inner wall only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.languages import here

MOST = 300
"""Alarms that are looked at one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that is open."""

    territory: Territory
    names: Mapping[str, str]
    pk: int
    level: str
    active: bool
    new: bool
    """Nobody has said yet that they saw it."""
    first_at: dt.datetime
    last_at: dt.datetime
    thing: str
    longitude: float | None
    latitude: float | None

    @property
    def name(self) -> str:
        """What it is about, in the active language."""
        return here(self.names)


@dataclass(frozen=True)
class Alarms:
    """The open alarms: how many there are, and the most urgent of them."""

    count: int = 0
    new: int = 0
    critical: int = 0
    rows: Sequence[Alarm] = ()


_ALARMS = """
SELECT a.territory_id, coalesce(i.names, nullif(a.text, '{}'::jsonb), s.names)::text, a.rule,
    a.id, a.level, a.active, a.handling = 'new', a.first_at, a.last_at, coalesce(t.name, ''),
    t.longitude, t.latitude,
    count(*) OVER (), count(*) FILTER (WHERE a.handling = 'new') OVER (),
    count(*) FILTER (WHERE a.level = 'critical' AND a.active) OVER ()
FROM pulse_alarm a LEFT JOIN pulse_indicator i ON i.id = a.indicator_id
    LEFT JOIN pulse_source s ON s.id = a.source_id LEFT JOIN pulse_thing t ON t.id = a.thing_id
WHERE a.closed_at IS NULL AND a.handling IN ('new', 'seen') AND a.drill = %s
ORDER BY (a.active AND a.handling = 'new') DESC, a.active DESC, a.handling = 'new' DESC,
    a.level = 'critical' DESC, a.level = 'warning' DESC, a.last_at DESC, a.id DESC LIMIT %s
"""


def alarms(places: Atlas, *, drill: bool, most: int = MOST) -> Alarms:
    """The open alarms, drills or real ones; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ALARMS, [drill, most])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if not rows:
        return Alarms()
    found = [
        Alarm(places.by_id[row[0]], json.loads(row[1]) if row[1] else {"en": row[2]}, *row[3:12])
        for row in rows
        if row[0] in places.by_id
    ]
    count, new, critical = rows[0][12:]
    return Alarms(count, new, critical, found)
