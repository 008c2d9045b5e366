-- Two who are called first never stand on one list at one moment; touching turns do not overlap.
ALTER TABLE dispatch_dutyturn ADD CONSTRAINT dispatch_one_on_duty
    EXCLUDE USING gist (int8range(list_id, list_id, '[]') WITH &&, tstzrange(since, until) WITH &&)
    WHERE (lead)
    DEFERRABLE INITIALLY IMMEDIATE;

-- What the handbook said when somebody acted by it stays what it said.
CREATE FUNCTION dispatch_keep_handbook() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'dispatch_handbookentry' THEN
        IF OLD.until IS NULL AND NEW.until IS NOT NULL
           AND to_jsonb(OLD) - 'until' = to_jsonb(NEW) - 'until' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '%: a version of the handbook is never changed, another takes its place',
        TG_TABLE_NAME USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_handbook_kept';
END $$;
CREATE TRIGGER dispatch_handbook_kept BEFORE UPDATE OR DELETE ON dispatch_handbookentry
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_handbook();
CREATE TRIGGER dispatch_handbook_kept BEFORE UPDATE OR DELETE ON dispatch_handbooklead
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_handbook();
CREATE TRIGGER dispatch_handbook_kept BEFORE UPDATE OR DELETE ON dispatch_handbookhelper
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_handbook();
CREATE TRIGGER dispatch_handbook_kept BEFORE UPDATE OR DELETE ON dispatch_handbookstep
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_handbook();

-- The ladders that stand until a city sets its own.
INSERT INTO dispatch_escalationstep
    (procedure, state, tier, place, percent, minutes, act, person_id, role, times, every, since)
SELECT procedure, state, NULL, place, percent, NULL, act, NULL, role, times, every,
       '2000-01-01T00:00:00Z'
FROM (VALUES
    ('incident', 'reported', 1, 50, 'duty', '', 1, 0),
    ('incident', 'reported', 2, 80, 'role', 'dispatcher', 1, 0),
    ('incident', 'reported', 3, 100, 'tier_up', '', 1, 0),
    ('incident', 'reported', 4, 200, 'tier_up', '', 1, 0),
    ('incident', 'reported', 5, 250, 'repeat', '', 3, 15),
    ('incident', 'verified', 1, 50, 'duty', '', 1, 0),
    ('incident', 'verified', 2, 80, 'role', 'dispatcher', 1, 0),
    ('incident', 'verified', 3, 100, 'tier_up', '', 1, 0),
    ('incident', 'verified', 4, 200, 'tier_up', '', 1, 0),
    ('incident', 'verified', 5, 250, 'repeat', '', 3, 15),
    ('incident', 'dispatched', 1, 50, 'duty', '', 1, 0),
    ('incident', 'dispatched', 2, 80, 'role', 'head', 1, 0),
    ('incident', 'dispatched', 3, 100, 'role', 'dispatcher', 1, 0),
    ('incident', 'dispatched', 4, 100, 'tier_up', '', 1, 0),
    ('incident', 'dispatched', 5, 200, 'tier_up', '', 1, 0),
    ('incident', 'in_work', 1, 50, 'wait', '', 1, 0),
    ('incident', 'in_work', 2, 80, 'role', 'officer', 1, 0),
    ('incident', 'in_work', 3, 100, 'tier_up', '', 1, 0),
    ('incident', 'in_work', 4, 200, 'tier_up', '', 1, 0),
    ('incident', 'pending', 1, 80, 'role', 'officer', 1, 0),
    ('incident', 'pending', 2, 100, 'role', 'dispatcher', 1, 0),
    ('incident', 'done', 1, 80, 'role', 'dispatcher', 1, 0),
    ('incident', 'done', 2, 100, 'tier_up', '', 1, 0),
    ('incident_task', 'asked', 1, 50, 'duty', '', 1, 0),
    ('incident_task', 'asked', 2, 80, 'role', 'head', 1, 0),
    ('incident_task', 'asked', 3, 100, 'role', 'dispatcher', 1, 0),
    ('incident_task', 'in_work', 1, 80, 'role', 'officer', 1, 0),
    ('incident_task', 'in_work', 2, 100, 'role', 'dispatcher', 1, 0),
    ('incident_task', 'in_work', 3, 150, 'tier_up', '', 1, 0)
) s (procedure, state, place, percent, act, role, times, every);

-- Incidents that were opened again stand in no list of those never ended: the sweep finds them here.
CREATE INDEX dispatch_reopened ON dispatch_incident (case_id) WHERE reopened > 0;
