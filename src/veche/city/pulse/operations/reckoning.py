"""Reckoning: what every indicator is at every place now, what state that is, which alarm it asks.

All of it is set-based and all that must outlive a restart is in the table of vital signs: reckon
may be called after every batch of readings, every minute, or after a day of standing still.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from veche.city.pulse import rules
from veche.city.pulse.models import Indicator
from veche.city.pulse.operations.alarms import Coming, apply
from veche.city.pulse.operations.correlation import correlate
from veche.city.pulse.queries.measured import Measured, measured
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

Key = tuple[int, int, int | None]
"""Indicator, territory, thing."""

HISTORY_EVERY = 900
"""Seconds: of a value that is reckoned more often, the last of so many is its history."""
ONE_AT_A_TIME = 727_001
"""The advisory lock of reckoning: two workers at once would step every latch twice."""


class Reckoned(NamedTuple):
    """What a reckoning did."""

    indicators: int
    places: int
    changed: int
    raised: int
    returned: int


@dataclass(frozen=True)
class _Known:
    """How a vital sign stood."""

    standing: rules.Standing
    data_at: dt.datetime | None


def judged_by(indicator: Indicator) -> rules.Rule:
    """Everything of an indicator that decides about its state."""
    season = {k: v for k, v in (indicator.season or {}).items() if k in rules.LEVELS}
    return rules.Rule(
        limits=rules.Limits.of(indicator.limits),
        direction=str(indicator.direction),
        season=rules.Season(**season) if season else None,
        margin=indicator.margin,
        hold_samples=indicator.hold_samples,
        hold_seconds=indicator.hold_seconds,
        least_spread=max(indicator.margin, 10.0**-indicator.digits),
    )


@operation
def reckon(
    *, by: Person | None, at: dt.datetime, indicators: Collection[int] | None = None
) -> Reckoned:
    """Reckon all active indicators, or these; returns what that did.

    Every place steps once; alarms are raised and returned in the same transaction, so that a crash
    loses neither.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    rows = Indicator.objects.filter(active=True)
    if indicators is not None:
        rows = rows.filter(pk__in=list(indicators))
    chosen = {one.pk: one for one in rows}
    done = _reckon(chosen, at) if chosen else Reckoned(0, 0, 0, 0, 0)
    record(kind="pulse.reckoned", by=by, at=at, subject="pulse", public=done._asdict())
    return done


@inside
def _reckon(chosen: Mapping[int, Indicator], at: dt.datetime) -> Reckoned:
    known = _known(chosen)
    usual = _usual([pk for pk, one in chosen.items() if one.season], at)
    rule = {pk: judged_by(one) for pk, one in chosen.items()}
    found = {(m.indicator, m.territory, m.thing): m for m in measured(list(chosen.values()), at)}
    # What had a value and has none any more (its streams are gone) is silent, not forgotten.
    for key, before in known.items():
        if key not in found:
            found[key] = Measured(*key, None, before.data_at, 0, 1)
    comings: list[Coming] = []
    rows: list[tuple[Measured, rules.Standing]] = []
    changed = 0
    for key, one in found.items():
        last = known.get(key)
        standing = rules.step(
            last.standing if last else None,
            one.value,
            rule[one.indicator],
            usual.get(key),
            at,
            stale=one.parts == 0 and one.data_at is not None and one.silent > 0,
            new=last is None or one.data_at is None or one.data_at != last.data_at,
        )
        before_state = last.standing.state if last else rules.NORMAL
        changed += standing.state != before_state
        asks = rules.calls_for(
            before_state, standing, last.standing.coming if last else ""
        )  # fmt: skip
        if asks:
            run = last.standing.runs.get(standing.state) if last else None
            since = run[0] if run else None
            comings.append(
                Coming(chosen[one.indicator], one, standing.state, asks == "raise", since)
            )
        rows.append((one, standing))
    _keep(rows, at)
    _keep_history(rows, chosen, at)
    raised, returned = apply(comings, at)
    correlate(raised, at)
    return Reckoned(len(chosen), len(rows), changed, len(raised), len(returned))


_KNOWN = """
SELECT indicator_id, territory_id, thing_id, state, since, runs, data_at
FROM pulse_vital WHERE indicator_id = ANY(%s)
"""


def _known(chosen: Collection[int]) -> dict[Key, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(chosen)])
        return {
            (row[0], row[1], row[2]): _Known(
                rules.Standing(row[3], row[4], _runs(row[5])), row[6]
            )
            for row in cursor.fetchall()
        }  # fmt: skip


def _runs(kept: Any) -> dict[str, tuple[dt.datetime, int]]:
    runs = json.loads(kept) if isinstance(kept, str) else kept
    return {level: (dt.datetime.fromisoformat(since), n) for level, (since, n) in runs.items()}


_USUAL = """
SELECT indicator_id, territory_id, thing_id, median, mad FROM pulse_baseline
WHERE indicator_id = ANY(%s) AND hour = %s AND count >= 3
"""


