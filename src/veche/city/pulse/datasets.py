"""What is published of the pulse: the classes, how they stand, and what was raised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.city.pulse import datasets_hot, datasets_sources
from veche.figures import Column, Dataset, Figure, count, total

INDICATORS = Dataset(
    name="indicators",
    title=_("Vital signs of the city"),
    description=_("What is reckoned, from what, and when it is too much."),
    columns=(
        Column("code", "text", _("Code of the indicator.")),
        Column("name", "text", _("Its name in English.")),
        Column("sphere", "text", _("The sphere of the city it belongs to.")),
        Column(
            "theme",
            "text",
            _("The theme of ISO 37120 it stands under; empty: none."),
            nullable=True,
        ),
        Column("unit", "text", _("Its unit; 1 for a plain count.")),
        Column("place", "text", _("Of what it has a value: city, district, neighbourhood, thing.")),
        Column("formula", "text", _("What it is made from, as JSON.")),
        Column("limits", "text", _("Its limits for watch, warning and critical, as JSON.")),
        Column("cadence", "integer", _("Seconds between two reckonings.")),
    ),
    sql="""SELECT code, coalesce(nullif(names->>'en', ''), code) AS name, sphere,
        nullif(theme, '') AS theme, unit,
        level AS place, formula::text AS formula, limits::text AS limits, cadence
        FROM pulse_indicator WHERE active AND public""",
    key=("code",),
)

_VITALS = """
SELECT i.code AS indicator, t.code AS place, round(v.value::numeric, i.digits)::float8 AS value,
    v.state, v.since AS since_datetime
FROM pulse_vital v JOIN pulse_indicator i ON i.id = v.indicator_id
JOIN places_territory t ON t.id = v.territory_id
WHERE i.active AND i.public AND v.thing_id IS NULL AND v.at <= %s
"""


def _vitals(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _VITALS, [at]


VITALS = Dataset(
    name="vital_signs",
    title=_("How the city is now"),
    description=_("Every vital sign at every place, as everybody sees it: rounded."),
    columns=(
        Column("indicator", "text", _("Code of the indicator.")),
        Column("place", "text", _("Code of the territory.")),
        Column("value", "number", _("Its value; empty: nothing fresh is known."), nullable=True),
        Column("state", "text", _("normal, watch, warning, critical, stale or none.")),
        Column("since_datetime", "moment", _("Since when it stands so.")),
    ),
    sql=_vitals,
    key=("indicator", "place"),
)

_ALARMS = """
SELECT a.id AS alarm, i.code AS indicator, t.code AS place, a.worst AS level,
    a.first_at AS first_datetime, a.returned_at AS returned_datetime, a.count AS times
FROM pulse_alarm a JOIN pulse_indicator i ON i.id = a.indicator_id
JOIN places_territory t ON t.id = a.territory_id
WHERE i.public AND NOT a.drill AND a.first_at <= %s
"""


def _alarms(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _ALARMS, [at]


ALARMS = Dataset(
    name="warnings",
    title=_("Warnings of the city"),
    description=_("What was beyond a limit, where, from when until when; drills are not counted."),
    columns=(
        Column("alarm", "integer", _("Its number.")),
        Column("indicator", "text", _("Code of the indicator.")),
        Column("place", "text", _("Code of the territory.")),
        Column("level", "text", _("The worst it was: warning or critical.")),
        Column("first_datetime", "moment", _("When it came first.")),
        Column(
            "returned_datetime", "moment", _("When it was over; empty: it is not."), nullable=True
        ),
        Column("times", "integer", _("How often it came before somebody closed it.")),
    ),
    sql=_alarms,
    key=("alarm",),
)

DATASETS = (INDICATORS, VITALS, ALARMS, *datasets_sources.DATASETS, *datasets_hot.DATASETS)
FIGURES = (
    Figure(
        name="vital_signs_by_state",
        title=_("How many vital signs stand how?"),
        dataset="vital_signs",
        measures=(count("signs", _("vital signs")),),
        by=("state",),
    ),
    Figure(
        name="warnings_by_indicator",
        title=_("What was warned of, and how often?"),
        dataset="warnings",
        measures=(
            count("warnings", _("warnings")),
            total("times", "times", title=_("times they came")),
        ),
        by=("indicator",),
    ),
    *datasets_sources.FIGURES,
    *datasets_hot.FIGURES,
)
"""Counts of places, never of persons: there is nothing to hide in small numbers."""
