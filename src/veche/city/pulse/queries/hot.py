"""Forecasts of places as pages and files show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.access import WATCHERS
from veche.city.pulse.models import Forecast, ForecastCell
from veche.core.places.queries import Atlas
from veche.errors import NotFound

if TYPE_CHECKING:
    from veche.core.places.models import Territory

CREWS = frozenset({"officer", "head"})
"""Roles that see a forecast before its days are over, beside those who watch the city: a crew must
know where to go."""
WEEKS = 8
"""So many past weeks are listed."""


class UnknownForecast(NotFound):
    """There is no such forecast, or its days are not over and it is not for everybody yet."""

    code = "unknown-forecast"
    sentence = _("There is no forecast of this kind and week, or its week is not over yet.")


def ahead(roles: Collection[str]) -> bool:
    """Whether somebody with these roles sees forecasts whose days are not over."""
    return bool((WATCHERS | CREWS) & set(roles))


def seen(inside: bool) -> QuerySet[Forecast]:
    """The forecasts somebody may see: everybody those that are over."""
    rows = Forecast.objects.order_by("-since", "kind")
    return rows if inside else rows.filter(published_at__isnull=False)


def forecast_of(kind: str, since: str, inside: bool) -> Forecast:
    """A forecast by its kind and first day (as ISO writes it).

    Raises:
        UnknownForecast: there is none that whoever asks may see.
    """
    try:
        day = dt.date.fromisoformat(since)
    except ValueError as fault:
        raise UnknownForecast from fault
    found = seen(inside).filter(kind=kind, since=day).first()
    if found is None:
        raise UnknownForecast
    return found


def coming() -> list[Forecast]:
    """The newest forecast of each kind whose days are not over."""
    return list(Forecast.objects.filter(published_at=None).order_by("-since", "kind"))


def past(weeks: int = WEEKS) -> list[Forecast]:
    """The forecasts of the last weeks that are over, newest first."""
    rows = Forecast.objects.filter(published_at__isnull=False)
    days = list(rows.order_by("-since").values_list("since", flat=True).distinct()[:weeks])
    return list(rows.filter(since__in=days).order_by("-since", "kind"))


@dataclass(frozen=True)
class Together:
    """How a kind of event went over several weeks."""

    names: dict[str, str]
    kind: str
    weeks: int
    events: int
    hits: int
    plain: int


def together(rows: Sequence[Forecast]) -> list[Together]:
    """The results of these forecasts by kind, that of most events first."""
    by_kind: dict[str, list[Forecast]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    found = [
        Together(
            some[0].names,
            kind,
            len(some),
            sum(one.result["model"]["events"] for one in some if one.result),
            sum(one.result["model"]["hits"] for one in some if one.result),
            sum(one.result["count"]["hits"] for one in some if one.result),
        )
        for kind, some in by_kind.items()
    ]
    return sorted(found, key=lambda one: -one.events)


def cells(row: Forecast) -> list[ForecastCell]:
    """The squares of a forecast: the model's by rank, then the plain count's, then those by lot."""
    rows = ForecastCell.objects.filter(forecast=row)
    return sorted(rows, key=lambda one: (one.rank or 99, one.plain_rank or 99, one.number))


@dataclass(frozen=True)
class District:
    """How a forecast stands in a district."""

    territory: Territory
    cells: int
    reports: int
    """Of all kinds in the year before."""
    per_thousand: float | None
    """The same for a thousand registered residents; None where too few are registered."""
    events: int | None
    hits: int | None
    """What came there, and what the chosen squares caught of it, once it is over."""


def districts(row: Forecast, shown: Sequence[ForecastCell], places: Atlas) -> list[District]:
    """Every district: squares, reports per resident, and what came."""
    city = places.home()
    if city is None:
        return []
    result: dict[str, dict[str, int]] = (row.result or {}).get("districts", {})
    chosen = [
        places.by_id[one.territory_id].district_id
        for one in shown
        if one.rank is not None and one.territory_id in places.by_id
    ]
    found = []
    for one in places.children(city):
        there = result.get(one.code, {}) if row.result else None
        reports, per_thousand = row.districts.get(one.code, (0, None))
        found.append(
            District(
                one,
                chosen.count(one.pk),
                reports,
                per_thousand,
                None if there is None else there.get("events", 0),
                None if there is None else there.get("hits", 0),
            )
        )
    return found


HEAD = ("rank", "plain_count_rank", "by_lot", "west", "south", "east", "north", "territory",
        "expected", "expected_if_all_reported_alike", "known", "came")  # fmt: skip


def cell_lines(shown: Sequence[ForecastCell], places: Atlas) -> Iterator[Sequence[object]]:
    """The squares of a forecast as a table."""
    yield HEAD
    for one in shown:
        where = places.by_id.get(one.territory_id or 0)
        yield (
            one.rank or "", one.plain_rank or "", int(one.cold),
            *(round(edge, 6) for edge in (one.west, one.south, one.east, one.north)),
            where.code if where else "", round(one.expected, 4), round(one.evened, 4), one.count,
            "" if one.hits is None else one.hits,
        )  # fmt: skip


RESULT_HEAD = ("kind", "from", "days", "model", "cells_m", "events", "hits", "hits_plain_count",
               "best_possible", "pai", "pai_plain_count", "pei", "pei_plain_count", "by_lot",
               "hits_by_lot", "published_at")  # fmt: skip


def result_lines(rows: Sequence[Forecast]) -> Iterator[Sequence[object]]:
    """Forecasts that are over, with what came, as a table."""
    yield RESULT_HEAD
    for row in rows:
        result: dict[str, Any] = row.result or {}
        model, plain = result.get("model", {}), result.get("count", {})
        cold = result.get("cold", {})
        yield (
            row.kind, row.since.isoformat(), row.days, row.model, row.cell,
            model.get("events"), model.get("hits"), plain.get("hits"), model.get("best"),
            model.get("pai"), plain.get("pai"), model.get("pei"), plain.get("pei"),
            cold.get("cells"), cold.get("hits"),
            row.published_at.isoformat(timespec="seconds") if row.published_at else "",
        )  # fmt: skip
