-- What lists of revoked certificates said is kept as it was said.
CREATE TRIGGER pilots_look_kept BEFORE UPDATE OR DELETE ON pilots_signaturelook
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('what was said of a certificate stays as it was said');

-- An older list never takes the place of a newer one: a revocation would be forgotten.
CREATE FUNCTION pilots_keep_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.kind, NEW.name, NEW.key, NEW.part) IS DISTINCT FROM (OLD.kind, OLD.name, OLD.key, OLD.part)
        OR NEW.issued_at < OLD.issued_at THEN
        RAISE EXCEPTION 'a list of revoked certificates gives way to a newer one only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pilots_list_newer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pilots_list_newer BEFORE UPDATE ON pilots_revocationlist
    FOR EACH ROW EXECUTE FUNCTION pilots_keep_list();

-- The number of an expert in a call is drawn once.
CREATE TRIGGER pilots_reader_kept BEFORE UPDATE ON pilots_callreader
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('the number of an expert in a call is drawn once');
