-- Nobody reads or decides what a company offers to whom they are tied, whoever gave it to them.

CREATE FUNCTION pilots_refuse_tied(persons bigint[], companies bigint[], years integer[],
    moments timestamptz[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    -- All that are asked of one moment are asked at once: a round of experts is given out together.
    FOR one IN
        SELECT moment, cooling, array_agg(DISTINCT person) AS people,
               array_agg(DISTINCT company) AS firms
        FROM unnest(persons, companies, years, moments) AS a(person, company, cooling, moment)
        GROUP BY moment, cooling
    LOOP
        IF EXISTS (
            SELECT FROM organisations_conflicted(one.moment, one.cooling, one.people, one.firms) c
            JOIN unnest(persons, companies, years, moments) AS a(person, company, cooling, moment)
                ON a.person = c.person_id AND a.company = c.organisation_id
                AND a.moment = one.moment AND a.cooling = one.cooling
        ) THEN
            RAISE EXCEPTION 'somebody is tied to the company they would judge'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_no_conflict';
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION pilots_check_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pilots_refuse_tied(array_agg(t.expert_id), array_agg(a.company_id),
            array_agg(p.cooling_years::integer), array_agg(t.given_at))
        FROM fresh t JOIN pilots_application a ON a.case_id = t.application_id
        JOIN pilots_programme p ON p.id = a.programme_id
        WHERE t.standing IN ('given', 'accepted', 'done')
        HAVING count(*) > 0;
    ELSE
        PERFORM pilots_refuse_tied(array_agg(t.expert_id), array_agg(a.company_id),
            array_agg(p.cooling_years::integer),
            array_agg(coalesce(t.ended_at, greatest(t.given_at, city_now()))))
        FROM fresh t JOIN before b ON b.id = t.id
        JOIN pilots_application a ON a.case_id = t.application_id
        JOIN pilots_programme p ON p.id = a.programme_id
        WHERE t.standing IN ('given', 'accepted', 'done')
            AND (t.standing, t.expert_id, t.application_id)
                IS DISTINCT FROM (b.standing, b.expert_id, b.application_id)
        HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER pilots_tasks_given AFTER INSERT ON pilots_reviewtask
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION pilots_check_tasks();
CREATE TRIGGER pilots_tasks_changed AFTER UPDATE ON pilots_reviewtask
    REFERENCING OLD TABLE AS before NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION pilots_check_tasks();

CREATE FUNCTION pilots_check_votes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pilots_refuse_tied(array_agg(m.person_id), array_agg(a.company_id),
        array_agg(p.cooling_years::integer), array_agg(v.at))
    FROM fresh v JOIN pilots_panelmember m ON m.id = v.member_id
    JOIN pilots_panelitem i ON i.id = v.item_id
    JOIN pilots_application a ON a.case_id = i.application_id
    JOIN pilots_programme p ON p.id = a.programme_id
    WHERE v.choice <> 'recused'
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE TRIGGER pilots_votes_cast AFTER INSERT ON pilots_panelvote
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION pilots_check_votes();
CREATE TRIGGER pilots_votes_changed AFTER UPDATE ON pilots_panelvote
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION pilots_check_votes();
