"""The statements of the intake: judging a whole batch and writing it is one of them."""

from __future__ import annotations

from functools import cache

SOURCE = """
SELECT code, state, retention_days, most_a_minute FROM pulse_source WHERE id = %s FOR NO KEY UPDATE
"""
"""Batches of one source come one after another, so that two never wait for each other."""

MAKE_DAYS = "SELECT pulse_make_day(day) FROM unnest(%s::date[]) AS day"

FULL = """
SELECT day FROM unnest(%s::date[]) AS day
WHERE pg_total_relation_size(to_regclass('pulse_reading_' || to_char(day, 'YYYYMMDD'))) >= %s
"""

STAGE = """
CREATE TEMP TABLE IF NOT EXISTS pulse_staged (
    place int, stream bigint, at timestamptz, number float8, result jsonb, until timestamptz,
    nth smallint DEFAULT 0, result_at timestamptz, valid_from timestamptz, valid_until timestamptz,
    feature bigint, quality jsonb, parameters jsonb, unit text
) ON COMMIT DELETE ROWS
"""
COPY = "COPY pulse_staged FROM STDIN"
COPY_PLAIN = """
COPY pulse_staged (place, stream, at, number, feature, unit) FROM STDIN (FORMAT binary)
"""

LARGEST = 1e100
"""No number is larger than this: of two that are, neither a sum nor a mean can be reckoned, and
whoever reckons them for all streams would stop."""

_GIVEN = """
SELECT place - 1 AS place, stream, at, number, result::jsonb, until, nth, result_at, valid_from,
       valid_until, feature, quality::jsonb, parameters::jsonb, unit
FROM unnest(
    %(c_stream)s::bigint[], %(c_at)s::timestamptz[], %(c_number)s::float8[],
    %(c_result)s::text[], %(c_until)s::timestamptz[], %(c_nth)s::smallint[],
    %(c_result_at)s::timestamptz[], %(c_valid_from)s::timestamptz[],
    %(c_valid_until)s::timestamptz[], %(c_feature)s::bigint[], %(c_quality)s::text[],
    %(c_parameters)s::text[], %(c_unit)s::text[]
) WITH ORDINALITY AS g (stream, at, number, result, until, nth, result_at, valid_from,
    valid_until, feature, quality, parameters, unit, place)
"""

# OFFSET 0 keeps the reason from being reckoned once for each place that asks for it.
_WRITE = """
WITH staged AS NOT MATERIALIZED ({staged}),
judged AS MATERIALIZED (
    SELECT *, reason IS NULL AS ok{number} FROM (SELECT s.*, CASE
        WHEN t.id IS NULL OR t.source_id <> %(source)s THEN 'foreign'
        WHEN %(off)s THEN 'off'
        WHEN s.number IS NULL AND s.result IS NULL THEN 'empty'
        WHEN s.number IN ('NaN', 'Infinity', '-Infinity') THEN 'number'
        WHEN s.at > %(newest)s THEN 'future'
        WHEN s.at < %(oldest)s THEN 'old'
        WHEN s.unit <> '' AND s.unit NOT IN (
            coalesce(t.unit ->> 'symbol', s.unit), coalesce(t.unit ->> 'name', s.unit))
            THEN 'unit'
        WHEN s.number < t.low OR s.number > t.high OR abs(s.number) > {largest} THEN 'range'
        {full}
        {often}
    END AS reason{known}
    FROM staged s LEFT JOIN pulse_stream t ON t.id = s.stream {there}
    OFFSET 0) j
), {put},
days AS MATERIALIZED (
    SELECT stream_id, (at AT TIME ZONE 'UTC')::date AS day,
        min(at) AS first, max(coalesce(until, at)) AS last,
        min(result_at) AS result_first, max(result_at) AS result_last,
        max(at) FILTER (WHERE number IS NOT NULL) AS number_at,
        bit_or(1 << date_part('hour', at AT TIME ZONE 'UTC')::int)
            FILTER (WHERE number IS NOT NULL) AS hours
    FROM put GROUP BY 1, 2
), span AS (
    SELECT stream_id, min(first) AS first, max(last) AS last, min(result_first) AS result_first,
        max(result_last) AS result_last, max(number_at) AS number_at
    FROM days GROUP BY stream_id
), newest AS (
    SELECT p.stream_id, max(p.number) AS latest
    FROM span JOIN put p ON p.stream_id = span.stream_id AND p.at = span.number_at
    GROUP BY p.stream_id
), turned AS (
    UPDATE pulse_stream t SET
        phenomenon_from = least(t.phenomenon_from, n.first),
        phenomenon_until = greatest(t.phenomenon_until, n.last),
        result_from = least(t.result_from, n.result_first),
        result_until = greatest(t.result_until, n.result_last),
        latest = CASE WHEN n.number_at >= coalesce(t.latest_at, n.number_at)
                      THEN newest.latest ELSE t.latest END,
        latest_at = greatest(t.latest_at, n.number_at)
    FROM span n LEFT JOIN newest USING (stream_id) WHERE t.id = n.stream_id
), owing AS (
    INSERT INTO pulse_owed AS o (stream_id, day, hours)
    SELECT stream_id, day, hours FROM days WHERE hours IS NOT NULL
    ON CONFLICT (stream_id, day) DO UPDATE SET hours = o.hours | excluded.hours
    WHERE o.hours <> o.hours | excluded.hours
), counted AS (
    UPDATE pulse_source SET
        taken = taken + (SELECT count(*) FROM put),
        seen_at = CASE WHEN EXISTS (SELECT FROM put)
                       THEN greatest(seen_at, %(at)s) ELSE seen_at END
    WHERE id = %(source)s
)
SELECT -1, '', count(*) FROM put
UNION ALL SELECT -2, pg_notify('pulse_taken', concat_ws(' ', %(source)s::bigint,
    min(id & 137438953471), max(id & 137438953471), min(id >> 37), max(id >> 37)))::text, 0
    FROM put HAVING count(*) > 0
UNION ALL SELECT place, reason, 0 FROM judged WHERE NOT ok
{numbers}
"""


