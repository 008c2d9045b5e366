-- What was said to the public stays as it was said.

CREATE FUNCTION dispatch_alert_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said to the public is appended, never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER dispatch_alerts_appended BEFORE UPDATE OR DELETE ON dispatch_alert
    FOR EACH ROW EXECUTE FUNCTION dispatch_alert_refuse();
CREATE TRIGGER dispatch_alert_areas_appended BEFORE UPDATE OR DELETE ON dispatch_alertarea
    FOR EACH ROW EXECUTE FUNCTION dispatch_alert_refuse();

-- A drill stays a drill, and what is real stays real.
CREATE FUNCTION dispatch_keep_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status OR NEW.case_id <> OLD.case_id THEN
        RAISE EXCEPTION 'whether a message is a drill is set where it is begun'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dispatch_series_kept BEFORE UPDATE ON dispatch_alertseries
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_series();
