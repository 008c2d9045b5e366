-- What a review said stays said; a review that was held is not written anew.
CREATE FUNCTION dispatch_keep_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: what was said is never changed', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_words_kept';
END $$;
CREATE TRIGGER dispatch_words_kept BEFORE UPDATE OR DELETE ON dispatch_lessonword
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_word();
CREATE TRIGGER dispatch_cells_kept BEFORE UPDATE OR DELETE ON dispatch_assessmentcell
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_word();
CREATE TRIGGER dispatch_review_kept BEFORE UPDATE OR DELETE ON dispatch_review
    FOR EACH ROW WHEN (OLD.held_at IS NOT NULL) EXECUTE FUNCTION dispatch_keep_word();

-- The figures of a packet are those it was made with, and an answer is given once.
CREATE FUNCTION dispatch_keep_packet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.figures <> OLD.figures OR NEW.late <> OLD.late
       OR NEW.unit <> OLD.unit OR NEW.since <> OLD.since OR NEW.until <> OLD.until
       OR NEW.due_at <> OLD.due_at OR NEW.made_at <> OLD.made_at
       OR (OLD.answered_at IS NOT NULL AND (NEW.answered_at IS DISTINCT FROM OLD.answered_at
           OR NEW.answer <> OLD.answer)) THEN
        RAISE EXCEPTION 'dispatch_packet: a packet is never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatch_packet_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dispatch_packet_kept BEFORE UPDATE OR DELETE ON dispatch_packet
    FOR EACH ROW EXECUTE FUNCTION dispatch_keep_packet();