_FIELDS = """id, stream_id, at, until, nth, number, result, result_at, valid_from, valid_until,
        feature_id, quality, parameters, recorded_at"""
# PostgreSQL's own way of meeting conflicts: whatever stands twice in the batch, or came meanwhile.
_PUT = f"""put AS (
    INSERT INTO pulse_reading ({_FIELDS})
    SELECT pulse_reading_id(at, nextval('pulse_reading_number')), stream, at, until, nth, number,
        result, result_at, valid_from, valid_until, feature, quality, parameters, %(at)s
    FROM judged WHERE ok {{order}} ON CONFLICT DO NOTHING
    RETURNING id, stream_id, at, until, nth, number, result_at
)"""
_PUT_NUMBERS = """UNION ALL SELECT j.place, '', p.id FROM judged j
    JOIN put p ON p.stream_id = j.stream AND p.at = j.at AND p.nth = j.nth WHERE j.ok"""
# A batch is written under the lock of its source. Where no reading stands in it twice, looking for
# each beforehand costs half of that, and the number of each is known before it is written.
_THERE = """LEFT JOIN pulse_reading r ON r.stream_id = s.stream AND r.at = s.at AND r.nth = s.nth
        AND r.at >= %(first)s::timestamp AT TIME ZONE 'UTC'
        AND r.at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC'"""
_KNOWN = ", r.id AS known"
_NUMBER = """, known IS NULL AND reason IS NULL AS new, coalesce(known, CASE WHEN reason IS NULL
        THEN pulse_reading_id(at, nextval('pulse_reading_number')) END) AS id"""
_PUT_ONCE = f"""written AS (
    INSERT INTO pulse_reading ({_FIELDS})
    SELECT id, stream, at, until, nth, number, result, result_at, valid_from, valid_until, feature,
        quality, parameters, %(at)s
    FROM judged WHERE new
), put AS NOT MATERIALIZED (
    SELECT id, stream AS stream_id, at, until, nth, number, result_at FROM judged WHERE new
)"""
_NUMBERS_ONCE = "UNION ALL SELECT place, '', id FROM judged WHERE ok"
# Whoever tells others of new readings hears of a batch at its commit: the source, and between which
# numbers and on which days it lies. Batches of a source come one by one, so that the range is its.
_FULL = "WHEN (s.at AT TIME ZONE 'UTC')::date = ANY(%(full)s::date[]) THEN 'full'"
# How many of this minute are there already, and which of the batch this one is: only where the
# source has a limit, for it is a look into the table for every reading.
_OFTEN = """WHEN row_number() OVER (
            PARTITION BY s.stream, date_trunc('minute', s.at) ORDER BY s.at, s.nth, s.place
        ) + (SELECT count(*) FROM pulse_reading r WHERE r.stream_id = s.stream
             AND r.at >= date_trunc('minute', s.at)
             AND r.at < date_trunc('minute', s.at) + interval '1 minute'
             AND r.at <> s.at) > %(most)s
        AND NOT EXISTS (SELECT FROM pulse_reading r WHERE r.stream_id = s.stream AND r.at = s.at
                        AND r.nth = s.nth) THEN 'often'"""


@cache
def write(*, staged: bool, limited: bool, full: bool, once: bool, numbers: bool) -> str:
    """Judge and write a batch, from the staging table or from the parameters themselves.

    Not ``staged``: numbers are given in the order of the batch. ``limited``: the source has a most
    a minute. ``full``: some day is. ``once``: no reading stands twice in the batch. ``numbers``:
    a row without a reason tells under which number a new reading stands.
    """
    return _WRITE.format(
        staged="SELECT * FROM pulse_staged" if staged else _GIVEN,
        largest=LARGEST,
        full=_FULL if full else "",
        often=_OFTEN if limited else "",
        number=_NUMBER if once else "",
        known=_KNOWN if once else "",
        there=_THERE if once else "",
        put=_PUT_ONCE if once else _PUT.format(order="" if staged else "ORDER BY place"),
        numbers=(_NUMBERS_ONCE if once else _PUT_NUMBERS) if numbers else "",
    )


STAGED_DAYS = "SELECT DISTINCT (at AT TIME ZONE 'UTC')::date FROM pulse_staged"
MEMORY = "SET LOCAL work_mem = '48MB'"

NUMBERS = """
SELECT place - 1, r.id
FROM unnest(%s::bigint[], %s::timestamptz[], %s::smallint[])
    WITH ORDINALITY AS g (stream, at, nth, place)
JOIN pulse_reading r ON r.stream_id = g.stream AND r.at = g.at AND r.nth = g.nth
"""

REFUSE = """
WITH counted AS (
    UPDATE pulse_source SET refused = refused + (SELECT sum(c) FROM unnest(%(counts)s::bigint[]) c)
    WHERE id = %(source)s
)
INSERT INTO pulse_refusal AS r (source_id, day, reason, count, sample)
SELECT %(source)s, %(day)s, *
FROM unnest(%(reasons)s::text[], %(counts)s::bigint[], %(samples)s::text[])
ON CONFLICT (source_id, day, reason)
DO UPDATE SET count = r.count + excluded.count, sample = excluded.sample
"""
