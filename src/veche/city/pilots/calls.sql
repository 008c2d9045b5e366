-- What is asked for and how it is judged stands still from the moment a call opens: whoever applies
-- may rely on it, and whoever doubts a decision reads the criteria it was made by.

CREATE FUNCTION pilots_call_stands(the_call bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM cases_case WHERE id = the_call AND state NOT IN ('', 'draft'))
$$;

CREATE FUNCTION pilots_keep_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pilots_call_stands(OLD.case_id) THEN
        RAISE EXCEPTION 'a call stays as it was when it opened'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_call_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_call_kept BEFORE UPDATE ON pilots_call FOR EACH ROW
    WHEN (ROW(NEW.programme_id, NEW.titles, NEW.tasks, NEW.standing, NEW.form_id)
          IS DISTINCT FROM
          ROW(OLD.programme_id, OLD.titles, OLD.tasks, OLD.standing, OLD.form_id))
    EXECUTE FUNCTION pilots_keep_call();

-- For criteria and evidence, which name their call.
CREATE FUNCTION pilots_keep_of_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP <> 'INSERT' AND pilots_call_stands(OLD.call_id))
       OR (TG_OP <> 'DELETE' AND pilots_call_stands(NEW.call_id)) THEN
        RAISE EXCEPTION '% of a call stay as they were when it opened: write them in its draft',
            TG_ARGV[0] USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_call_kept';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_criterion_kept BEFORE INSERT OR UPDATE OR DELETE ON pilots_criterion
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_of_call('the criteria');
CREATE TRIGGER pilots_evidence_kept BEFORE UPDATE OR DELETE ON pilots_evidence
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_of_call('the reasons');

CREATE FUNCTION pilots_keep_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_call bigint;
    new_call bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT call_id INTO old_call FROM pilots_criterion WHERE id = OLD.criterion_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT call_id INTO new_call FROM pilots_criterion WHERE id = NEW.criterion_id;
    END IF;
    IF pilots_call_stands(old_call) OR pilots_call_stands(new_call) THEN
        RAISE EXCEPTION 'what a mark means stays as it was when the call opened'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_call_kept';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_anchor_kept BEFORE INSERT OR UPDATE OR DELETE ON pilots_callanchor
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_anchor();

CREATE FUNCTION pilots_keep_form() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pilots_call WHERE form_id = OLD.id AND pilots_call_stands(case_id)) THEN
        RAISE EXCEPTION 'a version of a form stays as it was when a call with it opened'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_call_kept';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_form_kept BEFORE UPDATE OR DELETE ON pilots_formversion
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_form();

-- Support that was given is told once; a wrong line is superseded by another, once.
CREATE FUNCTION pilots_keep_support() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a line of support is superseded, never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_support_kept';
END $$;
CREATE TRIGGER pilots_support_kept BEFORE UPDATE ON pilots_support FOR EACH ROW
    WHEN (OLD.superseded_by_id IS NOT NULL OR NEW.superseded_by_id IS NULL
          OR ROW(NEW.id, NEW.company_id, NEW.kind, NEW.words, NEW.amount, NEW."on", NEW.at)
             IS DISTINCT FROM
             ROW(OLD.id, OLD.company_id, OLD.kind, OLD.words, OLD.amount, OLD."on", OLD.at))
    EXECUTE FUNCTION pilots_keep_support();
CREATE TRIGGER pilots_support_stays BEFORE DELETE ON pilots_support FOR EACH ROW
    EXECUTE FUNCTION pilots_keep_support();
