-- What was said of an object stays said.
CREATE FUNCTION places_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER places_changes_appended BEFORE UPDATE OR DELETE ON places_objectchange FOR EACH ROW
    EXECUTE FUNCTION places_refuse('changes are appended, never changed');
CREATE TRIGGER places_changes_not_truncated BEFORE TRUNCATE ON places_objectchange
    FOR EACH STATEMENT EXECUTE FUNCTION places_refuse('changes are appended, never changed');
CREATE TRIGGER places_objects_kept BEFORE DELETE ON places_cityobject FOR EACH ROW
    EXECUTE FUNCTION places_refuse('an object ends, it is never deleted');
