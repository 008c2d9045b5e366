"""Places to look at first: this week's for crews, past ones with what came for everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from veche.city.pulse.models import Forecast, ForecastCell
from veche.city.pulse.queries import hot as queries
from veche.core.organisations.middleware import asker
from veche.core.places.ground import ground
from veche.core.places.queries import Atlas, atlas
from veche.look.http import cached
from veche.look.plan import Mark, Outline, Plan
from veche.tables import csv_answer

MODELS = {
    "blend": gettext_lazy("plain count, fading count and smoothed count together"),
    "count": gettext_lazy("plain count"),
    "count-365": gettext_lazy("plain count of a year"),
    "kde": gettext_lazy("smoothed count"),
    "kde-narrow": gettext_lazy("smoothed count, narrow"),
    "kde-wide": gettext_lazy("smoothed count, wide"),
    "kde-fading": gettext_lazy("smoothed count that fades"),
    "fading-and-kde": gettext_lazy("fading count and smoothed count together"),
    "self-exciting": gettext_lazy("what is usual, and what follows upon what just happened"),
    "two-blends": gettext_lazy("fading and smoothed count together, with some plain count"),
    "negative-binomial": gettext_lazy("count drawn towards its surroundings"),
}
"""The names of the models, as words."""
SHADES = ("share-4", "share-3", "share-1")
"""How dark a square is drawn, by the third of the list it stands in."""
MARKED = 10
"""So many squares have their number on the map."""


def _inside(request: HttpRequest) -> bool:
    return queries.ahead(asker(request).roles)


@require_safe
def hot(request: HttpRequest) -> HttpResponse:
    """What is forecast, what was, and how well it did."""
    past = queries.past()
    inside = _inside(request)
    together = queries.together(past)
    context: dict[str, Any] = {
        "inside": inside,
        "coming": queries.coming() if inside else [],
        "together": together,
        "hits": sum(one.hits for one in together),
        "plain": sum(one.plain for one in together),
        "events": sum(one.events for one in together),
        "past": [(since, list(rows)) for since, rows in groupby(past, lambda one: one.since)],
    }
    return cached(request, render(request, "pulse/hot/hot.html", context))


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """All forecasts that are over, with what came, as a table."""
    return csv_answer("places-forecast", queries.result_lines(list(queries.seen(False))))


@require_safe
def forecast(request: HttpRequest, kind: str, since: str) -> HttpResponse:
    """One forecast: the map, the squares, the districts, what came.

    Raises:
        UnknownForecast: there is none, or its week is not over and one may not see it yet.
    """
    row = queries.forecast_of(kind, since, _inside(request))
    places, shown = atlas(), queries.cells(row)
    model = [one for one in shown if one.rank is not None]
    context: dict[str, Any] = {
        "row": row,
        "last": row.since + dt.timedelta(row.days - 1),
        "model": MODELS.get(row.model, row.model),
        "cells": [(one, places.by_id.get(one.territory_id or 0)) for one in model],
        "cold": [(one, places.by_id.get(one.territory_id or 0)) for one in shown if one.cold],
        "plain": [one for one in shown if one.plain_rank is not None],
        "both": sum(one.plain_rank is not None for one in model),
        "districts": queries.districts(row, shown, places),
        "tried": _tried(row),
        "map": _map(row, model, places),
    }
    return cached(request, render(request, "pulse/hot/forecast.html", context))


@require_safe
def cells(request: HttpRequest, kind: str, since: str) -> HttpResponseBase:
    """The squares of a forecast as a table.

    Raises:
        UnknownForecast: there is none, or its week is not over and one may not see it yet.
    """
    row = queries.forecast_of(kind, since, _inside(request))
    name = f"places-{row.kind}-{row.since.isoformat()}"
    return csv_answer(name, queries.cell_lines(queries.cells(row), atlas()))


def _tried(row: Forecast) -> list[tuple[Any, int, bool]]:
    """The candidates, what each would have caught before, and whether it was chosen."""
    hits: dict[str, int] = row.choice.get("hits", {})
    return [
        (MODELS.get(name, name), n, name == row.model)
        for name, n in sorted(hits.items(), key=lambda pair: -pair[1])
    ]


def _map(row: Forecast, model: Sequence[ForecastCell], places: Atlas) -> Plan | None:
    """The chosen squares, the darker the earlier to look at; None without outlines."""
    city = places.home()
    if city is None or not model:
        return None
    under = ground(city, places)
    third = max(len(model) / len(SHADES), 1)
    squares = [
        Outline(
            "",
            [[(one.west, one.south), (one.east, one.south), (one.east, one.north),
              (one.west, one.north), (one.west, one.south)]],
            SHADES[min(int(((one.rank or 1) - 1) / third), len(SHADES) - 1)],
        )
        for one in model
    ]  # fmt: skip
    marks = [
        Mark(
            (one.west + one.east) / 2, (one.south + one.north) / 2, str(one.rank),
            href=f"#place-{one.rank}", title=_("Place %(n)s of the list") % {"n": one.rank},
        )
        for one in model[:MARKED]
    ]  # fmt: skip
    return Plan(
        bounds=city.bounds,
        outlines=[*under.outlines, *squares],
        features=under.features,
        marks=marks,
        title=_(
            "Map: the squares to look at first, the darker the earlier; the table says the same"
        ),
        ratio="16x9",
    )
