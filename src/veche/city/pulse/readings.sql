-- Readings, a partition a day (UTC). There is no default partition: a reading of a day that has
-- none is refused by the intake in words, never stored where no retention would find it.
CREATE SEQUENCE pulse_reading_number;

CREATE TABLE pulse_reading (
    id bigint NOT NULL,
    stream_id bigint NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz,
    nth smallint NOT NULL DEFAULT 0,
    number double precision,
    result jsonb,
    result_at timestamptz,
    valid_from timestamptz,
    valid_until timestamptz,
    feature_id bigint,
    quality jsonb,
    parameters jsonb,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream_id, at, nth)
) PARTITION BY RANGE (at);

CREATE INDEX pulse_reading_id ON pulse_reading (id);

-- The number of a reading says its day: days since 2000-01-01 above 37 bits of a sequence.
CREATE FUNCTION pulse_reading_id(at timestamptz, number bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((floor(extract(epoch FROM at) / 86400)::bigint - 10957) << 37) | (number & 137438953471);

-- Make the partition of a day; nothing happens when it is there.
CREATE FUNCTION pulse_make_day(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := 'pulse_reading_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF pulse_reading FOR VALUES FROM (%L) TO (%L)',
            name, day::text || ' 00:00+00', (day + 1)::text || ' 00:00+00');
    END IF;
END $$;
