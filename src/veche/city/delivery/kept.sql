-- Dates, targets and money of promises are never edited: what stood there stays in a row of
-- delivery_superseded, each beginning where the one before it ended.

CREATE FUNCTION delivery_superseded_to(promise bigint, step bigint, what text, was text, now text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT s.before = was AND s.after = now FROM delivery_superseded s
        WHERE s.promise_id IS NOT DISTINCT FROM promise AND s.step_id IS NOT DISTINCT FROM step
            AND s.field = what
        ORDER BY s.id DESC LIMIT 1), false)
$$;

CREATE FUNCTION delivery_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.first_due_on IS DISTINCT FROM OLD.first_due_on THEN
        RAISE EXCEPTION 'the first date of a step stays what it was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_step_dates';
    END IF;
    IF NEW.due_on IS DISTINCT FROM OLD.due_on AND NOT delivery_superseded_to(
            NULL, NEW.case_id, 'due_on', OLD.due_on::text, NEW.due_on::text) THEN
        RAISE EXCEPTION 'the date of a step is superseded with a reason, never edited'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_step_dates';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_step_dates BEFORE UPDATE OF due_on, first_due_on ON delivery_step
    FOR EACH ROW EXECUTE FUNCTION delivery_keep_step();

CREATE FUNCTION delivery_keep_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.first_due_on IS NOT NULL AND NEW.first_due_on IS DISTINCT FROM OLD.first_due_on THEN
        RAISE EXCEPTION 'the first date of a promise stays what it was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_promise_kept';
    END IF;
    IF OLD.due_on IS NOT NULL AND NEW.due_on IS DISTINCT FROM OLD.due_on
            AND NOT delivery_superseded_to(NEW.case_id, NULL, 'due_on', OLD.due_on::text,
                coalesce(NEW.due_on::text, '')) THEN
        RAISE EXCEPTION 'the date of a promise is superseded with a reason, never edited'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_promise_kept';
    END IF;
    IF OLD.target IS NOT NULL AND NEW.target IS DISTINCT FROM OLD.target
            AND NOT delivery_superseded_to(NEW.case_id, NULL, 'target', OLD.target::text,
                coalesce(NEW.target::text, '')) THEN
        RAISE EXCEPTION 'the target of a promise is superseded with a reason, never edited'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_promise_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_promise_kept BEFORE UPDATE OF due_on, first_due_on, target
    ON delivery_promise FOR EACH ROW EXECUTE FUNCTION delivery_keep_promise();

-- Money is appended: a wrong line names the one that stands in its place, once.
CREATE TRIGGER delivery_amounts_kept BEFORE UPDATE ON delivery_amount FOR EACH ROW
    WHEN (OLD.superseded_by_id IS NOT NULL OR NEW.superseded_by_id IS NULL
        OR (NEW.promise_id, NEW.kind, NEW.amount, NEW.on, NEW.words, NEW.by_id)
            IS DISTINCT FROM (OLD.promise_id, OLD.kind, OLD.amount, OLD.on, OLD.words, OLD.by_id))
    EXECUTE FUNCTION cases_refuse('a line of money is superseded, never edited');
CREATE TRIGGER delivery_amounts_stay BEFORE DELETE ON delivery_amount FOR EACH ROW
    EXECUTE FUNCTION cases_refuse('a line of money is superseded, never deleted');
CREATE TRIGGER delivery_superseded_kept BEFORE UPDATE OR DELETE ON delivery_superseded
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('what was replaced stays written');
