"""What every page shows of the city's mode, where it is not the usual one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.safestring import SafeString

from veche import clock
from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.queries import modes
from veche.city.dispatch.words_modes import COLOURS, sign
from veche.languages import here


@dataclass(frozen=True)
class Shown:
    """A mode as a line of the masthead."""

    level: int
    name: str
    colour: str | Promise
    place: str
    since: dt.datetime | None
    until: dt.datetime | None
    age: dt.timedelta
    sign: SafeString


def shown(found: Sequence[modes.Mode], at: dt.datetime) -> list[Shown]:
    """These modes as lines, the gravest first."""
    return [
        Shown(
            level=one.level,
            name=here(one.names),
            colour=COLOURS[one.level],
            place=str(one.territory or ""),
            since=one.since,
            until=one.until,
            age=one.age(at),
            sign=sign(one.level),
        )
        for one in found
    ]


def mode(_request: HttpRequest) -> dict[str, Any]:
    """``city_modes``: what every page says from level 2 on, from the memory of the process; the
    database is asked by one page in a few seconds, and only by one that shows it."""

    def lines() -> list[Shown]:
        at = clock.now()
        try:
            found = modes.standing(at)
        except DatabaseError:  # a page that says what is wrong with the database is shown without
            return []
        return shown([one for one in found if one.level >= rules.SHOWN_TO_ALL], at)

    return {"city_modes": SimpleLazyObject(lines)}
