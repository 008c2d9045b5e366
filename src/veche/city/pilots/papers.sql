-- A document of a contract stays what it was when it came; it is taken off once, with the reason.
CREATE TRIGGER pilots_document_kept BEFORE UPDATE ON pilots_contractdocument FOR EACH ROW
    WHEN ((NEW.contract_id, NEW.place, NEW.kind, NEW.title, NEW.public, NEW.name, NEW.media_type,
            NEW.size, NEW.digest, NEW.at, NEW.by_id)
            IS DISTINCT FROM
            (OLD.contract_id, OLD.place, OLD.kind, OLD.title, OLD.public, OLD.name, OLD.media_type,
            OLD.size, OLD.digest, OLD.at, OLD.by_id)
        OR OLD.taken_off_at IS NOT NULL)
    EXECUTE FUNCTION cases_refuse('a document of a contract is taken off, never changed');
CREATE TRIGGER pilots_document_stays BEFORE DELETE ON pilots_contractdocument
    FOR EACH ROW EXECUTE FUNCTION cases_refuse('a document of a contract is taken off, never deleted');
