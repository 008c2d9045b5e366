CREATE TRIGGER cases_promise_kept BEFORE UPDATE OF promised_at ON cases_case FOR EACH ROW
    WHEN (NEW.promised_at < OLD.promised_at)
    EXECUTE FUNCTION cases_refuse('what the author was promised never moves earlier');
