-- The ideas that hold some runs of characters, and the weight of those they hold. A function, so
-- that each run is always looked up in the index: the runs lie beside the rows, which the planner
-- does not count, so that it would read them all again for every run.
CREATE FUNCTION ideas_similar_met(numbers integer[], weights float8[])
RETURNS TABLE (idea_id bigint, weight float8)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    SELECT t.idea_id, sum(a.weight)
    FROM unnest(numbers, weights) AS a (number, weight)
    CROSS JOIN LATERAL (
        SELECT s.idea_id FROM ideas_similartext s WHERE s.grams @> ARRAY[a.number]
    ) t
    GROUP BY t.idea_id
$$;
