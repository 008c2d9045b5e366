"""What is published of the spheres: registers whole, what people did in cells of five or more.

A cell of fewer than five is left out, and no sum of such cells is published anywhere, so that no
difference tells it. Of rides only the day and the kind are published: by place they stand on their
own page, where further cells are left out for the sums beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, total

LEAST = 5


def _by_month(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return (
        f"""SELECT to_char(e.at AT TIME ZONE %s, 'YYYY-MM') AS month, m.kind,
            count(DISTINCT m.person_id)::int AS people
        FROM spheres_meterentry e JOIN spheres_meter m ON m.id = e.meter_id
        WHERE e.undone_at IS NULL AND e.corrects_id IS NULL AND e.at <= %s GROUP BY 1, 2
        HAVING count(DISTINCT m.person_id) >= {LEAST}""",
        [settings.TIME_ZONE, at],
    )


def _occurrences(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return (
        f"""SELECT to_char(o.at AT TIME ZONE %s, 'YYYY-MM') AS month, o.kind,
            coalesce(d.code, t.code) AS district, count(*)::int AS times
        FROM spheres_occurrence o JOIN places_territory t ON t.id = o.territory_id
        LEFT JOIN places_territory d ON d.id = t.district_id
        WHERE o.at <= %s GROUP BY 1, 2, 3 HAVING count(*) >= {LEAST}""",
        [settings.TIME_ZONE, at],
    )


METERS = Dataset(
    name="meter_numbers_by_month",
    title=_("Who gives the numbers of meters, by month"),
    description=_("How many people gave numbers of their own meters, where five or more did."),
    columns=(
        Column("month", "text", _("The month, as 2026-11.")),
        Column("kind", "text", _("What the meter counts.")),
        Column("people", "integer", _("How many people.")),
    ),
    sql=_by_month,
    key=("month", "kind"),
)
TARIFFS = Dataset(
    name="tariffs",
    title=_("Tariffs"),
    description=_("What a unit costs, from which day on, and by which decision."),
    columns=(
        Column("kind", "text", _("What is charged for.")),
        Column("since", "date", _("The first day it holds.")),
        Column("until", "date", _("The first day it no longer holds."), nullable=True),
        Column("price", "number", _("The price of a unit.")),
        Column("norm", "number", _("Units a month at this price."), nullable=True),
        Column("price_above", "number", _("The price above them."), nullable=True),
    ),
    sql="""SELECT kind, since, until, price::float AS price, norm::float AS norm,
        price_above::float AS price_above FROM spheres_tariff""",
    key=("kind", "since"),
)
LOSSES = Dataset(
    name="network_losses",
    title=_("Losses in the network"),
    description=_("What went into a zone on a day, and what its houses took."),
    columns=(
        Column("zone", "text", _("Code of the zone.")),
        Column("day", "date", _("The day.")),
        Column("went_in", "number", _("What went in, in the unit of the zone.")),
        Column("taken", "number", _("What the houses took.")),
        Column("coverage", "number", _("The share of the hours of house meters that were read.")),
        Column("state", "text", _("usual, leak or unknown.")),
    ),
    sql="""SELECT z.code AS zone, d.day, round(d.went_in::numeric, 3)::float AS went_in,
        round(d.taken::numeric, 3)::float AS taken,
        round(d.coverage::numeric, 4)::float AS coverage, d.state
        FROM spheres_zoneday d JOIN spheres_zone z ON z.id = d.zone_id""",
    key=("zone", "day"),
)
CAMERAS = Dataset(
    name="cameras",
    title=_("The register of cameras"),
    description=_("Every camera of the city: whose it is, what it tells, how long it keeps."),
    columns=(
        Column("code", "text", _("Code of the camera.")),
        Column("owner", "text", _("Code of the office it belongs to.")),
        Column("longitude", "number", _("Longitude, WGS 84.")),
        Column("latitude", "number", _("Latitude, WGS 84.")),
        Column("purpose", "text", _("What it is for, in English."), nullable=True),
        Column("keeps_days", "integer", _("Days for which its owner keeps pictures.")),
        Column("faces", "boolean", _("Whether it compares faces.")),
        Column("since", "date", _("Since when it stands there.")),
        Column("until", "date", _("When it was taken down."), nullable=True),
    ),
    sql="""SELECT c.code, o.code AS owner, c.longitude, c.latitude,
        nullif(c.purpose->>'en', '') AS purpose, c.keeps_days::int AS keeps_days, c.faces,
        c.since, c.until
        FROM spheres_camera c JOIN organisations_organisation o ON o.id = c.owner_id""",
    key=("code",),
)
OCCURRENCES = Dataset(
    name="occurrences_by_month",
    title=_("What happened, by month and district"),
    description=_("How often what happened in a district, where it happened five times or more."),
    columns=(
        Column("month", "text", _("The month, as 2026-11.")),
        Column("kind", "text", _("What happened.")),
        Column("district", "text", _("Code of the district.")),
        Column("times", "integer", _("How often.")),
    ),
    sql=_occurrences,
    key=("month", "kind", "district"),
)
RIDES = Dataset(
    name="rides_by_day",
    title=_("Rides by day"),
    description=_("How many rides were made on a day, where there were five or more."),
    columns=(
        Column("day", "date", _("The day.")),
        Column("rides", "integer", _("How many rides.")),
    ),
    sql=f"""SELECT day, sum(rides)::int AS rides FROM spheres_ridecount GROUP BY day
        HAVING sum(rides) >= {LEAST}""",
    key=("day",),
)
DATASETS = (METERS, TARIFFS, LOSSES, CAMERAS, OCCURRENCES, RIDES)
FIGURES = (
    Figure(
        name="meter_numbers_by_month",
        title=_("How many people give the numbers of their meters?"),
        dataset="meter_numbers_by_month",
        measures=(total("people", "people", title=_("people")),),
        by=("kind",),
    ),
    Figure(
        name="tariffs",
        title=_("How many tariffs are there?"),
        dataset="tariffs",
        measures=(count("tariffs", _("tariffs")),),
    ),
    Figure(
        name="network_losses",
        title=_("On how many days was a leak seen?"),
        dataset="network_losses",
        measures=(count("days", _("days of zones")),),
        by=("state",),
    ),
    Figure(
        name="cameras",
        title=_("How many cameras has the city?"),
        dataset="cameras",
        measures=(count("cameras", _("cameras")),),
        by=("owner",),
    ),
    Figure(
        name="occurrences_by_month",
        title=_("What happened how often?"),
        dataset="occurrences_by_month",
        measures=(total("times", "times", title=_("times")),),
        by=("kind",),
    ),
    Figure(
        name="rides_by_day",
        title=_("How many rides were made?"),
        dataset="rides_by_day",
        measures=(total("rides", "rides", title=_("rides")),),
    ),
)
