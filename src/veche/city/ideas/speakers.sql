-- Who speaks is shown by a number in the talk about a matter, the same for all they say there.
CREATE FUNCTION ideas_number_speaker() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE known int;
BEGIN
    SELECT speaker INTO known FROM ideas_comment
    WHERE matter_id = NEW.matter_id AND author_id = NEW.author_id AND speaker > 0 LIMIT 1;
    IF NOT FOUND THEN
        -- Two who speak for the first time at once wait for each other: no number is given twice.
        PERFORM pg_advisory_xact_lock(3720918364019482624 + NEW.matter_id);
        SELECT coalesce(max(speaker), 0) + 1 INTO known FROM ideas_comment
        WHERE matter_id = NEW.matter_id;
    END IF;
    NEW.speaker := known;
    RETURN NEW;
END $$;
CREATE TRIGGER ideas_speaker_numbered BEFORE INSERT ON ideas_comment FOR EACH ROW
    WHEN (NEW.author_id IS NOT NULL AND NEW.office_id IS NULL AND NEW.speaker = 0)
    EXECUTE FUNCTION ideas_number_speaker();
