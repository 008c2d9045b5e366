"""Who can be called now: every list in use, with whoever is on duty by it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from veche.languages import here


@dataclass(frozen=True)
class Called:
    """Somebody on duty."""

    name: str
    lead: bool
    """The first to be called."""
    until: dt.datetime
    telephone: str


@dataclass(frozen=True)
class Duty:
    """A list with whoever is on duty by it now."""

    names: Mapping[str, str]
    tier: int
    """3 the city, 2 a district, 1 a neighbourhood; 0 an office."""
    telephone: str
    people: Sequence[Called] = ()

    @property
    def name(self) -> str:
        """What the list is called, in the active language."""
        return here(self.names)


_DUTY = """
SELECT l.id, l.names::text, coalesce(l.tier, 0), l.telephone, p.name, t.lead, t.until, t.telephone
FROM dispatch_dutylist l
    LEFT JOIN dispatch_dutyturn t ON t.list_id = l.id AND t.since <= %(at)s AND t.until > %(at)s
    LEFT JOIN people_person p ON p.id = t.person_id
WHERE l.until IS NULL ORDER BY l.tier DESC NULLS LAST, l.id, t.lead DESC, t.since, t.id
"""


def duty(at: dt.datetime) -> list[Duty]:
    """The lists in use, the city's first; one statement."""
    lists: dict[int, tuple[str, int, str]] = {}
    people: dict[int, list[Called]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DUTY, {"at": at})
        for number, names, tier, telephone, *turn in cursor.fetchall():
            lists[number] = (names, tier, telephone)
            if turn[0] is not None:
                people.setdefault(number, []).append(Called(*turn))
    return [
        Duty(json.loads(names), tier, telephone, people.get(number, ()))
        for number, (names, tier, telephone) in lists.items()
    ]
