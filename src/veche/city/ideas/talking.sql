-- Counters of ratings and comments. Every trigger looks at all rows of its statement together, so
-- that one rating costs one update and a load of 250,000 costs as many updates as there are ideas.
-- An idea's row is locked in the order of the numbers before it is counted: two raters at once wait
-- for each other and lose no count, two loads at once cannot block each other for good.

CREATE FUNCTION ideas_add_ratings(ideas bigint[], up int[], down int[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(ideas) > 1 THEN
        PERFORM FROM ideas_idea WHERE case_id = ANY (ideas) ORDER BY case_id FOR NO KEY UPDATE;
    END IF;
    UPDATE ideas_idea i SET supporters = i.supporters + d.up, opponents = i.opponents + d.down
    FROM unnest(ideas, up, down) AS d (idea, up, down)
    WHERE i.case_id = d.idea;
END $$;

CREATE FUNCTION ideas_count_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ideas bigint[]; up int[]; down int[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(s.idea_id), array_agg(s.up), array_agg(s.down) INTO ideas, up, down FROM (
            SELECT idea_id, count(*) FILTER (WHERE value = 1)::int AS up,
                count(*) FILTER (WHERE value = -1)::int AS down
            FROM added WHERE standing = 'counted' GROUP BY idea_id ORDER BY idea_id) s;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(s.idea_id), array_agg(-s.up), array_agg(-s.down) INTO ideas, up, down FROM (
            SELECT idea_id, count(*) FILTER (WHERE value = 1)::int AS up,
                count(*) FILTER (WHERE value = -1)::int AS down
            FROM gone WHERE standing = 'counted' GROUP BY idea_id ORDER BY idea_id) s;
    ELSE
        SELECT array_agg(s.idea_id), array_agg(s.up), array_agg(s.down) INTO ideas, up, down FROM (
            SELECT idea_id, sum(sign) FILTER (WHERE value = 1)::int AS up,
                sum(sign) FILTER (WHERE value = -1)::int AS down
            FROM (SELECT idea_id, value, 1 AS sign FROM added WHERE standing = 'counted'
                UNION ALL SELECT idea_id, value, -1 FROM gone WHERE standing = 'counted') b
            GROUP BY idea_id ORDER BY idea_id) s
        WHERE coalesce(s.up, 0) <> 0 OR coalesce(s.down, 0) <> 0;
        up := ARRAY(SELECT coalesce(n, 0) FROM unnest(up) WITH ORDINALITY u (n, o) ORDER BY o);
        down := ARRAY(SELECT coalesce(n, 0) FROM unnest(down) WITH ORDINALITY u (n, o) ORDER BY o);
    END IF;
    IF ideas IS NOT NULL THEN
        PERFORM ideas_add_ratings(ideas, up, down);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_ratings_added AFTER INSERT ON ideas_rating
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_ratings();
CREATE TRIGGER ideas_ratings_changed AFTER UPDATE ON ideas_rating
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_ratings();
CREATE TRIGGER ideas_ratings_gone AFTER DELETE ON ideas_rating
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_ratings();

-- Where a comment stands in its thread follows from the one it replies to.
CREATE FUNCTION ideas_place_comment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE up record;
BEGIN
    SELECT matter_id, root_id, depth INTO up FROM ideas_comment WHERE id = NEW.above_id;
    IF NOT FOUND OR up.matter_id <> NEW.matter_id THEN
        RAISE EXCEPTION 'comment %: the one above it is about something else', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ideas_comment_above';
    END IF;
    NEW.root_id := coalesce(up.root_id, NEW.above_id);
    NEW.depth := least(up.depth + 1, 32000);
    RETURN NEW;
END $$;
CREATE TRIGGER ideas_comment_placed BEFORE INSERT ON ideas_comment
    FOR EACH ROW WHEN (NEW.above_id IS NOT NULL) EXECUTE FUNCTION ideas_place_comment();

CREATE FUNCTION ideas_add_comments(matters bigint[], n int[], pro int[], con int[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ideas_talk AS t (matter_id, comments, in_favour, against)
    SELECT * FROM unnest(matters, n, pro, con) AS d (matter, n, pro, con) ORDER BY d.matter
    ON CONFLICT (matter_id) DO UPDATE SET comments = t.comments + excluded.comments,
        in_favour = t.in_favour + excluded.in_favour, against = t.against + excluded.against;
    -- The rows of `ideas_talk` are locked now, in order: nobody else is at these ideas.
    UPDATE ideas_idea i SET comments = i.comments + d.n
    FROM unnest(matters, n) AS d (matter, n) WHERE i.case_id = d.matter AND d.n <> 0;
END $$;

CREATE FUNCTION ideas_count_comments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE matters bigint[]; n int[]; pro int[]; con int[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(s.matter_id), array_agg(s.n), array_agg(s.pro), array_agg(s.con)
        INTO matters, n, pro, con FROM (
            SELECT matter_id, count(*)::int AS n, count(*) FILTER (WHERE stance = 'for')::int AS pro,
                count(*) FILTER (WHERE stance = 'against')::int AS con
            FROM added WHERE shown GROUP BY matter_id ORDER BY matter_id) s;
        UPDATE ideas_comment c SET replies = c.replies + d.n
        FROM (SELECT root_id, count(*)::int AS n FROM added
            WHERE shown AND root_id IS NOT NULL GROUP BY root_id) d WHERE c.id = d.root_id;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(s.matter_id), array_agg(-s.n), array_agg(-s.pro), array_agg(-s.con)
        INTO matters, n, pro, con FROM (
            SELECT matter_id, count(*)::int AS n, count(*) FILTER (WHERE stance = 'for')::int AS pro,
                count(*) FILTER (WHERE stance = 'against')::int AS con
            FROM gone WHERE shown GROUP BY matter_id ORDER BY matter_id) s;
        UPDATE ideas_comment c SET replies = c.replies - d.n
        FROM (SELECT root_id, count(*)::int AS n FROM gone
            WHERE shown AND root_id IS NOT NULL GROUP BY root_id) d WHERE c.id = d.root_id;
    ELSE
        SELECT array_agg(s.matter_id), array_agg(s.n), array_agg(s.pro), array_agg(s.con)
        INTO matters, n, pro, con FROM (
            SELECT matter_id, sum(sign)::int AS n,
                coalesce(sum(sign) FILTER (WHERE stance = 'for'), 0)::int AS pro,
                coalesce(sum(sign) FILTER (WHERE stance = 'against'), 0)::int AS con
            FROM (SELECT matter_id, stance, 1 AS sign FROM added WHERE shown
                UNION ALL SELECT matter_id, stance, -1 FROM gone WHERE shown) b
            GROUP BY matter_id ORDER BY matter_id) s
        WHERE s.n <> 0 OR s.pro <> 0 OR s.con <> 0;
        UPDATE ideas_comment c SET replies = c.replies + d.n
        FROM (SELECT root_id, sum(sign)::int AS n
            FROM (SELECT root_id, 1 AS sign FROM added WHERE shown AND root_id IS NOT NULL
                UNION ALL SELECT root_id, -1 FROM gone WHERE shown AND root_id IS NOT NULL) b
            GROUP BY root_id HAVING sum(sign) <> 0) d WHERE c.id = d.root_id;
    END IF;
    IF matters IS NOT NULL THEN
        PERFORM ideas_add_comments(matters, n, pro, con);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_comments_added AFTER INSERT ON ideas_comment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_comments();
-- What triggers count never changes what is shown: it is not looked at once more.
CREATE TRIGGER ideas_comments_changed AFTER UPDATE ON ideas_comment
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ideas_count_comments();
CREATE TRIGGER ideas_comments_gone AFTER DELETE ON ideas_comment
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_comments();

CREATE FUNCTION ideas_count_likes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE ideas_comment c SET likes = c.likes + d.up, dislikes = c.dislikes + d.down
        FROM (SELECT comment_id, count(*) FILTER (WHERE value = 1)::int AS up,
            count(*) FILTER (WHERE value = -1)::int AS down FROM added GROUP BY comment_id) d
        WHERE c.id = d.comment_id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE ideas_comment c SET likes = c.likes - d.up, dislikes = c.dislikes - d.down
        FROM (SELECT comment_id, count(*) FILTER (WHERE value = 1)::int AS up,
            count(*) FILTER (WHERE value = -1)::int AS down FROM gone GROUP BY comment_id) d
        WHERE c.id = d.comment_id;
    ELSE
        UPDATE ideas_comment c SET likes = c.likes + d.up, dislikes = c.dislikes + d.down
        FROM (SELECT comment_id, coalesce(sum(sign) FILTER (WHERE value = 1), 0)::int AS up,
                coalesce(sum(sign) FILTER (WHERE value = -1), 0)::int AS down
            FROM (SELECT comment_id, value, 1 AS sign FROM added
                UNION ALL SELECT comment_id, value, -1 FROM gone) b GROUP BY comment_id) d
        WHERE c.id = d.comment_id AND (d.up <> 0 OR d.down <> 0);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_likes_added AFTER INSERT ON ideas_commentrating
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_likes();
CREATE TRIGGER ideas_likes_changed AFTER UPDATE ON ideas_commentrating
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_likes();
CREATE TRIGGER ideas_likes_gone AFTER DELETE ON ideas_commentrating
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_likes();

CREATE FUNCTION ideas_count_objections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE ideas_comment c SET objections = c.objections + d.n
        FROM (SELECT comment_id, count(*)::int AS n FROM added
            WHERE settled_at IS NULL GROUP BY comment_id) d WHERE c.id = d.comment_id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE ideas_comment c SET objections = c.objections - d.n
        FROM (SELECT comment_id, count(*)::int AS n FROM gone
            WHERE settled_at IS NULL GROUP BY comment_id) d WHERE c.id = d.comment_id;
    ELSE
        UPDATE ideas_comment c SET objections = c.objections + d.n
        FROM (SELECT comment_id, sum(sign)::int AS n
            FROM (SELECT comment_id, 1 AS sign FROM added WHERE settled_at IS NULL
                UNION ALL SELECT comment_id, -1 FROM gone WHERE settled_at IS NULL) b
            GROUP BY comment_id HAVING sum(sign) <> 0) d WHERE c.id = d.comment_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_objections_added AFTER INSERT ON ideas_commentobjection
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_objections();
CREATE TRIGGER ideas_objections_changed AFTER UPDATE ON ideas_commentobjection
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_objections();
CREATE TRIGGER ideas_objections_gone AFTER DELETE ON ideas_commentobjection
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_objections();
