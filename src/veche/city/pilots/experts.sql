-- What an expert found stays as it was written; a better one is a new version, and only while the
-- application is still read. A vote of the panel stands once its item is decided; what a panel
-- decided, and a panel that has closed, stay as they are.

CREATE FUNCTION pilots_keep_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a review stays as it was written'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_review_kept';
END $$;
CREATE TRIGGER pilots_review_kept BEFORE UPDATE OR DELETE ON pilots_review
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_review();
CREATE TRIGGER pilots_mark_kept BEFORE UPDATE OR DELETE ON pilots_reviewmark
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_review();

CREATE FUNCTION pilots_check_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_marks m
        JOIN pilots_review r ON r.id = m.review_id
        JOIN pilots_reviewtask t ON t.id = r.task_id
        JOIN pilots_application a ON a.case_id = t.application_id
        JOIN pilots_criterion c ON c.id = m.criterion_id
        WHERE c.call_id <> a.call_id
    ) THEN
        RAISE EXCEPTION 'a mark is for a criterion of the call'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_mark_of_call';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pilots_mark_of_call AFTER INSERT ON pilots_reviewmark
    REFERENCING NEW TABLE AS new_marks
    FOR EACH STATEMENT EXECUTE FUNCTION pilots_check_mark();

CREATE FUNCTION pilots_keep_vote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM pilots_panelitem i JOIN pilots_panel p ON p.id = i.panel_id
        WHERE i.id IN (OLD.item_id, NEW.item_id)
            AND (i.decided_at IS NOT NULL OR p.closed_at IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'a vote stands once the panel has decided'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_vote_kept';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_vote_kept BEFORE UPDATE OR DELETE ON pilots_panelvote
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_vote();

CREATE FUNCTION pilots_keep_panel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a panel decided stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_panel_kept';
END $$;
CREATE TRIGGER pilots_item_kept BEFORE UPDATE OR DELETE ON pilots_panelitem
    FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL) EXECUTE FUNCTION pilots_keep_panel();
CREATE TRIGGER pilots_panel_kept BEFORE UPDATE OR DELETE ON pilots_panel
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION pilots_keep_panel();
