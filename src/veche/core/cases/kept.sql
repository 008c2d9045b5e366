-- Cases and offices are never deleted and keep their numbers, so what names them need not be looked
-- up row by row at the commit: one look at all new assignments is as sure, and far cheaper.

CREATE FUNCTION cases_check_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh a LEFT JOIN cases_case c ON c.id = a.case_id
            LEFT JOIN organisations_organisation o ON o.id = a.organisation_id
        WHERE c.id IS NULL OR o.id IS NULL
    ) THEN
        RAISE EXCEPTION 'an assignment names a case or an office that does not exist'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'cases_assignments_name';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER cases_assignments_added AFTER INSERT ON cases_assignment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cases_check_assignments();
CREATE TRIGGER cases_assignments_changed AFTER UPDATE ON cases_assignment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION cases_check_assignments();
CREATE TRIGGER cases_numbered BEFORE UPDATE OF id ON cases_case FOR EACH ROW
    WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION cases_refuse('a case keeps its number');
CREATE TRIGGER cases_offices_kept BEFORE DELETE ON organisations_organisation FOR EACH ROW
    EXECUTE FUNCTION cases_refuse('an office is never deleted');
CREATE TRIGGER cases_offices_numbered BEFORE UPDATE OF id ON organisations_organisation
    FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION cases_refuse('an office keeps its number');
