-- The door for ballots: judged and written here, for one ballot and for a batch alike.

-- Nobody but this function writes ballots; nobody changes what one says or takes one away.
CREATE FUNCTION ballots_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER ballots_said BEFORE UPDATE OF vote_id, code, revision, territory_id, channel, choice,
    key ON ballots_ballot FOR EACH ROW EXECUTE FUNCTION ballots_refuse('a cast ballot stays as it is');
CREATE TRIGGER ballots_kept BEFORE DELETE ON ballots_ballot FOR EACH ROW
    EXECUTE FUNCTION ballots_refuse('a cast ballot is never deleted');
CREATE TRIGGER ballots_not_truncated BEFORE TRUNCATE ON ballots_ballot FOR EACH STATEMENT
    EXECUTE FUNCTION ballots_refuse('a cast ballot is never deleted');
CREATE TRIGGER ballots_config_frozen BEFORE UPDATE OF config, digest, audited ON ballots_vote
    FOR EACH ROW WHEN (OLD.digest <> '' AND (OLD.config IS DISTINCT FROM NEW.config
        OR OLD.digest <> NEW.digest OR OLD.audited <> NEW.audited))
    EXECUTE FUNCTION ballots_refuse('the configuration of a published vote is frozen');
CREATE TRIGGER ballots_entries_said BEFORE UPDATE OF vote_id, body OR DELETE ON ballots_logentry
    FOR EACH ROW EXECUTE FUNCTION ballots_refuse('what is in the log stays');
CREATE TRIGGER ballots_entries_not_truncated BEFORE TRUNCATE ON ballots_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION ballots_refuse('what is in the log stays');
CREATE TRIGGER ballots_checkpoints_kept BEFORE UPDATE OR DELETE ON ballots_votecheckpoint
    FOR EACH ROW EXECUTE FUNCTION ballots_refuse('what was signed stays');
CREATE TRIGGER ballots_checkpoints_not_truncated BEFORE TRUNCATE ON ballots_votecheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ballots_refuse('what was signed stays');

-- Holds the close of a vote apart from the casting: casts share this lock, the close has it alone,
-- so that after the close has it every ballot that was taken before is there to be counted.
CREATE FUNCTION ballots_lock(vote bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    'SELECT 8534167796030898176 + vote';

-- Outcome of each, in the order given: taken (also when the same was sent again), other (this
-- revision of this code says something else already), closed, struck (no longer on the roll, or
-- another code), stale (the token is too old).
CREATE FUNCTION ballots_cast(
    votes bigint[], entries bigint[], codes bytea[], revisions smallint[], territories bigint[],
    channels text[], choices text[], keys bytea[], ends timestamptz[]
) RETURNS TABLE (n bigint, outcome text) LANGUAGE plpgsql AS $$
DECLARE
    now_here timestamptz;
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
