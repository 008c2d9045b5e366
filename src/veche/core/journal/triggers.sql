-- The journal is appended only, and the city's clock is read by SQL where SQL must judge.

CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is appended, never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER journal_appended BEFORE UPDATE OR DELETE ON journal_record FOR EACH ROW
    EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_not_truncated BEFORE TRUNCATE ON journal_record FOR EACH STATEMENT
    EXECUTE FUNCTION journal_refuse();

INSERT INTO journal_cityclock (id, ahead) VALUES (1, interval '0');

CREATE FUNCTION city_now() RETURNS timestamptz LANGUAGE sql STABLE AS
    'SELECT clock_timestamp() + coalesce((SELECT ahead FROM journal_cityclock), interval ''0'')';
