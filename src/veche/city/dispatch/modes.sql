-- One mode at a place at a time, one commander at a time; what was done with them is appended only.
-- Numbers stand as ranges of one, which need no extension to be told apart.

ALTER TABLE dispatch_citymode ADD CONSTRAINT dispatch_one_mode EXCLUDE USING gist (
    int8range(territory_id, territory_id, '[]') WITH &&,
    int4range(drill::int, drill::int, '[]') WITH &&,
    tstzrange(since, coalesce(ended_at, until)) WITH &&
);
ALTER TABLE dispatch_command ADD CONSTRAINT dispatch_one_command EXCLUDE USING gist (
    int8range(territory_id, territory_id, '[]') WITH &&,
    tstzrange(since, coalesce(ended_at, until)) WITH &&
);

CREATE FUNCTION dispatch_modes_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER dispatch_mode_acts_kept BEFORE UPDATE OR DELETE ON dispatch_modeact FOR EACH ROW
    EXECUTE FUNCTION dispatch_modes_refuse('acts are appended, never changed');
CREATE TRIGGER dispatch_command_acts_kept BEFORE UPDATE OR DELETE ON dispatch_commandact
    FOR EACH ROW EXECUTE FUNCTION dispatch_modes_refuse('acts are appended, never changed');
-- What was entered stays as it was entered: only its end can be set anew.
CREATE TRIGGER dispatch_mode_kept BEFORE UPDATE ON dispatch_citymode FOR EACH ROW
    WHEN ((NEW.territory_id, NEW.level, NEW.since, NEW.drill)
        IS DISTINCT FROM (OLD.territory_id, OLD.level, OLD.since, OLD.drill)
        OR (OLD.ended_at IS NOT NULL
            AND (NEW.until, NEW.ended_at) IS DISTINCT FROM (OLD.until, OLD.ended_at)))
    EXECUTE FUNCTION dispatch_modes_refuse('a mode is ended and another entered, never rewritten');
CREATE TRIGGER dispatch_mode_stays BEFORE DELETE ON dispatch_citymode FOR EACH ROW
    EXECUTE FUNCTION dispatch_modes_refuse('a mode that was entered is never deleted');
CREATE TRIGGER dispatch_command_kept BEFORE UPDATE ON dispatch_command FOR EACH ROW
    WHEN ((NEW.person_id, NEW.territory_id, NEW.powers, NEW.since)
        IS DISTINCT FROM (OLD.person_id, OLD.territory_id, OLD.powers, OLD.since)
        OR (OLD.ended_at IS NOT NULL
            AND (NEW.until, NEW.ended_at) IS DISTINCT FROM (OLD.until, OLD.ended_at)))
    EXECUTE FUNCTION dispatch_modes_refuse('a command is ended and another written');
CREATE TRIGGER dispatch_command_stays BEFORE DELETE ON dispatch_command FOR EACH ROW
    EXECUTE FUNCTION dispatch_modes_refuse('a command is never deleted');
