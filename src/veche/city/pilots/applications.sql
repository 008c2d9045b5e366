-- What a company has sent stays as it was sent, whoever writes: a change is a new revision.

CREATE FUNCTION pilots_keep_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pilots_application a
               WHERE a.case_id = OLD.application_id AND a.submitted_at IS NOT NULL) THEN
        RAISE EXCEPTION 'what a company sent stays as it was sent'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_answers_kept';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

CREATE TRIGGER pilots_answers_kept BEFORE UPDATE OR DELETE ON pilots_answer
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_answer();

CREATE FUNCTION pilots_keep_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.submitted_at IS NOT NULL AND (
            NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
            OR NEW.company_id <> OLD.company_id
            OR NEW.call_id <> OLD.call_id
            OR NEW.revision < OLD.revision) THEN
        RAISE EXCEPTION 'whose application it is, for which call and since when stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_application_kept';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER pilots_application_kept
    BEFORE UPDATE OF submitted_at, company_id, call_id, revision ON pilots_application
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_application();
