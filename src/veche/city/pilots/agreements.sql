-- Thresholds freeze at the first signature; a text that was offered for signing never changes; a
-- trial needs three organisations and three signatures over one text. The rules say so in words
-- before; this holds whatever writes here.

-- The digest is that of the text, so that nobody signs for another one.
ALTER TABLE pilots_agreement ADD CONSTRAINT pilots_agreement_digest
    CHECK (digest = encode(sha256(text), 'hex'));

CREATE FUNCTION pilots_keep_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    had bytea := coalesce(OLD.signed, OLD.text);
BEGIN
    IF (NEW.application_id, NEW.version, NEW.methodology_id, NEW.site_id, NEW.text, NEW.digest,
        NEW.at, NEW.by_id) IS DISTINCT FROM (OLD.application_id, OLD.version, OLD.methodology_id,
        OLD.site_id, OLD.text, OLD.digest, OLD.at, OLD.by_id) THEN
        RAISE EXCEPTION 'the text of an agreement never changes: another text is another agreement'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_agreement_kept';
    END IF;
    IF NEW.signed IS DISTINCT FROM OLD.signed AND (
            NEW.signed IS NULL OR substring(NEW.signed FROM 1 FOR length(had)) <> had) THEN
        RAISE EXCEPTION 'signatures are appended to the bytes that were signed before'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_agreement_kept';
    END IF;
    IF (OLD.complete_at IS NOT NULL AND NEW.complete_at IS DISTINCT FROM OLD.complete_at)
        OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_because, NEW.signed)
            IS DISTINCT FROM (OLD.ended_at, OLD.ended_because, OLD.signed)) THEN
        RAISE EXCEPTION 'what ended or was completed stays so'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_agreement_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_agreement_kept BEFORE UPDATE ON pilots_agreement
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_agreement();
CREATE TRIGGER pilots_agreement_stays BEFORE DELETE ON pilots_agreement
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('an agreement is ended, never deleted');
CREATE TRIGGER pilots_party_kept BEFORE UPDATE OR DELETE ON pilots_party
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('the parties of an agreement stay who they are');
CREATE TRIGGER pilots_signature_kept BEFORE UPDATE OR DELETE ON pilots_signature
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('a signature stays as it was made');

-- A signature is over the text of its agreement; the first freezes the methodology.
CREATE FUNCTION pilots_take_signature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    signed record;
BEGIN
    SELECT a.digest, a.ended_at, a.methodology_id INTO signed
    FROM pilots_party p JOIN pilots_agreement a ON a.id = p.agreement_id
    WHERE p.id = NEW.party_id FOR SHARE OF a;
    IF signed.digest IS DISTINCT FROM NEW.digest THEN
        RAISE EXCEPTION 'the signature is over another text'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_signature_text';
    END IF;
    IF signed.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'the agreement has ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_signature_text';
    END IF;
    UPDATE pilots_methodology SET frozen_at = NEW.at
    WHERE id = signed.methodology_id AND frozen_at IS NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_signature_text BEFORE INSERT ON pilots_signature
    FOR EACH ROW EXECUTE FUNCTION pilots_take_signature();

-- A frozen methodology, and all that hangs on it.
CREATE TRIGGER pilots_methodology_frozen BEFORE UPDATE OR DELETE ON pilots_methodology
    FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL)
    EXECUTE FUNCTION cases_refuse('a methodology is frozen by the first signature');

CREATE FUNCTION pilots_frozen_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
BEGIN
    FOREACH one IN ARRAY CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.methodology_id]
        WHEN 'DELETE' THEN ARRAY[OLD.methodology_id]
        ELSE ARRAY[OLD.methodology_id, NEW.methodology_id] END
    LOOP
        -- Locked: a signature that comes at this moment waits, or is seen here.
        PERFORM FROM pilots_methodology WHERE id = one AND frozen_at IS NOT NULL FOR SHARE;
        IF FOUND THEN
            RAISE EXCEPTION 'a methodology is frozen by the first signature: no threshold moves'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_thresholds_frozen';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER pilots_indicator_frozen BEFORE INSERT OR UPDATE OR DELETE ON pilots_indicator
    FOR EACH ROW EXECUTE FUNCTION pilots_frozen_parts();
