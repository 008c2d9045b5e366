-- Dates, sums and targets of the strategy are never edited: what stood there is the newest row of
-- delivery_superseded about it, and that row says why.

CREATE FUNCTION delivery_keep_goal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    what text;
    was text;
    now text;
BEGIN
    FOREACH what IN ARRAY ARRAY['begins', 'ends', 'planned', 'spent', 'baseline', 'baseline_on',
            'target', 'target_on'] LOOP
        was := coalesce(to_jsonb(OLD) ->> what, '');
        now := coalesce(to_jsonb(NEW) ->> what, '');
        IF was <> now AND NOT coalesce((
                SELECT s.before = was AND s.after = now FROM delivery_superseded s
                WHERE s.goal_id = NEW.id AND s.field = what ORDER BY s.id DESC LIMIT 1), false) THEN
            RAISE EXCEPTION 'what a strategy says of % is superseded with a reason, never edited',
                what USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_goal_kept';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER delivery_goal_kept AFTER UPDATE ON delivery_goal FOR EACH ROW
    EXECUTE FUNCTION delivery_keep_goal();