def _usual(seasonal: Sequence[int], at: dt.datetime) -> dict[Key, rules.Usual]:
    """What is usual for this hour of the week, where at least three weeks say so."""
    if not seasonal:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, [list(seasonal), rules.hour_of_week(at.astimezone(city_zone()))])
        return {(r[0], r[1], r[2]): rules.Usual(r[3], r[4]) for r in cursor.fetchall()}


_KEEP = """
INSERT INTO pulse_vital (indicator_id, territory_id, thing_id, value, at, data_at, state, since,
    coming, runs, parts, silent)
SELECT i, t, g, v, %(at)s, d, s, c, n, r::jsonb, p, x
FROM unnest(%(i)s::bigint[], %(t)s::bigint[], %(g)s::bigint[], %(v)s::float8[],
    %(d)s::timestamptz[], %(s)s::text[], %(c)s::timestamptz[], %(n)s::text[], %(r)s::text[],
    %(p)s::int[], %(x)s::int[]) AS u (i, t, g, v, d, s, c, n, r, p, x)
ON CONFLICT (indicator_id, territory_id, thing_id) DO UPDATE SET value = excluded.value,
    at = excluded.at, data_at = excluded.data_at, state = excluded.state, since = excluded.since,
    coming = excluded.coming, runs = excluded.runs, parts = excluded.parts,
    silent = excluded.silent
"""


@inside
def _keep(rows: Sequence[tuple[Measured, rules.Standing]], at: dt.datetime) -> None:
    values: dict[str, Any] = {
        "at": at,
        "i": [m.indicator for m, _s in rows],
        "t": [m.territory for m, _s in rows],
        "g": [m.thing for m, _s in rows],
        "v": [m.value for m, _s in rows],
        "d": [m.data_at for m, _s in rows],
        "s": [s.state for _m, s in rows],
        "c": [s.since for _m, s in rows],
        "n": [s.coming for _m, s in rows],
        "r": [
            json.dumps({level: (since.isoformat(), n) for level, (since, n) in s.runs.items()})
            if s.runs
            else "{}"
            for _m, s in rows
        ],
        "p": [m.parts for m, _s in rows],
        "x": [m.silent for m, _s in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)


_HISTORY = """
INSERT INTO pulse_value (indicator_id, territory_id, thing_id, at, value, state)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::float8[],
    %s::text[])
ON CONFLICT (indicator_id, territory_id, thing_id, at) DO UPDATE
    SET value = excluded.value, state = excluded.state
"""


@inside
def _keep_history(
    rows: Sequence[tuple[Measured, rules.Standing]],
    chosen: Mapping[int, Indicator],
    at: dt.datetime,
) -> None:
    """The last value of each quarter of an hour, or of each cadence where that is longer."""
    moment = {pk: floor(at, max(one.cadence, HISTORY_EVERY)) for pk, one in chosen.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            _HISTORY,
            [
                [m.indicator for m, _s in rows],
                [m.territory for m, _s in rows],
                [m.thing for m, _s in rows],
                [moment[m.indicator] for m, _s in rows],
                [m.value for m, _s in rows],
                [s.state for _m, s in rows],
            ],
        )


def floor(at: dt.datetime, seconds: int) -> dt.datetime:
    """The last moment before `at` that is a multiple of so many seconds since 1970."""
    return dt.datetime.fromtimestamp(at.timestamp() // seconds * seconds, dt.UTC)


# Which to reckon -------------------------------------------------------------------------------

_DUE = """
SELECT i.id FROM pulse_indicator i
LEFT JOIN (SELECT indicator_id, max(at) AS at FROM pulse_vital GROUP BY 1) v
    ON v.indicator_id = i.id
WHERE i.active AND (v.at IS NULL OR v.at <= %(at)s - make_interval(secs => i.cadence - 3)
    OR v.at > %(at)s)
"""
_TOUCHED = """
SELECT i.id FROM pulse_indicator i
JOIN pulse_observedproperty o ON o.code = i.formula->>'property'
JOIN (SELECT property_id, max(latest_at) AS at FROM pulse_stream WHERE latest_at <= %(at)s
    GROUP BY 1) s ON s.property_id = o.id
LEFT JOIN (SELECT indicator_id, max(data_at) AS at FROM pulse_vital GROUP BY 1) v
    ON v.indicator_id = i.id
WHERE i.active AND i.formula->>'over' = 'readings' AND (v.at IS NULL OR s.at > v.at)
    AND i.formula->>'measure' <> 'anomaly'
"""


def _ids(statement: str, at: dt.datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"at": at})
        return [int(row[0]) for row in cursor.fetchall()]


def touched(at: dt.datetime) -> list[int]:
    """The indicators of which readings came that they have not reckoned yet."""
    return _ids(_TOUCHED, at)


def sweep(*, at: dt.datetime) -> int:
    """The timer: reckon what is due by its cadence; returns how many indicators that were."""
    due = _ids(_DUE, at)
    if not due:
        return 0
    return reckon(by=None, at=at, indicators=due).indicators
