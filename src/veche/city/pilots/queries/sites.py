"""Sites in a list, on a map, and when each is free."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q

from veche.city.pilots.access.sites import LIVE, OPEN, sites
from veche.city.pilots.models import Booking, Site, SitePhotograph, SiteWindow
from veche.city.pilots.queries.matching import days_of as days_of
from veche.city.pilots.queries.matching import free_days
from veche.city.pilots.rules.sites import BY_CODE, ENVIRONMENTS, OFFERED
from veche.core.cases.terms import city_zone

if TYPE_CHECKING:
    from veche.core.places.models import Territory
    from veche.core.places.queries import Atlas

DAY = dt.timedelta(days=1)
LONGEST_TEXT = 80


@dataclass(frozen=True)
class Filter:
    """Which sites are shown."""

    environment: str = ""
    feature: str = ""
    district: Territory | None = None
    free: bool = False
    """Only those with a free day in the next half year."""
    text: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The end of the address that shows the same."""
        return f"?{urlencode(self.asked)}" if self.asked else ""


def read_filter(given: Mapping[str, Any], places: Atlas) -> Filter:
    """A filter from an address; what is unknown is as if it were not there."""
    environment, feature = str(given.get("kind", "")), str(given.get("with", ""))
    district = places.by_code.get(str(given.get("place", "")))
    text = " ".join(str(given.get("q", "")).replace("\x00", "").split())[:LONGEST_TEXT]
    environment = environment if environment in ENVIRONMENTS else ""
    feature = feature if feature in {one.code for one in OFFERED} else ""
    free = given.get("free") == "1"
    asked = {
        "q": text, "kind": environment, "with": feature,
        "place": district.code if district else "", "free": "1" if free else "",
    }  # fmt: skip
    return Filter(environment, feature, district, free, text, {k: v for k, v in asked.items() if v})


def shown(which: Filter, at: dt.datetime) -> list[Site]:
    """The open sites of a choice, by name: 2 before 10."""
    rows = sites().filter(OPEN)
    if which.environment:
        rows = rows.filter(environment=which.environment)
    if which.feature:
        rows = rows.filter(offers__has_key=which.feature)
    if which.district is not None:
        pk = which.district.pk
        rows = rows.filter(Q(territory=pk) | Q(territory__district=pk) | Q(territory__city=pk))
    found = sorted(rows, key=lambda one: (natural(str(one)), one.pk))
    if which.text:
        word = which.text.casefold()
        found = [one for one in found if word in _words_of(one)]
    if which.free:
        free = next_free(found, at)
        found = [one for one in found if one.pk in free]
    return found


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """A name as people sort it: its numbers by how large they are.

    >>> sorted(["House 10", "house 2", "House 1"], key=natural)
    ['House 1', 'house 2', 'House 10']
    """
    pieces = re.split(r"([0-9]{1,18})", name.casefold())
    return tuple((0, int(one)) if place % 2 else (1, one) for place, one in enumerate(pieces))


def _words_of(site: Site) -> str:
    said = [*site.names.values(), *site.texts.values(), site.address, str(site.owner)]
    return "\x1f".join(said).casefold()


def first_photographs(rows: Sequence[Site]) -> dict[int, SitePhotograph]:
    """The photograph that stands first, of each site that has one; one query."""
    found = SitePhotograph.objects.filter(site__in=[one.pk for one in rows], place=1)
    return {one.site_id: one for one in found.select_related("file")}


def next_free(rows: Sequence[Site], at: dt.datetime) -> dict[int, tuple[dt.date, dt.date, int]]:
    """The next stretch of free days of each site that has one, of those that begin first the
    longest: first and last day, places."""
    windows = SiteWindow.objects.filter(
        site__in=[one.pk for one in rows], during__endswith__gt=at
    ).order_by("site", "during")
    free = free_days(windows, at)
    return {
        site: min(
            ((first, last, places) for _window, first, last, places in stretches),
            key=lambda one: (one[0], -one[1].toordinal()),
        )
        for site, stretches in free.items()
        if stretches
    }


# --- the picture --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """A stretch of the calendar in per cent of its width."""

    left: float
    width: float
    state: str
    """``free``, ``held`` or ``booked``."""
    begins: dt.date
    ends: dt.date
    booking: Booking | None = None


@dataclass(frozen=True)
class Calendar:
    """The windows of a site as rows of bars, one row a place."""

    months: Sequence[tuple[float, dt.date]]
    """Where each month begins."""
    rows: Sequence[tuple[int, Sequence[Bar]]]
    """Place and bars."""
    today: float | None


def bookings_of(site: Site, at: dt.datetime) -> list[Booking]:
    """What is held and booked at a site from now on."""
    return bookings_at([site], at)


def bookings_at(rows: Sequence[Site], at: dt.datetime) -> list[Booking]:
    """The same for several sites, with what each trial needs."""
    return list(
        Booking.objects.filter(site__in=rows, standing__in=LIVE, during__endswith__gt=at)
        .exclude(standing=Booking.Standing.HELD, held_until__lte=at)
        .select_related(
            "application__case",
            "application__company__organisation",
            "application__site_needs",
            "window",
        )
        .order_by("during", "place")
    )


def windows_of(site: Site, at: dt.datetime) -> list[SiteWindow]:
    """The windows of a site that are not over."""
    return list(SiteWindow.objects.filter(site=site, during__endswith__gt=at).order_by("during"))


def calendar(
    windows: Sequence[SiteWindow], booked: Sequence[Booking], at: dt.datetime
) -> Calendar | None:
    """The picture of the next months, at least six; None where there is no window."""
    if not windows:
        return None
    zone = city_zone()
    first = at.astimezone(zone).date().replace(day=1)
    last = max(
        _month_after(first, 6), *(one.during.upper.astimezone(zone).date() for one in windows)
    )
    last = min(last, _month_after(first, 18))
    whole = (last - first).days

    def bar(span: Any, state: str, booking: Booking | None = None) -> Bar | None:
        begins = max(span.lower.astimezone(zone).date(), first)
        ends = min(span.upper.astimezone(zone).date(), last)
        if begins >= ends:
            return None
        left, width = 100 * (begins - first).days / whole, 100 * (ends - begins).days / whole
        return Bar(round(left, 2), round(width, 2), state, begins, ends - DAY, booking)

    rows: list[tuple[int, list[Bar]]] = []
    for place in range(1, max(one.places for one in windows) + 1):
        bars = [bar(one.during, "free") for one in windows if one.places >= place]
        bars += [bar(one.during, one.standing, one) for one in booked if one.place == place]
        rows.append((place, [one for one in bars if one is not None]))
    months = []
    month, step = first, 1 if whole < 220 else 2 if whole < 400 else 3
    while month < last:
        months.append((round(100 * (month - first).days / whole, 2), month))
        month = _month_after(month, step)
    today = 100 * (at.astimezone(zone).date() - first).days / whole
    return Calendar(months, rows, round(today, 2))


def _month_after(day: dt.date, months: int) -> dt.date:
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def split(offers: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """What is offered, by kind, each kind in the order of the list."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for one in OFFERED:
        if one.code in offers and one.code in BY_CODE:
            found.setdefault(one.kind, []).append((one.code, offers[one.code]))
    return list(found.items())
