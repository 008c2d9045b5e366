-- The number of a reading says its day. Written so that PostgreSQL takes the function apart and
-- puts its body into the statement (every part of it is immutable): it is called for every reading.
CREATE OR REPLACE FUNCTION pulse_reading_id(at timestamptz, number bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((((at AT TIME ZONE 'UTC')::date - DATE '2000-01-01')::bigint << 37)
        | (number & 137438953471));

-- Make the partition of a day beside the table and hang it in: readings go on being written and
-- read meanwhile (CREATE … PARTITION OF would keep everybody out).
CREATE OR REPLACE FUNCTION pulse_make_day(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := 'pulse_reading_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    -- One after another: the lock of a table, unlike one that is only a number, also lets this
    -- transaction see that somebody else has made the day meanwhile.
    LOCK TABLE pulse_reading IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE pulse_reading INCLUDING DEFAULTS)', name);
        EXECUTE format(
            'ALTER TABLE pulse_reading ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            name, day::text || ' 00:00+00', (day + 1)::text || ' 00:00+00');
    END IF;
END $$;

-- The newest reading of every stream is written here again and again: leave room on the page.
ALTER TABLE pulse_stream SET (fillfactor = 70);
ALTER TABLE pulse_owed SET (fillfactor = 70);
