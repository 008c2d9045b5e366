-- The spans that an application stood in a stage, from its steps, until the first report: what the
-- clock of 183 days, its breaches and the statistics are reckoned from. The same as
-- rules/stages.py: spans, for all applications at once; a test holds the two against each other.

CREATE VIEW pilots_stage_span AS
SELECT s.application_id, s.seq, s.state, k.stage, s.state = 'more_info' AS waiting, s.since, s.until
FROM (
    SELECT e.case_id AS application_id, e.seq, e.target AS state, e.at AS since,
        lead(e.at) OVER (PARTITION BY e.case_id ORDER BY e.seq) AS until,
        bool_or(e.target = 'answering') OVER (PARTITION BY e.case_id ORDER BY e.seq) AS reported
    FROM cases_caseevent e JOIN pilots_application a ON a.case_id = e.case_id
) s JOIN (VALUES
    ('screening', 'application'), ('more_info', 'application'), ('review', 'selection'),
    ('panel', 'selection'), ('matching', 'agreement'), ('methodology', 'agreement'),
    ('agreement', 'agreement'), ('running', 'trial'), ('evaluating', 'evaluation')
) AS k (state, stage) ON k.state = s.state
WHERE NOT s.reported;

-- What was broken stays so.
CREATE TRIGGER pilots_breaches_appended BEFORE UPDATE OR DELETE ON pilots_breach FOR EACH ROW
    EXECUTE FUNCTION cases_refuse('a breach is written once, never changed');
CREATE TRIGGER pilots_breaches_not_truncated BEFORE TRUNCATE ON pilots_breach FOR EACH STATEMENT
    EXECUTE FUNCTION cases_refuse('a breach is written once, never changed');
