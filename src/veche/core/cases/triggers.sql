-- Moves are guaranteed here, for one event and for a hundred thousand in one COPY alike.

CREATE SEQUENCE cases_number;

-- Cases that a bulk load brings wait here for their events. The check below judges the events and
-- writes each case once, where its last event left it: inserting first and moving afterwards wrote
-- every row and every index entry twice. What waits here is no case; children are not born so.
CREATE UNLOGGED TABLE cases_birth (
    id bigint PRIMARY KEY, number varchar(20) NOT NULL, procedure varchar(24) NOT NULL,
    theme varchar(80) NOT NULL, territory_id bigint NOT NULL, author_id bigint,
    opened_at timestamptz NOT NULL, due_at timestamptz, promised_at timestamptz,
    first_promised_at timestamptz
);

CREATE FUNCTION cases_check_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
    born bigint;
BEGIN
    WITH chained AS (
        SELECT e.id, e.case_id, e.seq, e.move, e.source, e.target, e.actor_id, e.holding_id,
               e.organisation_id, e.at, e.batch,
               coalesce(c.procedure, b.procedure) AS procedure,
               coalesce(c.author_id, b.author_id) AS author_id,
               coalesce(c.number, b.number) AS number,
               coalesce(c.territory_id, b.territory_id) AS territory_id,
               coalesce(lag(e.target) OVER w, c.state, '') AS before_state,
               coalesce(lag(e.seq) OVER w, c.seq, 0) AS before_seq,
               coalesce(lag(e.at) OVER w, c.moved_at, c.opened_at, b.opened_at) AS before_at,
               CASE WHEN lag(e.id) OVER w IS NULL THEN c.organisation_id
                    ELSE lag(e.organisation_id) OVER w END AS before_organisation
        FROM fresh e LEFT JOIN cases_case c ON c.id = e.case_id
        LEFT JOIN cases_birth b ON b.id = e.case_id AND c.id IS NULL
        WINDOW w AS (PARTITION BY e.case_id ORDER BY e.seq)
    ), judged AS (
        SELECT k.number, k.seq, k.move, k.source, CASE
            -- No foreign keys on events: what they would look up row by row is looked up here.
            WHEN k.number IS NULL THEN 'there is no such case yet'
            WHEN k.organisation_id IS NOT NULL AND o.id IS NULL THEN 'there is no such office'
            WHEN k.actor_id IS NOT NULL AND p.id IS NULL THEN 'there is no such person'
            WHEN k.holding_id IS NOT NULL AND h.id IS NULL THEN 'there is no such role'
            WHEN k.seq <> k.before_seq + 1 THEN 'a step is missing before it'
            WHEN k.source <> k.before_state THEN 'the case stands at "' || k.before_state || '"'
            WHEN k.at < k.before_at THEN 'it is earlier than the step before'
            WHEN m.id IS NULL THEN 'the procedure has no such move'
            WHEN m.role = 'importer' AND k.batch IS NULL THEN 'only an import moves it so'
            WHEN m.role = 'system' AND k.actor_id IS NOT NULL THEN 'only the system moves it so'
            WHEN m.role = 'author' AND k.actor_id IS DISTINCT FROM k.author_id
                THEN 'only its author moves it so'
            WHEN m.role NOT IN ('importer', 'system', 'author') AND (
                    h.id IS NULL OR h.person_id IS DISTINCT FROM k.actor_id OR h.role <> m.role
                    OR k.at < h.since OR (h.until IS NOT NULL AND k.at >= h.until))
                THEN 'the actor holds no role of ' || m.role || ' at that time'
            WHEN m.scope = 'organisation'
                    AND h.organisation_id IS DISTINCT FROM k.before_organisation
                THEN 'the case lies with another office'
            WHEN m.scope = 'territory' AND h.territory_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM places_territory t WHERE t.id = k.territory_id
                    AND h.territory_id IN (t.id, t.district_id, t.city_id))
                THEN 'the role is held over another territory'
            -- Who is tied to a party neither judges nor hands on; for that party they still act.
            WHEN r.id IS NOT NULL AND (r.side_id = h.organisation_id) IS NOT TRUE
                THEN 'the actor may not know of it'
        END AS fault, m.final, k.case_id
        FROM chained k
        LEFT JOIN cases_allowedmove m
            ON m.procedure = k.procedure AND m.move = k.move
            AND m.source = k.source AND m.target = k.target
        LEFT JOIN organisations_holding h ON h.id = k.holding_id
        LEFT JOIN organisations_organisation o ON o.id = k.organisation_id
        LEFT JOIN people_person p ON p.id = k.actor_id
        LEFT JOIN cases_barred r ON r.case_id = k.case_id AND r.person_id = k.actor_id
            AND r.until IS NULL AND r.since <= k.at
    )
    SELECT j.number, j.move, coalesce(j.fault, 'a child case that blocks it is open') AS fault
    INTO bad
    FROM judged j
    WHERE j.fault IS NOT NULL OR (j.final AND EXISTS (
        SELECT FROM cases_case child
        WHERE child.parent_id = j.case_id AND child.blocking AND child.closed_at IS NULL))
    ORDER BY j.case_id, j.seq LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'case %: move "%" refused: %', bad.number, bad.move, bad.fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cases_moves';
    END IF;

    IF EXISTS (SELECT FROM fresh e JOIN cases_birth b ON b.id = e.case_id) THEN
        INSERT INTO cases_case (id, number, procedure, theme, territory_id, author_id, blocking,
            opened_at, due_at, promised_at, first_promised_at, state, seq, moved_at,
            organisation_id, closed_at)
        SELECT DISTINCT ON (b.id) b.id, b.number, b.procedure, b.theme, b.territory_id,
            b.author_id, true, b.opened_at, b.due_at, b.promised_at, b.first_promised_at,
            e.target, e.seq, e.at, e.organisation_id,
            -- Asked of a list made once: looked up for each, all moves of all procedures were read
            -- again for every case, and that cost more than writing it.
            CASE WHEN (b.procedure, e.move, e.source) IN (
                SELECT m.procedure, m.move, m.source FROM cases_allowedmove m WHERE m.final)
                THEN e.at END
        FROM cases_birth b JOIN fresh e ON e.case_id = b.id
        ORDER BY b.id, e.seq DESC;
        GET DIAGNOSTICS born = ROW_COUNT;
        DELETE FROM cases_birth b USING fresh e WHERE b.id = e.case_id;
        IF born = (SELECT count(DISTINCT e.case_id) FROM fresh e) THEN
            RETURN NULL;  -- nothing but births
        END IF;
    END IF;
    UPDATE cases_case c
    SET state = last.target, seq = last.seq, moved_at = last.at,
        organisation_id = last.organisation_id,
        closed_at = CASE WHEN m.final THEN last.at END
    FROM (
        SELECT DISTINCT ON (case_id) case_id, seq, move, source, target, at, organisation_id
        FROM fresh ORDER BY case_id, seq DESC
    ) last, cases_allowedmove m
    WHERE c.id = last.case_id AND c.seq < last.seq AND m.procedure = c.procedure
        AND m.move = last.move AND m.source = last.source;
    RETURN NULL;
