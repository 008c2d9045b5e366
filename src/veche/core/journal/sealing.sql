-- The sealer's side of the journal: what waits to be sealed, where each record stands in the log.

CREATE FUNCTION journal_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_unsealed (record_id) SELECT id FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_waits AFTER INSERT ON journal_record
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION journal_wait();

CREATE TRIGGER journal_leaves_appended BEFORE UPDATE OR DELETE ON journal_leaf FOR EACH ROW
    EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_leaves_not_truncated BEFORE TRUNCATE ON journal_leaf FOR EACH STATEMENT
    EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_checkpoints_appended BEFORE UPDATE OR DELETE ON journal_checkpoint
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();

-- What can no longer be opened: the log says of how many leaves, and of which.
CREATE FUNCTION journal_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_erased (record_id) SELECT record_id FROM gone ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_forgets AFTER DELETE ON journal_secret
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION journal_forget();

-- What was written before there was a sealer.
INSERT INTO journal_erased (record_id) SELECT r.id FROM journal_record r
    LEFT JOIN journal_secret s ON s.record_id = r.id WHERE s.record_id IS NULL;
INSERT INTO journal_unsealed (record_id) SELECT id FROM journal_record;
