-- What everybody may read, and how many ideas a call has, kept by the database: lists never ask
-- the cases, and a bulk load is counted as a single idea is.

CREATE FUNCTION ideas_is_public(state text, hidden_at timestamptz) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$
    SELECT hidden_at IS NULL AND state NOT IN
        ('', 'moderation', 'appealed', 'appealed_up', 'rejected', 'removed', 'dropped')
$$;

-- One row of cases at a time: what moves no idea is told by the condition alone.
CREATE FUNCTION ideas_case_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ideas_idea i
    SET public = ideas_is_public(NEW.state, NEW.hidden_at),
        published_at = CASE WHEN ideas_is_public(NEW.state, NEW.hidden_at)
            THEN coalesce(i.published_at, NEW.moved_at) ELSE i.published_at END
    WHERE i.case_id = NEW.id AND i.public <> ideas_is_public(NEW.state, NEW.hidden_at);
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_case_moved AFTER UPDATE OF state, hidden_at ON cases_case FOR EACH ROW
    WHEN (NEW.procedure IN ('idea', 'initiative')
        AND (OLD.state <> NEW.state OR OLD.hidden_at IS DISTINCT FROM NEW.hidden_at))
    EXECUTE FUNCTION ideas_case_moved();

-- A bulk load writes the case first, with its last step: the idea finds it there.
CREATE FUNCTION ideas_born() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT ideas_is_public(c.state, c.hidden_at),
        CASE WHEN ideas_is_public(c.state, c.hidden_at)
            THEN coalesce(NEW.published_at, c.moved_at) END
    INTO NEW.public, NEW.published_at FROM cases_case c WHERE c.id = NEW.case_id;
    NEW.public := coalesce(NEW.public, false);
    RETURN NEW;
END $$;
CREATE TRIGGER ideas_born BEFORE INSERT ON ideas_idea FOR EACH ROW EXECUTE FUNCTION ideas_born();

CREATE FUNCTION ideas_count_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ideas_call c SET ideas = c.ideas + n.count
    FROM (SELECT call_id, count(*) AS count FROM fresh WHERE public AND call_id IS NOT NULL
          GROUP BY call_id) n
    WHERE c.case_id = n.call_id;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_count_new AFTER INSERT ON ideas_idea REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_new();

CREATE FUNCTION ideas_count_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ideas_call c SET ideas = c.ideas + CASE WHEN NEW.public THEN 1 ELSE -1 END
    WHERE c.case_id = NEW.call_id;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_count_shown AFTER UPDATE OF public ON ideas_idea FOR EACH ROW
    WHEN (OLD.public <> NEW.public AND NEW.call_id IS NOT NULL)
    EXECUTE FUNCTION ideas_count_shown();
