"""What the cast of the demo town hears of: the rest follows when the worker tells its stories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.core.notices import operations
from veche.core.notices.operations import Wanted
from veche.core.people.models import Person
from veche.core.places.queries import atlas

WANTED: tuple[tuple[str, str, str, str], ...] = (
    ("resident", "zarechye-d6", "", ""),
    ("resident", "zarechye", "", "pothole"),
    ("resident", "zarechye", "Мостовая улица", ""),
    ("other-resident", "zarechye-d4", "", ""),
    ("auditor", "zarechye", "", ""),
    ("pupil", "zarechye-d1-n2", "", ""),
)
"""Cast member, place, street, theme."""
QUIET = (dt.time(22), dt.time(7))


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Subscribe a few of the cast, and give the resident quiet nights."""
    people = {p.cast: p for p in Person.objects.filter(cast__isnull=False)}
    places = atlas()
    home = places.home()
    made = 0
    for who, place, street, theme in WANTED:
        person, where = people.get(who), places.by_code.get(place) or home
        if person is None or where is None:
            continue
        wanted = Wanted(territory=where.pk, street=street, theme=theme)
        operations.subscribe(by=person, at=at - dt.timedelta(days=30), wanted=wanted)
        made += 1
    if (resident := people.get("resident")) is not None:
        reader = operations.reader_for(by=resident, at=at)
        operations.choose_ways(by=resident, at=at, reader=reader, ways={}, quiet=QUIET)
    report(f"subscriptions: {made}")
