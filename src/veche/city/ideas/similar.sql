-- Which ideas are to be read by the index of similar texts: whoever writes, rewords, hides or
-- loads them, alone or thousands at once.

-- Out of the row, so that looking for ideas that hold a run reads few pages.
ALTER TABLE ideas_similartext SET (toast_tuple_target = 128);
-- What is new waits in a list that every question reads: a short one.
ALTER INDEX ideas_similar_grams SET (gin_pending_list_limit = 256);
INSERT INTO ideas_similarsize (id, texts) VALUES (1, 0);

CREATE FUNCTION ideas_similar_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ideas_similardue (idea_id) SELECT case_id FROM fresh WHERE public
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_similar_new AFTER INSERT ON ideas_idea REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_similar_new();

CREATE FUNCTION ideas_similar_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ideas_similardue (idea_id) VALUES (NEW.case_id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_similar_changed AFTER UPDATE OF public, title, text ON ideas_idea
    FOR EACH ROW WHEN (OLD.public <> NEW.public
        OR NEW.public AND (OLD.title <> NEW.title OR OLD.text <> NEW.text))
    EXECUTE FUNCTION ideas_similar_changed();
