"""What is published of places to look at first: forecasts whose days are over, with what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, total

_FORECASTS = """
SELECT f.kind, f.since AS first_date, f.days::int AS days, f.model, f.cell AS cell_metres,
    f.known AS known_events, (f.result->'model'->>'events')::int AS events,
    (f.result->'model'->>'hits')::int AS hits, (f.result->'count'->>'hits')::int AS hits_count,
    (f.result->'model'->>'best')::int AS hits_best,
    (f.result->'cold'->>'cells')::int AS lot_cells, (f.result->'cold'->>'hits')::int AS lot_hits,
    f.published_at AS published_datetime
FROM pulse_forecast f WHERE f.published_at <= %s
"""
_CELLS = """
SELECT f.kind, f.since AS first_date, c.number AS cell, c.rank::int AS rank,
    c.plain_rank::int AS count_rank, c.cold AS by_lot, t.code AS territory,
    round(c.west::numeric, 6)::float8 AS west, round(c.south::numeric, 6)::float8 AS south,
    round(c.east::numeric, 6)::float8 AS east, round(c.north::numeric, 6)::float8 AS north,
    round(c.expected::numeric, 4)::float8 AS expected,
    round(c.evened::numeric, 4)::float8 AS evened, c.count AS known_events, c.hits
FROM pulse_forecastcell c JOIN pulse_forecast f ON f.id = c.forecast_id
LEFT JOIN places_territory t ON t.id = c.territory_id WHERE f.published_at <= %s
"""


def _forecasts(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _FORECASTS, [at]


def _cells(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _CELLS, [at]


_KIND = Column("kind", "text", _("Code of the theme of the problems."))
_FIRST = Column("first_date", "date", _("The first day of the forecast."))

FORECASTS = Dataset(
    name="places_forecasts",
    title=_("Forecasts of places, and what came"),
    description=_("Where problems were expected in a week, once the week is over: how many came."),
    columns=(
        _KIND,
        _FIRST,
        Column("days", "integer", _("How many days it was for.")),
        Column("model", "text", _("The model that was chosen by the past.")),
        Column("cell_metres", "number", _("The side of a square in metres.")),
        Column("known_events", "integer", _("Problems it was made from.")),
        Column("events", "integer", _("Problems that came in the whole city.")),
        Column("hits", "integer", _("Those of them in the chosen squares.")),
        Column("hits_count", "integer", _("Those in as many squares of the plain count.")),
        Column("hits_best", "integer", _("The most that as many squares could have caught.")),
        Column("lot_cells", "integer", _("Squares drawn by lot.")),
        Column("lot_hits", "integer", _("Problems in those.")),
        Column("published_datetime", "moment", _("When everybody could see it.")),
    ),
    sql=_forecasts,
    key=("kind", "first_date"),
)
CELLS = Dataset(
    name="places_squares",
    title=_("Squares of forecasts of places"),
    description=_("The squares that were chosen, those of the plain count, those drawn by lot."),
    columns=(
        _KIND,
        _FIRST,
        Column("cell", "integer", _("Number of the square in its forecast.")),
        Column("rank", "integer", _("Its place by the model; empty: not chosen."), nullable=True),
        Column(
            "count_rank", "integer", _("Its place by the plain count; empty: not chosen."),
            nullable=True,
        ),
        Column("by_lot", "boolean", _("Whether it was drawn by lot.")),
        Column("territory", "text", _("Code of the territory of its middle."), nullable=True),
        Column("west", "number", _("Its western edge in degrees.")),
        Column("south", "number", _("Its southern edge in degrees.")),
        Column("east", "number", _("Its eastern edge in degrees.")),
        Column("north", "number", _("Its northern edge in degrees.")),
        Column("expected", "number", _("Problems that the model expected.")),
        Column("evened", "number", _("The same if people reported alike in all districts.")),
        Column("known_events", "integer", _("Problems known there before.")),
        Column("hits", "integer", _("Problems that came.")),
    ),
    sql=_cells,
    key=("kind", "first_date", "cell"),
)  # fmt: skip
DATASETS = (FORECASTS, CELLS)
FIGURES = (
    Figure(
        name="forecasts_by_kind",
        title=_("How well do forecasts of places do?"),
        dataset="places_forecasts",
        measures=(
            count("forecasts", _("forecasts")),
            total("events", "events", title=_("problems that came")),
            total("hits", "hits", title=_("in the forecast places")),
            total("hits_count", "hits_count", title=_("in those of the plain count")),
        ),
        by=("kind",),
    ),
)
"""Counts of problems that everybody can read one by one: there is nothing to hide."""
