"""Places to look at first: forecast every week, and told to everybody once the week is over."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.pulse.models import Forecast, ForecastCell
from veche.city.pulse.queries import placed
from veche.core.cases.terms import city_zone
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.core.notices.matters import themes
from veche.core.places.queries import Atlas, atlas
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.city.pulse.engines.hotspots import Choice
    from veche.city.pulse.engines.hotspots import Forecast as Made
    from veche.core.people.models import Person

DAYS, CELL, SQUARES = 7, 250.0, 20
"""A forecast is of a week, of squares of so many metres, of so many squares."""
FEWEST = 200
"""A kind of event is forecast from so many known events on."""
HISTORY = 5 * 365
"""So many days back are read."""
SERVES = 28
"""A model is chosen anew after so many days."""


@operation
def forecast_week(
    *, by: Person | None, at: dt.datetime, since: dt.date, known: placed.Known | None = None
) -> list[Forecast]:
    """Forecast the week from a day on for every kind with enough events; those that are there
    already stay as they are. ``known`` are the events where they were read already: what came on
    that day or later is left alone."""
    city = atlas().home()
    there = set(Forecast.objects.filter(since=since).values_list("kind", flat=True))
    made: list[Forecast] = []
    if city is not None:
        known = known or placed.events(city, since - dt.timedelta(HISTORY), since)
        names = {one.code: dict(one.names) for one in themes()}
        evenness = placed.evenness(known, city, since, at)
        reported = placed.reported(known, city, since, at)
        for kind, events in known.kinds.items():
            enough = (events.day < since.toordinal()).sum() >= FEWEST
            if enough and kind in names and kind not in there:
                row = _forecast(kind, names[kind], known, evenness, since, at)
                row.districts = reported
                row.save(update_fields=["districts"])
                made.append(row)
    record(
        kind="pulse.places-forecast", by=by, at=at, subject="places",
        public={"since": since.isoformat(), "kinds": [one.kind for one in made]},
    )  # fmt: skip
    return made


@inside
def _forecast(
    kind: str,
    names: dict[str, str],
    known: placed.Known,
    evenness: dict[int, float],
    since: dt.date,
    at: dt.datetime,
) -> Forecast:
    from veche.city.pulse.engines.hotspots import forecast

    last = Forecast.objects.filter(
        kind=kind, since__lt=since, chosen_on__gt=since - dt.timedelta(SERVES)
    )
    before = last.order_by("-since").first()
    first = since.toordinal()
    made = forecast(known.kinds[kind], first, DAYS, SQUARES, CELL, lot=first, choice=_kept(before))
    row = Forecast.objects.create(
        kind=kind, names=names, since=since, days=DAYS, cell=CELL, model=made.choice.model,
        choice={k: v for k, v in made.choice.as_json().items() if k != "model"},
        chosen_on=before.chosen_on if before is not None else since, known=made.known, made_at=at,
    )  # fmt: skip
    ForecastCell.objects.bulk_create(_cells(row, made, known, evenness))
    return row


def _kept(before: Forecast | None) -> Choice | None:
    """The choice that still serves."""
    from veche.city.pulse.engines.hotspots import Choice

    if before is None:
        return None
    had = before.choice
    return Choice(before.model, had["origins"], had["hits"], had["events"])


@dataclass
class _Square:
    rank: int | None = None
    plain: int | None = None
    cold: bool = False


def _cells(
    row: Forecast, made: Made, known: placed.Known, evenness: dict[int, float]
) -> list[ForecastCell]:
    squares: dict[int, _Square] = {}
    for rank, place in enumerate(made.places, 1):
        squares.setdefault(place.cell, _Square()).rank = rank
    for rank, number in enumerate(made.plain, 1):
        squares.setdefault(number, _Square()).plain = rank
    for number in made.cold:
        squares.setdefault(number, _Square()).cold = True
    places = atlas()
    cells = []
    for number, one in squares.items():
        west, south, east, north = known.bounds(made.grid, number)
        where = places.at((west + east) / 2, (south + north) / 2)
        expected = made.expected(number)
        cells.append(
            ForecastCell(
                forecast=row, number=number, rank=one.rank, plain_rank=one.plain, cold=one.cold,
                west=west, south=south, east=east, north=north, territory=where,
                expected=expected, evened=expected * evenness.get(_district(where), 1.0),
                count=made.counted(number),
            )
        )  # fmt: skip
    return cells


def _district(where: Any) -> int:
    return (where.district_id or 0) if where is not None else 0


@operation
def publish_weeks(*, by: Person | None, at: dt.datetime, known: placed.Known | None = None) -> int:
    """Say what came of the forecasts whose days are over, and show them to everybody; returns how
    many that were. ``known`` are the events where they were read already."""
    today = at.astimezone(city_zone()).date()
    rows = [
        one
        for one in Forecast.objects.filter(published_at=None).order_by("since", "kind")
        if one.since + dt.timedelta(one.days) <= today
    ]
    places = atlas()
    city = places.home()
    if rows and city is not None:
        until = max(one.since + dt.timedelta(one.days) for one in rows)
        known = known or placed.events(city, rows[0].since, until)
        hits: dict[int, int] = {}
        for row in rows:
            _settle(row, known, places, at, hits)
        with connection.cursor() as cursor:
            cursor.execute(_HITS, [list(hits), list(hits.values())])
    record(
        kind="pulse.places-published", by=by, at=at, subject="places",
        public={"forecasts": len(rows)},
    )  # fmt: skip
    return len(rows)


_HITS = """
UPDATE pulse_forecastcell c SET hits = u.hits FROM unnest(%s::bigint[], %s::int[]) AS u (id, hits)
WHERE c.id = u.id
"""


@inside
def _settle(
    row: Forecast, known: placed.Known, places: Atlas, at: dt.datetime, hits: dict[int, int]
) -> None:
    """Count what came; what each square had is put into ``hits`` by its key."""
    cells = list(ForecastCell.objects.filter(forecast=row))
    came, where = known.squares(row)
    for cell in cells:
        cell.hits = hits[cell.pk] = came.get(cell.number, 0)
    model = [one for one in cells if one.rank is not None]
    plain = [one for one in cells if one.plain_rank is not None]
    cold = [one for one in cells if one.cold]
    by_district: dict[str, dict[str, int]] = {}
    chosen: Counter[int] = Counter()
    caught: Counter[int] = Counter()
    for cell in model:
        district = _district(places.by_id.get(cell.territory_id or 0))
        chosen[district] += 1
        caught[district] += cell.hits or 0
    for district in sorted(set(chosen) | set(where)):
        there = places.by_id.get(district)
        if there is not None:
            by_district[there.code] = {
                "cells": chosen[district], "hits": caught[district], "events": where[district],
            }  # fmt: skip
    best = sum(sorted(came.values(), reverse=True)[: len(model)])
    row.result = {
        "model": _measured(model, sum(where.values()), best, known),
        "count": _measured(plain, sum(where.values()), best, known),
        "cold": {"cells": len(cold), "hits": sum(one.hits or 0 for one in cold)},
        "districts": by_district,
    }
    row.published_at = at
    row.save(update_fields=["result", "published_at"])


def _measured(
    cells: list[ForecastCell], events: int, best: int, known: placed.Known
) -> dict[str, Any]:
    from veche.city.pulse.engines.hotspots import Result

    hits = sum(one.hits or 0 for one in cells)
    part = len(cells) * CELL**2 / known.area
    return Result(
        hits, events, best,
        hits / events / part if events and part else None, hits / best if best else None,
    ).as_json()  # fmt: skip


def monday(at: dt.datetime) -> dt.date:
    """The Monday of the city's week in which a moment lies."""
    today = at.astimezone(city_zone()).date()
    return today - dt.timedelta(today.weekday())


def due(at: dt.datetime) -> dt.date | None:
    """The Monday whose week is to be forecast by now, from three o'clock of the city on; None
    where it is done."""
    here = at.astimezone(city_zone())
    since = monday(at)
    if here.date() == since and here.hour < 3:
        return None
    done = Record.objects.filter(
        kind="pulse.places-forecast", at__gte=dt.datetime.combine(since, dt.time(), city_zone())
    )
    return None if done.exists() else since


def look(*, at: dt.datetime) -> int:
    """Publish the weeks that are over and forecast the one that has begun, unless that is done;
    returns how many forecasts were made."""
    since = due(at)
    if since is None:
        return 0
    over = Forecast.objects.filter(published_at=None, since__lte=since - dt.timedelta(DAYS))
    if over.exists():
        publish_weeks(by=None, at=at)
    return len(forecast_week(by=None, at=at, since=since))


def sweep(*, at: dt.datetime) -> None:
    """The timer: on Mondays, or as soon as it runs again, it lets the worker forecast: beside the
    timers, which would wait for seconds where a city has years of events."""
    if due(at) is not None:
        from veche.city.pulse.tasks import forecast_places

        forecast_places.defer_alone()
