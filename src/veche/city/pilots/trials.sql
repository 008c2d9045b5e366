-- A measurement stays as it was taken. That another stands in its place is written on it once, with
-- the reason; the other is of the same trial and indicator, or the same row: then it counts no more.

CREATE FUNCTION pilots_keep_measurement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'superseded_by_id' - 'superseded_because')
            <> (to_jsonb(OLD) - 'superseded_by_id' - 'superseded_because')
        OR OLD.superseded_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'measurement %: it is superseded once, never changed', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_measurement_kept';
    END IF;
    IF NEW.superseded_by_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM pilots_measurement m WHERE m.id = NEW.superseded_by_id
            AND m.trial_id = NEW.trial_id AND m.indicator_id = NEW.indicator_id) THEN
        RAISE EXCEPTION 'measurement %: another of the same indicator stands in its place', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_measurement_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_measurement_kept BEFORE UPDATE ON pilots_measurement FOR EACH ROW
    EXECUTE FUNCTION pilots_keep_measurement();
CREATE TRIGGER pilots_measurement_stays BEFORE DELETE ON pilots_measurement FOR EACH ROW
    EXECUTE FUNCTION cases_refuse('a measurement is superseded, never deleted');

-- What is measured is an indicator of the methodology that was signed; nothing is measured in
-- another's trial. One statement for one row and for a file of them alike.
CREATE FUNCTION pilots_check_measurements() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    SELECT n.id, n.trial_id INTO bad FROM fresh n
    JOIN pilots_trial t ON t.id = n.trial_id
    JOIN pilots_indicator i ON i.id = n.indicator_id
    WHERE i.methodology_id <> t.methodology_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'trial %: the indicator is of another methodology', bad.trial_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_measurement_of_trial';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pilots_measurement_of_trial AFTER INSERT ON pilots_measurement
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION pilots_check_measurements();
