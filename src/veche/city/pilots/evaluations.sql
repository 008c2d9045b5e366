-- What a report said, what was bought and paid, and what others published stay as they were written,
-- whoever writes.

CREATE TRIGGER pilots_report_kept BEFORE UPDATE OR DELETE ON pilots_evaluation
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION cases_refuse('a published report is never changed');
CREATE TRIGGER pilots_result_kept BEFORE UPDATE OR DELETE ON pilots_result
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('a result stays what it was');

-- A result is of the methodology under which the trial ran. With one result for each indicator
-- (below), nothing can be added to a published report.
CREATE FUNCTION pilots_result_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pilots_evaluation e JOIN pilots_trial t ON t.id = e.trial_id
            JOIN pilots_indicator i ON i.methodology_id = t.methodology_id
        WHERE e.id = NEW.evaluation_id AND i.id = NEW.indicator_id
    ) THEN
        RAISE EXCEPTION 'a result is of an indicator of the frozen methodology'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_result_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_result_fits BEFORE INSERT ON pilots_result
    FOR EACH ROW EXECUTE FUNCTION pilots_result_fits();

-- Judged at the end of the transaction, so that a report and its results can come in any turn.
CREATE FUNCTION pilots_report_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.published_at IS NOT NULL AND EXISTS (
        SELECT FROM pilots_trial t JOIN pilots_indicator i ON i.methodology_id = t.methodology_id
        WHERE t.id = NEW.trial_id AND NOT EXISTS (
            SELECT FROM pilots_result r WHERE r.evaluation_id = NEW.id AND r.indicator_id = i.id)
    ) THEN
        RAISE EXCEPTION 'a published report states every indicator'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_report_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER pilots_report_whole AFTER INSERT OR UPDATE ON pilots_evaluation
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pilots_report_whole();

CREATE TRIGGER pilots_rollout_kept BEFORE UPDATE OR DELETE ON pilots_rollout
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('a roll-out stays as it was told');

CREATE FUNCTION pilots_keep_contract() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest pilots_amendment;
BEGIN
    IF (NEW.application_id, NEW.number, NEW.ocid, NEW.title, NEW.buyer_id, NEW.supplier_id,
            NEW.method, NEW.currency, NEW.signed_on, NEW.starts_on, NEW.at, NEW.by_id)
            IS DISTINCT FROM
            (OLD.application_id, OLD.number, OLD.ocid, OLD.title, OLD.buyer_id, OLD.supplier_id,
            OLD.method, OLD.currency, OLD.signed_on, OLD.starts_on, OLD.at, OLD.by_id) THEN
        RAISE EXCEPTION 'who made a contract over what and when stays what it was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_contract_kept';
    END IF;
    IF (NEW.amount, NEW.ends_on, NEW.standing)
            IS DISTINCT FROM (OLD.amount, OLD.ends_on, OLD.standing) THEN
        SELECT * INTO newest FROM pilots_amendment WHERE contract_id = NEW.id
            ORDER BY place DESC LIMIT 1;
        IF (newest.amount_before, newest.ends_before, newest.standing_before)
                IS DISTINCT FROM (OLD.amount, OLD.ends_on, OLD.standing)
                OR (newest.amount, newest.ends_on, newest.standing)
                IS DISTINCT FROM (NEW.amount, NEW.ends_on, NEW.standing) THEN
            RAISE EXCEPTION 'a contract changes by an amendment'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_contract_amended';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_contract_kept BEFORE UPDATE ON pilots_contract
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_contract();
CREATE TRIGGER pilots_contract_stays BEFORE DELETE ON pilots_contract
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('a contract is never deleted');
CREATE TRIGGER pilots_amendment_kept BEFORE UPDATE OR DELETE ON pilots_amendment
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('amendments are appended only');

CREATE TRIGGER pilots_payment_kept BEFORE UPDATE ON pilots_payment FOR EACH ROW
    WHEN ((NEW.contract_id, NEW.number, NEW.amount, NEW."on", NEW.at, NEW.by_id, NEW.because)
            IS DISTINCT FROM
            (OLD.contract_id, OLD.number, OLD.amount, OLD."on", OLD.at, OLD.by_id, OLD.because)
        OR OLD.superseded_by_id IS NOT NULL)
    EXECUTE FUNCTION cases_refuse('a payment is superseded, never changed');
CREATE TRIGGER pilots_payment_stays BEFORE DELETE ON pilots_payment
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('a payment is never deleted');

CREATE TRIGGER pilots_package_kept BEFORE UPDATE OR DELETE ON pilots_importedpackage
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('what others published stays as it came');
CREATE TRIGGER pilots_release_kept BEFORE UPDATE OR DELETE ON pilots_importedrelease
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('what others published stays as it came');
