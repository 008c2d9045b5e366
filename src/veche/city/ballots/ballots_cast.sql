-- The door for ballots: judged and written here, for one ballot and for a batch alike.
--
-- Outcome of each, in the order given: taken (also when the same was sent again), other (this
-- revision of this code says something else already), closed, struck (no longer on the roll, or
-- another code), stale (the token is too old).
--
-- Where every ballot of a batch was written, nothing is looked up again to say so. However large the
-- tables grow, rows are found by their keys: a plan made while they were small must not read them
-- whole.
CREATE OR REPLACE FUNCTION ballots_cast(
    votes bigint[], entries bigint[], codes bytea[], revisions smallint[], territories bigint[],
    channels text[], choices text[], keys bytea[], ends timestamptz[]
) RETURNS TABLE (n bigint, outcome text) LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off
AS $$
DECLARE
    now_here timestamptz;
    written bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(ballots_lock(v.id))
    FROM (SELECT DISTINCT unnest(votes) AS id ORDER BY 1) v;
    now_here := city_now();
    INSERT INTO ballots_ballot
        (vote_id, code, revision, territory_id, channel, choice, key, entry_id)
    SELECT g.vote, g.code, g.revision, g.territory, g.channel, g.choice, g.key, g.entry
    FROM unnest(votes, entries, codes, revisions, territories, channels, choices, keys, ends)
        AS g (vote, entry, code, revision, territory, channel, choice, key, until)
        JOIN ballots_vote b ON b.case_id = g.vote JOIN cases_case c ON c.id = g.vote
        JOIN ballots_voter v ON v.entry_id = g.entry AND v.vote_id = g.vote AND v.code = g.code
    WHERE c.state = 'open' AND now_here < b.closes_at AND now_here < g.until
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written = cardinality(votes) THEN
        RETURN QUERY SELECT i, 'taken'::text FROM generate_series(1, written) i;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT g.n, CASE
        WHEN m.code IS NOT NULL AND m.key = g.key AND m.choice = g.choice THEN 'taken'
        WHEN m.code IS NOT NULL THEN 'other'
        WHEN c.state IS DISTINCT FROM 'open' OR now_here >= b.closes_at THEN 'closed'
        WHEN now_here >= g.until THEN 'stale'
        ELSE 'struck' END
    FROM unnest(votes, entries, codes, revisions, choices, keys, ends) WITH ORDINALITY
        AS g (vote, entry, code, revision, choice, key, until, n)
        LEFT JOIN ballots_vote b ON b.case_id = g.vote LEFT JOIN cases_case c ON c.id = g.vote
        LEFT JOIN ballots_ballot m
            ON m.vote_id = g.vote AND m.code = g.code AND m.revision = g.revision
    ORDER BY g.n;
END $$;
