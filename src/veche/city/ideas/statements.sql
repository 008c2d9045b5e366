-- Counters of statements: set-based, so that one vote costs one update and an import of 250,000
-- costs one for each statement.

CREATE FUNCTION ideas_count_statement_votes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE ideas_statement s SET agrees = agrees + d.a, disagrees = disagrees + d.d,
            passes = passes + d.p
        FROM (SELECT statement_id, count(*) FILTER (WHERE value = 1) AS a,
                count(*) FILTER (WHERE value = -1) AS d, count(*) FILTER (WHERE value = 0) AS p
            FROM added GROUP BY statement_id ORDER BY statement_id) d
        WHERE s.id = d.statement_id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE ideas_statement s SET agrees = agrees - d.a, disagrees = disagrees - d.d,
            passes = passes - d.p
        FROM (SELECT statement_id, count(*) FILTER (WHERE value = 1) AS a,
                count(*) FILTER (WHERE value = -1) AS d, count(*) FILTER (WHERE value = 0) AS p
            FROM gone GROUP BY statement_id ORDER BY statement_id) d
        WHERE s.id = d.statement_id;
    ELSE
        UPDATE ideas_statement s SET agrees = agrees + d.a, disagrees = disagrees + d.d,
            passes = passes + d.p
        FROM (SELECT statement_id, sum(n) FILTER (WHERE value = 1) AS a,
                sum(n) FILTER (WHERE value = -1) AS d, sum(n) FILTER (WHERE value = 0) AS p
            FROM (SELECT statement_id, value, 1 AS n FROM added
                UNION ALL SELECT statement_id, value, -1 FROM gone) b
            GROUP BY statement_id ORDER BY statement_id) raw,
            LATERAL (SELECT coalesce(raw.a, 0), coalesce(raw.d, 0), coalesce(raw.p, 0))
                AS d (a, d, p)
        WHERE s.id = raw.statement_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ideas_statement_votes_added AFTER INSERT ON ideas_statementvote
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_statement_votes();
CREATE TRIGGER ideas_statement_votes_changed AFTER UPDATE ON ideas_statementvote
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_statement_votes();
CREATE TRIGGER ideas_statement_votes_gone AFTER DELETE ON ideas_statementvote
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION ideas_count_statement_votes();
