-- One round trip for a batch: the oldest that wait are given the next places of the log. A record
-- waits from the commit of its transaction, so that none is passed over that commits late.
-- Records are looked up one by one and never joined: a plan made while the tables were small must
-- not read the whole journal for every batch.
CREATE OR REPLACE FUNCTION journal_seal(first bigint, many int)
RETURNS TABLE (place bigint, digest bytea) LANGUAGE sql AS $$
    WITH taken AS (
        DELETE FROM journal_unsealed WHERE record_id <= coalesce(
            (SELECT record_id FROM journal_unsealed ORDER BY record_id OFFSET many - 1 LIMIT 1),
            9223372036854775807
        ) RETURNING record_id
    ), placed AS (
        INSERT INTO journal_leaf (record_id, place)
        SELECT record_id, first + row_number() OVER (ORDER BY record_id) - 1 FROM taken
        RETURNING record_id, place
    )
    SELECT p.place, (SELECT r.digest FROM journal_record r WHERE r.id = p.record_id)
    FROM placed p ORDER BY p.place
$$;
