-- What must stay as it was written, whoever writes: a drill is a drill for ever, moments are never
-- blanked or moved back, the log is appended only, and nobody deletes an incident.

CREATE FUNCTION dispatch_keep_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.drill IS DISTINCT FROM OLD.drill THEN
        RAISE EXCEPTION 'a drill stays a drill, and what is real stays real'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_drill_kept';
    END IF;
    IF NEW.reported_at IS DISTINCT FROM OLD.reported_at
            OR NEW.first_tier IS DISTINCT FROM OLD.first_tier
            OR NEW.source IS DISTINCT FROM OLD.source
            OR NEW.source_key IS DISTINCT FROM OLD.source_key
            OR (OLD.sensed_at IS NOT NULL AND NEW.sensed_at IS DISTINCT FROM OLD.sensed_at)
            OR (OLD.seen_at IS NOT NULL AND NEW.seen_at IS DISTINCT FROM OLD.seen_at)
            OR (OLD.verified_at IS NOT NULL AND NEW.verified_at IS DISTINCT FROM OLD.verified_at)
            OR (OLD.dispatched_at IS NOT NULL
                AND NEW.dispatched_at IS DISTINCT FROM OLD.dispatched_at)
            OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at)
            OR (OLD.acted_at IS NOT NULL AND NEW.acted_at IS DISTINCT FROM OLD.acted_at) THEN
        RAISE EXCEPTION 'the first moments of an incident stay what they were'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_moments_kept';
    END IF;
    -- coalesce: blanking counts as going back.
    IF (OLD.done_at IS NOT NULL AND coalesce(NEW.done_at < OLD.done_at, true))
            OR (OLD.checked_at IS NOT NULL AND coalesce(NEW.checked_at < OLD.checked_at, true))
            OR (OLD.ended_at IS NOT NULL AND coalesce(NEW.ended_at < OLD.ended_at, true))
            OR (OLD.evaluated_at IS NOT NULL
                AND coalesce(NEW.evaluated_at < OLD.evaluated_at, true))
            OR NEW.returned < OLD.returned OR NEW.reopened < OLD.reopened THEN
        RAISE EXCEPTION 'the moments of an incident only go on'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_moments_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dispatch_incident_kept BEFORE UPDATE ON dispatch_incident
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_incident();
CREATE TRIGGER dispatch_incident_stays BEFORE DELETE ON dispatch_incident
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('an incident is never deleted');

CREATE TRIGGER dispatch_task_kept BEFORE UPDATE ON dispatch_incidenttask FOR EACH ROW
    WHEN ((NEW.incident_id, NEW.organisation_id, NEW.text, NEW.asked_by_id, NEW.asked_at)
            IS DISTINCT FROM
            (OLD.incident_id, OLD.organisation_id, OLD.text, OLD.asked_by_id, OLD.asked_at)
        OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at)
        OR (OLD.done_at IS NOT NULL AND NEW.done_at IS DISTINCT FROM OLD.done_at))
    EXECUTE FUNCTION cases_refuse('what an office was asked for stays what it was');
CREATE TRIGGER dispatch_task_stays BEFORE DELETE ON dispatch_incidenttask
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('what an office was asked for is never deleted');

CREATE TRIGGER dispatch_entries_appended BEFORE UPDATE OR DELETE ON dispatch_incidententry
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('the log of an incident is appended only');
CREATE TRIGGER dispatch_looks_appended BEFORE UPDATE OR DELETE ON dispatch_incidentlook
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('looks are appended only');
CREATE TRIGGER dispatch_links_stay BEFORE DELETE ON dispatch_incidentmatter
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('what tells of an incident is never unlinked');
