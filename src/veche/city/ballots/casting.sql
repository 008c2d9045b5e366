-- What the tables of votes refuse, and the lock of the close. The door itself: ballots_cast.sql.

-- Nobody but `ballots_cast` writes ballots; nobody changes what one says or takes one away.
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