CREATE TRIGGER pilots_hypothesis_frozen BEFORE INSERT OR UPDATE OR DELETE ON pilots_hypothesis
    FOR EACH ROW EXECUTE FUNCTION pilots_frozen_parts();

-- Why an agreement does not let a trial begin at a moment; empty: it does.
CREATE FUNCTION pilots_unsigned(agreement bigint, moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN a.id IS NULL THEN 'there is no agreement'
        WHEN a.ended_at <= moment THEN 'the agreement has ended'
        WHEN count(p.id) <> 3 OR count(DISTINCT p.part) <> 3 THEN 'it has not three parties'
        WHEN count(DISTINCT p.organisation_id) <> 3 THEN 'its parties are not three organisations'
        WHEN count(s.id) FILTER (WHERE s.digest = a.digest) <> 3
            THEN 'it has not three signatures over its text'
        WHEN a.complete_at IS NULL THEN 'nobody found the three signatures valid'
        WHEN m.frozen_at IS NULL THEN 'its methodology is not frozen'
        WHEN m.application_id <> a.application_id THEN 'its methodology is of another application'
        ELSE '' END
    FROM (SELECT agreement AS id) asked
    LEFT JOIN pilots_agreement a ON a.id = asked.id
    LEFT JOIN pilots_methodology m ON m.id = a.methodology_id
    LEFT JOIN pilots_party p ON p.agreement_id = a.id
    LEFT JOIN pilots_signature s ON s.party_id = p.id
    GROUP BY a.id, m.id
$$;

CREATE FUNCTION pilots_check_trial() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fault text := pilots_unsigned(NEW.agreement_id, NEW.starts_at);
BEGIN
    IF fault = '' AND NOT EXISTS (
            SELECT FROM pilots_agreement a WHERE a.id = NEW.agreement_id
            AND (a.application_id, a.methodology_id, a.site_id)
                = (NEW.application_id, NEW.methodology_id, NEW.site_id)) THEN
        fault := 'the agreement is about another application, methodology or site';
    END IF;
    IF fault <> '' THEN
        RAISE EXCEPTION 'a trial cannot begin: %', fault
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_trial_signed';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER pilots_trial_signed AFTER INSERT ON pilots_trial
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION pilots_check_trial();
CREATE TRIGGER pilots_trial_kept BEFORE UPDATE ON pilots_trial FOR EACH ROW
    WHEN ((NEW.application_id, NEW.number, NEW.agreement_id, NEW.methodology_id, NEW.site_id)
        IS DISTINCT FROM
        (OLD.application_id, OLD.number, OLD.agreement_id, OLD.methodology_id, OLD.site_id))
    EXECUTE FUNCTION cases_refuse('a trial stays what was agreed');

-- The same for the move that begins it, whoever writes it.
CREATE FUNCTION pilots_check_start() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fault text;
BEGIN
    IF NOT EXISTS (SELECT FROM cases_case WHERE id = NEW.case_id AND procedure = 'pilot'
            UNION ALL SELECT FROM cases_birth WHERE id = NEW.case_id AND procedure = 'pilot') THEN
        RETURN NULL;
    END IF;
    SELECT pilots_unsigned(a.id, NEW.at) INTO fault FROM pilots_agreement a
    WHERE a.application_id = NEW.case_id AND a.at <= NEW.at
    ORDER BY a.ended_at <= NEW.at NULLS FIRST, a.version DESC LIMIT 1;
    IF coalesce(fault, 'there is no agreement') <> '' THEN
        RAISE EXCEPTION 'case %: a trial cannot begin: %', NEW.case_id,
            coalesce(fault, 'there is no agreement')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_start_signed';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER pilots_start_signed AFTER INSERT ON cases_caseevent
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.move = 'start' AND NEW.source = 'agreement')
    EXECUTE FUNCTION pilots_check_start();