END $$;

CREATE TRIGGER cases_events_checked AFTER INSERT ON cases_caseevent
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cases_check_events();

CREATE FUNCTION cases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;

CREATE TRIGGER cases_moved_by_events BEFORE UPDATE OF state, seq, moved_at, closed_at,
    organisation_id ON cases_case FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION cases_refuse('a case is moved by its events only');
CREATE TRIGGER cases_born_unmoved BEFORE INSERT ON cases_case FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND (NEW.state <> '' OR NEW.seq <> 0 OR NEW.moved_at IS NOT NULL
        OR NEW.closed_at IS NOT NULL OR NEW.organisation_id IS NOT NULL))
    EXECUTE FUNCTION cases_refuse('a case begins before its first move');
CREATE TRIGGER cases_kept BEFORE DELETE ON cases_case FOR EACH ROW
    EXECUTE FUNCTION cases_refuse('a case is never deleted');
CREATE TRIGGER cases_events_appended BEFORE UPDATE OR DELETE ON cases_caseevent FOR EACH ROW
    EXECUTE FUNCTION cases_refuse('events are appended, never changed');
CREATE TRIGGER cases_events_not_truncated BEFORE TRUNCATE ON cases_caseevent FOR EACH STATEMENT
    EXECUTE FUNCTION cases_refuse('events are appended, never changed');
