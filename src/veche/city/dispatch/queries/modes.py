"""In which mode the city and its districts are, and were."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.models import CityMode, ModeAct, ModeLevel, ModeRule
from veche.core.places.queries import atlas
from veche.languages import here

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.city.dispatch.models import IncidentKind
    from veche.core.places.models import Territory


@dataclass(frozen=True)
class Mode:
    """A mode as it stands at a place at a moment."""

    level: int
    names: dict[str, str]
    advice: dict[str, str] = field(default_factory=dict)
    factor: float = 1.0
    duty: str = ""
    """Code of the duty list that answers meanwhile; empty: the usual ones."""
    territory: Territory | None = None
    """Of which it is the mode; None: the usual one, of no place in particular."""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    pk: int | None = None
    drill: bool = False

    def __str__(self) -> str:
        return here(self.names)

    @property
    def usual(self) -> bool:
        """Whether nothing was entered."""
        return self.level == rules.USUAL

    @property
    def grave(self) -> bool:
        """Whether only the mayor or a commander enters and leaves it."""
        return rules.power_over_modes(self.level)

    def age(self, at: dt.datetime) -> dt.timedelta:
        """For how long it has lasted; from its first moment on a minute, as people say it."""
        return max(at - self.since, dt.timedelta(minutes=1)) if self.since else dt.timedelta(0)

    @property
    def lines(self) -> list[str]:
        """The advice in the reader's language, a line each."""
        return [line for line in here(self.advice).splitlines() if line.strip()]


def levels() -> dict[int, ModeLevel]:
    """The five levels as the city words them, by their number."""
    return {one.level: one for one in ModeLevel.objects.order_by("level")}


def _made(row: CityMode, level: ModeLevel | None) -> Mode:
    return Mode(
        level=row.level,
        names=level.names if level else rules.NAMES[row.level],
        advice=level.advice if level else rules.ADVICE[row.level],
        factor=float(level.factor) if level else 1.0,
        duty=level.duty if level else "",
        territory=row.territory,
        since=row.since,
        until=row.until,
        pk=row.pk,
        drill=row.drill,
    )


def usual() -> Mode:
    """What is in force where nothing was entered."""
    return Mode(rules.USUAL, rules.NAMES[rules.USUAL])


def in_force(at: dt.datetime) -> QuerySet[CityMode]:
    """The modes that last at a moment: not ended, and their term has not passed."""
    return CityMode.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at), since__lte=at, until__gt=at
    )


def _places(territory: Territory | None) -> list[int]:
    if territory is None:
        city = atlas().home()
        return [city.pk] if city else []
    around = (territory.pk, territory.district_id, territory.city_id)
    return [pk for pk in around if pk]


def mode_at(territory: Territory | None, at: dt.datetime, *, drill: bool = False) -> Mode:
    """The mode at a place (None: the whole city) at a moment: the gravest of its own and of those
    of the places around it; the usual one where none was entered.

    With `drill` those of drills count too: only what is a drill itself may ask so.
    """
    rows = in_force(at).filter(territory_id__in=_places(territory)).select_related("territory")
    if not drill:
        rows = rows.filter(drill=False)
    row = rows.order_by("-level", "-since").first()
    if row is None:
        return usual()
    return _made(row, ModeLevel.objects.filter(level=row.level).first())


def factor(territory: Territory | None, at: dt.datetime, *, drill: bool = False) -> float:
    """By what the mode at a place multiplies every term that begins now."""
    return mode_at(territory, at, drill=drill).factor


def least_tier(kind: IncidentKind, severity: int, mode: Mode) -> int:
    """The tier from which on incidents of this kind and gravity are led in a mode."""
    if mode.usual:
        return 1
    found = (
        ModeRule.objects.filter(
            Q(kind__isnull=True) | Q(kind=kind),
            Q(severity__isnull=True) | Q(severity__lte=severity),
            level__lte=mode.level,
        )
        .order_by("-tier")
        .values_list("tier", flat=True)
        .first()
    )
    return int(found or 1)


def now(at: dt.datetime, *, drill: bool = False) -> list[Mode]:
    """Every mode above the usual one that lasts, the gravest first, that of the city before those
    of its districts."""
    rows = in_force(at).filter(drill=drill).select_related("territory")
    words = levels()
    found = [_made(one, words.get(one.level)) for one in rows]
    return sorted(found, key=_gravest)


def _gravest(one: Mode) -> tuple[int, bool, Any]:
    return -one.level, one.territory is None or one.territory.kind != "city", one.since


FRESH = 5.0
"""Seconds for which a process remembers the modes: every page shows them, and none may wait."""
_lock = threading.Lock()
_known: dict[str, tuple[float, Sequence[Mode]]] = {}


def standing(at: dt.datetime) -> Sequence[Mode]:
    """What :func:`now` gives, asked of the database at most once in five seconds by a process; what
    has passed its term meanwhile is left out."""
    name = str(connection.settings_dict["NAME"])
    read, found = _known.get(name, (-FRESH, ()))
    if time.monotonic() - read >= FRESH:
        found = now(at)
        with _lock:
            _known[name] = (time.monotonic(), found)
    return [one for one in found if one.until is not None and one.until > at]


def forget() -> None:
    """Ask anew at the next page."""
    with _lock:
        _known.clear()


def history(since: dt.datetime, at: dt.datetime, *, drill: bool = False) -> list[CityMode]:
    """The modes of which a part lies after `since`, the newest first, with their acts."""
    rows = (
        CityMode.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=since),
            until__gt=since,
            since__lte=at,
            drill=drill,
        )
        .select_related("territory")
        .prefetch_related("acts__command__organisation")
    )
    return list(rows.order_by("-since", "-pk"))


def acts(most: int) -> list[ModeAct]:
    """The newest acts about real modes: what the feed tells."""
    rows = ModeAct.objects.filter(mode__drill=False).select_related("mode__territory", "command")
    return list(rows.order_by("-at", "-pk")[:most])


def end_of(row: CityMode, at: dt.datetime) -> dt.datetime:
    """Until when a mode lasted, or `at` while it does."""
    return min(row.ended_at or row.until, at)
