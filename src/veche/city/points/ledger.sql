-- The ledger is appended to, and the balance is the sum of it: nothing else writes either.

CREATE FUNCTION points_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE points_account a SET balance = a.balance + s.amount
    FROM (SELECT account_id, sum(amount) AS amount FROM added GROUP BY account_id) s
    WHERE a.id = s.account_id AND s.amount <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER points_sum AFTER INSERT ON points_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION points_sum();

CREATE FUNCTION points_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER points_balance_begins BEFORE INSERT ON points_account FOR EACH ROW
    WHEN (NEW.balance <> 0)
    EXECUTE FUNCTION points_refuse('a balance begins at zero');
CREATE TRIGGER points_balance_kept BEFORE UPDATE ON points_account FOR EACH ROW
    WHEN (NEW.balance <> OLD.balance AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION points_refuse('a balance is the sum of its entries, never written');
CREATE TRIGGER points_account_stays BEFORE DELETE ON points_account FOR EACH ROW
    EXECUTE FUNCTION points_refuse('an account loses its person, never its row');

-- What leads back to a person can be blanked once the account has none; the sum cannot change.
CREATE FUNCTION points_keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.account_id, NEW.kind, NEW.amount, NEW.rule) IS DISTINCT FROM
            (OLD.id, OLD.account_id, OLD.kind, OLD.amount, OLD.rule)
        OR NEW.of_id IS DISTINCT FROM OLD.of_id
        OR NEW.spending_id IS DISTINCT FROM OLD.spending_id
        OR NEW.matter <> '' OR NEW.record IS NOT NULL OR NEW.at > OLD.at
        OR EXISTS (SELECT FROM points_account a
            WHERE a.id = OLD.account_id AND a.person_id IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the ledger is appended to, never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_entry_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER points_entry_kept BEFORE UPDATE ON points_entry FOR EACH ROW
    EXECUTE FUNCTION points_keep_entry();
CREATE TRIGGER points_entry_stays BEFORE DELETE ON points_entry FOR EACH ROW
    EXECUTE FUNCTION points_refuse('the ledger is appended to, never deleted');
