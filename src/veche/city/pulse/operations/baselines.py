"""What is usual: the median and the MAD of every hour of the week, from the values of the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from veche.city.pulse.models import Baseline, Indicator
from veche.core.cases.terms import city_zone
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

WEEKS = 4
"""Over so many weeks, where an indicator does not say otherwise."""

# A value of each hour and place, so that an hour in which much was reckoned counts once. What was
# beyond every limit is among them: the median does not mind a few. The few weeks of one hour say
# little about how much it varies: its MAD is at least the middle one of all hours of the place.
# Nothing is joined with itself: in a database that was not analysed that took minutes.
_MAKE = """
WITH i AS (
    SELECT id, coalesce((season->>'weeks')::int, %(weeks)s) AS weeks FROM pulse_indicator
    WHERE active AND season IS NOT NULL AND (%(all)s OR id = ANY(%(chosen)s))
), h AS (
    SELECT v.indicator_id, v.territory_id, v.thing_id, date_trunc('hour', v.at) AS hour,
        avg(v.value) AS value
    FROM i JOIN pulse_value v ON v.indicator_id = i.id
    WHERE v.value IS NOT NULL AND v.at < date_trunc('hour', %(at)s::timestamptz)
        AND v.at >= date_trunc('hour', %(at)s::timestamptz) - make_interval(weeks => i.weeks)
    GROUP BY 1, 2, 3, 4
), w AS (
    SELECT *, (extract(isodow FROM hour AT TIME ZONE %(zone)s)::int - 1) * 24
        + extract(hour FROM hour AT TIME ZONE %(zone)s)::int AS slot FROM h
), m AS (
    SELECT indicator_id, territory_id, thing_id, slot, count(*) AS n, array_agg(value) AS given,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median
    FROM w GROUP BY 1, 2, 3, 4
), d AS (
    SELECT m.*, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(v - m.median))
        FROM unnest(m.given) AS v) AS mad FROM m
), p AS (
    SELECT indicator_id, territory_id, thing_id, array_agg(slot) AS slots,
        array_agg(median) AS medians, array_agg(mad) AS mads, array_agg(n) AS counts,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY mad) AS mad FROM d GROUP BY 1, 2, 3
)
INSERT INTO pulse_baseline (indicator_id, territory_id, thing_id, hour, median, mad, count)
SELECT p.indicator_id, p.territory_id, p.thing_id, d.slot, d.median, greatest(d.mad, p.mad), d.n
FROM p CROSS JOIN LATERAL unnest(p.slots, p.medians, p.mads, p.counts) AS d (slot, median, mad, n)
ON CONFLICT (indicator_id, territory_id, thing_id, hour) DO UPDATE
    SET median = excluded.median, mad = excluded.mad, count = excluded.count
"""


@operation
def make_baselines(
    *, by: Person | None, at: dt.datetime, indicators: Collection[int] | None = None
) -> int:
    """Reckon anew what is usual, of all indicators with a season or of these; returns how many
    hours of places that were."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MAKE,
            {
                "at": at,
                "weeks": WEEKS,
                "zone": settings.TIME_ZONE,
                "all": indicators is None,
                "chosen": list(indicators or ()),
            },
        )
        made = int(cursor.rowcount)
    record(
        kind="pulse.baselines-made", by=by, at=at, subject="indicators", public={"hours": made}
    )  # fmt: skip
    return made


def sweep(*, at: dt.datetime) -> int:
    """The timer: once a night, from three o'clock of the city on."""
    here = at.astimezone(city_zone())
    three = here.replace(hour=3, minute=0, second=0, microsecond=0)
    if here < three or not Indicator.objects.filter(season__isnull=False).exists():
        return 0
    done = Record.objects.filter(kind="pulse.baselines-made").order_by("-id").first()
    if done is not None and three <= done.at <= at:
        return 0
    return make_baselines(by=None, at=at)


def hours_of(indicator: int, territory: int, thing: int | None = None) -> dict[int, Baseline]:
    """What is usual at a place: hour of the week → median and MAD."""
    rows = Baseline.objects.filter(indicator=indicator, territory=territory, thing=thing)
    return {row.hour: row for row in rows}
